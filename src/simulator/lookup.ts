import { SimulatedServiceError, missingParameter } from './errors.ts';
import type { Resource } from './records.ts';
import type { Shelf } from './store.ts';

/** A kind of id, with EC2's codes for one that is malformed and for one that does not exist. */
export interface IdKind {
  readonly pattern: RegExp;
  readonly malformed: string;
  readonly notFound: string;
}

export const INSTANCE_ID: IdKind = {
  pattern: /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  malformed: 'InvalidInstanceID.Malformed',
  notFound: 'InvalidInstanceID.NotFound',
};

export const VOLUME_ID: IdKind = {
  pattern: /^vol-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  malformed: 'InvalidVolumeID.Malformed',
  notFound: 'InvalidVolume.NotFound',
};

export const IMAGE_ID: IdKind = {
  pattern: /^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  malformed: 'InvalidAMIID.Malformed',
  notFound: 'InvalidAMIID.NotFound',
};

export const SNAPSHOT_ID: IdKind = {
  pattern: /^snap-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  malformed: 'InvalidSnapshotID.Malformed',
  notFound: 'InvalidSnapshot.NotFound',
};

export const SECURITY_GROUP_ID: IdKind = {
  pattern: /^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  malformed: 'InvalidGroupId.Malformed',
  notFound: 'InvalidGroup.NotFound',
};

export const ROOT_TASK_ID: IdKind = {
  pattern: /^replacevol-[0-9a-f]{17}$/,
  malformed: 'InvalidReplaceRootVolumeTaskId.Malformed',
  notFound: 'InvalidReplaceRootVolumeTaskId.NotFound',
};

/** A shelf, the kind of its ids, and the time to look at. */
export interface Place<R extends Resource> {
  readonly shelf: Shelf<R>;
  readonly kind: IdKind;
  readonly time: number;
}

/** @throws MissingParameter, or the kind's malformed code */
export function checkId(kind: IdKind, id: string | undefined, parameter: string): string {
  if (id === undefined || id === '') throw missingParameter(parameter);
  if (!kind.pattern.test(id)) {
    throw new SimulatedServiceError(kind.malformed, `Invalid id: "${id}" (parameter ${parameter})`);
  }
  return id;
}

/** @throws the kind's not-found code */
export function find<R extends Resource>(id: string, { shelf, kind, time }: Place<R>): R {
  const resource = shelf.get(id, time);
  if (resource === undefined) throw new SimulatedServiceError(kind.notFound, `The id '${id}' does not exist`);
  return resource;
}
