/** The circuit breaker: a prune of one policy in one place that deletes too much is refused as a whole. */

const HOUR = 3_600_000;
/**
 * "The last 24 hours", with the hour that autumn adds to a day and an hour for a late run: a prune that starts with the
 * day's backup, or seconds before it, must still see yesterday's.
 */
const LAST_DAY = 26 * HOUR;
/** What `madeLately` counts, in words. */
export const LATELY = 'in 26 h or since its last slot';
/** So few deletions are never a spree. */
export const ALWAYS_ALLOWED = 20;

export interface GuardInput {
  /** Points that would be deleted. */
  readonly deletions: number;
  /** All points of the policy in the place. */
  readonly points: number;
  /** Good ones of the last 26 hours, or since the policy's last slot when that is longer ago. */
  readonly made: number;
  /** 0…1 */
  readonly maxShare: number;
  /** The exact number of deletions that somebody has accepted. */
  readonly accept?: number;
  /** What the rounds before in the same slot have left of the allowance: the budget is counted once a slot. */
  readonly budget?: number;
}

/**
 * Why the prune is refused, or undefined. A steady state deletes about what its last slot made, so three times that is
 * never reached by it; an edit, a wrong clock or a backlog does.
 */
export function refusal(input: GuardInput): string | undefined {
  const { deletions, points, made, maxShare, accept, budget } = input;
  if (budget !== undefined) {
    return deletions <= budget
      ? undefined
      : `would delete ${deletions} points more; expected at most the ${budget} that this run's earlier rounds have left`;
  }
  if (accept !== undefined) {
    return accept === deletions ? undefined : `would delete ${deletions} points, but ${accept} were accepted`;
  }
  const most = allowance(input);
  if (deletions <= most) return undefined;
  return (
    `would delete ${deletions} of ${points} points; expected at most ${most}, the largest of ${ALWAYS_ALLOWED}, ` +
    `${Math.round(maxShare * 100)}% of them (${shareOf(input)}) and three times the ${made} made ${LATELY} (${3 * made})`
  );
}

/** How many points the guard lets go in one slot. */
export function allowance(input: GuardInput): number {
  const { made, accept, budget } = input;
  return budget ?? accept ?? Math.max(ALWAYS_ALLOWED, shareOf(input), 3 * made);
}

/** Whole points, and 29% of 100 is 29 although 0.29 * 100 is a little less. */
function shareOf({ maxShare, points }: GuardInput): number {
  return Math.floor(maxShare * points + 1e-9);
}

/**
 * How many of the good points were made lately: in the last 26 hours, or since the policy's last slot when that is longer
 * ago, because the AMIs of a weekly slot may take more than a day, and a prune may be late.
 */
export function madeLately(goodSlots: readonly number[], now: number, lastSlot: number | undefined): number {
  const since = Math.min(now - LAST_DAY, (lastSlot ?? now) - 1);
  return goodSlots.filter((slot) => slot > since && slot <= now).length;
}
