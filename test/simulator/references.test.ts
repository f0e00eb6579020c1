import {
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeImageReferencesCommand,
  type DescribeImageReferencesCommandInput,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { HOUR, newPlace, outcomeOf } from './support.ts';

type Wish = Partial<DescribeImageReferencesCommandInput>;

const ARN = 'arn:aws:ec2:ap-northeast-2:111122223333';

async function arnsOf(
  region: SimulatedRegion,
  imageId: string,
  wish: Wish = {},
): Promise<(string | undefined)[]> {
  const input = { ImageIds: [imageId], IncludeAllResourceTypes: true, ...wish };
  const { ImageReferences = [] } = await region.ec2.send(new DescribeImageReferencesCommand(input));
  return ImageReferences.map(({ Arn }) => Arn);
}

function only(
  type: 'ec2:Instance' | 'ec2:LaunchTemplate',
  name: 'state-name' | 'version-depth',
  value: string,
): Wish {
  return {
    IncludeAllResourceTypes: false,
    ResourceTypes: [
      { ResourceType: type, ResourceTypeOptions: [{ OptionName: name, OptionValues: [value] }] },
    ],
  };
}

describe('DescribeImageReferences', () => {
  test('sees instances, launch templates and parameters, each with its ARN', async () => {
    const { region } = newPlace();
    const imageId = region.registerImage({ name: 'golden' });
    const { id } = region.runInstance({ imageId });
    const template = region.createLaunchTemplate('web', imageId);
    region.putSsmParameter('/golden/web', imageId);
    expect(await arnsOf(region, imageId)).toEqual([
      `${ARN}:instance/${id}`,
      `${ARN}:launch-template/${template}`,
      'arn:aws:ssm:ap-northeast-2:111122223333:parameter/golden/web',
    ]);
    region.putSsmParameter('/golden/web', 'ami-0123456789abcdef0');
    region.deleteLaunchTemplate('web');
    expect(await arnsOf(region, imageId)).toEqual([`${ARN}:instance/${id}`]);
  });

  test('does not see launch configurations', async () => {
    const { region } = newPlace();
    const imageId = region.registerImage({ name: 'golden' });
    region.createLaunchConfiguration('old', imageId);
    expect(await arnsOf(region, imageId)).toEqual([]);
  });

  test('looks at the 10 newest versions of a template unless told otherwise', async () => {
    const { region } = newPlace();
    const imageId = region.registerImage({ name: 'golden' });
    const other = region.registerImage({ name: 'newer' });
    region.createLaunchTemplate('web', imageId);
    for (let version = 2; version <= 10; version += 1) region.newLaunchTemplateVersion('web', other);
    expect(await arnsOf(region, imageId)).toHaveLength(1);
    expect(region.newLaunchTemplateVersion('web', other)).toBe(11);
    expect(await arnsOf(region, imageId)).toHaveLength(0);
    expect(await arnsOf(region, imageId, only('ec2:LaunchTemplate', 'version-depth', '11'))).toHaveLength(1);
    expect(await arnsOf(region, imageId, only('ec2:LaunchTemplate', 'version-depth', '10000'))).toHaveLength(
      1,
    );
  });

  test('options given beside IncludeAllResourceTypes override its defaults', async () => {
    const { region } = newPlace();
    const imageId = region.registerImage({ name: 'golden' });
    region.createLaunchTemplate('web', 'ami-0123456789abcdef0');
    region.newLaunchTemplateVersion('web', imageId);
    region.newLaunchTemplateVersion('web', 'ami-0123456789abcdef0');
    region.putSsmParameter('golden', imageId);
    const wish = { ...only('ec2:LaunchTemplate', 'version-depth', '1'), IncludeAllResourceTypes: true };
    expect(await arnsOf(region, imageId, wish)).toEqual([
      'arn:aws:ssm:ap-northeast-2:111122223333:parameter/golden',
    ]);
  });

  test('counts terminated instances while they are visible, unless states are named', async () => {
    const { region, clock } = newPlace();
    const imageId = region.registerImage({ name: 'golden' });
    const { id } = region.runInstance({ imageId });
    region.terminateInstance(id);
    expect(await arnsOf(region, imageId)).toHaveLength(1);
    expect(await arnsOf(region, imageId, only('ec2:Instance', 'state-name', 'running'))).toHaveLength(0);
    clock.advance(HOUR);
    expect(await arnsOf(region, imageId)).toHaveLength(0);
  });

  test('answers in pages', async () => {
    const { region } = newPlace({ pageSize: 2 });
    const imageId = region.registerImage({ name: 'golden' });
    for (let count = 0; count < 3; count += 1) region.runInstance({ imageId });
    const input = { ImageIds: [imageId], IncludeAllResourceTypes: true };
    const first = await region.ec2.send(new DescribeImageReferencesCommand(input));
    expect(first.ImageReferences).toHaveLength(2);
    const { NextToken } = first;
    const second = await region.ec2.send(new DescribeImageReferencesCommand({ ...input, NextToken }));
    expect(second.ImageReferences).toHaveLength(1);
    expect(second.NextToken).toBeUndefined();
  });

  const all = { IncludeAllResourceTypes: true };
  const REFUSED: readonly [title: string, wish: Wish, error: string][] = [
    ['no images', { ...all, ImageIds: [] }, 'MissingParameter'],
    ['an unknown image', { ...all, ImageIds: ['ami-0123456789abcdef0'] }, 'InvalidAMIID.NotFound'],
    ['no resource types', { IncludeAllResourceTypes: undefined }, 'MissingParameter'],
    ['a depth of 0', only('ec2:LaunchTemplate', 'version-depth', '0'), 'InvalidParameterValue'],
    ['a depth of 10001', only('ec2:LaunchTemplate', 'version-depth', '10001'), 'InvalidParameterValue'],
    [
      'a depth that is no number',
      only('ec2:LaunchTemplate', 'version-depth', 'all'),
      'InvalidParameterValue',
    ],
    ['an unknown state', only('ec2:Instance', 'state-name', 'asleep'), 'InvalidParameterValue'],
    ['an option of another type', only('ec2:Instance', 'version-depth', '5'), 'InvalidParameterValue'],
    [
      'an option of a type without options',
      {
        ResourceTypes: [
          {
            ResourceType: 'ssm:Parameter',
            ResourceTypeOptions: [{ OptionName: 'state-name', OptionValues: ['x'] }],
          },
        ],
      },
      'InvalidParameterValue',
    ],
  ];
  test.each(REFUSED)('refuses %s', async (_title, wish, error) => {
    const { region } = newPlace();
    const ImageIds = [region.registerImage({ name: 'golden' })];
    const command = new DescribeImageReferencesCommand({ ImageIds, ...wish });
    expect(await outcomeOf(region.ec2.send(command))).toBe(error);
  });

  test('takes 10 images and refuses 11', async () => {
    const { region } = newPlace();
    const ids = Array.from({ length: 11 }, (_, n) => region.registerImage({ name: `golden-${n}` }));
    const send = (ImageIds: string[]): Promise<string> =>
      outcomeOf(region.ec2.send(new DescribeImageReferencesCommand({ ImageIds, ...all })));
    expect(await send(ids.slice(0, 10))).toBe('ok');
    expect(await send(ids)).toBe('InvalidParameterValue');
  });
});

describe('Auto Scaling', () => {
  test('groups name their launch configuration or template, and their instances', async () => {
    const { region } = newPlace();
    const imageId = region.registerImage({ name: 'golden' });
    region.createLaunchConfiguration('web-1', imageId);
    const template = region.createLaunchTemplate('api', imageId);
    region.createAutoScalingGroup('web', { launchConfiguration: 'web-1' });
    region.createAutoScalingGroup('api', { launchTemplate: 'api' });
    const { id } = region.runInstance({ autoScalingGroup: 'web' });
    region.terminateInstance(region.runInstance({ autoScalingGroup: 'web' }).id);
    const { AutoScalingGroups = [] } = await region.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({}),
    );
    const byName = new Map(AutoScalingGroups.map((group) => [group.AutoScalingGroupName, group]));
    expect(byName.get('web')).toMatchObject({
      LaunchConfigurationName: 'web-1',
      Instances: [{ InstanceId: id }],
    });
    expect(byName.get('api')).toMatchObject({ LaunchTemplate: { LaunchTemplateId: template } });
    expect(byName.get('api')?.LaunchConfigurationName).toBeUndefined();
    expect(region.instances()[0]?.tags).toEqual({ 'aws:autoscaling:groupName': 'web' });
  });

  test('launch configurations come in pages, with their image', async () => {
    const { region } = newPlace({ pageSize: 1 });
    const imageId = region.registerImage({ name: 'golden' });
    for (const name of ['web-1', 'web-2']) region.createLaunchConfiguration(name, imageId);
    const list = (NextToken?: string) =>
      region.autoScaling.send(new DescribeLaunchConfigurationsCommand({ NextToken }));
    const first = await list();
    const second = await list(first.NextToken);
    const configurations = [...(first.LaunchConfigurations ?? []), ...(second.LaunchConfigurations ?? [])];
    expect(configurations.map(({ ImageId }) => ImageId)).toEqual([imageId, imageId]);
    expect(configurations.map(({ LaunchConfigurationName: name }) => name).sort()).toEqual([
      'web-1',
      'web-2',
    ]);
    expect(second.NextToken).toBeUndefined();
    expect(await outcomeOf(list('abc'))).toBe('InvalidNextToken');
    const named = new DescribeLaunchConfigurationsCommand({ LaunchConfigurationNames: ['web-2', 'web-9'] });
    expect((await region.autoScaling.send(named)).LaunchConfigurations).toHaveLength(1);
  });
});
