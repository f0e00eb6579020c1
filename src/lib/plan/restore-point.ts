/** Which recovery point is restored, or why none can be. */

import { formatInstant } from '../policy/instant.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import type { RestorableSnapshot, RestoreRequest, Restorables, Result } from './restorable.ts';

/** The point that is named, or the newest good one, of those with data of `at` or before. */
export function choosePoint(
  { points }: Pick<Restorables, 'points'>,
  { source, point, at }: Pick<RestoreRequest, 'source' | 'point' | 'at'>,
): Result<RecoveryPoint> {
  if (point !== undefined) return namedPoint(points, source, point);
  const inTime = points.filter((candidate) => at === undefined || takenAt(candidate) <= at);
  const [newest] = [...inTime]
    .filter(({ state }) => state === 'good')
    .sort((a, b) => takenAt(b) - takenAt(a));
  if (newest) return { ok: true, value: newest };
  return refuse(noneGood(points, inTime, { source, at }));
}

/** When its data was taken (ms): a slot that was made late holds the data of the time when it was made; so do its copies. */
export function takenAt({
  madeAt,
  slot,
  copiedFrom,
}: Pick<RecoveryPoint, 'madeAt' | 'slot' | 'copiedFrom'>): number {
  return copiedFrom ? (copiedFrom.takenAt ?? slot) : madeAt;
}

function namedPoint(points: readonly RecoveryPoint[], source: string, id: string): Result<RecoveryPoint> {
  const found = points.find((point) => point.id === id || point.snapshotIds.includes(id));
  if (!found) return refuse(`${id} is no recovery point of ${source} here`);
  return found.state === 'good' || found.disowned ? { ok: true, value: found } : refuse(notGood(found));
}

const NAMED = 'its data is all there, and crash-consistent: to take it all the same, name it with --point';

function notGood({ id, slot, state, detail, imageId, disowned }: RecoveryPoint): string {
  const cure: Record<string, string> = {
    pending: 'wait until it is complete, or name an earlier one with --at',
    failed: 'it holds no data that can be restored: name another one',
    incomplete: 'a part of it is gone: name another one',
    disabled: `enable it first: aws ec2 enable-image --image-id ${imageId ?? id}`,
  };
  return `${id} of slot ${formatInstant(slot)} is ${state}${detail === undefined ? '' : ` (${detail})`}: ${disowned ? NAMED : (cure[state] ?? '')}`;
}

function noneGood(
  points: readonly RecoveryPoint[],
  inTime: readonly RecoveryPoint[],
  { source, at }: { readonly source: string; readonly at: number | undefined },
): string {
  if (points.length === 0) return `${source} has no recovery point here`;
  const [newest] = [...inTime].sort((a, b) => b.slot - a.slot);
  const until = at === undefined ? '' : ` with data of ${formatInstant(at)} or before`;
  if (!newest) {
    const [oldest] = [...points].sort((a, b) => takenAt(a) - takenAt(b));
    return `${source} has no recovery point${until}: the oldest, ${oldest?.id ?? ''}, is of ${formatInstant(oldest ? takenAt(oldest) : 0)}`;
  }
  return `${source} has no good recovery point${until}: the newest, ${notGood(newest)}`;
}

/** Snapshots in the archive: EC2 reads none of them before it has brought them back. */
export function archivedOf(
  { snapshotIds }: RecoveryPoint,
  snapshots: ReadonlyMap<string, RestorableSnapshot>,
  now: number,
): readonly string[] {
  return snapshotIds.filter((id) => {
    const { isArchived = false, readableUntil = 0 } = snapshots.get(id) ?? {};
    return isArchived && readableUntil <= now;
  });
}

function refuse(problem: string): Result<never> {
  return { ok: false, problems: [problem] };
}
