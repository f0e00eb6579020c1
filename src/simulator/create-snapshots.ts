import type {
  CreateSnapshotRequest,
  CreateSnapshotsRequest,
  CreateSnapshotsResult,
  InstanceSpecification,
  Snapshot,
} from '@aws-sdk/client-ec2';
import { renderSnapshot, renderSnapshotInfo } from './describe-snapshots.ts';
import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { INSTANCE_ID, VOLUME_ID, checkId, find } from './lookup.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import type { InstanceRecord, SnapshotRecord, VolumeRecord } from './records.ts';
import { lengthOf } from './settings.ts';
import { checkVolumeLimits, newSnapshotId, startSnapshot } from './snapshot-making.ts';
import { instanceState } from './states.ts';
import { readTagSpecifications, type Tags } from './tags.ts';
import type { Command, World } from './world.ts';

const MAX_EXCLUDED = 40;
const NO_TAGS: Tags = new Map();

export const createSnapshot: Command<CreateSnapshotRequest, Snapshot> = {
  parameters: { VolumeId: true, Description: true, TagSpecifications: TAG_SPECIFICATIONS, DryRun: true },
  creates: true,
  run(world, input, { failure }) {
    const volume = findVolume(world, input.VolumeId, 'VolumeId');
    const [snapshot] = makeSnapshots(world, [volume], { input, failure });
    if (snapshot === undefined) throw new Error(`The simulated account made no snapshot of ${volume.id}`);
    return renderSnapshot(snapshot, world.now());
  },
};

/** All volumes of an instance at one instant; the set fails as one. */
export const createSnapshots: Command<CreateSnapshotsRequest, CreateSnapshotsResult> = {
  parameters: {
    InstanceSpecification: { InstanceId: true, ExcludeBootVolume: true, ExcludeDataVolumeIds: true },
    Description: true,
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  creates: true,
  run(world, input, { failure }) {
    const { InstanceSpecification: specification } = input;
    if (specification === undefined) throw missingParameter('InstanceSpecification');
    const volumes = chosenVolumes(world, specification);
    const snapshots = makeSnapshots(world, volumes, { input, failure, isOfInstance: true });
    return { Snapshots: snapshots.map((snapshot) => renderSnapshotInfo(snapshot, world.now())) };
  },
};

function chosenVolumes(world: World, specification: InstanceSpecification): readonly VolumeRecord[] {
  const instance = findInstance(world, specification.InstanceId);
  const root = instance.rootDevice === 'ebs' ? instance.volumes.get(instance.rootDeviceName) : undefined;
  const attached = [...instance.volumes.values()];
  const excluded = new Set(specification.ExcludeDataVolumeIds);
  if (excluded.size > MAX_EXCLUDED) {
    throw invalidValue(`${excluded.size} ExcludeDataVolumeIds, expected at most ${MAX_EXCLUDED}`);
  }
  for (const id of excluded) {
    const volume = findVolume(world, id, 'ExcludeDataVolumeIds');
    if (volume === root) throw invalidValue(`${id} is the root volume; use ExcludeBootVolume to exclude it`);
    if (!attached.includes(volume)) throw invalidValue(`${id} is not attached to ${instance.id}`);
  }
  const chosen = attached.filter(
    (volume) => !excluded.has(volume.id) && !(volume === root && specification.ExcludeBootVolume === true),
  );
  if (chosen.length === 0) throw invalidValue(`No volume of ${instance.id} is left to snapshot`);
  return chosen;
}

function findInstance(world: World, id: string | undefined): InstanceRecord {
  const place = { shelf: world.store.instances, kind: INSTANCE_ID, time: world.now() };
  const instance = find(checkId(INSTANCE_ID, id, 'InstanceSpecification.InstanceId'), place);
  const state = instanceState(instance, world.now());
  if (state === 'shutting-down' || state === 'terminated') {
    throw new SimulatedServiceError('IncorrectState', `The instance '${instance.id}' is ${state}`);
  }
  return instance;
}

function findVolume(world: World, id: string | undefined, parameter: string): VolumeRecord {
  const place = { shelf: world.store.volumes, kind: VOLUME_ID, time: world.now() };
  return find(checkId(VOLUME_ID, id, parameter), place);
}

interface Wish {
  readonly input: CreateSnapshotRequest | CreateSnapshotsRequest;
  readonly failure: string | undefined;
  readonly isOfInstance?: true;
}

/** One set: all limits are checked before the first snapshot is made. */
function makeSnapshots(
  world: World,
  volumes: readonly VolumeRecord[],
  { input, ...rest }: Wish,
): readonly SnapshotRecord[] {
  const specified = readTagSpecifications(input.TagSpecifications, ['snapshot'], world.settings.maxTags);
  for (const volume of volumes) checkVolumeLimits(world, volume);
  const set: SnapshotRecord[] = [];
  for (const volume of volumes) {
    const { id, index } = newSnapshotId(world);
    startSnapshot(world, {
      id,
      volume,
      description: input.Description ?? '',
      tags: specified.get('snapshot') ?? NO_TAGS,
      completesAt: world.now() + lengthOf(world.settings.snapshotDuration, id, index),
      set,
      ...rest,
    });
  }
  return set;
}
