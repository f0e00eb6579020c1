/** `copies`, `copiesOnly` and `replicate`: what they mean, and every mistake with its line. */

import { describe, expect, test } from 'vitest';
import { formatProblems, parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import type { PolicyFile } from '../../../src/lib/policy/policy.ts';
import { assertOk } from '../../support/assert-ok.ts';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234';

function text(copies: string, rest = ''): string {
  return `version: 1
deployment: prod
policies:
  a:
    backup: image
    schedule: every 24 hours
    keep: { daily: 7 }
    copies: ${copies}
${rest}`;
}

function fileOf(copies: string, rest?: string): PolicyFile {
  const result = parsePolicies(text(copies, rest));
  assertOk(result);
  return result.file;
}

/** `line:column path: message`, without the count at the end. */
function problemsOf(copies: string, rest?: string): readonly string[] {
  const result = parsePolicies(text(copies, rest));
  if (result.ok) return [];
  return formatProblems(result.problems, '')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^:/, ''));
}

const OWN = 'targets:\n  - { account: "111122223333", region: ap-northeast-2 }\n';
const OTHER = '  - { account: "444455556666", region: us-west-2, rolePrefix: backups }\n';
const VAULT = '  - { account: "444455556666", region: us-east-1, rolePrefix: backups, copiesOnly: true }\n';

describe('copies', () => {
  test('are none unless written', () => {
    expect(fileOf('[]').policies[0]?.copies).toEqual([]);
    const result = parsePolicies(text('[]').replace(/ {4}copies: .*\n/, ''));
    assertOk(result);
    expect(result.file.policies[0]?.copies).toEqual([]);
  });

  test('are kept as the policy keeps, unencrypted and in the source’s account unless they say otherwise', () => {
    expect(fileOf('[{ region: us-east-1 }]').policies[0]?.copies).toEqual([
      { region: 'us-east-1', encrypted: false },
    ]);
  });

  test('have rules of their own, with which nothing at all keeps everything', () => {
    const copies =
      '[{ region: us-east-1, keep: { daily: 14, within: 3d } }, { region: us-east-2, keep: {} }]';
    expect(fileOf(copies).policies[0]?.copies).toMatchObject([
      { region: 'us-east-1', encrypted: false, keep: { daily: 14, within: { text: '3d' } } },
      { region: 'us-east-2', encrypted: false, keep: {} },
    ]);
  });

  test('are encrypted when they have a key, or say so', () => {
    const copies = `[{ region: us-east-1, key: "${KEY}" }, { region: us-east-2, encrypted: true }]`;
    expect(fileOf(copies).policies[0]?.copies).toEqual([
      { region: 'us-east-1', encrypted: true, key: KEY },
      { region: 'us-east-2', encrypted: true },
    ]);
  });

  test('go to another account that is a target, in any Region', () => {
    const copies =
      '[{ account: "444455556666", region: us-east-1 }, { account: "444455556666", region: eu-west-1 }, { region: us-east-1 }]';
    expect(fileOf(copies, OWN + VAULT).policies[0]?.copies).toHaveLength(3);
  });

  test('may be in a Region that another target is in: of that one there is no copy there', () => {
    const both = `${OWN}  - { account: "111122223333", region: us-east-1 }\n`;
    expect(problemsOf('[{ region: us-east-1 }, { region: ap-northeast-2 }]', both)).toEqual([]);
  });
});

