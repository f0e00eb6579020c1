import { describe, expect, test } from 'vitest';
import { retain, type RetentionPoint, type RetentionRules } from '../../../src/lib/plan/retention.ts';
import { DAY, HOUR, instant, keep, NOW } from '../../support/points.ts';

interface Case {
  readonly name: string;
  readonly keep: string;
  readonly zone?: string;
  /** Each time with the reasons that keep it; none: no rule keeps it. */
  readonly points: Readonly<Record<string, readonly string[]>>;
  /** Where a second run on the survivors gives other reasons (never another decision). */
  readonly again?: Readonly<Record<string, readonly string[]>>;
}

const GOOD = 'good';
const LATER = instant('2030-01-01');

function rulesOf(text: string, over: Partial<RetentionRules> = {}): RetentionRules {
  return { keep: keep(text), timezone: 'UTC', now: LATER, source: 'i-1', ...over };
}

function reasonsAt(times: readonly string[], rules: RetentionRules): Record<string, readonly string[]> {
  const points = times.map((time): RetentionPoint => ({ slot: instant(time), state: GOOD }));
  const verdicts = retain(points, rules);
  return Object.fromEntries(
    times.map((time, index) => {
      const verdict = verdicts[index];
      if (verdict?.decision === 'prune') expect(verdict.reasons).toEqual(['no rule keeps it']);
      return [time, verdict?.decision === 'keep' ? verdict.reasons : []];
    }),
  );
}

/** Runs a case, and once more on what it left. */
function check({ keep: text, zone = 'UTC', points, again = {} }: Case): void {
  const rules = rulesOf(text, { timezone: zone });
  expect(reasonsAt(Object.keys(points), rules)).toEqual(points);
  const survivors = Object.fromEntries(Object.entries(points).filter(([, reasons]) => reasons.length > 0));
  expect(reasonsAt(Object.keys(survivors), rules)).toEqual({ ...survivors, ...again });
}

function testEach(cases: readonly Case[]): void {
  test.each(cases.map((one) => ({ ...one, toString: () => one.name })))('%s', check);
}

describe('counted rules', () => {
  const cases: readonly Case[] = [
    {
      name: 'last keeps the newest, however near to each other',
      keep: 'last=2',
      points: {
        '2026-11-22T03:00:02Z': ['last 1/2'],
        '2026-11-22T03:00:01Z': ['last 2/2'],
        '2026-11-22T03:00:00Z': [],
      },
    },
    {
      name: 'last counts no further than there are points',
      keep: 'last=3',
      points: { '2026-11-22T03:00Z': ['last 1/3'], '2026-11-21T03:00Z': ['last 2/3'] },
    },
    {
      name: 'last all keeps all',
      keep: 'last=all',
      points: { '2026-11-22T03:00Z': ['last all'], '2016-11-21T03:00Z': ['last all'] },
    },
    {
      name: 'keeps the newest of each hour',
      keep: 'hourly=2',
      points: {
        '2026-11-22T03:59:59Z': ['hourly 1/2'],
        '2026-11-22T03:00:00Z': [],
        '2026-11-22T02:59:59Z': ['hourly 2/2'],
        '2026-11-22T01:00:00Z': [],
      },
    },
    {
      name: 'keeps the newest of each day',
      keep: 'daily=2',
      points: {
        '2026-11-22T23:59:59Z': ['daily 1/2'],
        '2026-11-22T00:00:00Z': [],
        '2026-11-21T23:59:59Z': ['daily 2/2'],
        '2026-11-20T12:00:00Z': [],
      },
    },
    {
      name: 'counts only days that have a point',
      keep: 'daily=3',
      points: {
        '2026-11-22T03:00Z': ['daily 1/3'],
        '2026-11-01T03:00Z': ['daily 2/3'],
        '2026-03-01T03:00Z': ['daily 3/3'],
        '2026-02-28T03:00Z': [],
      },
    },
    {
      name: '[H24] keeps the newest of a month, so a run missed on the 1st loses no month',
      keep: 'monthly=3',
      points: {
        '2026-11-02T03:00Z': ['monthly 1/3'],
        '2026-10-31T03:00Z': ['monthly 2/3'],
        '2026-10-02T03:00Z': [],
        '2026-09-15T03:00Z': ['monthly 3/3'],
        '2026-08-31T03:00Z': [],
      },
    },
    {
      name: 'keeps the newest of each year',
      keep: 'yearly=2',
      points: {
        '2026-01-01T00:00Z': ['yearly 1/2'],
        '2025-12-31T23:59Z': ['yearly 2/2'],
        '2025-01-01T00:00Z': [],
        '2024-12-31T00:00Z': [],
      },
    },
    {
      name: 'rules are independent and ORed, and one that keeps a point counts it in the others',
      keep: 'last=1 daily=2 weekly=2 monthly=2',
      points: {
        '2026-11-22T03:00Z': ['last 1/1', 'daily 1/2', 'weekly 1/2', 'monthly 1/2'],
        '2026-11-21T03:00Z': ['daily 2/2'],
        '2026-11-20T03:00Z': [],
        '2026-11-15T03:00Z': ['weekly 2/2'],
        '2026-11-08T03:00Z': [],
        '2026-10-31T03:00Z': ['monthly 2/2'],
      },
    },
    {
      name: 'all of one rule beside a count of another',
      keep: 'daily=1 monthly=all',
      points: {
        '2026-11-22T03:00Z': ['daily 1/1', 'monthly all'],
        '2026-11-21T03:00Z': [],
        '2026-10-01T03:00Z': ['monthly all'],
        '2021-10-01T03:00Z': ['monthly all'],
      },
    },
  ];
  testEach(cases);
});

