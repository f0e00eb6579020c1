/** Asks EC2 whether it would carry out a call, and makes none. */

import {
  CopyImageCommand,
  CopySnapshotCommand,
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  ListImagesInRecycleBinCommand,
  ListSnapshotsInRecycleBinCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  type OperationType,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import type { AskedCall, CallAnswer, CopyingCall, SharingCall } from '../plan/doctor-permissions.ts';
import type { Clients } from './clients.ts';
import { describeError, errorCode } from './errors.ts';

/** Every command of this file carries it. */
const DryRun = true;

/**
 * EC2 answers a DryRun with an error: DryRunOperation when it would have carried out the call, UnauthorizedOperation
 * when these credentials may not. Any other says nothing about permissions.
 */
export async function askDryRun({ ec2 }: Pick<Clients, 'ec2'>, call: AskedCall): Promise<CallAnswer> {
  const { action } = call;
  try {
    await send({ ec2 }, call);
  } catch (error) {
    if (errorCode(error) === 'DryRunOperation') return { action, answer: 'allowed' };
    const answer = errorCode(error) === 'UnauthorizedOperation' ? 'denied' : 'unclear';
    return { action, answer, says: inShort(describeError(error)) };
  }
  return { action, answer: 'unclear', says: 'without the error that it has for every DryRun' };
}

function send(clients: Pick<Clients, 'ec2'>, call: AskedCall): Promise<unknown> {
  if ('source' in call) return sendCreating(clients, call);
  if ('from' in call) return sendCopying(clients, call);
  return 'account' in call ? sendSharing(clients, call) : sendOther(clients, call);
}

type OtherCall = Exclude<AskedCall, CreatingCall | CopyingCall | SharingCall>;

function sendOther({ ec2 }: Pick<Clients, 'ec2'>, call: OtherCall): Promise<unknown> {
  switch (call.action) {
    case 'DescribeInstances':
      return ec2.send(new DescribeInstancesCommand({ DryRun }));
    case 'DescribeVolumes':
      return ec2.send(new DescribeVolumesCommand({ DryRun }));
    case 'DescribeImages':
      return ec2.send(new DescribeImagesCommand({ Owners: ['self'], DryRun }));
    case 'DescribeSnapshots':
      return ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], DryRun }));
    case 'DescribeLockedSnapshots':
      return ec2.send(new DescribeLockedSnapshotsCommand({ DryRun }));
    case 'ListImagesInRecycleBin':
      return ec2.send(new ListImagesInRecycleBinCommand({ DryRun }));
    case 'ListSnapshotsInRecycleBin':
      return ec2.send(new ListSnapshotsInRecycleBinCommand({ DryRun }));
    case 'DescribeImageReferences':
      return ec2.send(
        new DescribeImageReferencesCommand({
          ImageIds: [call.image],
          IncludeAllResourceTypes: true,
          DryRun,
        }),
      );
    case 'DeregisterImage':
      return ec2.send(
        new DeregisterImageCommand({ ImageId: call.image, DeleteAssociatedSnapshots: true, DryRun }),
      );
    case 'DeleteSnapshot':
      return ec2.send(new DeleteSnapshotCommand({ SnapshotId: call.snapshot, DryRun }));
  }
}

type CreatingCall = Extract<AskedCall, { readonly source: string }>;

function sendCreating(
  { ec2 }: Pick<Clients, 'ec2'>,
  { action, source, name, tags }: CreatingCall,
): Promise<unknown> {
  const tagged = (
    ...types: readonly ('image' | 'snapshot')[]
  ): { TagSpecifications?: TagSpecification[] } => {
    if (tags.length === 0) return {};
    const Tags = tags.map(({ key, value }) => ({ Key: key, Value: value }));
    return { TagSpecifications: types.map((ResourceType) => ({ ResourceType, Tags })) };
  };
  switch (action) {
    case 'CreateImage': {
      const NoReboot = true;
      return ec2.send(
        new CreateImageCommand({
          InstanceId: source,
          Name: name,
          NoReboot,
          ...tagged('image', 'snapshot'),
          DryRun,
        }),
      );
    }
    case 'CreateSnapshots': {
      const InstanceSpecification = { InstanceId: source };
      return ec2.send(new CreateSnapshotsCommand({ InstanceSpecification, ...tagged('snapshot'), DryRun }));
    }
    case 'CreateSnapshot':
      return ec2.send(new CreateSnapshotCommand({ VolumeId: source, ...tagged('snapshot'), DryRun }));
  }
}

function sendCopying(
  { ec2 }: Pick<Clients, 'ec2'>,
  { action, id, from, name, tags }: CopyingCall,
): Promise<unknown> {
  const Tags = tags.map(({ key, value }) => ({ Key: key, Value: value }));
  const tagged = (ResourceType: 'image' | 'snapshot'): TagSpecification => ({ ResourceType, Tags });
  if (action === 'CopySnapshot')
    return ec2.send(
      new CopySnapshotCommand({
        SourceSnapshotId: id,
        SourceRegion: from,
        TagSpecifications: [tagged('snapshot')],
        DryRun,
      }),
    );
  return ec2.send(
    new CopyImageCommand({
      SourceImageId: id,
      SourceRegion: from,
      Name: name,
      TagSpecifications: [tagged('image'), tagged('snapshot')],
      DryRun,
    }),
  );
}

function sendSharing({ ec2 }: Pick<Clients, 'ec2'>, { action, id, account }: SharingCall): Promise<unknown> {
  const OperationType: OperationType = 'add';
  const change = { OperationType, UserIds: [account], DryRun };
  return action === 'ModifyImageAttribute'
    ? ec2.send(new ModifyImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission', ...change }))
    : ec2.send(
        new ModifySnapshotAttributeCommand({
          SnapshotId: id,
          Attribute: 'createVolumePermission',
          ...change,
        }),
      );
}

/** EC2 appends an encoded message of a thousand characters that only sts:DecodeAuthorizationMessage reads. */
function inShort(message: string): string {
  return message.replace(/\s*Encoded authorization failure message:.*$/s, '');
}
