import { count, type ActivityName } from './dlm-run-activity.ts';
import { isThere, type ManagedItem } from './dlm-run-items.ts';
import { SimulatedServiceError } from './errors.ts';
import { isLocked } from './protections.ts';
import type { SnapshotRecord } from './records.ts';
import { deleteSnapshot, deregisterImage } from './remove.ts';
import { snapshotState } from './states.ts';
import { BY_A_SERVICE, type World } from './world.ts';

/** Deletes what EC2 lets go; the rest stays as it is. */
export function deleteItem(item: ManagedItem): void {
  const { image, place } = item;
  const now = place.now();
  if (image !== undefined) {
    const isDone =
      isThere(image, now) &&
      isAccepted(() =>
        deregisterImage.run(place, { ImageId: image.id, DeleteAssociatedSnapshots: true }, BY_A_SERVICE),
      );
    countDeleted(item, isDone);
    return;
  }
  for (const { id } of item.snapshots.filter((snapshot) => isThere(snapshot, now))) {
    countDeleted(
      item,
      isAccepted(() => deleteSnapshot.run(place, { SnapshotId: id }, BY_A_SERVICE)),
    );
  }
}

/** Whether EC2 did not refuse. */
function isAccepted(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof SimulatedServiceError) return false;
    throw error;
  }
}

function countDeleted({ home, policy, image, isCopy }: ManagedItem, isDone: boolean): void {
  const what = image === undefined ? 'Snapshots' : 'Images';
  const outcome = isDone ? 'Completed' : 'Failed';
  const names: Readonly<Record<typeof what, ActivityName>> = isCopy
    ? { Snapshots: `SnapshotsCopiedRegionDelete${outcome}`, Images: `ImagesCopiedRegionDeregister${outcome}` }
    : { Snapshots: `SnapshotsDelete${outcome}`, Images: `ImagesDeregister${outcome}` };
  count(home, policy.id, names[what]);
}

/** When the last of its snapshots completes. */
export function pendingUntil({ snapshots, image }: ManagedItem): number {
  return Math.max(image?.availableAt ?? 0, ...snapshots.map(({ completesAt }) => completesAt));
}

/** Moves its snapshots to the archive tier; false when EC2 does not take one of them. */
export function archiveItem({ snapshots, place }: ManagedItem): boolean {
  if (snapshots.some((snapshot) => !canBeArchived(place, snapshot))) return false;
  for (const snapshot of snapshots) {
    snapshot.archival = { startedAt: place.now(), completesAt: place.now() };
    snapshot.tags.change(place.now(), new Map([...snapshot.tags.now(), ['aws:dlm:archived', 'true']]));
  }
  return true;
}

function canBeArchived(place: World, snapshot: SnapshotRecord): boolean {
  const now = place.now();
  const isInUse = place.store.imagesOfSnapshot.has(snapshot.id);
  return snapshotState(snapshot, now) === 'completed' && !isLocked(snapshot, now) && !isInUse;
}
