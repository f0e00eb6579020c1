/** What happens to the points of a source: backups in their slots, and between them the runs of prune. */

import type { Schedule } from '../policy/policy.ts';
import { slotsBetween } from '../policy/schedule.ts';

/** A schedule with the zone that it is read in. */
export interface Cadence {
  readonly schedule: Schedule;
  readonly timezone: string;
}

/** One run of prune, with the slots since the one before. */
export interface Round {
  /** Ascending. */
  readonly slots: readonly number[];
  /** Absent: the span ends before prune runs again. */
  readonly prunedAt?: number;
}

/**
 * The runs of prune from an instant (inclusive) to another (exclusive), ascending, with a last round for slots that no run
 * comes after. A backup whose slot is the run's own is not finished by then: it is of the next round.
 */
export function* pruneRounds(
  backup: Cadence | undefined,
  prune: Cadence,
  { from, to }: { readonly from: number; readonly to: number },
): Generator<Round> {
  const slots = backup ? slotsBetween(backup.schedule, backup.timezone, from, to) : [].values();
  let next = slots.next();
  const takeBefore = (end: number): number[] => {
    const taken: number[] = [];
    for (; !next.done && next.value < end; next = slots.next()) taken.push(next.value);
    return taken;
  };
  for (const prunedAt of slotsBetween(prune.schedule, prune.timezone, from, to)) {
    yield { slots: takeBefore(prunedAt), prunedAt };
  }
  const rest = takeBefore(to);
  if (rest.length > 0) yield { slots: rest };
}
