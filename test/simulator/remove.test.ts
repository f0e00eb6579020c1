import {
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotsCommand,
  ListImagesInRecycleBinCommand,
  ListSnapshotsInRecycleBinCommand,
  type DeregisterImageCommandOutput,
  type DescribeLockedSnapshotsCommandInput,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR, MINUTE, newPlace, outcomeOf, present, START, type TestPlace } from './support.ts';

function deregister(
  region: SimulatedRegion,
  ImageId: string | undefined,
): Promise<DeregisterImageCommandOutput> {
  return region.ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
}

function deleteSnapshot(region: SimulatedRegion, SnapshotId: string | undefined): Promise<unknown> {
  return region.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
}

/** An image of two volumes, still pending. */
async function imaged(): Promise<TestPlace & { imageId: string; snapshotIds: readonly string[] }> {
  const place = newPlace();
  const volumes = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));
  const { id } = place.region.runInstance({ volumes });
  await place.region.ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'prod/a' }));
  const image = present(place.region.images()[0]);
  return { ...place, imageId: image.id, snapshotIds: image.snapshotIds };
}

describe('DeregisterImage', () => {
  test('keeps the snapshots unless told otherwise', async () => {
    const { region, imageId } = await imaged();
    const answer = await region.ec2.send(new DeregisterImageCommand({ ImageId: imageId }));
    expect(answer.Return).toBe(true);
    expect(answer.DeleteSnapshotResults).toBeUndefined();
    expect(region.images()).toEqual([]);
    expect(region.snapshots()).toHaveLength(2);
  });

  test.each(['pending', 'available', 'failed'])(
    'deletes the snapshots of a %s image with it',
    async (state) => {
      const { region, clock, imageId, snapshotIds } = await imaged();
      if (state === 'available') clock.advance(4 * MINUTE);
      if (state === 'failed') region.failImage(imageId);
      expect(region.images()[0]?.state).toBe(state);
      const answer = await deregister(region, imageId);
      const results = snapshotIds.map((SnapshotId) => ({ SnapshotId, ReturnCode: 'success' }));
      expect(answer.DeleteSnapshotResults).toEqual(results);
      expect(region.snapshots()).toEqual([]);
    },
  );

  test('skips a snapshot that another image maps, and deletes it with the last', async () => {
    const { region, imageId, snapshotIds } = await imaged();
    const shared = present(snapshotIds[0]);
    const other = region.registerImage({ name: 'other', snapshotIds: [shared] });
    const first = await deregister(region, imageId);
    expect(first.DeleteSnapshotResults?.map(({ ReturnCode }) => ReturnCode)).toEqual(['skipped', 'success']);
    const second = await deregister(region, other);
    expect(second.DeleteSnapshotResults).toEqual([{ SnapshotId: shared, ReturnCode: 'success' }]);
  });

  test('answers client-error for a locked snapshot and deregisters all the same', async () => {
    const { region, imageId, snapshotIds } = await imaged();
    region.lockSnapshot(present(snapshotIds[1]), { mode: 'compliance', expiresOn: START + DAY });
    const answer = await deregister(region, imageId);
    expect(answer.DeleteSnapshotResults?.map(({ ReturnCode }) => ReturnCode)).toEqual([
      'success',
      'client-error',
    ]);
    expect(region.snapshots().map(({ id }) => id)).toEqual([snapshotIds[1]]);
  });

  test('has no result for a snapshot that is gone already', async () => {
    const { region, imageId, snapshotIds } = await imaged();
    region.deleteSnapshotByHand(present(snapshotIds[0]));
    const answer = await deregister(region, imageId);
    expect(answer.DeleteSnapshotResults?.map(({ SnapshotId }) => SnapshotId)).toEqual([snapshotIds[1]]);
  });

  test('tells an image that is gone from one that never was', async () => {
    const { region, imageId } = await imaged();
    await deregister(region, imageId);
    expect(await outcomeOf(deregister(region, imageId))).toBe('InvalidAMIID.Unavailable');
    expect(await outcomeOf(deregister(region, 'ami-0123456789abcdef0'))).toBe('InvalidAMIID.NotFound');
    expect(await outcomeOf(deregister(region, 'golden'))).toBe('InvalidAMIID.Malformed');
    expect(await outcomeOf(deregister(region, undefined))).toBe('MissingParameter');
  });

  test('refuses the image and the snapshot of another account', async () => {
    const { region } = newPlace();
    const { Images = [] } = await region.ec2.send(new DescribeImagesCommand({}));
    expect(await outcomeOf(deregister(region, Images[0]?.ImageId))).toBe('AuthFailure');
    const { Snapshots = [] } = await region.ec2.send(new DescribeSnapshotsCommand({}));
    expect(await outcomeOf(deleteSnapshot(region, Snapshots[0]?.SnapshotId))).toBe('AuthFailure');
  });
});

