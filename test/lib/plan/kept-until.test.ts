import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptBeyond } from '../../../src/lib/plan/kept-beyond.ts';
import { keptUntil, keptUntilOf, type KeptUntil, type UntilInput } from '../../../src/lib/plan/kept-until.ts';
import { groupVerdicts } from '../../../src/lib/plan/point-verdicts.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import { retain } from '../../../src/lib/plan/retention.ts';
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
  points,
  policy,
  policyFile,
  retired,
  schedule,
} from '../../support/points.ts';

/** The prune of these tests runs every six hours in UTC, from midnight. */
function input(over: Partial<Policy> = {}, at = '2026-11-22T12:00Z'): UntilInput {
  return {
    file: policyFile({ policies: [policy(over)] }),
    now: instant(at),
    place: PLACE,
    sources: new Map([['i-1', {}]]),
    horizonDays: 730,
    goesOn: true,
  };
}

/** One slot a day at this time of day, from a day to another, both included. */
function days(first: string, last: string, time: string): RecoveryPoint[] {
  const made: RecoveryPoint[] = [];
  for (let day = instant(first); day <= instant(last); day += DAY) {
    made.push(point({ slot: day + instant(`1970-01-01T${time}Z`) }));
  }
  return made;
}

function at(group: readonly RecoveryPoint[], slot: string): RecoveryPoint {
  const found = group.find((one) => one.slot === instant(slot));
  if (!found) throw new Error(`the group has no ${slot}`);
  return found;
}

/** `reasons | slot | run of prune`. */
function words({ reasons, gone }: KeptUntil): string {
  const slot = gone?.slot === undefined ? '-' : formatMinute(gone.slot);
  return `${reasons.join(', ') || '-'} | ${slot} | ${gone ? formatMinute(gone.prunedAt) : 'stays'}`;
}

function until(group: readonly RecoveryPoint[], slot: string, given: UntilInput): string {
  return words(keptUntil({ ...given, group, point: at(group, slot) }));
}

describe('a grandfather, father and son by hand', () => {
  // Daily at 03:00 UTC since 1 October; at noon on Sunday 22 November the newest is of that day.
  const group = days('2026-10-01', '2026-11-22', '03:00');
  const rules = { keep: keep('daily=7 weekly=4 monthly=3') };
  const kept = groupVerdicts(group, input(rules))
    .filter(({ verdict }) => verdict.decision === 'keep')
    .map((entry) => entry.point);

  test.each([
    // The newest of its week is a Sunday; the daily rule lets go of a Thursday with the seventh backup after it.
    [
      'a Thursday goes as the eighth day',
      '2026-11-19T03:00Z',
      'daily 7/7 | 2026-11-26T03:00Z | 2026-11-26T06:00Z',
    ],
    // Sundays 22 and 29 November, 6 December, and from Monday 14 to Sunday 20 December the week's newest so far: with
    // Monday the 14th there are five weeks.
    [
      'a Sunday goes with the first day of the fifth week',
      '2026-11-22T03:00Z',
      'weekly 4/4 | 2026-12-14T03:00Z | 2026-12-14T06:00Z',
    ],
    // October's newest: months November, December, and January's first makes it the fourth.
    [
      'the last of October goes with the first of January',
      '2026-10-31T03:00Z',
      'monthly 3/3 | 2027-01-01T03:00Z | 2027-01-01T06:00Z',
    ],
    // The week of 25 October is the fifth with Monday the 23rd. In four weeks before: 1, 8, 15 and 22 November.
    [
      'the Sunday before the clocks matter',
      '2026-11-01T03:00Z',
      'weekly 4/4 | 2026-11-23T03:00Z | 2026-11-23T06:00Z',
    ],
  ])('%s', (_, slot, expected) => {
    expect(until(kept, slot, input(rules))).toBe(expected);
  });

  test('what no rule keeps today goes with the next prune, and no backup is blamed', () => {
    expect(until(group, '2026-10-05T03:00Z', input(rules))).toBe('- | - | 2026-11-22T18:00Z');
  });

  test('the zone decides which day a point is of', () => {
    // 20:00 UTC on Saturday 31 October is Sunday 1 November in Seoul: no longer October's last.
    const nights = days('2026-09-20', '2026-11-21', '20:00');
    const seoul = input({
      schedule: schedule('cron(0 5 * * ? *)'),
      timezone: 'Asia/Seoul',
      keep: keep('monthly=2 last=1'),
    });
    const survivors = groupVerdicts(nights, seoul)
      .filter(({ verdict }) => verdict.decision === 'keep')
      .map((entry) => entry.point);
    expect(survivors.map(({ slot }) => formatMinute(slot))).toEqual([
      '2026-10-30T20:00Z',
      '2026-11-21T20:00Z',
    ]);
    // December begins in Seoul with the backup of 30 November, 20:00 UTC.
    expect(until(survivors, '2026-10-30T20:00Z', seoul)).toBe(
      'monthly 2/2 | 2026-11-30T20:00Z | 2026-12-01T00:00Z',
    );
  });

  test('[H22] slots move with the clocks: New York goes from 07:00 to 08:00 UTC on 1 November', () => {
    const newYork = input(
      { schedule: schedule('cron(0 3 * * ? *)'), timezone: 'America/New_York', keep: keep('last=3') },
      '2026-10-31T12:00Z',
    );
    const group = points(['2026-10-29T07:00Z', '2026-10-30T07:00Z', '2026-10-31T07:00Z']);
    expect(until(group, '2026-10-29T07:00Z', newYork)).toBe(
      'last 3/3 | 2026-11-01T08:00Z | 2026-11-01T12:00Z',
    );
    expect(until(group, '2026-10-31T07:00Z', newYork)).toBe(
      'last 3/3 | 2026-11-03T08:00Z | 2026-11-03T12:00Z',
    );
  });
});

