import type {
  DeleteSnapshotRequest,
  DeleteSnapshotReturnCode,
  DeregisterImageRequest,
  DeregisterImageResult,
} from '@aws-sdk/client-ec2';
import { SimulatedServiceError } from './errors.ts';
import { IMAGE_ID, SNAPSHOT_ID, checkId, find } from './lookup.ts';
import { isLocked, protectionOf } from './protections.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { isBeingArchived } from './states.ts';
import { removeImage, removeSnapshot, snapshotIdsOf } from './stock.ts';
import type { Command, World } from './world.ts';

/** Images in any state can be deregistered, pending ones too. */
export const deregisterImage: Command<DeregisterImageRequest, DeregisterImageResult> = {
  parameters: { ImageId: true, DeleteAssociatedSnapshots: true, DryRun: true },
  run(world, input) {
    const image = findOwnImage(world, input.ImageId);
    if (protectionOf(image, world.now()) !== undefined)
      throw world.opaque(`Deregistration protection is on for '${image.id}'`);
    removeImage(world, image);
    if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
    return { Return: true, DeleteSnapshotResults: deleteSnapshotsOf(world, image) };
  },
};

export const deleteSnapshot: Command<DeleteSnapshotRequest, object> = {
  parameters: { SnapshotId: true, DryRun: true },
  run(world, input) {
    const snapshot = findOwnSnapshot(world, input.SnapshotId);
    const { id } = snapshot;
    const [user] = world.store.imagesOfSnapshot.of(id);
    if (user !== undefined) {
      throw new SimulatedServiceError(
        'InvalidSnapshot.InUse',
        `The snapshot ${id} is currently in use by ${user}`,
      );
    }
    if (isLocked(snapshot, world.now())) throw world.opaque(`The snapshot '${id}' is locked`);
    // What EC2 does then is not known, only that nobody can cancel it.
    if (isBeingArchived(snapshot, world.now())) throw world.opaque(`The snapshot '${id}' is being archived`);
    removeSnapshot(world, snapshot);
    return {};
  },
};

/** @throws InvalidAMIID.Malformed, .Unavailable, .NotFound, AuthFailure */
export function findOwnImage(world: World, given: string | undefined): ImageRecord {
  const id = checkId(IMAGE_ID, given, 'ImageId');
  if (world.store.deregistered.has(id)) {
    throw new SimulatedServiceError(
      'InvalidAMIID.Unavailable',
      `The image id '[${id}]' is no longer available`,
    );
  }
  const image = find(id, { shelf: world.store.images, kind: IMAGE_ID, time: world.now() });
  checkOwner(world, image);
  return image;
}

/** @throws MissingParameter, InvalidSnapshotID.Malformed, InvalidSnapshot.NotFound, AuthFailure */
export function findOwnSnapshot(world: World, given: string | undefined): SnapshotRecord {
  const id = checkId(SNAPSHOT_ID, given, 'SnapshotId');
  const snapshot = find(id, { shelf: world.store.snapshots, kind: SNAPSHOT_ID, time: world.now() });
  checkOwner(world, snapshot);
  return snapshot;
}

/** @throws AuthFailure */
export function checkOwner(world: World, resource: { readonly id: string; readonly ownerId: string }): void {
  if (resource.ownerId !== world.account) {
    throw new SimulatedServiceError(
      'AuthFailure',
      `Not authorized for ${resource.id} of ${resource.ownerId}`,
    );
  }
}

/** A snapshot that no longer exists has no result. */
function deleteSnapshotsOf(world: World, image: ImageRecord): DeleteSnapshotReturnCode[] {
  const results: DeleteSnapshotReturnCode[] = [];
  for (const id of snapshotIdsOf(image)) {
    const code = deleteAssociated(world, id);
    if (code !== undefined) results.push({ SnapshotId: id, ReturnCode: code });
  }
  return results;
}

function deleteAssociated(world: World, id: string): DeleteSnapshotReturnCode['ReturnCode'] {
  const snapshot = world.store.snapshots.get(id, world.now());
  if (snapshot === undefined) return undefined;
  if (world.store.imagesOfSnapshot.has(id)) return 'skipped';
  if (isLocked(snapshot, world.now()) || isBeingArchived(snapshot, world.now())) return 'client-error';
  removeSnapshot(world, snapshot);
  return 'success';
}
