import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import type { DlmPolicy } from '../../../src/lib/policy/policy.ts';
import { slotsBetween } from '../../../src/lib/policy/schedule.ts';
import { retain } from '../../../src/lib/plan/retention.ts';
import { dlmFiles, dlmPolicyWords } from '../../support/dlm-files.ts';
import { dlmKeeps, firingsBetween } from '../../support/dlm-keeps.ts';

const DAY = 86_400_000;
const FIRST = Date.UTC(2026, 0, 1);

function policyOf(words: Readonly<Record<string, unknown>>): DlmPolicy {
  const parsed = parsePolicies(stringify({ version: 1, deployment: 'test', policies: { a: words } }));
  const policy = parsed.ok ? parsed.file.dlmPolicies[0] : undefined;
  if (!policy) throw new Error(JSON.stringify(parsed));
  return policy;
}

const policies = dlmPolicyWords.map(policyOf);
/** A day of the years for which day shifts are checked. */
const start = fc.integer({ min: 0, max: 2000 }).map((day) => FIRST + day * DAY);

describe('for any policy that is accepted', () => {
  test('DLM fires at the slots of the policy, to the minute, and at no other time', () => {
    fc.assert(
      fc.property(policies, start, (policy, from) => {
        // Where daylight saving does not move a schedule, the scheduler still leaves out an hour that comes twice.
        fc.pre(policy.timezone !== 'Europe/Berlin');
        const to = from + 400 * DAY;
        const fired = new Set(policy.schedules.flatMap((schedule) => firingsBetween(schedule, from, to)));
        const slots = [...slotsBetween(policy.schedule, policy.timezone, from, to)];
        expect([...fired].sort((a, b) => a - b)).toEqual(slots);
        const [base] = policy.schedules;
        expect(base && firingsBetween(base, from, to)).toEqual(slots);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('it has one to four schedules, of which the first is base and keeps at least one', () => {
    fc.assert(
      fc.property(policies, ({ schedules }) => {
        expect(schedules.length).toBeGreaterThanOrEqual(1);
        expect(schedules.length).toBeLessThanOrEqual(4);
        expect(schedules.map(({ name }) => name)).toEqual([
          'base',
          ...['daily', 'weekly', 'monthly', 'yearly'].filter((rule) =>
            schedules.some(({ name }) => name === rule),
          ),
        ]);
        for (const { create, retain: kept } of schedules) {
          const size = 'count' in kept ? kept.count : kept.interval;
          expect(size).toBeGreaterThanOrEqual(1);
          if ('count' in kept) expect(size).toBeLessThanOrEqual(1000);
          if ('cron' in create) expect(create.cron).toMatch(/^cron\([^\n]{11,100}\)$/);
          else expect(create.at).toMatch(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

const gfs = fc
  .record({
    schedule: fc.constantFrom(
      'every 1 hours',
      'every 6 hours from 03:30',
      'cron(0 3 * * ? *)',
      'cron(0 22 ? * MON-FRI *)',
      'cron(0 12 ? * TUE,SAT *)',
      'cron(0 12 1,15 * ? *)',
      'cron(0 9-17 ? * MON-FRI *)',
    ),
    timezone: fc.constantFrom('UTC', 'Asia/Seoul', 'America/Phoenix', 'Asia/Kolkata'),
    keep: fc.record(
      {
        last: fc.integer({ min: 1, max: 60 }),
        hourly: fc.integer({ min: 1, max: 60 }),
        daily: fc.integer({ min: 1, max: 70 }),
        weekly: fc.integer({ min: 1, max: 12 }),
        monthly: fc.integer({ min: 1, max: 13 }),
        yearly: fc.integer({ min: 1, max: 2 }),
      },
      { requiredKeys: [] },
    ),
  })
  .map((words) => ({ engine: 'dlm', backup: 'snapshots', ...words }))
  .filter((words) => parsePolicies(stringify({ version: 1, deployment: 'test', policies: { a: words } })).ok)
  .map(policyOf);

describe('what DLM keeps where schedules coincide', () => {
  test.each(['average', 'shortest'] as const)(
    'is everything that the rules of retention keep, where the %s time between firings says which is the longest',
    (measure) => {
      fc.assert(
        fc.property(gfs, start, fc.integer({ min: 1, max: 900 * 24 }), (policy, from, hours) => {
          const to = from + hours * (DAY / 24);
          const slots = [...slotsBetween(policy.schedule, policy.timezone, from, to)];
          const points = slots.map((slot) => ({ slot, state: 'good' }) as const);
          const rules = { keep: policy.keep, timezone: policy.timezone, now: to, source: 'i-1' };
          const wanted = retain(points, rules).flatMap(({ decision, reasons }, index) =>
            decision === 'keep' && reasons.some((reason) => !reason.startsWith('oldest '))
              ? [slots[index]]
              : [],
          );
          const kept = dlmKeeps(policy, [from, to], measure);
          expect(wanted.filter((slot) => slot === undefined || !kept.has(slot))).toEqual([]);
        }),
        { numRuns: 30 },
      );
    },
    120_000,
  );
});

test('the random files parse, with as many policies as they say', () => {
  fc.assert(
    fc.property(dlmFiles, ({ text, policies: expected }) => {
      const parsed = parsePolicies(text);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      expect(parsed.file.dlmPolicies.length + parsed.file.defaultPolicies.length).toBe(expected);
    }),
    { numRuns: 60 },
  );
}, 60_000);
