/** What an id is and why it is there: reads what `plan` and `watch` read, and answers with their own verdicts. */

import { listImages } from '../aws/read-images.ts';
import { listBin, type Binned } from '../aws/read-recycle-bin.ts';
import { listDescribedSizes } from '../aws/read-snapshot-sizes.ts';
import { listSnapshots } from '../aws/read-snapshots.ts';
import { MAX_FILTER_VALUES } from '../aws/shapes.ts';
import type { Reading } from '../plan/doctor-check.ts';
import { whoseIs, type Belonging } from '../plan/explain-owner.ts';
import { pointStory, pointWith, type PointStory } from '../plan/explain-point.ts';
import { sourceStory, type SourceStory } from '../plan/explain-source.ts';
import type { Tags } from '../plan/inventory.ts';
import { dlmNames } from '../plan/lifecycle-details.ts';
import { DLM_POLICY, MARK } from '../plan/marks.ts';
import { isOurs } from '../plan/plan-lifecycle.ts';
import type { RecoveryPoint, RecoveryPoints } from '../plan/recovery-points.ts';
import { watchPlace } from '../plan/watch-place.ts';
import type { RunContext } from './context.ts';
import { backsUpHere } from './elsewhere.ts';
import { readLifecyclePolicies } from './policies.ts';
import { decidePrune, sourceFacts } from './prune.ts';
import { readSafety } from './read-safety.ts';
import { readAllPoints, readAllSources, readEach, type Sources } from './read.ts';
import { reading } from './reading.ts';

export type Explanation =
  | { readonly is: 'point'; readonly story: PointStory }
  | { readonly is: 'source'; readonly story: SourceStory }
  /** An AMI or a snapshot that is no recovery point of this deployment, or part of none. */
  | {
      readonly is: 'foreign';
      readonly id: string;
      readonly belonging: Belonging;
      /** Recovery points of this deployment that need it. */
      readonly mappedBy: readonly string[];
      /** Other AMIs of the account that map it. */
      readonly images: readonly string[];
      /** Why DLM could not be asked for which policy of the file it made it. */
      readonly unread?: string;
    }
  /** An AMI or a snapshot that is deleted, and can be had back. */
  | { readonly is: 'in the Recycle Bin'; readonly binned: Binned }
  /** `unread` is why the Recycle Bin could not be looked into. */
  | { readonly is: 'unknown'; readonly id: string; readonly unread?: string };

interface Everything {
  readonly points: RecoveryPoints;
  readonly sources: Sources;
  readonly backsUp: boolean;
}

/** `id` is that of an AMI, a snapshot, an instance or a volume. Changes nothing. */
export async function explain(id: string, context: RunContext): Promise<Explanation> {
  const [points, sources] = await Promise.all([readAllPoints(context), readAllSources(context)]);
  const everything = { points, sources, backsUp: await backsUpHere(context) };
  if (/^(i|vol)-/.test(id)) return explainSource(id, everything, context);
  const point = pointWith(points.points, id);
  return point ? explainPoint(id, point, everything, context) : explainOther(id, everything, context);
}

function explainSource(
  id: string,
  { points, sources, backsUp }: Everything,
  context: RunContext,
): Explanation {
  const { file, clock } = context;
  const now = clock.now();
  const here = { file, now, ...sources, points: points.points };
  const watch = watchPlace(here);
  const story = sourceStory({ id, ...here, backsUp, watch });
  const isKnown = story.state !== undefined || story.leftovers.length > 0 || story.copies.length > 0;
  return isKnown ? { is: 'source', story } : { is: 'unknown', id };
}

async function explainPoint(
  asked: string,
  point: RecoveryPoint,
  { points, sources, backsUp }: Everything,
  context: RunContext,
): Promise<Explanation> {
  const { file, place, clock } = context;
  const { verdicts, refused } = await decidePrune({ policy: point.policy }, { points, sources }, context);
  const entry = verdicts.find((verdict) => verdict.point.id === point.id);
  if (!entry) throw new Error(`${point.id} has no verdict among the ${verdicts.length} of ${point.policy}`);
  // Who uses or locks what retention keeps is not asked for by a plan.
  const checks = await readSafety(context, [point], points.points);
  const refusal = refused.find(({ policy }) => policy === point.policy);
  const now = clock.now();
  const { selection } = watchPlace({ file, now, ...sources, points: [] });
  const asks = selection.asking.get(point.source)?.optIn.policies.includes(point.policy) ?? false;
  const facts = sourceFacts(sources, file);
  const tiers = await reading(readArchived(point, context));
  const failures =
    'value' in tiers ? [] : [`whether it is in the archive could not be read: ${tiers.problem}`];
  const story = pointStory({
    asked,
    entry,
    points: points.points,
    checks: { ...checks, failures: [...checks.failures, ...failures] },
    ...('value' in tiers && { archived: tiers.value }),
    ...(refusal && { deletions: refusal.deletions }),
    goesOn: backsUp && asks,
    file,
    place,
    now,
    sources: facts,
  });
  return { is: 'point', story };
}

