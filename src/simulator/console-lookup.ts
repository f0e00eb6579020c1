import type { InstanceStateName } from '@aws-sdk/client-ec2';
import type { ImageRecord, InstanceRecord, Resource, SnapshotRecord, VolumeRecord } from './records.ts';
import { instanceState } from './states.ts';
import { TagHistory, checkTags, toTags } from './tags.ts';
import type { World } from './world.ts';

export type TagRecord = Readonly<Record<string, string>>;

/** Tags of a new resource, `aws:` ones allowed. @throws for more or longer ones than EC2 takes */
export function newTags(world: World, at: number, record: TagRecord | undefined): TagHistory {
  const tags = toTags(record);
  checkTags(tags, world.settings.maxTags);
  return new TagHistory(at, tags);
}

/** The instance, when it is in one of these states. */
export function presentInstance(
  world: World,
  id: string,
  states: readonly InstanceStateName[],
): InstanceRecord {
  const instance = world.store.instances.get(id, world.now());
  if (instance === undefined) throw new Error(`Console: there is no instance ${id}`);
  const state = instanceState(instance, world.now());
  if (!states.includes(state))
    throw new Error(`Console: instance ${id} is ${state}, expected ${states.join(' or ')}`);
  return instance;
}

export function presentVolume(world: World, id: string): VolumeRecord {
  const volume = world.store.volumes.get(id, world.now());
  if (volume === undefined) throw new Error(`Console: there is no volume ${id}`);
  return volume;
}
export function presentImage(world: World, id: string): ImageRecord {
  const image = world.store.images.get(id, world.now());
  if (image === undefined) throw new Error(`Console: there is no image ${id}`);
  return image;
}

export function presentSnapshot(world: World, id: string): SnapshotRecord {
  const snapshot = world.store.snapshots.get(id, world.now());
  if (snapshot === undefined) throw new Error(`Console: there is no snapshot ${id}`);
  return snapshot;
}

export function presentResource(world: World, id: string): Resource {
  const resource = resourceOf(world, id);
  if (resource === undefined) throw new Error(`Console: there is nothing with the id ${id}`);
  return resource;
}

export function resourceOf(world: World, id: string): Resource | undefined {
  const { instances, volumes, images, snapshots } = world.store;
  const now = world.now();
  return instances.get(id, now) ?? volumes.get(id, now) ?? images.get(id, now) ?? snapshots.get(id, now);
}
