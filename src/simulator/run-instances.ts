import type { RunInstancesRequest, Reservation } from '@aws-sdk/client-ec2';
import { once } from './client-tokens.ts';
import { SECOND } from './clock.ts';
import { attach } from './console-volumes.ts';
import { renderInstance } from './describe-instances.ts';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import { isOffered, typeOf } from './instance-types.ts';
import { isUsable, keyOf } from './kms-keys.ts';
import { IMAGE_ID, INSTANCE_ID, checkId, find } from './lookup.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import type { ImageRecord, InstanceRecord, SubnetRecord } from './records.ts';
import { TERMINATED_VISIBLE, imageState, instanceState } from './states.ts';
import { TagHistory, readTagSpecifications, type Tags } from './tags.ts';
import { makeVolume, usableSnapshot } from './volume-making.ts';
import type { Command, World } from './world.ts';

const STARTING = 30 * SECOND;

/** One instance a call, into a subnet. */
export const runInstances: Command<RunInstancesRequest, Reservation> = {
  parameters: {
    ImageId: true,
    InstanceType: true,
    MinCount: true,
    MaxCount: true,
    SubnetId: true,
    SecurityGroupIds: true,
    KeyName: true,
    IamInstanceProfile: { Arn: true },
    PrivateIpAddress: true,
    NetworkInterfaces: {
      DeviceIndex: true,
      SubnetId: true,
      Groups: true,
      AssociatePublicIpAddress: true,
      DeleteOnTermination: true,
    },
    BlockDeviceMappings: { DeviceName: true, Ebs: { DeleteOnTermination: true } },
    InstanceInitiatedShutdownBehavior: true,
    ClientToken: true,
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  creates: true,
  run(world, input, { failure }) {
    if (input.MinCount !== 1 || input.MaxCount !== 1)
      throw invalidValue(
        `${input.MinCount} to ${input.MaxCount} instances, expected 1: more are not simulated`,
      );
    const id = once(world, { command: 'RunInstances', input }, () => launch(world, input, failure));
    const instance = find(id, { shelf: world.store.instances, kind: INSTANCE_ID, time: world.now() });
    return {
      ReservationId: instance.reservationId,
      OwnerId: world.account,
      Instances: [renderInstance(world, instance)],
    };
  },
};

function launch(world: World, input: RunInstancesRequest, failure: string | undefined): string {
  const image = findImage(world, input.ImageId);
  const { SubnetId, SecurityGroupIds } = networkOf(input);
  const subnet = world.store.subnets.get(SubnetId ?? '');
  if (subnet === undefined)
    throw new SimulatedServiceError('InvalidSubnetID.NotFound', `The subnet ID '${SubnetId}' does not exist`);
  checkType(world, input.InstanceType, { image, subnet });
  checkSurroundings(world, { ...input, SecurityGroupIds }, subnet);
  const tags = readTagSpecifications(input.TagSpecifications, ['instance', 'volume'], world.settings.maxTags);
  const instance = newInstance(
    world,
    { ...input, SecurityGroupIds },
    { image, subnet, tags, failure: failure ?? failureOfKeys(world, image) },
  );
  attachVolumes(world, instance, { image: mappedBy(image, input), tags: tags.get('volume') });
  world.store.instances.add(instance);
  world.store.instancesOfImage.add(image.id, instance.id);
  return instance.id;
}

type Network = Pick<RunInstancesRequest, 'SubnetId' | 'SecurityGroupIds'>;

/** Of the request, or of the one network interface that it may describe instead. */
function networkOf({ NetworkInterfaces, SubnetId, SecurityGroupIds }: RunInstancesRequest): Network {
  const [first, second] = NetworkInterfaces ?? [];
  if (first === undefined) return { SubnetId, SecurityGroupIds };
  if (SubnetId !== undefined || SecurityGroupIds !== undefined) {
    const message =
      'Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request';
    throw new SimulatedServiceError('InvalidParameterCombination', message);
  }
  if (second !== undefined || first.DeviceIndex !== 0)
    throw invalidValue('More than one network interface, or none of index 0: not simulated');
  return { SubnetId: first.SubnetId, SecurityGroupIds: first.Groups };
}

/** The AMI with what the request says otherwise of its devices. */
function mappedBy(image: ImageRecord, { BlockDeviceMappings: given = [] }: RunInstancesRequest): ImageRecord {
  for (const { DeviceName: name } of given)
    if (!image.mappings.some(({ device }) => device === name))
      throw new SimulatedServiceError('InvalidBlockDeviceMapping', `The AMI maps no device ${name}`);
  const mappings = image.mappings.map((mapping) => {
    const ebs = given.find(({ DeviceName: name }) => name === mapping.device)?.Ebs;
    const deleteOnTermination = ebs?.DeleteOnTermination ?? mapping.deleteOnTermination;
    return { ...mapping, ...(deleteOnTermination !== undefined && { deleteOnTermination }) };
  });
  return { ...image, mappings };
}

function findImage(world: World, given: string | undefined): ImageRecord {
  const id = checkId(IMAGE_ID, given, 'ImageId');
  const image = find(id, { shelf: world.store.images, kind: IMAGE_ID, time: world.now() });
  const state = imageState(image, world.now());
  if (state !== 'available')
    throw new SimulatedServiceError('InvalidAMIID.Unavailable', `The image id '[${id}]' is ${state}`);
  return image;
}

interface Where {
  readonly image: ImageRecord;
  readonly subnet: SubnetRecord;
}

function checkType(world: World, name: string | undefined, { image, subnet }: Where): void {
  const type = typeOf(name);
  if (type === undefined) throw invalidValue(`Invalid value '${name}' for InstanceType.`);
  if (!isOffered(world, type, subnet.zone)) {
    throw new SimulatedServiceError(
      'Unsupported',
      `Your requested instance type (${name}) is not supported in your requested Availability Zone (${subnet.zone}).`,
    );
  }
  const architecture = image.architecture ?? 'x86_64';
  if (!type.architectures.some((known) => known === architecture)) {
    throw invalidValue(
      `The architecture '${type.architectures.join(',')}' of the specified instance type does not match the architecture '${architecture}' of the specified AMI.`,
    );
  }
  if (type.ena === 'required' && image.enaSupport === false)
    throw invalidValue(
      `Enhanced networking with the Elastic Network Adapter (ENA) is required for '${name}'.`,
    );
}

function checkSurroundings(world: World, input: RunInstancesRequest, subnet: SubnetRecord): void {
  const { securityGroups, keyPairs, instances } = world.store;
  for (const id of input.SecurityGroupIds ?? []) {
    const group = securityGroups.get(id, world.now());
    if (group === undefined)
      throw new SimulatedServiceError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
    if (group.vpcId !== subnet.vpcId) {
      const message = `Security group ${id} and subnet ${subnet.id} belong to different networks.`;
      throw new SimulatedServiceError('InvalidParameter', message);
    }
  }
  const { KeyName: key, PrivateIpAddress: address } = input;
  if (key !== undefined && !keyPairs.has(key))
    throw new SimulatedServiceError('InvalidKeyPair.NotFound', `The key pair '${key}' does not exist`);
  const now = world.now();
  const holder = instances
    .all(now)
    .find((one) => one.privateIp === address && instanceState(one, now) !== 'terminated');
  if (address !== undefined && holder !== undefined)
    throw new SimulatedServiceError('InvalidIPAddress.InUse', `Address ${address} is in use.`);
}

/** EC2 accepts the call, and the instance ends at once: a key of its data cannot be used. */
function failureOfKeys(world: World, { mappings }: ImageRecord): string | undefined {
  const keys = mappings.flatMap(
    ({ snapshotId }) => world.store.snapshots.get(snapshotId ?? '', world.now())?.keyArn ?? [],
  );
  const isBroken = keys.some((arn) => !isUsable(keyOf(world, arn), world.account));
  return isBroken ? 'Client.InternalError: Client error on launch' : undefined;
}

interface Order extends Where {
  readonly tags: ReadonlyMap<string, Tags>;
  readonly failure: string | undefined;
}

function newInstance(
  world: World,
  input: RunInstancesRequest,
  { image, subnet, tags, failure }: Order,
): InstanceRecord {
  const now = world.now();
  const number = world.ids.number();
  const endsAt = failure === undefined ? undefined : now + STARTING;
  return {
    id: world.ids.next('i'),
    reservationId: world.ids.next('r'),
    createdAt: now,
    goneAt: endsAt === undefined ? undefined : endsAt + TERMINATED_VISIBLE,
    tags: new TagHistory(now, tags.get('instance')),
    imageId: image.id,
    instanceType: input.InstanceType ?? '',
    subnetId: subnet.id,
    zone: subnet.zone,
    privateIp: input.PrivateIpAddress ?? `10.1.${Math.floor(number / 250) % 250}.${(number % 250) + 4}`,
    securityGroups: input.SecurityGroupIds ?? [],
    profile: input.IamInstanceProfile?.Arn?.replace(/^.*:instance-profile\//, ''),
    keyName: input.KeyName,
    autoScalingGroup: undefined,
    rootDevice: 'ebs',
    rootDeviceName: image.rootDeviceName,
    ephemeral: [],
    volumes: new Map(),
    state: 'running',
    runsFrom: now + STARTING,
    stateReason: failure,
    clientToken: input.ClientToken,
    terminatedAt: endsAt,
    reboots: 0,
  };
}

function attachVolumes(
  world: World,
  instance: InstanceRecord,
  { image, tags }: { readonly image: ImageRecord; readonly tags: Tags | undefined },
): void {
  const now = world.now();
  const snapshots = image.mappings
    .filter(({ snapshotId }) => snapshotId !== undefined)
    .map((mapping) => ({ mapping, snapshot: usableSnapshot(world, mapping.snapshotId) }));
  for (const { mapping, snapshot } of snapshots) {
    const { device, type, iops, throughput, deleteOnTermination = false } = mapping;
    const volume = makeVolume(world, snapshot, {
      type,
      iops,
      throughput,
      zone: instance.zone,
      tags,
      availableFrom: now,
    });
    attach(instance, volume, { device, attachedAt: now, deleteOnTermination });
    if (instance.terminatedAt !== undefined) volume.goneAt = instance.terminatedAt;
  }
}
