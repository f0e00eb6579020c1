/** What a policy file makes of what exists: the next prune, and what there is as backups go on. */

import type { SizedSnapshot } from './cost-estimate.ts';
import { comingLives } from './coming-lives.ts';
import type { Disk, Life } from './future-snapshots.ts';
import { groupBy } from './group-by.ts';
import type { Instance, Volume } from './inventory.ts';
import { newcomers, type Newcomer } from './newcomers.ts';
import { planPrune, type PruneInput, type PrunePlan } from './plan-prune.ts';
import { groupKey, type PointVerdict } from './point-verdicts.ts';
import { ARCHIVED_AT_LEAST } from './protect-archive.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { disabledFor, isOnItsWay } from './removal.ts';
import type { SafetyChecks } from './safety.ts';
import type { ExistingLife, Supplies, Supply } from './supplies.ts';
import { likenessOf, untilOfAll, type Until } from './until-of-all.ts';

const DAY = 86_400_000;

export interface OutlookInput {
  /** Of all policies: they may share volumes. */
  readonly prune: Omit<PruneInput, 'policy' | 'accept' | 'budget'>;
  readonly checks: SafetyChecks;
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  readonly snapshots: readonly SizedSnapshot[];
  readonly days: number;
  /** Whether backups are made in this place. */
  readonly isBackedUp: boolean;
  /** Whether the policy of a group goes on making points of it. */
  readonly goesOn: (group: readonly RecoveryPoint[]) => boolean;
}

/** What becomes of the points of a place. */
export interface Fate {
  readonly until: ReadonlyMap<string, Until>;
  /** Of a group; `isNew`: nothing exists of it, and its one point is to come. */
  readonly coming: (group: readonly RecoveryPoint[], isNew?: boolean) => readonly Life[];
}

export interface Outlook {
  /** As the guard lets it. */
  readonly plan: PrunePlan;
  /** As it would be if somebody accepted what the guard refuses. */
  readonly accepted: PrunePlan;
  /** If backups go on and every prune is accepted. */
  readonly supplies: Supplies;
}

export function outlookOf(input: OutlookInput): Outlook {
  const { prune, checks } = input;
  const plan = planPrune(prune, checks);
  const accepted = acceptedPlan(input);
  const horizon = { ...prune, horizonDays: horizonDaysOf(input) };
  const until = untilOfAll(prune.points, { ...horizon, goesOn: input.goesOn });
  return { plan, accepted, supplies: suppliesOf(accepted, { until, coming: rememberedLives(input) }, input) };
}

/** As if somebody accepted what the guard refuses. */
export function acceptedPlan({ prune, checks }: Pick<OutlookInput, 'prune' | 'checks'>): PrunePlan {
  const { file } = prune;
  return planPrune({ ...prune, file: { ...file, prune: { ...file.prune, maxShare: 1 } } }, checks);
}

/** `accepted`: the verdicts of today on all points. */
export function suppliesOf(accepted: PrunePlan, fate: Fate, input: OutlookInput): Supplies {
  const { prune, snapshots } = input;
  const owned = new Set(prune.points.flatMap(({ snapshotIds }) => snapshotIds));
  return {
    now: prune.now,
    each: eachSupply(accepted, fate, input),
    loose: snapshots.filter(({ id }) => !owned.has(id)),
  };
}

