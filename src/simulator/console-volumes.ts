import type { VolumeType } from '@aws-sdk/client-ec2';
import { newTags, presentInstance, presentVolume, type TagRecord } from './console-lookup.ts';
import { defaultKey } from './kms-keys.ts';
import type { InstanceRecord, VolumeRecord } from './records.ts';
import type { World } from './world.ts';

/** A volume on its own. Times are milliseconds since the epoch; `createdAt` is now unless given. */
export interface VolumeSpec {
  readonly sizeGiB: number;
  readonly type?: VolumeType;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted?: boolean;
  /** The ARN of a KMS key, which makes it encrypted; the default one of EBS unless given. */
  readonly keyArn?: string | undefined;
  readonly tags?: TagRecord;
  readonly zone?: string;
  readonly createdAt?: number;
}

export function addVolume(world: World, spec: VolumeSpec): VolumeRecord {
  if (!(spec.sizeGiB > 0)) throw new Error(`Console: a volume of ${spec.sizeGiB} GiB, expected more than 0`);
  const createdAt = spec.createdAt ?? world.now();
  const encrypted = spec.encrypted === true || spec.keyArn !== undefined;
  const volume: VolumeRecord = {
    id: world.ids.next('vol'),
    createdAt,
    goneAt: undefined,
    tags: newTags(world, createdAt, spec.tags),
    sizeGiB: spec.sizeGiB,
    type: spec.type ?? 'gp3',
    iops: spec.iops,
    throughput: spec.throughput,
    encrypted,
    keyArn: encrypted ? (spec.keyArn ?? defaultKey(world).arn) : undefined,
    zone: spec.zone ?? `${world.region}a`,
    attachment: undefined,
    inFlight: [],
    lastSnapshotAt: undefined,
  };
  world.store.volumes.add(volume);
  return volume;
}

/** From now on the volume has, besides what it was written by hand before, these blocks of 512 KiB anew, and no others. */
export function writeBlocks(world: World, volumeId: string, blocks: Iterable<number>): void {
  const volume = presentVolume(world, volumeId);
  const written = new Set(blocks);
  const most = volume.sizeGiB * 2048;
  const wrong = [...written].find((index) => !Number.isInteger(index) || index < 0 || index >= most);
  if (wrong !== undefined)
    throw new Error(`Console: block ${wrong} of ${volumeId}, expected 0 to ${most - 1}`);
  const writes = world.store.blockWrites.get(volumeId) ?? [];
  writes.push({ at: world.now(), blocks: written });
  world.store.blockWrites.set(volumeId, writes);
}

export function attachVolume(
  world: World,
  volumeId: string,
  to: { instanceId: string; device: string },
): void {
  const instance = presentInstance(world, to.instanceId, ['running', 'stopped']);
  const volume = presentVolume(world, volumeId);
  if (volume.attachment !== undefined) throw new Error(`Console: volume ${volumeId} is attached already`);
  if (instance.volumes.has(to.device)) throw new Error(`Console: ${to.device} of ${instance.id} is taken`);
  attach(instance, volume, { device: to.device, attachedAt: world.now(), deleteOnTermination: false });
}

interface Fixing {
  readonly device: string;
  readonly attachedAt: number;
  readonly deleteOnTermination: boolean;
}

/** Attaches without asking, as for the volumes of a new instance. */
export function attach(instance: InstanceRecord, volume: VolumeRecord, fixing: Fixing): void {
  instance.volumes.set(fixing.device, volume);
  volume.attachment = { instanceId: instance.id, ...fixing };
}

export function detachVolume(world: World, volumeId: string): void {
  const volume = presentVolume(world, volumeId);
  if (volume.attachment === undefined) throw new Error(`Console: volume ${volumeId} is not attached`);
  const instance = presentInstance(world, volume.attachment.instanceId, ['running', 'stopped']);
  instance.volumes.delete(volume.attachment.device);
  volume.attachment = undefined;
}

export function deleteVolume(world: World, volumeId: string): void {
  const volume = presentVolume(world, volumeId);
  if (volume.attachment !== undefined) throw new Error(`Console: volume ${volumeId} is attached`);
  volume.goneAt = world.now();
}
