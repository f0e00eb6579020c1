import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { madeLately, refusal, type GuardInput } from '../../../src/lib/plan/guard.ts';
import { planPrune } from '../../../src/lib/plan/plan-prune.ts';
import {
  dailyPoints,
  DAY,
  HOUR,
  instant,
  keep,
  NOW,
  PLACE,
  point,
  policy,
  policyFile,
  unused,
} from '../../support/points.ts';

/** So many points of long ago, and so many made lately. */
function input(
  deletions: number,
  { old = 0, fresh = 0, ...over }: Partial<GuardInput> & { old?: number; fresh?: number } = {},
): GuardInput {
  return { deletions, points: old + fresh, made: fresh, maxShare: 0.3, ...over };
}

describe('[H35] what counts as made lately', () => {
  const WEEK = 7 * DAY;
  test.each<[string, number, number | undefined, number]>([
    ['what is made this very moment', 0, undefined, 1],
    ['what was made less than 26 h ago', 26 * HOUR - 1, undefined, 1],
    ['not what was made 26 h ago', 26 * HOUR, undefined, 0],
    ['not the future', -1, undefined, 0],
    ['what the last slot made, however long ago that is', 6 * DAY, 6 * DAY, 1],
    ['not what the slot before made', WEEK + 6 * DAY, 6 * DAY, 0],
    ['the last 26 h of a policy that fires each hour', 20 * HOUR, HOUR / 2, 1],
  ])('%s', (_, age, lastSlotAge, count) => {
    const lastSlot = lastSlotAge === undefined ? undefined : NOW - lastSlotAge;
    expect(madeLately([NOW - age], NOW, lastSlot)).toBe(count);
  });
});

describe('[H35] the numbers of the guard', () => {
  test.each([
    ['20 deletions are never a spree', input(20, { old: 20 })],
    ['nor are none of none', input(0)],
    ['30 % of 100 points', input(30, { old: 100 })],
    ['29 % of 100 points, which is a little less than 29 in binary', input(29, { old: 100, maxShare: 0.29 })],
    ['all of them where 100 % are allowed', input(50, { old: 50, maxShare: 1 })],
    ['three times what was made lately', input(30, { old: 40, fresh: 10 })],
  ])('allow %s', (_, guarded) => {
    expect(refusal(guarded)).toBeUndefined();
  });

  test.each([
    [
      '21 of 21',
      input(21, { old: 21 }),
      'would delete 21 of 21 points; expected at most 20, the largest of 20, 30% of them (6) and three times the 0 made in 26 h or since its last slot (0)',
    ],
    [
      '31 of 100',
      input(31, { old: 100 }),
      'would delete 31 of 100 points; expected at most 30, the largest of 20, 30% of them (30) and three times the 0 made in 26 h or since its last slot (0)',
    ],
    [
      '31 where 10 were made lately',
      input(31, { old: 40, fresh: 10 }),
      'would delete 31 of 50 points; expected at most 30, the largest of 20, 30% of them (15) and three times the 10 made in 26 h or since its last slot (30)',
    ],
  ])('refuse %s', (_, guarded, reason) => {
    expect(refusal(guarded)).toBe(reason);
  });
});

describe('[H35] an accepted number', () => {
  test('lets exactly that many through', () => {
    expect(refusal(input(500, { old: 500, accept: 500 }))).toBeUndefined();
  });

  test.each([499, 501, 0])('lets nothing through when it is %i of 500', (accept) => {
    expect(refusal(input(500, { old: 500, accept }))).toBe(
      `would delete 500 points, but ${accept} were accepted`,
    );
  });

  test('is exact also where the guard would not have refused', () => {
    expect(refusal(input(3, { old: 100, accept: 4 }))).toBe('would delete 3 points, but 4 were accepted');
  });
});

describe('[H35] a steady state never trips it', () => {
  test('for any number of sources, points a source, period, and lateness of the prune', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(DAY, 7 * DAY, 30 * DAY),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (sources, kept, maxShare, period, late) => {
          const lastSlot = NOW - Math.floor(late * period);
          const slots = Array.from(
            { length: sources * (kept + 1) },
            (_, index) => lastSlot - (index % (kept + 1)) * period,
          );
          const made = madeLately(slots, NOW, lastSlot);
          expect(refusal({ deletions: sources, points: slots.length, made, maxShare })).toBeUndefined();
        },
      ),
    );
  });

  test('of daily backups, pruned each day for a fortnight by its own rules', () => {
    fc.assert(
      fc.property(fc.integer({ min: 21, max: 40 }), fc.integer({ min: 1, max: 5 }), (sources, kept) => {
        const file = policyFile({ policies: [policy({ keep: keep(`daily=${kept}`) })] });
        const ids = Array.from({ length: sources }, (_, index) => `i-${index}`);
        let points = ids.flatMap((source) => dailyPoints(kept, { source }));
        for (let day = 1; day <= 14; day += 1) {
          const slot = instant('2026-11-22T03:00Z') + day * DAY;
          const made = ids.map((source) => point({ source, slot }));
          points = [...points, ...made];
          const everySource = new Map(ids.map((id) => [id, {}]));
          const plan = planPrune(
            { file, now: slot + 9 * HOUR, place: PLACE, points, leftAlone: [], sources: everySource },
            unused(points),
          );
          expect(plan.refused).toEqual([]);
          expect(plan.actions).toHaveLength(sources);
          const pruned = new Set(plan.actions.map(({ point }) => point));
          points = points.filter(({ id }) => !pruned.has(id));
        }
      }),
      { numRuns: 10 },
    );
  });
});
