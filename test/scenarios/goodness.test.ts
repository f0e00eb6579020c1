import { describe, expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { DAY, HOUR, MINUTE, Scenario } from '../support/scenario.ts';
import { always, at, changes, ends, errorsOf, ids, only, reasonsFor, verdicts } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 2 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

function nightlyFleet(settings: ConstructorParameters<typeof Scenario>[0] = {}): {
  scenario: Scenario;
  id: string;
} {
  const scenario = new Scenario({ policies: POLICIES, ...settings });
  const volumes = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));
  return { scenario, id: scenario.region.runInstance({ tags: { Backup: 'nightly' }, volumes }).id };
}

describe('an AMI that stays pending', () => {
  /** Two quick AMIs, then such as take three days. */
  async function slowing(): Promise<Scenario> {
    const { scenario } = nightlyFleet({
      settings: { imageDuration: (_id, index) => (index < 2 ? 4 * MINUTE : 3 * DAY) },
    });
    await scenario.backupEvery(DAY, 4, 'nightly');
    return scenario;
  }

  test('[H3] does not count, is not pruned, and evicts none of the good ones', async () => {
    const scenario = await slowing();
    const { plan } = await scenario.prune();
    expect(verdicts(plan)).toEqual([
      '11-22T03:00 keep: daily 2/2',
      '11-23T03:00 keep: daily 1/2',
      '11-24T03:00 keep: pending',
      '11-25T03:00 keep: pending',
    ]);
    expect(plan.actions).toEqual([]);
  });

  test('[H3] is not made again, however long it takes', async () => {
    const { scenario } = nightlyFleet({ settings: { imageDuration: 23 * HOUR } });
    const slot = scenario.clock.now();
    await scenario.backup('nightly');
    for (let hour = 1; hour <= 22; hour += 1) {
      scenario.clock.advance(HOUR);
      expect(ends((await scenario.backup('nightly', { slot })).outcomes)).toEqual([
        'create-image already-done',
      ]);
    }
    expect(changes(scenario.region)).toEqual(['CreateImage']);
  });

  test('[H3] takes its place once it is available, and only then the oldest goes', async () => {
    const scenario = await slowing();
    const oldest = at(scenario.region.images(), 0);
    scenario.clock.advance(DAY + 5 * MINUTE);
    const { plan } = await scenario.prune();
    expect(verdicts(plan)).toEqual([
      '11-22T03:00 prune: no rule keeps it',
      '11-23T03:00 keep: daily 2/2',
      '11-24T03:00 keep: daily 1/2',
      '11-25T03:00 keep: pending',
    ]);
    expect(ids(scenario.region.images())).not.toContain(oldest.id);
  });
});

describe('an AMI that failed', () => {
  async function failing(): Promise<{ scenario: Scenario; good: string; failed: string }> {
    const { scenario } = nightlyFleet();
    await scenario.backupEvery(DAY, 1, 'nightly');
    scenario.region.faults = onCommand('CreateImage', 1, { kind: 'fails-later', reason: 'Client.KeyGone' });
    await scenario.backup('nightly');
    scenario.clock.advance(10 * MINUTE);
    const [good, failed] = scenario.region.images();
    return { scenario, good: good?.id ?? '', failed: failed?.id ?? '' };
  }

  test('[H4] never counts, is left for a day, then goes with its snapshots', async () => {
    const { scenario, good, failed } = await failing();
    const early = await scenario.prune();
    expect(reasonsFor(failed, early.plan)).toEqual(['failed']);
    expect(reasonsFor(good, early.plan)).toEqual(['daily 1/2']);
    expect(early.plan.actions).toEqual([]);
    scenario.clock.advance(DAY - 10 * MINUTE);
    expect((await scenario.prune()).plan.actions, 'exactly 24 h after its slot').toEqual([]);
    scenario.clock.advance(1000);
    const late = await scenario.prune();
    expect(reasonsFor(failed, late.plan)).toEqual(['failed for over 24 h']);
    expect(ids(scenario.region.images())).toEqual([good]);
    expect(scenario.region.snapshots().every(({ imageIds }) => imageIds.includes(good))).toBe(true);
    expect(scenario.region.snapshots()).toHaveLength(2);
  });

  test('[H4] is reported when its slot is run again, and costs only that slot', async () => {
    const { scenario, failed } = await failing();
    const slot = scenario.clock.now() - 10 * MINUTE;
    const { outcomes } = await scenario.backup('nightly', { slot });
    expect(only(outcomes)).toMatchObject({ status: 'failed', id: failed });
    expect(only(errorsOf(outcomes))).toMatch(
      /slot 2026-11-23T03:00:00Z is lost: .*Client\.KeyGone.*the next slot goes on/,
    );
    scenario.clock.set(slot + DAY);
    expect(ends((await scenario.backup('nightly')).outcomes)).toEqual(['create-image done']);
  });

  test('[H4] and a set in error as well: the last good set outlives any number of broken ones', async () => {
    const { scenario } = nightlyFleet();
    scenario.region.runInstance({ tags: { Backup: 'sets' } });
    await scenario.backupEvery(DAY, 1, 'sets');
    const good = only(scenario.region.snapshots());
    scenario.region.faults = always('CreateSnapshots', { kind: 'fails-later', reason: 'no key' });
    for (let day = 0; day < 20; day += 1) {
      await scenario.backup('sets');
      scenario.clock.advance(DAY);
      const { plan } = await scenario.prune();
      expect(reasonsFor(good.id, plan)).toEqual(['last 1/1']);
    }
    expect(ids(scenario.region.snapshots())).toContain(good.id);
    expect(scenario.region.snapshots().length).toBeLessThanOrEqual(3);
  });
});

