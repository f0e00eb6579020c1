import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesAll, matchesAny, matchesPattern } from '../../../src/lib/policy/tag-patterns.ts';

describe('matches as EC2 filters do', () => {
  test.each([
    ['the same text', 'payments', 'payments', true],
    ['another case', 'payments', 'Payments', false],
    ['a part only', 'pay', 'payments', false],
    ['* as any run', 'ledger-*', 'ledger-eu-1', true],
    ['* as nothing', 'ledger-*', 'ledger-', true],
    ['* as an empty value', '*', '', true],
    ['* in the middle, twice', 'a*b*c', 'a-b-b-c', true],
    ['* that cannot end', 'a*b', 'a-b-', false],
    ['? as one character', 'web-?', 'web-1', true],
    ['? never as nothing', 'web-?', 'web-', false],
    ['? never as two', 'web-?', 'web-12', false],
    ['? as an emoji of two units', 'web-?', 'web-\u{1F600}', true],
    ['an escaped star', String.raw`100\*`, '100*', true],
    ['an escaped star is no wildcard', String.raw`100\*`, '1000', false],
    ['an escaped question mark', String.raw`why\?`, 'why?', true],
    ['an escaped backslash', String.raw`C:\\*`, String.raw`C:\temp`, true],
    ['a backslash at the end is itself', 'a\\', 'a\\', true],
    ['no regular expression', 'a.c', 'abc', false],
    ['an empty pattern, an empty value', '', '', true],
    ['an empty pattern, any value', '', 'x', false],
  ])('%s', (_, pattern, value, matches) => {
    expect(matchesPattern(pattern, value)).toBe(matches);
  });

  test('a pattern made to blow up a regular expression does not', () => {
    expect(matchesPattern(`${'*a'.repeat(120)}b`, 'a'.repeat(256))).toBe(false);
  });

  test('agrees with the definition, character by character', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '*', '?', '\\', '\u{1F600}'), { maxLength: 9 });
    fc.assert(
      fc.property(text, text, (pattern, value) => {
        expect(matchesPattern(pattern.join(''), value.join(''))).toBe(defined(pattern, value));
      }),
      { numRuns: 3000 },
    );
  });
});

/** What the wildcards mean, said without a thought for time. */
function defined(pattern: readonly string[], value: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  const [head, ...tail] = value;
  if (first === undefined) return head === undefined;
  if (first === '*') return defined(rest, value) || (head !== undefined && defined(pattern, tail));
  if (head === undefined) return false;
  if (first === '?') return defined(rest, tail);
  const [escaped, ...after] = rest;
  if (first === '\\' && escaped !== undefined) return escaped === head && defined(after, tail);
  return first === head && defined(rest, tail);
}

describe('selects by tags', () => {
  const tags = new Map([
    ['Team', 'ledger-eu'],
    ['Stage', 'prod'],
  ]);

  test.each([
    ['every key has a value that matches', { Team: ['payments', 'ledger-*'], Stage: ['prod'] }, true, true],
    ['one key does not match', { Team: ['ledger-*'], Stage: ['test'] }, false, true],
    ['one key is not there', { Team: ['ledger-*'], Owner: ['*'] }, false, true],
    ['no key matches', { Team: ['payments'], Owner: ['*'] }, false, false],
    ['keys differ in case', { team: ['ledger-eu'] }, false, false],
    ['a key without values', { Team: [] }, false, false],
    ['no key at all', {}, true, false],
  ])('%s', (_, patterns, all, any) => {
    expect(matchesAll(patterns, tags)).toBe(all);
    expect(matchesAny(patterns, tags)).toBe(any);
  });
});
