import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCompact, formatInstant, parseInstant } from '../../../src/lib/policy/instant.ts';

describe('reads an instant', () => {
  test.each([
    ['2026-11-22T18:00:00Z', Date.UTC(2026, 10, 22, 18)],
    ['2026-11-22T18:00Z', Date.UTC(2026, 10, 22, 18)],
    ['2026-11-22T18:00:00.5Z', Date.UTC(2026, 10, 22, 18, 0, 0, 500)],
    ['2026-11-22T18:00:00.123456789Z', Date.UTC(2026, 10, 22, 18, 0, 0, 123)],
    ['2026-11-23T03:00:00+09:00', Date.UTC(2026, 10, 22, 18)],
    ['2026-11-22T14:15:00-03:45', Date.UTC(2026, 10, 22, 18)],
    ['2028-02-29T00:00Z', Date.UTC(2028, 1, 29)],
  ])('%s', (text, time) => {
    expect(parseInstant(text)).toBe(time);
  });

  test.each([
    ['nothing', ''],
    ['a day without a time', '2026-11-22'],
    ['a time without its zone, which would be the machine’s', '2026-11-22T18:00:00'],
    ['a blank for the T', '2026-11-22 18:00:00Z'],
    ['30 February', '2026-02-30T00:00Z'],
    ['29 February of a common year', '2027-02-29T00:00Z'],
    ['31 April', '2026-04-31T00:00Z'],
    ['month 13', '2026-13-01T00:00Z'],
    ['day 0', '2026-11-00T00:00Z'],
    ['hour 25', '2026-11-22T25:00Z'],
    ['minute 60', '2026-11-22T18:60Z'],
    ['an offset of 25 hours', '2026-11-22T18:00+25:00'],
    ['seconds since the epoch', '1795370400'],
    ['something behind it', '2026-11-22T18:00:00Z.'],
    ['something before it', ' 2026-11-22T18:00:00Z'],
    ['small letters', '2026-11-22t18:00:00z'],
  ])('not %s', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('writes an instant', () => {
  test('in whole seconds, for tags and messages', () => {
    expect(formatInstant(Date.UTC(2026, 10, 22, 18))).toBe('2026-11-22T18:00:00Z');
    expect(formatInstant(Date.UTC(2026, 10, 22, 18, 0, 0, 999))).toBe('2026-11-22T18:00:00Z');
  });

  test('[H31] without characters that an AMI’s name may not have', () => {
    expect(formatCompact(Date.UTC(2026, 10, 22, 18, 4, 5))).toBe('20261122T180405Z');
  });

  test('that is read back, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2199, 11, 31) / 1000 }), (seconds) => {
        expect(parseInstant(formatInstant(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});
