import { expect, test } from 'vitest';
import { wantedLifecyclePolicies } from '../../../src/lib/plan/lifecycle-details.ts';
import type { WantedLifecyclePolicy } from '../../../src/lib/plan/lifecycle-policy.ts';
import { parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import { DLM_PLACE } from '../../support/dlm-policies.ts';
import { createRequest, requestProblems } from '../../support/dlm-requests.ts';

const FILE = `
version: 1
deployment: prod
policies:
  hourly-data:
    engine: dlm
    backup: snapshots
    schedule: every 1 hours
    keep: { last: 24 }
    select: { tags: { Team: [payments, ledger] } }
    tags: { CostCentre: "42", Instance: $(instance-id), Made: $(timestamp) }
    copyTags: true
    copies:
      - region: eu-central-1
        keep: { within: 30d }
        encrypted: true
        key: arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000
        copyTags: true
    share: { accounts: ["444455556666"], unshareAfter: 7d }
    fastRestore: { last: 2, zones: [eu-west-1a] }
    exclude: { bootVolume: true, volumes: { Role: [scratch] } }
    hooks: { document: my-freeze, stages: [pre, post], timeout: 30s, retries: 1, onFailure: skip }
  monthly-archive:
    engine: dlm
    enabled: false
    backup: volume
    schedule: cron(0 3 1 * ? *)
    keep: { within: 365d }
    archiveAfter: 60d
  daily-ami:
    engine: dlm
    backup: image
    schedule: cron(30 23 * * ? *)
    keep: { last: 10 }
    reboot: true
    deprecateAfter: 6
  gfs:
    engine: dlm
    backup: volume
    schedule: cron(30 23 * * ? *)
    keep: { daily: 7, weekly: 4 }
defaultPolicies:
  volume:
    every: 1d
    keep: { within: 7d }
    copyTags: true
    copies: [eu-central-1]
    exclude: { bootVolumes: true, volumeTypes: [st1], tags: { Tmp: ["1"] } }
`;

function wantedBy(text: string): WantedLifecyclePolicy[] {
  const parsed = parsePolicies(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return wantedLifecyclePolicies(parsed.file, DLM_PLACE);
}

const ROLE = 'arn:aws:iam::111122223333:role/ec2-backup/prod/prod-eu-west-1-';

test('from the words of policies.yml to the requests that DLM gets', async () => {
  const wanted = wantedBy(FILE);
  expect((await Promise.all(wanted.map(requestProblems))).flat()).toEqual([]);
  expect(await Promise.all(wanted.map(createRequest))).toEqual([
    {
      ExecutionRoleArn: `${ROLE}dlm-snapshots`,
      Description: 'ec2-backup prod hourly-data',
      State: 'ENABLED',
      Tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'hourly-data' },
      PolicyDetails: {
        PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
        PolicyLanguage: 'STANDARD',
        ResourceTypes: ['INSTANCE'],
        ResourceLocations: ['CLOUD'],
        TargetTags: [
          { Key: 'Team', Value: 'payments' },
          { Key: 'Team', Value: 'ledger' },
        ],
        Schedules: [
          {
            Name: 'base',
            CopyTags: true,
            TagsToAdd: [{ Key: 'CostCentre', Value: '42' }],
            VariableTags: [
              { Key: 'Instance', Value: '$(instance-id)' },
              { Key: 'Made', Value: '$(timestamp)' },
            ],
            CreateRule: {
              Interval: 1,
              IntervalUnit: 'HOURS',
              Times: ['00:00'],
              Scripts: [
                {
                  ExecutionHandler: 'my-freeze',
                  ExecutionHandlerService: 'AWS_SYSTEMS_MANAGER',
                  Stages: ['PRE', 'POST'],
                  ExecuteOperationOnScriptFailure: false,
                  ExecutionTimeout: 30,
                  MaximumRetryCount: 1,
                },
              ],
            },
            RetainRule: { Count: 24 },
            FastRestoreRule: { Count: 2, AvailabilityZones: ['eu-west-1a'] },
            CrossRegionCopyRules: [
              {
                Target: 'eu-central-1',
                Encrypted: true,
                CmkArn: 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000',
                CopyTags: true,
                RetainRule: { Interval: 30, IntervalUnit: 'DAYS' },
              },
            ],
            ShareRules: [
              { TargetAccounts: ['444455556666'], UnshareInterval: 7, UnshareIntervalUnit: 'DAYS' },
            ],
          },
        ],
        Parameters: {
          ExcludeBootVolume: true,
          ExcludeDataVolumeTags: [
            { Key: 'Role', Value: 'scratch' },
            { Key: 'Backup:Exclude', Value: 'true' },
          ],
        },
      },
    },
    {
      ExecutionRoleArn: `${ROLE}dlm-snapshots`,
      Description: 'ec2-backup prod monthly-archive',
      State: 'DISABLED',
      Tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'monthly-archive' },
      PolicyDetails: {
        PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
        PolicyLanguage: 'STANDARD',
        ResourceTypes: ['VOLUME'],
        ResourceLocations: ['CLOUD'],
        TargetTags: [
          { Key: 'Backup', Value: 'monthly-archive' },
          { Key: 'Backup:monthly-archive', Value: 'true' },
        ],
        Schedules: [
          {
            Name: 'base',
            CopyTags: false,
            TagsToAdd: [],
            CreateRule: { CronExpression: 'cron(0 3 1 * ? *)' },
            RetainRule: { Interval: 60, IntervalUnit: 'DAYS' },
            CrossRegionCopyRules: [],
            ShareRules: [],
            ArchiveRule: {
              RetainRule: { RetentionArchiveTier: { Interval: 305, IntervalUnit: 'DAYS' } },
            },
          },
        ],
        Parameters: {},
      },
    },
    {
      ExecutionRoleArn: `${ROLE}dlm-images`,
      Description: 'ec2-backup prod daily-ami',
      State: 'ENABLED',
      Tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'daily-ami' },
      PolicyDetails: {
        PolicyType: 'IMAGE_MANAGEMENT',
        PolicyLanguage: 'STANDARD',
        ResourceTypes: ['INSTANCE'],
        ResourceLocations: ['CLOUD'],
        TargetTags: [
          { Key: 'Backup', Value: 'daily-ami' },
          { Key: 'Backup:daily-ami', Value: 'true' },
        ],
        Schedules: [
          {
            Name: 'base',
            CopyTags: false,
            TagsToAdd: [],
            VariableTags: [],
            CreateRule: { CronExpression: 'cron(30 23 * * ? *)' },
            RetainRule: { Count: 10 },
            CrossRegionCopyRules: [],
            DeprecateRule: { Count: 4 },
          },
        ],
        Parameters: { NoReboot: false },
      },
    },
    {
      ExecutionRoleArn: `${ROLE}dlm-snapshots`,
      Description: 'ec2-backup prod gfs',
      State: 'ENABLED',
      Tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'gfs' },
      PolicyDetails: {
        PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
        PolicyLanguage: 'STANDARD',
        ResourceTypes: ['VOLUME'],
        ResourceLocations: ['CLOUD'],
        TargetTags: [
          { Key: 'Backup', Value: 'gfs' },
          { Key: 'Backup:gfs', Value: 'true' },
        ],
        Schedules: [
          {
            Name: 'base',
            CopyTags: false,
            TagsToAdd: [],
            CreateRule: { CronExpression: 'cron(30 23 * * ? *)' },
            RetainRule: { Count: 7 },
            CrossRegionCopyRules: [],
            ShareRules: [],
          },
          {
            Name: 'weekly',
            CopyTags: false,
            TagsToAdd: [],
            CreateRule: { CronExpression: 'cron(30 23 ? * SUN *)' },
            RetainRule: { Count: 4 },
            CrossRegionCopyRules: [],
            ShareRules: [],
          },
        ],
        Parameters: {},
      },
    },
    {
      ExecutionRoleArn: `${ROLE}dlm-snapshots`,
      Description: 'ec2-backup prod default-volume',
      State: 'ENABLED',
      Tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'default-volume' },
      DefaultPolicy: 'VOLUME',
      CreateInterval: 1,
      RetainInterval: 7,
      CopyTags: true,
      ExtendDeletion: false,
      CrossRegionCopyTargets: [{ TargetRegion: 'eu-central-1' }],
      Exclusions: {
        ExcludeBootVolumes: true,
        ExcludeVolumeTypes: ['st1'],
        ExcludeTags: [{ Key: 'Tmp', Value: '1' }],
      },
    },
  ]);
});
