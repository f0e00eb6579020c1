/** When DLM makes backups: a schedule of `policies.yml` in UTC, which is all that DLM knows. */

import { firingsOf, gapsBetween, lastFirings, utcCron, utcTimes } from './dlm-firings.ts';
import type { Firings, PeriodRule } from './dlm-firings.ts';
import type { Parsed } from './keep.ts';
import type { DlmCreate, Schedule } from './policy.ts';
import { offsetsOf, offsetText } from './zone-offsets.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** DLM's year, the longest time between two firings; a leap year is one too. */
const YEAR = 366 * DAY;
/** Characters of a CronExpression of DLM. */
const LONGEST_CRON = 106;

/** A schedule and the zone it is read in. */
export interface ZonedSchedule {
  readonly schedule: Schedule;
  readonly timezone: string;
}

/** What DLM says of the frequency of a schedule: at most once an hour, at least once a year, for ever. */
export function frequencyProblem(schedule: Schedule): string | undefined {
  const year = /(\S+)\)$/.exec(schedule.cron)?.[1] ?? '*';
  if (year !== '*') {
    return `the year is ${year}, expected * with engine: dlm, which repeats a schedule for ever; engine: lambda takes years`;
  }
  const { shortest, longest } = gapsBetween(firingsOf(schedule));
  if (shortest < HOUR) {
    return `${schedule.text} fires more than once an hour, expected at most once an hour with engine: dlm; fire less often, or engine: lambda`;
  }
  if (longest > YEAR) {
    return `${schedule.text} fires less than once a year, expected at least once a year with engine: dlm; fire more often, or engine: lambda`;
  }
  return undefined;
}

/** The create rule of the whole schedule, exact to the slot, or why there is none and what to do instead. */
export function createRule({ schedule, timezone }: ZonedSchedule): Parsed<DlmCreate> {
  const firings = firingsOf(schedule);
  const step = everyHours(schedule);
  const rule = theOnly(timezone, (offset): DlmCreate | undefined => {
    if (step !== undefined) return { everyHours: step, at: clockText(utcTimes(firings, offset)[0] ?? 0) };
    const cron = offset === 0 ? schedule.cron : utcCron(firings, offset);
    return cron === undefined ? undefined : { cron };
  });
  if (rule === undefined) return { ok: false, problem: notInUtc(schedule.text, timezone) };
  return withinLength(rule, firings, timezone);
}

/** The create rule that fires with the last backup of each period of the policy's calendar, or why there is none. */
export function lastOfPeriodRule(zoned: ZonedSchedule, rule: PeriodRule): Parsed<DlmCreate> {
  const { timezone } = zoned;
  const firings = lastFirings(firingsOf(zoned.schedule), rule);
  const { longest } = gapsBetween(firings);
  if (longest > YEAR) {
    const days = `up to ${Math.round(longest / DAY)} days apart, expected at most a year with engine: dlm`;
    return {
      ok: false,
      problem: `the last backups of each ${PERIOD_WORDS[rule]} are ${days}; leave ${rule} out, or engine: lambda`,
    };
  }
  const cron = theOnly(timezone, (offset) => utcCron(firings, offset));
  if (cron !== undefined) return withinLength({ cron }, firings, timezone);
  const what = `the last backup of each ${PERIOD_WORDS[rule]}`;
  return { ok: false, problem: notInUtc(what, timezone, [`leave ${rule} out`]) };
}

const PERIOD_WORDS: Readonly<Record<PeriodRule, string>> = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
};

/** The answer that is the same for every offset that the zone's clocks have. */
function theOnly<T>(zone: string, answer: (offset: number) => T | undefined): T | undefined {
  const [first, ...others] = offsetsOf(zone).map(answer);
  const same = others.every((other) => JSON.stringify(other) === JSON.stringify(first));
  return same ? first : undefined;
}

/** What cannot be said, why, and what to do instead; `remedies` come first. */
function notInUtc(what: string, zone: string, remedies: readonly string[] = []): string {
  const offsets = offsetsOf(zone);
  const [offset = 0] = offsets;
  const instead = [...remedies, 'set timezone: UTC and give the time in UTC', 'or engine: lambda'].join(', ');
  const said = `${what} in ${zone} (${offsets.map(offsetText).join(' and ')}) is not one cron in UTC, which is all that DLM has`;
  if (offsets.length > 1) {
    return `${said}: daylight saving moves it, expected a schedule that it does not move; ${instead}`;
  }
  if (offset === 0) {
    return `${what} is not one cron, which is all that DLM has; ${[...remedies, 'use another schedule', 'or engine: lambda'].join(', ')}`;
  }
  const sameDay = offset > 0 ? `from ${clockText(offset)} on` : `before ${clockText(DAY + offset)}`;
  return `${said}, expected times of day ${sameDay}, for which both have the same day; use such times, ${instead}`;
}

/** A list of hours or days may be longer than DLM takes; it is then written with ranges. */
function withinLength(rule: DlmCreate, firings: Firings, zone: string): Parsed<DlmCreate> {
  if (!('cron' in rule) || rule.cron.length <= LONGEST_CRON) return { ok: true, value: rule };
  const [offset = 0] = offsetsOf(zone);
  const { times, days } = firings;
  const shorter = utcCron({ times, days }, offset) ?? rule.cron;
  if (shorter.length <= LONGEST_CRON) return { ok: true, value: { cron: shorter } };
  const message = `${shorter} has ${shorter.length} characters, expected at most ${LONGEST_CRON} with engine: dlm; fire more regularly, or engine: lambda`;
  return { ok: false, problem: message };
}

function everyHours({ text }: Schedule): 1 | 2 | 3 | 4 | 6 | 8 | 12 | 24 | undefined {
  const hours = Number(/^every\s+(\d+)/i.exec(text)?.[1]);
  return ([1, 2, 3, 4, 6, 8, 12, 24] as const).find((step) => step === hours);
}

function clockText(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}