describe('between two runs of prune', () => {
  test('names the backup that pushed a point out, not the last before the prune', () => {
    const hourly = input({ schedule: schedule('every 1 hours from 00:30'), keep: keep('last=2') });
    const group = points(['2026-11-22T10:30Z', '2026-11-22T11:30Z']);
    expect(until(group, '2026-11-22T11:30Z', hourly)).toBe(
      'last 1/2 | 2026-11-22T13:30Z | 2026-11-22T18:00Z',
    );
  });

  test('a backup whose slot is the time of a prune is not finished by then', () => {
    const six = input({ schedule: schedule('every 6 hours'), keep: keep('last=1') });
    expect(until(points(['2026-11-22T12:00Z']), '2026-11-22T12:00Z', six)).toBe(
      'last 1/1 | 2026-11-22T18:00Z | 2026-11-23T00:00Z',
    );
  });
});

test('a backup that is due this moment is still to come', () => {
  const due = input({ keep: keep('last=1') }, '2026-11-23T03:00Z');
  expect(until(points(['2026-11-22T03:00Z']), '2026-11-22T03:00Z', due)).toBe(
    'last 1/1 | 2026-11-23T03:00Z | 2026-11-23T06:00Z',
  );
});

describe('never says that something goes which stays', () => {
  const group = points(['2026-11-21T03:00Z', '2026-11-22T03:00Z']);

  test.each([
    ['without rules everything stays', input({ keep: {} }), 'no rules | - | stays'],
    ['a rule for all', input({ keep: keep('last=all') }), 'last all | - | stays'],
    [
      'beyond the horizon',
      { ...input({ keep: keep('last=100') }), horizonDays: 90 },
      'last 98/100 | - | stays',
    ],
    [
      'a policy that is not in the file',
      { ...input(), file: policyFile({ policies: [] }) },
      'policy daily-ami not in the file | - | stays',
    ],
    [
      'a tag that cannot be understood',
      { ...input(), sources: new Map([['i-1', { problem: 'no such policy' }]]) },
      'bad Backup: no such policy | - | stays',
    ],
  ])('%s', (_, given, expected) => {
    expect(until(group, '2026-11-21T03:00Z', given)).toBe(expected);
  });

  test('what is held stays until somebody takes the hold away', () => {
    const held = [point({ slot: instant('2026-11-22T03:00Z'), hold: 'audit' })];
    expect(until(held, '2026-11-22T03:00Z', input({ keep: keep('last=1') }))).toBe(
      'last 1/1, held: audit | - | stays',
    );
  });

  test('[H13] of a source that is not backed up any more the last good one stays', () => {
    const rules = { ...input({ keep: keep('within=3d') }), goesOn: false };
    expect(until(group, '2026-11-22T03:00Z', rules)).toBe('within 3d | - | stays');
    expect(until(group, '2026-11-21T03:00Z', rules)).toBe('within 3d | - | stays');
  });

  test('a retired policy makes no more', () => {
    const given = input();
    const file = policyFile({
      policies: [],
      retired: [retired({ name: 'daily-ami', keep: keep('last=2') })],
    });
    expect(until(group, '2026-11-21T03:00Z', { ...given, file })).toBe('last 2/2 | - | stays');
  });
});

