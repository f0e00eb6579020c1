/**
 * Until when recovery points are kept, if backups go on in their slots and nothing fails: retention itself is asked at each
 * coming run of prune, of what is left by then.
 *
 * It goes run by run, because there is nothing to bisect: `within: 1m` counts back from the newest, and 31 March less one month
 * is 3 March but 1 April less one month is 1 March, so that a point of 2 March is let go on 31 March alone.
 */

import type { Policy } from '../policy/policy.ts';
import { maker } from './coming-points.ts';
import { keptBeyond } from './kept-beyond.ts';
import {
  groupVerdicts,
  liftsProtection,
  rulesOfGroup,
  type PointVerdict,
  type VerdictInput,
} from './point-verdicts.ts';
import { pruneRounds, type Round } from './prune-rounds.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { counts, keepsEverything } from './retention.ts';
import { visiblePins } from './safety.ts';

const DAY = 86_400_000;
/** After so many rounds it pays to ask who outlasts the horizon. */
const PATIENCE = 64;

export interface UntilInput extends VerdictInput {
  /** How far to look ahead. */
  readonly horizonDays: number;
  /** Whether the policy goes on backing up the source: it exists and still asks for it. */
  readonly goesOn: boolean;
}

export interface KeptUntil {
  /**
   * Why it is kept last: at the last run of prune that keeps it; today, when it goes with the first run or cannot go at all; at
   * the horizon or some days after it, when it outlasts that. Empty: nothing keeps it today.
   */
  readonly reasons: readonly string[];
  /** Absent: it is still kept at the horizon. */
  readonly gone?: Gone;
}

export interface Gone {
  /** The run of prune that deletes it. */
  readonly prunedAt: number;
  /** The backup after which no rule keeps it. Absent: nothing keeps it today, or time alone lets go of it. */
  readonly slot?: number;
}

export interface UntilQuestion extends UntilInput {
  readonly point: RecoveryPoint;
  /** All points of its policy and source in its place, those made there or those copied from one other; itself among them. */
  readonly group: readonly RecoveryPoint[];
}

/** Until when one point is kept. What only AWS knows (locks, users, running copies) may keep it longer. */
export function keptUntil({ point, group, ...input }: UntilQuestion): KeptUntil {
  const found = keptUntilOf(group, input, new Set([point.id])).get(point.id);
  if (found) return found;
  throw new Error(`${point.id} is not in the group of ${group.length} points that it was said to be of`);
}

/** The same for every point of a group, by id, in one pass; `asked` names those that matter (default: all). */
export function keptUntilOf(
  group: readonly RecoveryPoint[],
  input: UntilInput,
  asked: ReadonlySet<string> = new Set(group.map(({ id }) => id)),
): ReadonlyMap<string, KeptUntil> {
  const answers = answersOfToday(group, input, asked);
  if (staysWhole(group, input)) return answers;
  const open = new Set(
    group.filter((point) => asked.has(point.id) && mayGo(point, input)).map(({ id }) => id),
  );
  let rounds = 0;
  for (const { judged, ...round } of judgedRounds(group, input)) {
    for (const entry of judged.filter(({ point }) => open.has(point.id))) {
      const { id } = entry.point;
      const answer = answerOf(entry, answers.get(id)?.reasons ?? [], round);
      answers.set(id, answer);
      if (answer.gone) open.delete(id);
    }
    rounds += 1;
    for (const [id, reasons] of rounds === PATIENCE ? beyondHorizon(group, input) : []) {
      if (open.delete(id)) answers.set(id, { reasons });
    }
    if (open.size === 0) break;
  }
  return answers;
}

export interface JudgedRound {
  readonly prunedAt: number;
  /** What was left by then, and what was made since the round before. */
  readonly judged: readonly PointVerdict[];
  /** After which backup of the round a point was not kept any more. */
  readonly slotOf: (id: string) => number | undefined;
}

/** The coming runs of prune, of what is left by then, but not those that find nothing changed. */
export function* judgedRounds(group: readonly RecoveryPoint[], input: UntilInput): Generator<JudgedRound> {
  const madeIn = maker(group);
  let left: readonly RecoveryPoint[] = group.map((point) => finished(point, input.now));
  let [lastMade, settled] = [-Infinity, false];
  for (const { slots, prunedAt } of roundsOf(group, input)) {
    if (prunedAt === undefined) return;
    const made = madeIn(slots, left);
    if (made.length === 0 && settled) continue;
    lastMade = made.at(-1)?.slot ?? lastMade;
    const judged = groupVerdicts([...left, ...made], { ...input, now: prunedAt });
    yield { prunedAt, judged, slotOf: lateSlots(left, made, input) };
    left = judged.filter(({ verdict }) => verdict.decision === 'keep').map(({ point }) => point);
    settled = isSettled(left, lastMade);
  }
}

