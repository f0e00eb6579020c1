import {
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLifecyclePolicyCommand,
  DeleteLifecyclePolicyCommand,
  GetLifecyclePoliciesCommand,
  GetLifecyclePolicyCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateLifecyclePolicyCommand,
} from '@aws-sdk/client-dlm';
import {
  AttachVolumeCommand,
  AuthorizeSecurityGroupEgressCommand,
  CopyImageCommand,
  CopySnapshotCommand,
  CreateImageCommand,
  CreateReplaceRootVolumeTaskCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLockedSnapshotsCommand,
  DescribePrefixListsCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotTierStatusCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcEndpointsCommand,
  ListImagesInRecycleBinCommand,
  ListSnapshotsInRecycleBinCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  RegisterImageCommand,
  RestoreSnapshotTierCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListChangedBlocksCommand, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { ListSubscriptionsByTopicCommand, PublishCommand } from '@aws-sdk/client-sns';
import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import {
  DescribeDocumentCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { GetScheduleCommand, GetScheduleGroupCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import type { SimulatedClients } from '../../src/simulator/clients.ts';
import type { ServiceName } from '../../src/simulator/commands.ts';
import type { SentCommand } from '../../src/simulator/dispatcher.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { protect } from './every-answer-protection.ts';
import { defaultPolicy, eventBased, imagePolicy, setPolicy, volumePolicy } from './lifecycle-requests.ts';
import { toTheEnd } from './paging.ts';
import { ENUMS } from './sdk-enums.ts';
import { inspect, outputSchemaOf, type Inspection } from './sdk-schema.ts';
import { DAY, HOUR, MINUTE, newPlace, present, START, type TestPlace } from './support.ts';

interface Answer {
  /** Service and operation. */
  readonly name: string;
  readonly inspection: Inspection;
}

/** Calls as the code under test does, and keeps what the inspection of each answer found. */
class Inspector {
  readonly answers: Answer[] = [];
  readonly #region: SimulatedRegion;

  readonly ec2: SimulatedRegion['ec2'] = { send: this.#sender('ec2') as SimulatedRegion['ec2']['send'] };
  readonly autoScaling: SimulatedRegion['autoScaling'] = {
    send: this.#sender('autoscaling') as SimulatedRegion['autoScaling']['send'],
  };
  readonly sts: SimulatedRegion['sts'] = { send: this.#sender('sts') as SimulatedRegion['sts']['send'] };
  readonly dlm: SimulatedRegion['dlm'] = { send: this.#sender('dlm') as SimulatedRegion['dlm']['send'] };
  readonly iam: SimulatedRegion['iam'] = { send: this.#sender('iam') as SimulatedRegion['iam']['send'] };
  readonly ssm: SimulatedClients['ssm'] = { send: this.#sender('ssm') as SimulatedClients['ssm']['send'] };
  readonly sqs: SimulatedRegion['sqs'] = { send: this.#sender('sqs') as SimulatedRegion['sqs']['send'] };
  readonly sns: SimulatedRegion['sns'] = { send: this.#sender('sns') as SimulatedRegion['sns']['send'] };
  readonly lambda: SimulatedClients['lambda'] = {
    send: this.#sender('lambda') as SimulatedClients['lambda']['send'],
  };
  readonly scheduler: SimulatedClients['scheduler'] = {
    send: this.#sender('scheduler') as SimulatedClients['scheduler']['send'],
  };
  readonly cloudWatch: SimulatedClients['cloudWatch'] = {
    send: this.#sender('cloudwatch') as SimulatedClients['cloudWatch']['send'],
  };
  readonly kms: SimulatedClients['kms'] = { send: this.#sender('kms') as SimulatedClients['kms']['send'] };
  readonly rbin: SimulatedClients['rbin'] = { send: this.#sender('rbin') };
  readonly ebs: SimulatedClients['ebs'] = { send: this.#sender('ebs') as SimulatedClients['ebs']['send'] };

  constructor(region: SimulatedRegion) {
    this.#region = region;
  }

  /** `send` is overloaded by command class, as the simulated clients' own: hence the casts above. */
  #sender(service: ServiceName): (command: SentCommand) => Promise<object> {
    return async (command) => {
      const { autoScaling, cloudWatch, ...others } = this.#region.clients;
      const clients = { ...others, autoscaling: autoScaling, cloudwatch: cloudWatch };
      const client = clients[service] as { send: (command: SentCommand) => Promise<object> };
      const answer = await client.send(command);
      const inspection = inspect(answer, outputSchemaOf(command), ENUMS);
      const operation = this.#region.calls.at(-1)?.command ?? '';
      this.answers.push({ name: `${service} ${operation}`, inspection });
      return answer;
    };
  }
}

/** One account that has been through everything, and every command asked about it. */
export async function everyAnswer(): Promise<readonly Answer[]> {
  const place = newPlace({ pageSize: 5, emptyPages: true, volumeSnapshotLimits: false });
  const inspector = new Inspector(place.region);
  const instance = launchInstances(place.region);
  await makeBackups(place, inspector, instance);
  await copyBackups(place, inspector);
  referToImages(place.region);
  // Still shutting down in the lists.
  place.region.terminateInstance(place.region.runInstance().id);
  await list(place.region, inspector);
  await removeBackups(place, inspector);
  await list(place.region, inspector);
  await restore(place, inspector);
  await rehearse(place, inspector);
  await protect(place, inspector);
  await readBlocks(place, inspector);
  await askDlm(place.region, inspector);
  await askIam(place.region, inspector);
  await askOthers(place.region, inspector, instance);
  await askDeployment(place.region, inspector);
  return inspector.answers;
}

interface Launched {
  readonly id: string;
  readonly volumeIds: readonly string[];
}

/** An instance in every state; the one answered is running and has everything an instance can have. */
function launchInstances(region: SimulatedRegion): Launched {
  const full = region.runInstance({
    tags: { Name: 'web', 'Backup:Policy': 'daily-ami' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8, type: 'gp3', iops: 3000, throughput: 125, encrypted: true },
      { device: '/dev/sdf', sizeGiB: 500, type: 'st1', tags: { Role: 'data' }, deleteOnTermination: true },
      { device: '/dev/sdg', sizeGiB: 100, type: 'io2', iops: 10_000 },
    ],
    ephemeral: [{ device: '/dev/sdb', virtualName: 'ephemeral0' }],
    profile: 'web',
    keyName: 'ops',
    autoScalingGroup: 'web',
  });
  region.runInstance({
    rootDevice: 'instance-store',
    ephemeral: [{ device: '/dev/sdb', virtualName: 'e0' }],
  });
  region.runInstance({ state: 'pending' });
  region.runInstance({ state: 'stopping' });
  region.stopInstance(region.runInstance().id);
  region.terminateInstance(region.runInstance().id);
  region.createVolume({ sizeGiB: 1, type: 'standard', encrypted: true, tags: { Name: 'spare' } });
  return full;
}

/** Images and snapshots, pending, complete, failed, disabled, locked, protected and shared. */
async function makeBackups(place: TestPlace, inspector: Inspector, instance: Launched): Promise<void> {
  const { region, clock } = place;
  const createImage = (Name: string): Promise<unknown> =>
    inspector.ec2.send(
      new CreateImageCommand({
        InstanceId: instance.id,
        Name,
        Description: 'a backup',
        NoReboot: true,
        BlockDeviceMappings: [{ DeviceName: '/dev/sdg', NoDevice: '' }],
        TagSpecifications: ['image' as const, 'snapshot' as const].map((ResourceType) => ({
          ResourceType,
          Tags: [{ Key: 'ec2-backup:policy', Value: 'daily-ami' }],
        })),
      }),
    );
  const createSnapshots = (): Promise<unknown> =>
    inspector.ec2.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: { InstanceId: instance.id },
        Description: 'a set',
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'kind', Value: 'set' }] }],
      }),
    );
  for (const Name of ['full', 'disabled', 'protected']) await createImage(Name);
  region.faults = onCommand('CreateImage', 1, { kind: 'fails-later', reason: 'Snapshot creation failed' });
  await createImage('failed');
  await createSnapshots();
  clock.advance(HOUR);
  region.faults = onCommand('CreateSnapshot', 1, { kind: 'fails-later', reason: 'Internal error' });
  const VolumeId = present(instance.volumeIds[0]);
  await inspector.ec2.send(new CreateSnapshotCommand({ VolumeId, Description: 'fails' }));
  clock.advance(HOUR);
  await inspector.ec2.send(new CreateSnapshotCommand({ VolumeId }));
  await createSnapshots();
  await createImage('pending');
  region.disableImage(imageId(region, 'disabled'));
  region.protectImage(imageId(region, 'protected'), 'enabled-with-cooldown');
  region.lockSnapshot(region.createForeignSnapshot(), { mode: 'governance', expiresOn: START + 3 * HOUR });
  region.lockSnapshot(region.createForeignSnapshot(), { mode: 'compliance', expiresOn: START + DAY });
  const held = region.createForeignSnapshot();
  region.lockSnapshot(held, { mode: 'governance', expiresOn: clock.now() + MINUTE });
  clock.advance(MINUTE);
  const [shared, own] = present(region.images().find(({ name }) => name === 'full')).snapshotIds;
  region.registerImage({ name: 'sharing', snapshotIds: [present(shared)], sourceInstanceId: instance.id });
  region.lockSnapshot(present(own), { mode: 'compliance', expiresOn: START + DAY });
}

/** What is complete is copied, pending and failed; shared; and encrypted with keys of each kind and state. */
async function copyBackups({ region, clock }: TestPlace, { ec2, kms }: Inspector): Promise<void> {
  const SourceRegion = region.name;
  const full = present(region.images().find(({ name }) => name === 'full'));
  const KmsKeyId = region.keys.create();
  const copy = { SourceRegion, SourceImageId: full.id, Encrypted: true };
  await ec2.send(new CopyImageCommand({ ...copy, Name: 'copy', ClientToken: 'one', KmsKeyId }));
  const SourceSnapshotId = region.createForeignSnapshot();
  const Tags = [{ Key: 'kind', Value: 'copy' }];
  const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags }];
  await ec2.send(new CopySnapshotCommand({ SourceRegion, SourceSnapshotId, TagSpecifications }));
  region.keys.setState(KmsKeyId, 'Disabled');
  await ec2.send(new CopyImageCommand({ ...copy, Name: 'no-key', KmsKeyId }));
  clock.advance(MINUTE);
  const LaunchPermission = { Add: [{ UserId: '444455556666' }] };
  await ec2.send(
    new ModifyImageAttributeCommand({ ImageId: region.registerImage({ name: 'open' }), LaunchPermission }),
  );
  const permission = { SnapshotId: SourceSnapshotId, CreateVolumePermission: LaunchPermission };
  await ec2.send(new ModifySnapshotAttributeCommand(permission));
  const deleted = region.keys.create();
  region.keys.setState(deleted, 'PendingDeletion');
  for (const KeyId of ['alias/aws/ebs', KmsKeyId, deleted, region.keys.create()])
    await kms.send(new DescribeKeyCommand({ KeyId }));
}

function imageId(region: SimulatedRegion, name: string): string {
  return present(region.images().find((image) => image.name === name)).id;
}

/** Everything that can refer to an image. */
function referToImages(region: SimulatedRegion): void {
  const golden = region.registerImage({ name: 'golden', description: 'golden', tags: { Team: 'web' } });
  region.runInstance({ imageId: golden });
  region.putSsmParameter('/golden/web', golden);
  region.createLaunchTemplate('web', golden);
  region.newLaunchTemplateVersion('web', imageId(region, 'sharing'));
  for (const name of ['old-1', 'old-2', 'old-3', 'old-4', 'old-5', 'old-6'])
    region.createLaunchConfiguration(name, golden);
  region.createAutoScalingGroup('web', { launchTemplate: 'web', overrideImageIds: [golden] });
  region.createAutoScalingGroup('plain', { launchTemplate: 'web' });
  for (const name of ['a', 'b', 'c', 'd'])
    region.createAutoScalingGroup(name, { launchConfiguration: 'old-1' });
}

/** Every list to its last page. */
async function list(region: SimulatedRegion, { ec2, autoScaling, sts }: Inspector): Promise<void> {
  const ImageIds = [imageId(region, 'golden'), imageId(region, 'sharing')];
  const references = { ImageIds, IncludeAllResourceTypes: true };
  await toTheEnd((page) => ec2.send(new DescribeImagesCommand({ ...page, IncludeDisabled: true })));
  await toTheEnd((page) => ec2.send(new DescribeInstancesCommand({ ...page })));
  await toTheEnd((page) => ec2.send(new DescribeVolumesCommand({ ...page })));
  await toTheEnd((page) => ec2.send(new DescribeSnapshotsCommand({ ...page })));
  await toTheEnd((page) => ec2.send(new DescribeLockedSnapshotsCommand({ ...page })));
  await toTheEnd((page) => ec2.send(new DescribeImageReferencesCommand({ ...page, ...references })));
  await toTheEnd((page) => ec2.send(new ListImagesInRecycleBinCommand({ ...page })));
  await toTheEnd((page) => ec2.send(new ListSnapshotsInRecycleBinCommand({ ...page })));
  await toTheEnd((page) => autoScaling.send(new DescribeAutoScalingGroupsCommand({ ...page })));
  await toTheEnd((page) => autoScaling.send(new DescribeLaunchConfigurationsCommand({ ...page })));
  await sts.send(new GetCallerIdentityCommand({}));
}

/** From a snapshot of each tier to volumes, an image and instances. */
async function restore({ region, clock }: TestPlace, { ec2 }: Inspector): Promise<void> {
  const archived = region.createForeignSnapshot({ sizeGiB: 20 });
  const returning = region.createForeignSnapshot({ sizeGiB: 20 });
  for (const id of [archived, returning]) region.launching.archiveSnapshot(id);
  const TemporaryRestoreDays = 2;
  await ec2.send(new RestoreSnapshotTierCommand({ SnapshotId: archived, TemporaryRestoreDays }));
  await toTheEnd((page) => ec2.send(new DescribeSnapshotTierStatusCommand({ ...page })));
  clock.advance(DAY);
  await ec2.send(new RestoreSnapshotTierCommand({ SnapshotId: returning, TemporaryRestoreDays }));
  await toTheEnd((page) => ec2.send(new DescribeSnapshotTierStatusCommand({ ...page })));
  const mapping = { DeviceName: '/dev/xvda', Ebs: { SnapshotId: archived, VolumeType: 'gp3' as const } };
  const { ImageId } = await ec2.send(
    new RegisterImageCommand({
      Name: 'temporary',
      Architecture: 'x86_64',
      BootMode: 'uefi',
      EnaSupport: true,
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [mapping],
    }),
  );
  clock.advance(MINUTE);
  const AvailabilityZone = 'ap-northeast-2a';
  const zone = { SnapshotId: archived, AvailabilityZone };
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ ...zone, VolumeType: 'gp3', Iops: 4000 }));
  await toTheEnd((page) => ec2.send(new DescribeVolumesCommand({ ...page })));
  clock.advance(MINUTE);
  const SubnetId = region.launching.createSubnet({ zone: AvailabilityZone });
  const group = region.launching.createSecurityGroup();
  const launch = { ImageId, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1, SubnetId };
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ...launch, SecurityGroupIds: [group], ClientToken: 'one' }),
  );
  const InstanceId = present(Instances[0]?.InstanceId);
  const status = (): Promise<unknown> =>
    ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [InstanceId], IncludeAllInstances: true }));
  await status();
  clock.advance(MINUTE);
  await status();
  clock.advance(5 * MINUTE);
  await status();
  await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' }));
  await ec2.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId, ImageId }));
  const tasks = (): Promise<void> =>
    toTheEnd((page) => ec2.send(new DescribeReplaceRootVolumeTasksCommand({ ...page })));
  await tasks();
  clock.advance(30_000);
  await tasks();
  clock.advance(MINUTE);
  await tasks();
  region.launching.impair(InstanceId);
  await status();
  await toTheEnd((page) => ec2.send(new DescribeSubnetsCommand({ ...page })));
  await toTheEnd((page) => ec2.send(new DescribeSecurityGroupsCommand({ ...page })));
  await ec2.send(new DescribeKeyPairsCommand({}));
  await toTheEnd((page) => ec2.send(new DescribeInstanceTypesCommand({ ...page })));
  const LocationType = 'availability-zone' as const;
  await toTheEnd((page) => ec2.send(new DescribeInstanceTypeOfferingsCommand({ ...page, LocationType })));
}

