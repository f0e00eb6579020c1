import { describe, expect, test } from 'vitest';
import { slotTimes } from '../../../src/lib/plan/watch-slots.ts';
import { slotsBetween } from '../../../src/lib/policy/schedule.ts';
import { DAY, HOUR, instant, policy, schedule } from '../../support/points.ts';

const at = (now: string, text: string, timezone = 'UTC') =>
  Object.fromEntries(
    Object.entries(slotTimes({ schedule: schedule(text), timezone }, instant(now))).map(([name, time]) => [
      name,
      new Date(Number(time)).toISOString().slice(5, 16),
    ]),
  );

const DAILY = 'cron(0 3 * * ? *)';

describe('the slots of a daily policy', () => {
  test.each([
    [
      'just begun: yesterday is due, today is left to its own run',
      '2026-11-22T03:04Z',
      { due: '11-21T03:00', next: '11-23T03:00' },
    ],
    [
      'after five minutes it can be asked for',
      '2026-11-22T03:05Z',
      { due: '11-21T03:00', current: '11-22T03:00', next: '11-23T03:00' },
    ],
    [
      'in the evening too',
      '2026-11-22T22:40Z',
      { due: '11-21T03:00', current: '11-22T03:00', next: '11-23T03:00' },
    ],
    [
      'but not so late that the request would come after the next slot',
      '2026-11-23T02:51Z',
      { due: '11-21T03:00', next: '11-23T03:00' },
    ],
    ['and with the next slot it is due', '2026-11-23T03:00Z', { due: '11-22T03:00', next: '11-24T03:00' }],
  ])('%s', (_, now, expected) => {
    expect(at(now, DAILY)).toEqual(expected);
  });
});

describe('the slots of other schedules', () => {
  test('a rare one is due after a day, and can no longer be made then', () => {
    const weekly = 'cron(0 3 ? * SUN *)';
    expect(at('2026-11-22T12:00Z', weekly)).toEqual({
      due: '11-15T03:00',
      current: '11-22T03:00',
      next: '11-29T03:00',
    });
    expect(at('2026-11-23T03:00Z', weekly)).toEqual({ due: '11-22T03:00', next: '11-29T03:00' });
  });

  test('an hourly one is due with the next hour', () => {
    expect(at('2026-11-22T12:40Z', 'every 1 hours')).toEqual({
      due: '11-22T11:00',
      current: '11-22T12:00',
      next: '11-22T13:00',
    });
  });

  test('one that has ended keeps its last slot due', () => {
    expect(at('2026-11-22T12:00Z', 'cron(0 3 1 6 ? 2026)')).toEqual({ due: '06-01T03:00' });
  });

  test('one that has not begun has nothing due', () => {
    expect(at('2026-11-22T12:00Z', 'cron(0 3 1 6 ? 2027)')).toEqual({ next: '06-01T03:00' });
  });
});

describe('[H22] daylight saving', () => {
  // Each span has a change of the clocks in its middle: spring and autumn, north and south.
  const CHANGES = [
    ['Europe/Berlin', '2026-03-27', 'north, an hour less'],
    ['Europe/Berlin', '2026-10-23', 'north, an hour more'],
    ['America/New_York', '2026-03-06', 'north, an hour less'],
    ['America/New_York', '2026-10-30', 'north, an hour more'],
    ['Australia/Sydney', '2026-04-03', 'south, an hour more'],
    ['Australia/Sydney', '2026-10-02', 'south, an hour less'],
    ['America/Santiago', '2026-04-02', 'south, an hour more'],
    ['America/Santiago', '2026-09-04', 'south, an hour less'],
  ] as const;

  test.each(CHANGES)('makes no slot late that is made in time: %s from %s (%s)', (zone, from) => {
    for (const text of [DAILY, 'cron(30 1 * * ? *)', 'every 1 hours', 'every 2 hours', 'every 6 hours']) {
      const start = instant(from);
      const slots = [...slotsBetween(schedule(text), zone, start - 2 * DAY, start + 6 * DAY)];
      for (let now = start + DAY; now < start + 4 * DAY; now += 0.75 * HOUR) {
        // Good a minute before the next slot comes, and never later than a day after its own.
        const good = slots.filter((slot, index) => {
          const next = slots[index + 1] ?? Infinity;
          return Math.min(next, slot + DAY) - 60_000 <= now;
        });
        const { due } = slotTimes({ schedule: schedule(text), timezone: zone }, now);
        expect(good.at(-1), `${text} at ${new Date(now).toISOString()}`).toBeGreaterThanOrEqual(due ?? 0);
      }
    }
  });

  test('a day of 25 hours leaves an hour in which nothing is asked for that would be missed', () => {
    // 25 October 2026, 03:00 CEST is put back to 02:00 CET: the daily slot of the 24th is over after 24 h, not 25.
    const { timezone } = policy({ timezone: 'Europe/Berlin' });
    expect(at('2026-10-25T01:30Z', DAILY, timezone)).toEqual({ due: '10-24T01:00', next: '10-25T02:00' });
  });
});
