/**
 * DLM's own object, in DLM's own words (API 2018-01-12), so that what is said of a field names it as the API and the
 * console do. What `policies.yml` wants, and what DLM answers.
 */

import type { Tags } from './inventory.ts';

export interface LifecycleTag {
  readonly Key: string;
  readonly Value: string;
}

export type IntervalUnit = 'DAYS' | 'WEEKS' | 'MONTHS' | 'YEARS';

export interface AgeRule {
  readonly Interval: number;
  readonly IntervalUnit: IntervalUnit;
}

export type RetainRule = { readonly Count: number } | AgeRule;

export interface LifecycleScript {
  readonly ExecutionHandler: string;
  readonly ExecutionHandlerService?: 'AWS_SYSTEMS_MANAGER';
  readonly Stages?: readonly ('PRE' | 'POST')[];
  readonly ExecuteOperationOnScriptFailure?: boolean;
  /** Seconds. Not with AWS_VSS_BACKUP. */
  readonly ExecutionTimeout?: number;
  readonly MaximumRetryCount: number;
}

export interface LifecycleCreateRule {
  readonly CronExpression?: string;
  readonly Interval?: number;
  readonly IntervalUnit?: 'HOURS';
  readonly Times?: readonly string[];
  readonly Scripts?: readonly LifecycleScript[];
}

export interface CrossRegionCopyRule {
  /** Snapshot policies. */
  readonly Target?: string;
  /** AMI policies. */
  readonly TargetRegion?: string;
  readonly Encrypted: boolean;
  readonly CmkArn?: string;
  readonly CopyTags: boolean;
  readonly RetainRule: AgeRule;
  readonly DeprecateRule?: AgeRule;
}

export interface LifecycleSchedule {
  readonly Name: string;
  readonly CopyTags: boolean;
  readonly TagsToAdd: readonly LifecycleTag[];
  readonly VariableTags?: readonly LifecycleTag[];
  readonly CreateRule: LifecycleCreateRule;
  readonly RetainRule: RetainRule;
  readonly FastRestoreRule?: RetainRule & {
    readonly AvailabilityZones?: readonly string[];
    readonly AvailabilityZoneIds?: readonly string[];
  };
  readonly CrossRegionCopyRules: readonly CrossRegionCopyRule[];
  readonly ShareRules?: readonly {
    readonly TargetAccounts: readonly string[];
    readonly UnshareInterval?: number;
    readonly UnshareIntervalUnit?: IntervalUnit;
  }[];
  readonly DeprecateRule?: RetainRule;
  readonly ArchiveRule?: { readonly RetainRule: { readonly RetentionArchiveTier: RetainRule } };
}

/** A custom policy. Lists that may be empty are always there: an absent field may keep its old value in an update. */
export interface CustomDetails {
  readonly PolicyType: 'EBS_SNAPSHOT_MANAGEMENT' | 'IMAGE_MANAGEMENT';
  readonly PolicyLanguage: 'STANDARD';
  readonly ResourceTypes: readonly ['VOLUME' | 'INSTANCE'];
  readonly ResourceLocations: readonly ['CLOUD'];
  readonly TargetTags: readonly LifecycleTag[];
  readonly Schedules: readonly LifecycleSchedule[];
  readonly Parameters: {
    readonly ExcludeBootVolume?: boolean;
    readonly NoReboot?: boolean;
    readonly ExcludeDataVolumeTags?: readonly LifecycleTag[];
  };
}

/** A default policy. DLM takes these fields in the request's body and answers them in PolicyDetails. */
export interface DefaultDetails {
  readonly PolicyType: 'EBS_SNAPSHOT_MANAGEMENT' | 'IMAGE_MANAGEMENT';
  readonly PolicyLanguage: 'SIMPLIFIED';
  readonly ResourceType: 'VOLUME' | 'INSTANCE';
  readonly CreateInterval: number;
  readonly RetainInterval: number;
  readonly CopyTags: boolean;
  readonly ExtendDeletion: boolean;
  readonly CrossRegionCopyTargets: readonly { readonly TargetRegion: string }[];
  readonly Exclusions: {
    readonly ExcludeBootVolumes?: boolean;
    readonly ExcludeVolumeTypes?: readonly string[];
    readonly ExcludeTags?: readonly LifecycleTag[];
  };
}

/** A lifecycle policy as the file wants it. */
export interface WantedLifecyclePolicy {
  /** The policy's name in the file; `default-volume` or `default-instance` for a default policy. */
  readonly policy: string;
  readonly description: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly roleArn: string;
  /** Those that make it ours. */
  readonly tags: Readonly<Record<string, string>>;
  readonly details: CustomDetails | DefaultDetails;
}

/** A lifecycle policy as DLM answers it. */
export interface LifecyclePolicy {
  readonly id: string;
  readonly description: string;
  /** ENABLED, DISABLED or ERROR. */
  readonly state: string;
  readonly statusMessage?: string;
  readonly roleArn: string;
  readonly tags: Tags;
  readonly isDefault: boolean;
  /** PolicyDetails as JSON, with whatever DLM filled in. */
  readonly details: Readonly<Record<string, unknown>>;
}
