/** Into the archive: only what stays there long enough, and no more at once than EC2 takes. */

import type { ArchiveAction } from './protect-actions.ts';
import type { ProtectFacts } from './protect-facts.ts';
import type { RecoveryPoint } from './recovery-points.ts';

/** EC2 bills so many days of the archive at least. */
export const ARCHIVED_AT_LEAST = 90 * 86_400_000;
const IN_PROGRESS = 25;
export const OF_A_VOLUME = 25;

export interface ArchivePlan {
  readonly actions: readonly ArchiveAction[];
  /** Points that wait, and what for. */
  readonly waiting: readonly { readonly id: string; readonly policy: string; readonly reason: string }[];
}

export type Movable = Pick<ProtectFacts, 'snapshots' | 'archiving' | 'restored'>;

/** Points whose time has come, so far as they can be told without asking how long they stay. */
export function dueForArchive(
  { slot, state, imageId, copiedFrom, snapshotIds }: RecoveryPoint,
  after: number,
  { snapshots, archiving, restored, now }: Movable & { readonly now: number },
): boolean {
  // A copy in the archive would make the next one a full copy.
  if (imageId !== undefined || copiedFrom || state !== 'good' || now < slot + after) return false;
  if (snapshotIds.some((id) => restored.has(id))) return false;
  return snapshotIds.some((id) => snapshots.get(id)?.isArchived === false && !archiving.has(id));
}

/** Oldest first, within EC2's quotas. */
export function planArchive(due: readonly RecoveryPoint[], facts: ProtectFacts): ArchivePlan {
  const actions: ArchiveAction[] = [];
  const waiting: { id: string; policy: string; reason: string }[] = [];
  const counts = new Map(facts.archivedOf);
  let free = IN_PROGRESS - facts.archiving.size;
  for (const point of [...due].sort((a, b) => a.slot - b.slot)) {
    const { id, policy, source, slot } = point;
    const wait = (reason: string): void => void waiting.push({ id, policy, reason });
    const [copying] = facts.copying.get(id) ?? [];
    const [mapper] = point.mappedBy;
    if (copying !== undefined) wait(`not archived yet: ${copying}`);
    else if (mapper !== undefined) wait(`not archived: ${mapper} is made of it`);
    else {
      const parts = partsOf(point, facts);
      const full = parts.find(({ volumeId }) => (counts.get(volumeId) ?? 0) >= OF_A_VOLUME);
      if (full) wait(`not archived: ${OF_A_VOLUME} snapshots of ${full.volumeId} are, and EC2 takes no more`);
      else if (free < parts.length)
        wait(`not archived yet: EC2 archives ${IN_PROGRESS} snapshots of an account at a time`);
      else {
        free -= parts.length;
        for (const part of parts) {
          counts.set(part.volumeId, (counts.get(part.volumeId) ?? 0) + 1);
          const reason = 'old enough for the archive';
          actions.push({ action: 'archive-snapshot', id: part.id, point: id, policy, source, slot, reason });
        }
      }
    }
  }
  return { actions, waiting };
}

function partsOf({ snapshotIds }: RecoveryPoint, { snapshots, archiving }: ProtectFacts) {
  return snapshotIds.flatMap((id) => {
    const facts = snapshots.get(id);
    return facts && !facts.isArchived && !archiving.has(id) ? [{ id, volumeId: facts.volumeId }] : [];
  });
}
