/** Reads all that a plan needs. A list that fails ends the run: a partial one is never planned on. */

import { describeError } from '../aws/errors.ts';
import { listImages } from '../aws/read-images.ts';
import { listInstances } from '../aws/read-instances.ts';
import { listDescribedSizes, type DescribedSize, type SnapshotSize } from '../aws/read-snapshot-sizes.ts';
import { listSnapshots } from '../aws/read-snapshots.ts';
import { listVolumes } from '../aws/read-volumes.ts';
import { MAX_FILTER_VALUES, type Filter } from '../aws/shapes.ts';
import type { Image, Instance, Snapshot, Volume } from '../plan/inventory.ts';
import type { MadeByDlm } from '../plan/lifecycle-legacy.ts';
import { DLM_POLICY, DLM_SCHEDULE, MARK, readOwnership, type Owner } from '../plan/marks.ts';
import {
  assemblePoints,
  madeImages,
  type MadePoint,
  type Owned,
  type RecoveryPoints,
} from '../plan/recovery-points.ts';
import { sourceKindOf, type Policy } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { ReadError } from './errors.ts';
import { pointFilters } from './point-filters.ts';
import { optInFilters } from './source-filters.ts';
import { StringPool } from './string-pool.ts';

export interface Sources {
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
}

/** Every instance and volume of the place. */
export async function readAllSources(context: RunContext): Promise<Sources> {
  const [instances, volumes] = await Promise.all([
    readEach(context, 'instances', listInstances(context.clients)),
    readEach(context, 'volumes', listVolumes(context.clients)),
  ]);
  return { instances, volumes };
}

/** The sources that may belong to one policy, with the volumes of its instances. */
export async function readPolicySources(context: RunContext, policy: Policy): Promise<Sources> {
  const filters = optInFilters(policy, context.file.optInTag);
  if (sourceKindOf(policy.backup) === 'volume') {
    return {
      instances: [],
      volumes: await readEach(context, 'volumes', listVolumes(context.clients, filters)),
    };
  }
  const instances = await readEach(context, 'instances', listInstances(context.clients, filters));
  if (instances.length === 0) return { instances, volumes: [] };
  const ids = instances.map(({ id }) => id);
  const attached = ids.length <= MAX_FILTER_VALUES ? [{ name: 'attachment.instance-id', values: ids }] : [];
  // By the instances' own mappings: a volume may be attached to several of them.
  const wanted = new Set(instances.flatMap((instance) => instance.volumes.map(({ volumeId }) => volumeId)));
  const volumes = await readEach(context, 'volumes', listVolumes(context.clients, attached));
  return { instances, volumes: volumes.filter(({ id }) => wanted.has(id)) };
}

/** Every recovery point of the place, with foreign AMIs and snapshots considered. */
export function readAllPoints(context: RunContext): Promise<RecoveryPoints> {
  return readPoints(context, []);
}

/** The points of some policies. What only foreign resources could tell of them is left out. */
export function readPolicyPoints(context: RunContext, policies: readonly string[]): Promise<RecoveryPoints> {
  return readPoints(context, pointFilters(context.file, policies));
}

/**
 * What a policy made for some of its slots: far less than all it made, which at ten thousand instances takes minutes to
 * list. Of AMIs, whose names end every doubt, the snapshots are not read.
 */
export async function readSlotPoints(
  context: RunContext,
  { name, backup }: Policy,
  slots: readonly number[],
): Promise<readonly MadePoint[]> {
  const filters = pointFilters(context.file, [name], slots);
  if (backup !== 'image') return (await readPoints(context, filters)).points;
  return madeImages(
    await readEach(context, 'AMIs', owned(listImages(context.clients, filters), context, markImage)),
  );
}

/** What lifecycle policies made: AMIs, and the snapshots that are of none of them. */
export async function readMadeByDlm(
  context: RunContext,
  lifecyclePolicies: readonly string[],
): Promise<readonly MadeByDlm[]> {
  const { clients } = context;
  const filters = [{ name: `tag:${DLM_POLICY}`, values: lifecyclePolicies }];
  const snapshots = await readEach(context, "DLM's snapshots", listSnapshots(clients, filters));
  const images = await readEach(context, "DLM's AMIs", listImages(clients, filters));
  const mapped = new Set(images.flatMap(({ snapshotIds }) => snapshotIds));
  return [...images, ...snapshots.filter(({ id }) => !mapped.has(id))].map(({ id, tags }) => ({
    id,
    lifecyclePolicy: tags.get(DLM_POLICY) ?? '',
    schedule: tags.get(DLM_SCHEDULE) ?? '',
  }));
}

