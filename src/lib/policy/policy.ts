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
  /** Age (ms) of a gone source's newest good point from which retention lets go of everything. */
  readonly releaseAfterSourceGone?: number;
}

/** A policy that no longer runs: what it made is kept by these rules. */
export interface RetiredPolicy {
  readonly name: string;
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

export interface PolicyFile {
  readonly version: 1;
  readonly deployment: string;
  readonly optInTag: string;
  readonly timezone: string;
  readonly policies: readonly Policy[];
  readonly retired: readonly RetiredPolicy[];
  readonly prune: { readonly schedule: Schedule; /** 0…1 */ readonly maxShare: number };
  /** Empty: the account and Region it runs in. */
  readonly targets: readonly Place[];
}

export function sourceKindOf(backup: BackupKind): SourceKind {
  return backup === 'volume' ? 'volume' : 'instance';
}