/** Two snapshots of a volume: all blocks of the first, and what the second has anew, differently and no more. */
async function readBlocks({ region, clock }: TestPlace, { ec2, ebs }: Inspector): Promise<void> {
  const VolumeId = region.createVolume({ sizeGiB: 1 });
  const ids: string[] = [];
  for (const blocks of [
    [0, 1, 2, 3, 4, 5, 6],
    [5, 6, 7, 8],
  ]) {
    region.writeBlocks(VolumeId, blocks);
    const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
    ids.push(present(SnapshotId));
    clock.advance(HOUR);
  }
  const [FirstSnapshotId, SecondSnapshotId] = ids;
  await toTheEnd((page) => ebs.send(new ListSnapshotBlocksCommand({ ...page, SnapshotId: FirstSnapshotId })));
  const both = { FirstSnapshotId, SecondSnapshotId };
  await toTheEnd((page) => ebs.send(new ListChangedBlocksCommand({ ...page, ...both })));
}

/** A group, an instance in it, a command there that succeeds and one that does not, and all of it away again. */
async function rehearse({ region, clock }: TestPlace, { ec2, ssm }: Inspector): Promise<void> {
  const vpc = 'vpc-0a1b2c3d4e5f60718';
  const SubnetId = region.launching.createSubnet({ zone: 'ap-northeast-2a' });
  const endpoint = region.launching.createSecurityGroup();
  region.launching.createEndpoint({ service: 'ssm', type: 'Interface', groups: [endpoint] });
  region.launching.createEndpoint({ service: 's3', type: 'Gateway' });
  await toTheEnd((page) => ec2.send(new DescribeVpcEndpointsCommand({ ...page })));
  await toTheEnd((page) => ec2.send(new DescribePrefixListsCommand({ ...page })));
  const Tags = [{ Key: 'kind', Value: 'rehearsal' }];
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: 'rehearsal',
      Description: 'for a while',
      VpcId: vpc,
      TagSpecifications: [{ ResourceType: 'security-group', Tags }],
    }),
  );
  const all = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: all }));
  const port = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
  const some = [
    { ...port, UserIdGroupPairs: [{ GroupId: endpoint }] },
    { ...port, PrefixListIds: [{ PrefixListId: 'pl-00000001' }] },
    { ...port, Ipv6Ranges: [{ CidrIpv6: 'fd00::/8' }] },
  ];
  await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: some }));
  await toTheEnd((page) => ec2.send(new DescribeSecurityGroupsCommand({ ...page })));
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: imageId(region, 'temporary'),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId, Groups: [present(GroupId)], AssociatePublicIpAddress: false },
      ],
      IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/agent' },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: true } }],
      InstanceInitiatedShutdownBehavior: 'terminate',
    }),
  );
  const InstanceId = present(Instances[0]?.InstanceId);
  clock.advance(5 * MINUTE);
  await toTheEnd((page) => ssm.send(new DescribeInstanceInformationCommand({ ...page })));
  for (const exitCode of [0, 1]) {
    region.launching.setAgents({ exitCode });
    const { Command } = await ssm.send(
      new SendCommandCommand({
        InstanceIds: [InstanceId],
        DocumentName: 'AWS-RunShellScript',
        Comment: 'is it well?',
        Parameters: { commands: ['true'] },
      }),
    );
    const CommandId = Command?.CommandId;
    clock.advance(5000);
    await ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
    await ssm.send(new ListCommandsCommand({ InstanceId }));
    await ssm.send(new ListCommandInvocationsCommand({ CommandId, Details: true }));
    clock.advance(MINUTE);
    await ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
    await toTheEnd((page) => ssm.send(new ListCommandsCommand({ ...page })));
    await toTheEnd((page) => ssm.send(new ListCommandInvocationsCommand({ ...page, Details: true })));
  }
  await ssm.send(new DescribeDocumentCommand({ Name: 'AWS-RunShellScript' }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  clock.advance(MINUTE);
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
}

/** What is deleted goes to the Recycle Bin. */
async function removeBackups({ region, clock }: TestPlace, { ec2 }: Inspector): Promise<void> {
  clock.advance(MINUTE);
  region.addRecycleBinRule('EC2_IMAGE', 7);
  region.addRecycleBinRule('EBS_SNAPSHOT', 7);
  for (const name of ['full', 'failed', 'disabled']) {
    const ImageId = imageId(region, name);
    await ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
  }
  await ec2.send(new DeregisterImageCommand({ ImageId: imageId(region, 'pending') }));
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: region.createForeignSnapshot() }));
}

