import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { HOUR, MINUTE, newPlace, present, SECOND, START } from './support.ts';

async function instancesOf(region: SimulatedRegion): Promise<Instance[]> {
  const { Reservations = [] } = await region.ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

describe('instances', () => {
  test('show in full what they were launched with', async () => {
    const { region } = newPlace();
    const { id, volumeIds } = region.runInstance({
      tags: { Name: 'web' },
      volumes: [
        { device: '/dev/xvda', sizeGiB: 8, type: 'gp3', iops: 3000, throughput: 125 },
        { device: '/dev/sdf', sizeGiB: 500, type: 'st1', encrypted: true, tags: { Role: 'data' } },
      ],
      instanceType: 'm7g.large',
      subnet: 'subnet-1',
      securityGroups: ['sg-1', 'sg-2'],
      profile: 'web',
      keyName: 'ops',
      privateIp: '10.1.2.3',
      zone: 'ap-northeast-2c',
      launchedAt: START - HOUR,
    });
    expect(await instancesOf(region)).toMatchObject([
      {
        InstanceId: id,
        InstanceType: 'm7g.large',
        State: { Code: 16, Name: 'running' },
        RootDeviceType: 'ebs',
        RootDeviceName: '/dev/xvda',
        SubnetId: 'subnet-1',
        SecurityGroups: [{ GroupId: 'sg-1' }, { GroupId: 'sg-2' }],
        IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/web' },
        KeyName: 'ops',
        PrivateIpAddress: '10.1.2.3',
        Placement: { AvailabilityZone: 'ap-northeast-2c' },
        LaunchTime: new Date(START - HOUR),
        BlockDeviceMappings: [
          { DeviceName: '/dev/xvda', Ebs: { VolumeId: volumeIds[0], DeleteOnTermination: true } },
          { DeviceName: '/dev/sdf', Ebs: { VolumeId: volumeIds[1], DeleteOnTermination: false } },
        ],
        Tags: [{ Key: 'Name', Value: 'web' }],
      },
    ]);
    const { Volumes = [] } = await region.ec2.send(new DescribeVolumesCommand({ VolumeIds: [...volumeIds] }));
    expect(Volumes).toMatchObject([
      { Size: 8, VolumeType: 'gp3', Iops: 3000, Throughput: 125, Encrypted: false, State: 'in-use' },
      { Size: 500, VolumeType: 'st1', Encrypted: true, Tags: [{ Key: 'Role', Value: 'data' }] },
    ]);
    expect(Volumes[1]?.Attachments).toMatchObject([
      { InstanceId: id, Device: '/dev/sdf', State: 'attached' },
    ]);
  });

  test('stop and start', () => {
    const { region } = newPlace();
    const { id } = region.runInstance();
    region.stopInstance(id);
    expect(() => region.stopInstance(id)).toThrow(/is stopped/);
    expect(region.instances()[0]?.state).toBe('stopped');
    region.startInstance(id);
    expect(region.instances()[0]?.state).toBe('running');
  });

  test('are shutting down, then terminated, then gone within the hour, with the volumes that go with them', async () => {
    const { region, clock } = newPlace();
    const volumes = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));
    const { id, volumeIds } = region.runInstance({ volumes });
    region.terminateInstance(id);
    const state = async (): Promise<unknown> => (await instancesOf(region)).map(({ State }) => State?.Name);
    expect(await state()).toEqual(['shutting-down']);
    expect(region.volumes()).toMatchObject([{ id: volumeIds[1], attachedTo: undefined }]);
    clock.advance(30 * SECOND);
    expect(await state()).toEqual(['terminated']);
    expect((await instancesOf(region))[0]?.BlockDeviceMappings).toEqual([]);
    expect(() => region.terminateInstance(id)).toThrow(/is terminated/);
    clock.advance(59 * MINUTE);
    expect(await state()).toEqual([]);
    expect(region.instances()).toEqual([]);
  });
});

test('volumes are attached, detached and deleted', () => {
  const { region } = newPlace();
  const { id } = region.runInstance();
  const volume = region.createVolume({ sizeGiB: 8 });
  region.attachVolume(volume, id, '/dev/sdf');
  expect(() => region.attachVolume(volume, id, '/dev/sdg')).toThrow(/attached already/);
  expect(() => region.deleteVolume(volume)).toThrow(/is attached/);
  expect(region.instances()[0]?.volumeIds).toContain(volume);
  region.detachVolume(volume);
  expect(() => region.detachVolume(volume)).toThrow(/not attached/);
  region.deleteVolume(volume);
  expect(region.volumes()).toHaveLength(1);
  expect(() => region.attachVolume(volume, id, '/dev/sdf')).toThrow(/no volume/);
  const other = region.createVolume({ sizeGiB: 8 });
  expect(() => region.attachVolume(other, id, '/dev/xvda')).toThrow(/is taken/);
});

