import type { RetentionIntervalUnitValues } from '@aws-sdk/client-dlm';
import { invalidRequest, type DlmError } from './errors.ts';

/** A rule that counts or ages, of which DLM has many. */
export interface CountOrAge {
  readonly Count?: number | undefined;
  readonly Interval?: number | undefined;
  readonly IntervalUnit?: RetentionIntervalUnitValues | undefined;
}

/** Where a value is in a request, such as `PolicyDetails.Schedules[0].RetainRule`. */
export type Path = string;

/** In days; DLM says 100 years are 1200 months, 5200 weeks or 36500 days, and 10 years a tenth of each. */
const UNITS: Readonly<Record<RetentionIntervalUnitValues, { readonly days: number; readonly most: number }>> =
  {
    DAYS: { days: 1, most: 36_500 },
    WEEKS: { days: 7, most: 5_200 },
    MONTHS: { days: 30, most: 1_200 },
    YEARS: { days: 365, most: 100 },
  };

export function missing(at: Path, ...names: readonly string[]): DlmError {
  const paths = names.map((name) => (at === '' ? name : `${at}.${name}`));
  return invalidRequest(`${paths.join(' or ')} is missing, and is required`, { RequiredParameters: names });
}

export function exclusive(at: Path, ...names: readonly string[]): DlmError {
  return invalidRequest(`${at} has ${names.join(' and ')}, expected one of them`, {
    MutuallyExclusiveParameters: names,
  });
}

/** @throws InvalidRequestException when a value is there that only another kind of policy takes */
export function refuseGiven(
  holder: object,
  names: readonly string[],
  { at, reason }: { readonly at: Path; readonly reason: string },
): void {
  const given = new Map(Object.entries(holder));
  for (const name of names) {
    if (given.get(name) !== undefined)
      throw invalidRequest(`${at === '' ? name : `${at}.${name}`} is given, but ${reason}`);
  }
}

/** Exactly one of Count and Interval, the latter with its unit and at most a tenth or the whole of 100 years. */
export function checkCountOrAge(
  rule: CountOrAge,
  at: Path,
  { least, share = 1 }: { readonly least: 0 | 1; readonly share?: 0.1 | 1 },
): void {
  const { Count: count, Interval: interval, IntervalUnit: unit } = rule;
  if (count !== undefined) {
    if (interval !== undefined || unit !== undefined) throw exclusive(at, 'Count', 'Interval');
    if (count < least) throw invalidRequest(`${at}.Count is ${count}, expected ${least} or more`);
    return;
  }
  if (interval === undefined && unit === undefined) throw missing(at, 'Count', 'Interval');
  checkAge({ interval, unit }, at, { least, share });
}

/** An age of `interval` and `unit`, whose names in the request are those given or the usual ones. */
export function checkAge(
  age: { readonly interval: number | undefined; readonly unit: RetentionIntervalUnitValues | undefined },
  at: Path,
  limits: { readonly least: 0 | 1; readonly share?: 0.1 | 1; readonly names?: readonly [string, string] },
): void {
  const { least, share = 1, names = ['Interval', 'IntervalUnit'] } = limits;
  const { interval, unit } = age;
  if (interval === undefined) throw missing(at, names[0]);
  if (unit === undefined) throw missing(at, names[1]);
  const most = Math.round(UNITS[unit].most * share);
  if (interval < least || interval > most) {
    throw invalidRequest(`${at}.${names[0]} is ${interval} ${unit}, expected ${least} to ${most}`);
  }
}

/** Months of 30 days and years of 365; undefined for a count. */
export function daysOf({ Interval: interval, IntervalUnit: unit }: CountOrAge): number | undefined {
  return interval === undefined || unit === undefined ? undefined : interval * UNITS[unit].days;
}

/** Both count, or both age. */
export function checkSameKind(rule: CountOrAge, retain: CountOrAge, at: Path): void {
  if ((rule.Count === undefined) === (retain.Count === undefined)) return;
  const kind = retain.Count === undefined ? 'Interval and IntervalUnit' : 'Count';
  throw invalidRequest(`${at} must have ${kind}, as RetainRule of the schedule does`);
}

export function checkUnique(values: readonly (string | undefined)[], at: Path): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw invalidRequest(`${at} has ${JSON.stringify(twice)} twice, expected it once`);
}