/** A lifecycle policy of each kind and in each state, with everything that one can hold. */
async function askDlm(region: SimulatedRegion, { dlm }: Inspector): Promise<void> {
  const requests = [
    volumePolicy(),
    setPolicy(),
    imagePolicy(),
    eventBased(),
    defaultPolicy('VOLUME'),
    defaultPolicy('INSTANCE'),
  ];
  const ids: string[] = [];
  for (const request of requests) {
    const { PolicyId } = await dlm.send(new CreateLifecyclePolicyCommand(request));
    ids.push(present(PolicyId));
  }
  const [broken = '', disabled = '', deleted = ''] = ids;
  region.breakLifecyclePolicy(broken, 'Role provided does not have sufficient permissions');
  await dlm.send(new UpdateLifecyclePolicyCommand({ PolicyId: disabled, State: 'DISABLED' }));
  for (const PolicyId of ids) {
    const { Policy } = await dlm.send(new GetLifecyclePolicyCommand({ PolicyId }));
    const ResourceArn = Policy?.PolicyArn;
    await dlm.send(new TagResourceCommand({ ResourceArn, Tags: { Team: 'ops' } }));
    await dlm.send(new ListTagsForResourceCommand({ ResourceArn }));
    await dlm.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['Team'] }));
  }
  await dlm.send(new GetLifecyclePoliciesCommand({}));
  await dlm.send(new DeleteLifecyclePolicyCommand({ PolicyId: deleted }));
}

