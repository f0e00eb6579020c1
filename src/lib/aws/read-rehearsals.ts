/** What a rehearsal looks at besides what restores look at. */

import {
  DescribePrefixListsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcEndpointsCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  ListCommandsCommand,
} from '@aws-sdk/client-ssm';
import type { Tags } from '../plan/inventory.ts';
import type { EgressRule, Endpoint } from '../plan/rehearse-egress.ts';
import type { Clients } from './clients.ts';
import { errorCode } from './errors.ts';
import { everyPage } from './pages.ts';
import { optional, required, toEc2Filters, toTags, type Filter } from './shapes.ts';

export interface Group {
  readonly id: string;
  readonly egress: readonly EgressRule[];
  readonly tags: Tags;
}

export function listGroups({ ec2 }: Pick<Clients, 'ec2'>, filters: readonly Filter[]): AsyncGenerator<Group> {
  return everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeSecurityGroupsCommand({
        ...toEc2Filters(filters),
        MaxResults: 100,
        ...optional('NextToken', token),
      }),
    );
    const items = (answer.SecurityGroups ?? []).map(({ GroupId, IpPermissionsEgress, Tags }) => ({
      id: required(GroupId, 'GroupId'),
      egress: (IpPermissionsEgress ?? []).flatMap(rulesOf),
      tags: toTags(Tags),
    }));
    return { items, nextToken: answer.NextToken };
  });
}

function rulesOf(permission: IpPermission): EgressRule[] {
  const { IpProtocol: protocol = '-1', FromPort, ToPort } = permission;
  const ports = protocol === '-1' ? {} : { ...optional('from', FromPort), ...optional('to', ToPort) };
  const destinations = [
    ...(permission.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
  ];
  return destinations.flatMap((destination) =>
    destination === undefined ? [] : [{ protocol, ...ports, destination }],
  );
}

/** The endpoints of a VPC that are in service. */
export async function* listEndpoints({ ec2 }: Pick<Clients, 'ec2'>, vpc: string): AsyncGenerator<Endpoint> {
  const filters = toEc2Filters([{ name: 'vpc-id', values: [vpc] }]);
  const endpoints = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeVpcEndpointsCommand({ ...filters, MaxResults: 100, ...optional('NextToken', token) }),
    );
    return { items: answer.VpcEndpoints ?? [], nextToken: answer.NextToken };
  });
  for await (const { ServiceName = '', VpcEndpointType = '', State, Groups } of endpoints) {
    // Written with a capital by the SDK's enum and without by EC2.
    if (State?.toLowerCase() !== 'available') continue;
    const groups = (Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
    yield { service: ServiceName, type: VpcEndpointType, groups };
  }
}

/** The id of a service's list of addresses. */
export async function readPrefixList(
  { ec2 }: Pick<Clients, 'ec2'>,
  service: string,
): Promise<string | undefined> {
  const filters = toEc2Filters([{ name: 'prefix-list-name', values: [service] }]);
  const lists = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribePrefixListsCommand({ ...filters, MaxResults: 100, ...optional('NextToken', token) }),
    );
    return { items: answer.PrefixLists ?? [], nextToken: answer.NextToken };
  });
  for await (const { PrefixListId } of lists) return PrefixListId;
  return undefined;
}

type Ssm = Pick<Clients, 'ssm'>;

/** `Linux`, `Windows` or `MacOS` where the agent is online; undefined where none is heard of. */
export async function readAgent({ ssm }: Ssm, instance: string): Promise<string | undefined> {
  const agents = everyPage(async (token) => {
    const answer = await ssm.send(
      new DescribeInstanceInformationCommand({
        Filters: [{ Key: 'InstanceIds', Values: [instance] }],
        ...optional('NextToken', token),
      }),
    );
    return { items: answer.InstanceInformationList ?? [], nextToken: answer.NextToken };
  });
  for await (const { PingStatus, PlatformType } of agents)
    if (PingStatus === 'Online') return PlatformType ?? 'Linux';
  return undefined;
}

/** The id of the command that was sent to an instance with this comment, if one was. */
export async function findCommand(
  { ssm }: Ssm,
  instance: string,
  comment: string,
): Promise<string | undefined> {
  const commands = everyPage(async (token) => {
    const answer = await ssm.send(
      new ListCommandsCommand({ InstanceId: instance, ...optional('NextToken', token) }),
    );
    return { items: answer.Commands ?? [], nextToken: answer.NextToken };
  });
  for await (const { CommandId, Comment } of commands) if (Comment === comment) return CommandId;
  return undefined;
}

export interface Invocation {
  /** Systems Manager's word: Pending, InProgress, Delayed, Success, Cancelled, TimedOut, Failed, Cancelling. */
  readonly status: string;
  readonly details: string;
  readonly exitCode: number;
  readonly output: string;
}

/** Undefined for a moment after it was sent. */
export async function readInvocation(
  { ssm }: Ssm,
  { command, instance }: { readonly command: string; readonly instance: string },
): Promise<Invocation | undefined> {
  try {
    const answer = await ssm.send(
      new GetCommandInvocationCommand({ CommandId: command, InstanceId: instance }),
    );
    const { StandardOutputContent: output = '', StandardErrorContent: errors = '' } = answer;
    return {
      status: answer.Status ?? 'Pending',
      details: answer.StatusDetails ?? '',
      exitCode: answer.ResponseCode ?? -1,
      output: `${output}${errors}`,
    };
  } catch (error) {
    if (errorCode(error) === 'InvocationDoesNotExist') return undefined;
    throw error;
  }
}
