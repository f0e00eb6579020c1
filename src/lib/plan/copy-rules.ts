/** By which rules copies are kept in the place that they are in. */

import { parseKeep, type Keep } from '../policy/keep.ts';
import { destinationsOf, samePlace } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { compareText } from './order.ts';
import type { RecoveryPoint } from './recovery-points.ts';

export interface CopyWay {
  readonly from: Place;
  readonly to: Place;
}

export interface CopyRules {
  readonly keep: Keep;
  readonly timezone: string;
  /** The copy says how it is kept: the source's own `Backup:Keep` is about its backups, and does not change it. */
  readonly isOwn: boolean;
}

/** Undefined where the file has no copies of the policy on that way, or none any more. */
export function copyRulesOf(
  { policies, retired }: Pick<PolicyFile, 'policies' | 'retired'>,
  name: string,
  { from, to }: CopyWay,
): CopyRules | undefined {
  const policy = policies.find((one) => one.name === name);
  if (policy) {
    const copy = destinationsOf(policy, from).find(({ place }) => samePlace(place, to))?.copy;
    if (!copy) return undefined;
    const { timezone } = policy;
    return { keep: copy.keep ?? policy.keep, timezone, isOwn: copy.keep !== undefined };
  }
  const rested = retired.find((one) => one.name === name);
  return rested && { keep: rested.keep, timezone: rested.timezone, isOwn: false };
}

export type Override =
  { readonly ok: true; readonly value: Keep } | { readonly ok: false; readonly problem: string };

/** The `Backup:Keep` that the newest point of a group remembers, where it counts. */
export function rememberedKeep(
  group: readonly RecoveryPoint[],
  { isOwn }: Pick<CopyRules, 'isOwn'>,
): Override | undefined {
  const text = isOwn ? undefined : newestOf(group)?.keep;
  return text === undefined ? undefined : parseKeep(text);
}

/** Of the points of the newest slot, the one made first, whatever order they came in. */
export function newestOf(group: readonly RecoveryPoint[]): RecoveryPoint | undefined {
  const newest = group.reduce((latest, { slot }) => Math.max(latest, slot), -Infinity);
  return inOrderMade(group.filter(({ slot }) => slot === newest))[0];
}

export function inOrderMade(group: readonly RecoveryPoint[]): RecoveryPoint[] {
  return [...group].sort((a, b) => a.madeAt - b.madeAt || compareText(a.id, b.id));
}
