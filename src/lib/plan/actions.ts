/** One API call of a plan, and why it is made. */

import type { Hooks, Place } from '../policy/policy.ts';
import type { BackupIdentity } from './identity.ts';
import type { Tag } from './restore-sheet.ts';

interface CreateBase extends BackupIdentity {
  readonly reason: string;
  readonly tags: readonly Tag[];
}

/** How what runs on the instance is told of a backup. */
export interface PlannedHooks extends Hooks {
  /** Why it cannot be told: known before anything is frozen. */
  readonly obstacle?: string;
  /** The instance makes the snapshots itself, with these tags; the action's own are those of a backup that we make instead. */
  readonly vss?: { readonly tags: readonly Tag[] };
}

export interface CreateImageAction extends CreateBase {
  readonly action: 'create-image';
  /** The AMI's name: the one thing that makes a second call for the slot fail. */
  readonly name: string;
  readonly reboot: boolean;
  readonly excludedDevices: readonly string[];
  /** Of an instance that runs. */
  readonly hooks?: PlannedHooks;
}

export interface CreateSnapshotsAction extends CreateBase {
  readonly action: 'create-snapshots';
  readonly description: string;
  readonly excludeBootVolume: boolean;
  readonly excludedVolumes: readonly string[];
  /** Those that must be in the set. */
  readonly volumes: readonly string[];
  /** Of an instance that runs. */
  readonly hooks?: PlannedHooks;
  /** Of one that is stopped, whose policy has it make them itself: while it still ran it may have begun. */
  readonly begun?: Hooks;
}

export interface CreateSnapshotAction extends CreateBase {
  readonly action: 'create-snapshot';
  readonly description: string;
}

export type CreateAction = CreateImageAction | CreateSnapshotsAction | CreateSnapshotAction;

interface DeleteBase extends BackupIdentity {
  /** What is deregistered or deleted. */
  readonly id: string;
  /** The recovery point that it is, or is part of. */
  readonly point: string;
  readonly reason: string;
}

export interface DeregisterImageAction extends DeleteBase {
  readonly action: 'deregister-image';
  /** Deleted with it by the same call. */
  readonly snapshots: readonly string[];
  /** Its deregistration protection is lifted first. */
  readonly liftsProtection?: true;
}

export interface DeleteSnapshotAction extends DeleteBase {
  readonly action: 'delete-snapshot';
}

export type DeleteAction = DeregisterImageAction | DeleteSnapshotAction;

interface CopyBase extends BackupIdentity {
  /** The AMI or snapshot that is copied. */
  readonly id: string;
  /** The recovery point that it is, or is part of. */
  readonly point: string;
  readonly from: Place;
  readonly reason: string;
  readonly encrypted: boolean;
  /** ARN of a KMS key at the destination; absent: the default key there. */
  readonly key?: string;
  readonly tags: readonly Tag[];
}

export interface CopyImageAction extends CopyBase {
  readonly action: 'copy-image';
  /** As the AMI that it is a copy of is called: a second call for it fails. */
  readonly name: string;
}

export interface CopySnapshotAction extends CopyBase {
  readonly action: 'copy-snapshot';
  readonly description: string;
}

export type CopyAction = CopyImageAction | CopySnapshotAction;

/** Lets another account copy something, or no longer. */
export interface ShareAction extends BackupIdentity {
  readonly action: 'share-image' | 'share-snapshot' | 'unshare-image' | 'unshare-snapshot';
  /** The AMI or snapshot. */
  readonly id: string;
  readonly point: string;
  /** Where it is. */
  readonly from: Place;
  /** The other account. */
  readonly account: string;
  readonly reason: string;
}

export type Action = CreateAction | DeleteAction | CopyAction | ShareAction;

/** Something that was looked at and left as it is. */
export interface Skipped {
  readonly id: string;
  readonly policy?: string;
  readonly reason: string;
}

/** Something that is done, or decided, but that somebody should know of. */
export type Warning = Skipped;
