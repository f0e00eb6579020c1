import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { missedByChance } from '../../../src/lib/plan/missed-slots.ts';
import { groupVerdicts } from '../../../src/lib/plan/point-verdicts.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import {
  existingAt,
  roundsOf,
  simulateFile,
  type PolicySimulation,
} from '../../../src/lib/plan/simulate-file.ts';
import { simulateSource, type Simulation } from '../../../src/lib/plan/simulate-policy.ts';
import { formatMinute } from '../../../src/lib/policy/instant.ts';
import type { Policy } from '../../../src/lib/policy/policy.ts';
import { slotsBetween } from '../../../src/lib/policy/schedule.ts';
import {
  DAY,
  HOUR,
  instant,
  keep,
  PLACE,
  point,
  policy,
  policyFile,
  schedule,
} from '../../support/points.ts';

interface Given {
  readonly over?: Partial<Policy>;
  readonly from?: string;
  readonly days?: number;
  readonly prune?: string;
  readonly missed?: readonly string[];
}

/** Prunes run every six hours in UTC, from midnight, unless told otherwise. */
function simulated({
  over = {},
  from = '2026-01-01',
  days = 730,
  prune,
  missed = [],
}: Given): PolicySimulation {
  const slots = new Set(missed.map(instant));
  const file = policyFile({
    policies: [policy(over)],
    ...(prune !== undefined && { prune: { schedule: schedule(prune), maxShare: 0.3 } }),
  });
  const isMissed = (slot: number): boolean => slots.has(slot);
  const [only] = simulateFile({ file, from: instant(from), days, isMissed }).policies;
  if (!only) throw new Error('nothing was simulated');
  return only;
}

function simulation(given: Given): Simulation {
  return simulated(given).simulation;
}

/** Month and day of what exists at the end of a day. */
function datesAt(given: PolicySimulation, day: number): string {
  return existingAt(given, given.simulation.from + day * DAY)
    .map(({ slot }) => formatMinute(slot).slice(5, 10))
    .join(' ');
}

function gapWords({ worstGap: gap }: Simulation): string {
  return gap ? `${gap.ms / DAY} d: ${[gap.from, gap.to, gap.at].map(formatMinute).join(' ')}` : 'none';
}

function waitWords({ longestWait: wait }: Simulation): string {
  return wait ? `${wait.ms / HOUR} h: ${[wait.from, wait.until].map(formatMinute).join(' ')}` : 'none';
}

describe('a grandfather, father and son over two years, by hand', () => {
  const gfs = simulated({ over: { keep: keep('daily=7 weekly=4 monthly=12') } });

  test.each([
    [1, '01-01'],
    [7, '01-01 01-02 01-03 01-04 01-05 01-06 01-07'],
    // Seven days to Friday the 30th, the Sundays before them, and the oldest for want of a month before.
    [30, '01-01 01-11 01-18 01-24 01-25 01-26 01-27 01-28 01-29 01-30'],
    [
      365,
      '01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-13 12-20 12-25 12-26 12-27 12-28 12-29 12-30 12-31',
    ],
    [
      730,
      '01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-12 12-19 12-25 12-26 12-27 12-28 12-29 12-30 12-31',
    ],
  ])('day %i', (day, dates) => {
    expect(datesAt(gfs, day)).toBe(dates);
    expect(gfs.simulation.counts[day - 1]).toBe(dates.split(' ').length);
  });

  test('one a day is made, and what is gone at the end was pruned once', () => {
    const { made, missed, points, counts } = gfs.simulation;
    expect([made, missed, points.length, counts.length]).toEqual([730, 0, 730, 730]);
    expect(points.filter(({ prunedAt }) => prunedAt === undefined)).toHaveLength(20);
  });

  test('at most seven days, three Sundays before a Sunday, eleven months, and the one just made', () => {
    expect(gfs.simulation.mostAtOnce?.count).toBe(22);
  });

  test('the worst gap is March, once its last Sunday is gone', () => {
    expect(gapWords(gfs.simulation)).toBe('31 d: 2026-02-28T03:00Z 2026-03-31T03:00Z 2026-04-20T06:00Z');
  });

  test('each point says why it exists', () => {
    const at = instant('2026-01-31');
    expect(existingAt(gfs, at).map(({ verdict }) => verdict.reasons.join(', '))).toEqual([
      'oldest monthly',
      'weekly 4/4',
      'weekly 3/4',
      'daily 7/7',
      'daily 6/7, weekly 2/4',
      'daily 5/7',
      'daily 4/7',
      'daily 3/7',
      'daily 2/7',
      'daily 1/7, weekly 1/4, monthly 1/12',
    ]);
  });

  test('why a point was kept last is remembered when it is gone', () => {
    const first = gfs.simulation.points[0];
    // With 1 December there are twelve months without the first of January.
    expect([first?.reasons, formatMinute(first?.prunedAt ?? 0)]).toEqual([
      ['oldest monthly'],
      '2026-12-01T06:00Z',
    ]);
  });

  test('the guard would not mind', () => {
    expect(gfs.simulation.refused).toBeUndefined();
  });
});

