/** The exact inputs of the lists whose defaults would show too much or too little, and what is made of the answers. */

import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  ListImagesInRecycleBinCommand,
  ListSnapshotsInRecycleBinCommand,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { ALL_SERVICES, awsClients, type Clients } from '../../../src/lib/aws/clients.ts';
import { readAccount } from '../../../src/lib/aws/read-account.ts';
import { listImages } from '../../../src/lib/aws/read-images.ts';
import { listInstances } from '../../../src/lib/aws/read-instances.ts';
import { listRecycleBin } from '../../../src/lib/aws/read-recycle-bin.ts';
import { listLocks, listSnapshots } from '../../../src/lib/aws/read-snapshots.ts';
import { IMAGES_A_CALL, listImageReferences, listAutoScalingUsers } from '../../../src/lib/aws/read-users.ts';
import { listVolumes } from '../../../src/lib/aws/read-volumes.ts';

const ec2Client = new EC2Client({ region: 'ap-northeast-2' });
const autoScaling = new AutoScalingClient({ region: 'ap-northeast-2' });
const sts = new STSClient({ region: 'ap-northeast-2' });
const clients: Clients = {
  ...awsClients({ region: 'ap-northeast-2' }, ALL_SERVICES),
  ec2: ec2Client,
  ec2Once: ec2Client,
  autoScaling,
  sts,
};
const ec2 = mockClient(ec2Client);
const scaling = mockClient(autoScaling);
const token = mockClient(sts);

beforeEach(() => {
  ec2.reset();
  scaling.reset();
  token.reset();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function inputs(): unknown[] {
  return ec2.calls().map(({ args: [command] }) => command.input);
}

describe('DescribeImages', () => {
  test('[H28] asks for own AMIs, disabled and deprecated ones too, a page at a time', async () => {
    ec2.on(DescribeImagesCommand).resolvesOnce({ Images: [], NextToken: 'next' }).resolves({ Images: [] });
    await all(listImages(clients));
    const page = { Owners: ['self'], IncludeDisabled: true, IncludeDeprecated: true, MaxResults: 1000 };
    expect(inputs()).toEqual([page, { ...page, NextToken: 'next' }]);
  });

  test('sends filters on every page', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [] });
    await all(listImages(clients, [{ name: 'tag:ec2-backup:deployment', values: ['prod'] }]));
    expect(inputs()).toEqual([
      expect.objectContaining({ Filters: [{ Name: 'tag:ec2-backup:deployment', Values: ['prod'] }] }),
    ]);
  });

  test('[H16] takes the snapshots of EBS mappings and leaves ephemeral ones', async () => {
    ec2.on(DescribeImagesCommand).resolves({
      Images: [
        {
          ImageId: 'ami-1',
          Name: 'prod/a',
          State: 'available',
          CreationDate: '2026-11-22T18:00:00.000Z',
          StateReason: { Message: 'why' },
          DeregistrationProtection: 'enabled-with-cooldown',
          BlockDeviceMappings: [
            { DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1' } },
            { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
            { DeviceName: '/dev/sdf', Ebs: {} },
          ],
          Tags: [{ Key: 'a', Value: 'b' }, { Key: 'empty' }],
        },
      ],
    });
    expect(await all(listImages(clients))).toEqual([
      {
        id: 'ami-1',
        name: 'prod/a',
        state: 'available',
        createdAt: Date.UTC(2026, 10, 22, 18),
        stateReason: 'why',
        deregistrationProtection: 'enabled-with-cooldown',
        snapshotIds: ['snap-1'],
        tags: new Map([
          ['a', 'b'],
          ['empty', ''],
        ]),
      },
    ]);
  });

  test('an AMI without an id or a state is an error that names it, not a guess', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1' }] });
    await expect(all(listImages(clients))).rejects.toThrow(
      'EC2 answered State of ami-1 empty, expected a value',
    );
  });
});

describe('DescribeSnapshots', () => {
  test('asks for own snapshots only: without the owner EC2 lists every public one', async () => {
    ec2.on(DescribeSnapshotsCommand).resolvesOnce({ Snapshots: [], NextToken: 'next' }).resolves({});
    await all(listSnapshots(clients));
    const page = { OwnerIds: ['self'], MaxResults: 1000 };
    expect(inputs()).toEqual([page, { ...page, NextToken: 'next' }]);
  });

  test('answers times in ms', async () => {
    const StartTime = new Date('2026-11-22T18:00:00Z');
    ec2.on(DescribeSnapshotsCommand).resolves({
      Snapshots: [{ SnapshotId: 'snap-1', State: 'completed', StartTime, VolumeId: 'vol-1', Tags: [] }],
    });
    expect(await all(listSnapshots(clients))).toEqual([
      {
        id: 'snap-1',
        state: 'completed',
        startedAt: StartTime.getTime(),
        volumeId: 'vol-1',
        tags: new Map(),
      },
    ]);
  });
});

