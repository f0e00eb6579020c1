/** What to copy to a place now: one verdict for each good recovery point of the places that are copied there. */

import { destinationsOf, samePlace } from '../policy/places.ts';
import type { Place, Policy, PolicyFile } from '../policy/policy.ts';
import { copyRulesOf, inOrderMade, rememberedKeep, type CopyRules } from './copy-rules.ts';
import { refusalOfCopy, type CopyFacts, type KeyManagers } from './copy-refusal.ts';
import { groupBy } from './group-by.ts';
import { compareText } from './order.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { retain, type RetentionPoint, type Verdict } from './retention.ts';

const DAY = 86_400_000;

/** What EC2 copies at once to one account and Region. */
export const MOST_SNAPSHOT_COPIES = 20;
export const MOST_IMAGE_COPIES = 300;

/** A place from which something is copied. */
export interface CopySource {
  readonly place: Place;
  /** At least all points there of the policies that copy. */
  readonly points: readonly RecoveryPoint[];
  /** Of their snapshots those that are encrypted or archived, by id. */
  readonly snapshots: ReadonlyMap<string, CopyFacts>;
}

/** Copies that are being made at the destination, whoever asked for them. */
export interface InFlight {
  /** Not counting those of AMIs. */
  readonly snapshots: number;
  readonly images: number;
}

export interface CopiesInput {
  readonly file: PolicyFile;
  readonly now: number;
  /** The destination. */
  readonly to: Place;
  readonly sources: readonly CopySource[];
  /** Every point of ours at the destination. */
  readonly made: readonly RecoveryPoint[];
  readonly inFlight: InFlight;
  readonly keys: KeyManagers;
  /** Only this policy's points. */
  readonly policy?: string;
}

/**
 * `copy`: now. `waiting`: EC2 copies only so many at once. `copied`: there is one, good or in the making. `refused`: it
 * cannot be copied as it is. `failed`: its copy failed, and is in the way until prune has deleted it.
 */
export type CopyStatus = 'copied' | 'not kept' | 'copy' | 'waiting' | 'refused' | 'failed';

export interface CopyVerdict {
  readonly from: Place;
  readonly point: RecoveryPoint;
  readonly status: CopyStatus;
  readonly reason: string;
  /** What there is of it at the destination: the best of several. */
  readonly copy?: RecoveryPoint;
  /** Of `copy`: how many calls are made for it now. */
  readonly parts?: number;
  /** Of `copy`: the others must wait. */
  readonly isPartial?: true;
}

/** By policy, source and slot, oldest first. */
export function planCopies(input: CopiesInput): CopyVerdict[] {
  const verdicts = input.sources.flatMap((source) => verdictsOfPlace(source, input));
  return withinQuota(verdicts, input.inFlight).sort(
    (a, b) =>
      compareText(a.point.policy, b.point.policy) ||
      compareText(a.point.source, b.point.source) ||
      a.point.slot - b.point.slot ||
      compareText(a.point.id, b.point.id),
  );
}

/** Whether a copy should have been good for a day. One that waits or cannot be made is behind like any other. */
export function isBehind({ status, point, copy }: CopyVerdict, now: number): boolean {
  return status !== 'not kept' && copy?.state !== 'good' && now - point.slot > DAY;
}

/** The policies that are copied from one place to the other. */
export function copiedPolicies({ policies }: PolicyFile, from: Place, to: Place): readonly Policy[] {
  return policies.filter((policy) => destinationsOf(policy, from).some(({ place }) => samePlace(place, to)));
}

function verdictsOfPlace(source: CopySource, input: CopiesInput): CopyVerdict[] {
  const { file, to, made } = input;
  const { place: from } = source;
  const copies = groupBy(
    made.filter(({ copiedFrom }) => copiedFrom && samePlace(copiedFrom.place, from)),
    sourceKey,
  );
  const names = new Set(copiedPolicies(file, from, to).map(({ name }) => name));
  const wanted = source.points.filter(
    ({ policy, state, copiedFrom }) =>
      state === 'good' &&
      !copiedFrom &&
      names.has(policy) &&
      (input.policy === undefined || policy === input.policy),
  );
  return [...groupBy(wanted, sourceKey)].flatMap(([key, points]) => {
    const rules = copyRulesOf(file, points[0]?.policy ?? '', { from, to });
    return rules ? verdictsOfSource({ source, points, copies: copies.get(key) ?? [], rules }, input) : [];
  });
}

