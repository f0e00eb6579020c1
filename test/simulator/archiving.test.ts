import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeSnapshotTierStatusCommand,
  DescribeSnapshotsCommand,
  ModifySnapshotAttributeCommand,
  ModifySnapshotTierCommand,
  RestoreSnapshotTierCommand,
  type SnapshotTierStatus,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR, MINUTE, newPlace, OPAQUE, outcomeOf, present, START } from './support.ts';

const OTHER = '444455556666';

const archive = (region: SimulatedRegion, SnapshotId: string): Promise<string> =>
  outcomeOf(region.ec2.send(new ModifySnapshotTierCommand({ SnapshotId, StorageTier: 'archive' })));

const remove = (region: SimulatedRegion, SnapshotId: string): Promise<string> =>
  outcomeOf(region.ec2.send(new DeleteSnapshotCommand({ SnapshotId })));

const share = (region: SimulatedRegion, SnapshotId: string): Promise<string> => {
  const CreateVolumePermission = { Add: [{ UserId: OTHER }] };
  return outcomeOf(
    region.ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission })),
  );
};

async function statusOf(region: SimulatedRegion): Promise<SnapshotTierStatus | undefined> {
  const { SnapshotTierStatuses = [] } = await region.ec2.send(new DescribeSnapshotTierStatusCommand({}));
  expect(SnapshotTierStatuses.length).toBeLessThan(2);
  return SnapshotTierStatuses[0];
}

async function tierIn(region: SimulatedRegion, id: string): Promise<string | undefined> {
  const { Snapshots = [] } = await region.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
  return Snapshots[0]?.StorageTier;
}

describe('ModifySnapshotTier', () => {
  test('takes hours, during which the snapshot stays in the standard tier', async () => {
    const { region, clock } = newPlace();
    const id = region.createForeignSnapshot({ volumeId: 'vol-0123456789abcdef0', tags: { kind: 'old' } });
    const command = new ModifySnapshotTierCommand({ SnapshotId: id, StorageTier: 'archive' });
    const answer = await region.ec2.send(command);
    expect(answer).toMatchObject({ SnapshotId: id, TieringStartTime: new Date(START) });
    clock.advance(6 * HOUR - 1);
    expect(await tierIn(region, id)).toBe('standard');
    const status = {
      SnapshotId: id,
      VolumeId: 'vol-0123456789abcdef0',
      Status: 'completed',
      StorageTier: 'standard',
      Tags: [{ Key: 'kind', Value: 'old' }],
      LastTieringStartTime: new Date(START),
      LastTieringOperationStatus: 'archival-in-progress',
    };
    expect(await statusOf(region)).toMatchObject(status);
    expect((await statusOf(region))?.ArchivalCompleteTime).toBeUndefined();
    clock.advance(1);
    expect(await tierIn(region, id)).toBe('archive');
    expect(region.snapshots().map(({ tier }) => tier)).toEqual(['archive']);
    expect(await statusOf(region)).toMatchObject({
      ...status,
      StorageTier: 'archive',
      LastTieringOperationStatus: 'archival-completed',
      ArchivalCompleteTime: new Date(START + 6 * HOUR),
    });
  });

  test('ends sharing and fast restore, and nobody can share it again', async () => {
    const { region } = newPlace();
    const id = region.createForeignSnapshot();
    expect(await share(region, id)).toBe('ok');
    expect(await archive(region, id)).toBe('ok');
    expect(region.snapshots()[0]).toMatchObject({ sharedWith: [], fastRestoreZones: [] });
    expect(await share(region, id)).toMatch(OPAQUE);
  });

  test('is refused a second time, during it and after', async () => {
    const { region, clock } = newPlace();
    const id = region.createForeignSnapshot();
    expect(await archive(region, id)).toBe('ok');
    expect(await archive(region, id)).toMatch(OPAQUE);
    clock.advance(6 * HOUR);
    expect(await archive(region, id)).toMatch(OPAQUE);
    const restore = new RestoreSnapshotTierCommand({ SnapshotId: id, TemporaryRestoreDays: 1 });
    await region.ec2.send(restore);
    clock.advance(DAY);
    expect((await statusOf(region))?.LastTieringOperationStatus).toBe('temporary-restore-completed');
    expect(await archive(region, id)).toMatch(OPAQUE);
  });

  test('shows in lists after the lag of reads', async () => {
    const { region, clock } = newPlace({ readLag: 2 * MINUTE });
    const id = region.createForeignSnapshot();
    clock.advance(HOUR);
    expect(await archive(region, id)).toBe('ok');
    expect(await statusOf(region)).toBeUndefined();
    clock.advance(2 * MINUTE);
    expect((await statusOf(region))?.LastTieringOperationStatus).toBe('archival-in-progress');
    clock.advance(6 * HOUR - 1);
    expect((await statusOf(region))?.LastTieringOperationStatus).toBe('archival-in-progress');
    clock.advance(1);
    expect((await statusOf(region))?.LastTieringOperationStatus).toBe('archival-completed');
  });

  test('is refused while an image that is not disabled maps the snapshot', async () => {
    const { region } = newPlace();
    const image = region.registerImage({ name: 'a' });
    const id = present(region.snapshots()[0]).id;
    const other = region.registerImage({ name: 'b', snapshotIds: [id] });
    region.disableImage(image);
    expect(await archive(region, id)).toMatch(OPAQUE);
    region.disableImage(other);
    expect(await archive(region, id)).toBe('ok');
  });

  test('is refused of what is pending, in error, of AWS Backup or of another account', async () => {
    const { region } = newPlace();
    const [VolumeId] = region.runInstance().volumeIds;
    const { SnapshotId } = await region.ec2.send(new CreateSnapshotCommand({ VolumeId }));
    const id = present(SnapshotId);
    expect(await archive(region, id)).toMatch(OPAQUE);
    region.failSnapshot(id);
    expect(await archive(region, id)).toMatch(OPAQUE);
    const managed = region.createForeignSnapshot({ tags: { 'aws:backup:source-resource': 'vol-1' } });
    expect(await archive(region, managed)).toMatch(OPAQUE);
    expect(await archive(region, region.createForeignSnapshot({ ownerId: OTHER }))).toBe('AuthFailure');
    expect(await archive(region, 'snap-0123456789abcdef0')).toBe('InvalidSnapshot.NotFound');
    expect(await statusOf(region)).toBeUndefined();
  });

  test('is refused without the tier', async () => {
    const { region } = newPlace();
    const command = new ModifySnapshotTierCommand({ SnapshotId: region.createForeignSnapshot() });
    expect(await outcomeOf(region.ec2.send(command))).toBe('InvalidParameterValue');
  });

  test('of a 26th snapshot of a volume is refused, also when the others are done', async () => {
    const { region, clock } = newPlace({ throttle: false });
    const make = (volumeId: string): string => region.createForeignSnapshot({ volumeId });
    const ids = Array.from({ length: 26 }, () => make('vol-0123456789abcdef0'));
    for (const id of ids.slice(0, 25)) expect(await archive(region, id)).toBe('ok');
    clock.advance(6 * HOUR);
    expect(await archive(region, present(ids[25]))).toMatch(OPAQUE);
    expect(await archive(region, make('vol-0123456789abcdef1'))).toBe('ok');
    expect(await remove(region, present(ids[0]))).toBe('ok');
    expect(await archive(region, present(ids[25]))).toBe('ok');
  });

  test('of a 26th snapshot at once is refused, until one is done', async () => {
    const { region, clock } = newPlace({ throttle: false });
    const ids = Array.from({ length: 26 }, (_, index) =>
      region.createForeignSnapshot({ volumeId: `vol-0123456789abcde${index + 10}` }),
    );
    for (const id of ids.slice(0, 25)) expect(await archive(region, id)).toBe('ok');
    expect(await archive(region, present(ids[25]))).toMatch(OPAQUE);
    clock.advance(6 * HOUR);
    expect(await archive(region, present(ids[25]))).toBe('ok');
  });
});

