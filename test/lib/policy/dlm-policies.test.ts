import { describe, expect, test } from 'vitest';
import { formatProblems, parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import type { DlmPolicy, PolicyFile } from '../../../src/lib/policy/policy.ts';

function fileOf(...lines: readonly string[]): PolicyFile {
  const parsed = parsePolicies(['version: 1', 'deployment: prod', ...lines].join('\n'));
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems, 'policies.yml'));
  return parsed.file;
}

function policyOf(...words: readonly string[]): DlmPolicy {
  const [policy] = fileOf(
    'policies:',
    '  a:',
    '    engine: dlm',
    ...words.map((word) => `    ${word}`),
  ).dlmPolicies;
  if (!policy) throw new Error('no policy with engine: dlm');
  return policy;
}

const SEVEN = ['schedule: every 6 hours', 'keep: { last: 7 }'];
const MONTHLY = ['backup: volume', 'schedule: cron(0 3 1 * ? *)'];

test('a policy with every default filled in', () => {
  expect(policyOf('backup: snapshots', 'schedule: every 1 hours', 'keep: { last: 24 }')).toEqual({
    name: 'a',
    backup: 'snapshots',
    schedule: { text: 'every 1 hours', cron: 'cron(0 * * * ? *)' },
    timezone: 'UTC',
    keep: { last: 24 },
    reboot: false,
    enabled: true,
    schedules: [{ name: 'base', create: { everyHours: 1, at: '00:00' }, retain: { count: 24 } }],
    tags: {},
    variableTags: {},
    copyTags: false,
    copies: [],
    excludeBootVolume: false,
    excludeVolumes: {},
  });
});

