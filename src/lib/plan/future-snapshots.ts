/** The snapshots that points will have at an instant that is still to come, as `cost` reckons with them. */

import type { SizedSnapshot } from './cost-estimate.ts';
import { compareText } from './order.ts';
import { ARCHIVED_AT_LEAST, OF_A_VOLUME } from './protect-archive.ts';

/** From when to when a point exists: from its slot to the prune that takes it. */
export interface Life {
  readonly slot: number;
  /** Absent: it is there as far as is looked. */
  readonly prunedAt?: number;
}

/** A volume of a source, taken to stay as large as it is. */
export type Disk = Pick<SizedSnapshot, 'lineage' | 'volumeBytes' | 'fullBytes'>;

export function existsAt({ slot, prunedAt }: Life, at: number): boolean {
  return slot <= at && (prunedAt === undefined || prunedAt > at);
}

/** One snapshot of each disk for each point, all of which exist then; `name` tells them from those of other sources. */
export function snapshotsAt(
  present: readonly Life[],
  { disks, name, at, archiveAfter }: SnapshotsAtInput,
): SizedSnapshot[] {
  return present.flatMap((life) => {
    const isArchived = isDueForArchive(life, at, archiveAfter);
    const { slot } = life;
    return disks.map((disk, index) => ({
      ...disk,
      id: `${name} ${slot} ${index}`,
      startedAt: slot,
      takenAt: slot,
      isArchived,
      isRestored: false,
      isCompleted: true,
    }));
  });
}

export interface SnapshotsAtInput {
  readonly disks: readonly Disk[];
  readonly name: string;
  readonly at: number;
  /** Age (ms) from which they move to the archive. Absent: never, as copies and AMIs. */
  readonly archiveAfter?: number;
}

/**
 * Old enough, and staying there for the time that EC2 bills at least; where its end is not known it stays. What is not
 * archived now is not before `now`.
 */
export function isDueForArchive(
  { slot, prunedAt = Infinity }: Life,
  at: number,
  archiveAfter: number | undefined,
  now = -Infinity,
): boolean {
  if (archiveAfter === undefined) return false;
  const archivedAt = Math.max(slot + archiveAfter, now);
  return archivedAt <= at && prunedAt - archivedAt >= ARCHIVED_AT_LEAST;
}

/** EC2 archives so many snapshots of a volume and no more: the oldest go first, the others wait in the standard tier. */
export function withinArchiveQuota(snapshots: readonly SizedSnapshot[]): SizedSnapshot[] {
  const counts = new Map<string, number>();
  const waiting = new Set<SizedSnapshot>();
  const archived = snapshots.filter(({ isArchived }) => isArchived);
  for (const one of archived.sort((a, b) => a.takenAt - b.takenAt || compareText(a.id, b.id))) {
    const count = counts.get(one.lineage) ?? 0;
    if (count < OF_A_VOLUME) counts.set(one.lineage, count + 1);
    else waiting.add(one);
  }
  if (waiting.size === 0) return [...snapshots];
  return snapshots.map((one) => (waiting.has(one) ? { ...one, isArchived: false } : one));
}