function sourceKey({ policy, source }: RecoveryPoint): string {
  return `${policy} ${source}`;
}

interface Group {
  readonly source: CopySource;
  /** Good ones of one policy and source. */
  readonly points: readonly RecoveryPoint[];
  /** Their copies at the destination, in any state. */
  readonly copies: readonly RecoveryPoint[];
  readonly rules: CopyRules;
}

function verdictsOfSource(group: Group, input: CopiesInput): CopyVerdict[] {
  const { source, copies } = group;
  const { unique, duplicates } = firstOfSlots(group.points);
  const refusals = new Map(
    unique.flatMap((point) => {
      const reason = refusalOfCopy(point, { ...source, to: input.to, keys: input.keys });
      return reason === undefined ? [] : [[point, reason] as const];
    }),
  );
  const copyable = unique.filter((point) => !refusals.has(point));
  const kept = judge(copyable, group, input);
  // What cannot be copied must not stand in the way of what can.
  const keptWithRefused = refusals.size === 0 ? kept : judge(unique, group, input);
  const bySlot = groupBy(copies, ({ slot }) => String(slot));
  const judged = unique.map((point): CopyVerdict => {
    const found = bySlot.get(String(point.slot)) ?? [];
    const refusal = refusals.get(point);
    const verdict = (refusal === undefined ? kept : keptWithRefused).get(point);
    return { from: source.place, point, ...statusOf(point, { found, refusal, verdict }) };
  });
  return [...judged, ...duplicates.map((point) => notKept(point, source.place, 'duplicate of slot'))];
}

function notKept(point: RecoveryPoint, from: Place, reason: string): CopyVerdict {
  return { from, point, status: 'not kept', reason };
}

/** As in retention, the first made of a slot counts. */
function firstOfSlots(points: readonly RecoveryPoint[]): {
  readonly unique: readonly RecoveryPoint[];
  readonly duplicates: readonly RecoveryPoint[];
} {
  const slots = new Set<number>();
  const unique: RecoveryPoint[] = [];
  const duplicates: RecoveryPoint[] = [];
  for (const point of inOrderMade(points)) {
    if (slots.has(point.slot)) duplicates.push(point);
    else unique.push(point);
    slots.add(point.slot);
  }
  return { unique, duplicates };
}

/**
 * What the copy's rules keep of all that there is on both sides. Retention is monotone: what is kept of these is kept of the
 * fewer that the destination will have, so that nothing is copied only to be pruned.
 */
function judge(
  points: readonly RecoveryPoint[],
  { copies, rules }: Group,
  { now }: CopiesInput,
): ReadonlyMap<RecoveryPoint, Verdict> {
  const slots = new Set(points.map(({ slot }) => slot));
  const others = copies.filter(({ state, slot }) => state === 'good' && !slots.has(slot));
  const all: readonly RetentionPoint[] = [...points, ...others];
  const override = rememberedKeep([...points, ...copies], rules);
  // By a wrong one everything that is there is kept; it is no reason to copy everything.
  const keep = override?.ok ? override.value : rules.keep;
  const verdicts = retain(all, { keep, timezone: rules.timezone, now, source: points[0]?.source ?? '' });
  return new Map(
    points.flatMap((point, index) => {
      const verdict = verdicts[index];
      return verdict ? [[point, verdict] as const] : [];
    }),
  );
}

interface Circumstances {
  /** What there is of its slot at the destination. */
  readonly found: readonly RecoveryPoint[];
  readonly refusal: string | undefined;
  /** Of the copy's rules. */
  readonly verdict: Verdict | undefined;
}

const BEST_FIRST = ['good', 'pending', 'disabled', 'incomplete', 'failed'];

