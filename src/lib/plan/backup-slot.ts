import { formatInstant } from '../policy/instant.ts';
import { nextSlot } from '../policy/schedule.ts';
import type { Policy } from '../policy/policy.ts';
import type { Trigger } from './backup-tags.ts';

const DAY = 86_400_000;
/** How far the scheduler's clock may be ahead of ours. */
const CLOCK_SKEW = 60_000;

export interface SlotProblem {
  readonly kind: 'future' | 'missed';
  readonly message: string;
}

/**
 * Why a slot is not backed up now: it is of the future, or so late that today's data would pass for older data.
 * A scheduled slot is also late once the next one of its policy has come.
 */
export function slotProblem(
  slot: number,
  now: number,
  policy: Policy,
  trigger: Trigger,
): SlotProblem | undefined {
  const [at, clock] = [formatInstant(slot), formatInstant(now)];
  if (slot > now + CLOCK_SKEW) {
    return {
      kind: 'future',
      message: `slot ${at} is in the future (it is ${clock}), expected at most 60 s ahead`,
    };
  }
  if (now - slot > DAY) {
    return {
      kind: 'missed',
      message: `slot ${at} is missed: it is ${clock}, over 24 h later, and a backup made now must not pass for that day's`,
    };
  }
  const next = trigger === 'schedule' ? nextSlot(policy.schedule, policy.timezone, slot) : undefined;
  if (next !== undefined && next <= now) {
    return {
      kind: 'missed',
      message: `slot ${at} is missed: the next one, ${formatInstant(next)}, has come already`,
    };
  }
  return undefined;
}

/** The slot of a manual run: its start minute. */
export function manualSlot(now: number): number {
  return Math.floor(now / 60_000) * 60_000;
}
