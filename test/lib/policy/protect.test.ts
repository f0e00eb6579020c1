/** `lock`, `protect`, `archiveAfter`, `deprecateAfter`, `share` and `removal`: what they mean, and every mistake with its line. */

import { describe, expect, test } from 'vitest';
import { formatProblems, parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import type { Policy } from '../../../src/lib/policy/policy.ts';
import { protectAdvice } from '../../../src/lib/policy/protect-checks.ts';
import { assertOk } from '../../support/assert-ok.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PLAIN = 'schedule: every 24 hours, keep: { last: 7 }';
const YEAR = 'schedule: every 24 hours, keep: { within: 1y }';

/** The words of the policy are in line 4. */
function text(policy: string, rest = ''): string {
  return `version: 1\ndeployment: prod\npolicies:\n  a: { ${policy} }\n${rest}`;
}

function policyOf(policy: string, rest?: string): Policy {
  const result = parsePolicies(text(policy, rest));
  assertOk(result);
  const [only] = result.file.policies;
  if (!only) throw new Error('no policy');
  return only;
}

/** `path: message`. Every one of them is in the policy's line. */
function problemsOf(policy: string, rest?: string): readonly string[] {
  const result = parsePolicies(text(policy, rest));
  if (result.ok) return [];
  return formatProblems(result.problems, 'f')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^f:4:\d+ policies\.a\./, ''));
}

describe('means', () => {
  test('nothing that is not written: no word of protection has a default', () => {
    expect(Object.keys(policyOf(`backup: image, ${PLAIN}`)).sort()).toEqual([
      'backup',
      'copies',
      'keep',
      'name',
      'reboot',
      'schedule',
      'timezone',
    ]);
  });

  test.each<[policy: string, meaning: Partial<Policy>]>([
    ['lock: { mode: governance, for: 30d }', { lock: { mode: 'governance', for: 30 * DAY } }],
    [
      'lock: { mode: compliance, for: 1w1d, coolOff: 3d }',
      { lock: { mode: 'compliance', for: 8 * DAY, coolOff: 72 } },
    ],
    [
      'lock: { mode: compliance, for: 36500d, coolOff: 1h }',
      { lock: { mode: 'compliance', for: 36_500 * DAY, coolOff: 1 } },
    ],
    ['protect: true', { protect: true }],
    ['protect: false', { protect: false }],
    ['deprecateAfter: 1h', { deprecateAfter: HOUR }],
    ['deprecateAfter: 3650d', { deprecateAfter: 3650 * DAY }],
    ['share: []', { share: [] }],
    ['share: ["444455556666", "000000000001"]', { share: ['444455556666', '000000000001'] }],
    ['removal: { disableFor: 1h }', { removal: { disableFor: HOUR } }],
    ['removal: { disableFor: 52w1d }', { removal: { disableFor: 365 * DAY } }],
  ])('%s', (word, meaning) => {
    expect(policyOf(`backup: image, ${YEAR}, ${word}`)).toMatchObject(meaning);
    expect(policyOf(`engine: lambda, backup: image, ${YEAR}, ${word}`)).toMatchObject(meaning);
  });

  test.each(['snapshots', 'volume'])('archiveAfter with backup: %s', (backup) => {
    expect(policyOf(`backup: ${backup}, ${YEAR}, archiveAfter: 4w2d`).archiveAfter).toBe(30 * DAY);
    expect(policyOf(`backup: ${backup}, ${YEAR}, archiveAfter: 1d`).archiveAfter).toBe(DAY);
  });

  test('a policy of DLM has archiveAfter, deprecateAfter and share in its own shape, beside one of ours', () => {
    const dlm = [
      '  b:',
      '    engine: dlm',
      '    backup: volume',
      '    schedule: cron(0 3 1 * ? *)',
      '    keep: { within: 1y }',
      '    archiveAfter: 1m',
      '    share: { accounts: ["444455556666"] }',
    ].join('\n');
    const result = parsePolicies(
      text(`backup: volume, ${YEAR}, archiveAfter: 30d, share: ["444455556666"]`, dlm),
    );
    assertOk(result);
    expect(result.file.policies).toMatchObject([{ archiveAfter: 30 * DAY, share: ['444455556666'] }]);
    expect(result.file.dlmPolicies).toMatchObject([
      { archive: { standard: { interval: 1, unit: 'MONTHS' } }, share: { accounts: ['444455556666'] } },
    ]);
  });
});

