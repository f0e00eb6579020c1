/** Which points outlast a span of time for certain, by one judgement instead of one for each prune. */

import type { Policy } from '../policy/policy.ts';
import { nextSlot, slotsBetween } from '../policy/schedule.ts';
import { maker } from './coming-points.ts';
import { groupVerdicts, type VerdictInput } from './point-verdicts.ts';
import type { RecoveryPoint } from './recovery-points.ts';

const DAY = 86_400_000;

/**
 * How much later the last backup must be for every rule by age to count back no less far than from any backup before it.
 * Months overflow by up to three days (31 March less one month is 3 March, 1 April less one month 1 March), clocks by hours.
 */
const SLACK = 5 * DAY;

export interface Ahead extends VerdictInput {
  readonly policy: Policy;
  readonly until: number;
}

/**
 * The good points of a group that no prune before `until` takes, with why they are kept some days after it. Retention keeps no
 * point that it would not also keep with fewer others beside it, and a newer backup helps none: so what is kept when every
 * backup to come is there and nothing was pruned in between is kept all the way. Others may be kept too.
 */
export function keptBeyond(
  group: readonly RecoveryPoint[],
  { policy, until, ...input }: Ahead,
): ReadonlyMap<string, readonly string[]> {
  const { schedule, timezone } = policy;
  const last = nextSlot(schedule, timezone, until + SLACK);
  if (last === undefined) return new Map();
  const slots = [...slotsBetween(schedule, timezone, input.now, last + 1)];
  const all = [...group, ...maker(group)(slots, group)];
  const own = new Set(
    group.filter(({ state, slot }) => state === 'good' && slot <= input.now).map(({ id }) => id),
  );
  return new Map(
    groupVerdicts(all, { ...input, now: last }).flatMap(
      ({ point: { id }, verdict: { decision, reasons } }) =>
        decision === 'keep' && own.has(id) ? [[id, reasons] as const] : [],
    ),
  );
}
