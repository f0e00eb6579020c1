/** Whether a recovery point can be restored from: good only when everything in it is available or completed. */

import type { Image, Snapshot } from './inventory.ts';
import type { PointState } from './retention.ts';

const DAY = 86_400_000;

export interface Judgement {
  readonly state: PointState;
  readonly detail?: string;
  /** Its data is all there: it has failed only by what VSS says of its consistency, or does not say. */
  readonly disowned?: true;
}

type Part = Pick<Snapshot, 'id' | 'state' | 'stateReason'>;

const GOOD: Judgement = { state: 'good' };
const pending = (detail: string): Judgement => ({ state: 'pending', detail });
const failed = (detail: string): Judgement => ({ state: 'failed', detail });

/**
 * `mapped` are the image's snapshots, with state `missing` for one that is not in the list; `age` in ms.
 * An available AMI with a missing snapshot is no failed backup but one that somebody took apart, or is just putting
 * together again from the Recycle Bin: it does not count, and it is not cleaned up.
 */
export function imageState(
  image: Pick<Image, 'state' | 'stateReason'>,
  mapped: readonly Part[],
  age: number,
): Judgement {
  switch (image.state) {
    case 'available':
      return availableImageState(mapped, age);
    case 'pending':
    case 'transient':
      return pending(`AMI is ${image.state}`);
    case 'failed':
    case 'error':
    case 'invalid':
      return failed(`AMI is ${image.state}${image.stateReason ? `: ${image.stateReason}` : ''}`);
    case 'disabled':
      return { state: 'disabled', detail: 'AMI is disabled' };
    default:
      return pending(`AMI is ${image.state}, a state this version does not know`);
  }
}

function availableImageState(mapped: readonly Part[], age: number): Judgement {
  const missing = mapped.find(({ state }) => state === 'missing');
  if (missing && age > DAY)
    return { state: 'incomplete', detail: `${missing.id}, which the AMI maps, does not exist` };
  if (missing) return pending(`${missing.id}, which the AMI maps, is not visible yet`);
  if (mapped.length === 0) return pending('the AMI maps no snapshot');
  return snapshotState(mapped);
}

/** Snapshots of which each must be completed. */
export function snapshotState(parts: readonly Part[]): Judgement {
  const broken = parts.find(({ state }) => state === 'error');
  if (broken)
    return failed(`${broken.id} is in state error${broken.stateReason ? `: ${broken.stateReason}` : ''}`);
  const unfinished = parts.find(({ state }) => state !== 'completed');
  return unfinished ? pending(`${unfinished.id} is ${unfinished.state}`) : GOOD;
}

/**
 * A set is good when there is a completed snapshot of every volume that was to be in it. A missing one may only lag
 * behind for a while; after a day it is gone, and the rest is a leftover.
 */
export function setState(
  parts: readonly Pick<Snapshot, 'id' | 'state' | 'stateReason' | 'volumeId'>[],
  expected: readonly string[] | undefined,
  age: number,
): Judgement {
  const own = snapshotState(parts);
  if (own.state === 'failed') return own;
  if (!expected) return pending('its restore sheet cannot be read, so what belongs to it is not known');
  const present = new Set(parts.map(({ volumeId }) => volumeId));
  const missing = expected.find((part) => !present.has(part));
  if (missing === undefined) return own;
  return age > DAY ? failed(`${missing} is missing from it`) : pending(`${missing} is not visible yet`);
}

/** So long a set of copies may wait for its other parts: only so many snapshots are copied at once. */
const COPYING = 3 * DAY;

/** The parts of a copied set are made one by one. `age` of the first of them, in ms. */
export function copiedSetState(
  parts: readonly Pick<Snapshot, 'id' | 'state' | 'stateReason' | 'volumeId'>[],
  expected: readonly string[] | undefined,
  age: number,
): Judgement {
  const judged = setState(parts, expected, age);
  const own = snapshotState(parts);
  const present = new Set(parts.map(({ volumeId }) => volumeId));
  const copied = expected?.filter((volume) => present.has(volume)).length ?? 0;
  if (!expected || own.state === 'failed' || copied === expected.length || age > COPYING) return judged;
  return pending(`${copied} of ${expected.length} snapshots copied`);
}

/** Snapshots of an image backup without any AMI of that slot: it may only lag behind; after a day they are leftovers. */
export function leftoverState(age: number): Judgement {
  return age > DAY ? failed('its AMI is gone') : pending('its AMI is not visible yet');
}
