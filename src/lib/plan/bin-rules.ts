/** What the Recycle Bin's rules of a place mean for what is deleted there. */

import { formatInstant } from '../policy/instant.ts';
import type { BackupKind } from '../policy/policy.ts';
import type { DeleteAction } from './actions.ts';
import { groupBy } from './group-by.ts';
import type { Tags } from './inventory.ts';
import { MARK } from './marks.ts';
import { compareText } from './order.ts';
import type { PrunePlan } from './plan-prune.ts';

export interface BinTag {
  readonly key: string;
  /** Absent: the rule names none. */
  readonly value?: string;
}

/** A rule of the Recycle Bin. */
export interface BinRule {
  readonly id: string;
  readonly kind: 'image' | 'snapshot';
  /** How long it keeps. */
  readonly days: number;
  /** A new one keeps nothing yet. */
  readonly isAvailable: boolean;
  /** It is for what has any of these; none: for all in the Region. */
  readonly tags: readonly BinTag[];
  /** What has any of these is not for a rule of the Region. */
  readonly excludedTags: readonly BinTag[];
}

export interface BinTerm {
  readonly rule: string;
  readonly days: number;
}

/** How long something stays in the bin; neither: it does not get there. */
export interface BinStay {
  /** By the longest of the rules that are for it. */
  readonly sure?: BinTerm;
  /** By a longer one that may be for it: it goes by tags of which nothing is known here. */
  readonly maybe?: BinTerm;
}

/** What is deleted and fares alike. */
export interface BinGroup {
  /** None: the snapshots are recovery points, or parts of them, by themselves. */
  readonly images: number;
  /** With AMIs, those that go with them. */
  readonly snapshots: number;
  readonly imageStay: BinStay;
  readonly snapshotStay: BinStay;
}

export type BinOutlook =
  | {
      readonly status: 'read';
      readonly groups: readonly BinGroup[];
      /** Ids of rules that keep nothing yet. */
      readonly pending: readonly string[];
    }
  | { readonly status: 'unread'; readonly reason: string };

/** What becomes of everything that a plan deletes, AMIs first. */
export function binOutlook(
  { actions, verdicts }: Pick<PrunePlan, 'actions' | 'verdicts'>,
  deployment: string,
  rules: readonly BinRule[],
): BinOutlook {
  const kinds = new Map(verdicts.map(({ point }) => [point.id, point.kind]));
  const fates = actions.map((action) => {
    const known = knownTags(action, deployment, kinds.get(action.point));
    return fateOf(action, {
      image: stayOf('image', known, rules),
      snapshot: stayOf('snapshot', known, rules),
    });
  });
  const alike = [
    ...groupBy(fates, ({ images, imageStay, snapshotStay }) =>
      JSON.stringify([images > 0, imageStay, snapshotStay]),
    ).values(),
  ];
  const groups = alike.flatMap(([first, ...rest]) => (first ? [rest.reduce(sum, first)] : []));
  return {
    status: 'read',
    groups: groups.sort((a, b) => Number(b.images > 0) - Number(a.images > 0)),
    pending: rules
      .filter(({ isAvailable }) => !isAvailable)
      .map(({ id }) => id)
      .sort(compareText),
  };
}

function fateOf(
  action: DeleteAction,
  stays: { readonly image: BinStay; readonly snapshot: BinStay },
): BinGroup {
  if (action.action === 'delete-snapshot')
    return { images: 0, snapshots: 1, imageStay: {}, snapshotStay: stays.snapshot };
  const { length: snapshots } = action.snapshots;
  return { images: 1, snapshots, imageStay: stays.image, snapshotStay: stays.snapshot };
}

function sum(a: BinGroup, b: BinGroup): BinGroup {
  return { ...a, images: a.images + b.images, snapshots: a.snapshots + b.snapshots };
}

/** Of a recovery point's tags those that are read: the source's own, which it has too, are not kept in memory. */
function knownTags(action: DeleteAction, deployment: string, kind: BackupKind | undefined): Tags {
  return new Map([
    [MARK.deployment, deployment],
    [MARK.policy, action.policy],
    [MARK.source, action.source],
    [MARK.slot, formatInstant(action.slot)],
    ...(kind === undefined ? [] : [[MARK.kind, kind] as const]),
  ]);
}

/** The longest rule wins, whether it is of the Region or goes by tags. */
function stayOf(kind: BinRule['kind'], known: Tags, rules: readonly BinRule[]): BinStay {
  const longest = (match: Match, than = 0): BinTerm | undefined => {
    const [first] = rules
      .filter((rule) => rule.kind === kind && rule.days > than && isFor(rule, known) === match)
      .sort((a, b) => b.days - a.days || compareText(a.id, b.id));
    return first && { rule: first.id, days: first.days };
  };
  const sure = longest('yes');
  const maybe = longest('unknown', sure?.days);
  return { ...(sure && { sure }), ...(maybe && { maybe }) };
}

type Match = 'yes' | 'no' | 'unknown';

const OPPOSITE: Readonly<Record<Match, Match>> = { yes: 'no', no: 'yes', unknown: 'unknown' };

function isFor({ isAvailable, tags, excludedTags }: BinRule, known: Tags): Match {
  if (!isAvailable) return 'no';
  return tags.length > 0 ? hasAny(tags, known) : OPPOSITE[hasAny(excludedTags, known)];
}

function hasAny(tags: readonly BinTag[], known: Tags): Match {
  const each = tags.map((tag) => has(tag, known));
  if (each.includes('yes')) return 'yes';
  return each.includes('unknown') ? 'unknown' : 'no';
}

/** What a rule without a value makes of one is not documented. */
function has({ key, value }: BinTag, known: Tags): Match {
  const own = known.get(key);
  if (own === undefined || value === undefined) return 'unknown';
  return own === value ? 'yes' : 'no';
}

/** AMIs that outlive their snapshots in the bin: without these they cannot be restored. */
export interface BinTrap {
  readonly images: number;
  /** How many days they stay, and for how many of these they can be restored. */
  readonly days: number;
  readonly restorable: number;
  /** It is so whatever their other tags are. */
  readonly isSure: boolean;
}

export function binTraps(groups: readonly BinGroup[]): BinTrap[] {
  return groups.flatMap(({ images, snapshots, imageStay, snapshotStay }) => {
    const days = longestOf(imageStay);
    const restorable = snapshotStay.sure?.days ?? 0;
    if (images === 0 || snapshots === 0 || days <= restorable) return [];
    return [{ images, days, restorable, isSure: (imageStay.sure?.days ?? 0) > longestOf(snapshotStay) }];
  });
}

function longestOf({ sure, maybe }: BinStay): number {
  return maybe?.days ?? sure?.days ?? 0;
}
