/** When a schedule fires, in its own zone's wall time, and the same in DLM's UTC. */

import { calendarDays, daysOfCron, fieldsOfDays, listOf, sameDays, type CalendarDay } from './cron-days.ts';
import type { DayFields } from './cron-days.ts';
import { parseCronFields } from './cron.ts';
import type { Schedule } from './policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Fires on each of the days at each of the times. */
export interface Firings {
  /** Ms after midnight, ascending. */
  readonly times: readonly number[];
  /** Of 2025 to 2034, ascending. */
  readonly days: readonly CalendarDay[];
  /** The days as a cron says them; absent when that is yet to be found. */
  readonly fields?: DayFields;
}

/** Rules of `keep` of which the newest of each period may be a schedule of its own; an hour never has two firings. */
export const PERIOD_RULES = ['daily', 'weekly', 'monthly', 'yearly'] as const;
export type PeriodRule = (typeof PERIOD_RULES)[number];

export const PERIOD_OF: Readonly<Record<PeriodRule, (day: CalendarDay) => number>> = {
  daily: ({ number }) => number,
  // ISO weeks begin on Monday, and 1 January 1970 was a Thursday.
  weekly: ({ number }) => Math.floor((number + 3) / 7),
  monthly: ({ year, month }) => year * 12 + month,
  yearly: ({ year }) => year,
};

const known = new Map<string, Firings>();

/** The firings of a schedule, years left aside. */
export function firingsOf({ cron }: Schedule): Firings {
  const cached = known.get(cron);
  if (cached) return cached;
  const fields = /^cron\((.*)\)$/.exec(cron)?.[1] ?? '';
  const parsed = parseCronFields(fields);
  if (!parsed.ok) throw new RangeError(`schedule ${JSON.stringify(cron)}: ${parsed.problem}`);
  const [, , day = '*', month = '*', weekday = '?'] = fields.split(' ');
  const dayFields = { day, month, weekday };
  const firings = { times: parsed.value.times, days: daysOfCron(dayFields), fields: dayFields };
  known.set(cron, firings);
  return firings;
}

/** The last firing of each period of the wall calendar. */
export function lastFirings({ times, days }: Firings, rule: PeriodRule): Firings {
  const periodOf = PERIOD_OF[rule];
  const last = days.filter((day, index) => {
    const next = days[index + 1];
    return next === undefined || periodOf(next) !== periodOf(day);
  });
  return { times: times.slice(-1), days: last };
}

/** Whether two sets of firings are the same. */
export function sameFirings(some: Firings, others: Firings): boolean {
  return some.times.join() === others.times.join() && sameDays(some.days, others.days);
}

/** The shortest and the longest time between two firings, in ms; both infinite for fewer than two. */
export function gapsBetween({ times, days }: Firings): {
  readonly shortest: number;
  readonly longest: number;
} {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const within = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const between = days
    .slice(1)
    .map(({ number }, index) => (number - (days[index]?.number ?? 0)) * DAY + first - last);
  const gaps = [...new Set([...within, ...between])];
  if (gaps.length === 0) return { shortest: Infinity, longest: Infinity };
  return { shortest: Math.min(...gaps), longest: Math.max(...gaps) };
}

/** The cron that fires at the same instants in UTC, for a zone of one offset (ms); undefined when there is none. */
export function utcCron(firings: Firings, offset: number): string | undefined {
  const times = utcTimes(firings, offset);
  const minutes = new Set(times.map((time) => (time / MINUTE) % 60));
  const fields = utcDays(firings, offset);
  const [minute] = minutes;
  // Two minutes of one hour would be firings less than an hour apart.
  if (!fields || minutes.size !== 1 || minute === undefined) return undefined;
  const hours = listOf(
    times.map((time) => Math.floor(time / HOUR)),
    [0, 23],
  );
  return `cron(${minute} ${hours} ${fields.day} ${fields.month} ${fields.weekday} *)`;
}

/** Times of day in UTC, in ms after midnight, ascending. */
export function utcTimes({ times }: Firings, offset: number): readonly number[] {
  return times.map((time) => (((time - offset) % DAY) + DAY) % DAY).sort((a, b) => a - b);
}

function utcDays({ times, days, fields }: Firings, offset: number): DayFields | undefined {
  if (sameDays(days, calendarDays())) return { day: '*', month: '*', weekday: '?' };
  const shifts = new Set(times.map((time) => Math.floor((time - offset) / DAY)));
  const [shift] = shifts;
  // A day that becomes two days in UTC, the one before with other times than the one after.
  if (shifts.size !== 1 || shift === undefined) return undefined;
  if (shift === 0 && fields) return fields;
  return fieldsOfDays(new Set(days.map(({ number }) => number + shift)));
}