function eachSupply({ verdicts }: PrunePlan, { until, coming }: Fate, input: OutlookInput): Supply[] {
  const { prune, instances, volumes, isBackedUp } = input;
  const sized = new Map(input.snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const groups = [...groupBy(verdicts, ({ point }) => `${point.policy} ${groupKey(point)}`)];
  const known = new Set(groups.map(([key]) => key));
  const fresh = isBackedUp
    ? newcomers({
        ...{ file: prune.file, now: prune.now, instances, volumes },
        isKnown: (policy, source) => known.has(`${policy} ${source}`),
      })
    : [];
  return [
    ...groups.flatMap(([key, entries]) => {
      const group = entries.map(({ point }) => point);
      const [first] = group;
      if (!first) return [];
      const existing = entries.map((entry) =>
        existingLife(entry, until.get(entry.point.id), { ...input, sized }),
      );
      return [
        { ...ownerOf(first, key, input), existing, coming: coming(group), disks: disksOf(group, sized) },
      ];
    }),
    ...fresh.map((one) => newSupply(one, coming, input)),
  ];
}

/** Where snapshots are archived, the end of what is archived last must be known too. */
export function horizonDaysOf({ prune: { file }, days }: OutlookInput): number {
  const archives = file.policies.some(({ archiveAfter }) => archiveAfter !== undefined);
  return archives ? days + ARCHIVED_AT_LEAST / DAY : days;
}

function ownerOf(
  point: RecoveryPoint,
  key: string,
  { prune: { file } }: OutlookInput,
): Pick<Supply, 'policy' | 'source' | 'key' | 'archiveAfter'> {
  const { policy, source } = point;
  const archiveAfter = archiveAfterOf(point, file);
  return { policy, source, key, ...(archiveAfter !== undefined && { archiveAfter }) };
}

/** AMIs are not archived, and a copy in the archive would make the next one a full copy. */
function archiveAfterOf(
  { policy, kind, copiedFrom }: RecoveryPoint,
  { policies }: PruneInput['file'],
): number | undefined {
  if (kind === 'image' || copiedFrom) return undefined;
  return policies.find(({ name }) => name === policy)?.archiveAfter;
}

interface Sized {
  readonly sized: ReadonlyMap<string, SizedSnapshot>;
}

/** What is in use, locked or being copied stays for as long as it is, which nobody knows. */
function endOf(
  { point, verdict }: PointVerdict,
  until: Until | undefined,
  file: PruneInput['file'],
): number | undefined {
  if (!until?.gone) return undefined;
  const isPinned = !until.keptToday && verdict.decision === 'keep' && !isOnItsWay(verdict);
  if (isPinned) return undefined;
  const longer = disabledFor(point, file);
  return Math.max(until.gone.prunedAt, (point.setAside?.since ?? until.gone.prunedAt) + longer);
}

function existingLife(
  { point, verdict }: PointVerdict,
  until: Until | undefined,
  { prune: { file, now }, sized }: OutlookInput & Sized,
): ExistingLife {
  const prunedAt = endOf({ point, verdict }, until, file);
  const snapshots = point.snapshotIds.flatMap((id) => sized.get(id) ?? []);
  const isMovable = point.state === 'good' && point.mappedBy.length === 0 && !snapshots.some(isAway);
  const archiveAfter = isMovable ? archiveAfterOf(point, file) : undefined;
  return {
    // One of the future exists as well.
    slot: Math.min(point.slot, now),
    snapshots,
    ...(prunedAt !== undefined && { prunedAt }),
    ...(archiveAfter !== undefined && { archiveAfter }),
  };
}

/** In the archive, or back from it for a while. */
function isAway({ isArchived, isRestored }: SizedSnapshot): boolean {
  return isArchived || isRestored;
}

/** What the newest whole point has is what the next one will have. */
function disksOf(group: readonly RecoveryPoint[], sized: Sized['sized']): Disk[] {
  const good = group.filter(({ state }) => state === 'good').sort((a, b) => b.slot - a.slot);
  return (good[0] ?? group.at(-1))?.snapshotIds.flatMap((id) => sized.get(id) ?? []).map(toDisk) ?? [];
}

function toDisk({ lineage, volumeBytes, fullBytes }: SizedSnapshot): Disk {
  return { lineage, volumeBytes, ...(fullBytes !== undefined && { fullBytes }) };
}

/** Groups that are alike fare alike. */
export function rememberedLives(input: OutlookInput): Fate['coming'] {
  const { prune } = input;
  const horizon = { ...prune, horizonDays: horizonDaysOf(input) };
  const known = new Map<string, readonly Life[]>();
  return (group, isNew = false) => {
    const goesOn = isNew || input.goesOn(group);
    const key = `${isNew} ${likenessOf(group, goesOn, prune)}`;
    const lives =
      known.get(key) ?? lengthened(comingLives(group, { ...horizon, goesOn, isNew }), group, prune);
    known.set(key, lives);
    return lives;
  };
}

/** An AMI that is disabled first is there for longer. */
function lengthened(
  lives: readonly Life[],
  [first]: readonly RecoveryPoint[],
  { file }: Pick<PruneInput, 'file'>,
): readonly Life[] {
  const longer = first ? disabledFor({ ...first, state: 'good' }, file) : 0;
  if (longer === 0) return lives;
  return lives.map(({ slot, prunedAt }) => ({
    slot,
    ...(prunedAt !== undefined && { prunedAt: prunedAt + longer }),
  }));
}

function newSupply({ first, disks }: Newcomer, coming: Fate['coming'], input: OutlookInput): Supply {
  return {
    ...ownerOf(first, `${first.policy} ${first.source}`, input),
    existing: [],
    coming: coming([first], true),
    disks,
  };
}
