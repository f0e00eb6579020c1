import { describe, expect, test } from 'vitest';
import { wantedLifecyclePolicies } from '../../../src/lib/plan/lifecycle-details.ts';
import type { CustomDetails, LifecycleSchedule } from '../../../src/lib/plan/lifecycle-policy.ts';
import type { DlmPolicy } from '../../../src/lib/policy/policy.ts';
import {
  defaultPolicy,
  detailsOf,
  DLM_PLACE,
  dlmCopy,
  dlmFile,
  dlmHooks,
  dlmPolicy,
  dlmSchedule,
} from '../../support/dlm-policies.ts';
import { createRequest, requestProblems } from '../../support/dlm-requests.ts';

const OPTED_IN = [
  { Key: 'Backup', Value: 'hourly-data' },
  { Key: 'Backup:hourly-data', Value: 'true' },
];

/** What a policy without a single feature becomes, by `backup`. */
const PLAIN: Readonly<
  Record<DlmPolicy['backup'], { details: Omit<CustomDetails, 'Schedules'>; schedule: LifecycleSchedule }>
> = {
  snapshots: {
    details: {
      PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
      PolicyLanguage: 'STANDARD',
      ResourceTypes: ['INSTANCE'],
      ResourceLocations: ['CLOUD'],
      TargetTags: OPTED_IN,
      Parameters: {
        ExcludeBootVolume: false,
        ExcludeDataVolumeTags: [{ Key: 'Backup:Exclude', Value: 'true' }],
      },
    },
    schedule: {
      Name: 'base',
      CopyTags: false,
      TagsToAdd: [],
      VariableTags: [],
      CreateRule: { Interval: 1, IntervalUnit: 'HOURS', Times: ['00:00'], Scripts: [] },
      RetainRule: { Count: 24 },
      CrossRegionCopyRules: [],
      ShareRules: [],
    },
  },
  volume: {
    details: {
      PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
      PolicyLanguage: 'STANDARD',
      ResourceTypes: ['VOLUME'],
      ResourceLocations: ['CLOUD'],
      TargetTags: OPTED_IN,
      Parameters: {},
    },
    schedule: {
      Name: 'base',
      CopyTags: false,
      TagsToAdd: [],
      CreateRule: { Interval: 1, IntervalUnit: 'HOURS', Times: ['00:00'] },
      RetainRule: { Count: 24 },
      CrossRegionCopyRules: [],
      ShareRules: [],
    },
  },
  image: {
    details: {
      PolicyType: 'IMAGE_MANAGEMENT',
      PolicyLanguage: 'STANDARD',
      ResourceTypes: ['INSTANCE'],
      ResourceLocations: ['CLOUD'],
      TargetTags: OPTED_IN,
      Parameters: { NoReboot: true },
    },
    schedule: {
      Name: 'base',
      CopyTags: false,
      TagsToAdd: [],
      VariableTags: [],
      CreateRule: { Interval: 1, IntervalUnit: 'HOURS', Times: ['00:00'] },
      RetainRule: { Count: 24 },
      CrossRegionCopyRules: [],
    },
  },
};

interface Row {
  readonly name: string;
  readonly policy: Partial<DlmPolicy>;
  /** What is not as in the plain policy of its kind. */
  readonly details?: Partial<Omit<CustomDetails, 'Schedules'>>;
  readonly schedule?: Partial<LifecycleSchedule>;
}

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
const DAILY_CRON = 'cron(30 18 * * ? *)';