async function askIam(region: SimulatedRegion, { iam }: Inspector): Promise<void> {
  const allow = ['ec2:Create*'];
  const deny = ['ec2:CreateImage'];
  const PolicySourceArn = region.createRole({ name: 'dlm', path: '/service-role/', allow, deny });
  await iam.send(new GetRoleCommand({ RoleName: 'dlm' }));
  const ActionNames = ['ec2:CreateSnapshot', 'ec2:CreateImage', 'ec2:DeleteSnapshot'];
  const ask = { PolicySourceArn, ActionNames, ResourceArns: ['*', 'arn:aws:ec2:*::image/*'] };
  await toTheEnd(async ({ NextToken: Marker }) => {
    const answer = await iam.send(new SimulatePrincipalPolicyCommand({ ...ask, ...(Marker && { Marker }) }));
    return { NextToken: answer.Marker };
  });
}

/** Tags, another role, a queue with messages good and bad, a topic. */
async function askOthers(region: SimulatedRegion, inspector: Inspector, { id }: Launched): Promise<void> {
  const { ec2, sts, sqs, sns } = inspector;
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Backup:Status', Value: 'ok' }] }));
  const Statement = [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }];
  const RoleArn = region.createRole({ name: 'backup', trust: { Statement } });
  await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'night' }));
  region.createQueue({ name: 'dead.fifo', fifo: true });
  const deadLetters = { name: 'dead.fifo', maxReceiveCount: 3 };
  const QueueUrl = region.createQueue({ name: 'jobs.fifo', fifo: true, deadLetters });
  await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs.fifo' }));
  const message = { MessageBody: 'one', MessageGroupId: 'a', MessageDeduplicationId: '1' };
  await sqs.send(new SendMessageCommand({ QueueUrl, ...message }));
  const Entries = [
    { ...message, Id: 'two', MessageDeduplicationId: '2' },
    { Id: 'bad', MessageBody: 'no group' },
  ];
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MessageSystemAttributeNames: ['All'],
      MaxNumberOfMessages: 10,
    }),
  );
  const [one, two] = Messages.map(({ ReceiptHandle }) => ReceiptHandle);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: one }));
  const handles = [
    { Id: 'two', ReceiptHandle: two },
    { Id: 'bad', ReceiptHandle: 'none' },
  ];
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
  const TopicArn = region.createTopic('alarms');
  await sns.send(new PublishCommand({ TopicArn, Subject: 'Backups', Message: 'All is well.' }));
}

