/** What there is of each of the last days of one policy and source, and why not. Pure. */

import { groupVerdicts, type VerdictInput } from '../plan/point-verdicts.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import type { SlotTimes } from '../plan/watch-slots.ts';
import type { Policy } from '../policy/policy.ts';
import { previousSlot } from '../policy/schedule.ts';
import type { Cell, CellKind, RowStanding } from './report-shapes.ts';
import { shorten } from './report-words.ts';

const DAY = 86_400_000;

/** The starts (ms) of the last `count` days in UTC, oldest first; the last one is that of `now`. */
export function lastDays(now: number, count: number): number[] {
  const today = now - (now % DAY);
  return Array.from({ length: count }, (_, index) => today - (count - 1 - index) * DAY);
}

export interface CoverageInput extends VerdictInput {
  readonly days: readonly number[];
  /** The points of one policy and source, all made in one place. */
  readonly group: readonly RecoveryPoint[];
  readonly standing: RowStanding;
  /** Absent: none that a Lambda runs. */
  readonly policy?: Policy;
  readonly slots: SlotTimes;
  readonly source: string;
}

/** One cell a day. */
export function coverageCells(input: CoverageInput): Cell[] {
  const best = bestOfDays(input.group, input.days);
  const empty = new Map(
    input.days.filter((day) => !best.has(day)).map((day) => [day, emptyDay(day, input)] as const),
  );
  const expected = stillKept(
    [...empty.values()].flatMap(({ slot }) => slot ?? []),
    input,
  );
  return input.days.map((day) => {
    const point = best.get(day);
    if (point) return pointCell(point);
    const { slot, cell } = empty.get(day) ?? {};
    if (slot === undefined) return cell ?? NOTHING_DUE;
    return expected.has(slot) ? MISSED : UNKEPT;
  });
}

const NOTHING_DUE: Cell = { kind: 'none', why: 'nothing was due' };
const MISSED: Cell = { kind: 'missed', why: 'a backup was due, and there is none' };
const UNKEPT: Cell = { kind: 'unkept', why: 'no rule keeps a backup of that day by now' };

const RANKS: Readonly<Record<RecoveryPoint['state'], number>> = {
  good: 4,
  pending: 3,
  disabled: 2,
  incomplete: 1,
  failed: 0,
};

/** Of each day that has points, the best, and of those the newest. */
function bestOfDays(
  group: readonly RecoveryPoint[],
  days: readonly number[],
): ReadonlyMap<number, RecoveryPoint> {
  const first = days[0] ?? Infinity;
  const best = new Map<number, RecoveryPoint>();
  for (const point of group) {
    const day = point.slot - (point.slot % DAY);
    if (day < first) continue;
    const known = best.get(day);
    if (!known || isBetter(point, known)) best.set(day, point);
  }
  return best;
}

function isBetter(point: RecoveryPoint, known: RecoveryPoint): boolean {
  if (point.state !== known.state) return RANKS[point.state] > RANKS[known.state];
  return point.slot > known.slot;
}

/** What a point counts as. */
export function cellKindOf(state: RecoveryPoint['state']): CellKind {
  return state === 'disabled' || state === 'incomplete' ? 'odd' : state;
}

function pointCell({ id, state, detail }: RecoveryPoint): Cell {
  const why = state === 'good' ? undefined : detail ? `${state}: ${shorten(detail)}` : state;
  return { kind: cellKindOf(state), point: id, ...(why !== undefined && { why }) };
}

const NOT_RUN: Readonly<Partial<Record<RowStanding, string>>> = {
  resting: 'no backup of that day; its policy asks for none any more',
  gone: 'no backup of that day; its source is gone',
  copies: 'no copy of that day here',
};

/** Of a day without a point: the last slot that was due on it, or why there is nothing to say of one. */
type EmptyDay =
  { readonly slot: number; readonly cell?: never } | { readonly slot?: never; readonly cell: Cell };

function emptyDay(day: number, input: CoverageInput): EmptyDay {
  const { policy, group, standing, slots, now } = input;
  const none = (why: string): EmptyDay => ({ cell: { kind: 'none', why } });
  const idle = NOT_RUN[standing];
  if (idle !== undefined) return none(idle);
  if (!policy) return { cell: NOTHING_DUE };
  const last = previousSlot(policy.schedule, policy.timezone, day + DAY - 1);
  if (last === undefined || last < day) return none('the schedule has no slot on that day');
  const slot = Math.min(last, previousSlot(policy.schedule, policy.timezone, now) ?? last);
  if (slot < day) return { cell: { kind: 'open', why: 'its slot is still to come' } };
  if (slots.due === undefined || slot > slots.due)
    return { cell: { kind: 'open', why: 'its time is not over yet' } };
  const oldest = group.reduce((least, point) => Math.min(least, point.slot), Infinity);
  if (slot > oldest) return { slot };
  return standing === 'never' && slot === slots.due ? { cell: MISSED } : none('older than its oldest backup');
}

/** Retention itself is asked: had all of these been made, which would it keep? */
function stillKept(slots: readonly number[], { group, ...input }: CoverageInput): ReadonlySet<number> {
  const like = group.find(({ state }) => state === 'good') ?? group[0];
  if (!like || slots.length === 0) return new Set(slots);
  const { policy, source, kind, keep, copiedFrom } = like;
  const supposed = slots.map((slot): RecoveryPoint => ({
    ...{ policy, source, kind, slot, id: 'supposed', madeAt: slot, state: 'good', snapshotIds: [] },
    ...{ deregistrationProtected: false, foreignSnapshots: [], mappedBy: [] },
    ...(keep !== undefined && { keep }),
    ...(copiedFrom && { copiedFrom }),
  }));
  const added = new Set(supposed);
  const verdicts = groupVerdicts([...group, ...supposed], input);
  return new Set(
    verdicts
      .filter(({ point, verdict }) => added.has(point) && verdict.decision === 'keep')
      .map(({ point }) => point.slot),
  );
}
