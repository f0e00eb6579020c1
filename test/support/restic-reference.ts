/**
 * restic's retention, told a second time: slowly, one rule after the other, and with no calendar but that of Intl.
 * Tests compare the real one with it.
 */

import { COUNTED, TIMED, type Keep, type KeepRule } from '../../src/lib/policy/keep.ts';

type Period = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * The reasons for which each backup is kept; without one it is forgotten. `times` are ms since the epoch, newest
 * first, and none of the future.
 */
export function resticReasons(times: readonly number[], keep: Keep, zone: string): string[][] {
  const reasons: string[][] = times.map(() => []);
  for (const rule of [...COUNTED, ...TIMED]) {
    for (const [index, reason] of keptBy(rule, times, { keep, zone })) reasons[index]?.push(reason);
  }
  return reasons;
}

interface Setting {
  readonly keep: Keep;
  readonly zone: string;
}

function keptBy(rule: KeepRule, times: readonly number[], { keep, zone }: Setting): Map<number, string> {
  const value = keep[rule];
  if (value === undefined) return new Map();
  if (typeof value === 'object') {
    const start = before(times[0] ?? 0, value, zone);
    const young = times.filter((time) => time > start).length;
    const period = rule === 'within' ? 'last' : (rule.slice('within-'.length) as Period);
    const word = `${rule === 'within' ? '' : `${period} `}within ${value.text}`;
    return pick(times, { period, zone, word, reason: () => word, candidates: young, limit: Infinity });
  }
  const limit = value === 'all' ? Infinity : value;
  const counted = (nth: number): string => (value === 'all' ? `${rule} all` : `${rule} ${nth}/${value}`);
  return pick(times, {
    period: rule as Period,
    zone,
    word: rule,
    reason: counted,
    candidates: times.length,
    limit,
  });
}

interface Picking {
  readonly period: Period;
  readonly zone: string;
  /** So many of the newest may be kept at all. */
  readonly candidates: number;
  readonly limit: number;
  /** What the oldest is kept as. */
  readonly word: string;
  readonly reason: (nth: number) => string;
}

/** The newest of each period while the count lasts; if it lasts to the end, the oldest of all too. */
function pick(times: readonly number[], picking: Picking): Map<number, string> {
  const { period, zone, candidates, limit, word, reason } = picking;
  const kept = new Map<number, string>();
  const labels = times.map((time, index) => label(period, local(time, zone), index));
  for (let index = 0; index < candidates && kept.size < limit; index += 1) {
    if (index === 0 || labels[index] !== labels[index - 1]) kept.set(index, reason(kept.size + 1));
  }
  const oldest = times.length - 1;
  if (oldest >= 0 && oldest < candidates && kept.size < limit && !kept.has(oldest)) {
    kept.set(oldest, `oldest ${word}`);
  }
  return kept;
}

function label(period: Period, { year, month, day, hour }: LocalTime, index: number): string {
  switch (period) {
    case 'last':
      return String(index);
    case 'hourly':
      return `${year}-${month}-${day} ${hour}`;
    case 'daily':
      return `${year}-${month}-${day}`;
    case 'weekly':
      return isoWeek(year, month, day);
    case 'monthly':
      return `${year}-${month}`;
    case 'yearly':
      return String(year);
  }
}

/** A week belongs to the year of its Thursday, and is as many weeks into it. */
function isoWeek(year: number, month: number, day: number): string {
  const thursday = new Date(Date.UTC(year, month - 1, day));
  const weekday = thursday.getUTCDay() === 0 ? 7 : thursday.getUTCDay();
  thursday.setUTCDate(thursday.getUTCDate() + 4 - weekday);
  const dayOfYear = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000;
  return `${thursday.getUTCFullYear()}-W${Math.floor(dayOfYear / 7) + 1}`;
}

/** Go's AddDate with negative numbers, then Add of the hours. */
function before(
  time: number,
  duration: {
    readonly years: number;
    readonly months: number;
    readonly days: number;
    readonly hours: number;
  },
  zone: string,
): number {
  const { year, month, day, hour, minute, second } = local(time, zone);
  const date = new Date(0);
  date.setUTCFullYear(year - duration.years, month - 1 - duration.months, day - duration.days);
  date.setUTCHours(hour, minute, second, time - Math.floor(time / 1000) * 1000);
  return fromLocal(date.getTime(), zone) - duration.hours * 3_600_000;
}

/**
 * Go's time.Date: the zone's offset is looked up as if the wall time were UTC; when the instant that this gives has
 * another offset, that one is right.
 */
function fromLocal(wall: number, zone: string): number {
  const first = offset(wall, zone);
  const second = offset(wall - first, zone);
  return first === second ? wall - first : wall - second;
}

function offset(time: number, zone: string): number {
  const { year, month, day, hour, minute, second } = local(time, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function local(time: number, zone: string): LocalTime {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? NaN;
  return {
    year: of('year'),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
  };
}
