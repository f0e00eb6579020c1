import type { CreateTagsRequest } from '@aws-sdk/client-ec2';
import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { IMAGE_ID, INSTANCE_ID, SNAPSHOT_ID, VOLUME_ID, checkId, find, type IdKind } from './lookup.ts';
import type { Resource } from './records.ts';
import type { Shelf } from './store.ts';
import { checkTags, readTags } from './tags.ts';
import type { Command, World } from './world.ts';

const MAX_RESOURCES = 1000;

/** Adds tags or changes their values, on all of the resources or on none. */
export const createTags: Command<CreateTagsRequest, object> = {
  parameters: { Resources: true, Tags: { Key: true, Value: true }, DryRun: true },
  run(world, { Resources: ids = [], Tags: list = [] }) {
    if (ids.length === 0) throw missingParameter('resourceIdSet');
    if (list.length === 0) throw missingParameter('tagSet');
    if (ids.length > MAX_RESOURCES)
      throw invalidValue(`${ids.length} resources, more than the limit of ${MAX_RESOURCES}.`);
    const given = readTags(list, world.settings.maxTags);
    const changes = [...new Set(ids)].map((id) => {
      const resource = resourceOf(world, id);
      const tags = new Map([...resource.tags.now(), ...given]);
      checkTags(tags, world.settings.maxTags);
      return { resource, tags };
    });
    for (const { resource, tags } of changes) resource.tags.change(world.now(), tags);
    return {};
  },
};

function resourceOf(world: World, id: string): Resource {
  const { instances, volumes, images, snapshots } = world.store;
  const at = <R extends Resource>(shelf: Shelf<R>, kind: IdKind): R =>
    owned(world, find(checkId(kind, id, 'resourceIdSet'), { shelf, kind, time: world.now() }));
  if (id.startsWith('i-')) return at(instances, INSTANCE_ID);
  if (id.startsWith('vol-')) return at(volumes, VOLUME_ID);
  if (id.startsWith('ami-')) return at(images, IMAGE_ID);
  if (id.startsWith('snap-')) return at(snapshots, SNAPSHOT_ID);
  throw new SimulatedServiceError('InvalidID', `The ID '${id}' is not valid`);
}

/** Everyone tags what is shared with him as he likes, which nobody else sees: not simulated. */
function owned<R extends Resource>(world: World, resource: R): R {
  if ('ownerId' in resource && resource.ownerId !== world.account) {
    throw new Error(`The simulated account does not tag ${resource.id}, which is of another account`);
  }
  return resource;
}
