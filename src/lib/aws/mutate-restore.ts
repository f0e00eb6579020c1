/** The commands by which a restore changes an account. */

import {
  AttachVolumeCommand,
  CreateReplaceRootVolumeTaskCommand,
  CreateVolumeCommand,
  DeregisterImageCommand,
  RegisterImageCommand,
  RestoreSnapshotTierCommand,
  RunInstancesCommand,
  type ArchitectureValues,
  type BootModeValues,
  type ResourceType,
  type TagSpecification,
  type VolumeType,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import type { ImageOrder, LaunchOrder, MappedVolume, RootTarget } from '../plan/restore-plan.ts';
import type { Tag } from '../plan/restore-sheet.ts';
import type { Clients } from './clients.ts';
import { describeError, errorCode } from './errors.ts';
import { hintFor } from './error-hints.ts';
import { optional, required } from './shapes.ts';

/** A client token, by which EC2 knows the same call again; or only whether it would be carried out. */
export type Sending = { readonly token: string } | { readonly dryRun: true };

/** What stands against a call that was sent with `dryRun`: EC2 answers that with an error in any case. */
export async function obstacleOf(asked: Promise<unknown>): Promise<string | undefined> {
  try {
    await asked;
  } catch (error) {
    if (errorCode(error) === 'DryRunOperation') return undefined;
    return `${describeError(error)}${hintFor(error)}`;
  }
  return 'EC2 answered a dry run without the error that it has for every dry run';
}

export interface Launch extends LaunchOrder {
  readonly image: string;
}

/** Launches one instance and answers its id. */
export async function runInstance({ ec2 }: Clients, order: Launch, sending: Sending): Promise<string> {
  const answer = await ec2.send(
    new RunInstancesCommand({
      ImageId: order.image,
      // Types are made faster than the SDK's list of them.
      InstanceType: order.type as _InstanceType,
      MinCount: 1,
      MaxCount: 1,
      SubnetId: order.subnet,
      ...(order.securityGroups.length > 0 && { SecurityGroupIds: [...order.securityGroups] }),
      ...optional('KeyName', order.key),
      ...(order.profile !== undefined && { IamInstanceProfile: { Arn: order.profile } }),
      ...optional('PrivateIpAddress', order.privateAddress),
      TagSpecifications: [tagged('instance', order.tags), tagged('volume', order.volumeTags)],
      ...tokenOrDryRun(sending),
    }),
  );
  return required(answer.Instances?.[0]?.InstanceId, 'InstanceId of RunInstances');
}

export interface Registration extends ImageOrder {
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly dryRun?: true;
}

/** Registers an AMI of snapshots and answers its id. There is no client token: the name makes a second call fail. */
export async function registerImage({ ec2Once }: Clients, order: Registration): Promise<string> {
  const { machine, volumes, name, tags, dryRun } = order;
  const answer = await ec2Once.send(
    new RegisterImageCommand({
      Name: name,
      Description: 'Temporary AMI of a restore by ec2-backup',
      Architecture: machine.architecture as ArchitectureValues,
      ...(machine.bootMode !== undefined && { BootMode: machine.bootMode as BootModeValues }),
      ...(machine.ena === true && { EnaSupport: true }),
      VirtualizationType: 'hvm',
      RootDeviceName: machine.rootDevice,
      BlockDeviceMappings: volumes.map((volume) => ({
        DeviceName: volume.device,
        Ebs: {
          SnapshotId: volume.snapshotId,
          DeleteOnTermination: volume.device === machine.rootDevice,
          ...performanceOf(volume),
        },
      })),
      TagSpecifications: [tagged('image', tags)],
      ...optional('DryRun', dryRun),
    }),
  );
  return required(answer.ImageId, 'ImageId of RegisterImage');
}

/** Takes a temporary AMI away; its snapshots are the recovery point's and stay. */
export async function dropImage({ ec2 }: Clients, id: string): Promise<void> {
  await ec2.send(new DeregisterImageCommand({ ImageId: id }));
}

export interface NewVolume extends MappedVolume {
  readonly zone: string;
  readonly tags: readonly Tag[];
}

/** Makes a volume of a snapshot, as large and as encrypted as that, and answers its id. */
export async function createVolume({ ec2 }: Clients, order: NewVolume, sending: Sending): Promise<string> {
  const answer = await ec2.send(
    new CreateVolumeCommand({
      SnapshotId: order.snapshotId,
      AvailabilityZone: order.zone,
      ...performanceOf(order),
      TagSpecifications: [tagged('volume', order.tags)],
      ...tokenOrDryRun(sending),
    }),
  );
  return required(answer.VolumeId, 'VolumeId of CreateVolume');
}

export async function attachVolume(
  { ec2 }: Clients,
  {
    volume,
    instance,
    device,
  }: { readonly volume: string; readonly instance: string; readonly device: string },
): Promise<void> {
  await ec2.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId: instance, Device: device }));
}

/** Starts to replace a running instance's root volume, which is kept, and answers the task's id. */
export async function replaceRootVolume(
  { ec2 }: Clients,
  { instance, from, tags }: RootTarget,
  sending: Sending,
): Promise<string> {
  const answer = await ec2.send(
    new CreateReplaceRootVolumeTaskCommand({
      InstanceId: instance,
      ...('image' in from ? { ImageId: from.image } : { SnapshotId: from.snapshot }),
      DeleteReplacedRootVolume: false,
      TagSpecifications: [tagged('replace-root-volume-task', tags)],
      ...tokenOrDryRun(sending),
    }),
  );
  return required(answer.ReplaceRootVolumeTask?.ReplaceRootVolumeTaskId, 'ReplaceRootVolumeTaskId');
}

/** Asks for a snapshot to be brought back from the archive for some days. */
export async function returnSnapshot({ ec2 }: Clients, id: string, days: number): Promise<void> {
  await ec2.send(new RestoreSnapshotTierCommand({ SnapshotId: id, TemporaryRestoreDays: days }));
}

function performanceOf({ type, iops, throughput }: MappedVolume): {
  VolumeType?: VolumeType;
  Iops?: number;
  Throughput?: number;
} {
  return {
    ...(type !== undefined && { VolumeType: type as VolumeType }),
    ...optional('Iops', iops),
    ...optional('Throughput', throughput),
  };
}

function tokenOrDryRun(sending: Sending): { ClientToken: string } | { DryRun: true } {
  return 'token' in sending ? { ClientToken: sending.token } : { DryRun: true };
}

function tagged(type: ResourceType, tags: readonly Tag[]): TagSpecification {
  return { ResourceType: type, Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
}
