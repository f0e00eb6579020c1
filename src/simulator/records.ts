import type { PolicyDetails } from '@aws-sdk/client-dlm';
import type { ArchitectureValues, BootModeValues, InstanceStateName, VolumeType } from '@aws-sdk/client-ec2';
import type { BlockContent } from './block-content.ts';
import type { History } from './history.ts';
import type { Archival, Protection, SnapshotLock, TierRestore } from './protection-records.ts';
import type { TagHistory } from './tags.ts';

/** What every resource has. Times are milliseconds since the epoch. */
export interface Resource {
  readonly id: string;
  readonly createdAt: number;
  readonly tags: TagHistory;
  /** From when on it no longer exists. May lie ahead, as for a terminated instance. */
  goneAt: number | undefined;
}

export interface InstanceRecord extends Resource {
  readonly reservationId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly securityGroups: readonly string[];
  readonly profile: string | undefined;
  readonly keyName: string | undefined;
  readonly autoScalingGroup: string | undefined;
  readonly rootDevice: 'ebs' | 'instance-store';
  readonly rootDeviceName: string;
  readonly ephemeral: readonly EphemeralMapping[];
  /** Attached volumes by device name. */
  readonly volumes: Map<string, VolumeRecord>;
  state: InstanceStateName;
  /** From when a running one runs: pending until then. At once unless set. */
  readonly runsFrom?: number;
  /** Why it did not start or ended by itself. */
  stateReason?: string | undefined;
  readonly clientToken?: string | undefined;
  /** Its status checks fail. */
  impaired?: boolean;
  /** Whether Systems Manager reaches it, and whether what it runs there succeeds; offline unless set. */
  ssm?: 'online' | 'failing' | undefined;
  /** What its agent says that it runs; absent: as all say. */
  agentPlatform?: 'Linux' | 'Windows';
  /** Of an agent that was heard of and is not online. */
  ping?: 'ConnectionLost' | undefined;
  terminatedAt: number | undefined;
  reboots: number;
}

export interface EphemeralMapping {
  readonly device: string;
  readonly virtualName: string;
}

export interface VolumeRecord extends Resource {
  readonly sizeGiB: number;
  readonly type: VolumeType;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
  readonly encrypted: boolean;
  /** The KMS key of an encrypted one. */
  readonly keyArn: string | undefined;
  readonly zone: string;
  /** What it was made from, if anything. */
  readonly snapshotId?: string;
  /** Creating until then. */
  readonly availableFrom?: number;
  attachment: Attachment | undefined;
  /** Snapshots that may still count against the volume's limit: pending ones and those in error. */
  inFlight: SnapshotRecord[];
  lastSnapshotAt: number | undefined;
}

interface Attachment {
  readonly instanceId: string;
  readonly device: string;
  readonly attachedAt: number;
  readonly deleteOnTermination: boolean;
}

export interface SnapshotRecord extends Resource {
  readonly ownerId: string;
  readonly volumeId: string;
  /** Absent: of its volume when it was created. */
  readonly content?: BlockContent;
  readonly sizeGiB: number;
  readonly encrypted: boolean;
  readonly description: string;
  readonly completesAt: number;
  /** The other snapshots of one CreateSnapshots: they fail together. */
  readonly set: readonly SnapshotRecord[];
  /** Whether CreateSnapshots made it, which ends with one event for the set. */
  readonly isOfInstance?: true;
  failsAt: number | undefined;
  stateMessage: string | undefined;
  /** The KMS key of an encrypted one. */
  readonly keyArn?: string | undefined;
  /** How long somebody locked it for. */
  locking?: History<SnapshotLock | undefined>;
  /** How it got into the archive, or is about to. */
  archival?: Archival;
  /** How it comes back from the archive, for a while. */
  tierRestore?: TierRestore;
  /** Accounts that may make volumes and copies of it. */
  sharing?: History<readonly string[]>;
  /** Names or ids of the zones where fast snapshot restore is on. */
  fastRestoreZones?: readonly string[];
}