const LOCK_FOR = 'expected a duration of days and weeks from 2d to 36500d, such as 30d';
const COOL_OFF = 'expected a duration of days, weeks and hours from 1h to 72h, such as 24h';
const ARCHIVE = 'expected a duration of days, weeks and hours, at least 1d, such as 30d';
const DEPRECATE = 'expected a duration of days, weeks and hours from 1h to 3650d, such as 30d';
const DISABLE = 'expected a duration of days, weeks and hours from 1h to 365d, such as 7d';
const TWELVE = 'expected twelve digits in quotes, such as "111122223333"';

describe('names what is wrong with', () => {
  test.each<[word: string, ...problems: string[]]>([
    ['lock: 30d', 'lock: "30d" is not a lock, expected a map with mode, for, coolOff'],
    ['lock: null', 'lock: empty, expected a map with mode, for, coolOff'],
    ['lock: { for: 30d }', 'lock.mode: missing, expected governance or compliance'],
    [
      'lock: { mode: strict, for: 30d }',
      'lock.mode: "strict" is not a mode, expected governance or compliance',
    ],
    ['lock: { mode: governance }', `lock.for: missing, ${LOCK_FOR}`],
    ['lock: { mode: governance, for: 30 }', `lock.for: 30 is not a duration, ${LOCK_FOR}`],
    ...['24h', '1d1h', '1m', '0d', '36501d', '1y', ''].map((given): [string, string] => [
      `lock: { mode: governance, for: "${given}" }`,
      `lock.for: "${given}" is not accepted, ${LOCK_FOR}`,
    ]),
    ...['30m', '73h', '4d', '0h'].map((given): [string, string] => [
      `lock: { mode: compliance, for: 7d, coolOff: ${given} }`,
      `lock.coolOff: "${given}" is not accepted, ${COOL_OFF}`,
    ]),
    [
      'lock: { mode: governance, for: 7d, coolOff: 24h }',
      'lock.coolOff: given with mode: governance, expected only with mode: compliance; leave it out: that lock can be undone at any time',
    ],
    [
      'lock: { mode: governance, for: 7d, cooloff: 24h }',
      'lock.cooloff: unknown word "cooloff" (did you mean coolOff?)',
    ],
    ['protect: yes please', 'protect: "yes please" is not a switch, expected true or false'],
    ['protect: {}', 'protect: a map is not a switch, expected true or false'],
    ['deprecateAfter: 5', `deprecateAfter: 5 is not a duration, ${DEPRECATE}`],
    ['deprecateAfter: 1y', `deprecateAfter: "1y" is not accepted, ${DEPRECATE}`],
    ['deprecateAfter: 3651d', `deprecateAfter: "3651d" is not accepted, ${DEPRECATE}`],
    ['share: "444455556666"', 'share: "444455556666" is not a list, expected a list of 0 to 19'],
    ['share: { accounts: ["444455556666"] }', 'share: a map is not a list, expected a list of 0 to 19'],
    [
      `share: [${Array.from({ length: 20 }, (_, index) => `"4444555566${index + 10}"`).join(', ')}]`,
      'share: a list of 20 values, expected a list of 0 to 19',
    ],
    ['share: [444455556666]', `share[0]: 444455556666 is not an account, ${TWELVE} (put it in quotes)`],
    ['share: [all]', `share[0]: "all" is not an account, ${TWELVE}`],
    [
      'share: ["444455556666", "444455556666"]',
      'share[1]: "444455556666" is given twice, expected each account once',
    ],
    ['removal: 7d', 'removal: "7d" is not a removal, expected a map with disableFor'],
    ['removal: {}', `removal.disableFor: missing, ${DISABLE}`],
    ['removal: { disableFor: 366d }', `removal.disableFor: "366d" is not accepted, ${DISABLE}`],
    ['removal: { disableFor: 1m }', `removal.disableFor: "1m" is not accepted, ${DISABLE}`],
    [
      'removal: { disablefor: 7d, disableFor: 7d }',
      'removal.disablefor: unknown word "disablefor" (did you mean disableFor?)',
    ],
    [
      'archiveAfter: 30d',
      'archiveAfter: archiveAfter is not for backup: image, expected only with backup: snapshots or volume: EC2 archives no snapshot of an AMI that is enabled',
    ],
  ])('%s', (word, ...problems) => {
    expect(problemsOf(`backup: image, ${YEAR}, ${word}`)).toEqual(problems);
  });

  test.each(['23h', '1m', '1y'])('archiveAfter: %s', (given) => {
    expect(problemsOf(`backup: volume, ${YEAR}, archiveAfter: ${given}`)).toEqual([
      `archiveAfter: "${given}" is not accepted, ${ARCHIVE}`,
    ]);
  });

  test.each(['snapshots', 'volume'])('words of AMIs with backup: %s', (backup) => {
    const words = 'protect: false, deprecateAfter: 3d, removal: { disableFor: 7d }';
    const only = `is not for backup: ${backup}, expected only with backup: image`;
    expect(problemsOf(`backup: ${backup}, ${YEAR}, ${words}`)).toEqual([
      `protect: protect ${only}: only AMIs are protected from deregistration`,
      `deprecateAfter: deprecateAfter ${only}: only AMIs are deprecated`,
      `removal: removal ${only}: only AMIs are disabled`,
    ]);
  });

  test('words that DLM does not have, and nothing besides of what is inside of them', () => {
    const words = 'lock: { mode: strict, fro: 7d }, protect: 1, removal: 7d';
    const only = (word: string): string =>
      `${word}: ${word} is only for engine: lambda, expected it left out with engine: dlm`;
    expect(problemsOf(`engine: dlm, backup: image, ${PLAIN}, ${words}`)).toEqual([
      `${only('lock')}: DLM locks nothing`,
      `${only('protect')}: DLM protects no AMI from deregistration`,
      `${only('removal')}: DLM deregisters at once, what it has is deprecateAfter`,
    ]);
  });

  test('words of a policy that is retired', () => {
    const result = parsePolicies(text(`backup: image, ${PLAIN}`, 'retired: { b: { protect: true } }'));
    expect(result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'retired.b.protect: true is not a switch of a retired policy, expected false, or nothing',
    ]);
  });
});

