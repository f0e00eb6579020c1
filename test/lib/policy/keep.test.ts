import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../src/lib/policy/duration.ts';
import { formatKeep, isEmptyKeep, parseKeep } from '../../../src/lib/policy/keep.ts';

const AGE =
  'expected a duration such as 14d, 2w or 1y2m3d4h (units y, m, w, d, h, each once, not zero, at most 1000 years)';
const COUNT = 'expected a whole number from 1 to 1000000, or all';

describe('reads a duration', () => {
  test.each([
    ['14d', { years: 0, months: 0, days: 14, hours: 0 }],
    ['1y2m3d4h', { years: 1, months: 2, days: 3, hours: 4 }],
    ['2w3d', { years: 0, months: 0, days: 17, hours: 0 }],
    ['36h', { years: 0, months: 0, days: 0, hours: 36 }],
  ])('%s', (text, duration) => {
    expect(parseDuration(text)).toEqual({ ...duration, text });
  });

  test.each(['', '14', 'd', '14 d', '1d1d', '0d', '-1d', '1.5d', '14D', '1s', '1234567d'])(
    'not %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('reads rules of one line', () => {
  test('in any order, with any white space', () => {
    expect(parseKeep('  daily=7\tlast=all\n within=14d ')).toEqual({
      ok: true,
      value: { last: 'all', daily: 7, within: { years: 0, months: 0, days: 14, hours: 0, text: '14d' } },
    });
  });

  test('[H12] nothing is no rules, which keeps everything', () => {
    const parsed = parseKeep('  ');
    expect(parsed).toEqual({ ok: true, value: {} });
    expect(parsed.ok && isEmptyKeep(parsed.value)).toBe(true);
  });

  test.each([
    ['[H12] zero', 'daily=0', `daily is "0", ${COUNT} (leave the rule out instead of zero)`],
    ['[H12] zero of an age', 'within=0d', `within is "0d", ${AGE}`],
    ['a number that is none', 'daily=seven', `daily is "seven", ${COUNT}`],
    ['an age without its unit', 'within=14', `within is "14", ${AGE}`],
    ['a rule that is none', 'dayly=7', '"dayly" is not a rule (did you mean daily?)'],
    ['a rule without a value', 'daily', '"daily" is not of the form daily=VALUE'],
    ['a rule with two values', 'daily=7=8', '"daily=7=8" is not of the form daily=VALUE'],
    ['a rule given twice', 'daily=7 daily=8', 'daily is given twice'],
    [
      'every problem at once',
      'daily=0 last',
      `daily is "0", ${COUNT} (leave the rule out instead of zero); "last" is not of the form last=VALUE`,
    ],
  ])('%s', (_, text, problem) => {
    expect(parseKeep(text)).toEqual({ ok: false, problem });
  });

  test('[H34] odd characters are a problem, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 256 }), (text) => {
        const parsed = parseKeep(text);
        expect(parsed.ok || parsed.problem.length > 0).toBe(true);
      }),
    );
  });

  test('what is formatted is read back', () => {
    const rule = fc.oneof(
      fc.tuple(
        fc.constantFrom('last', 'daily', 'yearly'),
        fc.oneof(fc.constant('all'), fc.integer({ min: 1, max: 1_000_000 })),
      ),
      fc.tuple(
        fc.constantFrom('within', 'within-weekly'),
        fc.integer({ min: 1, max: 300_000 }).map((days) => `1y${days}d`),
      ),
    );
    fc.assert(
      fc.property(fc.uniqueArray(rule, { selector: ([name]) => name }), (rules) => {
        const parsed = parseKeep(rules.map(([name, value]) => `${name}=${value}`).join(' '));
        expect(parsed.ok && parseKeep(formatKeep(parsed.value))).toEqual(parsed);
      }),
    );
  });
});
