import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dlmWords } from '../../../src/lib/policy/dlm-schema.ts';
import { parsePolicies } from '../../../src/lib/policy/parse-policies.ts';

const EXAMPLE = readFileSync(new URL('../../../policies.yml', import.meta.url), 'utf8');

const DLM_WORDS = Object.keys(dlmWords);

function problemsOf(text: string): readonly string[] {
  const parsed = parsePolicies(text, 'policies.yml');
  if (parsed.ok) return [];
  return parsed.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

const GOOD = 'version: 1\ndeployment: prod\nretired: { a: {} }\n';
const FILE =
  'a map with version, deployment, optInTag, timezone, policies, retired, defaultPolicies, prune, registerPolicies, replicate, targets, limits, watch, notify, feedbackTag';

describe('[H34] a file that is not what it should be is refused with its line', () => {
  test.each([
    ['nothing', '', `1:1 : empty, expected ${FILE}`],
    ['a list', '- a', `1:1 : a list is not a policy file, expected ${FILE}`],
    ['text', 'hello', `1:1 : "hello" is not a policy file, expected ${FILE}`],
    ['a tab', 'version: 1\n\tdeployment: a', '2:1 : not valid YAML: Tabs are not allowed as indentation'],
    ['an open quote', `${GOOD}timezone: "UTC`, '4:15 : not valid YAML: Missing closing "quote'],
    [
      'two documents',
      `${GOOD}---\nversion: 1`,
      '4:1 : not valid YAML: a second document starts here, expected one',
    ],
    ['a type of its own', `${GOOD}timezone: !env TZ`, '4:11 : not valid YAML: Unresolved tag: !env'],
    [
      'an alias without its anchor',
      `${GOOD}timezone: *zone`,
      '4:11 : the alias *zone has no anchor before it, expected &zone further up',
    ],
    ['a key given twice', `${GOOD}deployment: other`, '4:1 : "deployment" is given twice, first on line 2'],
    [
      'a rule given twice',
      'version: 1\ndeployment: prod\nretired: { a: { keep: { last: 1, last: 2 } } }',
      '3:34 : "last" is given twice, first on line 3',
    ],
    [
      'a key that is a number',
      'version: 1\ndeployment: prod\nretired: { 007: {} }',
      '3:12 : a key is 7, expected text: put it in quotes',
    ],
    [
      'a key that is no text',
      'version: 1\ndeployment: prod\nretired: { a: {}, ~: {} }',
      '3:19 : a key is null, expected text: put it in quotes',
    ],
    ['a key of JavaScript', `${GOOD}__proto__: { timezone: x }`, '4:1 : the key __proto__ is not accepted'],
    [
      'a policy of that name',
      'version: 1\ndeployment: prod\nretired: { a: {}, __proto__: {} }',
      '3:19 : the key __proto__ is not accepted',
    ],
    [
      'words of JavaScript',
      `${GOOD}constructor: 1`,
      '4:1 constructor: unknown word "constructor" (expected one of: version, deployment, optInTag, timezone, policies, retired, defaultPolicies, prune, registerPolicies, replicate, targets, limits, watch, notify, feedbackTag)',
    ],
    [
      'a megabyte',
      ' '.repeat(1_000_001),
      '1:1 : policies.yml has 1000001 characters, expected at most 1000000',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  test('an alias bomb', () => {
    const levels = Array.from('bcdefghi').map((name, index) => {
      const alias = `*${'abcdefgh'[index] ?? ''}`;
      return `${name}: &${name} [${Array(9).fill(alias).join(', ')}]`;
    });
    expect(problemsOf(['a: &a [x, x, x]', ...levels].join('\n'))).toEqual([
      '1:1 : cannot be read as YAML: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });

  test('an alias inside of itself', () => {
    expect(problemsOf(`${GOOD}targets: &t [*t]`)).toEqual([
      '4:14 targets[0]: a list is not a target, expected a map with account, region, rolePrefix, externalId, copiesOnly',
    ]);
  });

  test('nesting without an end', () => {
    expect(problemsOf('['.repeat(20_000))).toContainEqual(
      expect.stringMatching(/^1:\d+ : not valid YAML: it is nested too deeply$/),
    );
  });

  test('thousands of unknown words, each with its line', () => {
    const words = Array.from({ length: 5000 }, (_, index) => `word${index}: 1`);
    expect(problemsOf(GOOD + words.join('\n'))).toHaveLength(5000);
  });

  test('a long value is shown shortened', () => {
    expect(problemsOf(GOOD + `timezone: ${'x'.repeat(5000)}`)[0]?.length).toBeLessThan(250);
  });
});

describe('[H34] never throws, and points into the file', () => {
  const check = (text: string): void => {
    const parsed = parsePolicies(text);
    const lines = text.split(/\r\n|[\r\n]/).length;
    for (const problem of parsed.ok ? [] : parsed.problems) {
      expect(problem.line).toBeGreaterThanOrEqual(1);
      expect(problem.line).toBeLessThanOrEqual(lines);
      expect(problem.column).toBeGreaterThanOrEqual(1);
      expect(problem.message).not.toMatch(/Invalid input|undefined|\[object/);
    }
    if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
  };

  test('on any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), check), { numRuns: 300 });
  });

  test('on any JSON', () => {
    fc.assert(fc.property(fc.json(), check), { numRuns: 300 });
  });

  test('on the example with a piece cut out, put in or exchanged', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ': ',
        '- ',
        '\n',
        '"',
        '&a ',
        '*a',
        '!x ',
        '? ',
        '0',
        'null',
        '~',
        '%',
        '__proto__: ',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.nat(EXAMPLE.length), fc.nat(12), piece, (start, length, put) => {
        check(EXAMPLE.slice(0, start) + put + EXAMPLE.slice(start + length));
      }),
      { numRuns: 300 },
    );
  });

  test('on the right words with any value', () => {
    const word = fc.constantFrom(
      'policies',
      'retired',
      'prune',
      'targets',
      'keep',
      'select',
      'tags',
      'exclude',
      'schedule',
      'a',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(word, tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(word, tree), (value) => {
        check(JSON.stringify(value));
      }),
      { numRuns: 100 },
    );
  });

  test('on a policy of DLM with any value of any word', () => {
    const word = fc.constantFrom(...DLM_WORDS, 'keep', 'select', 'schedule', 'timezone', 'backup', 'engine');
    const good = { engine: 'dlm', backup: 'volume', schedule: 'cron(0 3 1 * ? *)', keep: { last: 12 } };
    const inside = fc.dictionary(
      fc.constantFrom(
        'accounts',
        'last',
        'within',
        'zones',
        'document',
        'stages',
        'tags',
        'volumes',
        'exclude',
        'A',
      ),
      fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('1d', '3m', '48h', 7, ['pre'], { A: ['*'] })),
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      inside,
      fc.array(inside, { maxLength: 2 }),
      fc.constantFrom('1d', '3m', '0s', 3, 0),
    );
    fc.assert(
      fc.property(fc.dictionary(word, value, { maxKeys: 5 }), inside, (words, defaults) => {
        const policies = { a: { ...good, ...words } };
        check(
          JSON.stringify({ version: 1, deployment: 'a', policies, defaultPolicies: { volume: defaults } }),
        );
      }),
      { numRuns: 200 },
    );
  });
});
