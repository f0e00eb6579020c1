/**
 * Retention: which recovery points of one group stay, and why. The rules are restic's `forget --keep-*`
 * (internal/data/snapshot_policy.go); around them stand the guards that only ever keep more.
 */

import { COUNTED, TIMED, isEmptyKeep, type Keep, type TimedRule } from '../policy/keep.ts';
import { wallClock } from '../policy/time-zone.ts';
import { PERIODS, subtract, type PeriodOf } from './calendar.ts';

const DAY = 86_400_000;

/** Only good points count. Disabled and incomplete ones are somebody's doing, so they are left to them. */
export type PointState = 'good' | 'pending' | 'failed' | 'disabled' | 'incomplete';

export interface RetentionPoint {
  /** In ms since the epoch. */
  readonly slot: number;
  readonly state: PointState;
  /** This product has disabled it: it counts as if it had not. */
  readonly setAside?: object;
}

/** Whether a reason is that of a rule of `keep`, of its absence, or of the guard of the last good one. */
export function isRule(reason: string): boolean {
  return /^(?:oldest )?(?:last|hourly|daily|weekly|monthly|yearly|within)\b|^no rules$/.test(reason);
}

/** Whether rules count it, if its slot has come. */
export function counts({ state, setAside }: RetentionPoint): boolean {
  return state === 'good' || (state === 'disabled' && setAside !== undefined);
}

export interface Verdict {
  readonly decision: 'keep' | 'prune';
  readonly reasons: readonly string[];
}

export interface RetentionRules {
  readonly keep: Keep;
  readonly timezone: string;
  readonly now: number;
  /** Whose last good point is guarded; reasons name it. */
  readonly source: string;
  /** The source is gone for longer than its policy keeps: no rule applies any more, nor the last-good guard. */
  readonly released?: boolean;
}

const keep = (...reasons: string[]): Verdict => ({ decision: 'keep', reasons });
const KEEP_PENDING = keep('pending');
const KEEP_FAILED = keep('failed');
const KEEP_DISABLED = keep('disabled');
const KEEP_INCOMPLETE = keep('incomplete');
const KEEP_FUTURE = keep('in the future');
const KEEP_UNRULED = keep('no rules');
const PRUNE_FAILED: Verdict = { decision: 'prune', reasons: ['failed for over 24 h'] };
const PRUNE_UNKEPT: Verdict = { decision: 'prune', reasons: ['no rule keeps it'] };

/**
 * One verdict a point, in the order given. Only good points that are not of the future count; ties go by input order.
 */
export function retain(points: readonly RetentionPoint[], rules: RetentionRules): Verdict[] {
  const verdicts: Verdict[] = new Array<Verdict>(points.length);
  const counted: Counted[] = [];
  points.forEach((point, index) => {
    const aside = uncounted(point, rules);
    if (aside) verdicts[index] = aside;
    else counted.push({ index, time: point.slot, wall: wallClock(rules.timezone, point.slot) });
  });
  counted.sort((a, b) => b.time - a.time || a.index - b.index);
  const verdictOf = judgeOf(counted, rules);
  counted.forEach((point, rank) => {
    const verdict = verdictOf(point, rank === counted.length - 1);
    verdicts[point.index] = rank === 0 ? guardLastGood(verdict, rules) : verdict;
  });
  return verdicts;
}

/** A point that counts; one object for a point, because there may be a million. */
interface Counted {
  readonly index: number;
  readonly time: number;
  /** Local wall time. */
  readonly wall: number;
}

function uncounted(point: RetentionPoint, rules: RetentionRules): Verdict | undefined {
  if (point.state === 'pending') return KEEP_PENDING;
  if (point.state === 'disabled' && !counts(point)) return KEEP_DISABLED;
  if (point.state === 'incomplete') return KEEP_INCOMPLETE;
  if (point.state === 'failed') return judgeFailed(point, rules);
  return point.slot > rules.now ? KEEP_FUTURE : undefined;
}

