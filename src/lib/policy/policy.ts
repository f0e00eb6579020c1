/** What `policies.yml` says, parsed and complete: every default is filled in. Times are milliseconds since the epoch. */

import type { Keep } from './keep.ts';

/** How a source is backed up: an AMI, all volumes of an instance at one instant, or one volume. */
export type BackupKind = 'image' | 'snapshots' | 'volume';

/** What kind of resource a policy backs up. */
export type SourceKind = 'instance' | 'volume';

export interface Policy {
  /** `[a-z0-9-]{1,32}`, unique over running and retired policies. */
  readonly name: string;
  readonly backup: BackupKind;
  readonly schedule: Schedule;
  /** IANA zone of the schedule and of the retention calendar. */
  readonly timezone: string;
  readonly keep: Keep;
  /** Shut the instance down for a clean image; only for `image`. */
  readonly reboot: boolean;
  /** Absent: sources opt in by tag. */
  readonly select?: Selector;
  /** At most three, each in a place of its own. */
  readonly copies: readonly Copy[];
  /** Age (ms) of a gone source's newest good point from which retention lets go of everything. */
  readonly releaseAfterSourceGone?: number;
  /** Absent: nothing of it is ever rehearsed. Only of instances. */
  readonly rehearse?: Rehearse;
  /** Absent: what runs on its instances is told nothing. Only of instances that are not rebooted. */
  readonly hooks?: Hooks;
  /** Absent: nothing of it is locked. */
  readonly lock?: Lock;
  /** AMIs are protected from deregistration, and a prune lifts that just before it deregisters. false: only lifted. Absent: whoever protects one, it stays. */
  readonly protect?: boolean;
  /** Age (ms since the slot) from which snapshots move to the archive. */
  readonly archiveAfter?: number;
  /** Age (ms) from which an AMI is deprecated. */
  readonly deprecateAfter?: number;
  /** Accounts that may use what it makes, and no others but those it is copied to. Absent: sharing is left alone. */
  readonly share?: readonly string[];
  /** Before it is deregistered an AMI is disabled for so long (ms). */
  readonly removal?: { readonly disableFor: number };
}

/** A document of Systems Manager, by DLM's contract, that freezes and thaws the application around the backup. */
export interface Hooks {
  /** Name or ARN. */
  readonly document: string;
  /** Seconds that each run of it may take. */
  readonly timeout: number;
  /** When the pre-script fails. */
  readonly onFailure: 'crash-consistent' | 'skip';
  /** Besides `command` and `executionId`. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly mode: 'governance' | 'compliance';
  /** Ms since the slot, whole days. */
  readonly for: number;
  /** Hours, only for compliance. Absent: EC2 locks at once. */
  readonly coolOff?: number;
}

/** Now and then a random backup is started, to see that it can be restored. */
export interface Rehearse {
  /** In the policy's zone. */
  readonly schedule: Schedule;
  readonly subnet: string;
  /** Absent: the restore sheet's. */
  readonly instanceType?: string;
  /** Run by Systems Manager; exit code 0 is a success. */
  readonly command?: string;
  /** Where the subnet is. Absent: the file has no targets, and it is where the functions run. */
  readonly place?: Place;
}

/** Where a policy's backups are copied to, and how they are kept there. */
export interface Copy {
  /** Absent: the account of the source. */
  readonly account?: string;
  readonly region: string;
  /** Absent: as the policy keeps. */
  readonly keep?: Keep;
  readonly encrypted: boolean;
  /** ARN of a KMS key of that Region; absent: the default key of that account for EBS. */
  readonly key?: string;
}

/**
 * A policy with `engine: dlm`: Amazon Data Lifecycle Manager makes and deletes its backups. All that DLM cannot do was
 * refused when the file was parsed, so that this only needs to be written down in DLM's words.
 */
export interface DlmPolicy {
  readonly name: string;
  readonly backup: BackupKind;
  /** As written; DLM follows `schedules`. */
  readonly schedule: Schedule;
  readonly timezone: string;
  /** As written; it also decides on what the Lambda engine made before the engine was changed. */
  readonly keep: Keep;
  readonly releaseAfterSourceGone?: number;
  readonly reboot: boolean;
  /** false: registered, but DLM makes nothing. */
  readonly enabled: boolean;
  /** One tag key with the values of which any will do. Absent: sources opt in by tag. */
  readonly select?: { readonly key: string; readonly values: readonly string[] };
  /** One to four, the first of which, `base`, fires whenever the policy does. */
  readonly schedules: readonly DlmSchedule[];
  /** Put on what DLM makes. */
  readonly tags: Readonly<Record<string, string>>;
  /** Likewise, with a value that DLM fills in: `$(instance-id)` or `$(timestamp)`. */
  readonly variableTags: Readonly<Record<string, string>>;
  /** The source's own tags too. */
  readonly copyTags: boolean;
  readonly copies: readonly DlmCopy[];
  readonly share?: { readonly accounts: readonly string[]; readonly unshareAfter?: DlmAge };
  /** Zones by name or all by id. */
  readonly fastRestore?: { readonly retain: DlmRetention; readonly zones: readonly string[] };
  /** How long in the standard tier (count 0: not at all), then how long in the archive. */
  readonly archive?: { readonly standard: DlmRetention; readonly archived: DlmRetention };
  /** An age, or how many of the oldest. */
  readonly deprecate?: DlmRetention;
  readonly excludeBootVolume: boolean;
  /** Data volumes with any of these tags are left out, besides those with `Backup:Exclude=true`. */
  readonly excludeVolumes: TagPatterns;
  readonly hooks?: DlmHooks;
}

