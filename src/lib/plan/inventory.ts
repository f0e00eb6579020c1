/** What an account and Region hold, in our shapes. Times are ms since the epoch. */

export type Tags = ReadonlyMap<string, string>;

export interface Instance {
  readonly id: string;
  /** EC2's state name: pending, running, shutting-down, terminated, stopping, stopped. */
  readonly state: string;
  /** `ebs` or `instance-store`. */
  readonly rootDeviceType: string;
  readonly rootDeviceName: string;
  /** EBS volumes only; instance-store mappings are not listed. */
  readonly volumes: readonly AttachedVolume[];
  readonly tags: Tags;
  readonly instanceType?: string;
  readonly subnet?: string;
  readonly securityGroups: readonly string[];
  /** ARN. */
  readonly instanceProfile?: string;
  readonly keyName?: string;
  readonly zone?: string;
  readonly privateAddress?: string;
  /** Of the CPU, as EC2 names it: x86_64, arm64. */
  readonly architecture?: string;
  /** How it boots now: legacy-bios or uefi. */
  readonly bootMode?: string;
  readonly ena?: boolean;
  /** Why it is in its state, when it got there by itself. */
  readonly stateReason?: string;
  /** When it was last started, not when it was made: EC2 does not say that. */
  readonly launchedAt?: number;
}

export interface AttachedVolume {
  readonly device: string;
  readonly volumeId: string;
}

export interface Volume {
  readonly id: string;
  /** EC2's state name: creating, available, in-use, deleting, deleted, error. */
  readonly state: string;
  readonly type: string;
  readonly sizeGiB: number;
  readonly iops?: number;
  readonly throughput?: number;
  readonly zone?: string;
  readonly attachment?: { readonly instanceId: string; readonly device: string };
  readonly createdAt?: number;
  readonly tags: Tags;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  /** EC2's state name: available, pending, failed, disabled, … */
  readonly state: string;
  readonly stateReason?: string;
  readonly createdAt: number;
  /** The snapshots it maps; not complete before the image is available. */
  readonly snapshotIds: readonly string[];
  /** EC2's own word, absent or `disabled` when deregistration is not protected. */
  readonly deregistrationProtection?: string;
  readonly tags: Tags;
}

export interface Snapshot {
  readonly id: string;
  /** EC2's state name: pending, completed, error, recoverable, recovering. */
  readonly state: string;
  /** Why it is in state error: EC2 tells it of copies whose key cannot be used. */
  readonly stateReason?: string;
  readonly startedAt: number;
  readonly volumeId: string;
  readonly tags: Tags;
}
