/** The commands by which a rehearsal changes an account. */

import {
  AuthorizeSecurityGroupEgressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type IpPermission,
  type ResourceType,
  type TagSpecification,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { SendCommandCommand } from '@aws-sdk/client-ssm';
import type { EgressRule } from '../plan/rehearse-egress.ts';
import type { Tag } from '../plan/restore-sheet.ts';
import type { Clients } from './clients.ts';
import { required } from './shapes.ts';

export interface NewGroup {
  readonly name: string;
  readonly vpc: string;
  readonly tags: readonly Tag[];
}

/** Makes a security group, from which at first everything may go out, and answers its id. Its name makes a second call fail. */
export async function createGroup({ ec2Once }: Clients, { name, vpc, tags }: NewGroup): Promise<string> {
  const answer = await ec2Once.send(
    new CreateSecurityGroupCommand({
      GroupName: name,
      Description: 'Of a rehearsal by ec2-backup, which deletes it again',
      VpcId: vpc,
      TagSpecifications: [tagged('security-group', tags)],
    }),
  );
  return required(answer.GroupId, 'GroupId of CreateSecurityGroup');
}

export async function revokeEgress(
  { ec2 }: Clients,
  group: string,
  rules: readonly EgressRule[],
): Promise<void> {
  await ec2.send(
    new RevokeSecurityGroupEgressCommand({ GroupId: group, IpPermissions: rules.map(permissionOf) }),
  );
}

export async function allowEgress(
  { ec2 }: Clients,
  group: string,
  rules: readonly EgressRule[],
): Promise<void> {
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({ GroupId: group, IpPermissions: rules.map(permissionOf) }),
  );
}

export async function deleteGroup({ ec2 }: Clients, id: string): Promise<void> {
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
}

export interface RehearsalOrder {
  readonly image: string;
  readonly type: string;
  readonly subnet: string;
  readonly group: string;
  /** ARN. */
  readonly profile?: string;
  /** All that the AMI maps: what is on them goes with the instance. */
  readonly devices: readonly string[];
  readonly tags: readonly Tag[];
  /** At most 64 characters. */
  readonly token: string;
}

/** Launches one instance without key, user data or public address, and answers its id. */
export async function launchRehearsal({ ec2 }: Clients, order: RehearsalOrder): Promise<string> {
  const { image, type, subnet, group, profile, devices, tags, token } = order;
  const answer = await ec2.send(
    new RunInstancesCommand({
      ImageId: image,
      // Types are made faster than the SDK's list of them.
      InstanceType: type as _InstanceType,
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: subnet,
          Groups: [group],
          AssociatePublicIpAddress: false,
          DeleteOnTermination: true,
        },
      ],
      ...(profile !== undefined && { IamInstanceProfile: { Arn: profile } }),
      BlockDeviceMappings: devices.map((device) => ({
        DeviceName: device,
        Ebs: { DeleteOnTermination: true },
      })),
      InstanceInitiatedShutdownBehavior: 'terminate',
      TagSpecifications: [tagged('instance', tags), tagged('volume', tags)],
      ClientToken: token,
    }),
  );
  return required(answer.Instances?.[0]?.InstanceId, 'InstanceId of RunInstances');
}

export async function terminateInstance({ ec2 }: Clients, id: string): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
}

/** Puts one tag on the parts of a recovery point: on all, or on none. */
export async function tagPoint({ ec2 }: Clients, ids: readonly string[], { key, value }: Tag): Promise<void> {
  await ec2.send(new CreateTagsCommand({ Resources: [...ids], Tags: [{ Key: key, Value: value }] }));
}

export interface CommandOrder {
  readonly instance: string;
  readonly document: string;
  readonly text: string;
  /** At most 100 characters: the command is known again by it. */
  readonly comment: string;
  /** s: how long it may run. */
  readonly runsFor: number;
}

/** For so long (s) the agent may take to fetch it. */
const DELIVERY = 600;

/** Sends a command to one instance and answers its id. Never retried by the SDK: there is no client token. */
export async function sendCommand({ ssmOnce }: Clients, order: CommandOrder): Promise<string> {
  const { instance, document, text, comment, runsFor } = order;
  const answer = await ssmOnce.send(
    new SendCommandCommand({
      InstanceIds: [instance],
      DocumentName: document,
      Comment: comment,
      TimeoutSeconds: DELIVERY,
      Parameters: { commands: [text], executionTimeout: [String(runsFor)] },
    }),
  );
  return required(answer.Command?.CommandId, 'CommandId of SendCommand');
}

/** Of one kind of destination each, as EC2 wants it. */
function permissionOf({ protocol, from, to, destination }: EgressRule): IpPermission {
  return {
    IpProtocol: protocol,
    ...(from !== undefined && { FromPort: from }),
    ...(to !== undefined && { ToPort: to }),
    ...destinationOf(destination),
  };
}

function destinationOf(destination: string): Partial<IpPermission> {
  if (destination.startsWith('sg-')) return { UserIdGroupPairs: [{ GroupId: destination }] };
  if (destination.startsWith('pl-')) return { PrefixListIds: [{ PrefixListId: destination }] };
  if (destination.includes(':')) return { Ipv6Ranges: [{ CidrIpv6: destination }] };
  return { IpRanges: [{ CidrIp: destination }] };
}

function tagged(type: ResourceType, tags: readonly Tag[]): TagSpecification {
  return { ResourceType: type, Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
}
