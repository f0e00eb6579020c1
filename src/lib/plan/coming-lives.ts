/** The points that a group will have besides those that exist, with the prunes that take them again. */

import { slotsBetween } from '../policy/schedule.ts';
import { maker } from './coming-points.ts';
import type { Life } from './future-snapshots.ts';
import { goingOn, horizonOf, judgedRounds, staysWhole, type UntilInput } from './kept-until.ts';
import type { RecoveryPoint } from './recovery-points.ts';

/**
 * Ascending by slot, up to the horizon. Nothing fails, and every prune is accepted. Of a group of which nothing exists yet
 * the one point that it has is still to come as well.
 */
export function comingLives(
  group: readonly RecoveryPoint[],
  { isNew = false, ...input }: UntilInput & { readonly isNew?: boolean },
): readonly Life[] {
  const policy = goingOn(group, input);
  if (!policy) return [];
  const own = new Set(isNew ? [] : group.map(({ id }) => id));
  const lives = new Map<string, Life>(isNew ? group.map(({ id, slot }) => [id, { slot }]) : []);
  let [judgedUntil, left] = [input.now, group];
  for (const { prunedAt, judged } of staysWhole(group, input) ? [] : judgedRounds(group, input)) {
    for (const { point, verdict } of judged) {
      if (own.has(point.id)) continue;
      if (verdict.decision === 'prune') lives.set(point.id, { slot: point.slot, prunedAt });
      else if (!lives.has(point.id)) lives.set(point.id, { slot: point.slot });
    }
    [judgedUntil, left] = [prunedAt, judged.map(({ point }) => point)];
  }
  // What is made after the last prune that is looked at.
  const rest = [...slotsBetween(policy.schedule, policy.timezone, judgedUntil, horizonOf(input))];
  for (const { id, slot } of maker(group)(rest, left)) lives.set(id, { slot });
  return [...lives.values()];
}
