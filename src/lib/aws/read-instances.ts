import { DescribeInstancesCommand, type Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import type { AttachedVolume, Instance } from '../plan/inventory.ts';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional, required, toEc2Filters, toTags, type Filter } from './shapes.ts';

const PAGE = 1000;

/** Every instance that matches, of every page and every reservation. */
export function listInstances(
  { ec2 }: Pick<Clients, 'ec2'>,
  filters: readonly Filter[] = [],
): AsyncGenerator<Instance> {
  return everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeInstancesCommand({
        MaxResults: PAGE,
        ...toEc2Filters(filters),
        ...optional('NextToken', token),
      }),
    );
    const instances = (answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    return { items: instances.map(toInstance), nextToken: answer.NextToken };
  });
}

function toInstance(instance: Ec2Instance): Instance {
  const id = required(instance.InstanceId, 'InstanceId');
  return {
    id,
    state: required(instance.State?.Name, `State of ${id}`),
    rootDeviceType: instance.RootDeviceType ?? 'unknown',
    rootDeviceName: instance.RootDeviceName ?? '',
    volumes: attachedVolumes(instance),
    tags: toTags(instance.Tags),
    securityGroups: (instance.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    ...optional('instanceType', instance.InstanceType),
    ...optional('subnet', instance.SubnetId),
    ...optional('instanceProfile', instance.IamInstanceProfile?.Arn),
    ...optional('keyName', instance.KeyName),
    ...optional('zone', instance.Placement?.AvailabilityZone),
    ...optional('privateAddress', instance.PrivateIpAddress),
    ...optional('architecture', instance.Architecture),
    ...optional('bootMode', instance.CurrentInstanceBootMode),
    ...optional('ena', instance.EnaSupport),
    ...optional('stateReason', instance.StateReason?.Message),
    ...optional('launchedAt', instance.LaunchTime?.getTime()),
  };
}

/** Mappings without `Ebs` are instance store, which nothing can back up. */
function attachedVolumes({ BlockDeviceMappings }: Ec2Instance): AttachedVolume[] {
  return (BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
    DeviceName !== undefined && Ebs?.VolumeId !== undefined
      ? [{ device: DeviceName, volumeId: Ebs.VolumeId }]
      : [],
  );
}
