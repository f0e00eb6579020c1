import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  instantLikeGo,
  instantsOf,
  isTimeZone,
  knownTimeZones,
  offsetAt,
  wallClock,
} from '../../../src/lib/policy/time-zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
/** A wall time as the ms at which UTC shows the same. */
const wall = (text: string): number => Date.parse(`${text}Z`);
const iso = (times: readonly number[]): string[] =>
  times.map((time) => new Date(time).toISOString().slice(0, 16));

describe('the offset', () => {
  test.each([
    ['UTC', '2026-11-22T00:00Z', 0],
    ['Asia/Seoul', '2026-11-22T00:00Z', 9],
    ['Asia/Kathmandu', '2026-11-22T00:00Z', 5.75],
    ['Pacific/Kiritimati', '2026-11-22T00:00Z', 14],
    ['America/St_Johns', '2026-11-22T00:00Z', -3.5],
    ['Pacific/Marquesas', '2026-11-22T00:00Z', -9.5],
    ['America/New_York', '2026-03-08T06:59:59.999Z', -5],
    ['America/New_York', '2026-03-08T07:00Z', -4],
    ['America/New_York', '2026-11-01T05:59:59.999Z', -4],
    ['America/New_York', '2026-11-01T06:00Z', -5],
    ['Australia/Sydney', '2026-04-04T15:59:59.999Z', 11],
    ['Australia/Sydney', '2026-04-04T16:00Z', 10],
    ['Australia/Sydney', '2026-10-03T15:59:59.999Z', 10],
    ['Australia/Sydney', '2026-10-03T16:00Z', 11],
    ['Australia/Lord_Howe', '2026-04-04T14:59:59.999Z', 11],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z', 10.5],
    ['Europe/London', '2026-03-29T00:59:59.999Z', 0],
    ['Europe/London', '2026-03-29T01:00Z', 1],
    ['Asia/Kathmandu', '1970-01-01T00:00Z', 5.5],
  ])('of %s at %s is %d hours', (zone, time, hours) => {
    expect(offsetAt(zone, at(time))).toBe(hours * HOUR);
  });

  test('of what is no zone is an error that names it', () => {
    expect(() => offsetAt('Mars/Olympus', 0)).toThrow('time zone is "Mars/Olympus", expected an IANA name');
  });

  test('is that of Intl, for any zone and instant', () => {
    const zones = knownTimeZones();
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2016-01-01'), max: at('2038-01-01') }),
        (zone, time) => {
          const text = new Intl.DateTimeFormat('sv-SE', {
            timeZone: zone,
            dateStyle: 'short',
            timeStyle: 'medium',
          }).format(time);
          expect(new Date(wallClock(zone, time)).toISOString().slice(0, 19)).toBe(text.replace(' ', 'T'));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('[H22] the instants of a wall time', () => {
  test.each([
    ['Asia/Seoul', '2026-11-22T03:00', ['2026-11-21T18:00']],
    ['Pacific/Kiritimati', '2026-11-22T03:00', ['2026-11-21T13:00']],
    ['America/New_York', '2026-03-08T01:59', ['2026-03-08T06:59']],
    ['America/New_York', '2026-03-08T02:00', []],
    ['America/New_York', '2026-03-08T02:59', []],
    ['America/New_York', '2026-03-08T03:00', ['2026-03-08T07:00']],
    ['America/New_York', '2026-11-01T00:59', ['2026-11-01T04:59']],
    ['America/New_York', '2026-11-01T01:00', ['2026-11-01T05:00', '2026-11-01T06:00']],
    ['America/New_York', '2026-11-01T01:59', ['2026-11-01T05:59', '2026-11-01T06:59']],
    ['America/New_York', '2026-11-01T02:00', ['2026-11-01T07:00']],
    ['Australia/Sydney', '2026-10-04T02:30', []],
    ['Australia/Sydney', '2026-04-05T02:30', ['2026-04-04T15:30', '2026-04-04T16:30']],
    ['Australia/Lord_Howe', '2026-04-05T01:45', ['2026-04-04T14:45', '2026-04-04T15:15']],
    ['Pacific/Auckland', '2026-09-27T02:30', []],
  ])('%s %s', (zone, time, expected) => {
    expect(iso(instantsOf(zone, wall(time)))).toEqual(expected);
  });

  test('show it again, ascending, for any zone and instant', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...knownTimeZones()),
        fc.integer({ min: at('2016-01-01'), max: at('2038-01-01') }),
        (zone, time) => {
          const instants = instantsOf(zone, wallClock(zone, time));
          expect(instants).toContain(time);
          expect(instants).toEqual(instants.toSorted((a, b) => a - b));
        },
      ),
    );
  });
});

describe('one instant for any wall time, as Go has it', () => {
  test.each([
    ['an ordinary time', 'Asia/Seoul', '2026-11-22T03:00', '2026-11-21T18:00'],
    ['a gap west of Greenwich: an hour earlier', 'America/New_York', '2026-03-08T02:30', '2026-03-08T06:30'],
    ['a gap east of it: an hour later', 'Australia/Sydney', '2026-10-04T02:30', '2026-10-03T16:30'],
    ['an overlap west of it: the first', 'America/New_York', '2026-11-01T01:30', '2026-11-01T05:30'],
    ['an overlap east of it: the second', 'Australia/Sydney', '2026-04-05T02:30', '2026-04-04T16:30'],
  ])('%s', (_, zone, time, expected) => {
    expect(iso([instantLikeGo(zone, wall(time))])).toEqual([expected]);
  });

  test('is one of its instants where it has any', () => {
    const zone = fc.constantFrom(
      'America/New_York',
      'Australia/Sydney',
      'Europe/London',
      'Pacific/Kiritimati',
    );
    fc.assert(
      fc.property(zone, fc.integer({ min: at('2026-01-01'), max: at('2027-01-01') }), (name, time) => {
        const instants = instantsOf(name, time);
        if (instants.length > 0) expect(instants).toContain(instantLikeGo(name, time));
        else expect(Math.abs(wallClock(name, instantLikeGo(name, time)) - time)).toBeLessThan(DAY / 12);
      }),
    );
  });
});

describe('zone names', () => {
  test.each(['UTC', 'Asia/Seoul', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  test.each(['', '+09:00', '-05', 'KST+9', 'Asia/Soul', 'Asia/Seoul ', '09:00'])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
