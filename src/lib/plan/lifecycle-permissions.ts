/**
 * What each feature of a lifecycle policy asks of DLM's role: from the actions of AWS's managed policies for DLM
 * (AWSDataLifecycleManagerServiceRole, …ServiceRoleForAMIManagement, …SSMFullAccess), those that the feature uses.
 *
 * Keys are not in it. Whether one may be used is for its own policy too, and the role may only use keys through EC2,
 * which a simulation of the role alone cannot see.
 */

import type { CustomDetails, DefaultDetails, LifecycleSchedule } from './lifecycle-policy.ts';

/** What an action is authorised against; those of `copied-…` are in the Regions of the copies. */
export type Resource =
  'any' | 'volume' | 'instance' | 'snapshot' | 'image' | 'copied-snapshot' | 'copied-image' | 'document';

export type LifecycleFeature =
  | 'volume-snapshots'
  | 'instance-snapshots'
  | 'images'
  | 'snapshot-copies'
  | 'image-copies'
  | 'share'
  | 'fast-restore'
  | 'archive'
  | 'deprecate'
  | 'deprecate-copies'
  | 'hooks';

export type Permissions = Readonly<Partial<Record<Resource, readonly string[]>>>;

const READ_SNAPSHOT_SOURCES = ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'];
const DEPRECATE = ['ec2:DisableImageDeprecation', 'ec2:EnableImageDeprecation'];
const USE_DOCUMENT = ['ssm:DescribeDocument', 'ssm:GetDocument', 'ssm:SendCommand'];

export const FEATURE_PERMISSIONS: Readonly<Record<LifecycleFeature, Permissions>> = {
  'volume-snapshots': {
    any: READ_SNAPSHOT_SOURCES,
    volume: ['ec2:CreateSnapshot'],
    snapshot: ['ec2:CreateSnapshot', 'ec2:CreateTags', 'ec2:DeleteSnapshot'],
  },
  'instance-snapshots': {
    any: READ_SNAPSHOT_SOURCES,
    instance: ['ec2:CreateSnapshots'],
    volume: ['ec2:CreateSnapshots'],
    snapshot: ['ec2:CreateSnapshots', 'ec2:CreateTags', 'ec2:DeleteSnapshot'],
  },
  images: {
    any: [...READ_SNAPSHOT_SOURCES, 'ec2:DescribeImages'],
    instance: ['ec2:CreateImage'],
    image: ['ec2:CreateImage', 'ec2:CreateTags', 'ec2:DeregisterImage', 'ec2:DescribeImageAttribute'],
    snapshot: ['ec2:CreateImage', 'ec2:CreateTags', 'ec2:DeleteSnapshot'],
  },
  'snapshot-copies': {
    snapshot: ['ec2:CopySnapshot'],
    'copied-snapshot': ['ec2:CopySnapshot', 'ec2:CreateTags', 'ec2:DeleteSnapshot'],
  },
  'image-copies': {
    image: ['ec2:CopyImage'],
    'copied-image': ['ec2:CopyImage', 'ec2:CreateTags', 'ec2:DeregisterImage'],
    'copied-snapshot': ['ec2:CopyImage', 'ec2:CreateTags', 'ec2:DeleteSnapshot'],
  },
  share: { snapshot: ['ec2:DescribeSnapshotAttribute', 'ec2:ModifySnapshotAttribute'] },
  'fast-restore': {
    any: ['ec2:DescribeAvailabilityZones', 'ec2:DescribeFastSnapshotRestores'],
    snapshot: ['ec2:DisableFastSnapshotRestores', 'ec2:EnableFastSnapshotRestores'],
  },
  archive: { any: ['ec2:DescribeSnapshotTierStatus'], snapshot: ['ec2:ModifySnapshotTier'] },
  deprecate: { image: DEPRECATE },
  'deprecate-copies': { 'copied-image': DEPRECATE },
  hooks: {
    any: ['ssm:DescribeInstanceInformation', 'ssm:GetCommandInvocation', 'ssm:ListCommands'],
    document: USE_DOCUMENT,
    instance: ['ssm:SendCommand'],
  },
};

/** Keys, in small letters, of the conditions in the roles that infra/dlm-roles.cjs makes. */
export function ownConditionKeys(optInTag: string): ReadonlySet<string> {
  const keys = [
    `aws:ResourceTag/${optInTag}:Hold`,
    'aws:ResourceTag/ec2-backup:deployment',
    'aws:ResourceTag/aws:dlm:lifecycle-policy-id',
    'ec2:Add/group',
    'ec2:Add/userId',
    'kms:GrantIsForAWSResource',
    'kms:ViaService',
  ];
  return new Set(keys.map((key) => key.toLowerCase()));
}

/** The features that a lifecycle policy uses. */
export function featuresOf(details: CustomDetails | DefaultDetails): LifecycleFeature[] {
  return details.PolicyLanguage === 'SIMPLIFIED' ? defaultFeatures(details) : customFeatures(details);
}

function defaultFeatures({ PolicyType, CrossRegionCopyTargets }: DefaultDetails): LifecycleFeature[] {
  const all: LifecycleFeature[] =
    PolicyType === 'IMAGE_MANAGEMENT' ? ['images', 'image-copies'] : ['volume-snapshots', 'snapshot-copies'];
  return CrossRegionCopyTargets.length > 0 ? all : all.slice(0, 1);
}

function customFeatures({ PolicyType, ResourceTypes, Schedules }: CustomDetails): LifecycleFeature[] {
  const isImage = PolicyType === 'IMAGE_MANAGEMENT';
  const used = (isImage ? OF_IMAGES : OF_SNAPSHOTS).filter(([, uses]) => Schedules.some(uses));
  const made = ResourceTypes[0] === 'VOLUME' ? 'volume-snapshots' : 'instance-snapshots';
  return [isImage ? 'images' : made, ...used.map(([feature]) => feature)];
}

type Uses = readonly [LifecycleFeature, (schedule: LifecycleSchedule) => boolean];

const OF_SNAPSHOTS: readonly Uses[] = [
  ['snapshot-copies', ({ CrossRegionCopyRules }) => CrossRegionCopyRules.length > 0],
  ['share', ({ ShareRules = [] }) => ShareRules.length > 0],
  ['fast-restore', ({ FastRestoreRule }) => FastRestoreRule !== undefined],
  ['archive', ({ ArchiveRule }) => ArchiveRule !== undefined],
  ['hooks', (schedule) => documentsOf([schedule]).length > 0],
];

const OF_IMAGES: readonly Uses[] = [
  ['image-copies', ({ CrossRegionCopyRules }) => CrossRegionCopyRules.length > 0],
  ['deprecate', ({ DeprecateRule }) => DeprecateRule !== undefined],
  [
    'deprecate-copies',
    ({ CrossRegionCopyRules }) =>
      CrossRegionCopyRules.some(({ DeprecateRule }) => DeprecateRule !== undefined),
  ],
];

/** The SSM documents of its scripts, each once. */
export function documentsOf(schedules: readonly LifecycleSchedule[]): string[] {
  const names = schedules.flatMap(({ CreateRule }) =>
    (CreateRule.Scripts ?? []).map(({ ExecutionHandler }) => ExecutionHandler),
  );
  return [...new Set(names)];
}
