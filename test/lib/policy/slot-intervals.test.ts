import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextSlot, previousSlot, slotsBetween } from '../../../src/lib/policy/schedule.ts';
import { SlotIntervals } from '../../../src/lib/policy/slot-intervals.ts';
import { schedule } from '../../support/points.ts';

test('knows only what it was told, between the slots it was told of', () => {
  const intervals = new SlotIntervals();
  expect(intervals.previous(150)).toBeUndefined();
  intervals.learnPrevious(150, 100);
  expect([99, 100, 150, 151].map((at) => intervals.previous(at))).toEqual([undefined, 100, 100, undefined]);
  expect(intervals.next(150)).toBeUndefined();
  intervals.learnNext(150, 200);
  expect([99, 100, 199, 200].map((at) => intervals.next(at))).toEqual([undefined, 200, 200, undefined]);
  expect([199, 200].map((at) => intervals.previous(at))).toEqual([100, undefined]);
});

test('slots asked for in any order are those of the whole list', () => {
  const from = Date.UTC(2026, 9, 20);
  const to = Date.UTC(2026, 10, 10);
  const cases = ['every 6 hours', 'cron(30 2 * * ? *)', 'cron(0 1,4 ? * SUN,MON *)'].map((text) => {
    const one = schedule(text);
    // The end of daylight saving lies within.
    return { one, slots: [...slotsBetween(one, 'Europe/Berlin', from, to)] };
  });
  const ask = fc.tuple(fc.nat(2), fc.integer({ min: from, max: to - 1 }));
  fc.assert(
    fc.property(fc.array(ask, { minLength: 1, maxLength: 12 }), (asked) => {
      for (const [index, at] of asked) {
        const { one, slots } = cases[index] ?? { one: schedule('every 6 hours'), slots: [] };
        const next = slots.find((slot) => slot > at);
        const previous = slots.findLast((slot) => slot <= at);
        if (next !== undefined) expect(nextSlot(one, 'Europe/Berlin', at)).toBe(next);
        if (previous !== undefined) expect(previousSlot(one, 'Europe/Berlin', at)).toBe(previous);
      }
    }),
  );
});
