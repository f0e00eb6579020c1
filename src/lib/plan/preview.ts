/** What a policy file would do to the points that exist: the next prune, what is left and what it costs as backups go on. */

import { costRows, totalOf, type Holding, type OwnedHolding } from './cost-rows.ts';
import type { SizedSnapshot } from './cost-estimate.ts';
import { groupBy } from './group-by.ts';
import { compareText } from './order.ts';
import type { Outlook } from './outlook.ts';
import type { PrunePlan } from './plan-prune.ts';
import type { PointVerdict } from './point-verdicts.ts';
import { priced } from './priced.ts';
import { plus } from './snapshot-prices.ts';
import { looksOf } from './simulate-look.ts';
import { holdingsAt, leftAt } from './supplies.ts';

const DAY = 86_400_000;

export interface Preview {
  /** By name; those that have points, or sources that will have some. */
  readonly policies: readonly PolicyPreview[];
  /** Of all of them, and of snapshots of no recovery point. */
  readonly total: Costs;
  /** As it would be if somebody accepted what the guard refuses; of the policies that were asked for. */
  readonly accepted: Pick<PrunePlan, 'verdicts' | 'warnings'>;
}

/** By the estimate of `cost`. */
export interface Costs {
  readonly now: Holding;
  /** After the next prune, or the one that somebody accepts. */
  readonly afterPrune: Holding;
  /** Those that exist then: what is left of today's, and what will have been made. */
  readonly coming: readonly { readonly day: number; readonly holding: Holding }[];
}

export interface PolicyPreview extends Costs {
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
  readonly outlook: Outlook;
  /** Of the deployment in the place. */
  readonly snapshots: readonly SizedSnapshot[];
  readonly days: number;
  /** Only this policy; what it shares with others is worked out over all. */
  readonly policy?: string;
}

export function previewOf(input: PreviewInput): Preview {
  const { outlook, policy: only } = input;
  const { accepted } = outlook;
  const isAsked = (policy: string | undefined): boolean => only === undefined || policy === only;
  const verdicts = accepted.verdicts.filter(({ point }) => isAsked(point.policy));
  const costsOf = costsBy(input);
  const entriesOf = groupBy(verdicts, ({ point }) => point.policy);
  const supplied = outlook.supplies.each.map(({ policy }) => policy).filter(isAsked);
  const names = [...new Set([...entriesOf.keys(), ...supplied])].sort(compareText);
  return {
    policies: names.map((policy) => ({
      ...pointsOf(policy, entriesOf.get(policy) ?? [], input),
      ...costsOf((owner) => owner === policy),
    })),
    total: costsOf(isAsked),
    accepted: { verdicts, warnings: accepted.warnings },
  };
}

function pointsOf(
  policy: string,
  entries: readonly PointVerdict[],
  { outlook: { plan, supplies }, days }: PreviewInput,
): Omit<PolicyPreview, keyof Costs> {
  const refused = plan.refused.find((one) => one.policy === policy);
  const own = supplies.each.filter((supply) => supply.policy === policy);
  return {
    policy,
    points: entries.length,
    deleted: entries.filter(isDeleted).length,
    ...(refused && { refused: refused.reason }),
    left: looksOf(days).map((day) => {
      const at = supplies.now + day * DAY;
      return { day, points: own.reduce((sum, supply) => sum + leftAt(supply, at), 0) };
    }),
  };
}

/** What it costs, of the policies that are wanted. */
function costsBy({
  outlook,
  snapshots,
  days,
}: PreviewInput): (isWanted: (policy?: string) => boolean) => Costs {
  const { accepted, supplies } = outlook;
  const points = accepted.verdicts.map(({ point }) => point);
  const rows = costRows({ points, actions: accepted.actions, snapshots });
  const looks = looksOf(days).map((day) => ({ day, held: holdingsAt(supplies, supplies.now + day * DAY) }));
  return (isWanted) => {
    const own = rows.filter(({ policy }) => isWanted(policy));
    return {
      now: totalOf(own.map(({ now }) => now)),
      afterPrune: totalOf(own.map(({ later }) => later)),
      coming: looks.map(({ day, held }) => ({ day, holding: heldBy(held, isWanted) })),
    };
  };
}

function heldBy(held: readonly OwnedHolding[], isWanted: (policy?: string) => boolean): Holding {
  return totalOf(held.filter(({ policy }) => isWanted(policy)).map(({ holding }) => holding));
}

/** What a prune takes off: what other snapshots hold as well stays. */
export interface Freed {
  readonly points: number;
  readonly snapshots: number;
  /** Of both tiers: the difference of what is most likely before and after. */
  readonly bytes: number;
  /** A month, likewise. Absent: there is no price for the Region. */
  readonly usd?: number;
}

export function freedBy({ now, afterPrune }: Pick<Costs, 'now' | 'afterPrune'>, region: string): Freed {
  const [before, after] = [priced(now, region).usd, priced(afterPrune, region).usd];
  return {
    points: now.points - afterPrune.points,
    snapshots: now.snapshots - afterPrune.snapshots,
    bytes: bytesOf(now) - bytesOf(afterPrune),
    ...(before && after && { usd: before.middle - after.middle }),
  };
}

function bytesOf({ stored }: Holding): number {
  return plus(stored.standard, stored.archive).middle;
}

function isDeleted({ verdict }: PointVerdict): boolean {
  return verdict.decision === 'prune';
}

/** Points that one plan keeps and another deletes, with why the one keeps them: what an edit costs. */
export function lostBetween(
  kept: Pick<PrunePlan, 'verdicts'>,
  edited: Pick<PrunePlan, 'verdicts'>,
): readonly PointVerdict[] {
  const lost = new Set(edited.verdicts.filter(isDeleted).map(({ point }) => point.id));
  return kept.verdicts.filter((entry) => !isDeleted(entry) && lost.has(entry.point.id));
}