/** Those of its snapshots that EC2 must bring back from the archive before anything can be made of them. */
async function readArchived(point: RecoveryPoint, context: RunContext): Promise<string[]> {
  const archived: string[] = [];
  for (let at = 0; at < point.snapshotIds.length; at += MAX_FILTER_VALUES) {
    const values = point.snapshotIds.slice(at, at + MAX_FILTER_VALUES);
    const list = listDescribedSizes(context.clients, [{ name: 'snapshot-id', values }]);
    const sizes = await readEach(context, 'tiers of snapshots', list);
    archived.push(...sizes.filter(({ size }) => size.isArchived).map(({ size }) => size.id));
  }
  return archived;
}

async function explainOther(id: string, { points }: Everything, context: RunContext): Promise<Explanation> {
  const tags = await readTags(id, context);
  if (!tags) return lookInBin(id, context);
  const lifecycle = await lifecycleNames(tags, context);
  const belonging =
    partOfLeftAlone(id, points) ??
    whoseIs(tags, context.file, 'value' in lifecycle ? lifecycle.value : new Map());
  const mappers = points.points.filter(({ foreignSnapshots }) => foreignSnapshots.includes(id));
  const mappedBy = mappers.map((point) => point.id);
  const images = id.startsWith('snap-') ? await readMappers(id, context) : [];
  return {
    ...{ is: 'foreign', id, belonging, mappedBy },
    images: images.filter((image) => !mappedBy.includes(image)),
    ...('problem' in lifecycle && { unread: lifecycle.problem }),
  };
}

/** The account's AMIs that map a snapshot. */
async function readMappers(id: string, context: RunContext): Promise<string[]> {
  const filters = [{ name: 'block-device-mapping.snapshot-id', values: [id] }];
  const images = await readEach(context, 'AMIs', listImages(context.clients, filters));
  return images.filter(({ state }) => state !== 'deregistered').map((image) => image.id);
}

/** Its own tags are well: by them alone it would be taken for what an AMI has left behind. */
function partOfLeftAlone(id: string, { leftAlone }: RecoveryPoints): Belonging | undefined {
  const image = leftAlone.find((one) => one.id === id)?.partOf;
  if (image === undefined) return undefined;
  const text = `It has this deployment's tags, and is part of ${image}, which is left alone: explain ${image} tells why.`;
  return { whose: 'this deployment', text };
}

async function lookInBin(id: string, context: RunContext): Promise<Explanation> {
  const bin = await reading(readEach(context, 'Recycle Bin', listBin(context.clients)));
  if (!('value' in bin)) return { is: 'unknown', id, unread: bin.problem };
  const binned = bin.value.find((entry) => entry.id === id);
  return binned ? { is: 'in the Recycle Bin', binned } : { is: 'unknown', id };
}

async function readTags(id: string, context: RunContext): Promise<Tags | undefined> {
  const { clients } = context;
  const found: readonly { readonly tags: Tags }[] = id.startsWith('ami-')
    ? await readEach(context, 'AMIs', listImages(clients, [{ name: 'image-id', values: [id] }]))
    : await readEach(context, 'snapshots', listSnapshots(clients, [{ name: 'snapshot-id', values: [id] }]));
  return found[0]?.tags;
}

/** Asked only of what DLM made. */
async function lifecycleNames(
  tags: Tags,
  context: RunContext,
): Promise<Reading<ReadonlyMap<string, string>>> {
  if (!tags.has(DLM_POLICY) || dlmNames(context.file).length === 0) return { value: new Map() };
  const answer = await reading(readLifecyclePolicies(context));
  if (!('value' in answer)) return answer;
  const ours = answer.value.filter((policy) => isOurs(policy, context.file));
  const names = ours.flatMap(({ id, tags: own }) => {
    const policy = own.get(MARK.policy);
    return policy === undefined ? [] : [[id, policy] as const];
  });
  return { value: new Map(names) };
}
