import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CopyImageCommand,
  CopySnapshotCommand,
  CreateImageCommand,
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { newPlace, outcomeOf, SECOND, START } from './support.ts';

type Send = (region: SimulatedRegion) => Promise<unknown>;

/** How many calls in a row are not throttled. Any other refusal still costs a token. */
async function burstOf(region: SimulatedRegion, send: Send): Promise<number> {
  for (let count = 0; count < 500; count += 1) {
    if ((await outcomeOf(send(region))) === 'RequestLimitExceeded') return count;
  }
  return Infinity;
}

const id = 'i-0123456789abcdef0';
const Filters = [{ Name: 'tag:A', Values: ['b'] }];

const SourceRegion = 'ap-northeast-2';
const SourceSnapshotId = 'snap-01234567';
const copied = { SourceRegion, SourceImageId: 'ami-01234567', Name: 'prod/a' };
const shared = { ImageId: 'ami-01234567', UserIds: ['444455556666'], OperationType: 'add' as const };

const BUCKETS: readonly [title: string, capacity: number, perSecond: number, send: Send][] = [
  ['a read', 100, 20, ({ ec2 }) => ec2.send(new DescribeImagesCommand({}))],
  ['a filtered list', 100, 20, ({ ec2 }) => ec2.send(new DescribeInstancesCommand({ Filters }))],
  ['a paged list', 100, 20, ({ ec2 }) => ec2.send(new DescribeVolumesCommand({ MaxResults: 500 }))],
  ['a list by ids', 100, 20, ({ ec2 }) => ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))],
  ['an unfiltered, unpaged list', 50, 10, ({ ec2 }) => ec2.send(new DescribeVolumesCommand({}))],
  ['CreateImage', 50, 5, ({ ec2 }) => ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'prod/a' }))],
  ['CreateSnapshot', 100, 5, ({ ec2 }) => ec2.send(new CreateSnapshotCommand({ VolumeId: 'vol-01234567' }))],
  ['CopyImage', 100, 1, ({ ec2 }) => ec2.send(new CopyImageCommand(copied))],
  ['CopySnapshot', 50, 5, ({ ec2 }) => ec2.send(new CopySnapshotCommand({ SourceRegion, SourceSnapshotId }))],
  ['ModifyImageAttribute', 100, 5, ({ ec2 }) => ec2.send(new ModifyImageAttributeCommand(shared))],
  [
    'DeleteSnapshot',
    100,
    5,
    ({ ec2 }) => ec2.send(new DeleteSnapshotCommand({ SnapshotId: 'snap-01234567' })),
  ],
];

describe('token buckets', () => {
  test.each(BUCKETS)('%s: %i at once, then %i a second', async (_title, capacity, perSecond, send) => {
    const { region, clock } = newPlace();
    expect(await burstOf(region, send)).toBe(capacity);
    clock.advance(SECOND);
    expect(await burstOf(region, send)).toBe(perSecond);
    clock.advance(3600 * SECOND);
    expect(await burstOf(region, send)).toBe(capacity);
  });

  test('are one for each action', async () => {
    const { region } = newPlace();
    await burstOf(region, ({ ec2 }) => ec2.send(new DescribeImagesCommand({})));
    expect(await outcomeOf(region.ec2.send(new DescribeInstancesCommand({})))).toBe('ok');
    await burstOf(region, ({ ec2 }) => ec2.send(new DescribeInstancesCommand({})));
    expect(await outcomeOf(region.ec2.send(new DescribeInstancesCommand({ Filters })))).toBe('ok');
  });

  test('are one for each Region', async () => {
    const regions = ['ap-northeast-2', 'us-east-1'];
    const account = new SimulatedAccount({ clock: new SimulatedClock(START), regions });
    const list: Send = ({ ec2 }) => ec2.send(new DescribeImagesCommand({}));
    await burstOf(account.region('ap-northeast-2'), list);
    expect(await outcomeOf(list(account.region('us-east-1')))).toBe('ok');
  });

  test('are refilled by the latency of calls', async () => {
    const { region } = newPlace({ latency: 200 });
    const create: Send = ({ ec2 }) => ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'prod/a' }));
    expect(await burstOf(region, create)).toBe(Infinity);
  });

  test('are EC2 only', async () => {
    const { region } = newPlace();
    const list: Send = ({ autoScaling }) => autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
    expect(await burstOf(region, list)).toBe(Infinity);
  });

  test('are switched off by a setting', async () => {
    const { region } = newPlace({ throttle: false });
    expect(await burstOf(region, ({ ec2 }) => ec2.send(new DescribeImagesCommand({})))).toBe(Infinity);
  });
});
