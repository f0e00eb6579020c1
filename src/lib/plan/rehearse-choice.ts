/** Which recovery point of a policy is rehearsed. */

import { groupBy } from './group-by.ts';
import { compareText } from './order.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { formatInstant } from '../policy/instant.ts';

export interface Rehearsable {
  readonly point: RecoveryPoint;
  /** Some of it is in the archive. */
  readonly isArchived: boolean;
  /** When it was last rehearsed, in ms since the epoch. */
  readonly rehearsedAt?: number;
}

/**
 * Of each source the newest good point that can be read at once, the longest unrehearsed source first. `rankOf` is the
 * chance by which sources that are alike in that are ordered: the same for the same source and slot.
 */
export function rehearsalCandidates(
  all: readonly Rehearsable[],
  rankOf: (source: string) => string,
): readonly RecoveryPoint[] {
  const candidates = [...groupBy(all, ({ point }) => point.source)].flatMap(([source, own]) => {
    const [newest] = own
      .filter(({ point, isArchived }) => point.state === 'good' && !isArchived)
      .sort((a, b) => b.point.madeAt - a.point.madeAt || compareText(a.point.id, b.point.id));
    if (!newest) return [];
    const last = Math.max(-Infinity, ...own.map(({ rehearsedAt = -Infinity }) => rehearsedAt));
    return [{ point: newest.point, last, rank: rankOf(source) }];
  });
  const inOrder = candidates.sort((a, b) =>
    a.last === b.last ? compareText(a.rank, b.rank) : a.last - b.last,
  );
  return inOrder.map(({ point }) => point);
}

/** Why none can be rehearsed. */
export function noCandidate(policy: string, all: readonly Rehearsable[]): string {
  const [newest] = [...all].sort((a, b) => b.point.madeAt - a.point.madeAt);
  if (!newest) return `policy ${policy} has no recovery point here, expected one to rehearse`;
  const { id, state, detail, slot } = newest.point;
  const why = state === 'good' ? 'archived' : state;
  const more = detail === undefined ? '' : ` (${detail})`;
  return `policy ${policy} has no good recovery point here that can be started at once: the newest, ${id} of slot ${formatInstant(slot)}, is ${why}${more}`;
}

/** A point of the slot's rehearsal has been judged since. */
export function isRehearsedSince(all: readonly Rehearsable[], slot: number): boolean {
  return all.some(({ rehearsedAt = -Infinity }) => rehearsedAt >= slot);
}

const HOUR = 3_600_000;
/** A rehearsal takes its deadline, and its requests may wait. */
const DUE_AFTER = 2 * HOUR;
/** Later its point, and with it the trace of the rehearsal, may be gone by retention. */
const TELLS_UNTIL = 26 * HOUR;

/** Whether it is time to miss the rehearsal of a slot, and early enough for its traces. */
export function canTell(slot: number, now: number): boolean {
  return now >= slot + DUE_AFTER && now < slot + TELLS_UNTIL;
}

/**
 * Whether a slot of the rehearsals has passed without one. Only while all sources that have backups have one from before
 * that slot: where one has none, what was rehearsed may be deleted since, and nobody can tell.
 */
export function isOverdue(
  all: readonly Rehearsable[],
  { slot, now }: { readonly slot: number; readonly now: number },
): boolean {
  if (!canTell(slot, now)) return false;
  const bySource = [...groupBy(all, ({ point }) => point.source).values()];
  const isKept = bySource.every((own) =>
    own.some(({ point }) => point.state === 'good' && point.madeAt <= slot),
  );
  return bySource.length > 0 && isKept && !isRehearsedSince(all, slot);
}