/** `before`: the reasons of the round before. */
function answerOf(
  { point, verdict }: PointVerdict,
  before: readonly string[],
  { prunedAt, slotOf }: Pick<JudgedRound, 'prunedAt' | 'slotOf'>,
): KeptUntil {
  if (verdict.decision === 'keep') return { reasons: verdict.reasons };
  const slot = before.length === 0 ? undefined : slotOf(point.id);
  return { reasons: before, gone: { prunedAt, ...(slot !== undefined && { slot }) } };
}

function answersOfToday(
  group: readonly RecoveryPoint[],
  input: VerdictInput,
  asked: ReadonlySet<string>,
): Map<string, KeptUntil> {
  const today = groupVerdicts(group, input).filter(({ point }) => asked.has(point.id));
  return new Map(
    today.map(({ point, verdict: { decision, reasons } }) => [
      point.id,
      { reasons: decision === 'keep' ? reasons : [] },
    ]),
  );
}

/** What somebody holds, disabled or took apart stays until somebody undoes it. */
export function mayGo(point: RecoveryPoint, { file }: Pick<VerdictInput, 'file'>): boolean {
  const { state } = point;
  const lifts = liftsProtection(point.policy, file);
  const isLeft = state === 'incomplete' || (state === 'disabled' && !counts(point));
  return !isLeft && visiblePins(point, { lifts }).length === 0;
}

/** Whether no point of the group can ever go: as long as backups go on, no time lets go of a group without rules. */
export function staysWhole(group: readonly RecoveryPoint[], input: UntilInput): boolean {
  const rules = rulesOfGroup(group, input);
  return 'reason' in rules || (input.goesOn && keepsEverything(rules));
}

/** What DLM makes is not ours, and is of no group: only this product's own policies make more of it. */
export function goingOn([first]: readonly RecoveryPoint[], { file, goesOn }: UntilInput): Policy | undefined {
  return goesOn ? file.policies.find(({ name }) => name === first?.policy) : undefined;
}

function beyondHorizon(
  group: readonly RecoveryPoint[],
  input: UntilInput,
): ReadonlyMap<string, readonly string[]> {
  const policy = goingOn(group, input);
  return policy
    ? keptBeyond(group, { ...input, policy, until: horizonOf(input) })
    : new Map<string, string[]>();
}

export function horizonOf({ now, horizonDays }: UntilInput): number {
  return now + horizonDays * DAY;
}

function* roundsOf(group: readonly RecoveryPoint[], input: UntilInput): Generator<Round> {
  const { file, now } = input;
  const prune = { schedule: file.prune.schedule, timezone: file.timezone };
  // A backup that is due this moment is still to come, but a prune of this moment has been judged already.
  for (const round of pruneRounds(goingOn(group, input), prune, { from: now, to: horizonOf(input) })) {
    if (round.prunedAt !== now) yield round;
  }
}

/** Nothing fails, so what is being made today gets finished; what is overdue is left as it is. */
function finished(point: RecoveryPoint, now: number): RecoveryPoint {
  return point.state === 'pending' && now - point.madeAt <= DAY ? { ...point, state: 'good' } : point;
}

/**
 * Whether time alone changes no verdict: all are good, and none is newer than the last that the schedule made. So there is none
 * of the future, none that failed a day ago, none by hand that outdoes an open slot, and the source is there.
 */
function isSettled(left: readonly RecoveryPoint[], lastMade: number): boolean {
  return left.every(({ state, slot }) => state === 'good' && slot <= lastMade);
}

/** Answers the first of the slots from which on retention would not have kept a point, had prune run after each. */
function lateSlots(
  left: readonly RecoveryPoint[],
  made: readonly RecoveryPoint[],
  input: VerdictInput,
): (id: string) => number | undefined {
  const keptAfter = new Map<number, ReadonlySet<string>>();
  const idsAfter = (slot: number): ReadonlySet<string> => {
    const known = keptAfter.get(slot);
    if (known) return known;
    const then = [...left, ...made.filter((point) => point.slot <= slot)];
    const judged = groupVerdicts(then, { ...input, now: slot });
    const kept = judged.filter(({ verdict }) => verdict.decision === 'keep').map(({ point }) => point.id);
    const ids = new Set(kept);
    keptAfter.set(slot, ids);
    return ids;
  };
  return (id) => {
    let first: number | undefined;
    for (const { slot } of made.toReversed()) {
      if (idsAfter(slot).has(id)) return first;
      first = slot;
    }
    return first;
  };
}
