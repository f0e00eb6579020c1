import { presentImage, presentResource, presentSnapshot } from './console-lookup.ts';
import type { BinKind, ProtectionMode, SnapshotLock, SnapshotRecord } from './records.ts';
import { setSharing } from './sharing.ts';
import { imageState, isProtected, snapshotState } from './states.ts';
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

export function lockSnapshot(world: World, id: string, lock: Pick<SnapshotLock, 'mode' | 'expiresOn'>): void {
  if (lock.expiresOn <= world.now()) throw new Error(`Console: a lock of ${id} that has expired already`);
  presentSnapshot(world, id).lock = { ...lock, createdOn: world.now() };
}

export function protectImage(world: World, id: string, mode: ProtectionMode): void {
  presentImage(world, id).protection = { mode, endedAt: undefined };
}

/** With a cooldown, EC2 goes on refusing for 24 hours. */
export function unprotectImage(world: World, id: string): void {
  const image = presentImage(world, id);
  if (image.protection === undefined) throw new Error(`Console: image ${id} is not protected`);
  image.protection = { ...image.protection, endedAt: world.now() };
}

export function setDisabled(world: World, id: string, disabled: boolean): void {
  const image = presentImage(world, id);
  const state = imageState(image, world.now());
  const expected = disabled ? 'available' : 'disabled';
  if (state !== expected) throw new Error(`Console: image ${id} is ${state}, expected ${expected}`);
  image.disabled = disabled;
  // EC2 takes every launch permission away with it.
  if (disabled) setSharing(image, [], world.now());
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
  if (isProtected(image, world.now()))
    throw new Error(`Console: image ${id} is protected from deregistration`);
  removeImage(world, image);
}

export function addRecycleBinRule(world: World, kind: BinKind, retentionDays: number): void {
  if (!Number.isInteger(retentionDays) || retentionDays < 1 || retentionDays > 3650) {
    throw new Error(`Console: a Recycle Bin rule of ${retentionDays} days, expected 1 to 3650`);
  }
  world.store.binRules.set(kind, Math.max(retentionDays, world.store.binRules.get(kind) ?? 0));
}
