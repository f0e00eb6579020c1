import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, Scenario } from '../support/scenario.ts';
import { at, changes, ends, only, verdicts } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  clean: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 }, reboot: true }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 2 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

const DEVICES = ['/dev/xvda', '/dev/sdf', '/dev/sdg', '/dev/sdh'];

function machine(
  policy: string,
  excluded: readonly string[] = [],
): { scenario: Scenario; id: string; volumeIds: readonly string[] } {
  const scenario = new Scenario({ policies: POLICIES });
  const volumes = DEVICES.map((device) => ({
    device,
    sizeGiB: 8,
    ...(excluded.includes(device) && { tags: { 'Backup:Exclude': 'true' } }),
  }));
  return { scenario, ...scenario.region.runInstance({ tags: { Backup: policy }, volumes }) };
}

describe('several volumes of one instance', () => {
  test.each([
    { policy: 'nightly', command: 'CreateImage' },
    { policy: 'sets', command: 'CreateSnapshots' },
  ])('[H15] are backed up at one instant, by one $command', async ({ policy, command }) => {
    const { scenario, volumeIds } = machine(policy);
    await scenario.backup(policy);
    expect(changes(scenario.region)).toEqual([command]);
    const snapshots = scenario.region.snapshots();
    expect(snapshots.map(({ volumeId }) => volumeId).sort()).toEqual([...volumeIds].sort());
    expect(new Set(snapshots.map(({ startedAt }) => startedAt)).size).toBe(1);
    for (const { tags } of snapshots) expect(tags['ec2-backup:consistency']).toBe('crash');
    scenario.clock.advance(HOUR);
    expect(only(verdicts((await scenario.prune()).plan))).toMatch(/keep: (daily 1\/3|last 1\/2)/);
  });

  test('[H15] the instance is never rebooted unless the policy says so', async () => {
    const { scenario } = machine('nightly');
    await scenario.backupEvery(DAY, 3, 'nightly');
    expect(only(scenario.region.instances()).reboots).toBe(0);
    for (const { command, input } of scenario.region.calls) {
      if (command === 'CreateImage') expect(input).toMatchObject({ NoReboot: true });
    }
  });

  test('[H15] with reboot: true it is, and the backup says that it is of a stopped machine', async () => {
    const { scenario } = machine('clean');
    await scenario.backup('clean');
    expect(only(scenario.region.instances()).reboots).toBe(1);
    expect(only(scenario.region.images()).tags['ec2-backup:consistency']).toBe('stopped');
  });

  test.each(['nightly', 'sets'])(
    '[H15] of a stopped instance, by %s, are consistent as of the stop',
    async (policy) => {
      const { scenario, id } = machine(policy);
      scenario.region.stopInstance(id);
      await scenario.backup(policy);
      for (const { tags } of scenario.region.snapshots())
        expect(tags['ec2-backup:consistency']).toBe('stopped');
    },
  );

  test.each(['nightly', 'sets'])(
    '[H15] but for those that are left out, by %s, and such a backup is whole',
    async (policy) => {
      const { scenario, volumeIds } = machine(policy, ['/dev/sdg']);
      await scenario.backup(policy);
      expect(
        scenario.region
          .snapshots()
          .map(({ volumeId }) => volumeId)
          .sort(),
      ).toEqual(volumeIds.filter((_, index) => index !== 2).sort());
      scenario.clock.advance(HOUR);
      expect(only(verdicts((await scenario.prune()).plan))).toMatch(/keep: (daily 1\/3|last 1\/2)/);
    },
  );

  test('[H15] a set without the root volume is whole; an AMI without it is refused with a way out', async () => {
    const sets = machine('sets', ['/dev/xvda']);
    expect(ends((await sets.scenario.backup('sets')).outcomes)).toEqual(['create-snapshots done']);
    expect(sets.scenario.region.snapshots()).toHaveLength(3);
    const image = machine('nightly', ['/dev/xvda']);
    const { plan } = await image.scenario.backup('nightly');
    expect(only(plan.skipped).reason).toMatch(/an AMI needs its root volume.*backup: snapshots/);
    expect(changes(image.scenario.region)).toEqual([]);
  });

  test('[H15] a set of which one part fails has failed as a whole, and the one before it counts on', async () => {
    const { scenario } = machine('sets');
    await scenario.backupEvery(DAY, 2, 'sets');
    await scenario.backup('sets');
    scenario.clock.advance(MINUTE);
    scenario.region.failSnapshot(at(scenario.region.snapshots(), -1).id);
    scenario.clock.advance(HOUR);
    expect(verdicts((await scenario.prune()).plan)).toEqual([
      '11-22T03:00 keep: last 2/2',
      '11-23T03:00 keep: last 1/2',
      '11-24T03:00 keep: failed',
    ]);
    scenario.clock.advance(DAY);
    expect(verdicts((await scenario.prune()).plan).at(-1)).toBe('11-24T03:00 prune: failed for over 24 h');
    expect(scenario.region.snapshots()).toHaveLength(8);
  });
});
