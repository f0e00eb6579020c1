import type {
  DisableImageRequest,
  DisableImageResult,
  EnableImageRequest,
  EnableImageResult,
  ImageState,
} from '@aws-sdk/client-ec2';
import { isDisabled, setDisabled } from './protections.ts';
import type { ImageRecord } from './records.ts';
import { findOwnImage } from './remove.ts';
import { setSharing } from './sharing.ts';
import { imageState } from './states.ts';
import { snapshotIdsOf } from './stock.ts';
import type { Command, World } from './world.ts';

/** Only of an available image. With which code EC2 refuses others is not known. */
export const disableImage: Command<DisableImageRequest, DisableImageResult> = {
  parameters: { ImageId: true, DryRun: true },
  run(world, input) {
    const image = findOwnImage(world, input.ImageId);
    checkState(world, image, 'available');
    changeDisabled(world, image, true);
    return { Return: true };
  },
};

/** Whether EC2 takes it of an image whose snapshots are archived is not known: it is refused here. */
export const enableImage: Command<EnableImageRequest, EnableImageResult> = {
  parameters: { ImageId: true, DryRun: true },
  run(world, input) {
    const image = findOwnImage(world, input.ImageId);
    checkState(world, image, 'disabled');
    const archived = archivedSnapshotOf(world, image);
    if (archived !== undefined) throw world.opaque(`The snapshot '${archived}' of '${image.id}' is archived`);
    changeDisabled(world, image, false);
    return { Return: true };
  },
};

function checkState(world: World, image: ImageRecord, expected: ImageState): void {
  const state = imageState(image, world.now());
  if (state !== expected) throw world.opaque(`The image '${image.id}' is ${state}, expected ${expected}`);
}

/** A snapshot of the image that is in the archive, or on the way there. */
function archivedSnapshotOf(world: World, image: ImageRecord): string | undefined {
  const { snapshots } = world.store;
  return snapshotIdsOf(image).find((id) => snapshots.get(id, world.now())?.archival !== undefined);
}

/** An image that maps the snapshot and is not disabled. */
export function enabledImageOf(world: World, snapshotId: string): string | undefined {
  const { images, imagesOfSnapshot } = world.store;
  return imagesOfSnapshot.of(snapshotId).find((id) => {
    const image = images.get(id, world.now());
    return image === undefined || !isDisabled(image, world.now());
  });
}

/** EC2 takes every launch permission away with it, and does not give them back. Checks nothing. */
export function changeDisabled(world: World, image: ImageRecord, disabled: boolean): void {
  setDisabled(image, disabled, world.now());
  if (disabled) setSharing(image, [], world.now());
  for (const listener of world.store.imageListeners) listener(image);
}
