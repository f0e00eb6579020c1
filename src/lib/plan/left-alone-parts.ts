/** The snapshots of AMIs of ours that are left alone because their tags cannot be read. */

import type { Image, Snapshot } from './inventory.ts';
import type { LeftAlone, Owned } from './recovery-points.ts';

/**
 * By id, snapshots of ours that were made for an AMI, where the AMIs that map them are left alone: parts of those, whatever
 * their own tags say. Taken for what an AMI has left behind, they would be told as such, and prune would look at them.
 */
export function partsOfLeftAlone(
  images: readonly Owned<Image>[],
  snapshots: readonly Owned<Snapshot>[],
): ReadonlyMap<string, LeftAlone> {
  const registered = images.filter(({ state }) => state !== 'deregistered');
  const leftAlone = registered.filter(({ ownership }) => ownership.status === 'left-alone');
  const imageOf = new Map(leftAlone.flatMap(({ id, snapshotIds }) => snapshotIds.map((part) => [part, id])));
  if (imageOf.size === 0) return new Map();
  // An AMI of ours that is well makes them parts of a recovery point.
  const inPoints = new Set(
    registered
      .filter(({ ownership }) => ownership.status === 'ours')
      .flatMap(({ snapshotIds }) => snapshotIds),
  );
  const parts = snapshots.filter(
    ({ ownership }) => ownership.status === 'ours' && ownership.marks.kind === 'image',
  );
  return new Map(
    parts.flatMap(({ id }) => {
      const image = inPoints.has(id) ? undefined : imageOf.get(id);
      if (image === undefined) return [];
      return [[id, { id, reason: `part of ${image}, which is left alone`, partOf: image }]];
    }),
  );
}
