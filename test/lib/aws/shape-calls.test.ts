import { CreateImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { quotaOf } from '../../../src/lib/aws/request-quotas.ts';
import { shapeCalls } from '../../../src/lib/aws/shape-calls.ts';
import { SimulatedAccount } from '../../../src/simulator/account.ts';
import { SimulatedClock } from '../../../src/simulator/clock.ts';
import { START } from '../../support/scenario.ts';

const SECOND = 1000;

/** An account that enforces EC2's buckets, and clients that keep to a share of them. */
function shaped(share: number) {
  const clock = new SimulatedClock(START);
  const account = new SimulatedAccount({ clock, settings: { throttle: true } });
  const region = account.region('ap-northeast-2');
  const instances = Array.from({ length: 300 }, () => region.runInstance().id);
  return { clock, region, instances, clients: shapeCalls(region.clients, { clock, share }) };
}

type Shaped = ReturnType<typeof shaped>;

function createAll({ clients, instances }: Shaped, count: number): Promise<unknown[]> {
  return Promise.all(
    instances
      .slice(0, count)
      .map((InstanceId, index) =>
        clients.ec2Once.send(new CreateImageCommand({ InstanceId, Name: `image-${index}`, NoReboot: true })),
      ),
  );
}

describe('[H18] calls at the pace of EC2’s token buckets', () => {
  test('are never throttled, however many are asked for at once', async () => {
    const world = shaped(1);
    await createAll(world, 300);
    expect(world.region.calls).toHaveLength(300);
    expect(world.region.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  });

  test.each([
    { share: 1, seconds: 20 },
    { share: 0.5, seconds: 40 },
    { share: 0.01, seconds: 2000 },
  ])(
    'take at a share of $share the time that it allows, from an empty bucket on',
    async ({ share, seconds }) => {
      const world = shaped(share);
      await createAll(world, 100);
      expect((world.clock.now() - START) / SECOND).toBeCloseTo(seconds, 3);
    },
  );

  test('come in the order in which they were asked for', async () => {
    const world = shaped(0.5);
    await createAll(world, 10);
    const names = world.region.calls.map(({ input }) => (input as { Name: string }).Name);
    expect(names).toEqual(Array.from({ length: 10 }, (_, index) => `image-${index}`));
  });

  test('have a bucket for each action: reading does not wait for writing', async () => {
    const world = shaped(0.5);
    const creating = createAll(world, 20);
    await world.clients.ec2.send(new DescribeImagesCommand({ Owners: ['self'], MaxResults: 100 }));
    expect(world.clock.now() - START).toBe(100);
    await creating;
    expect(world.clock.now() - START).toBe(8 * SECOND);
  });

  test('are not sent any more once somebody has aborted them, also those that wait', async () => {
    const { clock, region } = shaped(1);
    const over = new AbortController();
    const { ec2 } = shapeCalls(region.clients, { clock, share: 0.5, signal: over.signal });
    const list = () => ec2.send(new DescribeImagesCommand({ Owners: ['self'], MaxResults: 100 }));
    await list();
    const waiting = [list(), list()];
    over.abort();
    const ends = await Promise.allSettled([...waiting, list()]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(region.calls).toHaveLength(1);
  });

  test('save up what was not used, to the share of the bucket at most', async () => {
    const world = shaped(0.5);
    world.clock.advance(3600 * SECOND);
    const before = world.clock.now();
    await createAll(world, 25);
    expect(world.clock.now()).toBe(before);
    await world.clients.ec2Once.send(
      new CreateImageCommand({ InstanceId: world.instances[200] ?? '', Name: 'one-more', NoReboot: true }),
    );
    expect(world.clock.now()).toBe(before + 400);
  });
});

test.each([
  ['DescribeSnapshots', 100, 20],
  ['ListImagesInRecycleBin', 100, 20],
  ['CreateImage', 50, 5],
  ['CreateSnapshots', 100, 5],
  ['DeregisterImage', 100, 5],
  ['CreateTags', 100, 10],
  ['DisableImage', 50, 5],
])('EC2’s bucket of %s holds %i and gets %i a second', (action, capacity, refillPerSecond) => {
  expect(quotaOf(action)).toEqual({ capacity, refillPerSecond });
});