describe('each word', () => {
  test.each<[string, readonly string[], Partial<DlmPolicy>]>([
    ['enabled', ['backup: volume', ...SEVEN, 'enabled: false'], { enabled: false }],
    ['reboot', ['backup: image', ...SEVEN, 'reboot: true'], { reboot: true }],
    [
      'select',
      ['backup: image', ...SEVEN, 'select: { tags: { Team: [web, db, web] } }'],
      { select: { key: 'Team', values: ['web', 'db'] } },
    ],
    [
      'select of one value',
      ['backup: image', ...SEVEN, 'select: { tags: { Team: web } }'],
      { select: { key: 'Team', values: ['web'] } },
    ],
    [
      'releaseAfterSourceGone',
      ['backup: image', ...SEVEN, 'releaseAfterSourceGone: 90d'],
      { releaseAfterSourceGone: 90 * 86_400_000 },
    ],
    [
      'timezone',
      ['backup: image', ...SEVEN, 'timezone: Asia/Seoul'],
      {
        timezone: 'Asia/Seoul',
        schedules: [{ name: 'base', create: { everyHours: 6, at: '03:00' }, retain: { count: 7 } }],
      },
    ],
    [
      'an age',
      ['backup: image', 'schedule: every 24 hours', 'keep: { within: 14d }'],
      {
        schedules: [
          { name: 'base', create: { everyHours: 24, at: '00:00' }, retain: { interval: 14, unit: 'DAYS' } },
        ],
      },
    ],
    [
      'tags, and those that DLM fills in',
      ['backup: image', ...SEVEN, 'tags: { CostCentre: "42", Instance: $(instance-id), Made: $(timestamp) }'],
      { tags: { CostCentre: '42' }, variableTags: { Instance: '$(instance-id)', Made: '$(timestamp)' } },
    ],
    ['copyTags', ['backup: volume', ...SEVEN, 'copyTags: true'], { copyTags: true }],
    [
      'a copy',
      ['backup: snapshots', ...SEVEN, 'copies: [{ region: eu-west-1, keep: { within: 30d } }]'],
      {
        copies: [
          { region: 'eu-west-1', encrypted: false, copyTags: false, retain: { interval: 30, unit: 'DAYS' } },
        ],
      },
    ],
    [
      'an encrypted copy',
      [
        'backup: snapshots',
        ...SEVEN,
        'copies: [{ region: us-gov-west-1, keep: { within: 1y }, encrypted: true, copyTags: true }]',
      ],
      {
        copies: [
          {
            region: 'us-gov-west-1',
            encrypted: true,
            copyTags: true,
            retain: { interval: 1, unit: 'YEARS' },
          },
        ],
      },
    ],
    [
      'a copy with a key, which encrypts it',
      [
        'backup: snapshots',
        ...SEVEN,
        'copies: [{ region: eu-west-1, keep: { within: 2w }, key: "arn:aws:kms:eu-west-1:111122223333:key/1" }]',
      ],
      {
        copies: [
          {
            region: 'eu-west-1',
            encrypted: true,
            key: 'arn:aws:kms:eu-west-1:111122223333:key/1',
            copyTags: false,
            retain: { interval: 2, unit: 'WEEKS' },
          },
        ],
      },
    ],
    [
      'a deprecated copy',
      [
        'backup: image',
        ...SEVEN,
        'copies: [{ region: eu-west-1, keep: { within: 30d }, deprecateAfter: 30d }]',
      ],
      {
        copies: [
          {
            region: 'eu-west-1',
            encrypted: false,
            copyTags: false,
            retain: { interval: 30, unit: 'DAYS' },
            deprecate: { interval: 30, unit: 'DAYS' },
          },
        ],
      },
    ],
    [
      'share',
      ['backup: snapshots', ...SEVEN, 'share: { accounts: ["444455556666", "000000000001"] }'],
      { share: { accounts: ['444455556666', '000000000001'] } },
    ],
    [
      'share for a time',
      ['backup: volume', ...SEVEN, 'share: { accounts: ["444455556666"], unshareAfter: 7d }'],
      { share: { accounts: ['444455556666'], unshareAfter: { interval: 7, unit: 'DAYS' } } },
    ],
    [
      'fastRestore by count',
      ['backup: volume', ...SEVEN, 'fastRestore: { last: 7, zones: [eu-west-1a, us-gov-west-1a] }'],
      { fastRestore: { retain: { count: 7 }, zones: ['eu-west-1a', 'us-gov-west-1a'] } },
    ],
    [
      'fastRestore by age',
      ['backup: snapshots', ...SEVEN, 'fastRestore: { within: 3d, zones: [euw1-az1] }'],
      { fastRestore: { retain: { interval: 3, unit: 'DAYS' }, zones: ['euw1-az1'] } },
    ],
    [
      'archiveAfter an age',
      [...MONTHLY, 'keep: { within: 200d }', 'archiveAfter: 8w'],
      { archive: { standard: { interval: 8, unit: 'WEEKS' }, archived: { interval: 144, unit: 'DAYS' } } },
    ],
    [
      'archiveAfter months of years',
      [...MONTHLY, 'keep: { within: 2y }', 'archiveAfter: 6m'],
      { archive: { standard: { interval: 6, unit: 'MONTHS' }, archived: { interval: 18, unit: 'MONTHS' } } },
    ],
    [
      'archiveAfter a count',
      [...MONTHLY, 'keep: { last: 12 }', 'archiveAfter: 3'],
      { archive: { standard: { count: 3 }, archived: { count: 9 } } },
    ],
    [
      'archiveAfter at once',
      [...MONTHLY, 'keep: { monthly: 12 }', 'archiveAfter: 0'],
      { archive: { standard: { count: 0 }, archived: { count: 12 } } },
    ],
    [
      'deprecateAfter an age',
      ['backup: image', 'schedule: every 24 hours', 'keep: { within: 30d }', 'deprecateAfter: 20d'],
      { deprecate: { interval: 20, unit: 'DAYS' } },
    ],
    ['deprecateAfter a count', ['backup: image', ...SEVEN, 'deprecateAfter: 2'], { deprecate: { count: 5 } }],
    ['deprecateAfter at once', ['backup: image', ...SEVEN, 'deprecateAfter: 0'], { deprecate: { count: 7 } }],
    [
      'exclude',
      [
        'backup: snapshots',
        ...SEVEN,
        'exclude: { bootVolume: true, volumes: { Role: [scratch, tmp], Temp: "1" } }',
      ],
      { excludeBootVolume: true, excludeVolumes: { Role: ['scratch', 'tmp'], Temp: ['1'] } },
    ],
    [
      'hooks',
      ['backup: snapshots', ...SEVEN, 'hooks: { document: my-freeze }'],
      {
        hooks: {
          document: 'my-freeze',
          stages: ['pre', 'post'],
          timeout: 10,
          retries: 0,
          onFailure: 'crash-consistent',
        },
      },
    ],
    [
      'all of hooks',
      [
        'backup: snapshots',
        ...SEVEN,
        'hooks: { document: "arn:aws:ssm:eu-west-1:111122223333:document/freeze", stages: [post, pre], timeout: 120s, retries: 3, onFailure: skip }',
      ],
      {
        hooks: {
          document: 'arn:aws:ssm:eu-west-1:111122223333:document/freeze',
          stages: ['pre', 'post'],
          timeout: 120,
          retries: 3,
          onFailure: 'skip',
        },
      },
    ],
    [
      'hooks after only',
      ['backup: snapshots', ...SEVEN, 'hooks: { document: thaw, stages: [post] }'],
      {
        hooks: { document: 'thaw', stages: ['post'], timeout: 10, retries: 0, onFailure: 'crash-consistent' },
      },
    ],
    [
      'hooks of VSS',
      ['backup: snapshots', ...SEVEN, 'hooks: { document: AWS_VSS_BACKUP, retries: 1, onFailure: skip }'],
      {
        hooks: {
          document: 'AWS_VSS_BACKUP',
          stages: ['pre', 'post'],
          timeout: 10,
          retries: 1,
          onFailure: 'skip',
        },
      },
    ],
  ])('%s', (_, words, expected) => {
    expect(policyOf(...words)).toMatchObject(expected);
  });
});

