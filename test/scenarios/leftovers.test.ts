import { describe, expect, test } from 'vitest';
import { applyPrune, planPruneRun, runPrune } from '../../src/lib/run/prune.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { DAY, HOUR, MINUTE, Scenario } from '../support/scenario.ts';
import { at, changes, ends, ids, only, reasonsFor, verdicts } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 2 } }
  sets: { backup: snapshots, schedule: every 1 hours, keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

const TWO_VOLUMES = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));

function fleet(policy: string, options: ConstructorParameters<typeof Scenario>[0] = {}): Scenario {
  const scenario = new Scenario({ policies: POLICIES, ...options });
  const launchedAt = scenario.clock.now() - HOUR;
  scenario.region.runInstance({ tags: { Backup: policy }, volumes: TWO_VOLUMES, launchedAt });
  return scenario;
}

describe('snapshots whose AMI was deregistered', () => {
  test('[H8] while their process died are found and deleted by a later run', async () => {
    const scenario = fleet('nightly');
    await scenario.backupEvery(DAY, 4, 'nightly');
    const [oldest, second] = scenario.region.images();
    // The AMI goes, its snapshots stay: what a death between the two leaves behind.
    scenario.region.deregisterByHand(oldest?.id ?? '');
    scenario.region.faults = onCommand('DeleteSnapshot', 1, { kind: 'die', when: 'after' });
    await scenario.prune();
    scenario.region.revive();
    expect(scenario.region.snapshots().filter(({ imageIds }) => imageIds.length === 0)).toHaveLength(1);

    const next = await scenario.prune();
    expect(ends(next.outcomes)).toEqual(['delete-snapshot done', 'deregister-image done']);
    expect(scenario.region.snapshots().filter(({ imageIds }) => imageIds.length === 0)).toEqual([]);
    expect(ids(scenario.region.images())).not.toContain(second?.id);
    expect(scenario.region.images()).toHaveLength(2);
    expect(scenario.region.snapshots()).toHaveLength(4);
    expect((await scenario.prune()).plan.actions).toEqual([]);
  });

  test('[H8] with their AMI in the call that the process died after are gone with it', async () => {
    const scenario = fleet('nightly');
    await scenario.backupEvery(DAY, 3, 'nightly');
    scenario.region.faults = onCommand('DeregisterImage', 1, { kind: 'die', when: 'after' });
    await scenario.prune();
    scenario.region.revive();
    expect((await scenario.prune()).plan.actions).toEqual([]);
    expect([scenario.region.images(), scenario.region.snapshots()].map(({ length }) => length)).toEqual([
      2, 4,
    ]);
  });

  test('[H8] less than 24 h ago, as far as the slot tells, are kept', async () => {
    const scenario = fleet('nightly');
    await scenario.backup('nightly');
    scenario.clock.advance(HOUR);
    scenario.region.deregisterByHand(only(scenario.region.images()).id);
    const parts = ids(scenario.region.snapshots());
    for (let hour = 1; hour <= 23; hour += 1) {
      const { plan } = await scenario.prune();
      expect(verdicts(plan)).toEqual(['11-22T03:00 keep: pending']);
      expect(plan.actions).toEqual([]);
      scenario.clock.advance(HOUR);
    }
    expect((await scenario.prune()).plan.actions, 'exactly 24 h').toEqual([]);
    scenario.clock.advance(1);
    expect(ends((await scenario.prune()).outcomes)).toEqual(['delete-snapshot done', 'delete-snapshot done']);
    expect(ids(scenario.region.snapshots()).filter((id) => parts.includes(id))).toEqual([]);
  });

  test('[H8] that somebody holds are kept, and no leftover is taken for a good backup', async () => {
    const scenario = fleet('nightly');
    await scenario.backupEvery(DAY, 3, 'nightly');
    const [first, second, third] = scenario.region.images();
    scenario.region.tag(third?.snapshotIds[0] ?? '', 'Backup:Hold', 'ticket 12');
    scenario.region.deregisterByHand(third?.id ?? '');
    scenario.clock.advance(2 * DAY);
    const { plan } = await scenario.prune();
    expect(reasonsFor(first?.id ?? '', plan)).toEqual(['last 2/2']);
    expect(reasonsFor(second?.id ?? '', plan)).toEqual(['last 1/2']);
    expect(reasonsFor([...(third?.snapshotIds ?? [])].sort()[0] ?? '', plan)).toEqual(['held: ticket 12']);
    expect(scenario.region.snapshots()).toHaveLength(6);
  });
});

