import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../../src/lib/policy/policy.ts';
import {
  gapProblem,
  nextSlot,
  parseSchedule,
  previousSlot,
  slotsBetween,
} from '../../../src/lib/policy/schedule.ts';

function scheduleOf(text: string): Schedule {
  const parsed = parseSchedule(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

const at = (text: string): number => Date.parse(text);
const iso = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().replace(':00.000Z', 'Z');

function slots(text: string, zone: string, [from, to]: readonly [string, string]): (string | undefined)[] {
  return [...slotsBetween(scheduleOf(text), zone, at(from), at(to))].map(iso);
}

describe('enumerates slots', () => {
  test('in the zone of the policy', () => {
    expect(slots('cron(0 3 * * ? *)', 'Asia/Seoul', ['2026-11-20T00:00Z', '2026-11-22T00:00Z'])).toEqual([
      '2026-11-20T18:00Z',
      '2026-11-21T18:00Z',
    ]);
  });

  test('from the first instant inclusive to the last exclusive', () => {
    expect(slots('every 12 hours', 'UTC', ['2026-11-20T00:00Z', '2026-11-21T00:00Z'])).toEqual([
      '2026-11-20T00:00Z',
      '2026-11-20T12:00Z',
    ]);
  });

  test.each([
    ['the last day of each month', 'cron(0 0 L * ? *)', ['2028-01-31', '2028-02-29', '2028-03-31']],
    ['the weekday nearest to the 15th', 'cron(0 0 15W * ? *)', ['2028-01-14', '2028-02-15', '2028-03-15']],
    ['the last Friday, by number', 'cron(0 0 ? * 6L *)', ['2028-01-28', '2028-02-25', '2028-03-31']],
    ['the second Tuesday, by number', 'cron(0 0 ? * 3#2 *)', ['2028-01-11', '2028-02-08', '2028-03-14']],
    [
      'Sunday as 1',
      'cron(0 0 ? 1 1 *)',
      ['2028-01-02', '2028-01-09', '2028-01-16', '2028-01-23', '2028-01-30'],
    ],
    ['Saturday as L', 'cron(0 0 ? 2 L *)', ['2028-02-05', '2028-02-12', '2028-02-19', '2028-02-26']],
    [
      'a step over days from the tenth',
      'cron(0 0 10/10 1-2 ? *)',
      ['2028-01-10', '2028-01-20', '2028-01-30', '2028-02-10', '2028-02-20'],
    ],
    ['one year only', 'cron(0 0 1 * ? 2027)', []],
  ])('on %s', (_, text, days) => {
    expect(slots(text, 'UTC', ['2028-01-01T00:00Z', '2028-04-01T00:00Z'])).toEqual(
      days.map((day) => `${day}T00:00Z`),
    );
  });

  test('two years of hours are all there', () => {
    const hours = slots('every 1 hour', 'Asia/Seoul', ['2026-01-01T00:00Z', '2028-01-01T00:00Z']);
    expect(hours).toHaveLength(730 * 24);
    expect(new Set(hours).size).toBe(730 * 24);
  });
});

describe('[H22] when the clocks change', () => {
  test.each([
    [
      'America/New_York springs forward: 02:30 is skipped',
      ['cron(30 2 * * ? *)', 'America/New_York'],
      ['2026-03-07T00:00Z', '2026-03-10T00:00Z'],
      ['2026-03-07T07:30Z', '2026-03-09T06:30Z'],
    ],
    [
      'America/New_York falls back: 01:30 fires once, the first time',
      ['cron(30 1 * * ? *)', 'America/New_York'],
      ['2026-10-31T00:00Z', '2026-11-03T00:00Z'],
      ['2026-10-31T05:30Z', '2026-11-01T05:30Z', '2026-11-02T06:30Z'],
    ],
    [
      'America/New_York falls back: hours have one longer step',
      ['every 1 hour', 'America/New_York'],
      ['2026-11-01T04:00Z', '2026-11-01T08:00Z'],
      ['2026-11-01T04:00Z', '2026-11-01T05:00Z', '2026-11-01T07:00Z'],
    ],
    [
      'America/New_York springs forward: hours go on evenly',
      ['every 1 hour', 'America/New_York'],
      ['2026-03-08T05:00Z', '2026-03-08T09:00Z'],
      ['2026-03-08T05:00Z', '2026-03-08T06:00Z', '2026-03-08T07:00Z', '2026-03-08T08:00Z'],
    ],
    [
      'Australia/Sydney springs forward in October: 02:30 is skipped',
      ['cron(30 2 * * ? *)', 'Australia/Sydney'],
      ['2026-10-02T00:00Z', '2026-10-05T00:00Z'],
      ['2026-10-02T16:30Z', '2026-10-04T15:30Z'],
    ],
    [
      'Australia/Sydney falls back in April: 02:30 fires once, the first time',
      ['cron(30 2 * * ? *)', 'Australia/Sydney'],
      ['2026-04-03T00:00Z', '2026-04-06T00:00Z'],
      ['2026-04-03T15:30Z', '2026-04-04T15:30Z', '2026-04-05T16:30Z'],
    ],
    [
      'Australia/Lord_Howe moves by half an hour: 02:15 is skipped, 02:30 is not',
      ['cron(15,30 2 * * ? *)', 'Australia/Lord_Howe'],
      ['2026-10-03T00:00Z', '2026-10-05T00:00Z'],
      ['2026-10-03T15:30Z', '2026-10-04T15:15Z', '2026-10-04T15:30Z'],
    ],
    [
      'Australia/Lord_Howe falls back by half an hour: 01:45 fires once',
      ['cron(45 1 * * ? *)', 'Australia/Lord_Howe'],
      ['2026-04-03T00:00Z', '2026-04-06T00:00Z'],
      ['2026-04-03T14:45Z', '2026-04-04T14:45Z', '2026-04-05T15:15Z'],
    ],
  ] as const)('%s', (_, [text, zone], span, expected) => {
    expect(slots(text, zone, span)).toEqual(expected);
  });

  test('between the two passes of a doubled hour, the slot before is of the first pass and the next comes after both', () => {
    const halfHours = scheduleOf('cron(0/30 * * * ? *)');
    const secondPass = at('2026-11-01T06:10Z');
    expect(iso(previousSlot(halfHours, 'America/New_York', secondPass))).toBe('2026-11-01T05:30Z');
    expect(iso(nextSlot(halfHours, 'America/New_York', secondPass))).toBe('2026-11-01T07:00Z');
  });
});

describe('[H23] due is decided by slot', () => {
  test('a daily schedule has a slot each day however long the last run took', () => {
    const daily = scheduleOf('cron(0 3 * * ? *)');
    const runs = [
      '2026-11-20T03:00:00Z',
      '2026-11-21T03:00:59Z',
      '2026-11-22T02:59:59Z',
      '2026-11-22T23:58:00Z',
    ];
    expect(runs.map((run) => iso(nextSlot(daily, 'UTC', at(run))))).toEqual([
      '2026-11-21T03:00Z',
      '2026-11-22T03:00Z',
      '2026-11-22T03:00Z',
      '2026-11-23T03:00Z',
    ]);
  });
});

describe('finds the slot before and after', () => {
  const now = '2026-11-20T00:00Z';

  test.each([
    ['a slot', 'cron(0 3 * * ? *)', '2026-11-20T03:00Z', ['2026-11-20T03:00Z', '2026-11-21T03:00Z']],
    [
      'the ms before',
      'cron(0 3 * * ? *)',
      '2026-11-20T02:59:59.999Z',
      ['2026-11-19T03:00Z', '2026-11-20T03:00Z'],
    ],
    ['of a year', 'cron(0 3 1 1 ? *)', now, ['2026-01-01T03:00Z', '2027-01-01T03:00Z']],
    ['of leap years', 'cron(0 3 29 2 ? *)', '2028-02-29T02:00Z', ['2024-02-29T03:00Z', '2028-02-29T03:00Z']],
    ['of a schedule that has ended', 'cron(0 3 1 1 ? 2024)', now, ['2024-01-01T03:00Z', undefined]],
    ['of one that ended over five years ago', 'cron(0 3 1 1 ? 2020)', now, [undefined, undefined]],
    ['of one that has not begun', 'cron(0 3 1 1 ? 2030)', now, [undefined, '2030-01-01T03:00Z']],
  ] as const)('%s', (_, text, instant, [before, after]) => {
    expect(iso(previousSlot(scheduleOf(text), 'UTC', at(instant)))).toBe(before);
    expect(iso(nextSlot(scheduleOf(text), 'UTC', at(instant)))).toBe(after);
  });

  test('a schedule that only ever falls in a gap has none', () => {
    const inGap = scheduleOf('cron(30 2 ? 3 1#2 2026-2030)');
    expect(nextSlot(inGap, 'America/New_York', at('2026-01-01T00:00Z'))).toBeUndefined();
  });

  test('both agree with the enumeration', () => {
    const texts = ['every 1 hour', 'cron(0/20 1-3 * * ? *)', 'cron(30 1 ? * SUN *)', 'cron(15 23 L * ? *)'];
    const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Cairo'];
    const [from, to] = [at('2026-01-01T00:00Z'), at('2027-01-01T00:00Z')];
    const month = 31 * 86_400_000;
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.constantFrom(...zones),
        fc.integer({ min: from, max: to }),
        (text, zone, now) => {
          const around = [...slotsBetween(scheduleOf(text), zone, now - month, now + month)];
          expect(around).toEqual([...new Set(around)].sort((a, b) => a - b));
          expect(previousSlot(scheduleOf(text), zone, now)).toBe(around.findLast((slot) => slot <= now));
          expect(nextSlot(scheduleOf(text), zone, now)).toBe(around.find((slot) => slot > now));
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('a schedule that is no cron is refused where it is used', () => {
  expect(() => nextSlot({ text: 'daily', cron: 'daily' }, 'UTC', 0)).toThrow(
    'schedule "daily": cron(daily) has 1 fields, expected six fields',
  );
});

describe('[H22] refuses a time of day that daylight saving takes away', () => {
  const newYork = 'America/New_York on 2026-03-08 (clocks jump 02:00 to 03:00)';

  test.each([
    ['daily', 'cron(30 2 * * ? *)', `02:30 does not exist in ${newYork}`],
    ['at the first minute of the gap', 'every 24 hours from 02:00', `02:00 does not exist in ${newYork}`],
    ['weekly on the day of the change', 'cron(30 2 ? * SUN *)', `02:30 does not exist in ${newYork}`],
    ['monthly', 'cron(30 2 8 * ? *)', `02:30 does not exist in ${newYork}`],
    [
      'monthly, years ahead',
      'cron(30 2 12 * ? *)',
      `02:30 does not exist in ${newYork.replace('2026-03-08', '2028-03-12')}`,
    ],
    [
      'several times, all in the gap',
      'cron(0/10 2 * * ? *)',
      `02:00, 02:10, 02:20 and 3 more do not exist in ${newYork}`,
    ],
  ])('%s', (_, text, problem) => {
    expect(gapProblem(scheduleOf(text), 'America/New_York')).toBe(
      `${problem} and the scheduler would skip that backup; choose a time outside 02:00-03:00`,
    );
  });

  test.each([
    [
      'cron(30 2 * * ? *)',
      'Australia/Sydney',
      '02:30 does not exist in Australia/Sydney on 2026-10-04',
      ['02:00', '03:00'],
    ],
    [
      'cron(15 2 * * ? *)',
      'Australia/Lord_Howe',
      '02:15 does not exist in Australia/Lord_Howe on 2026-10-04',
      ['02:00', '02:30'],
    ],
    [
      'cron(30 0 * * ? *)',
      'Africa/Cairo',
      '00:30 does not exist in Africa/Cairo on 2026-04-24',
      ['00:00', '01:00'],
    ],
  ] as const)('%s in %s', (text, zone, problem, [from, to]) => {
    expect(gapProblem(scheduleOf(text), zone)).toBe(
      `${problem} (clocks jump ${from} to ${to}) and the scheduler would skip that backup; choose a time outside ${from}-${to}`,
    );
  });

  test.each([
    ['just before the gap', 'cron(59 1 * * ? *)', 'America/New_York'],
    ['at the end of the gap', 'cron(0 3 * * ? *)', 'America/New_York'],
    ['after half an hour', 'cron(30 2 * * ? *)', 'Australia/Lord_Howe'],
    ['several times, one outside', 'cron(30 2,3 * * ? *)', 'America/New_York'],
    ['every 6 hours through the gap', 'every 6 hours from 02:30', 'America/New_York'],
    ['hourly', 'every 1 hour', 'America/New_York'],
    ['weekly on another day', 'cron(30 2 ? * MON *)', 'America/New_York'],
    ['a time that occurs twice', 'cron(30 1 * * ? *)', 'America/New_York'],
    ['a zone without daylight saving', 'cron(30 2 * * ? *)', 'Asia/Seoul'],
    ['UTC', 'cron(30 2 * * ? *)', 'UTC'],
  ])('accepts %s', (_, text, zone) => {
    expect(gapProblem(scheduleOf(text), zone)).toBeUndefined();
  });
});
