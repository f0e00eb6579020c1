import type { InstanceStateName } from '@aws-sdk/client-ec2';
import { newTags, presentInstance, type TagRecord } from './console-lookup.ts';
import { addVolume, attach, type VolumeSpec } from './console-volumes.ts';
import { addGround } from './console-launching.ts';
import type { EphemeralMapping, InstanceRecord } from './records.ts';
import { TERMINATED_VISIBLE } from './states.ts';
import type { World } from './world.ts';

/** A volume of a new instance. The first is the root (of an EBS-backed one) and goes with the instance. */
interface AttachedVolumeSpec extends Omit<VolumeSpec, 'zone' | 'createdAt'> {
  readonly device: string;
  readonly deleteOnTermination?: boolean;
}

/** Everything has a default: a running t3.micro with one root volume of 8 GiB, launched now. */
export interface InstanceSpec {
  readonly tags?: TagRecord;
  readonly volumes?: readonly AttachedVolumeSpec[];
  readonly rootDevice?: 'ebs' | 'instance-store';
  readonly ephemeral?: readonly EphemeralMapping[];
  readonly instanceType?: string;
  readonly subnet?: string;
  readonly zone?: string;
  readonly privateIp?: string;
  readonly securityGroups?: readonly string[];
  readonly profile?: string;
  readonly keyName?: string;
  readonly autoScalingGroup?: string;
  readonly imageId?: string;
  readonly state?: InstanceStateName;
  /** Under a read lag, an instance launched now is not in the lists yet. */
  readonly launchedAt?: number;
}

const DEFAULT_VOLUMES: readonly AttachedVolumeSpec[] = [{ device: '/dev/xvda', sizeGiB: 8, type: 'gp3' }];

export function runInstance(world: World, spec: InstanceSpec): { id: string; volumeIds: readonly string[] } {
  const launchedAt = spec.launchedAt ?? world.now();
  const rootDevice = spec.rootDevice ?? 'ebs';
  const volumes = spec.volumes ?? (rootDevice === 'ebs' ? DEFAULT_VOLUMES : []);
  const [first] = volumes;
  if (rootDevice === 'ebs' && first === undefined)
    throw new Error('Console: an EBS-backed instance has a volume');
  const instance = newInstance(world, spec, {
    launchedAt,
    rootDevice,
    rootDeviceName: rootDevice === 'ebs' ? (first?.device ?? '') : '/dev/sda1',
  });
  addGround(world, instance);
  world.store.instances.add(instance);
  world.store.instancesOfImage.add(instance.imageId, instance.id);
  for (const volume of volumes) {
    const { device, deleteOnTermination } = volume;
    const record = addVolume(world, { ...volume, zone: instance.zone, createdAt: launchedAt });
    attach(instance, record, {
      device,
      attachedAt: launchedAt,
      deleteOnTermination: deleteOnTermination ?? device === instance.rootDeviceName,
    });
  }
  return { id: instance.id, volumeIds: Array.from(instance.volumes.values(), ({ id }) => id) };
}

type Launch = Pick<InstanceRecord, 'rootDevice' | 'rootDeviceName'> & { readonly launchedAt: number };

function newInstance(world: World, spec: InstanceSpec, launch: Launch): InstanceRecord {
  const group = spec.autoScalingGroup;
  const tags = { ...spec.tags, ...(group === undefined ? {} : { 'aws:autoscaling:groupName': group }) };
  const number = world.ids.number();
  return {
    id: world.ids.next('i'),
    reservationId: world.ids.next('r'),
    createdAt: launch.launchedAt,
    goneAt: undefined,
    tags: newTags(world, launch.launchedAt, tags),
    imageId: spec.imageId ?? world.ids.next('ami'),
    instanceType: spec.instanceType ?? 't3.micro',
    subnetId: spec.subnet ?? 'subnet-0a1b2c3d4e5f60718',
    zone: spec.zone ?? `${world.region}a`,
    privateIp: spec.privateIp ?? `10.0.${Math.floor(number / 250) % 250}.${(number % 250) + 4}`,
    securityGroups: spec.securityGroups ?? ['sg-0a1b2c3d4e5f60718'],
    profile: spec.profile,
    keyName: spec.keyName,
    autoScalingGroup: group,
    rootDevice: launch.rootDevice,
    rootDeviceName: launch.rootDeviceName,
    ephemeral: spec.ephemeral ?? [],
    volumes: new Map(),
    state: spec.state ?? 'running',
    terminatedAt: undefined,
    reboots: 0,
  };
}

/** A stopped instance, or one launched as `pending`, comes up. */
export function startInstance(world: World, id: string): void {
  const instance = presentInstance(world, id, ['stopped', 'pending', 'stopping']);
  instance.state = 'running';
}

export function stopInstance(world: World, id: string): void {
  const instance = presentInstance(world, id, ['running', 'pending', 'stopping']);
  instance.state = 'stopped';
}

export function terminateInstance(world: World, id: string): void {
  endInstance(world, presentInstance(world, id, ['pending', 'running', 'stopping', 'stopped']));
}

/** Whoever asks for it, at once. */
export function endInstance(world: World, instance: InstanceRecord): void {
  const now = world.now();
  instance.stateReason = 'Client.UserInitiatedShutdown: User initiated shutdown';
  instance.terminatedAt = now;
  instance.goneAt = now + TERMINATED_VISIBLE;
  for (const volume of instance.volumes.values()) {
    if (volume.attachment?.deleteOnTermination === true) volume.goneAt = now;
    volume.attachment = undefined;
  }
  instance.volumes.clear();
}