describe('the snapshots of an AMI that is still pending', () => {
  test('[H8] are never taken for leftovers, though it takes three days', async () => {
    const scenario = fleet('nightly', { settings: { imageDuration: 3 * DAY } });
    await scenario.backup('nightly');
    for (let hour = 0; hour < 71; hour += 1) {
      scenario.clock.advance(HOUR);
      const { plan } = await scenario.prune();
      expect(verdicts(plan)).toEqual(['11-22T03:00 keep: pending']);
    }
    expect(changes(scenario.region)).toEqual(['CreateImage']);
    scenario.clock.advance(DAY);
    expect(verdicts((await scenario.prune()).plan)).toEqual(['11-22T03:00 keep: last 1/2']);
  });

  test('[H8] nor while neither they nor the AMI are visible yet', async () => {
    const scenario = fleet('nightly', { settings: { readLag: 5 * MINUTE - 1 } });
    await scenario.backup('nightly');
    for (let minute = 0; minute < 20; minute += 1) {
      expect((await scenario.prune()).plan.actions).toEqual([]);
      scenario.clock.advance(MINUTE);
    }
    expect(changes(scenario.region)).toEqual(['CreateImage']);
    expect(only(scenario.region.images()).state).toBe('available');
  });

  test('[H8] nor when the list of AMIs forgets one for some hours', async () => {
    const scenario = fleet('nightly');
    await scenario.backup('nightly');
    scenario.clock.advance(HOUR);
    const { ec2 } = scenario.region;
    // EC2's word on order and freshness of a list is weak: an AMI may be missing from it.
    const forgetful: Scenario['clients']['ec2'] = {
      send: (async (command: Parameters<typeof ec2.send>[0]) => {
        const answer = await ec2.send(command);
        return 'Images' in answer ? { ...answer, Images: [] } : answer;
        // send is overloaded by command class; only its promise form is used here.
      }) as typeof ec2.send,
    };
    for (let hour = 1; hour < 24; hour += 1) {
      const context = { ...scenario.context, clients: { ...scenario.clients, ec2: forgetful } };
      expect((await runPrune({}, context)).plan.actions).toEqual([]);
      scenario.clock.advance(HOUR);
    }
    expect(scenario.region.snapshots()).toHaveLength(2);
  });
});

describe('the rest of a half-deleted set', () => {
  test('[H8] is deleted by the run after the one that died between its parts', async () => {
    const scenario = fleet('sets');
    await scenario.backupEvery(HOUR, 1, 'sets');
    scenario.clock.advance(2 * DAY);
    await scenario.backupEvery(HOUR, 1, 'sets');
    const [first, second, ...kept] = ids(scenario.region.snapshots());
    scenario.region.faults = onCommand('DeleteSnapshot', 2, { kind: 'die', when: 'before' });
    await scenario.prune();
    scenario.region.revive();
    const rest = only(ids(scenario.region.snapshots()).filter((id) => !kept.includes(id)));
    expect([first, second]).toContain(rest);

    const { plan } = await scenario.prune();
    expect(reasonsFor(rest, plan)).toEqual(['failed for over 24 h']);
    expect(ids(scenario.region.snapshots())).toEqual(kept);
  });

  test('[H8] of less than 24 h waits, for a part may only be late, and does not count meanwhile', async () => {
    const scenario = fleet('sets');
    await scenario.backupEvery(HOUR, 2, 'sets');
    const slots = scenario.region.snapshots();
    const broken = at(slots, -1);
    scenario.region.deleteSnapshotByHand(broken.id);
    const { plan } = await scenario.prune();
    expect(verdicts(plan)).toEqual(['11-22T03:00 keep: last 1/1', '11-22T04:00 keep: pending']);
    scenario.clock.advance(DAY);
    const late = await scenario.prune();
    expect(verdicts(late.plan)).toEqual([
      '11-22T03:00 keep: last 1/1',
      '11-22T04:00 prune: failed for over 24 h',
    ]);
    expect(scenario.region.snapshots().map(({ id }) => id)).toEqual(ids(slots).slice(0, 2));
  });

  test('[H8] spares its other part when one cannot be deleted, and tries both again', async () => {
    const scenario = fleet('sets');
    await scenario.backupEvery(HOUR, 2, 'sets');
    scenario.region.faults = onCommand('DeleteSnapshot', 1, {
      kind: 'error',
      name: 'InternalError',
      status: 500,
    });
    const first = await scenario.prune();
    expect(ends(first.outcomes)).toEqual(['delete-snapshot failed', 'delete-snapshot not-attempted']);
    expect(scenario.region.snapshots()).toHaveLength(4);
    const second = await scenario.prune();
    expect(ends(second.outcomes)).toEqual(['delete-snapshot done', 'delete-snapshot done']);
  });

  test('[H8] and what is gone already counts as done', async () => {
    const scenario = fleet('nightly');
    scenario.region.runInstance({ tags: { Backup: 'sets' } });
    await scenario.backup('sets');
    await scenario.backupEvery(DAY, 2, 'nightly');
    await scenario.backupEvery(DAY, 1, 'sets');
    await scenario.backupEvery(DAY, 1, 'nightly');
    const plan = await planPruneRun({}, scenario.context);
    expect(plan.actions.map(({ action }) => action)).toEqual(['deregister-image', 'delete-snapshot']);
    await applyPrune(plan, scenario.context);
    expect(ends((await applyPrune(plan, scenario.context)).outcomes)).toEqual([
      'deregister-image already-done',
      'delete-snapshot already-done',
    ]);
  });

  test.each(['nightly', 'sets'])(
    '[H8] nor is a second prune of %s, while reads lag, a failure',
    async (policy) => {
      const scenario = fleet(policy, { settings: { readLag: 4 * MINUTE } });
      await scenario.backupEvery(HOUR, 4, policy);
      const first = await scenario.prune();
      expect(first.outcomes.length).toBeGreaterThan(0);
      for (const { status } of first.outcomes) expect(status).toBe('done');
      const second = await scenario.prune();
      expect(second.outcomes.map(({ id }) => id)).toEqual(first.outcomes.map(({ id }) => id));
      for (const { status } of second.outcomes) expect(status).toBe('already-done');
      scenario.clock.advance(5 * MINUTE);
      expect((await scenario.prune()).plan.actions).toEqual([]);
    },
  );
});
