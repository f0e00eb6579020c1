/**
 * One source of a policy over years: what its schedule makes, and what retention leaves of it at each run of prune. Both are the
 * product's own; only the account is left out.
 */

import type { Keep } from '../policy/keep.ts';
import { madeLately, refusal } from './guard.ts';
import type { Round } from './prune-rounds.ts';
import { retain, type RetentionPoint, type Verdict } from './retention.ts';

const DAY = 86_400_000;
/** The guard judges a policy's sources together. Of so many alike, it is never a handful of deletions that lets them pass. */
export const GUARDED_SOURCES = 100;

export interface SimulateInput {
  readonly keep: Keep;
  /** Of the retention calendar. */
  readonly timezone: string;
  readonly from: number;
  /** Of 24 hours each. */
  readonly days: number;
  /** Those of `from` and `days`; the same for every source that has the schedule. */
  readonly rounds: readonly Round[];
  /** 0…1: the guard's. */
  readonly maxShare: number;
  /** Whether the backup of a slot is not made. Absent: all are. */
  readonly isMissed?: (slot: number) => boolean;
}

export interface Simulation {
  readonly from: number;
  readonly days: number;
  readonly made: number;
  readonly missed: number;
  /** All that were made, oldest first. */
  readonly points: readonly SimulatedPoint[];
  /** How many exist at the end of each day. */
  readonly counts: readonly number[];
  /** Before the prune of a round. Absent: nothing was made. */
  readonly mostAtOnce?: { readonly count: number; readonly at: number };
  /** The longest time between two neighbours among those that existed together. Absent: there were never two. */
  readonly worstGap?: Gap;
  /** The longest time that the newest was old before a newer one came, or the end. Absent: nothing was made. */
  readonly longestWait?: Wait;
  /** The first run of prune that the guard would refuse for many such sources; what follows is as if it had been accepted. */
  readonly refused?: { readonly at: number; readonly reason: string };
}

export interface SimulatedPoint {
  readonly slot: number;
  /** Absent: it exists at the end. */
  readonly prunedAt?: number;
  /** Why the last run of prune that kept it did so. Empty: it was let go by the first that saw it, or none has seen it. */
  readonly reasons: readonly string[];
}

export interface Gap {
  readonly ms: number;
  /** The slots on both sides. */
  readonly from: number;
  readonly to: number;
  /** Since when there is nothing between them. */
  readonly at: number;
}

export interface Wait {
  readonly ms: number;
  /** The slot of the newest. */
  readonly from: number;
  readonly until: number;
}

/** What is known of a point while the simulation runs. */
interface Entry extends RetentionPoint {
  prunedAt?: number;
  verdict?: Verdict;
}

/** Simulates a source that has nothing at first. Backups are finished before prune runs next. */
export function simulateSource(input: SimulateInput): Simulation {
  const { rounds, from, days, isMissed = () => false } = input;
  const all: Entry[] = [];
  let left: readonly Entry[] = [];
  let worst: Worst = {};
  let [missed, lastSlot] = [0, from];
  for (const { slots, prunedAt } of rounds) {
    const made = slots.filter((slot) => !isMissed(slot)).map((slot): Entry => ({ slot, state: 'good' }));
    missed += slots.length - made.length;
    lastSlot = slots.at(-1) ?? lastSlot;
    // Where all are good and none is of the future, only a new one changes a verdict.
    if (made.length === 0) continue;
    for (const entry of made) all.push(entry);
    const present = [...left, ...made];
    worst = worstOf(worst, present);
    if (prunedAt === undefined) break;
    left = pruned(present, prunedAt, input);
    if (left.length === present.length) continue;
    worst = worstOf(worst, left, prunedAt);
    const refused = worst.refused ?? refusedBy(present, left, { prunedAt, lastSlot }, input);
    if (refused) worst = { ...worst, refused };
  }
  const longestWait = longestWaitOf(all, from + days * DAY);
  return {
    ...{ from, days, made: all.length, missed, points: all.map(toPoint), counts: countsOf(all, from, days) },
    ...worst,
    ...(longestWait && { longestWait }),
  };
}

type Worst = Pick<Simulation, 'mostAtOnce' | 'worstGap' | 'refused'>;

/** Of points that exist together, oldest first; `at` is since when, unless they do since the newest was made. */
function worstOf(worst: Worst, present: readonly Entry[], at?: number): Worst {
  const most = worst.mostAtOnce;
  const worstGap = worstGapOf(worst.worstGap, present, at);
  const isMore = present.length > (most?.count ?? 0);
  const mostAtOnce = isMore ? { count: present.length, at: at ?? present.at(-1)?.slot ?? 0 } : most;
  return { ...worst, ...(mostAtOnce && { mostAtOnce }), ...(worstGap && { worstGap }) };
}

function worstGapOf(worst: Gap | undefined, present: readonly Entry[], at?: number): Gap | undefined {
  let gap = worst;
  let from = present[0]?.slot ?? 0;
  for (const { slot: to } of present) {
    if (to - from > (gap?.ms ?? 0)) gap = { ms: to - from, from, to, at: at ?? to };
    from = to;
  }
  return gap;
}

/** The newest is never pruned, so that it waits from one backup to the next. */
function longestWaitOf(all: readonly Entry[], end: number): Wait | undefined {
  let longest: Wait | undefined;
  all.forEach(({ slot: from }, index) => {
    const until = all[index + 1]?.slot ?? end;
    if (until - from > (longest?.ms ?? 0)) longest = { ms: until - from, from, until };
  });
  return longest;
}

function refusedBy(
  present: readonly Entry[],
  left: readonly Entry[],
  { prunedAt: at, lastSlot }: { readonly prunedAt: number; readonly lastSlot: number },
  { maxShare }: SimulateInput,
): Simulation['refused'] {
  const slots = present.map(({ slot }) => slot);
  const reason = refusal({
    deletions: (present.length - left.length) * GUARDED_SOURCES,
    points: present.length * GUARDED_SOURCES,
    made: madeLately(slots, at, lastSlot) * GUARDED_SOURCES,
    maxShare,
  });
  return reason === undefined ? undefined : { at, reason };
}

/** What a run of prune leaves; what it takes is marked with its time. */
function pruned(present: readonly Entry[], at: number, { keep, timezone }: SimulateInput): Entry[] {
  const verdicts = retain(present, { keep, timezone, now: at, source: 'the source' });
  return present.filter((entry, index) => {
    const verdict = verdicts[index];
    if (verdict?.decision === 'prune') {
      entry.prunedAt = at;
      return false;
    }
    if (verdict) entry.verdict = verdict;
    return true;
  });
}

function toPoint({ slot, prunedAt, verdict }: Entry): SimulatedPoint {
  return { slot, reasons: verdict?.reasons ?? [], ...(prunedAt !== undefined && { prunedAt }) };
}

/** How many exist at the end of each day: the running sum of what comes and goes. */
function countsOf(all: readonly Entry[], from: number, days: number): number[] {
  const changes = new Array<number>(days + 1).fill(0);
  const change = (at: number, by: number): void => {
    const day = Math.max(0, Math.ceil((at - from) / DAY) - 1);
    changes[day] = (changes[day] ?? 0) + by;
  };
  for (const { slot, prunedAt } of all) {
    change(slot, 1);
    if (prunedAt !== undefined) change(prunedAt, -1);
  }
  let count = 0;
  return changes.slice(0, days).map((by) => (count += by));
}
