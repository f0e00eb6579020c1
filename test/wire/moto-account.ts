/** An account on moto, over HTTP with the SDK's clients, with the built program as a child process. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  CreateVpcEndpointCommand,
  DeregisterImageCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DetachVolumeCommand,
  EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type BlockDeviceMapping,
  type Tag,
} from '@aws-sdk/client-ec2';
import { CreateInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { awsClients } from '../../src/lib/aws/clients.ts';
import type { Clock, RunContext } from '../../src/lib/run/context.ts';
import { parse } from '../support/scenario.ts';
import {
  ACCOUNT,
  AWAY,
  OTHER_REGION,
  REGION,
  type Account,
  type Ended,
  type Launch,
  type Launched,
  type TagRecord,
} from './account.ts';
import type { MotoServer } from './moto.ts';

export const PROGRAM = 'dist/ec2-backup.js';
/** A program that hangs fails its test. */
const PATIENCE = 50_000;
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** The account as it is after a reset of the server. */
export async function motoAccount(server: MotoServer): Promise<Account> {
  await server.reset();
  const ec2 = motoClient(server);
  return {
    ec2,
    otherEc2: motoClient(server, OTHER_REGION),
    awayEc2: awayClient(server),
    now: () => Date.now(),
    settle: () => Promise.resolve(),
    age: (ms) => server.age(ms),
    loseAnswer: (action) => server.loseAnswer(action),
    run: (args) => runProgram(process.execPath, [PROGRAM, ...args], motoEnvironment(server)),
    context: (policies) => motoContext(server, policies),
    openToAgents: () => openToAgents(server),
    launch: (launch) => launchInstance(ec2, launch),
    createVolume: (tags) => newVolume(ec2, tags),
    terminate: async (id) => {
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    },
    detach: async (InstanceId, VolumeId) => {
      await ec2.send(new DetachVolumeCommand({ InstanceId, VolumeId }));
    },
    tag: async (id, key, value) => {
      await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: key, Value: value }] }));
    },
    foreignSnapshot: async (tags) => {
      const volume = await newVolume(ec2, {});
      const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: toTags(tags) }];
      const answer = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume, TagSpecifications }));
      return given(answer.SnapshotId);
    },
    foreignImage: async (name, tags) => {
      const { ImageId } = await ec2.send(new RegisterImageCommand({ Name: name }));
      await ec2.send(new CreateTagsCommand({ Resources: [given(ImageId)], Tags: toTags(tags) }));
      return given(ImageId);
    },
    launchTemplate: (imageId) => newTemplate(ec2, imageId),
    deregisterByHand: async (id) => {
      await ec2.send(new DeregisterImageCommand({ ImageId: id }));
    },
  };
}

function motoClient(server: MotoServer, region = REGION): EC2Client {
  return new EC2Client(motoAccess(server, region));
}

/** By a role that nobody has to make in moto. */
function awayClient(server: MotoServer): EC2Client {
  const credentials = async () => {
    const role = { RoleArn: `arn:aws:iam::${AWAY}:role/test`, RoleSessionName: 'test' };
    const answer = await new STSClient(motoAccess(server)).send(new AssumeRoleCommand(role));
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {};
    return {
      accessKeyId: given(AccessKeyId),
      secretAccessKey: given(SecretAccessKey),
      sessionToken: given(SessionToken),
    };
  };
  return new EC2Client({ ...motoAccess(server, OTHER_REGION), credentials });
}

/** Only what rehearsals call has clients. */
function motoContext(server: MotoServer, policies: string): RunContext {
  const access = motoAccess(server);
  const once = { ...access, maxAttempts: 1 };
  const clients = {
    ...awsClients({ region: REGION }, []),
    ec2: new EC2Client(access),
    ec2Once: new EC2Client(once),
    ssm: new SSMClient(access),
    ssmOnce: new SSMClient(once),
  };
  let slept = 0;
  const clock: Clock = {
    now: () => Date.now() + slept,
    sleep: (ms) => {
      slept += ms;
      return Promise.resolve();
    },
  };
  return { file: parse(policies), place: { account: ACCOUNT, region: REGION }, clients, clock };
}

