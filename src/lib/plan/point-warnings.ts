/** Points that somebody should look at: none of them is deleted silently, and none stays unnoticed. */

import { keepingPolicies, type Place, type PolicyFile } from '../policy/policy.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Warning } from './actions.ts';
import { copyRulesOf } from './copy-rules.ts';
import type { PointVerdict } from './point-verdicts.ts';
import type { RecoveryPoint } from './recovery-points.ts';

const DAY = 86_400_000;

export function pointWarnings(
  verdicts: readonly PointVerdict[],
  { file, now, place }: { readonly file: PolicyFile; readonly now: number; readonly place: Place },
): Warning[] {
  const names = new Set(keepingPolicies(file).map(({ name }) => name));
  const unnamed = new Map<string, number>();
  const strayCopies = new Map<string, number>();
  const warnings: Warning[] = [];
  for (const { point } of verdicts) {
    const reason = oddity(point, now);
    if (reason !== undefined) warnings.push({ id: point.id, policy: point.policy, reason });
    if (!names.has(point.policy)) countOne(unnamed, point.policy);
    else if (isStrayCopy(point, file, place)) countOne(strayCopies, point.policy);
  }
  for (const [policy, count] of unnamed) {
    const reason = `not in the policy file: the ${count} points it made are kept; retire it to say how long`;
    warnings.push({ id: policy, policy, reason });
  }
  for (const [policy, count] of strayCopies) {
    const to = `${place.account}/${place.region}`;
    const reason = `has no copies to ${to} in the policy file: the ${count} that are here are kept; retire it, or say \`copies\` again, to say how long`;
    warnings.push({ id: policy, policy, reason });
  }
  return warnings;
}

/** Those of these points, of their policies, and of no point: what was not checked may be of any. */
export function warningsAbout(
  warnings: readonly Warning[],
  shown: readonly Pick<PointVerdict, 'point'>[],
): Warning[] {
  const ids = new Set(shown.flatMap(({ point }) => [point.id, point.policy]));
  return warnings.filter(({ id, policy }) => policy === undefined || ids.has(id));
}

/** Without those of single points: they say nothing of what is stored. */
export function warningsOfPolicies(warnings: readonly Warning[], asked: string | undefined): Warning[] {
  return warnings.filter(
    ({ id, policy }) => policy === undefined || (id === policy && (asked === undefined || policy === asked)),
  );
}

function countOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function isStrayCopy({ policy, copiedFrom }: RecoveryPoint, file: PolicyFile, to: Place): boolean {
  return copiedFrom !== undefined && !copyRulesOf(file, policy, { from: copiedFrom.place, to });
}

function oddity(point: RecoveryPoint, now: number): string | undefined {
  const { state, slot, source, detail, copiedFrom } = point;
  const what = `${copiedFrom ? 'copy of the ' : ''}backup of ${source}, slot ${formatInstant(slot)},`;
  const why = detail === undefined ? '' : `: ${detail}`;
  if (state === 'failed') return `${what} failed${why}`;
  if (state === 'pending' && now - startOf(point) > DAY) return `${what} is pending for over 24 h${why}`;
  if (state === 'incomplete') return `${what} is incomplete and does not count${why}`;
  return slot > now ? `${what} is of the future: is a clock wrong?` : undefined;
}

/** From when on a pending point takes too long: a copy may be of an old slot. */
export function startOf({ slot, madeAt, copiedFrom }: RecoveryPoint): number {
  return copiedFrom ? madeAt : slot;
}