describe('the oldest of all', () => {
  const cases: readonly Case[] = [
    {
      name: 'is kept while a count is left, although its day has a newer one',
      keep: 'daily=3',
      points: {
        '2026-11-22T03:00Z': ['daily 1/3'],
        '2026-11-21T15:00Z': ['daily 2/3'],
        '2026-11-21T09:00Z': [],
        '2026-11-21T03:00Z': ['oldest daily'],
      },
    },
    {
      name: 'is not kept when the count is used up',
      keep: 'daily=2',
      points: {
        '2026-11-22T03:00Z': ['daily 1/2'],
        '2026-11-21T15:00Z': ['daily 2/2'],
        '2026-11-21T03:00Z': [],
      },
    },
    {
      name: 'is kept by each rule with count left',
      keep: 'daily=1 weekly=5 yearly=all',
      points: {
        '2026-11-22T03:00Z': ['daily 1/1', 'weekly 1/5', 'yearly all'],
        '2026-11-21T03:00Z': [],
        '2026-11-20T03:00Z': ['oldest weekly', 'oldest yearly'],
      },
    },
    {
      name: 'is kept by within rules only when it is within',
      keep: 'within-daily=2d within-monthly=3d',
      points: {
        '2026-11-22T12:00Z': ['daily within 2d', 'monthly within 3d'],
        '2026-11-22T11:00Z': [],
        '2026-11-20T11:00Z': ['oldest monthly within 3d'],
      },
    },
    {
      name: 'that is left after a prune gets reasons of within rules that it had not before, and no other verdict',
      keep: 'last=1 weekly=2 within-monthly=8d',
      points: {
        '2026-11-22T12:00Z': ['last 1/1', 'weekly 1/2', 'monthly within 8d'],
        '2026-11-15T13:00Z': ['weekly 2/2'],
        '2026-11-10T12:00Z': [],
      },
      again: { '2026-11-15T13:00Z': ['weekly 2/2', 'oldest monthly within 8d'] },
    },
    { name: 'is also the newest', keep: 'daily=7', points: { '2026-11-22T03:00Z': ['daily 1/7'] } },
  ];
  testEach(cases);
});

describe('ISO weeks at the turn of the year', () => {
  const cases: readonly Case[] = [
    {
      name: '1 to 3 January 2021 belong to week 53 of 2020',
      keep: 'weekly=2',
      points: {
        '2021-01-04T00:00Z': ['weekly 1/2'],
        '2021-01-03T23:59Z': ['weekly 2/2'],
        '2021-01-01T00:00Z': [],
        '2020-12-31T23:59Z': [],
        '2020-12-28T00:00Z': [],
        '2020-12-27T23:59Z': [],
      },
    },
    {
      name: '28 December 2026 to 3 January 2027 are one week, in two years and two months',
      keep: 'weekly=3 yearly=2',
      points: {
        '2027-01-04T00:00Z': ['weekly 1/3', 'yearly 1/2'],
        '2027-01-03T23:59Z': ['weekly 2/3'],
        '2026-12-31T23:59Z': ['yearly 2/2'],
        '2026-12-28T00:00Z': [],
        '2026-12-27T23:59Z': ['weekly 3/3'],
        '2026-12-21T00:00Z': [],
      },
    },
    {
      name: 'week 1 of 2025 begins in 2024',
      keep: 'weekly=2 monthly=2',
      points: {
        '2025-01-05T12:00Z': ['weekly 1/2', 'monthly 1/2'],
        '2024-12-30T12:00Z': ['monthly 2/2'],
        '2024-12-29T12:00Z': ['weekly 2/2'],
      },
    },
  ];
  testEach(cases);
});

