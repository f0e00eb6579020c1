import {
  AttachVolumeCommand,
  CreateImageCommand,
  CreateReplaceRootVolumeTaskCommand,
  CreateVolumeCommand,
  DeregisterImageCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeSubnetsCommand,
  RegisterImageCommand,
  RestoreSnapshotTierCommand,
  RunInstancesCommand,
  type CreateVolumeCommandInput,
  type RegisterImageCommandInput,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { DAY, MINUTE, newPlace, outcomeOf, present, type TestPlace } from './support.ts';

interface Launching extends TestPlace {
  readonly image: string;
  readonly subnet: string;
  readonly group: string;
  readonly launch: (change?: Partial<RunInstancesCommandInput>) => Promise<string>;
}

async function place(): Promise<Launching> {
  const made = newPlace();
  const { region, clock } = made;
  const { id } = region.runInstance({
    volumes: [{ device: '/dev/xvda', sizeGiB: 8, encrypted: true }],
    keyName: 'ops',
  });
  const { ImageId } = await region.ec2.send(
    new CreateImageCommand({ InstanceId: id, Name: 'web', NoReboot: true }),
  );
  clock.advance(10 * MINUTE);
  const subnet = region.launching.createSubnet({ zone: 'ap-northeast-2a' });
  const group = region.launching.createSecurityGroup();
  const launch: Launching['launch'] = async (change = {}) => {
    const { Instances } = await region.ec2.send(
      new RunInstancesCommand({
        ImageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: subnet,
        SecurityGroupIds: [group],
        ...change,
      }),
    );
    return present(Instances?.[0]?.InstanceId);
  };
  return { ...made, image: present(ImageId), subnet, group, launch };
}

describe('RunInstances', () => {
  test('makes an instance that is pending, then runs, then passes its checks', async () => {
    const { region, clock, launch } = await place();
    const id = await launch();
    const stateOf = () => region.instances().find((instance) => instance.id === id)?.state;
    const checks = async () => {
      const { InstanceStatuses } = await region.ec2.send(
        new DescribeInstanceStatusCommand({ InstanceIds: [id] }),
      );
      return InstanceStatuses?.map(({ InstanceStatus }) => InstanceStatus?.Status);
    };
    expect([stateOf(), await checks()]).toEqual(['pending', []]);
    clock.advance(MINUTE);
    expect([stateOf(), await checks()]).toEqual(['running', ['initializing']]);
    clock.advance(5 * MINUTE);
    expect(await checks()).toEqual(['ok']);
    expect(region.volumes().filter(({ attachedTo }) => attachedTo === id)).toMatchObject([
      { device: '/dev/xvda', sizeGiB: 8, encrypted: true, zone: 'ap-northeast-2a' },
    ]);
  });

  test('with the same token and parameters is one instance, with others a mismatch', async () => {
    const { region, launch } = await place();
    const first = await launch({ ClientToken: 'one' });
    expect(await launch({ ClientToken: 'one' })).toBe(first);
    expect(await outcomeOf(launch({ ClientToken: 'one', InstanceType: 't3.large' }))).toBe(
      'IdempotentParameterMismatch',
    );
    expect(await launch({ ClientToken: 'two' })).not.toBe(first);
    expect(region.instances()).toHaveLength(3);
  });

  test.each<[string, Partial<RunInstancesCommandInput>]>([
    ['InvalidAMIID.NotFound', { ImageId: 'ami-0123456789abcdef0' }],
    ['InvalidSubnetID.NotFound', { SubnetId: 'subnet-0' }],
    ['InvalidGroup.NotFound', { SecurityGroupIds: ['sg-0'] }],
    ['InvalidKeyPair.NotFound', { KeyName: 'other' }],
    ['InvalidParameterValue', { InstanceType: 'z9.huge' as 't3.micro' }],
    ['InvalidParameterValue', { InstanceType: 'm7g.large' }],
    ['Unsupported', { InstanceType: 'g5.xlarge' }],
  ])('is refused with %s', async (code, change) => {
    const { region, launch } = await place();
    expect(await outcomeOf(launch(change))).toBe(code);
    expect(region.instances()).toHaveLength(1);
  });

  test('is refused with a group of another VPC, an address in use, an image that is disabled', async () => {
    const { region, image, launch } = await place();
    const other = region.launching.createSecurityGroup('vpc-0fedcba9876543210');
    expect(await outcomeOf(launch({ SecurityGroupIds: [other] }))).toBe('InvalidParameter');
    const [taken] = region.instances();
    expect(await outcomeOf(launch({ PrivateIpAddress: present(taken?.privateIp) }))).toBe(
      'InvalidIPAddress.InUse',
    );
    region.disableImage(image);
    expect(await outcomeOf(launch())).toBe('InvalidAMIID.Unavailable');
  });

  test('refuses a parameter that it does not know', async () => {
    const { launch } = await place();
    await expect(launch({ UserData: 'IyEvYmluL3No' })).rejects.toThrow(
      /does not know the parameter RunInstances.UserData/,
    );
  });

  test('that fails later ends terminated, with the reason', async () => {
    const { region, clock, launch } = await place();
    region.faults = () => ({ kind: 'fails-later', reason: 'Client.InvalidKMSKey.InvalidState' });
    const id = await launch();
    region.faults = () => undefined;
    clock.advance(2 * MINUTE);
    const { Reservations } = await region.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
      State: { Name: 'terminated' },
      StateReason: { Message: 'Client.InvalidKMSKey.InvalidState' },
    });
    expect(region.volumes().filter(({ attachedTo }) => attachedTo === id)).toEqual([]);
  });
});