type Status = Omit<CopyVerdict, 'from' | 'point'>;

function statusOf(point: RecoveryPoint, { found, refusal, verdict }: Circumstances): Status {
  const [copy] = [...found].sort((a, b) => BEST_FIRST.indexOf(a.state) - BEST_FIRST.indexOf(b.state));
  const there = copy && { copy };
  if (copy?.state === 'good') return { status: 'copied', reason: `copied: ${copy.id}`, copy };
  const parts = missingParts(point, found);
  if (copy?.state === 'pending' && parts === 0)
    return { status: 'copied', reason: `being copied: ${copy.id}${detailOf(copy)}`, copy };
  const reason = verdict?.reasons.join('; ') ?? 'no rule keeps it';
  if (!isWanted(verdict)) return { status: 'not kept', reason, ...there };
  if (refusal !== undefined) return { status: 'refused', reason: refusal, ...there };
  if (copy && copy.state !== 'pending')
    return { status: 'failed', reason: `its copy ${copy.id} is ${copy.state}${detailOf(copy)}`, copy };
  return { status: 'copy', reason, parts, ...there };
}

/** What is of the future is kept by no rule, but until it is known what it is. */
function isWanted(verdict: Verdict | undefined): boolean {
  return verdict?.decision === 'keep' && !verdict.reasons.includes('in the future');
}

function detailOf({ detail }: RecoveryPoint): string {
  return detail === undefined ? '' : ` (${detail})`;
}

/** How many calls it takes to copy what is not there yet: one for an AMI, one for each snapshot of others. */
function missingParts({ imageId, snapshotIds }: RecoveryPoint, found: readonly RecoveryPoint[]): number {
  const pending = found.filter(({ state }) => state === 'pending');
  if (imageId !== undefined) return pending.length > 0 ? 0 : 1;
  const copied = new Set(pending.flatMap(({ copiedVolumes = [] }) => copiedVolumes));
  return Math.max(0, snapshotIds.length - copied.size);
}

/**
 * Half-copied sets are completed first, then the newest slots, whatever place they are in. Never before a newer point of the
 * same source: the newest one there may say, by its `Backup:Keep`, how all are kept.
 */
function withinQuota(verdicts: readonly CopyVerdict[], inFlight: InFlight): CopyVerdict[] {
  const isOpen = ({ status }: CopyVerdict): boolean => status === 'copy';
  const open = verdicts.filter(isOpen);
  const newest = new Map<string, number>();
  for (const { point } of open) {
    const key = sourceKey(point);
    newest.set(key, Math.max(point.slot, newest.get(key) ?? -Infinity));
  }
  const isFirst = ({ copy, point }: CopyVerdict): boolean =>
    copy !== undefined && newest.get(sourceKey(point)) === point.slot;
  const inTurn = [...open].sort(
    (a, b) =>
      Number(isFirst(b)) - Number(isFirst(a)) ||
      b.point.slot - a.point.slot ||
      compareText(a.point.id, b.point.id),
  );
  const free = {
    images: Math.max(0, MOST_IMAGE_COPIES - inFlight.images),
    snapshots: Math.max(0, MOST_SNAPSHOT_COPIES - inFlight.snapshots),
  };
  const allowed = inTurn.map((verdict): CopyVerdict => {
    const of = verdict.point.imageId === undefined ? 'snapshots' : 'images';
    const parts = Math.min(verdict.parts ?? 0, free[of]);
    free[of] -= parts;
    if (parts === 0) return waiting(verdict, of);
    return parts === verdict.parts ? verdict : { ...verdict, parts, isPartial: true };
  });
  return [...verdicts.filter((verdict) => !isOpen(verdict)), ...allowed];
}

function waiting({ parts: _, ...verdict }: CopyVerdict, of: 'images' | 'snapshots'): CopyVerdict {
  const most =
    of === 'images' ? `${MOST_IMAGE_COPIES} AMIs` : `${MOST_SNAPSHOT_COPIES} snapshots of their own`;
  return { ...verdict, status: 'waiting', reason: `EC2 copies at most ${most} at once to a place` };
}