describe('within', () => {
  const cases: readonly Case[] = [
    {
      name: 'is strictly after, to the millisecond, counted from the newest and not from now',
      keep: 'within=2d',
      points: {
        '2026-11-22T12:00:00Z': ['within 2d'],
        '2026-11-20T12:00:00.001Z': ['within 2d'],
        '2026-11-20T12:00:00Z': [],
        '2026-11-20T11:59:59.999Z': [],
      },
    },
    {
      name: 'counts weeks as seven days',
      keep: 'within=2w',
      points: {
        '2026-11-22T12:00Z': ['within 2w'],
        '2026-11-08T12:01Z': ['within 2w'],
        '2026-11-08T12:00Z': [],
      },
    },
    {
      name: 'a month before 31 March is 3 March',
      keep: 'within=1m',
      points: {
        '2026-03-31T12:00Z': ['within 1m'],
        '2026-03-03T12:01Z': ['within 1m'],
        '2026-03-03T12:00Z': [],
        '2026-02-28T12:00Z': [],
      },
    },
    {
      name: 'a month before 31 March of a leap year is 2 March',
      keep: 'within=1m',
      points: {
        '2028-03-31T12:00Z': ['within 1m'],
        '2028-03-02T12:01Z': ['within 1m'],
        '2028-03-02T12:00Z': [],
      },
    },
    {
      name: 'a year before 29 February is 1 March',
      keep: 'within=1y',
      points: {
        '2028-02-29T12:00Z': ['within 1y'],
        '2027-03-01T12:01Z': ['within 1y'],
        '2027-03-01T12:00Z': [],
      },
    },
    {
      name: 'four years before 29 February is 29 February',
      keep: 'within=4y',
      points: {
        '2028-02-29T12:00Z': ['within 4y'],
        '2024-02-29T12:01Z': ['within 4y'],
        '2024-02-29T12:00Z': [],
      },
    },
    {
      name: 'months, days and hours together: first the calendar, then the clock',
      keep: 'within=1y2m3d4h',
      points: {
        '2026-11-22T12:00Z': ['within 1y2m3d4h'],
        '2025-09-19T08:01Z': ['within 1y2m3d4h'],
        '2025-09-19T08:00Z': [],
      },
    },
    {
      name: 'keeps the newest of each hour, day, week, month and year within its own duration',
      keep: 'within-hourly=3h within-daily=2d within-weekly=15d within-monthly=2m within-yearly=2y',
      points: {
        '2026-11-22T12:30Z': [
          'hourly within 3h',
          'daily within 2d',
          'weekly within 15d',
          'monthly within 2m',
          'yearly within 2y',
        ],
        '2026-11-22T11:30Z': ['hourly within 3h'],
        '2026-11-22T11:10Z': [],
        '2026-11-22T09:30Z': [],
        '2026-11-21T12:30Z': ['daily within 2d'],
        '2026-11-15T12:30Z': ['weekly within 15d'],
        '2026-11-08T12:30Z': ['weekly within 15d'],
        '2026-11-01T12:30Z': [],
        '2026-10-31T12:30Z': ['monthly within 2m'],
        '2026-09-30T12:30Z': ['monthly within 2m'],
        '2026-09-22T12:30Z': [],
        '2025-12-31T12:30Z': ['yearly within 2y'],
        '2024-12-31T12:30Z': ['yearly within 2y'],
        '2024-11-22T12:30Z': [],
      },
      again: { '2024-12-31T12:30Z': ['yearly within 2y'] },
    },
  ];
  testEach(cases);
});