const ROWS: readonly Row[] = [
  { name: 'snapshots of an instance without a feature', policy: {} },
  { name: 'snapshots of volumes without a feature', policy: { backup: 'volume' } },
  { name: 'an image without a feature', policy: { backup: 'image' } },
  {
    name: 'an image with a reboot',
    policy: { backup: 'image', reboot: true },
    details: { Parameters: { NoReboot: false } },
  },
  {
    name: 'select with several values, of which any will do',
    policy: { select: { key: 'Team', values: ['payments', 'ledger'] } },
    details: {
      TargetTags: [
        { Key: 'Team', Value: 'payments' },
        { Key: 'Team', Value: 'ledger' },
      ],
    },
  },
  {
    name: 'every 12 hours from 03:30',
    policy: { backup: 'volume', schedules: [dlmSchedule({ create: { everyHours: 12, at: '03:30' } })] },
    schedule: { CreateRule: { Interval: 12, IntervalUnit: 'HOURS', Times: ['03:30'] } },
  },
  {
    name: 'a cron',
    policy: { schedules: [dlmSchedule({ create: { cron: DAILY_CRON } })] },
    schedule: { CreateRule: { CronExpression: DAILY_CRON, Scripts: [] } },
  },
  {
    name: 'retention by age',
    policy: { schedules: [dlmSchedule({ retain: { interval: 14, unit: 'MONTHS' } })] },
    schedule: { RetainRule: { Interval: 14, IntervalUnit: 'MONTHS' } },
  },
  {
    name: 'tags, variable tags and the source’s own',
    policy: {
      tags: { CostCentre: '42', Empty: '' },
      variableTags: { Instance: '$(instance-id)', Made: '$(timestamp)' },
      copyTags: true,
    },
    schedule: {
      CopyTags: true,
      TagsToAdd: [
        { Key: 'CostCentre', Value: '42' },
        { Key: 'Empty', Value: '' },
      ],
      VariableTags: [
        { Key: 'Instance', Value: '$(instance-id)' },
        { Key: 'Made', Value: '$(timestamp)' },
      ],
    },
  },
  {
    name: 'copies of snapshots, one with a key',
    policy: {
      copies: [
        dlmCopy({ encrypted: true, key: KEY, copyTags: true }),
        dlmCopy({ region: 'us-east-1', retain: { interval: 1, unit: 'YEARS' } }),
      ],
    },
    schedule: {
      CrossRegionCopyRules: [
        {
          Target: 'eu-central-1',
          Encrypted: true,
          CmkArn: KEY,
          CopyTags: true,
          RetainRule: { Interval: 30, IntervalUnit: 'DAYS' },
        },
        {
          Target: 'us-east-1',
          Encrypted: false,
          CopyTags: false,
          RetainRule: { Interval: 1, IntervalUnit: 'YEARS' },
        },
      ],
    },
  },
  {
    name: 'a copy of an image, deprecated before it goes',
    policy: { backup: 'image', copies: [dlmCopy({ deprecate: { interval: 20, unit: 'DAYS' } })] },
    schedule: {
      CrossRegionCopyRules: [
        {
          TargetRegion: 'eu-central-1',
          Encrypted: false,
          CopyTags: false,
          RetainRule: { Interval: 30, IntervalUnit: 'DAYS' },
          DeprecateRule: { Interval: 20, IntervalUnit: 'DAYS' },
        },
      ],
    },
  },
  {
    name: 'sharing for ever',
    policy: { share: { accounts: ['444455556666', '777788889999'] } },
    schedule: { ShareRules: [{ TargetAccounts: ['444455556666', '777788889999'] }] },
  },
  {
    name: 'sharing for a week',
    policy: {
      backup: 'volume',
      share: { accounts: ['444455556666'], unshareAfter: { interval: 7, unit: 'DAYS' } },
    },
    schedule: {
      ShareRules: [{ TargetAccounts: ['444455556666'], UnshareInterval: 7, UnshareIntervalUnit: 'DAYS' }],
    },
  },
  {
    name: 'fast restore of the last two in zones by name',
    policy: { fastRestore: { retain: { count: 2 }, zones: ['eu-west-1a', 'eu-west-1b'] } },
    schedule: { FastRestoreRule: { Count: 2, AvailabilityZones: ['eu-west-1a', 'eu-west-1b'] } },
  },
  {
    name: 'fast restore for three days in zones by id',
    policy: {
      backup: 'volume',
      fastRestore: { retain: { interval: 3, unit: 'DAYS' }, zones: ['euw1-az1'] },
    },
    schedule: {
      FastRestoreRule: { Interval: 3, IntervalUnit: 'DAYS', AvailabilityZoneIds: ['euw1-az1'] },
    },
  },
  {
    name: 'an archive by age: the standard tier first',
    policy: {
      backup: 'volume',
      schedules: [
        dlmSchedule({ create: { cron: 'cron(0 3 1 * ? *)' }, retain: { interval: 365, unit: 'DAYS' } }),
      ],
      archive: {
        standard: { interval: 60, unit: 'DAYS' },
        archived: { interval: 305, unit: 'DAYS' },
      },
    },
    schedule: {
      CreateRule: { CronExpression: 'cron(0 3 1 * ? *)' },
      RetainRule: { Interval: 60, IntervalUnit: 'DAYS' },
      ArchiveRule: { RetainRule: { RetentionArchiveTier: { Interval: 305, IntervalUnit: 'DAYS' } } },
    },
  },
  {
    name: 'an archive at once',
    policy: {
      backup: 'volume',
      schedules: [dlmSchedule({ create: { cron: 'cron(0 3 1 * ? *)' }, retain: { count: 12 } })],
      archive: { standard: { count: 0 }, archived: { count: 12 } },
    },
    schedule: {
      CreateRule: { CronExpression: 'cron(0 3 1 * ? *)' },
      RetainRule: { Count: 0 },
      ArchiveRule: { RetainRule: { RetentionArchiveTier: { Count: 12 } } },
    },
  },
  {
    name: 'deprecation by age',
    policy: {
      backup: 'image',
      schedules: [dlmSchedule({ retain: { interval: 30, unit: 'DAYS' } })],
      deprecate: { interval: 20, unit: 'DAYS' },
    },
    schedule: {
      RetainRule: { Interval: 30, IntervalUnit: 'DAYS' },
      DeprecateRule: { Interval: 20, IntervalUnit: 'DAYS' },
    },
  },
  {
    name: 'deprecation by count',
    policy: { backup: 'image', deprecate: { count: 4 } },
    schedule: { DeprecateRule: { Count: 4 } },
  },
  {
    name: 'the boot volume and data volumes by tag left out',
    policy: { excludeBootVolume: true, excludeVolumes: { Role: ['scratch', 'swap'], Tmp: ['1'] } },
    details: {
      Parameters: {
        ExcludeBootVolume: true,
        ExcludeDataVolumeTags: [
          { Key: 'Role', Value: 'scratch' },
          { Key: 'Role', Value: 'swap' },
          { Key: 'Tmp', Value: '1' },
          { Key: 'Backup:Exclude', Value: 'true' },
        ],
      },
    },
  },
  {
    name: 'pre and post scripts that skip the instance on failure',
    policy: { hooks: dlmHooks({ timeout: 30, retries: 1, onFailure: 'skip' }) },
    schedule: scripted({
      ExecutionHandler: 'my-freeze',
      ExecutionHandlerService: 'AWS_SYSTEMS_MANAGER',
      Stages: ['PRE', 'POST'],
      ExecuteOperationOnScriptFailure: false,
      ExecutionTimeout: 30,
      MaximumRetryCount: 1,
    }),
  },
  {
    name: 'a post script alone, which cannot fail the snapshot',
    policy: { hooks: dlmHooks({ stages: ['post'] }) },
    schedule: scripted({
      ExecutionHandler: 'my-freeze',
      ExecutionHandlerService: 'AWS_SYSTEMS_MANAGER',
      Stages: ['POST'],
      ExecutionTimeout: 10,
      MaximumRetryCount: 0,
    }),
  },
  {
    name: 'VSS, which takes no stages, no timeout and no volumes left out',
    policy: { hooks: dlmHooks({ document: 'AWS_VSS_BACKUP', retries: 2 }) },
    details: { Parameters: { ExcludeBootVolume: false, ExcludeDataVolumeTags: [] } },
    schedule: scripted({
      ExecutionHandler: 'AWS_VSS_BACKUP',
      ExecuteOperationOnScriptFailure: true,
      MaximumRetryCount: 2,
    }),
  },
];

