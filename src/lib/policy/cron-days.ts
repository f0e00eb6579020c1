/**
 * The days that a cron names, and the cron that names given days. DLM has crons in UTC only, so that a schedule of
 * another zone is looked at as a set of days; what is found is exact, because both ways are checked on whole years.
 */

import { DAY, MONTH, parseValues, valueOf, WEEKDAY, WEEKDAYS } from './cron.ts';

/** A day as crons see it. */
export interface CalendarDay {
  /** Days since the epoch. */
  readonly number: number;
  readonly year: number;
  readonly month: number;
  readonly date: number;
  /** Of the month: 28 to 31. */
  readonly lastDate: number;
  /** 1 is Sunday, as in EventBridge. */
  readonly weekday: number;
}

const DAY_MS = 86_400_000;
/** Ten years, which end with a whole week: the last day of a period is never cut off. */
const FIRST = Date.UTC(2025, 0, 1) / DAY_MS;
const END = Date.UTC(2035, 0, 1) / DAY_MS;
/** What is compared: day shifts and whole years need some room at both ends. */
const COMPARED_FROM = Date.UTC(2026, 0, 1) / DAY_MS;
const COMPARED_TO = Date.UTC(2033, 0, 1) / DAY_MS;

let calendar: readonly CalendarDay[] | undefined;

/** All days of 2025 to 2034. */
export function calendarDays(): readonly CalendarDay[] {
  calendar ??= Array.from({ length: END - FIRST }, (_, index) => calendarDay(FIRST + index));
  return calendar;
}

/** The days of 2025 to 2034 that the three fields of a cron name, ascending. The fields must be valid. */
export function daysOfCron({ day, month, weekday }: DayFields): readonly CalendarDay[] {
  const months = new Set(valuesOf(MONTH, month));
  const isDay = day === '?' ? weekdayTest(weekday) : dateTest(day);
  return calendarDays().filter((one) => months.has(one.month) && isDay(one));
}

/** Day-of-month, month and day-of-week of a cron. */
export interface DayFields {
  readonly day: string;
  readonly month: string;
  readonly weekday: string;
}

/** The fields that name exactly these days (as numbers since the epoch) in 2026 to 2032; undefined when none do. */
export function fieldsOfDays(numbers: ReadonlySet<number>): DayFields | undefined {
  const days = compared(calendarDays()).filter(({ number }) => numbers.has(number));
  if (days.length === 0) return undefined;
  return candidates(days).find((fields) => sameDays(daysOfCron(fields), days));
}

/** Whether the days are the same in 2026 to 2032. */
export function sameDays(some: readonly CalendarDay[], others: readonly CalendarDay[]): boolean {
  const [a, b] = [compared(some), compared(others)];
  return a.length === b.length && a.every(({ number }, index) => number === b[index]?.number);
}

function compared(days: readonly CalendarDay[]): readonly CalendarDay[] {
  return days.filter(({ number }) => number >= COMPARED_FROM && number < COMPARED_TO);
}

function calendarDay(number: number): CalendarDay {
  const date = new Date(number * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const lastDate = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { number, year, month, date: date.getUTCDate(), lastDate, weekday: date.getUTCDay() + 1 };
}

/** Everything that a cron can say of days, most usual first; each is the only one of its kind that may fit. */
function candidates(days: readonly CalendarDay[]): readonly DayFields[] {
  const month = listOf(
    days.map((day) => day.month),
    [1, 12],
  );
  const dates = listOf(
    days.map(({ date }) => date),
    [1, 31],
  );
  const weekdays = weekdayNames(days.map(({ weekday }) => weekday));
  const [first] = days;
  const nth = Math.ceil((first?.date ?? 1) / 7);
  return [
    { day: '*', month, weekday: '?' },
    { day: '?', month, weekday: weekdays },
    { day: dates, month, weekday: '?' },
    { day: 'L', month, weekday: '?' },
    ...(/^[A-Z]{3}$/.test(weekdays)
      ? [
          { day: '?', month, weekday: `${weekdays}#${nth}` },
          { day: '?', month, weekday: `${weekdays}L` },
        ]
      : []),
  ];
}

/** Numbers as a cron's list, with ranges for runs of three and more; `*` for all of a field. */
export function listOf(values: Iterable<number>, [low, high]: readonly [number, number]): string {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (sorted.length === high - low + 1) return '*';
  const runs: number[][] = [];
  for (const value of sorted) {
    const run = runs.at(-1);
    if (run && value === (run.at(-1) ?? 0) + 1) run.push(value);
    else runs.push([value]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0] ?? 0}-${run.at(-1) ?? 0}` : run.join(','))).join(',');
}

function weekdayNames(weekdays: Iterable<number>): string {
  const numbers = [...new Set(weekdays)].sort((a, b) => a - b);
  return numbers.map((number) => WEEKDAYS[number - 1] ?? '').join(',');
}

type DayTest = (day: CalendarDay) => boolean;

function dateTest(text: string): DayTest {
  if (text === 'L') return ({ date, lastDate }) => date === lastDate;
  const near = valueOf(DAY, /^(\d+)W$/.exec(text)?.[1]);
  if (near !== undefined) return (day) => day.date === nearestWorkday(near, day);
  const dates = new Set(valuesOf(DAY, text));
  return ({ date }) => dates.has(date);
}

function weekdayTest(text: string): DayTest {
  if (text === 'L') return ({ weekday }) => weekday === 7;
  const [, name, suffix] = /^(\w+?)(L|#[1-5])$/.exec(text) ?? [];
  const wanted = valueOf(WEEKDAY, name);
  if (wanted !== undefined && suffix === 'L') {
    return ({ weekday, date, lastDate }) => weekday === wanted && date > lastDate - 7;
  }
  if (wanted !== undefined && suffix !== undefined) {
    return ({ weekday, date }) => weekday === wanted && Math.ceil(date / 7) === Number(suffix[1]);
  }
  const weekdays = new Set(valuesOf(WEEKDAY, text));
  return ({ weekday }) => weekdays.has(weekday);
}

/** The date of `15W` in the month of a day: the nearest of Monday to Friday that is in the same month. */
function nearestWorkday(near: number, { date, lastDate, weekday }: CalendarDay): number | undefined {
  if (near > lastDate) return undefined;
  const on = (((weekday - 1 + near - date) % 7) + 7) % 7;
  if (on === 6) return near === 1 ? 3 : near - 1;
  if (on === 0) return near === lastDate ? near - 2 : near + 1;
  return near;
}

function valuesOf(field: typeof DAY, text: string): readonly number[] {
  const parsed = parseValues(field, text);
  if (!parsed.ok) throw new RangeError(`cron: ${parsed.problem}`);
  return parsed.value;
}
