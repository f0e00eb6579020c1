import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import type { Hooks } from '../../../src/lib/policy/policy.ts';
import { isVss } from '../../../src/lib/policy/vss-document.ts';
import { assertOk } from '../../support/assert-ok.ts';

const VSS = 'AWSEC2-VssInstallAndSnapshot';
const CREATES = 'AWSEC2-CreateVssSnapshot';
const ARN = `arn:aws:ssm:ap-northeast-2::document/${VSS}`;

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

describe('hooks of VSS', () => {
  test('are a document, with ten minutes for it', () => {
    expect(hooksIn(fileOf(`{ document: ${VSS} }`))).toEqual({
      document: VSS,
      timeout: 600,
      onFailure: 'crash-consistent',
      parameters: {},
    });
  });

  test.each([VSS, CREATES, ARN])('may name %s', (document) => {
    expect(isVss(document)).toBe(true);
    expect(hooksIn(fileOf(`{ document: "${document}" }`))?.timeout).toBe(600);
  });

  test.each(['AWSEC2-VssInstallAndSnapshot2', 'my-AWSEC2-CreateVssSnapshot', 'db-freeze'])(
    'are not those of %s',
    (document) => {
      expect(isVss(document)).toBe(false);
    },
  );

  test('may say what is harmless of its parameters, and a timeout of its own', () => {
    const parameters =
      '{ CopyOnly: "True", NoWriters: "False", SaveVssMetadata: "True", VssVersion: "2.5.0" }';
    const hooks = hooksIn(fileOf(`{ document: ${VSS}, timeout: 900, parameters: ${parameters} }`));
    expect(hooks?.timeout).toBe(900);
    expect(hooks?.parameters).toEqual({
      CopyOnly: 'True',
      NoWriters: 'False',
      SaveVssMetadata: 'True',
      VssVersion: '2.5.0',
    });
    expect(hooksIn(fileOf(`{ document: ${VSS}, timeout: 60s }`))?.timeout).toBe(60);
  });

  const TIMEOUT = 'is not a timeout, expected seconds from 60 to 900, such as 600';
  test.each([
    { title: 'a minute too short', hooks: `timeout: 59`, says: `.timeout: 59 ${TIMEOUT}` },
    { title: 'too long', hooks: `timeout: 901s`, says: `.timeout: "901s" ${TIMEOUT}` },
    {
      title: 'tags',
      hooks: 'parameters: { tags: "Key=a,Value=b" }',
      says: '.parameters.tags: tags cannot be given: the tags are what makes the snapshots a backup: the run fills them in',
    },
    {
      title: 'an AMI',
      hooks: 'parameters: { CreateAmi: "True" }',
      says: '.parameters.CreateAmi: CreateAmi cannot be given: an AMI of it would be none of ours: it is a set of snapshots that is made',
    },
    {
      title: 'the boot volume',
      hooks: 'parameters: { ExcludeBootVolume: "True" }',
      says: '.parameters.ExcludeBootVolume: ExcludeBootVolume cannot be given: it is what the tag Exclude on the boot volume says',
    },
    {
      title: 'the other timeout',
      hooks: 'parameters: { executionTimeout: "60" }',
      says: '.parameters.executionTimeout: executionTimeout cannot be given: it is what timeout of hooks says',
    },
    {
      title: 'a slip',
      hooks: 'parameters: { CopyOnli: "True" }',
      says: '.parameters.CopyOnli: "CopyOnli" is not a parameter of it that can be given, expected CollectDiagnosticLogs, CopyOnly, NoWriters, SaveVssMetadata or VssVersion',
    },
    {
      title: 'a switch that is none',
      hooks: 'parameters: { CopyOnly: "yes" }',
      says: '.parameters.CopyOnly: "yes" is not a switch, expected "True" or "False"',
    },
    {
      title: 'a switch that YAML has read',
      hooks: 'parameters: { CopyOnly: True }',
      says: '.parameters.CopyOnly: true is not a value, expected text of at most 1000 characters (put it in quotes)',
    },
    {
      title: 'a version that is none',
      hooks: 'parameters: { VssVersion: "newest" }',
      says: '.parameters.VssVersion: "newest" is not a version, expected such as "2.5.0"',
    },
    {
      title: 'what excludes each other',
      hooks: 'parameters: { NoWriters: "True", SaveVssMetadata: "True" }',
      says: '.parameters.NoWriters: NoWriters and SaveVssMetadata exclude each other, expected "True" of one of them at most',
    },
  ])('refuse $title', ({ hooks, says }) => {
    expect(said(fileOf(`{ document: ${VSS}, ${hooks} }`))).toEqual([`policies.db.hooks${says}`]);
  });

  test('refuse a version of the components where none are installed', () => {
    expect(said(fileOf(`{ document: ${CREATES}, parameters: { VssVersion: "2.5.0" } }`))).toEqual([
      `policies.db.hooks.parameters.VssVersion: VssVersion is only of ${VSS}, which installs that version`,
    ]);
  });

  test('refuse AMIs and volumes', () => {
    expect(said(fileOf(`{ document: ${VSS} }`, 'backup: image'))).toEqual([
      `policies.db.hooks.document: "${VSS}" makes snapshots, and an AMI of it would have a name that is not ours: expected backup: snapshots`,
    ]);
    expect(said(fileOf(`{ document: ${VSS} }`, 'backup: volume'))).toHaveLength(1);
  });

  test('refuse Amazon’s documents of VSS that make no snapshots', () => {
    expect(said(fileOf('{ document: AWSEC2-ManageVssIO }'))).toEqual([
      `policies.db.hooks.document: "AWSEC2-ManageVssIO" makes no snapshots by itself, expected ${VSS} or ${CREATES}`,
    ]);
  });

  test('leave the timeout of scripts as it was', () => {
    expect(said(fileOf('{ document: db-freeze, timeout: 600 }'))).toEqual([
      'policies.db.hooks.timeout: 600 is not a timeout, expected seconds from 10 to 120, such as 60',
    ]);
  });
});
