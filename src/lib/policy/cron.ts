import { Cron } from 'croner';
import type { Parsed } from './keep.ts';

/** A cron expression of EventBridge Scheduler, read and checked. All of it is local time without a zone. */
export interface CronTimes {
  /** `cron(…)` with single spaces and upper-case names. */
  readonly expression: string;
  /** Times of day in ms after midnight, ascending. */
  readonly times: readonly number[];
  /** The days it fires on, as midnights of UTC. */
  readonly days: Cron;
}

export interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Names of the values from `low` on. */
  readonly names: readonly string[];
  /** What else the field takes, for people. */
  readonly also: string;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
export const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MINUTE: Field = { name: 'minute', low: 0, high: 59, names: [], also: '' };
const HOUR: Field = { name: 'hour', low: 0, high: 23, names: [], also: '' };
export const DAY: Field = {
  name: 'day-of-month',
  low: 1,
  high: 31,
  names: [],
  also: '; or, alone, ?, L (the last day) or 15W (the weekday nearest to the 15th)',
};
export const MONTH: Field = { name: 'month', low: 1, high: 12, names: MONTHS, also: '' };
export const WEEKDAY: Field = {
  name: 'day-of-week',
  low: 1,
  high: 7,
  names: WEEKDAYS,
  also: '; or, alone, ?, L (Saturday), FRIL (the last Friday) or TUE#2 (the second Tuesday)',
};
const YEAR: Field = { name: 'year', low: 1970, high: 2199, names: [], also: '' };
const FIELDS = [MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR];

const MINUTE_MS = 60_000;
const SIX_FIELDS = 'six fields: minute hour day-of-month month day-of-week year';

/**
 * Reads the fields inside `cron(…)`; the rules are those of EventBridge's cron reference.
 * A problem names every field that is wrong, its value and its range.
 */
export function parseCronFields(text: string): Parsed<CronTimes> {
  const fields = text.toUpperCase().split(/\s+/).filter(Boolean);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== FIELDS.length) {
    return no(`cron(${text.trim()}) has ${fields.length} fields, expected ${SIX_FIELDS}`);
  }
  const both = bothDaysProblem(fields);
  if (both) return no(both);
  const values = [parseValues(MINUTE, minute), parseValues(HOUR, hour)] as const;
  const pattern = [parseDay(day), parsePlain(MONTH, month), parseWeekday(weekday), parsePlain(YEAR, year)];
  const problems = [...values, ...pattern].flatMap((parsed) => (parsed.ok ? [] : [parsed.problem]));
  const [minutes, hours] = values;
  if (!minutes.ok || !hours.ok || problems.length > 0) return no(problems.join('; '));

  const expression = `cron(${fields.join(' ')})`;
  const words = pattern.map((parsed) => (parsed.ok ? parsed.value : ''));
  const days = new Cron(`0 0 0 ${words.join(' ')}`, { timezone: 'UTC', mode: '7-part' });
  if (!days.nextRun(new Date(Date.UTC(YEAR.low, 0, 1) - 1))) {
    return no(`${expression} never fires, expected a day that exists`);
  }
  const times = hours.value.flatMap((h) => minutes.value.map((m) => (h * 60 + m) * MINUTE_MS));
  return { ok: true, value: { expression, times, days } };
}

function no(problem: string): Parsed<never> {
  return { ok: false, problem };
}

function bothDaysProblem([minute, hour, day, month, weekday, year]: readonly string[]): string | undefined {
  if ((day === '?') !== (weekday === '?')) return undefined;
  const fixed =
    day === '?' ? ['*', '?'] : weekday === '*' ? [day, '?'] : day === '*' ? ['?', weekday] : undefined;
  const advice = fixed ? `; write cron(${[minute, hour, fixed[0], month, fixed[1], year].join(' ')})` : '';
  return `day-of-month is "${day}" and day-of-week is "${weekday}", expected exactly one of them to be ?${advice}`;
}

/** A field's values, ascending. Lists, ranges and steps as EventBridge has them. */
export function parseValues(field: Field, text: string): Parsed<readonly number[]> {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const range = parseItem(field, item);
    if (!range) return no(`${field.name} is ${JSON.stringify(text)}, expected ${expectedOf(field)}`);
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return { ok: true, value: [...values].sort((a, b) => a - b) };
}

/** `*`, `5`, `1-5`, each with `/step`; `5/10` runs from 5 to the end of the field. */
function parseItem(field: Field, item: string): { from: number; to: number; step: number } | undefined {
  const [, all, first, last, every] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,4}))?$/.exec(item) ?? [];
  const from = all ? field.low : valueOf(field, first);
  const open = all !== undefined || (last === undefined && every !== undefined);
  const to = open ? field.high : last === undefined ? from : valueOf(field, last);
  const step = every === undefined ? 1 : Number(every);
  if (from === undefined || to === undefined || to < from || step < 1 || step > field.high) return undefined;
  return { from, to, step };
}

export function valueOf(field: Field, text = ''): number | undefined {
  const named = field.names.indexOf(text);
  if (named >= 0) return field.low + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  return value >= field.low && value <= field.high ? value : undefined;
}

function expectedOf({ low, high, names, also }: Field): string {
  const named = names.length > 0 ? ` or ${names[0] ?? ''}-${names.at(-1) ?? ''}` : '';
  return `${low}-${high}${named}, as *, a list ${low},${low + 1}, a range ${low}-${low + 1} or a step ${low}/2${also}`;
}

// The pattern handed to croner consists of plain lists, so that the two dialects cannot be read differently.
function parsePlain(field: Field, text: string, shift = 0): Parsed<string> {
  if (text === '*') return { ok: true, value: '*' };
  const values = parseValues(field, text);
  return values.ok ? { ok: true, value: values.value.map((value) => value + shift).join(',') } : values;
}

function parseDay(text: string): Parsed<string> {
  if (text === '?') return { ok: true, value: '*' };
  if (text === 'L') return { ok: true, value: 'L' };
  const nearest = valueOf(DAY, /^(\d+)W$/.exec(text)?.[1]);
  return nearest === undefined ? parsePlain(DAY, text) : { ok: true, value: `${nearest}W` };
}

// EventBridge counts SUN-SAT from 1, croner from 0.
function parseWeekday(text: string): Parsed<string> {
  if (text === '?') return { ok: true, value: '*' };
  if (text === 'L') return { ok: true, value: '6' };
  const [, name, suffix] = /^(\w+?)(L|#[1-5])$/.exec(text) ?? [];
  const weekday = valueOf(WEEKDAY, name);
  if (weekday !== undefined && suffix !== undefined) return { ok: true, value: `${weekday - 1}${suffix}` };
  return parsePlain(WEEKDAY, text, -1);
}
