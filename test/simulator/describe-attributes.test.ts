import {
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeSnapshotAttributeCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  type ImageAttributeName,
  type SnapshotAttributeName,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { HOUR, MINUTE, newPlace, outcomeOf, present, type TestPlace } from './support.ts';

const OTHER = '444455556666';
const THIRD = '777788889999';

interface Shared extends TestPlace {
  readonly ImageId: string;
  readonly SnapshotId: string;
}

function made(readLag = 0): Shared {
  const place = newPlace({ readLag });
  const ImageId = place.region.registerImage({ name: 'a' });
  const SnapshotId = present(place.region.snapshots()[0]).id;
  place.clock.advance(HOUR);
  return { ...place, ImageId, SnapshotId };
}

/** With whom the image, and the snapshot, are shared. */
async function sharedWith({ region, ImageId, SnapshotId }: Shared): Promise<(string | undefined)[][]> {
  const ofImage = new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' });
  const ofSnapshot = new DescribeSnapshotAttributeCommand({
    SnapshotId,
    Attribute: 'createVolumePermission',
  });
  const image = await region.ec2.send(ofImage);
  const snapshot = await region.ec2.send(ofSnapshot);
  expect([image.ImageId, snapshot.SnapshotId]).toEqual([ImageId, SnapshotId]);
  return [image.LaunchPermissions ?? [], snapshot.CreateVolumePermissions ?? []].map((permissions) =>
    permissions.map(({ UserId }) => UserId),
  );
}

async function share({ region, ImageId, SnapshotId }: Shared): Promise<void> {
  const Add = [{ UserId: OTHER }, { UserId: THIRD }];
  await region.ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add } }));
  const change = { SnapshotId, CreateVolumePermission: { Add: Add.slice(0, 1) } };
  await region.ec2.send(new ModifySnapshotAttributeCommand(change));
}

test('the accounts that an image or a snapshot is shared with can be read', async () => {
  const shared = made();
  expect(await sharedWith(shared)).toEqual([[], []]);
  await share(shared);
  expect(await sharedWith(shared)).toEqual([[OTHER, THIRD], [OTHER]]);
  shared.region.protecting.shareImage(shared.ImageId, []);
  shared.region.protecting.shareSnapshot(shared.SnapshotId, [THIRD]);
  expect(await sharedWith(shared)).toEqual([[], [THIRD]]);
});

test('they are read after the lag of reads', async () => {
  const shared = made(2 * MINUTE);
  await share(shared);
  expect(await sharedWith(shared)).toEqual([[], []]);
  shared.clock.advance(2 * MINUTE);
  expect(await sharedWith(shared)).toEqual([[OTHER, THIRD], [OTHER]]);
});

test('only the owner may ask, of what there is', async () => {
  const { region } = newPlace();
  const ofImage = (ImageId: string, Attribute?: ImageAttributeName): Promise<string> =>
    outcomeOf(region.ec2.send(new DescribeImageAttributeCommand({ ImageId, Attribute })));
  const ofSnapshot = (SnapshotId: string, Attribute?: SnapshotAttributeName): Promise<string> =>
    outcomeOf(region.ec2.send(new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute })));
  const strange = await publicImage(region);
  const strangeSnapshot = region.createForeignSnapshot({ ownerId: OTHER });
  expect(await ofImage(strange, 'launchPermission')).toBe('AuthFailure');
  expect(await ofSnapshot(strangeSnapshot, 'createVolumePermission')).toBe('AuthFailure');
  expect(await ofImage('ami-0123456789abcdef0', 'launchPermission')).toBe('InvalidAMIID.NotFound');
  expect(await ofSnapshot('snap-0123456789abcdef0', 'createVolumePermission')).toBe(
    'InvalidSnapshot.NotFound',
  );
  expect(await ofImage(region.registerImage({ name: 'a' }))).toBe('MissingParameter');
  expect(await ofSnapshot(region.createForeignSnapshot())).toBe('MissingParameter');
});

async function publicImage(region: SimulatedRegion): Promise<string> {
  const { Images = [] } = await region.ec2.send(new DescribeImagesCommand({}));
  return present(Images[0]?.ImageId);
}

test('what is not simulated is said to be so: other attributes, and groups', async () => {
  const { region, ImageId, SnapshotId } = made();
  const ofImage = new DescribeImageAttributeCommand({ ImageId, Attribute: 'kernel' });
  await expect(region.ec2.send(ofImage)).rejects.toThrow(/does not know the attribute 'kernel'/);
  const ofSnapshot = new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute: 'productCodes' });
  await expect(region.ec2.send(ofSnapshot)).rejects.toThrow(/does not know the attribute 'productCodes'/);
  const LaunchPermission = { Add: [{ Group: 'all' as const }] };
  const open = new ModifyImageAttributeCommand({ ImageId, LaunchPermission });
  await expect(region.ec2.send(open)).rejects.toThrow(/Add\[0\]\.Group/);
});
