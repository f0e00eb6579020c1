/** Points that somebody should look at: none of them is deleted silently, and none stays unnoticed. */

import { keepingPolicies, type PolicyFile } from '../policy/policy.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Warning } from './actions.ts';
import type { PointVerdict } from './point-verdicts.ts';
import type { RecoveryPoint } from './recovery-points.ts';

const DAY = 86_400_000;

export function pointWarnings(
  verdicts: readonly PointVerdict[],
  { file, now }: { readonly file: PolicyFile; readonly now: number },
): Warning[] {
  const names = new Set(keepingPolicies(file).map(({ name }) => name));
  const unnamed = new Map<string, number>();
  const warnings: Warning[] = [];
  for (const { point } of verdicts) {
    const reason = oddity(point, now);
    if (reason !== undefined) warnings.push({ id: point.id, policy: point.policy, reason });
    if (!names.has(point.policy)) unnamed.set(point.policy, (unnamed.get(point.policy) ?? 0) + 1);
  }
  for (const [policy, count] of unnamed) {
    const reason = `not in the policy file: the ${count} points it made are kept; retire it to say how long`;
    warnings.push({ id: policy, policy, reason });
  }
  return warnings;
}

function oddity({ state, slot, source, detail }: RecoveryPoint, now: number): string | undefined {
  const what = `backup of ${source}, slot ${formatInstant(slot)},`;
  const why = detail === undefined ? '' : `: ${detail}`;
  if (state === 'failed') return `${what} failed${why}`;
  if (state === 'pending' && now - slot > DAY) return `${what} is pending for over 24 h${why}`;
  if (state === 'incomplete') return `${what} is incomplete and does not count${why}`;
  return slot > now ? `${what} is of the future: is a clock wrong?` : undefined;
}
