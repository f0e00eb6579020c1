/** What a restore reads of recovery points, and of what it restores into. */

import type { Image, Instance, Snapshot, Tags, Volume } from './inventory.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import type { Machine, Tag } from './restore-sheet.ts';

export interface ImageVolume {
  readonly device: string;
  readonly snapshotId: string;
  readonly type?: string;
  readonly iops?: number;
  readonly throughput?: number;
}

export interface RestorableImage extends Image {
  readonly machine: Machine;
  /** ms since the epoch: from then on it counts as deprecated. */
  readonly deprecatesAt?: number;
  readonly mappings: readonly ImageVolume[];
}

export interface RestorableSnapshot extends Snapshot {
  readonly sizeGiB: number;
  readonly encrypted: boolean;
  /** ARN of its KMS key. */
  readonly key?: string;
  /** In the archive, from where it must be fetched before it can be read. */
  readonly isArchived: boolean;
  /** ms since the epoch: until then an archived one can be read. */
  readonly readableUntil?: number;
}

/** The recovery points of one source, with their parts. */
export interface Restorables {
  readonly points: readonly RecoveryPoint[];
  readonly images: ReadonlyMap<string, RestorableImage>;
  readonly snapshots: ReadonlyMap<string, RestorableSnapshot>;
}

/** What to make of a recovery point: an instance, its volumes alone, or a new root volume for the running source. */
export type RestoreAs = 'instance' | 'volumes' | 'in-place';

/** What the user asks for. What is absent is as the restore sheet has it. */
export interface RestoreRequest {
  /** An instance's or a volume's id. */
  readonly source: string;
  readonly as: RestoreAs;
  /** A recovery point's id, or that of one of its snapshots. */
  readonly point?: string;
  /** ms since the epoch: the newest data of then or before. */
  readonly at?: number;
  readonly type?: string;
  readonly subnet?: string;
  readonly securityGroups?: readonly string[];
  readonly key?: string;
  readonly tags: readonly Tag[];
  readonly withProfile: boolean;
  readonly withAddress: boolean;
  /** It takes the source's place: it opts in again. */
  readonly adopt: boolean;
  readonly zone?: string;
  /** The instance that volumes are attached to. */
  readonly attach?: string;
  /** Only the volumes of these devices. */
  readonly devices?: readonly string[];
  /** Where a set of snapshots does not tell what the machine was. */
  readonly machine: Machine;
  /** Makes another one beside what the same command made before. */
  readonly again?: string;
  /** For how many days archived snapshots are brought back. */
  readonly restoreDays: number;
}

/** What the account has of what the request or the restore sheet names. */
export interface Ground {
  /** The source instance, terminated ones left out. */
  readonly original?: Instance;
  readonly subnet?: { readonly vpc: string; readonly zone: string };
  /** The VPC of each security group that exists. */
  readonly groups: ReadonlyMap<string, string>;
  readonly hasKey: boolean;
  readonly type?: TypeFacts;
  /** Whether the type is offered in the subnet's zone. */
  readonly isOffered: boolean;
  /** The instance that volumes are to be attached to, with those it has. */
  readonly attachTo?: Instance;
  readonly attachedVolumes: readonly Volume[];
  readonly rootTasks: readonly RootTask[];
  /** Archived snapshots that are on their way back. */
  readonly returning: ReadonlySet<string>;
  /** What KMS says of the keys of the point's snapshots, by ARN. */
  readonly keys: ReadonlyMap<string, KeyFacts>;
}

export interface KeyFacts {
  /** KMS's own word: Enabled, Disabled, PendingDeletion, … Absent: it did not say. */
  readonly state?: string;
  readonly isMissing?: true;
  /** Why these credentials may not be able to use it. */
  readonly obstacle?: string;
}

export interface TypeFacts {
  readonly architectures: readonly string[];
  readonly bootModes: readonly string[];
  readonly ena: boolean;
}

/** A replacement of an instance's root volume. */
export interface RootTask {
  readonly id: string;
  /** pending, in-progress, failing, succeeded, failed or failed-detached. */
  readonly state: string;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly tags: Tags;
}

/** One thing, or every reason why not. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] };
