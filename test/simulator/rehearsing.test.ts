import {
  AuthorizeSecurityGroupEgressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetCommandInvocationCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { MINUTE, newPlace, present, type TestPlace } from './support.ts';

const VPC = 'vpc-0a1b2c3d4e5f60718';
const ANYWHERE = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];

interface Ground extends TestPlace {
  readonly subnet: string;
  readonly group: string;
  readonly launch: (more?: object) => Promise<string>;
}

async function ground(): Promise<Ground> {
  const place = newPlace();
  const { region, clock } = place;
  const subnet = region.launching.createSubnet({ zone: 'ap-northeast-2a' });
  const image = region.registerImage({ name: 'golden', snapshotIds: [region.createForeignSnapshot()] });
  const group = await createGroup(place, 'one');
  clock.advance(MINUTE);
  const launch = async (more: object = {}): Promise<string> => {
    const { Instances = [] } = await region.ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, Groups: [group] }],
        IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/agent' },
        ...more,
      }),
    );
    return present(Instances[0]?.InstanceId);
  };
  return { ...place, subnet, group, launch };
}

async function createGroup({ region }: TestPlace, name: string): Promise<string> {
  const order = { GroupName: name, Description: 'a group', VpcId: VPC };
  return present((await region.ec2.send(new CreateSecurityGroupCommand(order))).GroupId);
}

describe('a security group', () => {
  test('has a name of its own in its VPC', async () => {
    const place = await ground();
    await expect(createGroup(place, 'one')).rejects.toMatchObject({ name: 'InvalidGroup.Duplicate' });
    const elsewhere = { GroupName: 'two', Description: 'a group', VpcId: 'vpc-0bbbbbbbbbbbbbbbb' };
    await expect(place.region.ec2.send(new CreateSecurityGroupCommand(elsewhere))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
    });
  });

  test('lets everything out until that is revoked, once', async () => {
    const { region, group: GroupId } = await ground();
    const egress = async (): Promise<unknown> => {
      const { SecurityGroups = [] } = await region.ec2.send(new DescribeSecurityGroupsCommand({}));
      return SecurityGroups.find((one) => one.GroupId === GroupId)?.IpPermissionsEgress;
    };
    expect(await egress()).toMatchObject(ANYWHERE);
    const revoke = (): Promise<unknown> =>
      region.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: ANYWHERE }));
    await revoke();
    expect(await egress()).toEqual([]);
    await expect(revoke()).rejects.toMatchObject({ name: 'InvalidPermission.NotFound' });
    const allow = (): Promise<unknown> =>
      region.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: ANYWHERE }));
    await allow();
    await expect(allow()).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' });
  });

  test('is not deleted before its instance is terminated', async () => {
    const { region, clock, group: GroupId, launch } = await ground();
    const id = await launch();
    const remove = (): Promise<unknown> => region.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    await expect(remove()).rejects.toMatchObject({ name: 'DependencyViolation' });
    await region.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await expect(remove()).rejects.toMatchObject({ name: 'DependencyViolation' });
    clock.advance(MINUTE);
    await remove();
    await expect(remove()).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' });
  });
});

describe('TerminateInstances', () => {
  test('ends all or none, and what has ended already stays so', async () => {
    const { region, clock, launch } = await ground();
    const id = await launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/sda', Ebs: { DeleteOnTermination: true } }],
    });
    const terminate = (...InstanceIds: string[]): Promise<unknown> =>
      region.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await expect(terminate(id, 'i-0123456789abcdef0')).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
    });
    expect(region.instances().map(({ state }) => state)).toEqual(['pending']);
    await terminate(id);
    clock.advance(MINUTE);
    expect(await terminate(id)).toMatchObject({
      TerminatingInstances: [{ CurrentState: { Name: 'terminated' }, PreviousState: { Name: 'terminated' } }],
    });
    expect(region.volumes()).toEqual([]);
  });
});

describe('RunInstances', () => {
  test('takes subnet and groups of the interface or of the request, not of both', async () => {
    const { launch, subnet } = await ground();
    await expect(launch({ SubnetId: subnet })).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
  });

  test('knows no device but those that the AMI maps', async () => {
    const { launch } = await ground();
    const BlockDeviceMappings = [{ DeviceName: '/dev/sdz', Ebs: { DeleteOnTermination: true } }];
    await expect(launch({ BlockDeviceMappings })).rejects.toMatchObject({
      name: 'InvalidBlockDeviceMapping',
    });
  });
});

describe('a command', () => {
  const order = (id: string) => ({
    InstanceIds: [id],
    DocumentName: 'AWS-RunShellScript',
    Parameters: { commands: ['true'] },
  });

  test('is taken only where the agent is online, has no invocation at first, and ends', async () => {
    const { region, clock, launch } = await ground();
    const id = await launch();
    const send = () => region.clients.ssm.send(new SendCommandCommand(order(id)));
    await expect(send()).rejects.toMatchObject({ name: 'InvalidInstanceId' });
    clock.advance(2 * MINUTE);
    const CommandId = (await send()).Command?.CommandId;
    const read = () =>
      region.clients.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: id }));
    await expect(read()).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
    clock.advance(3000);
    expect(await read()).toMatchObject({ Status: 'InProgress', ResponseCode: -1 });
    clock.advance(MINUTE);
    expect(await read()).toMatchObject({
      Status: 'Success',
      ResponseCode: 0,
      StandardOutputContent: 'all is well\n',
    });
  });

  test('is taken by no instance without a profile', async () => {
    const { region, clock, launch } = await ground();
    const id = await launch({ IamInstanceProfile: undefined });
    clock.advance(10 * MINUTE);
    await expect(region.clients.ssm.send(new SendCommandCommand(order(id)))).rejects.toMatchObject({
      name: 'InvalidInstanceId',
    });
  });
});
