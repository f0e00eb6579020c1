import type { CreateRule, RetentionIntervalUnitValues } from '@aws-sdk/client-dlm';
import { Cron } from 'croner';
import { DAY, HOUR, MINUTE } from './clock.ts';

/** A period of retention, as DLM writes it. */
export interface Age {
  readonly interval: number;
  readonly unit: RetentionIntervalUnitValues;
}

interface AgeRule {
  readonly Interval?: number | undefined;
  readonly IntervalUnit?: RetentionIntervalUnitValues | undefined;
}

/** The age in a rule, if it has one. */
export function ageOf(rule: AgeRule | undefined): Age | undefined {
  const { Interval: interval, IntervalUnit: unit } = rule ?? {};
  return interval === undefined || unit === undefined ? undefined : { interval, unit };
}

/** A time so much later, in UTC. A month after 31 January is the last day of February. */
export function later(time: number, { interval, unit }: Age): number {
  if (unit === 'DAYS') return time + interval * DAY;
  if (unit === 'WEEKS') return time + interval * 7 * DAY;
  const months = unit === 'MONTHS' ? interval : 12 * interval;
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}

/** A whole number under `below` that is a policy's own: the same in every run, and different from others'. */
export function numberOf(policyId: string, below: number): number {
  return Number.parseInt(policyId.slice(-8), 16) % below;
}

/** When a schedule fires, all of it in UTC. */
export interface FiringTimes {
  /** The first time strictly after another, undefined when there is none. */
  next(after: number): number | undefined;
  /** Milliseconds from one firing to the next; of a cron expression, on average. */
  readonly period: number;
}

/** The times of a creation rule. The time of day is always there: DLM has selected one where the user has not. */
export function firingTimes(rule: CreateRule | undefined): FiringTimes {
  if (rule?.CronExpression !== undefined) return cronTimes(rule.CronExpression);
  if (rule?.Interval === undefined) return { next: () => undefined, period: Infinity };
  const [hour = 0, minute = 0] = (rule.Times?.[0] ?? '').split(':').map(Number);
  return everyTimes(rule.Interval * HOUR, hour * HOUR + minute * MINUTE);
}

/** Times that lie a whole number of periods from an offset. Every period of DLM divides a day. */
export function everyTimes(period: number, offset: number): FiringTimes {
  return {
    next: (after) => Math.floor((after - offset) / period + 1) * period + offset,
    period,
  };
}

const LONG_AGO = Date.UTC(2000, 0, 1);
/** How many firings the average of a cron expression's period is taken over. */
const SAMPLE = 32;

function cronTimes(expression: string): FiringTimes {
  const cron = new Cron(patternOf(expression), { timezone: 'UTC', mode: '7-part' });
  let period: number | undefined;
  return {
    next: (after) => cron.nextRun(new Date(after))?.getTime(),
    // Slow to find, and asked for only when schedules fire together.
    get period() {
      period ??= averagePeriod(cron);
      return period;
    },
  };
}

function averagePeriod(cron: Cron): number {
  const runs = cron.nextRuns(SAMPLE, new Date(LONG_AGO));
  const [first, last] = [runs[0], runs.at(-1)];
  const gaps = runs.length - 1;
  return first && last && gaps > 0 ? (last.getTime() - first.getTime()) / gaps : Infinity;
}

/** EventBridge's six fields as croner's seven. */
function patternOf(expression: string): string {
  const fields = /^cron\((.*)\)$/i.exec(expression)?.[1]?.trim().toUpperCase().split(/\s+/) ?? [];
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) throw new Error(`Simulated DLM: ${expression}, expected cron(…) with six fields`);
  const parts = [minute, hour, day, month].map((field, index) => openSteps(field, [59, 23, 31, 12][index]));
  return ['0', ...parts, openSteps(weekdayOf(weekday), 6), openSteps(year, 2199)].join(' ');
}

/** `5/10` runs from 5 to the end of the field. `?` is any. */
function openSteps(field: string, last = 0): string {
  const items = field.split(',').map((item) => item.replace(/^(\w+)\/(\d+)$/, `$1-${last}/$2`));
  return items.join(',').replace('?', '*');
}

/** EventBridge counts SUN to SAT from 1, croner from 0; a lone L is Saturday. */
function weekdayOf(field: string): string {
  if (field === 'L') return '6';
  return field.replace(/(?<![#/\d])\d+/g, (digit) => String(Number(digit) - 1));
}