/** More of each than a page holds, in every state. */
async function askDeployment(
  region: SimulatedRegion,
  { scheduler, cloudWatch, lambda, sns }: Inspector,
): Promise<void> {
  const { deployment } = region;
  const group = 'ec2-backup-prod';
  const target = 'arn:aws:sqs:ap-northeast-2:111122223333:ec2-backup-prod-backup.fifo';
  deployment.createScheduleGroup(group);
  const TopicArn = region.createTopic(group);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    deployment.createSchedule({ name, group, expression: 'cron(0 3 * * ? *)', timezone: 'UTC', target });
    deployment.createAlarm({ name: `${group}-${name}`, actions: [TopicArn] });
    deployment.subscribe(group, { endpoint: `${name}@example.com`, isConfirmed: name !== 'a' });
  }
  deployment.editSchedule(group, 'a', { state: 'DISABLED' });
  deployment.editAlarm(`${group}-a`, { state: 'ALARM', actionsEnabled: false });
  deployment.editAlarm(`${group}-b`, { state: 'INSUFFICIENT_DATA' });
  deployment.createFunction(group, [target, `${target}-b`, `${target}-c`], { POLICIES_SHA256: 'abc' });
  await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: group }));
  deployment.editFunction(group, { state: 'Failed', stateReason: 'gone', reserved: 0 });
  deployment.disableMappings(group);
  await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: group }));
  deployment.editFunction(group, { lastUpdate: 'Failed', lastUpdateReason: 'too large' });
  await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: group }));
  await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: group }));
  await toTheEnd(async ({ NextToken: Marker }) => {
    const answer = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: group, Marker }));
    return { NextToken: answer.NextMarker };
  });
  await scheduler.send(new GetScheduleGroupCommand({ Name: group }));
  await scheduler.send(new GetScheduleCommand({ GroupName: group, Name: 'a' }));
  await toTheEnd((page) => scheduler.send(new ListSchedulesCommand({ ...page, GroupName: group })));
  await toTheEnd((page) => cloudWatch.send(new DescribeAlarmsCommand({ ...page, AlarmNamePrefix: group })));
  await toTheEnd((page) => sns.send(new ListSubscriptionsByTopicCommand({ ...page, TopicArn })));
}
