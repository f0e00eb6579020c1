/** The one file that sends commands which change an account. */

import {
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DisableImageDeregistrationProtectionCommand,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import {
  CreateLifecyclePolicyCommand,
  DeleteLifecyclePolicyCommand,
  UpdateLifecyclePolicyCommand,
} from '@aws-sdk/client-dlm';
import type {
  CreateAction,
  CreateImageAction,
  CreateSnapshotAction,
  CreateSnapshotsAction,
  DeleteSnapshotAction,
  DeregisterImageAction,
} from '../plan/actions.ts';
import type { DefaultDetails, WantedLifecyclePolicy } from '../plan/lifecycle-policy.ts';
import type { Tag } from '../plan/restore-sheet.ts';
import type { Clients } from './clients.ts';
import { required } from './shapes.ts';

/** What a creating call made. */
export interface Made {
  /** The AMI's id, or its snapshots'. */
  readonly ids: readonly string[];
  /** Volumes that were to be in a set and are not: detached since they were listed. */
  readonly missing: readonly string[];
}

/** Makes one backup. Never retried by the SDK. */
export function create(clients: Clients, action: CreateAction): Promise<Made> {
  switch (action.action) {
    case 'create-image':
      return createImage(clients, action);
    case 'create-snapshots':
      return createSnapshots(clients, action);
    case 'create-snapshot':
      return createSnapshot(clients, action);
  }
}

async function createImage({ ec2Once }: Clients, action: CreateImageAction): Promise<Made> {
  const { source, name, reboot, excludedDevices, tags } = action;
  const answer = await ec2Once.send(
    new CreateImageCommand({
      InstanceId: source,
      Name: name,
      Description: `Backup of ${source} by ec2-backup`,
      NoReboot: !reboot,
      TagSpecifications: [tagSpecification('image', tags), tagSpecification('snapshot', tags)],
      ...(excludedDevices.length > 0 && {
        BlockDeviceMappings: excludedDevices.map((device) => ({ DeviceName: device, NoDevice: '' })),
      }),
    }),
  );
  return { ids: [required(answer.ImageId, 'ImageId of CreateImage')], missing: [] };
}

async function createSnapshots({ ec2Once }: Clients, action: CreateSnapshotsAction): Promise<Made> {
  const { source, description, excludeBootVolume, excludedVolumes, tags } = action;
  const answer = await ec2Once.send(
    new CreateSnapshotsCommand({
      InstanceSpecification: {
        InstanceId: source,
        ...(excludeBootVolume && { ExcludeBootVolume: true }),
        ...(excludedVolumes.length > 0 && { ExcludeDataVolumeIds: [...excludedVolumes] }),
      },
      Description: description,
      TagSpecifications: [tagSpecification('snapshot', tags)],
    }),
  );
  const snapshots = answer.Snapshots ?? [];
  const made = new Set(snapshots.map(({ VolumeId }) => VolumeId));
  return {
    ids: snapshots.map(({ SnapshotId }) => required(SnapshotId, 'SnapshotId of CreateSnapshots')),
    missing: action.volumes.filter((id) => !made.has(id)),
  };
}

async function createSnapshot({ ec2Once }: Clients, action: CreateSnapshotAction): Promise<Made> {
  const answer = await ec2Once.send(
    new CreateSnapshotCommand({
      VolumeId: action.source,
      Description: action.description,
      TagSpecifications: [tagSpecification('snapshot', action.tags)],
    }),
  );
  return { ids: [required(answer.SnapshotId, 'SnapshotId of CreateSnapshot')], missing: [] };
}

/** How EC2 answered for one snapshot of a deregistered AMI. */
export interface SnapshotResult {
  readonly id: string;
  /** success, skipped (another AMI maps it), missing-permissions, internal-error or client-error. */
  readonly code: string;
}

/** Whoever protected it against deregistration: only of what is about to be deregistered. May be repeated. */
export async function liftProtection({ ec2 }: Clients, { id }: DeregisterImageAction): Promise<void> {
  await ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId: id }));
}

/** Deregisters an AMI and deletes the snapshots that only it maps, in one call. */
export async function deregisterImage(
  { ec2 }: Clients,
  { id }: DeregisterImageAction,
): Promise<SnapshotResult[]> {
  const answer = await ec2.send(new DeregisterImageCommand({ ImageId: id, DeleteAssociatedSnapshots: true }));
  if (answer.Return === false)
    throw new Error(`EC2 answered false to DeregisterImage of ${id}, expected true`);
  return (answer.DeleteSnapshotResults ?? []).map(({ SnapshotId, ReturnCode }) => ({
    id: required(SnapshotId, `SnapshotId of a snapshot of ${id}`),
    code: ReturnCode ?? 'no return code',
  }));
}

export async function deleteSnapshot({ ec2 }: Clients, { id }: DeleteSnapshotAction): Promise<void> {
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
}

/** Sets one tag on instances and volumes, up to 1,000 of them: on all, or on none. */
export async function tagSources(
  { ec2 }: Clients,
  ids: readonly string[],
  { key, value }: Tag,
): Promise<void> {
  await ec2.send(new CreateTagsCommand({ Resources: [...ids], Tags: [{ Key: key, Value: value }] }));
}

/** Registers a lifecycle policy and answers its id. Never retried by the SDK: DLM would make a second one. */
export async function createLifecyclePolicy(
  { dlmOnce }: Clients,
  wanted: WantedLifecyclePolicy,
): Promise<string> {
  const { details } = wanted;
  const answer = await dlmOnce.send(
    new CreateLifecyclePolicyCommand({
      ...lifecycleFields(wanted),
      Tags: { ...wanted.tags },
      ...(details.PolicyLanguage === 'SIMPLIFIED' && { DefaultPolicy: details.ResourceType }),
    }),
  );
  return required(answer.PolicyId, 'PolicyId of CreateLifecyclePolicy');
}

/** Everything is sent, empty lists too: a field that is left out may keep its old value. */
export async function updateLifecyclePolicy(
  { dlm }: Clients,
  id: string,
  wanted: WantedLifecyclePolicy,
): Promise<void> {
  await dlm.send(new UpdateLifecyclePolicyCommand({ PolicyId: id, ...lifecycleFields(wanted) }));
}

/** What it made stays. */
export async function deleteLifecyclePolicy({ dlm }: Clients, id: string): Promise<void> {
  await dlm.send(new DeleteLifecyclePolicyCommand({ PolicyId: id }));
}

function lifecycleFields({ description, state, roleArn, details }: WantedLifecyclePolicy) {
  return {
    ExecutionRoleArn: roleArn,
    Description: description,
    State: state,
    ...(details.PolicyLanguage === 'SIMPLIFIED'
      ? defaultFields(details)
      : { PolicyDetails: writable(details) }),
  };
}

/** Those of a default policy stand in the body. */
function defaultFields(details: DefaultDetails) {
  const { CreateInterval, RetainInterval, CopyTags, ExtendDeletion, CrossRegionCopyTargets, Exclusions } =
    writable(details);
  return { CreateInterval, RetainInterval, CopyTags, ExtendDeletion, CrossRegionCopyTargets, Exclusions };
}

type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

/** A copy that the SDK's types take: they know no readonly lists. */
function writable<T>(value: T): Writable<T> {
  return structuredClone(value) as Writable<T>;
}

function tagSpecification(type: 'image' | 'snapshot', tags: CreateAction['tags']): TagSpecification {
  return { ResourceType: type, Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
}
