import { timeInBin } from './bin-rules.ts';
import { MINUTE } from './clock.ts';
import { failCopies } from './copies-in-flight.ts';
import type { BinEntry } from './protection-records.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import type { World } from './world.ts';

/** A name stays taken for a while after its image is deregistered ("allow enough time for the change"). */
const NAME_HELD = 5 * MINUTE;

/** Puts an image in the account, with its name taken and its snapshots in use. */
export function addImage(world: World, image: ImageRecord): void {
  const { store } = world;
  store.images.add(image);
  if (image.ownerId === world.account) store.imageNames.take(image.name);
  for (const snapshotId of snapshotIdsOf(image)) store.imagesOfSnapshot.add(snapshotId, image.id);
}

export function snapshotIdsOf(image: ImageRecord): readonly string[] {
  const ids = image.mappings.flatMap(({ snapshotId }) => (snapshotId === undefined ? [] : [snapshotId]));
  return [...new Set(ids)];
}

/** Takes an image out of the account, to the Recycle Bin when a rule says so. Checks nothing. */
export function removeImage(world: World, image: ImageRecord): void {
  const { store } = world;
  const now = world.now();
  image.goneAt = now;
  store.deregistered.add(image.id);
  for (const snapshotId of snapshotIdsOf(image)) store.imagesOfSnapshot.remove(snapshotId, image.id);
  const exitsAt = putInBin(world, {
    kind: 'EC2_IMAGE',
    id: image.id,
    name: image.name,
    description: image.description,
    volumeId: undefined,
    tags: image.tags.now(),
  });
  const heldFrom = exitsAt !== undefined && world.settings.binKeepsName ? exitsAt : now;
  store.imageNames.freeAt(image.name, heldFrom + NAME_HELD);
}

/** Takes a snapshot out of the account, to the Recycle Bin when a rule says so. Checks nothing. */
export function removeSnapshot(world: World, snapshot: SnapshotRecord): void {
  snapshot.goneAt = world.now();
  failCopies(snapshot, { now: world.now(), reason: 'The source snapshot was deleted' });
  putInBin(world, {
    kind: 'EBS_SNAPSHOT',
    id: snapshot.id,
    name: undefined,
    description: snapshot.description,
    volumeId: snapshot.volumeId,
    tags: snapshot.tags.now(),
  });
}

/** When it will leave the bin, or undefined when no rule puts it there. */
function putInBin(world: World, what: Omit<BinEntry, 'enteredAt' | 'exitsAt'>): number | undefined {
  const time = timeInBin(world, what);
  if (time === undefined) return undefined;
  const enteredAt = world.now();
  const exitsAt = enteredAt + time;
  world.store.bin.set(what.id, { ...what, enteredAt, exitsAt });
  return exitsAt;
}