describe('[H22] the calendar is that of the zone', () => {
  const day = (zone: string, midnight: string): Case => {
    const at = (offset: number): string => new Date(instant(midnight) + offset).toISOString();
    return {
      name: `the day of ${zone} begins at ${midnight}`,
      keep: 'daily=2',
      zone,
      points: { [at(HOUR)]: ['daily 1/2'], [at(0)]: [], [at(-1)]: ['daily 2/2'], [at(-DAY)]: [] },
    };
  };
  testEach([
    day('Asia/Seoul', '2026-11-21T15:00Z'),
    day('Pacific/Auckland', '2026-11-21T11:00Z'),
    day('America/Los_Angeles', '2026-11-22T08:00Z'),
    day('Pacific/Kiritimati', '2026-11-21T10:00Z'),
    day('Asia/Kathmandu', '2026-11-21T18:15Z'),
  ]);

  const cases: readonly Case[] = [
    {
      name: 'a week of Kiritimati begins on what is Sunday morning in UTC',
      keep: 'weekly=2',
      zone: 'Pacific/Kiritimati',
      points: {
        '2026-11-22T10:00Z': ['weekly 1/2'],
        '2026-11-22T09:59Z': ['weekly 2/2'],
        '2026-11-15T10:00Z': [],
        '2026-11-15T09:59Z': [],
      },
    },
    {
      name: 'a year of Los Angeles ends when UTC is eight hours into the next',
      keep: 'yearly=2 monthly=2',
      zone: 'America/Los_Angeles',
      points: {
        '2027-01-01T08:00Z': ['monthly 1/2', 'yearly 1/2'],
        '2027-01-01T07:59Z': ['monthly 2/2', 'yearly 2/2'],
        '2026-12-01T08:00Z': [],
      },
    },
    {
      name: 'a month before 31 March in Seoul, where it is still 30 March in UTC, is 3 March there',
      keep: 'within=1m',
      zone: 'Asia/Seoul',
      points: {
        '2026-03-30T18:00Z': ['within 1m'],
        '2026-03-02T18:01Z': ['within 1m'],
        '2026-03-02T18:00Z': [],
      },
    },
  ];
  testEach(cases);
});

