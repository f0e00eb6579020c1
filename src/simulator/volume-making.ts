import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { addVolume } from './console-volumes.ts';
import type { VolumeType } from '@aws-sdk/client-ec2';
import { SNAPSHOT_ID, checkId, find } from './lookup.ts';
import type { SnapshotRecord, VolumeRecord } from './records.ts';
import { isReadable, snapshotState } from './states.ts';
import { TagHistory, type Tags } from './tags.ts';
import type { World } from './world.ts';

/** What a new volume is to be, besides the data of its snapshot. */
export interface VolumeOrder {
  readonly type: VolumeType | undefined;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
  readonly zone: string;
  readonly tags: Tags | undefined;
  readonly availableFrom: number;
}

/** A snapshot that volumes can be made of. @throws when it is not completed, or in the archive */
export function usableSnapshot(world: World, given: string | undefined): SnapshotRecord {
  const id = checkId(SNAPSHOT_ID, given, 'SnapshotId');
  const now = world.now();
  const snapshot = find(id, { shelf: world.store.snapshots, kind: SNAPSHOT_ID, time: now });
  const state = snapshotState(snapshot, now);
  if (state !== 'completed')
    throw new SimulatedServiceError('IncorrectState', `Snapshot is in invalid state - ${state}`);
  if (!isReadable(snapshot, now)) throw world.opaque(`The snapshot '${id}' is archived`);
  return snapshot;
}

/** Only some types have a number to choose. @throws InvalidParameterCombination, MissingParameter */
export function checkPerformance({ type = 'gp2', iops, throughput }: Partial<VolumeOrder>): void {
  const takesIops = ['gp3', 'io1', 'io2'].includes(type);
  if (iops !== undefined && !takesIops)
    throw combination(`The parameter iops is not supported for ${type} volumes.`);
  if (throughput !== undefined && type !== 'gp3')
    throw combination(`The parameter throughput is not supported for ${type} volumes.`);
  if (iops === undefined && type.startsWith('io')) throw missingParameter('iops');
  if (iops !== undefined && iops < 100)
    throw invalidValue(`Volume iops of ${iops} is too low; minimum is 100.`);
}

function combination(message: string): SimulatedServiceError {
  return new SimulatedServiceError('InvalidParameterCombination', message);
}

/** A volume with the data of a snapshot, as large and as encrypted as that. */
export function makeVolume(world: World, snapshot: SnapshotRecord, order: VolumeOrder): VolumeRecord {
  const made = addVolume(world, {
    sizeGiB: snapshot.sizeGiB,
    type: order.type ?? 'gp2',
    encrypted: snapshot.encrypted,
    keyArn: snapshot.keyArn,
    zone: order.zone,
    ...(order.iops !== undefined && { iops: order.iops }),
    ...(order.throughput !== undefined && { throughput: order.throughput }),
  });
  const volume: VolumeRecord = {
    ...made,
    tags: new TagHistory(made.createdAt, order.tags),
    snapshotId: snapshot.id,
    availableFrom: order.availableFrom,
  };
  world.store.volumes.add(volume);
  return volume;
}