describe('sharing with oneself', () => {
  const HOME = '  - { account: "111122223333", region: eu-west-1 }\n';
  const OTHER = '  - { account: "444455556666", region: eu-west-1, rolePrefix: b }\n';
  const SHARE = `backup: volume, ${PLAIN}, share: ["777788889999", "111122223333"]`;

  test('is refused where all backups are made in that account', () => {
    const problem =
      'share[1]: 111122223333 is the account that the backups are made in, expected other accounts';
    expect(problemsOf(SHARE, `targets:\n${HOME}`)).toEqual([problem]);
    const vault = OTHER.replace(' }', ', copiesOnly: true }');
    expect(problemsOf(SHARE, `targets:\n${HOME}${vault}`)).toEqual([problem]);
  });

  test('is not what is said where another account shares with it, or nobody knows yet', () => {
    expect(problemsOf(SHARE, `targets:\n${HOME}${OTHER}`)).toEqual([]);
    expect(problemsOf(SHARE)).toEqual([]);
  });
});

describe('an archive shorter than EC2 bills', () => {
  const least = (after: string, longest: string, expected: string): string =>
    `archiveAfter: archiveAfter is ${after}, but nothing is kept for longer than ${longest}, expected at least ${expected}: EC2 bills 90 days of the archive at least; keep longer, archive sooner or not at all`;

  test.each<[policy: string, ...problems: string[]]>([
    ['schedule: every 24 hours, keep: { last: 7 }, archiveAfter: 30d', least('30d', '7 days', '120d')],
    ['schedule: every 24 hours, keep: { last: 119 }, archiveAfter: 30d', least('30d', '119 days', '120d')],
    ['schedule: every 24 hours, keep: { last: 120 }, archiveAfter: 30d'],
    ['schedule: every 1 hours, keep: { hourly: 1 }, archiveAfter: 1d', least('1d', '1 hour', '91d')],
    ['schedule: every 24 hours, keep: { daily: 7, monthly: 12 }, archiveAfter: 30d'],
    ['schedule: every 24 hours, keep: {}, archiveAfter: 3000d'],
    ['schedule: every 24 hours, archiveAfter: 3000d'],
    ['schedule: every 24 hours, keep: { last: 7 }, archiveAfter: 30d, lock: { mode: governance, for: 120d }'],
    [
      'schedule: every 24 hours, keep: { last: 7 }, archiveAfter: 30d, lock: { mode: governance, for: 119d }',
      least('30d', '119 days', '120d'),
    ],
  ])('%s', (policy, ...problems) => {
    expect(problemsOf(`backup: volume, ${policy}`)).toEqual(problems);
  });

  test('is not said of words that cannot be read, which is enough to say', () => {
    const problems = problemsOf(
      'backup: volume, schedule: every 24 hours, keep: { lats: 7 }, archiveAfter: 30d',
    );
    expect(problems).toEqual(['keep.lats: unknown word "lats" (did you mean last?)']);
  });
});