function scripted(
  script: NonNullable<LifecycleSchedule['CreateRule']['Scripts']>[number],
): Partial<LifecycleSchedule> {
  return { CreateRule: { ...PLAIN.snapshots.schedule.CreateRule, Scripts: [script] } };
}

describe('a policy in DLM’s words', () => {
  test.each(ROWS)('$name', async ({ policy, details, schedule }) => {
    const plain = PLAIN[policy.backup ?? 'snapshots'];
    expect(detailsOf(policy)).toEqual({
      ...plain.details,
      ...details,
      Schedules: [{ ...plain.schedule, ...schedule }],
    });
    expect(await problemsOf(policy)).toEqual([]);
  });

  test('every schedule says the same, but only the first restores fast', async () => {
    const policy: Partial<DlmPolicy> = {
      schedules: [
        dlmSchedule(),
        dlmSchedule({ name: 'weekly', create: { cron: 'cron(0 23 ? * SUN *)' }, retain: { count: 4 } }),
      ],
      tags: { CostCentre: '42' },
      variableTags: { Made: '$(timestamp)' },
      copyTags: true,
      copies: [dlmCopy()],
      share: { accounts: ['444455556666'] },
      fastRestore: { retain: { count: 1 }, zones: ['eu-west-1a'] },
      hooks: dlmHooks(),
    };
    const [base, weekly] = detailsOf(policy).Schedules;
    const { FastRestoreRule, ...likeTheOther } = base ?? {};
    expect(FastRestoreRule).toEqual({ Count: 1, AvailabilityZones: ['eu-west-1a'] });
    expect(weekly).toEqual({
      ...likeTheOther,
      Name: 'weekly',
      CreateRule: { CronExpression: 'cron(0 23 ? * SUN *)', Scripts: base?.CreateRule.Scripts },
      RetainRule: { Count: 4 },
    });
    expect(weekly).toMatchObject({
      CopyTags: true,
      TagsToAdd: [{ Key: 'CostCentre', Value: '42' }],
      VariableTags: [{ Key: 'Made', Value: '$(timestamp)' }],
      CrossRegionCopyRules: [{ Target: 'eu-central-1' }],
      ShareRules: [{ TargetAccounts: ['444455556666'] }],
      CreateRule: { Scripts: [{ ExecutionHandler: 'my-freeze' }] },
    });
    expect(await problemsOf(policy)).toEqual([]);
  });

  test('[H29] a tag that would make DLM’s backups ours is never given to DLM', () => {
    for (const over of [
      { tags: { 'ec2-backup:deployment': 'prod' } },
      { tags: { 'EC2-Backup:slot': 'x' } },
      { variableTags: { 'ec2-backup:slot': '$(timestamp)' } },
    ]) {
      const [key = ''] = Object.keys({ ...over.tags, ...over.variableTags });
      expect(() => detailsOf(over)).toThrow(
        new RangeError(
          `policy hourly-data: DLM may not add the tag "${key}", expected a key that does not begin with ec2-backup:`,
        ),
      );
    }
  });
});