async function openToAgents(server: MotoServer): Promise<string> {
  const ec2 = motoClient(server);
  const [subnet] = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? [];
  const VpcId = given(subnet?.VpcId);
  const Description = 'of the endpoints';
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'endpoints', Description, VpcId }),
  );
  const SecurityGroupIds = [given(GroupId)];
  for (const service of ['ssm', 'ssmmessages']) {
    const common = { VpcId, ServiceName: `com.amazonaws.${REGION}.${service}`, SecurityGroupIds };
    await ec2.send(new CreateVpcEndpointCommand({ ...common, VpcEndpointType: 'Interface' }));
  }
  const gateway = { VpcId, ServiceName: `com.amazonaws.${REGION}.s3`, VpcEndpointType: 'Gateway' } as const;
  await ec2.send(new CreateVpcEndpointCommand(gateway));
  const iam = new IAMClient(motoAccess(server));
  const profile = { Path: '/ec2-backup/wire/', InstanceProfileName: `wire-${REGION}-rehearsal` };
  await iam.send(new CreateInstanceProfileCommand(profile));
  return given(GroupId);
}

function motoAccess({ url }: MotoServer, region = REGION) {
  const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY };
  return { region, endpoint: url, credentials };
}

/** What leads a program of ours, and nothing else, to the server. */
export function motoEnvironment({ url }: MotoServer): Readonly<Record<string, string>> {
  return {
    ...KEYS,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    HOME: '/nowhere',
    NO_COLOR: '1',
  };
}

/** Runs a program to its end, with nothing of our own environment but the path. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], ...env },
    timeout: PATIENCE,
    stdio: 'pipe',
  });
  child.stdin.end();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [out, notes, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, notes };
}

/** Builds the program unless it is newer than every source. */
export function buildProgram(): void {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...files.map((file) => statSync(join('src', file)).mtimeMs));
  if (existsSync(PROGRAM) && statSync(PROGRAM).mtimeMs > newest) return;
  const built = spawnSync(process.execPath, ['scripts/build.js'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build failed: ${built.stderr}`);
}

async function launchInstance(ec2: EC2Client, { tags, imageId }: Launch): Promise<Launched> {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: imageId ?? 'ami-0fedcba9876543210',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      KeyName: 'deploy',
      SubnetId: given(Subnets?.[0]?.SubnetId),
      SecurityGroupIds: [given(SecurityGroups?.[0]?.GroupId)],
      BlockDeviceMappings: [mapping('/dev/sda1', 8), mapping('/dev/sdf', 20)],
      ...(Object.keys(tags).length > 0 && {
        TagSpecifications: [{ ResourceType: 'instance', Tags: toTags(tags) }],
      }),
    }),
  );
  const [launched] = Instances ?? [];
  const volumeIds = (launched?.BlockDeviceMappings ?? []).map(({ Ebs }) => given(Ebs?.VolumeId));
  return { id: given(launched?.InstanceId), volumeIds };
}

function mapping(device: string, size: number): BlockDeviceMapping {
  return { DeviceName: device, Ebs: { VolumeSize: size, VolumeType: 'gp3', DeleteOnTermination: true } };
}

async function newVolume(ec2: EC2Client, tags: TagRecord): Promise<string> {
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: `${REGION}a`, Size: 5, VolumeType: 'gp3' }),
  );
  const id = given(VolumeId);
  if (Object.keys(tags).length > 0)
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: toTags(tags) }));
  return id;
}

async function newTemplate(ec2: EC2Client, imageId: string): Promise<string> {
  const common = { LaunchTemplateName: 'web' };
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({ ...common, LaunchTemplateData: { ImageId: imageId } }),
  );
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      ...common,
      LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' },
    }),
  );
  return given(LaunchTemplate?.LaunchTemplateId);
}

function toTags(tags: TagRecord): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function given(id: string | undefined): string {
  if (id === undefined) throw new Error('moto answered without an id, expected one');
  return id;
}