describe('time alone', () => {
  test('a failed point goes a day after its slot', () => {
    const group = [
      ...points(['2026-11-21T03:00Z']),
      point({ slot: instant('2026-11-22T03:00Z'), state: 'failed' }),
    ];
    expect(until(group, '2026-11-22T03:00Z', input())).toBe('failed | - | 2026-11-23T06:00Z');
  });

  test('when the source is gone for long enough its policy lets go of everything, the last one included', () => {
    const given = input({ releaseAfterSourceGone: 30 * DAY });
    const group = points(['2026-11-22T03:00Z']);
    // 30 days after 22 November, 03:00, are over at the run of 06:00 on 22 December.
    expect(until(group, '2026-11-22T03:00Z', { ...given, sources: new Map(), goesOn: false })).toBe(
      'daily 1/7 | - | 2026-12-22T06:00Z',
    );
  });

  test('a backup by hand that outdoes the slot leaves it in place only while that slot is open', () => {
    const group = points(['2026-11-22T03:00Z', '2026-11-22T10:00Z']);
    const given = { ...input({ keep: keep('last=1') }), goesOn: false };
    expect(until(group, '2026-11-22T03:00Z', given)).toBe('slot not over | - | 2026-11-23T06:00Z');
  });
});

test('what is being made today counts when it is finished', () => {
  const group = [
    ...points(['2026-11-21T03:00Z']),
    point({ slot: instant('2026-11-22T03:00Z'), state: 'pending' }),
  ];
  expect(until(group, '2026-11-21T03:00Z', input({ keep: keep('last=1') }))).toBe(
    'last 1/1 | - | 2026-11-22T18:00Z',
  );
});

test('the own rules of a source decide', () => {
  const group = points(['2026-11-21T03:00Z', '2026-11-22T03:00Z']);
  const given = { ...input({ keep: keep('last=1') }), sources: new Map([['i-1', { keep: 'last=3' }]]) };
  expect(until(group, '2026-11-22T03:00Z', given)).toBe('last 3/3 | 2026-11-25T03:00Z | 2026-11-25T06:00Z');
});

test('copies go by the rules of the copy', () => {
  const from = { account: PLACE.account, region: 'eu-west-1' };
  const file = policyFile({
    policies: [
      policy({
        keep: keep('last=1'),
        copies: [{ region: PLACE.region, keep: keep('last=2'), encrypted: false }],
      }),
    ],
  });
  const group = points(['2026-11-21T03:00Z', '2026-11-22T03:00Z'], {
    copiedFrom: { place: from, point: 'ami-x' },
  });
  expect(until(group, '2026-11-22T03:00Z', { ...input(), file })).toBe(
    'last 2/2 | 2026-11-24T03:00Z | 2026-11-24T06:00Z',
  );
});

test('a point that is not of the group is an error', () => {
  const group = points(['2026-11-22T03:00Z']);
  const stranger = point({ slot: instant('2026-11-20T03:00Z') });
  expect(() => keptUntil({ ...input(), group, point: stranger })).toThrow('is not in the group of 1 points');
});

test('retention is not monotone, so the answer cannot be bisected', () => {
  const rules = { keep: keep('within=1m'), timezone: 'UTC', source: 'i-1', now: instant('2027-06-01') };
  const decision = (newest: string): string | undefined =>
    retain(
      ['2027-03-02T12:00Z', newest].map((slot) => ({ slot: instant(slot), state: 'good' })),
      rules,
    )[0]?.decision;
  expect(['2027-03-30T12:00Z', '2027-03-31T12:00Z', '2027-04-01T12:00Z'].map(decision)).toEqual([
    'prune',
    'prune',
    'keep',
  ]);
});

