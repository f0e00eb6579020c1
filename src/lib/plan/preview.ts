/** What a policy file would do to the points that exist: the next prune, and what of them is left as backups go on. */

import { groupBy } from './group-by.ts';
import { compareText } from './order.ts';
import { planPrune, type PruneInput, type PrunePlan } from './plan-prune.ts';
import type { PointVerdict } from './point-verdicts.ts';
import type { SafetyChecks } from './safety.ts';
import { looksOf } from './simulate-look.ts';
import type { Until } from './until-of-all.ts';

const DAY = 86_400_000;

export interface Preview {
  /** By name. */
  readonly policies: readonly PolicyPreview[];
  /** As it would be if somebody accepted what the guard refuses. */
  readonly accepted: PrunePlan;
}

export interface PolicyPreview {
  readonly policy: string;
  /** That exist now. */
  readonly points: number;
  /** By the next prune, or by the one that somebody accepts if the guard refuses it. */
  readonly deleted: number;
  /** Why the guard refuses the next prune. */
  readonly refused?: string;
  /** How many of those that exist now are left after some days, if backups go on and every prune is accepted. */
  readonly left: readonly { readonly day: number; readonly points: number }[];
}

export interface PreviewInput {
  readonly prune: PruneInput;
  readonly checks: SafetyChecks;
  readonly until: ReadonlyMap<string, Until>;
  readonly days: number;
}

export function previewOf({ prune, checks, until, days }: PreviewInput): Preview {
  const { file, now } = prune;
  const refused = new Map(planPrune(prune, checks).refused.map(({ policy, reason }) => [policy, reason]));
  const accepted = planPrune({ ...prune, file: { ...file, prune: { ...file.prune, maxShare: 1 } } }, checks);
  const policies = [...groupBy(accepted.verdicts, ({ point }) => point.policy)].map(
    ([policy, entries]): PolicyPreview => {
      const reason = refused.get(policy);
      return {
        policy,
        points: entries.length,
        deleted: entries.filter(isDeleted).length,
        ...(reason !== undefined && { refused: reason }),
        left: looksOf(days).map((day) => {
          const isLeftThen = (entry: PointVerdict): boolean => isLeft(entry, now + day * DAY, until);
          return { day, points: entries.filter(isLeftThen).length };
        }),
      };
    },
  );
  return { policies: policies.sort((a, b) => compareText(a.policy, b.policy)), accepted };
}

function isDeleted({ verdict }: PointVerdict): boolean {
  return verdict.decision === 'prune';
}

/** What is in use, locked or being copied stays for as long as it is, which nobody knows. */
function isLeft(entry: PointVerdict, at: number, until: ReadonlyMap<string, Until>): boolean {
  const answer = until.get(entry.point.id);
  if (!answer?.gone) return true;
  const isPinned = !answer.keptToday && !isDeleted(entry);
  return isPinned || answer.gone.prunedAt > at;
}

/** Points that one plan keeps and another deletes, with why the one keeps them: what an edit costs. */
export function lostBetween(kept: PrunePlan, edited: PrunePlan): readonly PointVerdict[] {
  const lost = new Set(edited.verdicts.filter(isDeleted).map(({ point }) => point.id));
  return kept.verdicts.filter((entry) => !isDeleted(entry) && lost.has(entry.point.id));
}
