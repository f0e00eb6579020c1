import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import type { Hooks } from '../../../src/lib/policy/policy.ts';
import { assertOk } from '../../support/assert-ok.ts';

function fileOf(hooks: string, policy = 'backup: snapshots'): string {
  return `version: 1
deployment: test
policies:
  db: { ${policy}, schedule: every 24 hours, keep: { last: 3 }, hooks: ${hooks} }
`;
}

function hooksIn(text: string): Hooks | undefined {
  const result = parsePolicies(text);
  assertOk(result);
  return result.file.policies[0]?.hooks;
}

function said(text: string): readonly string[] {
  const result = parsePolicies(text);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const ARN = 'arn:aws:ssm:ap-northeast-2:111122223333:document/freeze';

describe('hooks', () => {
  test('are a document, with every default filled in', () => {
    expect(hooksIn(fileOf('{ document: my-freeze }'))).toEqual({
      document: 'my-freeze',
      timeout: 60,
      onFailure: 'crash-consistent',
      parameters: {},
    });
  });

  test('say the rest in their own words, the timeout also as DLM’s do', () => {
    const all = `{ document: "${ARN}", timeout: 90s, onFailure: skip, parameters: { database: orders } }`;
    expect(hooksIn(fileOf(all, 'backup: image'))).toEqual({
      document: ARN,
      timeout: 90,
      onFailure: 'skip',
      parameters: { database: 'orders' },
    });
    expect(hooksIn(fileOf('{ document: my-freeze, timeout: 10 }'))?.timeout).toBe(10);
    expect(hooksIn(fileOf('{ document: my-freeze, timeout: 120 }'))?.timeout).toBe(120);
  });

  test('are absent of a policy that says none', () => {
    const text = fileOf('{ document: my-freeze }').replace(/, hooks: .*}$/m, ' }');
    expect(text).not.toContain('hooks');
    expect(hooksIn(text)).toBeUndefined();
  });

  test('of DLM are still DLM’s', () => {
    const text = fileOf(
      '{ document: my-freeze, stages: [pre], timeout: 30s }',
      'backup: snapshots, engine: dlm',
    );
    const result = parsePolicies(text);
    assertOk(result);
    expect(result.file.policies).toEqual([]);
    expect(result.file.dlmPolicies[0]?.hooks).toMatchObject({
      document: 'my-freeze',
      stages: ['pre'],
      timeout: 30,
    });
  });

  const TIMEOUT = 'expected seconds from 10 to 120, such as 60';
  const DOCUMENT = 'expected the name or ARN of an SSM document, at most 200 characters, such as my-freeze';
  test.each([
    { title: 'no document', hooks: '{}', says: `.document: missing, ${DOCUMENT}` },
    {
      title: 'no name',
      hooks: '{ document: my freeze }',
      says: `.document: "my freeze" is not a document, ${DOCUMENT}`,
    },
    {
      title: 'a path',
      hooks: '{ document: a/freeze }',
      says: `.document: "a/freeze" is not a document, ${DOCUMENT}`,
    },
    {
      title: 'nine seconds',
      hooks: '{ document: f-1, timeout: 9 }',
      says: `.timeout: 9 is not a timeout, ${TIMEOUT}`,
    },
    {
      title: '121 s',
      hooks: '{ document: f-1, timeout: 121s }',
      says: `.timeout: "121s" is not a timeout, ${TIMEOUT}`,
    },
    {
      title: 'minutes',
      hooks: '{ document: f-1, timeout: 1m }',
      says: `.timeout: "1m" is not a timeout, ${TIMEOUT}`,
    },
    {
      title: 'an end that is none',
      hooks: '{ document: f-1, onFailure: abort }',
      says: '.onFailure: "abort" is not what to do, expected crash-consistent or skip',
    },
    {
      title: 'DLM’s word for VSS',
      hooks: '{ document: AWS_VSS_BACKUP }',
      says: '.document: "AWS_VSS_BACKUP" is DLM\'s word (engine: dlm), expected AWSEC2-VssInstallAndSnapshot with engine: lambda',
    },
    {
      title: 'DLM’s retries',
      hooks: '{ document: f-1, retries: 1 }',
      says: '.retries: retries is only for engine: dlm, expected it left out with engine: lambda',
    },
    {
      title: 'a slip',
      hooks: '{ document: f-1, timout: 60 }',
      says: '.timout: unknown word "timout" (did you mean timeout?)',
    },
    {
      title: 'a number for a parameter',
      hooks: '{ document: f-1, parameters: { port: 5432 } }',
      says: '.parameters.port: 5432 is not a value, expected text of at most 1000 characters (put it in quotes)',
    },
    {
      title: 'a parameter that is the run’s own',
      hooks: '{ document: f-1, parameters: { command: dry-run } }',
      says: '.parameters.command: "command" is not a parameter, expected the name of a parameter of the document other than command and executionId',
    },
    {
      title: 'a list',
      hooks: '[my-freeze]',
      says: ': a list is not a map, expected a map with document, timeout, onFailure, parameters',
    },
  ])('refuses $title', ({ hooks, says }) => {
    expect(said(fileOf(hooks))).toEqual([`policies.db.hooks${says}`]);
  });

  test('are refused of a volume, and where the instance is rebooted, with the reason', () => {
    expect(said(fileOf('{ document: my-freeze }', 'backup: volume'))).toEqual([
      'policies.db.hooks: a volume runs nothing, expected hooks only with backup: image or snapshots, which are of instances',
    ]);
    expect(said(fileOf('{ document: my-freeze }', 'backup: image, reboot: true'))).toEqual([
      'policies.db.hooks: reboot: true shuts the instance down for the backup, so there is nothing to freeze: expected hooks or reboot: true, not both',
    ]);
  });
});
