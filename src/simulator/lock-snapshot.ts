import type {
  LockSnapshotRequest,
  LockSnapshotResult,
  UnlockSnapshotRequest,
  UnlockSnapshotResult,
} from '@aws-sdk/client-ec2';
import { DAY, HOUR } from './clock.ts';
import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { renderLock } from './locked-snapshots.ts';
import type { CoolOff, SnapshotLock } from './protection-records.ts';
import { isLocked, lockOf, lockState, setLock } from './protections.ts';
import type { SnapshotRecord } from './records.ts';
import { findOwnSnapshot } from './remove.ts';
import { snapshotState } from './states.ts';
import type { Command, World } from './world.ts';

const MOST_HOURS = 72;
const MOST_DAYS = 36_500;

/** Locks, or changes a lock. Of refusals of a snapshot in its state no code is known. */
export const lockSnapshot: Command<LockSnapshotRequest, LockSnapshotResult> = {
  parameters: {
    SnapshotId: true,
    LockMode: true,
    CoolOffPeriod: true,
    LockDuration: true,
    ExpirationDate: true,
    DryRun: true,
  },
  run(world, input) {
    const snapshot = findOwnSnapshot(world, input.SnapshotId);
    const lock = readLock(world, snapshot, input);
    checkLockable(world, snapshot);
    checkChange(world, snapshot, lock);
    setLock(snapshot, lock, world.now());
    return { SnapshotId: snapshot.id, ...renderLock(lock, world.now()) };
  },
};

/** Of a snapshot that is not locked, or no longer, the answer is not known: it is refused here. */
export const unlockSnapshot: Command<UnlockSnapshotRequest, UnlockSnapshotResult> = {
  parameters: { SnapshotId: true, DryRun: true },
  run(world, input) {
    const snapshot = findOwnSnapshot(world, input.SnapshotId);
    if (!isLocked(snapshot, world.now())) throw world.opaque(`The snapshot '${snapshot.id}' is not locked`);
    if (isFinal(world, snapshot))
      throw world.opaque(`The snapshot '${snapshot.id}' is locked in compliance mode`);
    setLock(snapshot, undefined, world.now());
    return { SnapshotId: snapshot.id };
  },
};

/** In compliance mode after the cooling-off period: nobody can take it back. */
function isFinal(world: World, snapshot: SnapshotRecord): boolean {
  const lock = lockOf(snapshot, world.now());
  return lock !== undefined && lockState(lock, world.now()) === 'compliance';
}

function readLock(world: World, snapshot: SnapshotRecord, input: LockSnapshotRequest): SnapshotLock {
  const { LockMode: mode } = input;
  if (mode === undefined) throw missingParameter('LockMode');
  // The SDK sends what a caller casts.
  if (!['governance', 'compliance'].includes(mode)) throw invalidValue(`LockMode of '${mode}'`);
  const now = world.now();
  const coolOff = readCoolOff(input, now);
  return { mode, createdOn: now, coolOff, ...readDuration(snapshot, input, now) };
}

function readCoolOff(
  { LockMode: mode, CoolOffPeriod: hours }: LockSnapshotRequest,
  now: number,
): CoolOff | undefined {
  if (hours === undefined) return undefined;
  if (mode === 'governance') throw combination('CoolOffPeriod is for LockMode compliance only.');
  checkWithin('CoolOffPeriod', hours, MOST_HOURS);
  return { hours, endsOn: now + hours * HOUR };
}

type Duration = Pick<SnapshotLock, 'startsOn' | 'expiresOn'>;

/** Days are counted from now, or from when a pending snapshot will be complete. */
function readDuration(snapshot: SnapshotRecord, input: LockSnapshotRequest, now: number): Duration {
  const { LockDuration: days, ExpirationDate: date } = input;
  if ((days === undefined) === (date === undefined))
    throw combination('Expected either LockDuration or ExpirationDate.');
  if (days !== undefined) {
    checkWithin('LockDuration', days, MOST_DAYS);
    const startsOn = Math.max(now, snapshot.completesAt);
    return { startsOn, expiresOn: startsOn + days * DAY };
  }
  const expiresOn = date?.getTime() ?? NaN;
  if (!(expiresOn > now)) throw invalidValue('ExpirationDate is in the past.');
  if (expiresOn > now + MOST_DAYS * DAY) throw invalidValue(`ExpirationDate is over ${MOST_DAYS} days away.`);
  return { startsOn: now, expiresOn };
}

function checkWithin(parameter: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw invalidValue(`${parameter} of ${value}, expected 1 to ${most}`);
}

function checkLockable(world: World, snapshot: SnapshotRecord): void {
  const state = snapshotState(snapshot, world.now());
  if (state === 'pending' || state === 'completed') return;
  throw world.opaque(`The snapshot '${snapshot.id}' is in the state ${state}, expected pending or completed`);
}

/** A final lock can only be made longer; one of the same end is not longer. */
function checkChange(world: World, snapshot: SnapshotRecord, lock: SnapshotLock): void {
  if (!isFinal(world, snapshot)) return;
  const old = lockOf(snapshot, world.now());
  const isLonger = old !== undefined && lock.expiresOn > old.expiresOn;
  if (lock.mode === 'compliance' && lock.coolOff === undefined && isLonger) return;
  throw world.opaque(`The snapshot '${snapshot.id}' is locked in compliance mode`);
}

function combination(message: string): SimulatedServiceError {
  return new SimulatedServiceError('InvalidParameterCombination', message);
}