test('the engine decides which list a policy is in, in the order of the file', () => {
  const file = fileOf(
    'policies:',
    '  b: { backup: image, schedule: every 6 hours }',
    '  d: { engine: dlm, backup: image, schedule: every 6 hours, keep: { last: 1 } }',
    '  c: { engine: lambda, backup: image, schedule: every 6 hours }',
    '  a: { engine: dlm, backup: image, schedule: every 6 hours, keep: { last: 1 } }',
  );
  expect(file.policies.map(({ name }) => name)).toEqual(['b', 'c']);
  expect(file.dlmPolicies.map(({ name }) => name)).toEqual(['d', 'a']);
});

describe('default policies', () => {
  test('with every default filled in, the one for volumes first', () => {
    const file = fileOf('defaultPolicies: { instance: {}, volume: {} }');
    const defaults = {
      enabled: true,
      createEvery: 1,
      retain: 7,
      copyTags: false,
      extendDeletion: false,
      copies: [],
      exclude: { bootVolumes: false, volumeTypes: [], tags: {} },
    };
    expect(file.defaultPolicies).toEqual([
      { kind: 'volume', ...defaults },
      { kind: 'instance', ...defaults },
    ]);
  });

  test('with every word', () => {
    const file = fileOf(
      'defaultPolicies:',
      '  volume:',
      '    enabled: false',
      '    every: 1w',
      '    keep: { within: 14d }',
      '    copyTags: true',
      '    extendDeletion: true',
      '    copies: [eu-west-1, us-east-1]',
      '    exclude: { bootVolumes: true, volumeTypes: [st1, sc1], tags: { Tmp: ["1", "2"], Team: x } }',
      '  instance: { every: 2d, keep: { within: 3d }, exclude: { tags: { Tmp: "1" } } }',
    );
    expect(file.defaultPolicies).toEqual([
      {
        kind: 'volume',
        enabled: false,
        createEvery: 7,
        retain: 14,
        copyTags: true,
        extendDeletion: true,
        copies: ['eu-west-1', 'us-east-1'],
        exclude: { bootVolumes: true, volumeTypes: ['st1', 'sc1'], tags: { Tmp: ['1', '2'], Team: ['x'] } },
      },
      {
        kind: 'instance',
        enabled: true,
        createEvery: 2,
        retain: 3,
        copyTags: false,
        extendDeletion: false,
        copies: [],
        exclude: { bootVolumes: false, volumeTypes: [], tags: { Tmp: ['1'] } },
      },
    ]);
  });
});

test('when lifecycle policies are put right', () => {
  expect(
    fileOf('retired: { a: {} }', 'registerPolicies: { schedule: cron(15 6 * * ? *) }').registerPolicies,
  ).toEqual({
    schedule: { text: 'cron(15 6 * * ? *)', cron: 'cron(15 6 * * ? *)' },
  });
});
