import type { LockState } from '@aws-sdk/client-ec2';
import { DAY } from './clock.ts';
import { History } from './history.ts';
import type { Protection, ProtectionMode, SnapshotLock } from './protection-records.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';

/** EC2 goes on refusing for a day when protection with a cooldown was turned off. */
const COOLDOWN = DAY;

/** The lock of a snapshot, which may have expired; none when it was pending then and never completed. */
export function lockOf(snapshot: SnapshotRecord, time: number): SnapshotLock | undefined {
  const lock = snapshot.locking?.at(time);
  const { failsAt, completesAt } = snapshot;
  const hasFailed = failsAt !== undefined && failsAt <= completesAt && failsAt <= time;
  return hasFailed ? undefined : lock;
}

export function setLock(snapshot: SnapshotRecord, lock: SnapshotLock | undefined, now: number): void {
  snapshot.locking ??= new History<SnapshotLock | undefined>(snapshot.createdAt, undefined);
  snapshot.locking.change(now, lock);
}

/** Whether EC2 refuses to delete the snapshot because of it. */
export function isLocked(snapshot: SnapshotRecord, time: number): boolean {
  const lock = lockOf(snapshot, time);
  return lock !== undefined && lockState(lock, time) !== 'expired';
}

export function lockState({ mode, expiresOn, coolOff }: SnapshotLock, time: number): LockState {
  if (time >= expiresOn) return 'expired';
  return coolOff !== undefined && time < coolOff.endsOn ? 'compliance-cooloff' : mode;
}

export function isDisabled({ disabling }: ImageRecord, time: number): boolean {
  return disabling?.at(time) ?? false;
}

export function setDisabled(image: ImageRecord, disabled: boolean, now: number): void {
  image.disabling ??= new History<boolean>(image.createdAt, false);
  image.disabling.change(now, disabled);
}

export function setProtection(image: ImageRecord, protection: Protection, now: number): void {
  image.protecting ??= new History<Protection | undefined>(image.createdAt, undefined);
  image.protecting.change(now, protection);
}

/** In which mode EC2 refuses to deregister the image, a cooldown included; undefined when it does not. */
export function protectionOf({ protecting }: ImageRecord, time: number): ProtectionMode | undefined {
  const protection = protecting?.at(time);
  if (protection === undefined) return undefined;
  const { mode, endedAt } = protection;
  if (endedAt === undefined) return mode;
  return mode === 'enabled-with-cooldown' && time < endedAt + COOLDOWN ? mode : undefined;
}

/** From when the image is deprecated, which may lie ahead. */
export function deprecationOf({ deprecation }: ImageRecord, time: number): number | undefined {
  return deprecation?.at(time);
}

export function setDeprecation(image: ImageRecord, deprecatedAt: number | undefined, now: number): void {
  image.deprecation ??= new History<number | undefined>(image.createdAt, undefined);
  image.deprecation.change(now, deprecatedAt);
}
