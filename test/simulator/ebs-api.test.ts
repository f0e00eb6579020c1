import {
  ListChangedBlocksCommand,
  ListSnapshotBlocksCommand,
  type ListChangedBlocksCommandInput,
} from '@aws-sdk/client-ebs';
import { CreateSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { copySnapshot, newCopyPlaces, newSnapshot } from './copying-support.ts';
import { DAY, HOUR, newPlace, outcomeOf, present, type TestPlace } from './support.ts';

const BLOCK = 524_288;

async function snapshot({ region, clock }: TestPlace, VolumeId: string): Promise<string> {
  const { SnapshotId } = await region.ec2.send(new CreateSnapshotCommand({ VolumeId }));
  clock.advance(HOUR);
  return present(SnapshotId);
}

/** Indices, over all pages. */
async function blocks(region: SimulatedRegion, SnapshotId: string): Promise<number[]> {
  const indices: number[] = [];
  let NextToken: string | undefined;
  do {
    const page = { ...(NextToken !== undefined && { NextToken }) };
    const answer = await region.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId, ...page }));
    indices.push(...(answer.Blocks ?? []).map(({ BlockIndex }) => present(BlockIndex)));
    ({ NextToken } = answer);
  } while (NextToken !== undefined);
  return indices;
}

/** `index` with which of the two snapshots has it: `12`, `1` or `2`. */
async function changes(
  region: SimulatedRegion,
  FirstSnapshotId: string,
  SecondSnapshotId: string,
): Promise<string[]> {
  const changed: string[] = [];
  let page: Partial<ListChangedBlocksCommandInput> = {};
  do {
    const both = { FirstSnapshotId, SecondSnapshotId };
    const answer = await region.ebs.send(new ListChangedBlocksCommand({ ...both, ...page }));
    for (const { BlockIndex, FirstBlockToken, SecondBlockToken } of answer.ChangedBlocks ?? [])
      changed.push(`${BlockIndex}: ${FirstBlockToken ? '1' : ''}${SecondBlockToken ? '2' : ''}`);
    page = { NextToken: answer.NextToken };
  } while (page.NextToken !== undefined);
  return changed;
}

async function fullSizes(region: SimulatedRegion): Promise<(number | undefined)[]> {
  const { Snapshots = [] } = await region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  return Snapshots.map(({ FullSnapshotSizeInBytes }) => FullSnapshotSizeInBytes);
}

test('a snapshot has what was written until then, and not what was written later', async () => {
  const place = newPlace({ pageSize: 2, emptyPages: true });
  const { region } = place;
  const volume = region.createVolume({ sizeGiB: 1 });
  region.writeBlocks(volume, [4, 0, 1]);
  const first = await snapshot(place, volume);
  region.writeBlocks(volume, [1, 9]);
  const second = await snapshot(place, volume);
  expect(await blocks(region, first)).toEqual([0, 1, 4]);
  expect(await blocks(region, second)).toEqual([0, 1, 4, 9]);
  expect(await changes(region, first, second)).toEqual(['1: 12', '9: 2']);
  expect(await changes(region, second, first)).toEqual(['1: 12', '9: 1']);
  expect(await changes(region, second, second)).toEqual([]);
});

test('DescribeSnapshots tells the full size of what is complete, and of nothing else', async () => {
  const place = newPlace();
  const { region, clock } = place;
  const volume = region.createVolume({ sizeGiB: 1 });
  region.writeBlocks(volume, [0, 1, 2]);
  const { SnapshotId } = await region.ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  expect(await fullSizes(region)).toEqual([undefined]);
  expect(await outcomeOf(region.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId })))).toMatch(/Opaque/);
  clock.advance(HOUR);
  expect(await fullSizes(region)).toEqual([3 * BLOCK]);
});

test('a volume that nobody writes by hand fills and changes by itself, the same each time', async () => {
  const place = newPlace({ pageSize: 10_000 });
  const { region, clock } = place;
  const volume = region.createVolume({ sizeGiB: 8 });
  const first = await snapshot(place, volume);
  clock.advance(DAY - HOUR);
  const second = await snapshot(place, volume);
  const [before, after] = [await blocks(region, first), await blocks(region, second)];
  const changed = await changes(region, first, second);
  expect(await fullSizes(region)).toEqual(
    expect.arrayContaining([before.length * BLOCK, after.length * BLOCK]),
  );
  // 8 GiB are 16,384 blocks, of which more than half are written.
  expect(before.length).toBeGreaterThan(8192);
  expect(after.length).toBeGreaterThan(before.length);
  // A twentieth every day, and the rest once in 200 days.
  expect(changed.length / after.length).toBeGreaterThan(0.04);
  expect(changed.length / after.length).toBeLessThan(0.07);
  expect(await changes(region, first, second)).toEqual(changed);
});

