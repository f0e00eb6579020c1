import type { ImageState, InstanceStateName, SnapshotState, VolumeType } from '@aws-sdk/client-ec2';
import type { LifecycleActivity, ScriptRun } from './dlm-run-activity.ts';
import type { BinKind } from './protection-records.ts';
import { deprecationOf, isLocked, protectionOf } from './protections.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { binned } from './recycle-bin.ts';
import { accountsOf } from './sharing.ts';
import { imageState, instanceState, snapshotState, tierOf } from './states.ts';
import { snapshotIdsOf } from './stock.ts';
import type { Tags } from './tags.ts';
import type { World } from './world.ts';

type TagRecord = Readonly<Record<string, string>>;

/** The truth now, without lag. Times are milliseconds since the epoch. */
export interface InstanceView {
  readonly id: string;
  readonly state: InstanceStateName;
  readonly imageId: string;
  readonly volumeIds: readonly string[];
  readonly launchedAt: number;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly securityGroups: readonly string[];
  readonly keyName: string | undefined;
  readonly profile: string | undefined;
  readonly privateIp: string;
  /** How often CreateImage powered it down. */
  readonly reboots: number;
  readonly tags: TagRecord;
}

export interface VolumeView {
  readonly id: string;
  readonly sizeGiB: number;
  readonly type: VolumeType;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
  readonly encrypted: boolean;
  readonly zone: string;
  /** What it was made from. */
  readonly snapshotId: string | undefined;
  readonly attachedTo: string | undefined;
  readonly device: string | undefined;
  readonly tags: TagRecord;
}

export interface ImageView {
  readonly id: string;
  readonly name: string;
  readonly state: ImageState;
  readonly description: string;
  readonly createdAt: number;
  readonly sourceInstanceId: string | undefined;
  /** Of every mapped volume, also while the image is pending. */
  readonly snapshotIds: readonly string[];
  readonly isProtected: boolean;
  readonly sharedWith: readonly string[];
  /** From when it is deprecated, which may lie ahead. */
  readonly deprecatedAt: number | undefined;
  readonly tags: TagRecord;
}

export interface SnapshotView {
  readonly id: string;
  readonly volumeId: string;
  readonly sizeGiB: number;
  readonly state: SnapshotState;
  readonly description: string;
  readonly startedAt: number;
  readonly isLocked: boolean;
  readonly encrypted: boolean;
  /** The KMS key of an encrypted one. */
  readonly keyArn: string | undefined;
  readonly tier: 'standard' | 'archive';
  readonly sharedWith: readonly string[];
  /** Where fast snapshot restore is on. */
  readonly fastRestoreZones: readonly string[];
  /** Images that map it. */
  readonly imageIds: readonly string[];
  readonly tags: TagRecord;
}

export interface BinnedView {
  readonly kind: BinKind;
  readonly id: string;
  readonly enteredAt: number;
  readonly exitsAt: number;
  readonly tags: TagRecord;
}

export function viewInstances(world: World): readonly InstanceView[] {
  return world.store.instances.all(world.now()).map((instance) => ({
    id: instance.id,
    state: instanceState(instance, world.now()),
    imageId: instance.imageId,
    volumeIds: Array.from(instance.volumes.values(), ({ id }) => id),
    launchedAt: instance.createdAt,
    instanceType: instance.instanceType,
    subnetId: instance.subnetId,
    securityGroups: instance.securityGroups,
    keyName: instance.keyName,
    profile: instance.profile,
    privateIp: instance.privateIp,
    reboots: instance.reboots,
    tags: toRecord(instance.tags.now()),
  }));
}

export function viewVolumes(world: World): readonly VolumeView[] {
  return world.store.volumes.all(world.now()).map((volume) => ({
    id: volume.id,
    sizeGiB: volume.sizeGiB,
    type: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    zone: volume.zone,
    snapshotId: volume.snapshotId,
    attachedTo: volume.attachment?.instanceId,
    device: volume.attachment?.device,
    tags: toRecord(volume.tags.now()),
  }));
}

/** The account's own images, of those that were made at an instant or later. */
export function viewImages(world: World, since: number): readonly ImageView[] {
  const own = world.store.images
    .all(world.now())
    .filter((image) => image.createdAt >= since && image.ownerId === world.account);
  return own.map((image) => imageView(world, image));
}

/** Undefined where there is none. */
export function viewImage(world: World, id: string): ImageView | undefined {
  const image = world.store.images.get(id, world.now());
  return image && imageView(world, image);
}

function imageView(world: World, image: ImageRecord): ImageView {
  return {
    id: image.id,
    name: image.name,
    state: imageState(image, world.now()),
    description: image.description,
    createdAt: image.createdAt,
    sourceInstanceId: image.sourceInstanceId,
    snapshotIds: snapshotIdsOf(image),
    isProtected: protectionOf(image, world.now()) !== undefined,
    sharedWith: accountsOf(image),
    deprecatedAt: deprecationOf(image, world.now()),
    tags: toRecord(image.tags.now()),
  };
}

/** The account's own snapshots, of those that were started at an instant or later. */
export function viewSnapshots(world: World, since: number): readonly SnapshotView[] {
  const own = world.store.snapshots
    .all(world.now())
    .filter((snapshot) => snapshot.createdAt >= since && snapshot.ownerId === world.account);
  return own.map((snapshot) => snapshotView(world, snapshot));
}

/** Undefined where there is none. */
export function viewSnapshot(world: World, id: string): SnapshotView | undefined {
  const snapshot = world.store.snapshots.get(id, world.now());
  return snapshot && snapshotView(world, snapshot);
}

function snapshotView(world: World, snapshot: SnapshotRecord): SnapshotView {
  return {
    id: snapshot.id,
    volumeId: snapshot.volumeId,
    sizeGiB: snapshot.sizeGiB,
    state: snapshotState(snapshot, world.now()),
    description: snapshot.description,
    startedAt: snapshot.createdAt,
    isLocked: isLocked(snapshot, world.now()),
    encrypted: snapshot.encrypted,
    keyArn: snapshot.keyArn,
    tier: tierOf(snapshot, world.now()),
    sharedWith: accountsOf(snapshot),
    fastRestoreZones: snapshot.fastRestoreZones ?? [],
    imageIds: world.store.imagesOfSnapshot.of(snapshot.id),
    tags: toRecord(snapshot.tags.now()),
  };
}

export function viewBin(world: World): readonly BinnedView[] {
  return binned(world, world.now()).map(({ kind, id, enteredAt, exitsAt, tags }) => ({
    kind,
    id,
    enteredAt,
    exitsAt,
    tags: toRecord(tags),
  }));
}

export function viewLifecycleActivity(world: World, policyId: string): LifecycleActivity {
  return Object.fromEntries(world.store.lifecycleActivity.get(policyId) ?? []);
}

export function viewScriptRuns(world: World): readonly ScriptRun[] {
  return [...world.store.scriptRuns];
}

function toRecord(tags: Tags): TagRecord {
  return Object.fromEntries(tags);
}