describe('[H6] who uses an AMI', () => {
  test('DescribeImageReferences looks at every version of launch templates and at instances not terminated', async () => {
    ec2.on(DescribeImageReferencesCommand).resolvesOnce({ NextToken: 'next' }).resolves({});
    await all(listImageReferences(clients, ['ami-1', 'ami-2']));
    const page = {
      ImageIds: ['ami-1', 'ami-2'],
      ResourceTypes: [
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
      ],
    };
    expect(inputs()).toEqual([page, { ...page, NextToken: 'next' }]);
    expect(IMAGES_A_CALL).toBe(10);
  });

  test('a reference without an ARN is still a use', async () => {
    ec2.on(DescribeImageReferencesCommand).resolves({ ImageReferences: [{ ImageId: 'ami-1' }] });
    expect(await all(listImageReferences(clients, ['ami-1']))).toEqual([
      { imageId: 'ami-1', arn: 'a resource without ARN' },
    ]);
  });

  test('launch configurations and overrides of mixed instances policies are read to the last page', async () => {
    const times = { InstanceType: 't3.micro', CreatedTime: new Date(0) };
    const sizes = {
      MinSize: 0,
      MaxSize: 1,
      DesiredCapacity: 0,
      DefaultCooldown: 300,
      HealthCheckType: 'EC2',
    };
    scaling
      .on(DescribeLaunchConfigurationsCommand)
      .resolvesOnce({ LaunchConfigurations: [], NextToken: 'next' })
      .resolves({
        LaunchConfigurations: [
          { ...times, LaunchConfigurationName: 'web', LaunchConfigurationARN: 'arn:web', ImageId: 'ami-1' },
        ],
      });
    scaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        {
          ...sizes,
          AutoScalingGroupName: 'mixed',
          AutoScalingGroupARN: 'arn:mixed',
          AvailabilityZones: [],
          CreatedTime: new Date(0),
          MixedInstancesPolicy: {
            LaunchTemplate: { Overrides: [{ ImageId: 'ami-2' }, { InstanceType: 't3.micro' }] },
          },
        },
      ],
    });
    expect(await all(listAutoScalingUsers(clients))).toEqual([
      { imageId: 'ami-1', arn: 'arn:web' },
      { imageId: 'ami-2', arn: 'arn:mixed' },
    ]);
    expect(scaling.calls().map(({ args: [command] }) => command.input)).toEqual([
      { MaxRecords: 100 },
      { MaxRecords: 100, NextToken: 'next' },
      { MaxRecords: 100 },
    ]);
  });
});

test('[H28] locks in force are answered with their end, expired ones not at all', async () => {
  const end = new Date('2027-01-01T00:00:00Z');
  ec2.on(DescribeLockedSnapshotsCommand).resolves({
    Snapshots: [
      { SnapshotId: 'snap-1', LockState: 'governance', LockExpiresOn: end },
      { SnapshotId: 'snap-2', LockState: 'compliance-cooloff' },
      { SnapshotId: 'snap-3', LockState: 'expired', LockExpiresOn: end },
    ],
  });
  expect(await all(listLocks(clients))).toEqual([
    { snapshotId: 'snap-1', state: 'governance', until: end.getTime() },
    { snapshotId: 'snap-2', state: 'compliance-cooloff' },
  ]);
});

test('[H28] the Recycle Bin is read for AMIs by name and for snapshots by description', async () => {
  ec2
    .on(ListImagesInRecycleBinCommand)
    .resolves({ Images: [{ ImageId: 'ami-1', Name: 'prod/a' }, { ImageId: 'ami-2' }] });
  ec2
    .on(ListSnapshotsInRecycleBinCommand)
    .resolves({ Snapshots: [{ SnapshotId: 'snap-1', Description: 'prod/b' }] });
  expect(await all(listRecycleBin(clients))).toEqual(['prod/a', 'prod/b']);
});

test('[H20] instances of every reservation are answered, with their EBS volumes', async () => {
  const instance = (id: string): object => ({ InstanceId: id, State: { Name: 'running' } });
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [
      {
        Instances: [
          {
            ...instance('i-1'),
            BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-1' } }],
          },
        ],
      },
      { Instances: [instance('i-2'), instance('i-3')] },
      {},
    ],
  });
  const found = await all(listInstances(clients));
  expect(found.map(({ id, volumes }) => [id, volumes])).toEqual([
    ['i-1', [{ device: '/dev/xvda', volumeId: 'vol-1' }]],
    ['i-2', []],
    ['i-3', []],
  ]);
  expect(inputs()).toEqual([{ MaxResults: 1000 }]);
});

test('a volume is answered with its attachment, or without one', async () => {
  ec2.on(DescribeVolumesCommand).resolves({
    Volumes: [
      {
        VolumeId: 'vol-1',
        State: 'in-use',
        VolumeType: 'io2',
        Size: 8,
        Iops: 100,
        Attachments: [{ InstanceId: 'i-1', Device: '/dev/sdf' }],
      },
      { VolumeId: 'vol-2', State: 'available', Attachments: [] },
    ],
  });
  expect(await all(listVolumes(clients))).toEqual([
    {
      id: 'vol-1',
      state: 'in-use',
      type: 'io2',
      sizeGiB: 8,
      iops: 100,
      tags: new Map(),
      attachment: { instanceId: 'i-1', device: '/dev/sdf' },
    },
    { id: 'vol-2', state: 'available', type: '', sizeGiB: 0, tags: new Map() },
  ]);
});

test('[H35] the account is the one that the credentials belong to, and never empty', async () => {
  token
    .on(GetCallerIdentityCommand)
    .resolvesOnce({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/ops' })
    .resolves({});
  expect(await readAccount(clients)).toBe('111122223333');
  await expect(readAccount(clients)).rejects.toThrow('EC2 answered Account of GetCallerIdentity empty');
});
