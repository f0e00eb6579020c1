/** What an instance is launched into, and how one is getting on. What does not exist is no error here but absent. */

import {
  DescribeInstanceStatusCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import type { Ground, RootTask, TypeFacts } from '../plan/restorable.ts';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional, required, toEc2Filters, toTags } from './shapes.ts';

type Ec2 = Pick<Clients, 'ec2'>;

export async function readSubnet({ ec2 }: Ec2, id: string): Promise<Ground['subnet']> {
  const filters = toEc2Filters([{ name: 'subnet-id', values: [id] }]);
  const subnets = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeSubnetsCommand({ ...filters, MaxResults: 100, ...optional('NextToken', token) }),
    );
    return { items: answer.Subnets ?? [], nextToken: answer.NextToken };
  });
  for await (const { VpcId, AvailabilityZone } of subnets)
    return { vpc: required(VpcId, `VpcId of ${id}`), zone: required(AvailabilityZone, `zone of ${id}`) };
  return undefined;
}

/** The VPC of each group that exists. */
export async function readGroups({ ec2 }: Ec2, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (ids.length === 0) return found;
  const filters = toEc2Filters([{ name: 'group-id', values: ids }]);
  const groups = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeSecurityGroupsCommand({ ...filters, MaxResults: 100, ...optional('NextToken', token) }),
    );
    return { items: answer.SecurityGroups ?? [], nextToken: answer.NextToken };
  });
  for await (const { GroupId = '', VpcId = '' } of groups) found.set(GroupId, VpcId);
  return found;
}

export async function hasKeyPair({ ec2 }: Ec2, name: string): Promise<boolean> {
  const filters = toEc2Filters([{ name: 'key-name', values: [name] }]);
  const { KeyPairs = [] } = await ec2.send(new DescribeKeyPairsCommand(filters));
  return KeyPairs.some(({ KeyName }) => KeyName === name);
}

export async function readType({ ec2 }: Ec2, name: string): Promise<TypeFacts | undefined> {
  const filters = toEc2Filters([{ name: 'instance-type', values: [name] }]);
  const types = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeInstanceTypesCommand({ ...filters, MaxResults: 100, ...optional('NextToken', token) }),
    );
    return { items: answer.InstanceTypes ?? [], nextToken: answer.NextToken };
  });
  for await (const type of types) {
    const ena = type.NetworkInfo?.EnaSupport;
    return {
      architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
      bootModes: type.SupportedBootModes ?? [],
      ena: ena === 'required' || ena === 'supported',
    };
  }
  return undefined;
}

export async function isOfferedIn({ ec2 }: Ec2, type: string, zone: string): Promise<boolean> {
  const filters = toEc2Filters([
    { name: 'instance-type', values: [type] },
    { name: 'location', values: [zone] },
  ]);
  const offerings = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        ...filters,
        MaxResults: 100,
        ...optional('NextToken', token),
      }),
    );
    return { items: answer.InstanceTypeOfferings ?? [], nextToken: answer.NextToken };
  });
  for await (const { InstanceType } of offerings) if (InstanceType === type) return true;
  return false;
}

/** Every replacement of an instance's root volume that EC2 remembers. */
export function listRootTasks({ ec2 }: Ec2, instance: string): AsyncGenerator<RootTask> {
  const filters = toEc2Filters([{ name: 'instance-id', values: [instance] }]);
  return everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeReplaceRootVolumeTasksCommand({
        ...filters,
        MaxResults: 50,
        ...optional('NextToken', token),
      }),
    );
    const items = (answer.ReplaceRootVolumeTasks ?? []).map((task) => ({
      id: required(task.ReplaceRootVolumeTaskId, 'ReplaceRootVolumeTaskId'),
      state: required(task.TaskState, 'TaskState'),
      startedAt: Date.parse(task.StartTime ?? '') || 0,
      tags: toTags(task.Tags),
    }));
    return { items, nextToken: answer.NextToken };
  });
}

/** `ok`, `initializing`, `impaired`, …: the worse of the two checks; undefined while EC2 has none, as before it runs. */
export async function readChecks({ ec2 }: Ec2, instance: string): Promise<string | undefined> {
  const { InstanceStatuses = [] } = await ec2.send(
    new DescribeInstanceStatusCommand({ InstanceIds: [instance] }),
  );
  const [status] = InstanceStatuses;
  const checks = [status?.SystemStatus?.Status, status?.InstanceStatus?.Status];
  return checks.find((check) => check !== 'ok') ?? checks[0];
}
