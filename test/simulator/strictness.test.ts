import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateImageCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { newPlace, present, START } from './support.ts';

test('refuses a command it does not know', async () => {
  const { region } = newPlace();
  await expect(region.ec2.send(new DeleteVolumeCommand({ VolumeId: 'vol-1' }))).rejects.toThrow(
    /does not know the ec2 command DeleteVolume; it knows AttachVolume/,
  );
});

test('refuses a command of another service', async () => {
  const { region } = newPlace();
  // Only a cast lets a caller make this mistake; the simulated client must notice it all the same.
  const wrong = region.autoScaling as unknown as Pick<EC2Client, 'send'>;
  await expect(wrong.send(new DescribeImagesCommand({}))).rejects.toThrow(
    /does not know the autoscaling command DescribeImages/,
  );
});

test('refuses a parameter it does not know, at any depth, and says where', async () => {
  const { region } = newPlace();
  const { id } = region.runInstance();
  const unknown = new DescribeSecurityGroupsCommand({ GroupNames: ['web'] });
  await expect(region.ec2.send(unknown)).rejects.toThrow(/DescribeSecurityGroups\.GroupNames/);
  const command = new CreateImageCommand({
    InstanceId: id,
    Name: 'prod/web',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 9 } }],
  });
  await expect(region.ec2.send(command)).rejects.toThrow(
    /CreateImage\.BlockDeviceMappings\[0\]\.Ebs\.VolumeSize/,
  );
  expect(region.calls).toEqual([]);
});

test('takes an undefined parameter for one that was not given', async () => {
  const { region } = newPlace();
  const answer = await region.ec2.send(new DescribeImagesCommand({ ExecutableUsers: undefined }));
  expect(answer.Images).toHaveLength(1);
});

test('refuses a filter it does not know', async () => {
  const { region } = newPlace();
  const command = new DescribeInstancesCommand({ Filters: [{ Name: 'vpc-id', Values: ['vpc-1'] }] });
  await expect(region.ec2.send(command)).rejects.toThrow(
    /does not know the filter DescribeInstances 'vpc-id'/,
  );
});

test('refuses the callback form of send', async () => {
  const { region } = newPlace();
  // The callback form returns nothing in the SDK; the refusal comes as a rejected promise.
  const send = region.ec2.send.bind(region.ec2) as (...given: unknown[]) => Promise<unknown>;
  await expect(send(new DescribeImagesCommand({}), () => undefined)).rejects.toThrow(/callback/);
});

test('answers DryRun with the error that means allowed, and does nothing', async () => {
  const { region } = newPlace();
  const { id } = region.runInstance();
  const command = new CreateImageCommand({ InstanceId: id, Name: 'prod/web', DryRun: true });
  await expect(region.ec2.send(command)).rejects.toMatchObject({
    name: 'DryRunOperation',
    $metadata: { httpStatusCode: 412 },
  });
  expect(region.images()).toEqual([]);
});

test('gives its errors the shape of the SDK', async () => {
  const { region } = newPlace();
  const command = new CreateImageCommand({ InstanceId: 'i-0123456789abcdef0', Name: 'prod/web' });
  const error: unknown = await region.ec2.send(command).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });
  expect(error).toHaveProperty('$metadata.requestId', expect.stringMatching(/^[0-9a-f-]{36}$/));
});

test('records every call that reached it', async () => {
  const { region, clock } = newPlace({ latency: 200 });
  await region.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  await region.ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-1'] })).catch(() => undefined);
  expect(region.calls).toMatchObject([
    { n: 1, service: 'autoscaling', command: 'DescribeAutoScalingGroups', outcome: 'ok', at: START + 200 },
    { n: 2, service: 'ec2', command: 'DescribeInstances', outcome: 'InvalidInstanceID.Malformed' },
  ]);
  expect(present(region.calls[1]).input).toEqual({ InstanceIds: ['i-1'] });
  expect(clock.now()).toBe(START + 400);
});

test('keeps no record of calls when told so', async () => {
  const { region } = newPlace({ keepCalls: false });
  await region.ec2.send(new DescribeImagesCommand({}));
  expect(region.calls).toEqual([]);
});