describe('[H22] daylight saving', () => {
  const cases: readonly Case[] = [
    {
      name: 'New York, November: the hour that comes twice is one hour, as in restic',
      keep: 'hourly=3',
      zone: 'America/New_York',
      points: {
        '2026-11-01T07:00Z': ['hourly 1/3'], // 02:00 EST
        '2026-11-01T06:30Z': ['hourly 2/3'], // 01:30 EST
        '2026-11-01T06:00Z': [], // 01:00 EST
        '2026-11-01T05:30Z': [], // 01:30 EDT
        '2026-11-01T05:00Z': [], // 01:00 EDT
        '2026-11-01T04:59Z': ['hourly 3/3'], // 00:59 EDT
        '2026-11-01T03:00Z': [],
      },
    },
    {
      name: 'New York, November: a day of 25 hours is one day',
      keep: 'daily=3',
      zone: 'America/New_York',
      points: {
        '2026-11-02T05:00Z': ['daily 1/3'],
        '2026-11-02T04:59Z': ['daily 2/3'],
        '2026-11-01T04:00Z': [],
        '2026-11-01T03:59Z': ['daily 3/3'],
        '2026-10-31T04:00Z': [],
      },
    },
    {
      name: 'New York, March: an hour that is left out is not missed, and a day of 23 hours is one day',
      keep: 'hourly=3 daily=2',
      zone: 'America/New_York',
      points: {
        '2026-03-08T07:00Z': ['hourly 1/3', 'daily 1/2'], // 03:00 EDT
        '2026-03-08T06:59Z': ['hourly 2/3'], // 01:59 EST
        '2026-03-08T05:00Z': ['hourly 3/3'], // 00:00 EST
        '2026-03-08T04:59Z': ['daily 2/2'],
        '2026-03-07T05:00Z': [],
      },
    },
    {
      name: 'Sydney, April: the hour that comes twice is one hour',
      keep: 'hourly=3',
      zone: 'Australia/Sydney',
      points: {
        '2026-04-04T17:00Z': ['hourly 1/3'], // 03:00 AEST
        '2026-04-04T16:30Z': ['hourly 2/3'], // 02:30 AEST
        '2026-04-04T15:30Z': [], // 02:30 AEDT
        '2026-04-04T14:59Z': ['hourly 3/3'], // 01:59 AEDT
        '2026-04-04T13:00Z': [],
      },
    },
    {
      name: 'Sydney, October: the hours on both sides of the gap are two',
      keep: 'hourly=2 daily=2',
      zone: 'Australia/Sydney',
      points: {
        '2026-10-03T16:00Z': ['hourly 1/2', 'daily 1/2'], // 03:00 AEDT
        '2026-10-03T15:59Z': ['hourly 2/2'], // 01:59 AEST
        '2026-10-03T14:00Z': [], // 00:00 AEST
        '2026-10-03T13:59Z': ['daily 2/2'],
      },
    },
    {
      name: 'a day before noon is noon, over a change of 25 hours',
      keep: 'within=1d',
      zone: 'America/New_York',
      points: {
        '2026-11-01T17:00Z': ['within 1d'], // 12:00 EST
        '2026-10-31T16:01Z': ['within 1d'], // 12:01 EDT
        '2026-10-31T16:00Z': [],
      },
    },
    {
      name: '24 hours before noon are not noon, over the same change',
      keep: 'within=24h',
      zone: 'America/New_York',
      points: {
        '2026-11-01T17:00Z': ['within 24h'],
        '2026-10-31T17:01Z': ['within 24h'],
        '2026-10-31T17:00Z': [],
      },
    },
    {
      name: 'a day before 02:30 is 01:30 where the clocks of New York jumped over it, as in Go',
      keep: 'within=1d',
      zone: 'America/New_York',
      points: {
        '2026-03-09T06:30Z': ['within 1d'], // 02:30 EDT
        '2026-03-08T06:31Z': ['within 1d'],
        '2026-03-08T06:30Z': [], // 01:30 EST
      },
    },
    {
      name: 'a day before 02:30 is 03:30 where those of Sydney did, as in Go',
      keep: 'within=1d',
      zone: 'Australia/Sydney',
      points: {
        '2026-10-04T15:30Z': ['within 1d'], // 02:30 AEDT
        '2026-10-03T16:31Z': ['within 1d'],
        '2026-10-03T16:30Z': [], // 03:30 AEDT
      },
    },
    {
      name: 'a day before 02:30 is the second 02:30 of Sydney, as in Go',
      keep: 'within=1d',
      zone: 'Australia/Sydney',
      points: {
        '2026-04-05T16:30Z': ['within 1d'],
        '2026-04-04T16:31Z': ['within 1d'],
        '2026-04-04T16:30Z': [],
        '2026-04-04T15:30Z': [],
      },
    },
  ];
  testEach(cases);

  test('[H13] where restic would forget all, in an hour that comes twice, the last good one stays', () => {
    // 02:30 AEDT less one hour: Go takes 02:30 for the second one, so the limit is the newest itself.
    check({
      name: '',
      keep: 'within=1h',
      zone: 'Australia/Sydney',
      points: { '2026-04-04T15:30Z': ['last good of i-1'], '2026-04-04T15:29Z': [] },
    });
  });
});