test('tags are set and removed on anything, within the limits', () => {
  const { region } = newPlace({ maxTags: 2 });
  const ids = [
    region.runInstance().id,
    region.createVolume({ sizeGiB: 1 }),
    region.registerImage({ name: 'golden' }),
    region.createForeignSnapshot(),
  ];
  for (const id of ids) region.tag(id, 'Backup:Hold', 'audit');
  expect(region.images()[0]?.tags).toEqual({ 'Backup:Hold': 'audit' });
  expect(region.snapshots().at(-1)?.tags).toEqual({ 'Backup:Hold': 'audit' });
  region.untag(present(ids[0]), 'Backup:Hold');
  expect(region.instances()[0]?.tags).toEqual({});
  expect(() => region.untag(present(ids[0]), 'Backup:Hold')).toThrow(/has no tag Backup:Hold/);
  expect(() => region.tag('vol-1', 'a', 'b')).toThrow(/nothing with the id vol-1/);
  region.tag(present(ids[1]), 'b', '');
  region.tag(present(ids[1]), 'aws:backup:source-resource', 'free');
  expect(() => region.tag(present(ids[1]), 'c', '')).toThrow(/limit of 2/);
});

test('a snapshot can vanish under an image that maps it, into the Recycle Bin too', () => {
  const { region } = newPlace();
  const snapshot = region.createForeignSnapshot();
  region.registerImage({ name: 'golden', snapshotIds: [snapshot] });
  region.addRecycleBinRule('EBS_SNAPSHOT', 1);
  region.deleteSnapshotByHand(snapshot);
  expect(region.snapshots()).toEqual([]);
  expect(region.binned()).toMatchObject([{ kind: 'EBS_SNAPSHOT', id: snapshot, exitsAt: START + 24 * HOUR }]);
  expect(region.images()[0]).toMatchObject({ state: 'available', snapshotIds: [snapshot] });
});

const NONSENSE: readonly [title: string, act: (region: SimulatedRegion) => unknown, message: RegExp][] = [
  ['stopping what is not there', (region) => region.stopInstance('i-1'), /no instance i-1/],
  ['a volume of no size', (region) => region.createVolume({ sizeGiB: 0 }), /0 GiB/],
  ['an EBS-backed instance without volumes', (region) => region.runInstance({ volumes: [] }), /has a volume/],
  [
    'a snapshot that is not there',
    (region) => region.registerImage({ name: 'a', snapshotIds: ['s'] }),
    /no snapshot s/,
  ],
  ['a lock in the past', (region) => lockIn(region, START), /expired already/],
  ['unprotecting what is not protected', (region) => region.unprotectImage(golden(region)), /not protected/],
  ['enabling what is enabled', (region) => region.enableImage(golden(region)), /expected disabled/],
  [
    'a group of nothing',
    (region) => region.createAutoScalingGroup('g', { launchConfiguration: 'l' }),
    /no launch config/,
  ],
  ['a template that is not there', (region) => region.deleteLaunchTemplate('t'), /no launch template t/],
  ['a bin of 0 days', (region) => region.addRecycleBinRule('EC2_IMAGE', 0), /0 days/],
  ['a name twice', (region) => [golden(region), golden(region)], /golden is taken/],
];

function golden(region: SimulatedRegion): string {
  return region.registerImage({ name: 'golden' });
}

function lockIn(region: SimulatedRegion, expiresOn: number): void {
  region.lockSnapshot(region.createForeignSnapshot(), { mode: 'governance', expiresOn });
}

test.each(NONSENSE)('refuses %s', (_title, act, message) => {
  const { region } = newPlace();
  expect(() => act(region)).toThrow(message);
});

test('views can be of what is new only, and anything can be asked for by its id', async () => {
  const { region, clock } = newPlace();
  const old = region.createForeignSnapshot();
  const image = region.registerImage({ name: 'old', snapshotIds: [old] });
  clock.advance(MINUTE);
  const since = clock.now();
  const { id } = region.runInstance();
  const snapshot = region.createForeignSnapshot();
  expect(region.snapshots(since).map((view) => view.id)).toEqual([snapshot]);
  expect(region.images(since)).toEqual([]);
  expect([old, image, id, snapshot].map((one) => region.has(one))).toEqual([true, true, true, true]);
  region.deregisterByHand(image);
  expect([image, 'i-0123456789abcdef0'].map((one) => region.has(one))).toEqual([false, false]);
  const { Images } = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  expect(Images).toEqual([]);
});

test('a purge empties a queue', async () => {
  const { region } = newPlace();
  const QueueUrl = region.createQueue({ name: 'reports' });
  await region.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
  region.purge('reports');
  expect(region.queue('reports').messages).toEqual([]);
  expect(() => region.purge('none')).toThrow(/no queue none/);
});
