import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retain, type RetentionPoint, type RetentionRules } from '../../../src/lib/plan/retention.ts';
import { isEmptyKeep, parseKeep, type Keep } from '../../../src/lib/policy/keep.ts';
import { instant } from '../../support/points.ts';
import { resticReasons } from '../../support/restic-reference.ts';

const ZONES = [
  'UTC',
  'America/New_York',
  'America/Los_Angeles',
  'America/Santiago',
  'Europe/London',
  'Asia/Seoul',
  'Asia/Kathmandu',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
  'Antarctica/Troll',
];

const count = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 8 }).map(String) },
  { weight: 1, arbitrary: fc.constant('all') },
);
const age = fc.constantFrom('1h', '30h', '1d', '3d12h', '2w', '1m', '2m1d', '1y', '1y2m3d4h');
const rule = fc.oneof(
  fc.tuple(fc.constantFrom('last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'), count),
  fc.tuple(
    fc.constantFrom(
      'within',
      'within-hourly',
      'within-daily',
      'within-weekly',
      'within-monthly',
      'within-yearly',
    ),
    age,
  ),
);
const rules: fc.Arbitrary<Keep> = fc
  .uniqueArray(rule, { selector: ([name]) => name, minLength: 1, maxLength: 6 })
  .map((words) => {
    const parsed = parseKeep(words.map(([name, value]) => `${name}=${value}`).join(' '));
    if (!parsed.ok) throw new Error(parsed.problem);
    return parsed.value;
  });

/** Within some years, some days, and around the hours at which clocks change. */
const times = fc.oneof(
  fc.array(fc.integer({ min: instant('2019-01-01'), max: instant('2027-01-01') }), { maxLength: 40 }),
  fc.array(fc.integer({ min: instant('2026-10-25'), max: instant('2026-11-05') }), { maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom('2026-03-08T07:00Z', '2026-04-04T15:00Z', '2026-10-03T16:00Z', '2026-11-01T06:00Z'),
      fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 30 }),
    )
    .map(([change, quarters]) => quarters.map((quarter) => instant(change) + quarter * 900_000)),
);

function rulesOf(keep: Keep, timezone: string): RetentionRules {
  return { keep, timezone, now: instant('2030-01-01'), source: 'i-1' };
}

function good(slot: number): RetentionPoint {
  return { slot, state: 'good' };
}

describe('retention is that of restic', () => {
  test('for any times, rules and zone, but for the last good one', () => {
    fc.assert(
      fc.property(times, rules, fc.constantFrom(...ZONES), (unordered, keep, zone) => {
        const newestFirst = unordered.toSorted((a, b) => b - a);
        const expected = resticReasons(newestFirst, keep, zone).map((reasons, rank) => {
          if (reasons.length > 0) return reasons;
          return [rank === 0 ? 'last good of i-1' : 'no rule keeps it'];
        });
        const verdicts = retain(newestFirst.map(good), rulesOf(keep, zone));
        expect(verdicts.map(({ reasons }) => reasons)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});

describe('for any times, rules and zone', () => {
  test('a second prune does nothing', () => {
    fc.assert(
      fc.property(times, rules, fc.constantFrom(...ZONES), (all, keep, zone) => {
        const first = retain(all.map(good), rulesOf(keep, zone));
        const survivors = all.filter((_, index) => first[index]?.decision === 'keep');
        const again = retain(survivors.map(good), rulesOf(keep, zone));
        expect(again.filter(({ decision }) => decision === 'prune')).toEqual([]);
      }),
    );
  });

  test('the verdicts do not depend on the order of the points', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.nat()), { selector: ([hour]) => hour }),
        rules,
        (shuffled, keep) => {
          const byHour = shuffled.map(([hour]) => hour).toSorted((a, b) => a - b);
          const byKey = shuffled.toSorted((a, b) => a[1] - b[1]).map(([hour]) => hour);
          const verdictsByHour = (hours: readonly number[]): Map<number, unknown> => {
            const verdicts = retain(
              hours.map((hour) => good(hour * 3_600_000)),
              rulesOf(keep, 'UTC'),
            );
            return new Map(hours.map((hour, index) => [hour, verdicts[index]]));
          };
          const expected = verdictsByHour(byHour);
          for (const [hour, verdict] of verdictsByHour(byKey)) expect(verdict).toEqual(expected.get(hour));
        },
      ),
    );
  });

  test('a rule more never prunes a point that was kept', () => {
    fc.assert(
      fc.property(times, rules, rules, (all, fewer, others) => {
        const more = { ...others, ...fewer };
        const before = retain(all.map(good), rulesOf(fewer, 'UTC'));
        const after = retain(all.map(good), rulesOf(more, 'UTC'));
        expect(isEmptyKeep(more)).toBe(false);
        for (const [index, { decision }] of before.entries()) {
          if (decision === 'keep') expect(after[index]?.decision).toBe('keep');
        }
      }),
    );
  });

  test('[H13] the newest is always kept', () => {
    fc.assert(
      fc.property(times, rules, fc.constantFrom(...ZONES), (all, keep, zone) => {
        const verdicts = retain(all.map(good), rulesOf(keep, zone));
        const newest = Math.max(...all);
        const kept = all.filter((_, index) => verdicts[index]?.decision === 'keep');
        if (all.length > 0) expect(kept).toContain(newest);
      }),
    );
  });
});
