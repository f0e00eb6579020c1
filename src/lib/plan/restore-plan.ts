/** What a restore is going to do, as a value. */

import type { BackupKind } from '../policy/policy.ts';
import type { Machine, Tag } from './restore-sheet.ts';

export interface RestorePlan {
  readonly point: {
    readonly id: string;
    readonly kind: BackupKind;
    readonly policy: string;
    readonly source: string;
    /** ms since the epoch. */
    readonly slot: number;
    /** ms since the epoch. */
    readonly takenAt: number;
  };
  readonly target: RestoreTarget;
  /** Snapshots in the archive. While there is one, the rest of the plan must wait. */
  readonly archived: readonly { readonly id: string; readonly isReturning: boolean }[];
  readonly restoreDays: number;
  /** How what is restored differs from the original, or from its restore sheet when that is gone. */
  readonly differences: readonly Difference[];
  readonly comparedWith: 'the original' | 'the restore sheet';
  readonly notes: readonly string[];
}

export interface Difference {
  readonly what: string;
  readonly was: string;
  readonly will: string;
}

export type RestoreTarget = InstanceTarget | VolumesTarget | RootTarget;

export interface InstanceTarget {
  readonly as: 'instance';
  readonly image: { readonly id: string } | ImageOrder;
  readonly launch: LaunchOrder;
}

/** A temporary AMI of the snapshots of a set. */
export interface ImageOrder {
  readonly machine: Machine & { readonly rootDevice: string; readonly architecture: string };
  readonly volumes: readonly MappedVolume[];
}

export interface MappedVolume {
  readonly device: string;
  readonly snapshotId: string;
  readonly type?: string;
  readonly iops?: number;
  readonly throughput?: number;
}

export interface LaunchOrder {
  readonly type: string;
  readonly subnet: string;
  readonly securityGroups: readonly string[];
  readonly key?: string;
  /** ARN. */
  readonly profile?: string;
  readonly privateAddress?: string;
  readonly tags: readonly Tag[];
  readonly volumeTags: readonly Tag[];
}

export interface VolumesTarget {
  readonly as: 'volumes';
  readonly zone: string;
  readonly volumes: readonly (MappedVolume & { readonly sizeGiB: number; readonly encrypted: boolean })[];
  readonly attachTo?: string;
  readonly tags: readonly Tag[];
}

/** A new root volume for a running instance. */
export interface RootTarget {
  readonly as: 'in-place';
  readonly instance: string;
  /** The one that is replaced, and kept. */
  readonly rootVolume: string;
  readonly from: { readonly image: string } | { readonly snapshot: string };
  /** The last replacement of it before this one. */
  readonly after?: string;
  readonly tags: readonly Tag[];
}