describe('whatever the rules', () => {
  const rule = fc.record(
    {
      last: fc.integer({ min: 1, max: 5 }),
      hourly: fc.integer({ min: 1, max: 8 }),
      daily: fc.integer({ min: 1, max: 8 }),
      weekly: fc.integer({ min: 1, max: 4 }),
      monthly: fc.integer({ min: 1, max: 3 }),
      within: fc.constantFrom('30h', '5d', '1m'),
      'within-daily': fc.constantFrom('9d', '1m', '1m2d'),
      'within-weekly': fc.constantFrom('3w', '1m'),
    },
    { requiredKeys: [] },
  );
  const policies = fc
    .record({
      rule,
      schedule: fc.constantFrom(
        'cron(0 3 * * ? *)',
        'every 6 hours',
        'every 8 hours from 01:30',
        'cron(30 4 ? * SUN *)',
      ),
      timezone: fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'),
    })
    .map(({ rule: rules, ...rest }) =>
      policy({
        schedule: schedule(rest.schedule),
        timezone: rest.timezone,
        keep: keep(
          Object.entries(rules)
            .map(([name, value]) => `${name}=${value}`)
            .join(' '),
        ),
      }),
    );
  const groups = fc.array(
    fc.record({
      hours: fc.integer({ min: -40, max: 24 * 45 }),
      state: fc.constantFrom('good', 'good', 'good', 'good', 'failed', 'pending', 'disabled'),
      hold: fc.constantFrom(false, false, false, false, true),
    }),
    { minLength: 1, maxLength: 12 },
  );

  /** What is being made gets finished, but not what has been for over a day. */
  function settled(group: readonly RecoveryPoint[], now: number): readonly RecoveryPoint[] {
    return group.map((one) =>
      one.state === 'pending' && now - one.madeAt <= DAY ? { ...one, state: 'good' } : one,
    );
  }

  /** Every run of prune of the span, one after the other, with nothing skipped: written apart from the code under test. */
  function stepByStep(
    group: readonly RecoveryPoint[],
    given: UntilInput,
  ): Record<string, number | undefined> {
    const { file, now, horizonDays, goesOn } = given;
    const end = now + horizonDays * DAY;
    const [own] = file.policies;
    const slots = own && goesOn ? [...slotsBetween(own.schedule, own.timezone, now, end)] : [];
    const gone: Record<string, number | undefined> = Object.fromEntries(
      group.map(({ id }) => [id, undefined]),
    );
    let left = [...settled(group, now)];
    let before = now;
    for (const run of slotsBetween(file.prune.schedule, file.timezone, now + 1, end)) {
      for (const slot of slots.filter((one) => one >= before && one < run)) {
        const isThere = left.some((one) => one.slot === slot && one.state !== 'failed');
        if (!isThere) left.push(point({ slot, id: `new-${slot}`, madeAt: slot }));
      }
      before = run;
      const kept = groupVerdicts(left, { ...given, now: run }).filter(
        ({ verdict }) => verdict.decision === 'keep',
      );
      const ids = new Set(kept.map((entry) => entry.point.id));
      for (const { id } of left) if (!ids.has(id) && id in gone) gone[id] = run;
      left = kept.map((entry) => entry.point);
    }
    return gone;
  }

  test.each([true, false])('is what every run of prune comes to, one by one; going on: %s', (goesOn) => {
    fc.assert(
      fc.property(policies, groups, fc.integer({ min: 0, max: 400 }), (own, made, day) => {
        const now = instant('2026-11-22T12:00Z') + day * DAY;
        const group = made.map(({ hours, state, hold }, index) =>
          point({
            slot: now - hours * HOUR,
            id: `ami-${index}`,
            state: state as RecoveryPoint['state'],
            ...(hold && { hold: 'audit' }),
          }),
        );
        const given: UntilInput = {
          ...input(),
          file: policyFile({ policies: [own] }),
          now,
          horizonDays: 60,
          goesOn,
        };
        const answers = keptUntilOf(group, given);
        const expected = stepByStep(group, given);
        expect(Object.fromEntries([...answers].map(([id, { gone }]) => [id, gone?.prunedAt]))).toEqual(
          expected,
        );
        const ahead = { ...given, policy: own, until: now + 60 * DAY };
        for (const id of goesOn ? keptBeyond(settled(group, now), ahead).keys() : []) {
          expect([id, expected[id]]).toEqual([id, undefined]);
        }
        for (const one of group.slice(0, 2)) {
          expect(keptUntil({ ...given, group, point: one })).toEqual(answers.get(one.id));
        }
      }),
      { numRuns: 25 },
    );
  });
});