export type DlmAgeUnit = 'DAYS' | 'WEEKS' | 'MONTHS' | 'YEARS';

export interface DlmAge {
  readonly interval: number;
  readonly unit: DlmAgeUnit;
}

export type DlmRetention = { readonly count: number } | DlmAge;

export interface DlmSchedule {
  /** `base`, or the rule of `keep` it stands for: `daily`, `weekly`, `monthly`, `yearly`. Renaming one orphans what it made. */
  readonly name: string;
  readonly create: DlmCreate;
  readonly retain: DlmRetention;
}

/** In UTC, which is all that DLM knows. `at` is `hh:mm`. */
export type DlmCreate =
  { readonly cron: string } | { readonly everyHours: 1 | 2 | 3 | 4 | 6 | 8 | 12 | 24; readonly at: string };

export interface DlmCopy {
  readonly region: string;
  readonly encrypted: boolean;
  /** ARN of a KMS key of that Region; absent: the account's default key. */
  readonly key?: string;
  readonly copyTags: boolean;
  readonly retain: DlmAge;
  /** Only for images. */
  readonly deprecate?: DlmAge;
}

export interface DlmHooks {
  /** Name or ARN of an SSM document, or `AWS_VSS_BACKUP`. */
  readonly document: string;
  readonly stages: readonly ('pre' | 'post')[];
  /** Seconds. */
  readonly timeout: number;
  readonly retries: number;
  readonly onFailure: 'crash-consistent' | 'skip';
}

/** DLM's default policy of an account and Region: backs up what has had no recent backup. At most one of each kind. */
export interface DefaultPolicy {
  readonly kind: SourceKind;
  readonly enabled: boolean;
  /** Days, 1 to 7. */
  readonly createEvery: number;
  /** Days, 2 to 14. */
  readonly retain: number;
  readonly copyTags: boolean;
  /** Goes on deleting, the last one included, when the source is gone or the policy is disabled, in error or deleted. */
  readonly extendDeletion: boolean;
  /** Regions. */
  readonly copies: readonly string[];
  /** Only `volume` takes the first two. */
  readonly exclude: {
    readonly bootVolumes: boolean;
    readonly volumeTypes: readonly string[];
    readonly tags: TagPatterns;
  };
}

/** A policy that no longer runs: what it made is kept by these rules. */
export interface RetiredPolicy {
  readonly name: string;
  /** false: prunes lift the deregistration protection of what they delete. Absent: whoever protects an AMI, it stays. */
  readonly protect?: boolean;
  readonly timezone: string;
  readonly keep: Keep;
  readonly releaseAfterSourceGone?: number;
}

/** AND between tag keys, OR between values, `*` and `?` as in EC2 filters; then whatever `exclude` matches is left out. */
export interface Selector {
  readonly tags: TagPatterns;
  /** A source that matches any of these keys is left out. */
  readonly exclude: TagPatterns;
}

export type TagPatterns = Readonly<Record<string, readonly string[]>>;

export interface Schedule {
  /** As written in the file: `cron(0 3 * * ? *)` or `every 6 hours from 01:30`. */
  readonly text: string;
  /** The same as EventBridge Scheduler's expression, always `cron(…)`, read in the policy's zone. */
  readonly cron: string;
}

export interface Place {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}

/** A place to back up, and how to get in. */
export interface Target extends Place {
  /** Each job assumes the role `<rolePrefix>-<job>` there. Absent: the function's own role works there. */
  readonly rolePrefix?: string;
  /** What those roles ask for before they may be assumed. */
  readonly externalId?: string;
  /** Nothing is backed up there: it takes copies of what others make. */
  readonly copiesOnly?: true;
}

export interface PolicyFile {
  readonly version: 1;
  readonly deployment: string;
  readonly optInTag: string;
  readonly timezone: string;
  /** Those that the Lambdas run. */
  readonly policies: readonly Policy[];
  /** Those that DLM runs. */
  readonly dlmPolicies: readonly DlmPolicy[];
  readonly defaultPolicies: readonly DefaultPolicy[];
  readonly retired: readonly RetiredPolicy[];
  readonly prune: { readonly schedule: Schedule; /** 0…1 */ readonly maxShare: number };
  /** When lifecycle policies are compared with DLM and put right, in the file's time zone. */
  readonly registerPolicies: { readonly schedule: Schedule };
  /** When copies are looked after besides when something was made, in the file's time zone. */
  readonly replicate: { readonly schedule: Schedule };
  /** Empty: the account and Region it runs in. */
  readonly targets: readonly Target[];
  /** How much of EC2's request quotas a run may use, 0…1, so that the account's other users are not starved. */
  readonly limits: { readonly share: number };
  /** When everything is measured, and when people are told of it, in the file's time zone. */
  readonly watch: { readonly schedule: Schedule; readonly digest: Schedule };
  /** E-mail addresses for alarms and the digest. */
  readonly notify: readonly string[];
  /** Whether each source is told, by its tag `Backup:Status`, how its backups stand. */
  readonly feedbackTag: boolean;
}

/** Every policy that backs something up, whoever runs it. */
export function runningPolicies(file: PolicyFile): readonly (Policy | DlmPolicy)[] {
  return [...file.policies, ...file.dlmPolicies];
}

/** Every policy by whose rules something is kept. */
export function keepingPolicies(file: PolicyFile): readonly RetiredPolicy[] {
  return [...runningPolicies(file), ...file.retired];
}

export function isDlmPolicy(policy: Policy | DlmPolicy): policy is DlmPolicy {
  return 'schedules' in policy;
}

export function sourceKindOf(backup: BackupKind): SourceKind {
  return backup === 'volume' ? 'volume' : 'instance';
}
