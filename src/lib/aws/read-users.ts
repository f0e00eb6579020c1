import {
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { DescribeImageReferencesCommand, type ResourceTypeRequest } from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional, required } from './shapes.ts';

/** DescribeImageReferences takes at most so many AMIs a call. */
export const IMAGES_A_CALL = 10;

export interface ImageUser {
  readonly imageId: string;
  readonly arn: string;
}

// Without them EC2 looks at the ten newest versions of a launch template only, and at terminated instances too.
const RESOURCE_TYPES: readonly ResourceTypeRequest[] = [
  {
    ResourceType: 'ec2:Instance',
    ResourceTypeOptions: [
      {
        OptionName: 'state-name',
        OptionValues: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'],
      },
    ],
  },
  {
    ResourceType: 'ec2:LaunchTemplate',
    ResourceTypeOptions: [{ OptionName: 'version-depth', OptionValues: ['10000'] }],
  },
  { ResourceType: 'ssm:Parameter' },
  { ResourceType: 'imagebuilder:ImageRecipe' },
  { ResourceType: 'imagebuilder:ContainerRecipe' },
];

/** Instances, launch templates, parameters and recipes that use the given AMIs, at most `IMAGES_A_CALL` of them. */
export function listImageReferences(
  { ec2 }: Pick<Clients, 'ec2'>,
  imageIds: readonly string[],
): AsyncGenerator<ImageUser> {
  return everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeImageReferencesCommand({
        ImageIds: [...imageIds],
        ResourceTypes: [...RESOURCE_TYPES],
        ...optional('NextToken', token),
      }),
    );
    const users = (answer.ImageReferences ?? []).map(({ ImageId, Arn }) => ({
      imageId: required(ImageId, 'ImageId of a reference'),
      arn: Arn ?? 'a resource without ARN',
    }));
    return { items: users, nextToken: answer.NextToken };
  });
}

/**
 * What DescribeImageReferences omits: launch configurations, whether a group uses them now or not, and the AMIs that
 * overrides of a group's mixed instances policy name.
 */
export async function* listAutoScalingUsers(
  clients: Pick<Clients, 'autoScaling'>,
): AsyncGenerator<ImageUser> {
  yield* listLaunchConfigurations(clients);
  for await (const group of listAutoScalingGroups(clients)) yield* overridesOf(group);
}

function listLaunchConfigurations({ autoScaling }: Pick<Clients, 'autoScaling'>): AsyncGenerator<ImageUser> {
  return everyPage(async (token) => {
    const answer = await autoScaling.send(
      new DescribeLaunchConfigurationsCommand({ MaxRecords: 100, ...optional('NextToken', token) }),
    );
    const users = (answer.LaunchConfigurations ?? []).map(
      ({ ImageId, LaunchConfigurationARN, LaunchConfigurationName }) => ({
        imageId: required(ImageId, `ImageId of launch configuration ${LaunchConfigurationName ?? ''}`),
        arn: LaunchConfigurationARN ?? LaunchConfigurationName ?? 'a launch configuration',
      }),
    );
    return { items: users, nextToken: answer.NextToken };
  });
}

function listAutoScalingGroups({
  autoScaling,
}: Pick<Clients, 'autoScaling'>): AsyncGenerator<AutoScalingGroup> {
  return everyPage(async (token) => {
    const answer = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ MaxRecords: 100, ...optional('NextToken', token) }),
    );
    return { items: answer.AutoScalingGroups ?? [], nextToken: answer.NextToken };
  });
}

function overridesOf(group: AutoScalingGroup): ImageUser[] {
  const arn = group.AutoScalingGroupARN ?? group.AutoScalingGroupName ?? 'an Auto Scaling group';
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return overrides.flatMap(({ ImageId }) => (ImageId === undefined ? [] : [{ imageId: ImageId, arn }]));
}
