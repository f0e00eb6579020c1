/** Which slots of a schedule matter now: the one that must be good, and the one that can still be made. */

import type { Policy } from '../policy/policy.ts';
import { nextSlot, previousSlot } from '../policy/schedule.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** So long a slot is left to the run that the schedule itself has started. */
const STARTING = 5 * MINUTE;
/** A request waits in its queue: asked for any later, it would come to a slot that is missed. */
const DELIVERY = 10 * MINUTE;

export interface SlotTimes {
  /** The last slot that must have a good backup by now: it had as long as its next one lets it, at most a day. */
  readonly due?: number;
  /** The last slot, while it can still be made and is not just being made. */
  readonly current?: number;
  readonly next?: number;
}

/**
 * The slots of a policy at an instant. How long a slot has is measured to the slot that really follows, so an hour more
 * or less of daylight saving makes nothing late.
 */
export function slotTimes(
  { schedule, timezone }: Pick<Policy, 'schedule' | 'timezone'>,
  now: number,
): SlotTimes {
  const last = previousSlot(schedule, timezone, now);
  const next = nextSlot(schedule, timezone, now);
  if (last === undefined) return { ...(next !== undefined && { next }) };
  const end = Math.min(last + DAY, next ?? Infinity);
  // The slot before the last has had its time: that ends with the last one at the latest.
  const due = end <= now ? last : previousSlot(schedule, timezone, last - 1);
  const isOpen = now - last >= STARTING && now + DELIVERY <= end;
  return {
    ...(due !== undefined && { due }),
    ...(isOpen && { current: last }),
    ...(next !== undefined && { next }),
  };
}
