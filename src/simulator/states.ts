import type { ImageState, InstanceStateName, LockState, SnapshotState } from '@aws-sdk/client-ec2';
import { DAY, MINUTE, SECOND } from './clock.ts';
import type { ImageRecord, InstanceRecord, SnapshotLock, SnapshotRecord } from './records.ts';

const SHUTTING_DOWN = 30 * SECOND;
const COOLDOWN = DAY;

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
  return image.disabled ? 'disabled' : 'available';
}

export function snapshotState(snapshot: SnapshotRecord, time: number): SnapshotState {
  if (snapshot.failsAt !== undefined && time >= snapshot.failsAt) return 'error';
  return time < snapshot.completesAt ? 'pending' : 'completed';
}

/** Whether a snapshot can be read: not in the archive, or out of it for a while. */
export function isReadable({ tier, tierRestore }: SnapshotRecord, time: number): boolean {
  if (tier !== 'archive') return true;
  return tierRestore !== undefined && tierRestore.completesAt <= time && time < tierRestore.expiresAt;
}

/** Whether EC2 refuses to deregister the image now, a cooldown included. */
export function isProtected(image: ImageRecord, now: number): boolean {
  const { protection } = image;
  if (protection === undefined) return false;
  if (protection.endedAt === undefined) return true;
  return protection.mode === 'enabled-with-cooldown' && now < protection.endedAt + COOLDOWN;
}

export function isLocked(snapshot: SnapshotRecord, now: number): boolean {
  return snapshot.lock !== undefined && now < snapshot.lock.expiresOn;
}

export function lockState(lock: SnapshotLock, now: number): LockState {
  return now < lock.expiresOn ? lock.mode : 'expired';
}
