import type { CreateLifecyclePolicyRequest, PolicyDetails, Schedule } from '@aws-sdk/client-dlm';

/** Valid requests of every kind, each with all that DLM takes for its kind. */

export const ROLE = 'arn:aws:iam::111122223333:role/service-role/AWSDataLifecycleManagerDefaultRole';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const common = { ExecutionRoleArn: ROLE, Description: 'a policy', State: 'ENABLED' } as const;

/** Snapshots of volumes, which go to the archive. */
export function volumePolicy(details: PolicyDetails = {}): CreateLifecyclePolicyRequest {
  return {
    ...common,
    Tags: { 'ec2-backup:deployment': 'prod' },
    PolicyDetails: {
      ResourceTypes: ['VOLUME'],
      TargetTags: [{ Key: 'Backup', Value: 'monthly' }],
      Schedules: [
        {
          Name: 'base',
          TagsToAdd: [{ Key: 'CostCentre', Value: '42' }],
          CreateRule: { CronExpression: 'cron(0 3 1 * ? *)' },
          RetainRule: { Interval: 0, IntervalUnit: 'DAYS' },
          ArchiveRule: { RetainRule: { RetentionArchiveTier: { Interval: 1, IntervalUnit: 'YEARS' } } },
        },
      ],
      ...details,
    },
  };
}

/** Snapshots of all volumes of an instance, two schedules. */
export function setPolicy(
  details: PolicyDetails = {},
  schedule: Schedule = {},
): CreateLifecyclePolicyRequest {
  return {
    ...common,
    PolicyDetails: {
      PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
      ResourceTypes: ['INSTANCE'],
      TargetTags: [
        { Key: 'Backup', Value: 'hourly' },
        { Key: 'Backup:hourly', Value: 'true' },
      ],
      Parameters: { ExcludeBootVolume: true, ExcludeDataVolumeTags: [{ Key: 'Role', Value: 'scratch' }] },
      Schedules: [
        {
          Name: 'base',
          CopyTags: true,
          TagsToAdd: [
            { Key: 'CostCentre', Value: '42' },
            { Key: 'Team', Value: 'payments' },
          ],
          VariableTags: [{ Key: 'Instance', Value: '$(instance-id)' }],
          CreateRule: {
            Interval: 4,
            IntervalUnit: 'HOURS',
            Times: ['01:30'],
            Scripts: [{ ExecutionHandler: 'my-freeze', Stages: ['PRE', 'POST'], MaximumRetryCount: 1 }],
          },
          RetainRule: { Count: 24 },
          FastRestoreRule: { Count: 2, AvailabilityZones: ['ap-northeast-2a', 'ap-northeast-2c'] },
          ShareRules: [
            {
              TargetAccounts: ['444455556666', '777788889999'],
              UnshareInterval: 7,
              UnshareIntervalUnit: 'DAYS',
            },
          ],
          CrossRegionCopyRules: [
            {
              Target: 'eu-west-1',
              Encrypted: true,
              CmkArn: KEY,
              RetainRule: { Interval: 30, IntervalUnit: 'DAYS' },
            },
            { Target: 'us-east-1', Encrypted: false, CopyTags: true },
          ],
          ...schedule,
        },
        {
          Name: 'weekly',
          CreateRule: { CronExpression: 'cron(30 1 ? * SUN *)' },
          RetainRule: { Interval: 4, IntervalUnit: 'WEEKS' },
        },
      ],
      ...details,
    },
  };
}

/** AMIs. */
export function imagePolicy(
  details: PolicyDetails = {},
  schedule: Schedule = {},
): CreateLifecyclePolicyRequest {
  return {
    ...common,
    PolicyDetails: {
      PolicyType: 'IMAGE_MANAGEMENT',
      ResourceTypes: ['INSTANCE'],
      TargetTags: [{ Key: 'Backup', Value: 'daily-ami' }],
      Schedules: [
        {
          Name: 'base',
          VariableTags: [{ Key: 'Made', Value: '$(timestamp)' }],
          CreateRule: { Interval: 24 },
          RetainRule: { Interval: 30, IntervalUnit: 'DAYS' },
          DeprecateRule: { Interval: 20, IntervalUnit: 'DAYS' },
          CrossRegionCopyRules: [
            {
              TargetRegion: 'eu-west-1',
              Encrypted: false,
              RetainRule: { Interval: 10, IntervalUnit: 'DAYS' },
              DeprecateRule: { Interval: 10, IntervalUnit: 'DAYS' },
            },
          ],
          ...schedule,
        },
      ],
      ...details,
    },
  };
}

/** Copies snapshots that other accounts share. */
export function eventBased(details: PolicyDetails = {}): CreateLifecyclePolicyRequest {
  return {
    ...common,
    PolicyDetails: {
      PolicyType: 'EVENT_BASED_POLICY',
      EventSource: {
        Type: 'MANAGED_CWE',
        Parameters: { EventType: 'shareSnapshot', SnapshotOwner: ['444455556666'], DescriptionRegex: '.*' },
      },
      Actions: [
        {
          Name: 'copy',
          CrossRegionCopy: [
            {
              Target: 'eu-west-1',
              EncryptionConfiguration: { Encrypted: true, CmkArn: KEY },
              RetainRule: { Interval: 3, IntervalUnit: 'MONTHS' },
            },
          ],
        },
      ],
      ...details,
    },
  };
}

/** DLM's default policy, said in the request's body. */
export function defaultPolicy(
  kind: 'VOLUME' | 'INSTANCE',
  body: Partial<CreateLifecyclePolicyRequest> = {},
): CreateLifecyclePolicyRequest {
  return {
    ...common,
    DefaultPolicy: kind,
    RetainInterval: 5,
    CrossRegionCopyTargets: [{ TargetRegion: 'eu-west-1' }],
    Exclusions: {
      ...(kind === 'VOLUME' && { ExcludeBootVolumes: true, ExcludeVolumeTypes: ['st1'] }),
      ExcludeTags: [{ Key: 'Tmp', Value: '1' }],
    },
    ...body,
  };
}