describe('names what is wrong with a copy', () => {
  const AT = 'policies.a.copies';
  test.each<[copies: string, problem: string]>([
    ['', `8:5 ${AT}: empty, expected a list of 0 to 3`],
    ['us-east-1', `8:13 ${AT}: "us-east-1" is not a list, expected a list of 0 to 3`],
    ['{ region: us-east-1 }', `8:5 ${AT}: a map is not a list, expected a list of 0 to 3`],
    [
      '[us-east-1]',
      `8:14 ${AT}[0]: "us-east-1" is not a copy, expected a map with account, region, keep, encrypted, key`,
    ],
    [
      '[{ region: us-east-1 }, { region: us-east-2 }, { region: us-west-1 }, { region: us-west-2 }]',
      `8:5 ${AT}: a list of 4 values, expected a list of 0 to 3`,
    ],
    [
      '[{ keep: { last: 1 } }]',
      `8:14 ${AT}[0].region: missing, expected the name of an AWS Region such as eu-west-1`,
    ],
    [
      '[{ region: virginia }]',
      `8:24 ${AT}[0].region: "virginia" is not a Region, expected the name of an AWS Region such as eu-west-1`,
    ],
    [
      '[{ region: us-east-1, keep: { dayly: 1 } }]',
      `8:43 ${AT}[0].keep.dayly: unknown word "dayly" (did you mean daily?)`,
    ],
    [
      '[{ region: us-east-1, keep: { last: 0 } }]',
      `8:49 ${AT}[0].keep.last: last is 0, expected a whole number from 1 to 1000000, or all (leave the rule out instead of zero)`,
    ],
    [
      '[{ region: us-east-1, regoin: x }]',
      `8:35 ${AT}[0].regoin: unknown word "regoin" (did you mean region?)`,
    ],
    [
      '[{ region: us-east-1, copyTags: true }]',
      `8:35 ${AT}[0].copyTags: copyTags is only for engine: dlm, expected it left out with engine: lambda`,
    ],
    [
      '[{ region: us-east-1, deprecateAfter: 3d }]',
      `8:35 ${AT}[0].deprecateAfter: deprecateAfter is only for engine: dlm, expected it left out with engine: lambda`,
    ],
    [
      '[{ region: us-east-1, encrypted: yes }]',
      `8:46 ${AT}[0].encrypted: "yes" is not a switch, expected true or false`,
    ],
    [
      '[{ region: us-east-1, key: alias/backup }]',
      `8:40 ${AT}[0].key: "alias/backup" is not a key, expected the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/…`,
    ],
    [
      `[{ region: us-east-2, key: "${KEY}" }]`,
      `8:40 ${AT}[0].key: a key of us-east-1, expected one of us-east-2, where the copy is made`,
    ],
    [
      `[{ region: us-east-1, encrypted: false, key: "${KEY}" }]`,
      `8:46 ${AT}[0].encrypted: false beside a key, expected true; or leave the key out`,
    ],
    [
      '[{ region: us-east-1 }, { region: us-east-1, keep: { last: 1 } }]',
      `8:37 ${AT}[1]: us-east-1 is given twice, first in copies[0], expected each place once`,
    ],
    [
      '[{ account: "444455556666", region: us-east-1 }]',
      `8:25 ${AT}[0].account: no target is in account 444455556666, expected one (with copiesOnly: true where nothing is backed up there)`,
    ],
    [
      '[{ account: 444455556666, region: us-east-1 }]',
      `8:25 ${AT}[0].account: 444455556666 is not an account, expected twelve digits in quotes, such as "111122223333" (put it in quotes)`,
    ],
  ])('copies: %s', (copies, problem) => {
    expect(problemsOf(copies)).toEqual([problem]);
  });
});