test('[copies] a copy has the content of its original, and is compared with other copies of the volume', async () => {
  const places = newCopyPlaces({ pageSize: 5 });
  const { home, other, clock } = places;
  const place = { region: home, clock } as TestPlace;
  const volume = home.createVolume({ sizeGiB: 1 });
  home.writeBlocks(volume, [0, 1, 2]);
  const first = await snapshot(place, volume);
  home.writeBlocks(volume, [2, 3]);
  const second = await snapshot(place, volume);
  const copies = [await copySnapshot(other, first), await copySnapshot(other, second)];
  clock.advance(HOUR);
  const [one = '', two = ''] = copies;
  expect(await blocks(other, two)).toEqual([0, 1, 2, 3]);
  expect(await changes(other, one, two)).toEqual(['2: 12', '3: 2']);
  const unrelated = await copySnapshot(other, (await newSnapshot(places)).id);
  clock.advance(HOUR);
  expect(await reasonOf(changes(other, one, unrelated))).toBe('ValidationException UNRELATED_SNAPSHOTS');
});

async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, Reason } = error as { name: string; Reason?: string };
    return `${name} ${Reason}`;
  }
  return 'ok';
}

test('refuses what EBS refuses, with its names and reasons', async () => {
  const place = newPlace({ pageSize: 2 });
  const { region } = place;
  const volume = region.createVolume({ sizeGiB: 1 });
  region.writeBlocks(volume, [0, 1, 2]);
  const id = await snapshot(place, volume);
  const ask = (input: object): Promise<string> =>
    reasonOf(region.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id, ...input })));
  expect(await ask({ SnapshotId: 'snap-1' })).toBe('ValidationException INVALID_SNAPSHOT_ID');
  expect(await ask({ SnapshotId: undefined })).toBe('ValidationException INVALID_SNAPSHOT_ID');
  expect(await ask({ SnapshotId: 'snap-0123456789abcdef0' })).toBe(
    'ResourceNotFoundException SNAPSHOT_NOT_FOUND',
  );
  expect(await ask({ MaxResults: 99 })).toBe('ValidationException INVALID_PARAMETER_VALUE');
  expect(await ask({ MaxResults: 10_001 })).toBe('ValidationException INVALID_PARAMETER_VALUE');
  expect(await ask({ NextToken: 'made-up' })).toBe('ValidationException INVALID_PAGE_TOKEN');
  expect(await ask({ MaxResults: 100 })).toBe('ok');
  region.launching.archiveSnapshot(id);
  expect(await ask({})).toMatch(/^Client\.Opaque/);
  region.faults = onCommand('ListSnapshotBlocks', 1, { kind: 'throttle' });
  expect(await ask({})).toBe('RequestThrottledException ACCOUNT_THROTTLED');
});

test('without its key an encrypted snapshot is not read', async () => {
  const place = newPlace();
  const { region } = place;
  const key = region.keys.create();
  const id = await snapshot(place, region.createVolume({ sizeGiB: 1, keyArn: key }));
  const ask = (): Promise<string> =>
    reasonOf(region.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id, MaxResults: 100 })));
  expect(await ask()).toBe('ok');
  region.keys.setState(key, 'Disabled');
  expect(await ask()).toBe('AccessDeniedException DEPENDENCY_ACCESS_DENIED');
});

test('a list starts at a block when it is told to', async () => {
  const place = newPlace();
  const { region } = place;
  const volume = region.createVolume({ sizeGiB: 1 });
  region.writeBlocks(volume, [0, 5, 9]);
  const id = await snapshot(place, volume);
  const answer = await region.ebs.send(
    new ListSnapshotBlocksCommand({ SnapshotId: id, StartingBlockIndex: 5 }),
  );
  expect(answer.Blocks?.map(({ BlockIndex }) => BlockIndex)).toEqual([5, 9]);
  expect(answer).toMatchObject({ BlockSize: BLOCK, VolumeSize: 1 });
});

test('the console refuses blocks that the volume does not have', () => {
  const { region } = newPlace();
  const volume = region.createVolume({ sizeGiB: 1 });
  expect(() => region.writeBlocks(volume, [2047, 2048])).toThrow('block 2048 of vol-');
});