export interface ImageRecord extends Resource {
  readonly ownerId: string;
  readonly name: string;
  readonly description: string;
  readonly sourceInstanceId: string | undefined;
  readonly rootDeviceName: string;
  readonly mappings: readonly ImageMapping[];
  readonly availableAt: number;
  failsAt: number | undefined;
  stateReason: string | undefined;
  /** Of a copy: what it was copied from. */
  readonly source?: { readonly region: string; readonly imageId: string };
  /** Accounts that may launch from it. */
  sharing?: History<readonly string[]>;
  disabling?: History<boolean>;
  /** Of deregistration. */
  protecting?: History<Protection | undefined>;
  /** From when it is deprecated, which may lie ahead. */
  deprecation?: History<number | undefined>;
  /** x86_64 unless set. */
  readonly architecture?: ArchitectureValues;
  readonly bootMode?: BootModeValues | undefined;
  readonly enaSupport?: boolean | undefined;
}

export interface ImageMapping {
  readonly device: string;
  readonly virtualName?: string;
  readonly snapshotId?: string;
  readonly sizeGiB?: number;
  readonly type?: VolumeType;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted?: boolean;
  readonly deleteOnTermination?: boolean;
}

export interface LaunchTemplateRecord {
  readonly id: string;
  readonly name: string;
  /** The image of each version, oldest first; version n is at n - 1. */
  readonly imageIds: string[];
}

export interface LaunchConfigurationRecord {
  readonly name: string;
  readonly imageId: string;
  readonly createdAt: number;
}

export interface AutoScalingGroupRecord {
  readonly name: string;
  readonly launchConfiguration: string | undefined;
  readonly launchTemplate: string | undefined;
  /** AMIs that overrides of its mixed instances policy name. */
  readonly overrideImageIds: readonly string[];
  readonly createdAt: number;
}

/** A lifecycle policy of DLM. Change it by dlm-api-records.ts, which keeps the past that a lagging read may show. */
export interface LifecyclePolicyRecord {
  /** `policy-0` and 16 hexadecimal digits. */
  readonly id: string;
  readonly createdAt: number;
  modifiedAt: number;
  description: string;
  state: 'ENABLED' | 'DISABLED' | 'ERROR';
  statusMessage: string | undefined;
  roleArn: string;
  readonly tags: Map<string, string>;
  readonly defaultPolicy: 'VOLUME' | 'INSTANCE' | undefined;
  /** Complete, with every default materialised (custom: STANDARD; default policies: SIMPLIFIED). */
  details: PolicyDetails;
  /** From when the current state holds: firings before are not made up for. */
  stateSince: number;
  /** It stays in the store: with ExtendDeletion DLM goes on deleting. */
  deletedAt: number | undefined;
}

/** An IAM role, which all Regions of the account share. */
export interface RoleRecord {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  /** `/`, or such as `/service-role/`. */
  readonly path: string;
  readonly createdAt: number;
  /** Its trust policy, a policy document. */
  readonly trust: object;
  /** Patterns of actions, with `*`, on any resource. */
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  readonly conditionKeys: readonly string[];
}

/** A symmetric KMS key of an account in one Region. */
export interface KeyRecord {
  /** A UUID. */
  readonly id: string;
  readonly arn: string;
  readonly account: string;
  /** `AWS` for the one that EBS makes for the account (`alias/aws/ebs`), which no other account can use. */
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly createdAt: number;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** Other accounts that its policy allows what its own account may. */
  readonly sharedWith: Set<string>;
  /** What its policy denies to everyone: to encrypt and decrypt with it, or to describe it. */
  readonly denied: Set<'use' | 'describe'>;
}

export interface SubnetRecord {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
}

export interface SecurityGroupRecord extends Resource {
  readonly vpcId: string;
  /** Absent of those that the console makes. */
  readonly name?: string;
  egress: readonly EgressRule[];
}

/** What may go out of a group's instances. */
export interface EgressRule {
  /** `-1` is any. */
  readonly protocol: string;
  /** A CIDR, or the id of a group or of a prefix list. */
  readonly to: string;
  readonly ports?: { readonly from: number; readonly until: number };
}

export interface VpcEndpointRecord {
  readonly id: string;
  readonly vpcId: string;
  /** Such as `com.amazonaws.ap-northeast-2.ssm`. */
  readonly service: string;
  readonly type: 'Interface' | 'Gateway';
  readonly groups: readonly string[];
}

/** One replacement of a running instance's root volume. */
export interface RootTaskRecord extends Resource {
  readonly instanceId: string;
  readonly imageId: string | undefined;
  readonly snapshotId: string | undefined;
  readonly deleteReplaced: boolean;
  readonly completesAt: number;
  readonly failure: string | undefined;
}
