import type {
  AutoScalingGroup,
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
  LaunchConfigurationNamesType,
  LaunchConfigurationsType,
} from '@aws-sdk/client-auto-scaling';
import { tokenOf } from './listing.ts';
import { scatter } from './pages.ts';
import type { AutoScalingGroupRecord, InstanceRecord, LaunchConfigurationRecord } from './records.ts';
import { instanceState } from './states.ts';
import type { Command, World } from './world.ts';

const BOUNDS = [1, 100] as const;
const DEFAULT_RECORDS = 50;

export const describeAutoScalingGroups: Command<AutoScalingGroupNamesType, AutoScalingGroupsType> = {
  parameters: { AutoScalingGroupNames: true, MaxRecords: true, NextToken: true },
  run(world, input) {
    const page = world.pager.page<AutoScalingGroupRecord>({
      command: 'DescribeAutoScalingGroups',
      input,
      token: input.NextToken,
      maxResults: input.MaxRecords ?? DEFAULT_RECORDS,
      bounds: BOUNDS,
      find: () => named(world.store.autoScalingGroups, input.AutoScalingGroupNames),
    });
    const members = membersByGroup(world);
    const groups = page.items.map((group) => renderGroup(world, group, members.get(group.name) ?? []));
    return { AutoScalingGroups: groups, ...tokenOf(page) };
  },
};

export const describeLaunchConfigurations: Command<LaunchConfigurationNamesType, LaunchConfigurationsType> = {
  parameters: { LaunchConfigurationNames: true, MaxRecords: true, NextToken: true },
  run(world, input) {
    const page = world.pager.page<LaunchConfigurationRecord>({
      command: 'DescribeLaunchConfigurations',
      input,
      token: input.NextToken,
      maxResults: input.MaxRecords ?? DEFAULT_RECORDS,
      bounds: BOUNDS,
      find: () => named(world.store.launchConfigurations, input.LaunchConfigurationNames),
    });
    const configurations = page.items.map(({ name, imageId, createdAt }) => ({
      LaunchConfigurationName: name,
      LaunchConfigurationARN: world.arn(
        'autoscaling',
        `launchConfiguration:${name}:launchConfigurationName/${name}`,
      ),
      ImageId: imageId,
      InstanceType: 't3.micro',
      CreatedTime: new Date(createdAt),
    }));
    return { LaunchConfigurations: configurations, ...tokenOf(page) };
  },
};

/** Names that do not exist are left out, as Auto Scaling does. */
function named<R extends { readonly name: string }>(
  records: ReadonlyMap<string, R>,
  names: readonly string[] | undefined,
): readonly R[] {
  const all = scatter([...records.values()]);
  return names === undefined || names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

function membersByGroup(world: World): ReadonlyMap<string, readonly InstanceRecord[]> {
  const members = world.store.instances.all(world.now()).filter((instance) => {
    const state = instanceState(instance, world.now());
    return instance.autoScalingGroup !== undefined && state !== 'terminated' && state !== 'shutting-down';
  });
  const byGroup = new Map<string, InstanceRecord[]>();
  for (const instance of members) {
    const group = instance.autoScalingGroup ?? '';
    byGroup.set(group, [...(byGroup.get(group) ?? []), instance]);
  }
  return byGroup;
}

function renderGroup(
  world: World,
  group: AutoScalingGroupRecord,
  members: readonly InstanceRecord[],
): AutoScalingGroup {
  const template =
    group.launchTemplate === undefined ? undefined : world.store.launchTemplates.get(group.launchTemplate);
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: world.arn(
      'autoscaling',
      `autoScalingGroup:${group.name}:autoScalingGroupName/${group.name}`,
    ),
    LaunchConfigurationName: group.launchConfiguration,
    LaunchTemplate:
      template === undefined
        ? undefined
        : { LaunchTemplateId: template.id, LaunchTemplateName: template.name, Version: '$Latest' },
    ...mixedInstances(group.overrideImageIds),
    MinSize: 0,
    MaxSize: Math.max(1, members.length),
    DesiredCapacity: members.length,
    DefaultCooldown: 300,
    AvailabilityZones: [`${world.region}a`],
    HealthCheckType: 'EC2',
    CreatedTime: new Date(group.createdAt),
    Instances: members.map((instance) => ({
      InstanceId: instance.id,
      AvailabilityZone: instance.zone,
      LifecycleState: 'InService',
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: false,
    })),
  };
}

function mixedInstances(imageIds: readonly string[]): Pick<AutoScalingGroup, 'MixedInstancesPolicy'> {
  if (imageIds.length === 0) return {};
  const Overrides = imageIds.map((ImageId) => ({ InstanceType: 't3.micro', ImageId }));
  return { MixedInstancesPolicy: { LaunchTemplate: { Overrides } } };
}