test('a snapshot is not deleted on its way into the archive, but from there', async () => {
  const { region, clock } = newPlace();
  const image = region.registerImage({ name: 'a' });
  const id = present(region.snapshots()[0]).id;
  region.disableImage(image);
  expect(await archive(region, id)).toBe('ok');
  const deregister = new DeregisterImageCommand({ ImageId: image, DeleteAssociatedSnapshots: true });
  const { DeleteSnapshotResults } = await region.ec2.send(deregister);
  expect(DeleteSnapshotResults).toEqual([{ SnapshotId: id, ReturnCode: 'client-error' }]);
  expect(await remove(region, id)).toMatch(OPAQUE);
  clock.advance(6 * HOUR);
  expect(await remove(region, id)).toBe('ok');
  expect(region.snapshots()).toEqual([]);
});

test('DescribeSnapshotTierStatus finds by volume and by operation', async () => {
  const { region, clock } = newPlace();
  const [first, second] = ['vol-0123456789abcdef0', 'vol-0123456789abcdef1'].map((volumeId) =>
    region.createForeignSnapshot({ volumeId }),
  );
  await archive(region, present(first));
  clock.advance(6 * HOUR);
  await archive(region, present(second));
  const find = async (Name: string, value: string): Promise<unknown> => {
    const command = new DescribeSnapshotTierStatusCommand({ Filters: [{ Name, Values: [value] }] });
    const { SnapshotTierStatuses = [] } = await region.ec2.send(command);
    return SnapshotTierStatuses.map(({ SnapshotId }) => SnapshotId);
  };
  expect(await find('volume-id', 'vol-0123456789abcdef1')).toEqual([second]);
  expect(await find('last-tiering-operation', 'archival-completed')).toEqual([first]);
  expect(await find('last-tiering-operation', 'archival-in-progress')).toEqual([second]);
  expect(await find('snapshot-id', present(first))).toEqual([first]);
});
