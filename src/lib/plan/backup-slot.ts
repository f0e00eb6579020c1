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
  const problem = timeProblem(slot, now);
  if (problem) return problem;
  const next = trigger === 'schedule' ? nextSlot(policy.schedule, policy.timezone, slot) : undefined;
  if (next === undefined || next > now) return undefined;
  return {
    kind: 'missed',
    message: `slot ${formatInstant(slot)} is missed: the next one, ${formatInstant(next)}, has come already`,
  };
}

/** Why a run of any job is not for this slot any more, or not yet. */
export function timeProblem(slot: number, now: number): SlotProblem | undefined {
  const [at, clock] = [formatInstant(slot), formatInstant(now)];
  if (slot > now + CLOCK_SKEW) {
    const message = `slot ${at} is in the future (it is ${clock}), expected at most 60 s ahead`;
    return { kind: 'future', message };
  }
  if (now - slot <= DAY) return undefined;
  const message = `slot ${at} is missed: it is ${clock}, over 24 h later, and a run made now must not pass for that day's`;
  return { kind: 'missed', message };
}

/** The slot of a manual run: its start minute. */
export function manualSlot(now: number): number {
  return Math.floor(now / 60_000) * 60_000;
}
