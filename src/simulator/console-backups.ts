import { presentImage, presentResource, presentSnapshot } from './console-lookup.ts';
import { protectionOf } from './protections.ts';
import type { SnapshotRecord } from './records.ts';
import { imageState, snapshotState } from './states.ts';
import { removeImage, removeSnapshot, snapshotIdsOf } from './stock.ts';
import { checkTags } from './tags.ts';
import type { World } from './world.ts';

/** Sets a tag of any resource, or removes it. Tags of AWS services (`aws:`) may be set here too. */
export function changeTag(
  world: World,
  id: string,
  change: { key: string; value: string | undefined },
): void {
  const resource = presentResource(world, id);
  const tags = new Map(resource.tags.now());
  if (change.value !== undefined) tags.set(change.key, change.value);
  else if (!tags.delete(change.key)) throw new Error(`Console: ${id} has no tag ${change.key}`);
  checkTags(tags, world.settings.maxTags);
  resource.tags.change(world.now(), tags);
}

/** The image ends as failed, its pending snapshots in error. Its name stays taken. */
export function failImage(world: World, id: string, reason: string): void {
  const image = presentImage(world, id);
  const now = world.now();
  if (imageState(image, now) === 'failed') throw new Error(`Console: image ${id} has failed already`);
  image.failsAt = now;
  image.stateReason = reason;
  for (const snapshotId of snapshotIdsOf(image)) {
    const snapshot = world.store.snapshots.get(snapshotId, now);
    if (snapshot !== undefined && snapshotState(snapshot, now) === 'pending')
      endInError(snapshot, now, reason);
  }
}

/** A pending member of a CreateSnapshots takes all other members with it. */
export function failSnapshot(world: World, id: string, reason: string): void {
  const snapshot = presentSnapshot(world, id);
  const now = world.now();
  const state = snapshotState(snapshot, now);
  if (state === 'error') throw new Error(`Console: snapshot ${id} is in error already`);
  const members = state === 'pending' ? snapshot.set : [];
  for (const member of [snapshot, ...members]) endInError(member, now, reason);
}

function endInError(snapshot: SnapshotRecord, at: number, reason: string): void {
  snapshot.failsAt = at;
  snapshot.stateMessage = reason;
}

/** Against EC2's rules, also when an image maps it or a lock holds it: what is left to a restore is the point. */
export function deleteSnapshotByHand(world: World, id: string): void {
  removeSnapshot(world, presentSnapshot(world, id));
}

export function deregisterByHand(world: World, id: string): void {
  const image = presentImage(world, id);
  if (protectionOf(image, world.now()) !== undefined)
    throw new Error(`Console: image ${id} is protected from deregistration`);
  removeImage(world, image);
}
