import { describe, expect, test } from 'vitest';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { onCommand, type Fault } from '../../src/simulator/faults.ts';
import { DAY, MINUTE, Scenario } from '../support/scenario.ts';
import { changes, ends, errorsOf, ids, only, reasonsFor, verdicts } from './story.ts';

const LAG = 4 * MINUTE;
const SECOND = 1000;

/** One source for each kind of backup, and the call that makes it. */
const KINDS = [
  { policy: 'nightly', action: 'create-image', command: 'CreateImage' },
  { policy: 'sets', action: 'create-snapshots', command: 'CreateSnapshots' },
  { policy: 'disks', action: 'create-snapshot', command: 'CreateSnapshot' },
] as const;

function fleetOf(policy: string, scenario: Scenario): string {
  const launchedAt = scenario.clock.now() - DAY;
  const tags = { Backup: policy };
  if (policy === 'disks') return scenario.region.createVolume({ sizeGiB: 10, tags, createdAt: launchedAt });
  const volumes = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));
  return scenario.region.runInstance({ tags, volumes, launchedAt }).id;
}

describe.each(KINDS)('the same slot twice: $action', ({ policy, action, command }) => {
  test('[H1] the second run finds the slot done and makes nothing', async () => {
    const scenario = new Scenario();
    fleetOf(policy, scenario);
    const slot = scenario.clock.now();
    expect(ends((await scenario.backup(policy)).outcomes)).toEqual([`${action} done`]);
    const made = [scenario.region.images(), scenario.region.snapshots()].map(ids);
    for (const wait of [0, SECOND, MINUTE, 10 * MINUTE]) {
      scenario.clock.advance(wait);
      const { plan, outcomes } = await scenario.backup(policy, { slot });
      expect(ends(outcomes)).toEqual([`${action} already-done`]);
      expect(plan.actions).toEqual([]);
    }
    expect([scenario.region.images(), scenario.region.snapshots()].map(ids)).toEqual(made);
    expect(changes(scenario.region)).toEqual([command]);
  });

  test('[H1] the next slot is a backup of its own', async () => {
    const scenario = new Scenario();
    fleetOf(policy, scenario);
    await scenario.backupEvery(DAY, 3, policy);
    expect(changes(scenario.region)).toEqual([command, command, command]);
  });

  test.each<{ name: string; fault: Fault }>([
    { name: 'lost', fault: { kind: 'lost-answer' } },
    { name: 'a 503', fault: { kind: 'unavailable', accepted: true } },
  ])('[H2] when the answer is $name the run fails and says what to do', async ({ fault }) => {
    const scenario = new Scenario({ settings: { readLag: LAG } });
    fleetOf(policy, scenario);
    const slot = scenario.clock.now();
    scenario.region.faults = onCommand(command, 1, fault);
    const { outcomes } = await scenario.backup(policy);
    expect(only(outcomes)).toMatchObject({ action, status: 'unknown' });
    expect(outcomes.some(isFailure)).toBe(true);
    expect(only(errorsOf(outcomes))).toMatch(/outcome unknown, EC2 may have made it/);
    expect(only(errorsOf(outcomes))).toContain(
      'run slot 2026-11-22T03:00:00Z again after 2026-11-22T03:05:00Z',
    );
    expect(changes(scenario.region)).toEqual([command]);

    scenario.clock.advance(5 * MINUTE);
    const again = await scenario.backup(policy, { slot });
    expect(ends(again.outcomes)).toEqual([`${action} already-done`]);
    expect(changes(scenario.region)).toEqual([command]);
  });

  test('[H2] what was made has all its tags although the answer was lost', async () => {
    const [quiet, disturbed] = [new Scenario(), new Scenario()];
    for (const scenario of [quiet, disturbed]) fleetOf(policy, scenario);
    disturbed.region.faults = onCommand(command, 1, { kind: 'lost-answer' });
    await quiet.backup(policy);
    await disturbed.backup(policy);
    const tagsOf = ({ region }: Scenario): unknown[] =>
      [...region.images(), ...region.snapshots()].map(({ tags }) => tags);
    expect(tagsOf(disturbed)).toEqual(tagsOf(quiet));
    for (const tags of tagsOf(disturbed)) {
      expect(tags).toMatchObject({
        'ec2-backup:deployment': 'test',
        'ec2-backup:policy': policy,
        'ec2-backup:slot': '2026-11-22T03:00:00Z',
        'ec2-backup:trigger': 'schedule',
        'ec2-backup:consistency': 'crash',
      });
    }
  });

  test('[H2] a call that EC2 never took is made by the next run of the slot', async () => {
    const scenario = new Scenario({ settings: { readLag: LAG } });
    fleetOf(policy, scenario);
    const slot = scenario.clock.now();
    scenario.region.faults = onCommand(command, 1, { kind: 'unavailable', accepted: false });
    expect(ends((await scenario.backup(policy)).outcomes)).toEqual([`${action} unknown`]);
    scenario.clock.advance(5 * MINUTE);
    expect(ends((await scenario.backup(policy, { slot })).outcomes)).toEqual([`${action} done`]);
  });
});

