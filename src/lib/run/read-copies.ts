/** What a copying run reads where the points are that are to be copied. */

import { countImageCopies, countSnapshotCopies } from '../aws/read-copies-in-flight.ts';
import { describeError } from '../aws/errors.ts';
import { listImages, listSharedImages } from '../aws/read-images.ts';
import { readKey } from '../aws/read-keys.ts';
import { listRestorableSnapshots } from '../aws/read-restorables.ts';
import { listSharedSnapshots, listSnapshots } from '../aws/read-snapshots.ts';
import { filtersById } from '../aws/shapes.ts';
import type { Warning } from '../plan/actions.ts';
import type { CopyParts } from '../plan/copy-actions.ts';
import type { CopyFacts, KeyManagers } from '../plan/copy-refusal.ts';
import { MARK, readOwnership, type Owner } from '../plan/marks.ts';
import type { CopySource, CopyVerdict, InFlight } from '../plan/plan-copies.ts';
import type { Shared } from '../plan/plan-shares.ts';
import type { RestorableSnapshot } from '../plan/restorable.ts';
import { assemblePoints, type Owned } from '../plan/recovery-points.ts';
import type { RunContext } from './context.ts';
import { markImage, owned, readEach } from './read.ts';

/** Every point of the place, with what stands against copying its snapshots. */
export async function readCopySource(context: RunContext): Promise<CopySource> {
  const { clients, clock, place } = context;
  const now = clock.now();
  // Snapshots before images, as everywhere: an AMI made in between is seen with all its snapshots or not at all.
  const snapshots = await readEach(
    context,
    'snapshots',
    owned(listRestorableSnapshots(clients, []), context, markCopyable),
  );
  const images = await readEach(context, 'AMIs', owned(listImages(clients), context, markImage));
  const ours = snapshots.filter(({ ownership }) => ownership.status === 'ours');
  return {
    place,
    points: assemblePoints(images, snapshots, now).points,
    snapshots: new Map(ours.flatMap((snapshot) => factsOf(snapshot, now))),
  };
}

/** Without its size, which copies do not ask for. */
type Copyable = Omit<RestorableSnapshot, 'sizeGiB'>;

/** Member by member, as in read.ts: there may be a hundred thousand. */
function markCopyable(snapshot: Copyable, owner: Owner): Owned<Copyable> {
  const { id, state, startedAt, volumeId, encrypted, isArchived, key, readableUntil } = snapshot;
  const ownership = readOwnership(snapshot.tags, owner);
  const marked = { id, state, startedAt, volumeId, encrypted, isArchived, ownership };
  if (key === undefined && readableUntil === undefined) return marked;
  return {
    ...marked,
    ...(key !== undefined && { key }),
    ...(readableUntil !== undefined && { readableUntil }),
  };
}

/** Most have nothing against it. */
function factsOf(
  { id, encrypted, key, isArchived, readableUntil = 0 }: Owned<Copyable>,
  now: number,
): [string, CopyFacts][] {
  const isAway = isArchived && readableUntil <= now;
  if (!encrypted && !isAway) return [];
  return [[id, { encrypted, isArchived: isAway, ...(key !== undefined && { key }) }]];
}

/** What EC2 copies to the place now, for whomever. */
export async function readInFlight(context: RunContext): Promise<InFlight> {
  const { clients } = context;
  const [snapshots = 0] = await readEach(context, 'copies of snapshots', one(countSnapshotCopies(clients)));
  const [images = 0] = await readEach(context, 'copies of AMIs', one(countImageCopies(clients)));
  return { snapshots, images };
}

async function* one<T>(answer: Promise<T>): AsyncGenerator<T> {
  yield await answer;
}

export interface ReadKeys {
  readonly keys: KeyManagers;
  readonly warnings: readonly Warning[];
}

/** Each key once. One that cannot be read refuses nothing: the copy itself will tell. */
export async function readKeys(context: RunContext, arns: readonly string[]): Promise<ReadKeys> {
  const keys = new Map<string, 'AWS' | 'CUSTOMER'>();
  const warnings: Warning[] = [];
  for (const arn of arns) {
    try {
      keys.set(arn, (await readKey(context.clients, arn)).manager);
    } catch (error) {
      const reason = `whether other accounts can use this key is not known, so what it encrypts is copied and may fail: ${describeError(error)}`;
      warnings.push({ id: arn, reason });
    }
  }
  return { keys, warnings };
}

/** The AMIs and snapshots that are to be copied, as they are now. */
export async function readParts(verdicts: readonly CopyVerdict[], context: RunContext): Promise<CopyParts> {
  const { clients } = context;
  const images = verdicts.flatMap(({ point }) => point.imageId ?? []);
  const snapshots = verdicts.flatMap(({ point }) => (point.imageId === undefined ? point.snapshotIds : []));
  const parts = { images: new Map(), snapshots: new Map() };
  for (const filters of filtersById('image-id', images)) {
    const found = await readEach(context, 'AMIs to copy', listImages(clients, filters));
    for (const image of found) parts.images.set(image.id, image);
  }
  for (const filters of filtersById('snapshot-id', snapshots)) {
    const found = await readEach(context, 'snapshots to copy', listSnapshots(clients, filters));
    for (const snapshot of found) parts.snapshots.set(snapshot.id, snapshot);
  }
  return parts;
}

/** What of ours another account may copy. */
export async function readShared(context: RunContext, account: string): Promise<readonly Shared[]> {
  const { clients, file } = context;
  const filters = [{ name: `tag:${MARK.deployment}`, values: [file.deployment] }];
  const snapshots = await readEach(
    context,
    'shared snapshots',
    listSharedSnapshots(clients, account, filters),
  );
  const images = await readEach(context, 'shared AMIs', listSharedImages(clients, account, filters));
  return [...images, ...snapshots].flatMap(({ id, tags }) => {
    const ownership = readOwnership(tags, file);
    if (ownership.status !== 'ours') return [];
    const { policy, source, slot } = ownership.marks;
    return [{ id, policy, source, slot }];
  });
}
