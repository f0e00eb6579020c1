import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, Scenario } from '../support/scenario.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

const PAGE = 7;

/** Sources of each kind, and as many that nobody backs up; sets are of two volumes. */
function fleet(each: number): Scenario {
  const scenario = new Scenario({ policies: POLICIES, settings: { pageSize: PAGE, emptyPages: false } });
  for (let count = 0; count < each; count += 1) {
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    scenario.region.runInstance({
      tags: { Backup: 'sets' },
      volumes: ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 })),
    });
    scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
    scenario.region.runInstance();
  }
  return scenario;
}

/** How many calls of each command a run makes. */
async function callsOf(
  run: () => Promise<unknown>,
  { calls }: SimulatedRegion,
): Promise<Record<string, number>> {
  const before = calls.length;
  await run();
  const counts: Record<string, number> = {};
  for (const { command, outcome } of calls.slice(before)) {
    expect(outcome).toBe('ok');
    counts[command] = (counts[command] ?? 0) + 1;
  }
  return counts;
}

function pages(items: number): number {
  return Math.max(1, Math.ceil(items / PAGE));
}

describe('EC2 calls of a fault-free backup run', () => {
  test.each([1, 5, 30])(
    'of %i sources: one creating call a source, plus the pages of the lists',
    async (each) => {
      const scenario = fleet(each);
      const run = (policy: string) => (): Promise<unknown> => scenario.backup(policy);
      expect(await callsOf(run('nightly'), scenario.region)).toEqual({
        DescribeImages: 1,
        // The filter lets through what opts in, for whatever policy.
        DescribeInstances: pages(2 * each),
        DescribeVolumes: pages(3 * each),
        CreateImage: each,
      });
      expect(await callsOf(run('sets'), scenario.region)).toMatchObject({ CreateSnapshots: each });
      expect(await callsOf(run('disks'), scenario.region)).toEqual({
        DescribeSnapshots: 1,
        DescribeImages: 1,
        DescribeVolumes: pages(each),
        CreateSnapshot: each,
      });
    },
  );

  test('of a slot that is done: the pages alone', async () => {
    const scenario = fleet(10);
    await scenario.backup('sets');
    expect(await callsOf(() => scenario.backup('sets'), scenario.region)).toEqual({
      DescribeSnapshots: pages(20),
      DescribeImages: 1,
      DescribeInstances: pages(20),
      DescribeVolumes: pages(30),
    });
  });
});

describe('EC2 calls of a fault-free prune', () => {
  test.each([
    { each: 1, days: 2 },
    { each: 5, days: 4 },
    { each: 12, days: 3 },
  ])(
    'of $each sources of a kind, $days days: one a deletion, the pages, one reference call per 10 images',
    async (row) => {
      const { each, days } = row;
      const scenario = fleet(each);
      for (let day = 0; day < days; day += 1) {
        for (const policy of ['nightly', 'sets', 'disks']) await scenario.backup(policy);
        scenario.clock.advance(DAY);
      }
      const gone = each * (days - 1);
      const accept = gone;
      expect(await callsOf(() => scenario.prune({ accept }), scenario.region)).toEqual({
        DescribeSnapshots: pages(4 * each * days),
        DescribeImages: pages(each * days),
        DescribeInstances: pages(3 * each),
        DescribeVolumes: pages(5 * each),
        DescribeImageReferences: Math.ceil(gone / 10),
        DescribeLaunchConfigurations: 1,
        DescribeAutoScalingGroups: 1,
        DescribeLockedSnapshots: 1,
        ListImagesInRecycleBin: 1,
        ListSnapshotsInRecycleBin: 1,
        DeregisterImage: gone,
        // Two of each set, one of each volume.
        DeleteSnapshot: 3 * gone,
      });
      expect(scenario.region.images()).toHaveLength(each);
    },
  );

  test('with nothing to delete: the pages of the four lists alone', async () => {
    const scenario = fleet(3);
    await scenario.backup('nightly');
    scenario.clock.advance(DAY);
    expect(await callsOf(() => scenario.prune(), scenario.region)).toEqual({
      DescribeSnapshots: 1,
      DescribeImages: 1,
      DescribeInstances: pages(9),
      DescribeVolumes: pages(15),
    });
  });
});
