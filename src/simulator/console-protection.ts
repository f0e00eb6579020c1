import { presentImage, presentSnapshot } from './console-lookup.ts';
import { changeDisabled } from './image-disabling.ts';
import type { BinKind, ProtectionMode, SnapshotLock } from './protection-records.ts';
import { setLock, setProtection } from './protections.ts';
import { imageState } from './states.ts';
import type { World } from './world.ts';

/** `expiresOn` in ms since the epoch. What EC2's own rules say of locks is in the command, which people use too. */
export function lockSnapshot(world: World, id: string, lock: Pick<SnapshotLock, 'mode' | 'expiresOn'>): void {
  const now = world.now();
  if (lock.expiresOn <= now) throw new Error(`Console: a lock of ${id} that has expired already`);
  setLock(presentSnapshot(world, id), { ...lock, createdOn: now, startsOn: now, coolOff: undefined }, now);
}

export function protectImage(world: World, id: string, mode: ProtectionMode): void {
  setProtection(presentImage(world, id), { mode, endedAt: undefined }, world.now());
}

/** With a cooldown, EC2 goes on refusing for 24 hours. */
export function unprotectImage(world: World, id: string): void {
  const image = presentImage(world, id);
  const protection = image.protecting?.now();
  if (protection === undefined) throw new Error(`Console: image ${id} is not protected`);
  setProtection(image, { ...protection, endedAt: world.now() }, world.now());
}

export function disableImage(world: World, id: string): void {
  disableOrEnable(world, id, true);
}

export function enableImage(world: World, id: string): void {
  disableOrEnable(world, id, false);
}

function disableOrEnable(world: World, id: string, disabled: boolean): void {
  const image = presentImage(world, id);
  const state = imageState(image, world.now());
  const expected = disabled ? 'available' : 'disabled';
  if (state !== expected) throw new Error(`Console: image ${id} is ${state}, expected ${expected}`);
  changeDisabled(world, image, disabled);
}

export function addRecycleBinRule(world: World, kind: BinKind, retentionDays: number): void {
  if (!Number.isInteger(retentionDays) || retentionDays < 1 || retentionDays > 3650) {
    throw new Error(`Console: a Recycle Bin rule of ${retentionDays} days, expected 1 to 3650`);
  }
  world.store.binRules.set(kind, Math.max(retentionDays, world.store.binRules.get(kind) ?? 0));
}