describe('[H22] daylight saving', () => {
  const nightly = (timezone: string, time = '0 3'): Partial<Policy> => ({
    schedule: schedule(`cron(${time} * * ? *)`),
    timezone,
    keep: keep('last=30'),
  });

  test.each([
    ['New York in November', 'America/New_York', '2026-10-25', '25 h: 2026-10-31T07:00Z 2026-11-01T08:00Z'],
    ['Sydney in April', 'Australia/Sydney', '2026-03-30', '25 h: 2026-04-03T16:00Z 2026-04-04T17:00Z'],
    ['Seoul never', 'Asia/Seoul', '2026-10-25', '24 h: 2026-10-25T18:00Z 2026-10-26T18:00Z'],
  ])('the longer day: %s', (_, zone, from, expected) => {
    expect(waitWords(simulation({ over: nightly(zone), from, days: 14 }))).toBe(expected);
  });

  test('a time that does not exist is skipped, and the source waits two days but an hour', () => {
    const skipped = simulation({ over: nightly('America/New_York', '30 2'), from: '2027-03-10', days: 10 });
    expect(waitWords(skipped)).toBe('47 h: 2027-03-13T07:30Z 2027-03-15T06:30Z');
    expect(skipped.made).toBe(9);
  });

  test('a time that comes twice makes one backup', () => {
    const doubled = simulation({ over: nightly('America/New_York', '30 1'), from: '2026-10-31', days: 3 });
    expect(doubled.points.map(({ slot }) => formatMinute(slot))).toEqual([
      '2026-10-31T05:30Z',
      '2026-11-01T05:30Z',
      '2026-11-02T06:30Z',
    ]);
  });
});

describe('missed runs', () => {
  const over = { keep: keep('daily=2 monthly=2') };

  test('[H24] a missed last of the month leaves the month its newest', () => {
    const missed = simulated({ over, from: '2026-06-20', days: 30, missed: ['2026-06-30T03:00Z'] });
    expect(datesAt(missed, 30)).toBe('06-29 07-18 07-19');
    expect([missed.simulation.made, missed.simulation.missed]).toEqual([29, 1]);
  });

  test('the wait is that of the source', () => {
    const missed = ['2026-06-22T03:00Z', '2026-06-23T03:00Z'];
    expect(waitWords(simulation({ over, from: '2026-06-20', days: 30, missed }))).toBe(
      '72 h: 2026-06-21T03:00Z 2026-06-24T03:00Z',
    );
  });

  test('to the end nothing comes: the wait goes to the end, and the last good ones stay', () => {
    const missed = ['2026-06-22', '2026-06-23', '2026-06-24'].map((day) => `${day}T03:00Z`);
    const given = simulated({ over, from: '2026-06-20', days: 5, missed });
    expect(waitWords(given.simulation)).toBe('93 h: 2026-06-21T03:00Z 2026-06-25T00:00Z');
    expect(datesAt(given, 5)).toBe('06-20 06-21');
  });

  test('all of them: nothing exists, and nothing is made up', () => {
    const { from: _, ...none } = simulation({
      over,
      days: 2,
      missed: ['2026-01-01T03:00Z', '2026-01-02T03:00Z'],
    });
    expect(none).toEqual({ days: 2, made: 0, missed: 2, points: [], counts: [0, 0] });
  });

  test('by chance, but the same ones each time and about as many as told', () => {
    const slots = Array.from({ length: 20_000 }, (_, day) => instant('2026-01-01') + day * DAY);
    const missedOf = (share: number, seed?: number): number[] => slots.filter(missedByChance(share, seed));
    expect(missedOf(0)).toHaveLength(0);
    expect(missedOf(1)).toHaveLength(20_000);
    expect(missedOf(0.02).length / 20_000).toBeCloseTo(0.02, 2);
    expect(missedOf(0.02)).toEqual(missedOf(0.02));
    expect(missedOf(0.02, 1)).not.toEqual(missedOf(0.02, 2));
  });
});