describe('an AMI that is available but has lost a snapshot', () => {
  const WAYS: readonly {
    name: string;
    break: (scenario: Scenario, snapshot: string) => void;
    reason: string;
  }[] = [
    {
      name: 'deleted',
      break: ({ region }, snapshot) => region.deleteSnapshotByHand(snapshot),
      reason: 'incomplete',
    },
    {
      name: 'in the Recycle Bin',
      break: ({ region }, snapshot) => {
        region.addRecycleBinRule('EBS_SNAPSHOT', 30);
        region.deleteSnapshotByHand(snapshot);
      },
      reason: 'incomplete',
    },
    {
      name: 'in state error',
      break: ({ region }, snapshot) => region.failSnapshot(snapshot),
      reason: 'failed for over 24 h',
    },
  ];

  test.each(WAYS)('[H5] is not good when one is $name: the older ones keep their places', async (way) => {
    const { scenario } = nightlyFleet();
    await scenario.backupEvery(DAY, 3, 'nightly');
    const newest = at(scenario.region.images(), -1);
    way.break(scenario, newest.snapshotIds[0] ?? '');
    scenario.clock.advance(HOUR);
    const { plan } = await scenario.prune();
    expect(verdicts(plan)).toEqual([
      '11-22T03:00 keep: daily 2/2',
      '11-23T03:00 keep: daily 1/2',
      expect.stringMatching(`11-24T03:00 .*: ${way.reason}`),
    ]);
    const left = scenario.region.images().filter(({ id }) => id !== newest.id);
    expect(left).toHaveLength(2);
    expect(left.every(({ snapshotIds }) => snapshotIds.length === 2)).toBe(true);
    expect(
      scenario.region.snapshots().filter(({ imageIds }) => imageIds.includes(left[0]?.id ?? '')),
    ).toHaveLength(2);
  });

  test('[H5] counts again when the snapshot is back', async () => {
    const { scenario } = nightlyFleet();
    await scenario.backupEvery(DAY, 2, 'nightly');
    const newest = at(scenario.region.images(), -1);
    const snapshotIds = [...newest.snapshotIds];
    scenario.region.deregisterByHand(newest.id);
    scenario.clock.advance(6 * MINUTE);
    const { name, tags } = newest;
    const restored = scenario.region.registerImage({ name, tags: { ...tags }, snapshotIds });
    const { plan } = await scenario.prune();
    expect(reasonsFor(restored, plan)).toEqual(['daily 1/2']);
  });
});

describe('newer junk', () => {
  test('[H14] of others, unverified or broken, evicts none of our good ones', async () => {
    const { scenario, id } = nightlyFleet();
    await scenario.backupEvery(DAY, 2, 'nightly');
    const good = ids(scenario.region.images());
    const [theirs] = scenario.region.images();
    // A week of AMIs by hand, of another deployment and of another tool, and our own that never get well.
    scenario.region.faults = always('CreateImage', { kind: 'fails-later', reason: 'no key' });
    for (let day = 0; day < 7; day += 1) {
      await scenario.backup('nightly');
      scenario.region.registerImage({ name: `by-hand-${day}`, sourceInstanceId: id });
      scenario.region.registerImage({
        name: `other/nightly/${id}/${day}`,
        tags: { ...theirs?.tags, 'ec2-backup:deployment': 'other' },
        sourceInstanceId: id,
      });
      scenario.clock.advance(DAY);
      await scenario.prune();
    }
    const { plan } = await scenario.prune();
    expect(good.map((image) => reasonsFor(image, plan))).toEqual([['daily 2/2'], ['daily 1/2']]);
    expect(ids(scenario.region.images())).toEqual(expect.arrayContaining(good));
    expect(scenario.region.images().filter(({ state }) => state === 'available')).toHaveLength(2 + 14);
  });
});
