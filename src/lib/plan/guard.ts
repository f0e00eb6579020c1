/** The circuit breaker: a prune of one policy in one place that deletes too much is refused as a whole. */

const HOUR = 3_600_000;
/**
 * "The last 24 hours", with the hour that autumn adds to a day and an hour for a late run: a prune that starts with the
 * day's backup, or seconds before it, must still see yesterday's.
 */
const LAST_DAY = 26 * HOUR;
/** So few deletions are never a spree. */
const ALWAYS_ALLOWED = 20;

export interface GuardInput {
  /** Points that would be deleted. */
  readonly deletions: number;
  /** All points of the policy in the place. */
  readonly slots: readonly number[];
  readonly now: number;
  /** 0…1 */
  readonly maxShare: number;
  /** The exact number of deletions that somebody has accepted. */
  readonly accept?: number;
}

/**
 * Why the prune is refused, or undefined. A steady state deletes about what it makes, so three times what was made
 * in the last 24 hours is always within the bounds; an edit, a wrong clock or a backlog is not.
 */
export function refusal({ deletions, slots, now, maxShare, accept }: GuardInput): string | undefined {
  if (accept !== undefined) {
    return accept === deletions ? undefined : `would delete ${deletions} points, but ${accept} were accepted`;
  }
  const made = slots.filter((slot) => slot <= now && now - slot < LAST_DAY).length;
  // Whole points, and 29% of 100 is 29 although 0.29 * 100 is a little less.
  const share = Math.floor(maxShare * slots.length + 1e-9);
  if (deletions <= Math.max(ALWAYS_ALLOWED, share, 3 * made)) return undefined;
  return (
    `would delete ${deletions} of ${slots.length} points; expected at most ${ALWAYS_ALLOWED}, ` +
    `${Math.round(maxShare * 100)}% of them (${share}) ` +
    `or three times the ${made} made in the last 26 h`
  );
}
