import type { BlockDeviceMapping, CreateImageRequest, CreateImageResult } from '@aws-sdk/client-ec2';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import { INSTANCE_ID, checkId, find } from './lookup.ts';
import { addImage } from './stock.ts';
import { machineOf } from './instance-types.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import type { ImageMapping, InstanceRecord } from './records.ts';
import { lengthOf } from './settings.ts';
import { newSnapshotId, startSnapshot } from './snapshot-making.ts';
import { instanceState } from './states.ts';
import { TagHistory, readTagSpecifications, type Tags } from './tags.ts';
import type { Command, World } from './world.ts';

/** What the documented sets have in common; EC2's own documents disagree (aws-facts.md 1.2). */
const SAFE_NAME = /^[A-Za-z0-9_./()-]{3,127}$/;
const NO_TAGS: Tags = new Map();

/** There is no client token: only the name tells a second call from the first. */
export const createImage: Command<CreateImageRequest, CreateImageResult> = {
  parameters: {
    InstanceId: true,
    Name: true,
    Description: true,
    NoReboot: true,
    BlockDeviceMappings: { DeviceName: true, NoDevice: true, Ebs: { DeleteOnTermination: true } },
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  creates: true,
  run(world, input, { failure }) {
    const instance = findInstance(world, input.InstanceId);
    const name = checkName(world, input.Name);
    const tags = readTagSpecifications(
      input.TagSpecifications,
      ['image', 'snapshot'],
      world.settings.maxTags,
    );
    const overrides = readOverrides(world, instance, input.BlockDeviceMappings ?? []);
    if (input.NoReboot !== true && instance.state === 'running') instance.reboots += 1;
    const id = world.ids.next('ami');
    const order: ImageOrder = {
      id,
      instance,
      name,
      tags,
      overrides,
      failure,
      description: input.Description ?? '',
    };
    make(world, order);
    return { ImageId: id };
  },
};

interface ImageOrder {
  readonly id: string;
  readonly instance: InstanceRecord;
  readonly name: string;
  readonly description: string;
  readonly tags: ReadonlyMap<string, Tags>;
  readonly overrides: Overrides;
  readonly failure: string | undefined;
}

interface Overrides {
  readonly omitted: ReadonlySet<string>;
  readonly deleteOnTermination: ReadonlyMap<string, boolean>;
}

function findInstance(world: World, id: string | undefined): InstanceRecord {
  const place = { shelf: world.store.instances, kind: INSTANCE_ID, time: world.now() };
  const instance = find(checkId(INSTANCE_ID, id, 'InstanceId'), place);
  const state = instanceState(instance, world.now());
  if (state !== 'running' && state !== 'stopped') {
    throw new SimulatedServiceError(
      'IncorrectState',
      `The instance '${instance.id}' is ${state}, not running or stopped`,
    );
  }
  if (instance.rootDevice !== 'ebs') {
    throw world.opaque(`The root device of '${instance.id}' is not an EBS volume`);
  }
  return instance;
}

/** @throws InvalidAMIName.Malformed, InvalidAMIName.Duplicate */
export function checkName(world: World, name: string | undefined): string {
  if (name === undefined || !SAFE_NAME.test(name)) {
    throw new SimulatedServiceError(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 127 characters long, of letters, numbers, ( ) . - / _; got '${name}'`,
    );
  }
  if (world.store.imageNames.isTaken(name, world.now())) {
    throw new SimulatedServiceError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use`);
  }
  return name;
}

function readOverrides(
  world: World,
  instance: InstanceRecord,
  given: readonly BlockDeviceMapping[],
): Overrides {
  const omitted = new Set<string>();
  const deleteOnTermination = new Map<string, boolean>();
  const devices = new Set([...instance.volumes.keys(), ...instance.ephemeral.map(({ device }) => device)]);
  for (const { DeviceName: device = '', NoDevice: noDevice, Ebs: ebs } of given) {
    if (!devices.has(device)) throw invalidValue(`The instance ${instance.id} has no device '${device}'`);
    if (noDevice !== undefined) {
      if (device === instance.rootDeviceName)
        throw world.opaque(`The root device '${device}' cannot be omitted`);
      omitted.add(device);
    } else if (ebs?.DeleteOnTermination !== undefined) {
      deleteOnTermination.set(device, ebs.DeleteOnTermination);
    } else {
      throw invalidValue(`The mapping of '${device}' has neither NoDevice nor Ebs.DeleteOnTermination`);
    }
  }
  return { omitted, deleteOnTermination };
}

function make(world: World, order: ImageOrder): void {
  const now = world.now();
  const { instance, failure } = order;
  const duration = lengthOf(world.settings.imageDuration, order.id, world.store.imagesMade);
  const availableAt = now + duration;
  world.store.imagesMade += 1;
  addImage(world, {
    id: order.id,
    createdAt: now,
    goneAt: undefined,
    tags: new TagHistory(now, order.tags.get('image')),
    ownerId: world.account,
    name: order.name,
    description: order.description,
    sourceInstanceId: instance.id,
    rootDeviceName: instance.rootDeviceName,
    ...machineOf(instance),
    mappings: [...volumeMappings(world, order, availableAt), ...ephemeralMappings(order)],
    availableAt,
    failsAt: failure === undefined ? undefined : availableAt,
    stateReason: failure,
  });
}

/** Starts the snapshots. They are there, with their tags, while the image is still pending. */
function volumeMappings(world: World, order: ImageOrder, completesAt: number): readonly ImageMapping[] {
  const { instance, overrides } = order;
  const volumes = [...instance.volumes].filter(([device]) => !overrides.omitted.has(device));
  return volumes.map(([device, volume]) => {
    const snapshot = startSnapshot(world, {
      id: newSnapshotId(world).id,
      volume,
      description: `Created by CreateImage(${instance.id}) for ${order.id}`,
      tags: order.tags.get('snapshot') ?? NO_TAGS,
      completesAt,
      set: [],
      failure: order.failure,
    });
    return {
      device,
      snapshotId: snapshot.id,
      sizeGiB: volume.sizeGiB,
      type: volume.type,
      iops: volume.iops,
      throughput: volume.throughput,
      encrypted: volume.encrypted,
      deleteOnTermination:
        overrides.deleteOnTermination.get(device) ?? volume.attachment?.deleteOnTermination ?? false,
    };
  });
}

function ephemeralMappings({ instance, overrides }: ImageOrder): readonly ImageMapping[] {
  return instance.ephemeral
    .filter(({ device }) => !overrides.omitted.has(device))
    .map(({ device, virtualName }) => ({ device, virtualName }));
}
