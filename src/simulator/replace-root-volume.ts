import type {
  CreateReplaceRootVolumeTaskRequest,
  CreateReplaceRootVolumeTaskResult,
  DescribeReplaceRootVolumeTasksRequest,
  DescribeReplaceRootVolumeTasksResult,
  ReplaceRootVolumeTask,
} from '@aws-sdk/client-ec2';
import { once } from './client-tokens.ts';
import { MINUTE, SECOND } from './clock.ts';
import { attach } from './console-volumes.ts';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import { listPage, tokenOf } from './listing.ts';
import { IMAGE_ID, INSTANCE_ID, ROOT_TASK_ID, checkId, find } from './lookup.ts';
import { FILTERS, TAG_SPECIFICATIONS } from './parameters.ts';
import type { InstanceRecord, RootTaskRecord, SnapshotRecord, VolumeRecord } from './records.ts';
import { instanceState } from './states.ts';
import { TagHistory, readTagSpecifications, toTagList } from './tags.ts';
import { makeVolume, usableSnapshot } from './volume-making.ts';
import type { Command, World } from './world.ts';

const REPLACING = MINUTE;
const PENDING = 10 * SECOND;

/** The volumes change places at once; the task takes its time. With a failure nothing changes. */
export const createReplaceRootVolumeTask: Command<
  CreateReplaceRootVolumeTaskRequest,
  CreateReplaceRootVolumeTaskResult
> = {
  parameters: {
    InstanceId: true,
    ImageId: true,
    SnapshotId: true,
    ClientToken: true,
    DeleteReplacedRootVolume: true,
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  creates: true,
  run(world, input, { failure }) {
    const id = once(world, { command: 'CreateReplaceRootVolumeTask', input }, () =>
      start(world, input, failure),
    );
    const task = find(id, { shelf: world.store.rootTasks, kind: ROOT_TASK_ID, time: world.now() });
    return { ReplaceRootVolumeTask: render(task, world.now()) };
  },
};

export const describeReplaceRootVolumeTasks: Command<
  DescribeReplaceRootVolumeTasksRequest,
  DescribeReplaceRootVolumeTasksResult
> = {
  parameters: {
    ReplaceRootVolumeTaskIds: true,
    Filters: FILTERS,
    MaxResults: true,
    NextToken: true,
    DryRun: true,
  },
  run(world, input) {
    const page = listPage(world, {
      input,
      shelf: world.store.rootTasks,
      ids: {
        parameter: 'ReplaceRootVolumeTaskIds',
        kind: ROOT_TASK_ID,
        given: input.ReplaceRootVolumeTaskIds,
      },
      filterable: {
        command: 'DescribeReplaceRootVolumeTasks',
        fields: { 'instance-id': ({ instanceId }) => [instanceId] },
        tags: undefined,
      },
    });
    return { ReplaceRootVolumeTasks: page.items.map((task) => render(task, world.now())), ...tokenOf(page) };
  },
};

function start(world: World, input: CreateReplaceRootVolumeTaskRequest, failure: string | undefined): string {
  const now = world.now();
  const place = { shelf: world.store.instances, kind: INSTANCE_ID, time: now };
  const instance = find(checkId(INSTANCE_ID, input.InstanceId, 'InstanceId'), place);
  if (instanceState(instance, now) !== 'running')
    throw new SimulatedServiceError('IncorrectInstanceState', `The instance '${instance.id}' is not running`);
  if ((input.ImageId === undefined) === (input.SnapshotId === undefined))
    throw invalidValue('Expected an ImageId or a SnapshotId: the original state is not simulated');
  const old = instance.volumes.get(instance.rootDeviceName);
  if (old === undefined) throw new Error(`The simulated account: ${instance.id} has no root volume`);
  const snapshot =
    input.ImageId === undefined
      ? ofLineage(world, old, usableSnapshot(world, input.SnapshotId))
      : rootOf(world, input.ImageId);
  const tags = readTagSpecifications(input.TagSpecifications, ['replace-root-volume-task'], 50);
  const id = world.ids.next('replacevol');
  world.store.rootTasks.add({
    id,
    createdAt: now,
    goneAt: undefined,
    tags: new TagHistory(now, tags.get('replace-root-volume-task')),
    instanceId: instance.id,
    imageId: input.ImageId,
    snapshotId: input.SnapshotId,
    deleteReplaced: input.DeleteReplacedRootVolume === true,
    completesAt: now + REPLACING,
    failure,
  });
  if (failure === undefined)
    swap(world, instance, { old, snapshot, drop: input.DeleteReplacedRootVolume === true });
  return id;
}

function rootOf(world: World, imageId: string): SnapshotRecord {
  const place = { shelf: world.store.images, kind: IMAGE_ID, time: world.now() };
  const image = find(checkId(IMAGE_ID, imageId, 'ImageId'), place);
  const root = image.mappings.find(({ device }) => device === image.rootDeviceName);
  return usableSnapshot(world, root?.snapshotId);
}

/** A snapshot must be of the root volume, or of what that was itself made of. */
function ofLineage(world: World, root: VolumeRecord, snapshot: SnapshotRecord): SnapshotRecord {
  const { snapshots, volumes } = world.store;
  let volume: VolumeRecord | undefined = root;
  while (volume !== undefined) {
    if (volume.id === snapshot.volumeId) return snapshot;
    const parent: string | undefined = snapshots.get(volume.snapshotId ?? '', world.now())?.volumeId;
    if (parent === snapshot.volumeId) return snapshot;
    volume = parent === undefined ? undefined : volumes.get(parent, world.now());
  }
  throw invalidValue(`${snapshot.id} is not of the lineage of ${root.id}`);
}

interface Swap {
  readonly old: VolumeRecord;
  readonly snapshot: SnapshotRecord;
  readonly drop: boolean;
}

function swap(world: World, instance: InstanceRecord, { old, snapshot, drop }: Swap): void {
  const now = world.now();
  const volume = makeVolume(world, snapshot, {
    type: old.type,
    iops: old.iops,
    throughput: old.throughput,
    zone: old.zone,
    tags: old.tags.now(),
    availableFrom: now,
  });
  const deleteOnTermination = old.attachment?.deleteOnTermination ?? true;
  old.attachment = undefined;
  if (drop) old.goneAt = now + REPLACING;
  attach(instance, volume, { device: instance.rootDeviceName, attachedAt: now, deleteOnTermination });
}

function render(task: RootTaskRecord, time: number): ReplaceRootVolumeTask {
  return {
    ReplaceRootVolumeTaskId: task.id,
    InstanceId: task.instanceId,
    TaskState: stateOf(task, time),
    StartTime: new Date(task.createdAt).toISOString(),
    CompleteTime: time < task.completesAt ? undefined : new Date(task.completesAt).toISOString(),
    ImageId: task.imageId,
    SnapshotId: task.snapshotId,
    DeleteReplacedRootVolume: task.deleteReplaced,
    Tags: toTagList(task.tags.now()),
  };
}

function stateOf(task: RootTaskRecord, time: number): ReplaceRootVolumeTask['TaskState'] {
  if (time < task.createdAt + PENDING) return 'pending';
  if (time < task.completesAt) return 'in-progress';
  return task.failure === undefined ? 'succeeded' : 'failed';
}