describe('the lifecycle policies of a file', () => {
  test('a policy becomes one CreateLifecyclePolicy request', async () => {
    const [wanted] = wantedLifecyclePolicies(dlmFile(), DLM_PLACE);
    expect(wanted && (await createRequest(wanted))).toEqual({
      ExecutionRoleArn: 'arn:aws:iam::111122223333:role/ec2-backup/prod/prod-eu-west-1-dlm-snapshots',
      Description: 'ec2-backup prod hourly-data',
      State: 'ENABLED',
      Tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'hourly-data' },
      PolicyDetails: { ...PLAIN.snapshots.details, Schedules: [PLAIN.snapshots.schedule] },
    });
  });

  test('a default policy says its fields in the request’s body', async () => {
    const [wanted] = wantedLifecyclePolicies(
      dlmFile({ dlmPolicies: [], defaultPolicies: [defaultPolicy({ kind: 'instance', enabled: false })] }),
      DLM_PLACE,
    );
    expect(wanted && (await createRequest(wanted))).toEqual({
      ExecutionRoleArn: 'arn:aws:iam::111122223333:role/ec2-backup/prod/prod-eu-west-1-dlm-images',
      Description: 'ec2-backup prod default-instance',
      State: 'DISABLED',
      Tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'default-instance' },
      DefaultPolicy: 'INSTANCE',
      CreateInterval: 1,
      RetainInterval: 7,
      CopyTags: false,
      ExtendDeletion: false,
      CrossRegionCopyTargets: [],
      Exclusions: { ExcludeTags: [] },
    });
  });

  test('policies come first, then default policies, each with its role and state', () => {
    const file = dlmFile({
      dlmPolicies: [dlmPolicy(), dlmPolicy({ name: 'daily-ami', backup: 'image', enabled: false })],
      defaultPolicies: [defaultPolicy(), defaultPolicy({ kind: 'instance' })],
    });
    const role = 'arn:aws:iam::111122223333:role/ec2-backup/prod/prod-eu-west-1-';
    expect(
      wantedLifecyclePolicies(file, DLM_PLACE).map(({ policy, state, roleArn }) => [policy, state, roleArn]),
    ).toEqual([
      ['hourly-data', 'ENABLED', `${role}dlm-snapshots`],
      ['daily-ami', 'DISABLED', `${role}dlm-images`],
      ['default-volume', 'ENABLED', `${role}dlm-snapshots`],
      ['default-instance', 'ENABLED', `${role}dlm-images`],
    ]);
  });

  test('two of one name would be taken for each other', () => {
    const file = dlmFile({
      dlmPolicies: [dlmPolicy({ name: 'default-volume' })],
      defaultPolicies: [defaultPolicy()],
    });
    expect(() => wantedLifecyclePolicies(file, DLM_PLACE)).toThrow(
      new RangeError('two lifecycle policies would be called "default-volume", expected one'),
    );
  });
});

async function problemsOf(policy: Partial<DlmPolicy>): Promise<string[]> {
  const wanted = wantedLifecyclePolicies(dlmFile({ dlmPolicies: [dlmPolicy(policy)] }), DLM_PLACE);
  return (await Promise.all(wanted.map(requestProblems))).flat();
}
