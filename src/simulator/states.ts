import type { ImageState, InstanceStateName, SnapshotState, StorageTier } from '@aws-sdk/client-ec2';
import { MINUTE, SECOND } from './clock.ts';
import { isDisabled } from './protections.ts';
import type { ImageRecord, InstanceRecord, SnapshotRecord } from './records.ts';

const SHUTTING_DOWN = 30 * SECOND;

/** A terminated instance stays visible for under an hour. */
export const TERMINATED_VISIBLE = 50 * MINUTE;

export function instanceState(instance: InstanceRecord, time: number): InstanceStateName {
  if (instance.terminatedAt === undefined || time < instance.terminatedAt)
    return presentState(instance, time);
  return time < instance.terminatedAt + SHUTTING_DOWN ? 'shutting-down' : 'terminated';
}

function presentState({ state, runsFrom }: InstanceRecord, time: number): InstanceStateName {
  return state === 'running' && runsFrom !== undefined && time < runsFrom ? 'pending' : state;
}

export function imageState(image: ImageRecord, time: number): ImageState {
  if (image.failsAt !== undefined && time >= image.failsAt) return 'failed';
  if (time < image.availableAt) return 'pending';
  return isDisabled(image, time) ? 'disabled' : 'available';
}

export function snapshotState(snapshot: SnapshotRecord, time: number): SnapshotState {
  if (snapshot.failsAt !== undefined && time >= snapshot.failsAt) return 'error';
  return time < snapshot.completesAt ? 'pending' : 'completed';
}

/** On its way into the archive it is still in the standard tier, "ready for use". */
export function tierOf({ archival }: SnapshotRecord, time: number): StorageTier {
  return archival !== undefined && archival.completesAt <= time ? 'archive' : 'standard';
}

export function isBeingArchived({ archival }: SnapshotRecord, time: number): boolean {
  return archival !== undefined && archival.startedAt <= time && time < archival.completesAt;
}

/** Whether a snapshot can be read: not in the archive, or out of it for a while. */
export function isReadable(snapshot: SnapshotRecord, time: number): boolean {
  const { tierRestore } = snapshot;
  if (tierOf(snapshot, time) === 'standard') return true;
  return tierRestore !== undefined && tierRestore.completesAt <= time && time < tierRestore.expiresAt;
}
