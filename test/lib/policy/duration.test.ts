import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../src/lib/policy/duration.ts';

test('units may come in any order, each once', () => {
  expect(parseDuration('4h3d2m1y')).toEqual({ years: 1, months: 2, days: 3, hours: 4, text: '4h3d2m1y' });
  expect(parseDuration('1d1w1d')).toBeUndefined();
});

test('a zero beside something is allowed, zero alone is not', () => {
  expect(parseDuration('0y7d')).toMatchObject({ years: 0, days: 7 });
  expect(parseDuration('0y0m0w0d0h')).toBeUndefined();
});

test('a month is m: there are no minutes', () => {
  expect(parseDuration('30m')).toMatchObject({ months: 30, hours: 0 });
});

describe('any duration', () => {
  const amount = fc.integer({ min: 0, max: 300 });
  test('is the sum of its parts, weeks as seven days', () => {
    const parts = fc.tuple(amount, amount, amount, amount, fc.integer({ min: 1, max: 200_000 }));
    fc.assert(
      fc.property(parts, ([y, m, w, d, h]) => {
        const text = `${y}y${m}m${w}w${d}d${h}h`;
        expect(parseDuration(text)).toEqual({ years: y, months: m, days: d + 7 * w, hours: h, text });
      }),
    );
  });

  test('[H34] or any other text is read or refused, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 256 }), (text) => {
        const duration = parseDuration(text);
        expect(duration === undefined || duration.text === text).toBe(true);
      }),
    );
  });
});