describe('goodness', () => {
  const at = (text: string, state: RetentionPoint['state'] = GOOD): RetentionPoint => ({
    slot: instant(text),
    state,
  });
  const verdictsOf = (points: readonly RetentionPoint[], rules: RetentionRules): (readonly string[])[] =>
    retain(points, rules).map(({ decision, reasons }) => [decision, ...reasons]);

  test('[H3] [H14] points that are not good are kept beside the count and take nobody’s place', () => {
    const points = [
      at('2026-11-22T11:00Z', 'pending'),
      at('2026-11-22T10:00Z', 'failed'),
      at('2026-11-22T09:00Z', 'disabled'),
      at('2026-11-22T08:00Z', 'incomplete'),
      at('2026-11-20T03:00Z'),
      at('2026-11-19T03:00Z'),
      at('2026-11-18T03:00Z'),
    ];
    expect(verdictsOf(points, rulesOf('last=2', { now: NOW }))).toEqual([
      ['keep', 'pending'],
      ['keep', 'failed'],
      ['keep', 'disabled'],
      ['keep', 'incomplete'],
      ['keep', 'last 1/2'],
      ['keep', 'last 2/2'],
      ['prune', 'no rule keeps it'],
    ]);
  });

  test('within is counted from the newest good one', () => {
    const points = [at('2026-11-22T03:00Z', 'pending'), at('2026-11-10T03:00Z'), at('2026-11-09T03:00Z')];
    expect(verdictsOf(points, rulesOf('within=2d', { now: NOW })).map(([decision]) => decision)).toEqual([
      'keep',
      'keep',
      'keep',
    ]);
  });

  test.each([
    ['exactly 24 h after its slot is kept', 24 * HOUR, ['keep', 'failed']],
    ['a millisecond later is cleaned up', 24 * HOUR + 1, ['prune', 'failed for over 24 h']],
  ])('[H4] a failed point %s', (_, age, verdict) => {
    const failed: RetentionPoint = { slot: NOW - age, state: 'failed' };
    expect(verdictsOf([failed], rulesOf('daily=7', { now: NOW }))).toEqual([verdict]);
  });

  test('[H3] a point that has been pending for a month is still kept', () => {
    expect(verdictsOf([at('2026-10-20T03:00Z', 'pending')], rulesOf('last=1', { now: NOW }))).toEqual([
      ['keep', 'pending'],
    ]);
  });

  test('points of the future are kept and not counted, and within starts from the newest that is not', () => {
    const points = [
      at('2027-11-22T03:00Z'),
      at('2026-11-22T12:00:00.001Z'),
      at('2026-11-22T12:00Z'),
      at('2026-11-21T12:01Z'),
      at('2026-11-21T12:00Z'),
    ];
    expect(verdictsOf(points, rulesOf('last=1 within=1d', { now: NOW }))).toEqual([
      ['keep', 'in the future'],
      ['keep', 'in the future'],
      ['keep', 'last 1/1', 'within 1d'],
      ['keep', 'within 1d'],
      ['prune', 'no rule keeps it'],
    ]);
  });

  test('the future is told by the instant, not by the wall clock of a zone ahead', () => {
    const points = [at('2026-11-22T13:00Z'), at('2026-11-22T11:00Z')];
    const rules = rulesOf('daily=1', { now: NOW, timezone: 'Pacific/Kiritimati' });
    expect(verdictsOf(points, rules)).toEqual([
      ['keep', 'in the future'],
      ['keep', 'daily 1/1'],
    ]);
  });
});

describe('one verdict a point', () => {
  test('in the order given; of equal times the first given is the newer', () => {
    const times = ['2026-11-20T03:00Z', '2026-11-22T03:00Z', '2026-11-22T03:00Z', '2026-11-21T03:00Z'];
    const points = times.map((time): RetentionPoint => ({ slot: instant(time), state: GOOD }));
    expect(retain(points, rulesOf('last=2')).map(({ reasons }) => reasons)).toEqual([
      ['no rule keeps it'],
      ['last 1/2'],
      ['last 2/2'],
      ['no rule keeps it'],
    ]);
  });

  test('none for no points', () => {
    expect(retain([], rulesOf('within=1d daily=1'))).toEqual([]);
  });
});

describe('[H12] no rules', () => {
  test('keep everything, failed ones too', () => {
    const points: RetentionPoint[] = [
      { slot: instant('2026-11-22'), state: 'good' },
      { slot: instant('2016-11-22'), state: 'good' },
      { slot: instant('2016-11-21'), state: 'failed' },
      { slot: instant('2016-11-20'), state: 'pending' },
    ];
    expect(retain(points, rulesOf('', { now: NOW }))).toEqual([
      { decision: 'keep', reasons: ['no rules'] },
      { decision: 'keep', reasons: ['no rules'] },
      { decision: 'keep', reasons: ['no rules'] },
      { decision: 'keep', reasons: ['pending'] },
    ]);
  });
});

describe('a source that is released', () => {
  test('no rule and no guard keeps a good point of it any more, and failed ones go as ever', () => {
    const points: RetentionPoint[] = [
      { slot: NOW - 100 * DAY, state: 'good' },
      { slot: NOW - 101 * DAY, state: 'failed' },
      { slot: NOW - 99 * DAY, state: 'pending' },
      { slot: NOW - 99 * DAY, state: 'disabled' },
    ];
    expect(retain(points, rulesOf('last=5', { now: NOW, released: true }))).toEqual([
      { decision: 'prune', reasons: ['no rule keeps it'] },
      { decision: 'prune', reasons: ['failed for over 24 h'] },
      { decision: 'keep', reasons: ['pending'] },
      { decision: 'keep', reasons: ['disabled'] },
    ]);
  });

  test('without rules is released too: the release is a rule', () => {
    const points: RetentionPoint[] = [{ slot: NOW - 100 * DAY, state: 'good' }];
    expect(retain(points, rulesOf('', { now: NOW, released: true }))).toEqual([
      { decision: 'prune', reasons: ['no rule keeps it'] },
    ]);
  });
});