describe('RegisterImage', () => {
  const register = async (
    made: Launching,
    change: Partial<RegisterImageCommandInput> = {},
  ): Promise<unknown> => {
    const [snapshot] = made.region.snapshots();
    const mapping = {
      DeviceName: '/dev/xvda',
      Ebs: { SnapshotId: present(snapshot?.id), VolumeType: 'gp3' as const },
    };
    return made.region.ec2.send(
      new RegisterImageCommand({
        Name: 'temporary',
        Architecture: 'x86_64',
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [mapping],
        ...change,
      }),
    );
  };

  test('makes an image that instances run from, and whose end leaves its snapshots', async () => {
    const made = await place();
    const { region, clock, launch } = made;
    await register(made);
    const image = present(region.images().find(({ name }) => name === 'temporary'));
    expect(await outcomeOf(launch({ ImageId: image.id }))).toBe('InvalidAMIID.Unavailable');
    clock.advance(MINUTE);
    await launch({ ImageId: image.id });
    await region.ec2.send(new DeregisterImageCommand({ ImageId: image.id }));
    expect(region.snapshots()).toHaveLength(1);
  });

  test.each<[string, Partial<RegisterImageCommandInput>]>([
    ['InvalidAMIName.Duplicate', { Name: 'web' }],
    ['InvalidAMIName.Malformed', { Name: 'a:b' }],
    ['InvalidBlockDeviceMapping', { RootDeviceName: '/dev/sda1' }],
    ['MissingParameter', { RootDeviceName: undefined }],
    ['InvalidParameterValue', { TagSpecifications: [{ ResourceType: 'snapshot', Tags: [] }] }],
  ])('is refused with %s', async (code, change) => {
    expect(await outcomeOf(register(await place(), change))).toBe(code);
  });
});