async function readPoints(context: RunContext, filters: readonly Filter[]): Promise<RecoveryPoints> {
  const { clients, clock } = context;
  const [snapshots, images] = await inOrder(
    context,
    () => readEach(context, 'snapshots', owned(listSnapshots(clients, filters), context, markSnapshot)),
    () => readEach(context, 'AMIs', owned(listImages(clients, filters), context, markImage)),
  );
  return assemblePoints(images, snapshots, clock.now());
}

/**
 * Snapshots before images: an AMI made in between is seen with all its snapshots or not at all. Who only looks does not wait:
 * of what changes while it is read something may be told as not visible yet.
 */
export async function inOrder<S, I>(
  { clients }: RunContext,
  snapshots: () => Promise<S>,
  images: () => Promise<I>,
): Promise<[S, I]> {
  if (clients.inParts) return Promise.all([snapshots(), images()]);
  return [await snapshots(), await images()];
}

export interface SizedPoints extends RecoveryPoints {
  /** Of all that carries the deployment's tag. */
  readonly sizes: readonly SnapshotSize[];
}

/** Every recovery point of the place, and the sizes of its snapshots, which are in the same answers. */
export async function readSizedPoints(context: RunContext): Promise<SizedPoints> {
  const { clients, clock } = context;
  const [snapshots, images] = await inOrder(
    context,
    () => readEach(context, 'snapshots', owned(listDescribedSizes(clients), context, markSized)),
    () => readEach(context, 'AMIs', owned(listImages(clients), context, markImage)),
  );
  const sizes = snapshots.flatMap(({ size }) => size ?? []);
  return { ...assemblePoints(images, snapshots, clock.now()), sizes };
}

type Sized = Owned<Snapshot> & { readonly size?: SnapshotSize };

function markSized({ snapshot, size }: DescribedSize, owner: Owner): Sized {
  const marked = markSnapshot(snapshot, owner);
  return snapshot.tags.get(MARK.deployment) === owner.deployment ? { ...marked, size } : marked;
}

/** So few of a list may keep alive the answers that they came in, which is a few megabytes. */
const FEW = 1000;

/** Reads the marks off the tags at once, so that the tags of a hundred thousand snapshots need not stay. */
export async function* owned<T, M>(
  resources: AsyncIterable<T>,
  { file }: RunContext,
  mark: (resource: T, owner: Owner) => M,
): AsyncGenerator<M> {
  const pool = new StringPool();
  let count = 0;
  for await (const found of resources) {
    count += 1;
    const resource = mark(found, file);
    yield count > FEW ? pool.keep(resource) : resource;
  }
}

/** Member by member: of a hundred thousand, an object that was spread takes far more room. */
export function markSnapshot(snapshot: Snapshot, owner: Owner): Owned<Snapshot> {
  const { id, state, stateReason, startedAt, volumeId, tags } = snapshot;
  const marked = { id, state, startedAt, volumeId, ownership: readOwnership(tags, owner) };
  return stateReason === undefined ? marked : { ...marked, stateReason };
}

export function markImage({ tags, ...image }: Image, owner: Owner): Owned<Image> {
  return { ...image, ownership: readOwnership(tags, owner) };
}

/** All of a list, or a ReadError that says which list it was. */
export async function readEach<T>(context: RunContext, what: string, items: AsyncIterable<T>): Promise<T[]> {
  const { account, region } = context.place;
  const all: T[] = [];
  try {
    for await (const item of items) {
      all.push(item);
      if (all.length % 1000 === 0) context.onProgress?.({ step: 'read', what, count: all.length });
    }
  } catch (error) {
    const message = `cannot list the ${what} of account ${account} in ${region}, so nothing is done: ${describeError(error)}`;
    throw new ReadError(message, { cause: error });
  }
  context.onProgress?.({ step: 'read', what, count: all.length });
  return all;
}