describe('names what is wrong with a copy and the targets', () => {
  const own = (region: string, more = ''): string => `{ account: "111122223333", region: ${region}${more} }`;
  const HOME_VAULT = `targets:\n  - ${own('us-east-1', ', copiesOnly: true')}\n`;
  test.each<[why: string, copies: string, targets: string, problem: string]>([
    [
      'the place that is backed up',
      '[{ region: ap-northeast-2 }]',
      OWN,
      'policies.a.copies[0].region: ap-northeast-2 is where the backups are made, expected another Region or account',
    ],
    [
      'the same by its account',
      `[${own('ap-northeast-2')}]`,
      OWN + VAULT,
      'policies.a.copies[0].region: ap-northeast-2 is where the backups are made, expected another Region or account',
    ],
    [
      'a place twice, once by its account',
      `[{ region: us-east-1 }, ${own('us-east-1')}]`,
      OWN,
      'policies.a.copies[1]: us-east-1 of 111122223333 is given twice, first in copies[0], expected each place once',
    ],
    [
      'the same the other way round',
      `[${own('us-east-1')}, { region: us-east-1 }]`,
      OWN,
      'policies.a.copies[1]: us-east-1 of 111122223333 is given twice, first in copies[0], expected each place once',
    ],
    [
      'the same of an account of which nothing else is said',
      `[{ region: us-east-1 }, ${own('us-east-1')}]`,
      HOME_VAULT,
      'policies.a.copies[1]: us-east-1 of 111122223333 is given twice, first in copies[0], expected each place once',
    ],
    [
      'the same of one of two accounts that are backed up',
      '[{ region: us-east-1 }, { account: "444455556666", region: us-east-1 }]',
      OWN + OTHER,
      'policies.a.copies[1]: us-east-1 of 444455556666 is given twice, first in copies[0], expected each place once',
    ],
    [
      'another partition',
      '[{ region: cn-north-1 }]',
      OWN,
      'policies.a.copies[0].region: cn-north-1 is of another partition than the target ap-northeast-2, expected one of the same: nothing is copied between them',
    ],
  ])('%s', (_why, copies, targets, problem) => {
    expect(problemsOf(copies, targets).map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([problem]);
  });

  test.each<[why: string, copies: string, targets: string]>([
    [
      'the same Region in two accounts that are backed up',
      '[{ account: "111122223333", region: us-east-1 }, { account: "444455556666", region: us-east-1 }]',
      OWN + OTHER,
    ],
    [
      'the same Region in the own account and in one that only takes copies',
      '[{ region: us-east-1 }, { account: "444455556666", region: us-east-1 }]',
      OWN + VAULT,
    ],
    [
      'Regions of one partition',
      '[{ region: us-gov-west-1 }]',
      'targets:\n  - { account: "111122223333", region: us-gov-east-1 }\n',
    ],
  ])('but not %s', (_why, copies, targets) => {
    expect(problemsOf(copies, targets)).toEqual([]);
  });
});

describe('a target that only takes copies', () => {
  test('is written down, and others are not', () => {
    expect(fileOf('[]', OWN + VAULT).targets).toEqual([
      { account: '111122223333', region: 'ap-northeast-2' },
      { account: '444455556666', region: 'us-east-1', rolePrefix: 'backups', copiesOnly: true },
    ]);
    expect(fileOf('[]', VAULT.replace('  -', 'targets:\n  -').replace('true', 'false')).targets).toEqual([
      { account: '444455556666', region: 'us-east-1', rolePrefix: 'backups' },
    ]);
  });

  test('says so by true or false', () => {
    expect(problemsOf('[]', OWN.replace(' }', ', copiesOnly: maybe }'))).toEqual([
      '10:68 targets[0].copiesOnly: "maybe" is not a switch, expected true or false',
    ]);
  });
});

describe('replicate', () => {
  test('is looked after every hour, in the file’s zone, unless it says otherwise', () => {
    expect(fileOf('[]').replicate.schedule).toEqual({
      text: 'every 1 hours from 00:25',
      cron: 'cron(25 * * * ? *)',
    });
    expect(fileOf('[]', 'replicate: { schedule: every 6 hours }').replicate.schedule.cron).toBe(
      'cron(0 0,6,12,18 * * ? *)',
    );
  });

  test.each([
    ['cron(0 3 * * ? *)', 'rests for 24 hours, expected at most 12 hours between two runs'],
    ['every 5 hours', 'every 5 hours'],
  ])('%s is refused', (schedule, says) => {
    const [problem, ...others] = problemsOf('[]', `replicate: { schedule: "${schedule}" }`);
    expect(problem).toMatch(/^9:\d+ replicate\.schedule: /);
    expect(problem).toContain(says);
    expect(others).toEqual([]);
  });
});

test('a copy of a policy that DLM runs has DLM’s words, and not these', () => {
  const problems = problemsOf(
    '[{ region: us-east-1, keep: { within: 7d }, account: "111122223333" }]',
  ).length;
  expect(problems).toBe(1);
  const dlm = text('[{ region: us-east-1, keep: { within: 7d }, copyTags: true }]').replace(
    'backup: image',
    'engine: dlm\n    backup: snapshots',
  );
  const result = parsePolicies(dlm);
  assertOk(result);
  expect(result.file.dlmPolicies[0]?.copies).toMatchObject([{ region: 'us-east-1', copyTags: true }]);
  expect(result.file.policies).toEqual([]);
});