describe('prune runs by its own schedule', () => {
  test('between two runs everything exists', () => {
    const weekly = simulation({
      over: { keep: keep('last=2') },
      from: '2026-01-05',
      days: 14,
      prune: 'cron(0 12 ? * SUN *)',
    });
    expect(weekly.counts).toEqual([1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 7, 8, 2]);
    expect(weekly.mostAtOnce).toEqual({ count: 9, at: instant('2026-01-18T03:00Z') });
  });

  test('[H35] a policy whose every prune the guard would refuse is told', () => {
    const weekly = simulation({
      over: { keep: keep('last=2') },
      from: '2026-01-05',
      days: 14,
      prune: 'cron(0 12 ? * SUN *)',
    });
    expect(weekly.refused?.at).toBe(instant('2026-01-11T12:00Z'));
    expect(weekly.refused?.reason).toContain('would delete 500 of 700 points');
  });
});

test('without rules everything stays', () => {
  const { counts, points } = simulation({ over: { keep: {} }, days: 100 });
  expect(counts.at(-1)).toBe(100);
  expect(points.every(({ prunedAt }) => prunedAt === undefined)).toBe(true);
});

describe('a whole file', () => {
  const weekly = policy({ name: 'weekly', schedule: schedule('cron(0 3 ? * SUN *)'), keep: keep('last=2') });
  const copied = policy({
    copies: [
      { region: 'us-east-1', encrypted: true, keep: keep('last=14') },
      { region: 'eu-west-1', encrypted: true },
    ],
  });
  const span = { file: policyFile({ policies: [copied, weekly] }), from: instant('2026-01-01'), days: 60 };

  test('each policy and each of its copies, by rules of its own', () => {
    expect(
      simulateFile(span).policies.map(({ policy: { name }, copy, simulation: { counts } }) => [
        name,
        copy?.region,
        counts.at(-1),
      ]),
    ).toEqual([
      ['daily-ami', undefined, 7],
      ['daily-ami', 'us-east-1', 14],
      ['daily-ami', 'eu-west-1', 7],
      ['weekly', undefined, 2],
    ]);
  });

  test('or one policy', () => {
    expect(simulateFile({ ...span, policy: 'weekly' }).policies.map((one) => one.policy.name)).toEqual([
      'weekly',
    ]);
  });
});

test('it is what the product would do: every run of prune, one by one, over all that the account would show', () => {
  const rule = fc.record(
    {
      last: fc.integer({ min: 1, max: 4 }),
      daily: fc.integer({ min: 1, max: 8 }),
      weekly: fc.integer({ min: 1, max: 4 }),
      monthly: fc.constantFrom(1, 2, 'all'),
      'within-daily': fc.constantFrom('9d', '1m2d'),
      within: fc.constantFrom('30h', '1m'),
    },
    { requiredKeys: [] },
  );
  const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Seoul');
  const schedules = fc.constantFrom('every 6 hours', 'every 8 hours from 01:30', 'cron(0 3 * * ? *)');
  fc.assert(
    fc.property(rule, zones, schedules, fc.integer({ min: 0, max: 400 }), (rules, timezone, text, day) => {
      const words = Object.entries(rules).map(([name, value]) => `${name}=${value}`);
      const own = policy({ schedule: schedule(text), timezone, keep: keep(words.join(' ')) });
      const file = policyFile({ policies: [own] });
      const from = instant('2026-01-01') + day * DAY;
      const isMissed = missedByChance(0.1, day);
      const rounds = roundsOf(own, file, { from, days: 40 });
      const simulation = simulateSource({ ...own, rounds, from, days: 40, isMissed, maxShare: 0.3 });
      expect(Object.fromEntries(simulation.points.map(({ slot, prunedAt }) => [slot, prunedAt]))).toEqual(
        stepByStep(own, from, isMissed),
      );
      const counts = simulation.counts.map(
        (_, index) =>
          existingAt({ policy: own, keep: own.keep, simulation }, from + (index + 1) * DAY).length,
      );
      expect(simulation.counts).toEqual(counts);
    }),
    { numRuns: 40 },
  );

  function stepByStep(
    own: Policy,
    from: number,
    isMissed: (slot: number) => boolean,
  ): Record<string, number | undefined> {
    const file = policyFile({ policies: [own] });
    const to = from + 40 * DAY;
    const slots = [...slotsBetween(own.schedule, own.timezone, from, to)].filter((slot) => !isMissed(slot));
    const gone: Record<string, number | undefined> = Object.fromEntries(
      slots.map((slot) => [slot, undefined]),
    );
    let left: RecoveryPoint[] = [];
    let before = from;
    for (const now of slotsBetween(file.prune.schedule, file.timezone, from, to)) {
      left.push(...slots.filter((slot) => slot >= before && slot < now).map((slot) => point({ slot })));
      before = now;
      const judged = groupVerdicts(left, { file, now, place: PLACE, sources: new Map([['i-1', {}]]) });
      left = [];
      for (const entry of judged) {
        if (entry.verdict.decision === 'keep') left.push(entry.point);
        else gone[entry.point.slot] = now;
      }
    }
    return gone;
  }
});
