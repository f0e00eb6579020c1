/** The one file that sends commands which change an account. */

import {
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import type {
  CreateAction,
  CreateImageAction,
  CreateSnapshotAction,
  CreateSnapshotsAction,
  DeleteSnapshotAction,
  DeregisterImageAction,
} from '../plan/actions.ts';
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

function tagSpecification(type: 'image' | 'snapshot', tags: CreateAction['tags']): TagSpecification {
  return { ResourceType: type, Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
}
