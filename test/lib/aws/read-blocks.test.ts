import { EBSClient, ListChangedBlocksCommand, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { isUnrelated, listChangedBlocks, listSnapshotBlocks } from '../../../src/lib/aws/read-blocks.ts';
import { listDescribedSizes, listImageDevices } from '../../../src/lib/aws/read-snapshot-sizes.ts';

const ebsClient = new EBSClient({ region: 'ap-northeast-2' });
const ec2Client = new EC2Client({ region: 'ap-northeast-2' });
const ebs = mockClient(ebsClient);
const ec2 = mockClient(ec2Client);
const clients = { ebs: ebsClient };

beforeEach(() => {
  ebs.reset();
  ec2.reset();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Counts requests, and refuses the n-th. */
function counted(most = Infinity): {
  clients: typeof clients;
  beforeRequest: () => void;
  count: () => number;
} {
  let requests = 0;
  return {
    clients,
    count: () => requests,
    beforeRequest: () => {
      if (requests >= most) throw new Error('too many');
      requests += 1;
    },
  };
}

test('all blocks of a snapshot, to the page without a token, the largest pages that EBS gives', async () => {
  ebs
    .on(ListSnapshotBlocksCommand)
    .resolvesOnce({ Blocks: [{ BlockIndex: 0 }, { BlockIndex: 2 }], BlockSize: 524_288, NextToken: 'one' })
    .resolvesOnce({ Blocks: [], NextToken: 'two' })
    .resolvesOnce({ Blocks: [{ BlockIndex: 9 }] });
  const reading = counted();
  expect(await all(listSnapshotBlocks(reading, 'snap-1'))).toEqual([[0, 2], [], [9]]);
  expect(reading.count()).toBe(3);
  expect(ebs.calls().map(({ args: [command] }) => command.input)).toEqual([
    { SnapshotId: 'snap-1', MaxResults: 10_000 },
    { SnapshotId: 'snap-1', MaxResults: 10_000, NextToken: 'one' },
    { SnapshotId: 'snap-1', MaxResults: 10_000, NextToken: 'two' },
  ]);
});

test('what changed, and what of that the second snapshot has no more', async () => {
  ebs.on(ListChangedBlocksCommand).resolves({
    ChangedBlocks: [
      { BlockIndex: 1, FirstBlockToken: 'a', SecondBlockToken: 'b' },
      { BlockIndex: 2, SecondBlockToken: 'c' },
      { BlockIndex: 3, FirstBlockToken: 'd' },
    ],
  });
  expect(await all(listChangedBlocks(counted(), 'snap-1', 'snap-2'))).toEqual([
    { changed: [1, 2, 3], removed: [3] },
  ]);
  expect(ebs.calls().map(({ args: [command] }) => command.input)).toEqual([
    { FirstSnapshotId: 'snap-1', SecondSnapshotId: 'snap-2', MaxResults: 10_000 },
  ]);
});

test('a request that may not be made is not made', async () => {
  ebs.on(ListSnapshotBlocksCommand).resolves({ Blocks: [], NextToken: 'more' });
  await expect(all(listSnapshotBlocks(counted(1), 'snap-1'))).rejects.toThrow('too many');
  expect(ebs.calls()).toHaveLength(1);
});

test.each([
  ['a block without an index', { Blocks: [{ BlockToken: 'a' }] }, 'a block of snap-1 without an index'],
  [
    'blocks of another size',
    { Blocks: [], BlockSize: 4096 },
    'blocks of 4096 bytes for snap-1, expected 524288',
  ],
])('refuses %s: a wrong count is worse than none', async (_, answer, problem) => {
  ebs.on(ListSnapshotBlocksCommand).resolves(answer);
  await expect(all(listSnapshotBlocks(counted(), 'snap-1'))).rejects.toThrow(problem);
});

test.each([
  ['ValidationException', 'UNRELATED_SNAPSHOTS', true],
  ['ValidationException', 'INVALID_SNAPSHOT_ID', false],
  ['AccessDeniedException', 'UNRELATED_SNAPSHOTS', false],
])('%s for %s: of two lineages? %s', (name, Reason, expected) => {
  expect(isUnrelated(Object.assign(new Error('no'), { name, Reason }))).toBe(expected);
});

test('sizes: the full one, the volume of a copy by its tag, and none where EC2 gives an arbitrary one', async () => {
  const common = { State: 'completed', VolumeSize: 2, StartTime: new Date(5) } as const;
  const tag = { Key: 'ec2-backup:volume', Value: 'vol-9' };
  ec2.on(DescribeSnapshotsCommand).resolves({
    Snapshots: [
      {
        ...common,
        SnapshotId: 'snap-1',
        VolumeId: 'vol-1',
        FullSnapshotSizeInBytes: 7,
        StorageTier: 'standard',
      },
      { ...common, SnapshotId: 'snap-2', VolumeId: 'vol-ffffffff', Tags: [tag] },
      { ...common, SnapshotId: 'snap-3', VolumeId: 'vol-ffffffff', StorageTier: 'archive' },
      {
        ...common,
        SnapshotId: 'snap-4',
        VolumeId: 'vol-1',
        StorageTier: 'archive',
        RestoreExpiryTime: new Date(9),
      },
    ],
  });
  const size = {
    state: 'completed',
    startedAt: 5,
    volumeBytes: 2 * 2 ** 30,
    isArchived: false,
    isRestored: false,
  };
  const described = await all(listDescribedSizes({ ec2: ec2Client }));
  expect(described.map((one) => one.size)).toEqual([
    { ...size, id: 'snap-1', volumeId: 'vol-1', fullBytes: 7 },
    { ...size, id: 'snap-2', volumeId: 'vol-9' },
    { ...size, id: 'snap-3', isArchived: true },
    { ...size, id: 'snap-4', volumeId: 'vol-1', isArchived: true, isRestored: true },
  ]);
});

test('the device of each snapshot of an AMI; instance store has none', async () => {
  ec2.on(DescribeImagesCommand).resolves({
    Images: [
      {
        ImageId: 'ami-1',
        BlockDeviceMappings: [
          { DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1' } },
          { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
        ],
      },
    ],
  });
  expect(await all(listImageDevices({ ec2: ec2Client }, []))).toEqual([
    { id: 'ami-1', devices: [{ device: '/dev/xvda', snapshotId: 'snap-1' }] },
  ]);
});