function judgeFailed({ slot }: RetentionPoint, rules: RetentionRules): Verdict {
  if (rules.now - slot <= DAY) return KEEP_FAILED;
  return keepsEverything(rules) ? KEEP_UNRULED : PRUNE_FAILED;
}

/** No rules keep everything, what failed and what is double too. */
export function keepsEverything(rules: Pick<RetentionRules, 'keep' | 'released'>): boolean {
  return !rules.released && isEmptyKeep(rules.keep);
}

function guardLastGood(verdict: Verdict, rules: RetentionRules): Verdict {
  if (verdict.decision === 'keep' || rules.released) return verdict;
  return keep(`last good of ${rules.source}`);
}

/** How each point is judged, asked newest first. */
function judgeOf(newestFirst: readonly Counted[], rules: RetentionRules): (...asked: Asked) => Verdict {
  if (rules.released) return () => PRUNE_UNKEPT;
  if (keepsEverything(rules)) return () => KEEP_UNRULED;
  const newest = newestFirst[0]?.time ?? 0;
  const rows = [...countedRows(rules.keep), ...timedRows(rules, newest)];
  return (point, isOldest) => {
    let reasons: string[] | undefined;
    for (const row of rows) {
      const reason = row(point, isOldest);
      if (reason === undefined) continue;
      if (reasons) reasons.push(reason);
      else reasons = [reason];
    }
    return reasons ? { decision: 'keep', reasons } : PRUNE_UNKEPT;
  };
}

type Asked = [point: Counted, isOldest: boolean];

/** A rule at work: asked for each point, newest first; answers its reason for keeping it. */
type Row = (...asked: Asked) => string | undefined;

function countedRows(keepRules: Keep): Row[] {
  const rows: Row[] = [];
  for (const rule of COUNTED) {
    const limit = keepRules[rule];
    if (limit !== undefined) rows.push(countedRow(rule, limit));
  }
  return rows;
}

function countedRow(rule: (typeof COUNTED)[number], limit: number | 'all'): Row {
  const startsPeriod = periodStart(rule === 'last' ? undefined : PERIODS[rule]);
  let used = 0;
  return (point, isOldest) => {
    if (limit !== 'all' && used >= limit) return undefined;
    const isNew = startsPeriod(point);
    if (!isNew && !isOldest) return undefined;
    used += 1;
    if (!isNew) return `oldest ${rule}`;
    return limit === 'all' ? `${rule} all` : `${rule} ${used}/${limit}`;
  };
}

const TIMED_PERIODS: Record<TimedRule, PeriodOf | undefined> = {
  within: undefined,
  'within-hourly': PERIODS.hourly,
  'within-daily': PERIODS.daily,
  'within-weekly': PERIODS.weekly,
  'within-monthly': PERIODS.monthly,
  'within-yearly': PERIODS.yearly,
};

function timedRows(rules: RetentionRules, newest: number): Row[] {
  const rows: Row[] = [];
  for (const rule of TIMED) {
    const duration = rules.keep[rule];
    if (duration) rows.push(timedRow(rule, duration.text, subtract(duration, newest, rules.timezone)));
  }
  return rows;
}

function timedRow(rule: TimedRule, text: string, after: number): Row {
  const startsPeriod = periodStart(TIMED_PERIODS[rule]);
  const reason = `${rule.replace(/^within-(.*)$/, '$1 within')} ${text}`;
  return (point, isOldest) => {
    if (point.time <= after) return undefined;
    if (startsPeriod(point)) return reason;
    return isOldest ? `oldest ${reason}` : undefined;
  };
}

/** Whether a point opens a period that the one asked before it was not in; without periods every point does. */
function periodStart(periodOf: PeriodOf | undefined): (point: Counted) => boolean {
  if (!periodOf) return () => true;
  let last: number | undefined;
  return ({ wall }) => {
    const period = periodOf(wall);
    const isNew = period !== last;
    last = period;
    return isNew;
  };
}
