import type {
  DescribeImageAttributeRequest,
  DescribeSnapshotAttributeRequest,
  DescribeSnapshotAttributeResult,
  ImageAttribute,
} from '@aws-sdk/client-ec2';
import { missingParameter } from './errors.ts';
import { IMAGE_ID, SNAPSHOT_ID, checkId, find } from './lookup.ts';
import { protectionOf } from './protections.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { checkOwner } from './remove.ts';
import { accountsOf } from './sharing.ts';
import type { Command, World } from './world.ts';

/** With whom an image is shared, or its protection: only the owner may ask. */
export const describeImageAttribute: Command<DescribeImageAttributeRequest, ImageAttribute> = {
  parameters: { ImageId: true, Attribute: true, DryRun: true },
  run(world, input) {
    const id = checkId(IMAGE_ID, input.ImageId, 'ImageId');
    const time = world.readTime();
    const image = find(id, { shelf: world.store.images, kind: IMAGE_ID, time });
    checkOwner(world, image);
    switch (input.Attribute) {
      case undefined:
        throw missingParameter('Attribute');
      case 'launchPermission':
        return { ImageId: id, LaunchPermissions: permissionsOf(world, image) };
      case 'deregistrationProtection':
        return { ImageId: id, DeregistrationProtection: { Value: protectionOf(image, time) ?? 'disabled' } };
      default:
        throw notSimulated(input.Attribute);
    }
  },
};

/** Which accounts may make volumes and copies of a snapshot: only the owner may ask. */
export const describeSnapshotAttribute: Command<
  DescribeSnapshotAttributeRequest,
  DescribeSnapshotAttributeResult
> = {
  parameters: { SnapshotId: true, Attribute: true, DryRun: true },
  run(world, input) {
    const id = checkId(SNAPSHOT_ID, input.SnapshotId, 'SnapshotId');
    const snapshot = find(id, { shelf: world.store.snapshots, kind: SNAPSHOT_ID, time: world.readTime() });
    checkOwner(world, snapshot);
    if (input.Attribute === undefined) throw missingParameter('Attribute');
    if (input.Attribute !== 'createVolumePermission') throw notSimulated(input.Attribute);
    return { SnapshotId: id, CreateVolumePermissions: permissionsOf(world, snapshot) };
  },
};

function permissionsOf(world: World, resource: ImageRecord | SnapshotRecord): { UserId: string }[] {
  return accountsOf(resource, world.readTime()).map((account) => ({ UserId: account }));
}

/** A caller that relies on what is not known here must hear of it. */
function notSimulated(attribute: string): Error {
  return new Error(`The simulated account does not know the attribute '${attribute}'`);
}