describe('deregistration protection', () => {
  async function protectionOf(region: SimulatedRegion): Promise<string | undefined> {
    const { Images = [] } = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    return Images[0]?.DeregistrationProtection;
  }

  test('refuses with a code that no caller can match, until it is off', async () => {
    const { region, imageId } = await imaged();
    region.protectImage(imageId, 'enabled-without-cooldown');
    expect(await protectionOf(region)).toBe('enabled-without-cooldown');
    expect(await outcomeOf(deregister(region, imageId))).toMatch(/^Client\.Opaque\.\d+$/);
    expect(() => region.deregisterByHand(imageId)).toThrow(/protected/);
    region.unprotectImage(imageId);
    expect(await protectionOf(region)).toBe('disabled');
    expect(await outcomeOf(deregister(region, imageId))).toBe('ok');
  });

  test('with a cooldown goes on for 24 hours after it is off', async () => {
    const { region, clock, imageId } = await imaged();
    region.protectImage(imageId, 'enabled-with-cooldown');
    region.unprotectImage(imageId);
    clock.advance(DAY - 1);
    expect(await outcomeOf(deregister(region, imageId))).toMatch(/^Client\.Opaque\.\d+$/);
    expect(await protectionOf(region)).toBe('enabled-with-cooldown');
    clock.advance(1);
    expect(await protectionOf(region)).toBe('disabled');
    expect(await outcomeOf(deregister(region, imageId))).toBe('ok');
  });
});

describe('DeleteSnapshot', () => {
  test('refuses a snapshot in use by a pending, available, disabled or failed image', async () => {
    const { region, clock, imageId, snapshotIds } = await imaged();
    const attempt = (): Promise<string> => outcomeOf(deleteSnapshot(region, snapshotIds[0]));
    expect(await attempt()).toBe('InvalidSnapshot.InUse');
    clock.advance(4 * MINUTE);
    expect(await attempt()).toBe('InvalidSnapshot.InUse');
    region.disableImage(imageId);
    expect(await attempt()).toBe('InvalidSnapshot.InUse');
    region.enableImage(imageId);
    region.failImage(imageId);
    expect(await attempt()).toBe('InvalidSnapshot.InUse');
    region.deregisterByHand(imageId);
    expect(await attempt()).toBe('ok');
    expect(await attempt()).toBe('InvalidSnapshot.NotFound');
  });

  test('refuses a locked snapshot with a code that no caller can match, until the lock expires', async () => {
    const { region, clock } = newPlace();
    const id = region.createForeignSnapshot();
    region.lockSnapshot(id, { mode: 'governance', expiresOn: START + HOUR });
    expect(await outcomeOf(deleteSnapshot(region, id))).toMatch(/^Client\.Opaque\.\d+$/);
    clock.advance(HOUR);
    expect(await outcomeOf(deleteSnapshot(region, id))).toBe('ok');
  });

  test.each([
    [undefined, 'MissingParameter'],
    ['disk', 'InvalidSnapshotID.Malformed'],
    ['snap-0123456789abcdef0', 'InvalidSnapshot.NotFound'],
  ])('of %s is refused with %s', async (id, error) => {
    expect(await outcomeOf(deleteSnapshot(newPlace().region, id))).toBe(error);
  });
});

