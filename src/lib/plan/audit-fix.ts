/** The part of a prune that `audit --fix` carries out. */

import type { Orphan } from './audit-orphan.ts';
import type { PrunePlan } from './plan-prune.ts';

/**
 * What the guarded plan of the whole place deletes of our own orphans, and nothing else: a part of what the guard has let
 * through, never more.
 */
export function fixPlan(plan: PrunePlan, orphans: readonly Orphan[]): PrunePlan {
  const ours = new Set(orphans.filter(({ isOurs }) => isOurs).map(({ id }) => id));
  return {
    ...plan,
    actions: plan.actions.filter(({ point }) => ours.has(point)),
    verdicts: plan.verdicts.filter(({ point }) => ours.has(point.id)),
    unchecked: plan.unchecked.filter(({ point }) => ours.has(point.id)),
    skipped: [],
  };
}
