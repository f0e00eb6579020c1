/** What the bill falls by when orphans are deleted. */

import type { Orphan } from './audit-orphan.ts';
import type { Freeing } from './cost-freed.ts';
import type { Image } from './inventory.ts';
import type { StoredBytes } from './snapshot-prices.ts';

type Deleted = Pick<Orphan, 'id' | 'snapshots'>;

export interface Freed {
  /** All that nobody looks after. */
  readonly all: StoredBytes;
  /** What the prune or a printed command deletes. */
  readonly proposed: StoredBytes;
}

/** A snapshot that an AMI maps which is not deleted with it stays: EC2 spares it. */
export function freedByDeleting(
  images: readonly Image[],
  freeing: Freeing,
): (deleted: readonly Deleted[]) => StoredBytes {
  const mappers = new Map<string, string[]>();
  for (const { id, snapshotIds } of images.filter(({ state }) => state !== 'deregistered')) {
    for (const part of snapshotIds) mappers.set(part, [...(mappers.get(part) ?? []), id]);
  }
  return (deleted) => {
    const gone = new Set(deleted.map(({ id }) => id));
    const isFree = (part: string): boolean => (mappers.get(part) ?? []).every((image) => gone.has(image));
    return freeing(deleted.flatMap(({ snapshots }) => snapshots.filter(isFree)));
  };
}

export function freedByOrphans(
  orphans: readonly Orphan[],
  freed: (deleted: readonly Deleted[]) => StoredBytes,
): Freed {
  return { all: freed(orphans), proposed: freed(orphans.filter(isProposed)) };
}

/** Whether the prune or a printed command deletes it. */
export function isProposed({ isPruned, command }: Orphan): boolean {
  return isPruned || command !== undefined;
}