test('DescribeLockedSnapshots lists locks, expired ones too', async () => {
  const { region, clock } = newPlace();
  const ids = [1, 2, 3].map((hours) => {
    const id = region.createForeignSnapshot();
    if (hours < 3) region.lockSnapshot(id, { mode: 'compliance', expiresOn: START + hours * HOUR });
    return id;
  });
  clock.advance(HOUR);
  const list = async (input: DescribeLockedSnapshotsCommandInput): Promise<unknown> => {
    const { Snapshots = [] } = await region.ec2.send(new DescribeLockedSnapshotsCommand(input));
    return Snapshots.map(({ SnapshotId, LockState }) => [ids.indexOf(SnapshotId ?? ''), LockState]).sort();
  };
  expect(await list({})).toEqual([
    [0, 'expired'],
    [1, 'compliance'],
  ]);
  expect(await list({ SnapshotIds: ids.slice(1) })).toEqual([[1, 'compliance']]);
  expect(await list({ Filters: [{ Name: 'lock-state', Values: ['expired'] }] })).toEqual([[0, 'expired']]);
});

describe('the Recycle Bin', () => {
  test('takes what a rule covers, for its days', async () => {
    const { region, clock, imageId, snapshotIds } = await imaged();
    region.addRecycleBinRule('EC2_IMAGE', 7);
    region.addRecycleBinRule('EBS_SNAPSHOT', 14);
    await deregister(region, imageId);
    expect(region.images()).toEqual([]);
    expect(region.snapshots()).toEqual([]);
    expect(region.binned().map(({ kind, id }) => [kind, id])).toEqual([
      ['EC2_IMAGE', imageId],
      ...snapshotIds.map((id) => ['EBS_SNAPSHOT', id]),
    ]);
    const images = await region.ec2.send(new ListImagesInRecycleBinCommand({}));
    expect(images.Images).toMatchObject([
      { ImageId: imageId, Name: 'prod/a', RecycleBinExitTime: new Date(START + 7 * DAY) },
    ]);
    const snapshots = await region.ec2.send(
      new ListSnapshotsInRecycleBinCommand({ SnapshotIds: [...snapshotIds] }),
    );
    expect(snapshots.Snapshots).toHaveLength(2);
    expect(await outcomeOf(deregister(region, imageId))).toBe('InvalidAMIID.Unavailable');
    expect(await outcomeOf(deleteSnapshot(region, snapshotIds[0]))).toBe('InvalidSnapshot.NotFound');
    clock.advance(7 * DAY);
    expect(region.binned().map(({ kind }) => kind)).toEqual(['EBS_SNAPSHOT', 'EBS_SNAPSHOT']);
    clock.advance(7 * DAY);
    expect(region.binned()).toEqual([]);
  });

  test.each([
    [true, 'InvalidAMIName.Duplicate'],
    [false, 'ok'],
  ])('keeps the name of an image: %s', async (binKeepsName, outcome) => {
    const { region, clock } = newPlace({ binKeepsName });
    const { id } = region.runInstance();
    region.addRecycleBinRule('EC2_IMAGE', 7);
    region.deregisterByHand(region.registerImage({ name: 'prod/a' }));
    clock.advance(HOUR);
    const again = new CreateImageCommand({ InstanceId: id, Name: 'prod/a' });
    expect(await outcomeOf(region.ec2.send(again))).toBe(outcome);
  });

  test('is listed in pages, images by at most 20 ids', async () => {
    const { region } = newPlace({ pageSize: 2 });
    region.addRecycleBinRule('EC2_IMAGE', 1);
    for (const name of ['a-1', 'a-2', 'a-3']) region.deregisterByHand(region.registerImage({ name }));
    const first = await region.ec2.send(new ListImagesInRecycleBinCommand({ MaxResults: 1 }));
    expect(first.Images).toHaveLength(1);
    const rest = await region.ec2.send(new ListImagesInRecycleBinCommand({ NextToken: first.NextToken }));
    expect(rest.Images).toHaveLength(2);
    expect(rest.NextToken).toBeUndefined();
    const ids = Array.from({ length: 21 }, () => 'ami-0123456789abcdef0');
    const many = new ListImagesInRecycleBinCommand({ ImageIds: ids });
    expect(await outcomeOf(region.ec2.send(many))).toBe('InvalidParameterValue');
    const few = new ListSnapshotsInRecycleBinCommand({ MaxResults: 4 });
    expect(await outcomeOf(region.ec2.send(few))).toBe('InvalidParameterValue');
  });
});
