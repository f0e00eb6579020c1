/** How long rules keep, by what the schedule makes. The same is asked of the retention itself, day by day. */

import { describe, expect, test } from 'vitest';
import { retain } from '../../../src/lib/plan/retention.ts';
import { parseKeep, type Keep, type Parsed } from '../../../src/lib/policy/keep.ts';
import { keptSpans } from '../../../src/lib/policy/kept-spans.ts';
import type { Schedule } from '../../../src/lib/policy/policy.ts';
import { parseSchedule, slotsBetween } from '../../../src/lib/policy/schedule.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function valueOf<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.problem);
}

const keepOf = (text: string): Keep => valueOf(parseKeep(text));
const scheduleOf = (text: string): Schedule => valueOf(parseSchedule(text));

describe('the shortest and the longest that a point is kept', () => {
  test.each<[schedule: string, keep: string, shortest: number, longest: number]>([
    ['every 24 hours', 'last=7', 7 * DAY, 7 * DAY],
    ['every 24 hours', 'daily=7', 7 * DAY, 7 * DAY],
    ['every 24 hours', 'within=30d', 30 * DAY, 30 * DAY],
    ['every 24 hours', 'within=36h', 2 * DAY, 2 * DAY],
    ['every 1 hours', 'hourly=24', DAY, DAY],
    ['every 1 hours', 'daily=7', HOUR, 6 * DAY + HOUR],
    ['every 6 hours', 'last=4 daily=7', DAY, 6 * DAY + 6 * HOUR],
    ['cron(0 3 ? * MON-FRI *)', 'last=5', 7 * DAY, 7 * DAY],
    ['cron(0 3 ? * MON-FRI *)', 'last=1', DAY, 3 * DAY],
    ['every 24 hours', 'daily=7 monthly=12', 7 * DAY, 338 * DAY],
    ['cron(0 3 1 * ? *)', 'monthly=6', 181 * DAY, 184 * DAY],
    ['every 24 hours', 'within-weekly=1m', DAY, 31 * DAY],
    ['every 24 hours', 'last=3 yearly=all', 3 * DAY, Infinity],
    ['every 24 hours', '', Infinity, Infinity],
  ])('%s, keep %s', (schedule, keep, shortest, longest) => {
    expect(keptSpans(scheduleOf(schedule), keepOf(keep))).toMatchObject({ shortest, longest });
  });

  test('nothing goes for certain of a schedule that ends, or that never fires twice', () => {
    expect(keptSpans(scheduleOf('cron(0 3 1 * ? 2030)'), keepOf('last=2')).longest).toBe(Infinity);
  });

  test('rules that look further than the years that are looked at are never taken for shorter', () => {
    const yearly = keptSpans(scheduleOf('every 1 hours'), keepOf('hourly=24 yearly=20'));
    expect(yearly.shortest).toBe(DAY);
    expect(yearly.longest).toBeGreaterThan(20 * 365 * DAY);
    expect(keptSpans(scheduleOf('every 24 hours'), keepOf('within=11y')).longest).toBeGreaterThan(
      11 * 365 * DAY,
    );
    expect(keptSpans(scheduleOf('every 24 hours'), keepOf('last=5000')).longest).toBeGreaterThan(4999 * DAY);
  });
});

test.each<[schedule: string, keep: string]>([
  ['every 24 hours', 'last=3 weekly=2'],
  ['every 12 hours', 'daily=3 within=36h'],
  ['cron(0 3 ? * MON-FRI *)', 'daily=4 weekly=3'],
  ['cron(0 3,15 * * ? *)', 'within-daily=5d within-weekly=3w'],
])('the retention itself keeps as long: %s, keep %s', (text, rules) => {
  const [schedule, keep] = [scheduleOf(text), keepOf(rules)];
  const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 4, 1)];
  const slots = [...slotsBetween(schedule, 'UTC', from, to)];
  const gone = new Map<number, number>();
  let points: readonly number[] = [];
  for (const now of slots) {
    points = [...points, now];
    const verdicts = retain(
      points.map((slot) => ({ slot, state: 'good' })),
      { keep, now, timezone: 'UTC', source: 'i-1' },
    );
    for (const [index, slot] of points.entries())
      if (verdicts[index]?.decision === 'prune') gone.set(slot, now - slot);
    points = points.filter((slot) => !gone.has(slot));
  }
  // The first of all are kept by rules that are not full yet, the last are still there.
  const settled = slots.filter((slot) => slot >= from + 40 * DAY && slot < to - 40 * DAY);
  const seen = settled.map((slot) => gone.get(slot));
  const { spans } = keptSpans(schedule, keep);
  expect(seen.length).toBeGreaterThan(0);
  expect([...new Set(seen)].filter((span) => span === undefined || !spans.includes(span))).toEqual([]);
});