describe('two runs of one slot at once', () => {
  test('[H1] make one AMI, and both end well', async () => {
    const scenario = new Scenario();
    fleetOf('nightly', scenario);
    const reports = await Promise.all([scenario.backup('nightly'), scenario.backup('nightly')]);
    expect(reports.flatMap(({ outcomes }) => ends(outcomes)).sort()).toEqual([
      'create-image already-done',
      'create-image done',
    ]);
    const image = only(scenario.region.images());
    expect(reports.flatMap(({ outcomes }) => outcomes.map(({ id }) => id))).toEqual([image.id, image.id]);
    expect(scenario.region.snapshots()).toHaveLength(2);
  });

  test('[H1] of two at once whose reads lag, one says that the AMI is not visible yet, and none is doubled', async () => {
    const scenario = new Scenario({ settings: { readLag: LAG } });
    fleetOf('nightly', scenario);
    const slot = scenario.clock.now();
    const reports = await Promise.all([scenario.backup('nightly'), scenario.backup('nightly')]);
    expect(reports.flatMap(({ outcomes }) => errorsOf(outcomes))).toEqual([
      expect.stringContaining('taken by an AMI that is not visible yet: run the slot again later'),
    ]);
    only(scenario.region.images());
    scenario.clock.advance(5 * MINUTE);
    expect(ends((await scenario.backup('nightly', { slot })).outcomes)).toEqual([
      'create-image already-done',
    ]);
    only(scenario.region.images());
  });

  test('[H1] of sets make a double at most, and never lose both', async () => {
    const scenario = new Scenario();
    fleetOf('sets', scenario);
    const slot = scenario.clock.now();
    const reports = await Promise.all([scenario.backup('sets'), scenario.backup('sets')]);
    expect(reports.flatMap(({ outcomes }) => ends(outcomes))).toContain('create-snapshots done');
    const first = ids(scenario.region.snapshots()).slice(0, 2);
    expect([2, 4]).toContain(scenario.region.snapshots().length);
    scenario.clock.advance(10 * MINUTE);
    expect(ends((await scenario.backup('sets', { slot })).outcomes)).toEqual([
      'create-snapshots already-done',
    ]);
    for (let run = 0; run < 3; run += 1) {
      await scenario.prune();
      expect(ids(scenario.region.snapshots())).toEqual(first);
      scenario.clock.advance(DAY);
    }
  });

  test.each(['sets', 'disks'])(
    '[H1] a double of %s, made while reads lagged, is pruned as a duplicate and the first made stays',
    async (policy) => {
      const scenario = new Scenario({ settings: { readLag: LAG } });
      fleetOf(policy, scenario);
      const slot = scenario.clock.now();
      await scenario.backup(policy);
      const first = ids(scenario.region.snapshots());
      scenario.clock.advance(20 * SECOND);
      await scenario.backup(policy, { slot });
      expect(scenario.region.snapshots()).toHaveLength(2 * first.length);

      // While neither is completed nothing is decided, and a third is not made.
      scenario.clock.advance(3 * MINUTE);
      expect((await scenario.prune()).plan.actions).toEqual([]);
      scenario.clock.advance(10 * MINUTE);
      expect(ends((await scenario.backup(policy, { slot })).outcomes)).toEqual([
        expect.stringContaining('already-done'),
      ]);
      const { plan } = await scenario.prune();
      expect(verdicts(plan).sort()).toEqual([
        `11-22T03:00 keep: last 1/${policy === 'sets' ? 3 : 2}`,
        '11-22T03:00 prune: duplicate of slot',
      ]);
      expect(ids(scenario.region.snapshots())).toEqual(first);

      scenario.clock.advance(10 * MINUTE);
      expect((await scenario.prune()).plan.actions).toEqual([]);
      expect(ids(scenario.region.snapshots())).toEqual(first);
    },
  );

  test('[H1] when the first of a double failed, the second counts and the first is cleaned up after a day', async () => {
    const scenario = new Scenario({ settings: { readLag: LAG } });
    fleetOf('disks', scenario);
    const slot = scenario.clock.now();
    scenario.region.faults = onCommand('CreateSnapshot', 1, { kind: 'fails-later', reason: 'no key' });
    await scenario.backup('disks');
    const failed = only(scenario.region.snapshots());
    scenario.clock.advance(20 * SECOND);
    await scenario.backup('disks', { slot });
    scenario.clock.advance(10 * MINUTE);
    const { plan } = await scenario.prune();
    expect(plan.actions).toEqual([]);
    expect(reasonsFor(failed.id, plan)).toEqual(['failed']);
    scenario.clock.advance(DAY);
    const later = await scenario.prune();
    expect(reasonsFor(failed.id, later.plan)).toEqual(['failed for over 24 h']);
    expect(only(scenario.region.snapshots()).state).toBe('completed');
  });
});

test('[H1] a manual run is a slot of its own beside the scheduled one', async () => {
  const scenario = new Scenario();
  const source = fleetOf('nightly', scenario);
  await scenario.backup('nightly');
  scenario.clock.advance(7 * MINUTE);
  await scenario.backup('nightly', { trigger: 'manual' });
  expect(scenario.region.images().map(({ name }) => name)).toEqual([
    `test/nightly/${source}/20261122T030000Z`,
    `test/nightly/${source}/20261122T030700Z`,
  ]);
});

test('[H1] a name that somebody else has taken is no backup of ours', async () => {
  const scenario = new Scenario();
  const source = fleetOf('nightly', scenario);
  const name = `test/nightly/${source}/20261122T030000Z`;
  const theirs = scenario.region.registerImage({ name, tags: { Team: 'other' } });
  const { outcomes } = await scenario.backup('nightly');
  expect(only(errorsOf(outcomes))).toContain(`is taken by ${theirs}, which this deployment did not make`);
  expect(ids(scenario.region.images())).toEqual([theirs]);
});