describe('CreateVolume and AttachVolume', () => {
  const create = async (made: Launching, change: Partial<CreateVolumeCommandInput> = {}): Promise<string> => {
    const [snapshot] = made.region.snapshots();
    const { VolumeId } = await made.region.ec2.send(
      new CreateVolumeCommand({
        SnapshotId: present(snapshot?.id),
        AvailabilityZone: 'ap-northeast-2a',
        ...change,
      }),
    );
    return present(VolumeId);
  };

  test.each<[string, Partial<CreateVolumeCommandInput>]>([
    ['InvalidZone.NotFound', { AvailabilityZone: 'eu-west-1a' }],
    ['InvalidSnapshot.NotFound', { SnapshotId: 'snap-0123456789abcdef0' }],
    ['InvalidParameterCombination', { VolumeType: 'gp2', Iops: 100 }],
    ['InvalidParameterCombination', { VolumeType: 'io2', Iops: 100, Throughput: 125 }],
    ['MissingParameter', { VolumeType: 'io2' }],
  ])('CreateVolume is refused with %s', async (code, change) => {
    expect(await outcomeOf(create(await place(), change))).toBe(code);
  });

  test('a volume is attached once, in its zone, where nothing is', async () => {
    const made = await place();
    const { region, clock, launch } = made;
    const InstanceId = await launch();
    clock.advance(MINUTE);
    const attach = (VolumeId: string, Device: string): Promise<string> =>
      outcomeOf(region.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device })));
    const volume = await create(made);
    expect(await attach(volume, '/dev/sdf')).toBe('IncorrectState');
    const other = await create(made, { AvailabilityZone: 'ap-northeast-2b' });
    clock.advance(MINUTE);
    expect(await attach(volume, '/dev/xvda')).toBe('InvalidParameterValue');
    expect(await attach(other, '/dev/sdf')).toBe('InvalidVolume.ZoneMismatch');
    expect(await attach(volume, '/dev/sdf')).toBe('ok');
    expect(await attach(volume, '/dev/sdg')).toBe('VolumeInUse');
  });

  test('nothing is made of a snapshot in the archive before it is back', async () => {
    const made = await place();
    const { region, clock } = made;
    const SnapshotId = region.createForeignSnapshot();
    region.launching.archiveSnapshot(SnapshotId);
    expect(await outcomeOf(create(made, { SnapshotId }))).toMatch(/^Client\.Opaque/);
    const ask = (TemporaryRestoreDays: number): Promise<string> =>
      outcomeOf(region.ec2.send(new RestoreSnapshotTierCommand({ SnapshotId, TemporaryRestoreDays })));
    expect(await ask(0)).toBe('InvalidParameterValue');
    expect(await ask(1)).toBe('ok');
    expect(await ask(1)).toMatch(/^Client\.Opaque/);
    clock.advance(DAY);
    expect(await outcomeOf(create(made, { SnapshotId }))).toBe('ok');
    clock.advance(2 * DAY);
    expect(await outcomeOf(create(made, { SnapshotId }))).toMatch(/^Client\.Opaque/);
  });
});

describe('CreateReplaceRootVolumeTask', () => {
  test('changes the root volume of a running instance and keeps the old one', async () => {
    const { region, clock, image, launch } = await place();
    const InstanceId = await launch();
    const replace = (from: { ImageId: string } | { SnapshotId: string }): Promise<string> =>
      outcomeOf(region.ec2.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId, ...from })));
    expect(await replace({ ImageId: image })).toBe('IncorrectInstanceState');
    clock.advance(MINUTE);
    expect(await replace({ SnapshotId: region.createForeignSnapshot() })).toBe('InvalidParameterValue');
    const before = region.volumes().length;
    expect(await replace({ ImageId: image })).toBe('ok');
    expect(region.volumes()).toHaveLength(before + 1);
    const stateNow = async () => {
      const { ReplaceRootVolumeTasks } = await region.ec2.send(new DescribeReplaceRootVolumeTasksCommand({}));
      return ReplaceRootVolumeTasks?.[0]?.TaskState;
    };
    expect(await stateNow()).toBe('pending');
    clock.advance(30_000);
    expect(await stateNow()).toBe('in-progress');
    clock.advance(MINUTE);
    expect(await stateNow()).toBe('succeeded');
  });
});

test('a subnet that is not there is no error of a filtered list', async () => {
  const { region } = await place();
  const Filters = [{ Name: 'subnet-id', Values: ['subnet-0'] }];
  const { Subnets } = await region.ec2.send(new DescribeSubnetsCommand({ Filters }));
  expect(Subnets).toEqual([]);
});