describe('advice', () => {
  const PAID = 'and all of it is paid for';
  test.each<[policy: string, ...advice: string[]]>([
    ['backup: image, schedule: every 24 hours, keep: { last: 7 }'],
    ['backup: image, schedule: every 24 hours, keep: { last: 7 }, lock: { mode: governance, for: 7d }'],
    ['backup: image, schedule: every 24 hours, lock: { mode: governance, for: 700d }'],
    [
      'backup: image, schedule: every 24 hours, keep: { last: 7 }, lock: { mode: governance, for: 30d }',
      'every backup stays at least 30d, longer than keep says (7 days)',
    ],
    [
      'backup: image, schedule: every 24 hours, keep: { daily: 7, monthly: 12 }, lock: { mode: governance, for: 30d }',
      'every backup stays at least 30d, longer than keep says of some (7 days)',
    ],
    [
      'backup: image, schedule: every 1 hours, keep: { daily: 60 }, lock: { mode: governance, for: 2d }',
      'every backup stays at least 2d, longer than keep says of some (1 hour)',
    ],
    [
      'backup: image, schedule: every 24 hours, keep: { last: 7 }, lock: { mode: compliance, for: 7d }',
      `locks in compliance mode: from the moment it is locked, nobody can undo it or delete a snapshot until 7d after its slot, ${PAID}`,
    ],
    [
      'backup: image, schedule: every 24 hours, keep: { last: 7 }, lock: { mode: compliance, for: 8d, coolOff: 1d }',
      `locks in compliance mode: from 24 hours after it was locked, nobody can undo it or delete a snapshot until 8d after its slot, ${PAID}`,
      'every backup stays at least 8d, longer than keep says (7 days)',
    ],
    ['backup: volume, schedule: every 24 hours, keep: { daily: 7, monthly: 12 }, archiveAfter: 30d'],
    ['backup: volume, schedule: every 24 hours, keep: { daily: 30, monthly: 12 }, archiveAfter: 30d'],
    [
      'backup: volume, schedule: every 24 hours, keep: { daily: 45, monthly: 12 }, archiveAfter: 30d',
      'archives after 30d, but keeps some for only 45 days: EC2 bills 90 days of the archive at least',
    ],
    [
      'backup: volume, schedule: every 24 hours, keep: { within: 1y }, archiveAfter: 30d, share: ["444455556666"]',
      'what is archived is no longer shared',
    ],
    ['backup: volume, schedule: every 24 hours, keep: { within: 1y }, archiveAfter: 30d, share: []'],
    ['backup: image, schedule: every 24 hours, keep: { last: 7 }, deprecateAfter: 7d'],
    [
      'backup: image, schedule: every 24 hours, keep: { last: 7 }, deprecateAfter: 8d',
      'deprecates after 8d, but nothing is kept for longer than 7 days: nothing is ever deprecated',
    ],
    [
      'backup: image, schedule: every 24 hours, keep: { last: 7 }, deprecateAfter: 8d, removal: { disableFor: 1d }',
    ],
    [
      'backup: image, schedule: every 24 hours, keep: { last: 7 }, protect: true, removal: { disableFor: 7d }',
    ],
  ])('%s', (policy, ...advice) => {
    expect(protectAdvice(policyOf(policy))).toEqual(advice);
  });
});
