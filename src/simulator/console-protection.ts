import type { LockSnapshotRequest } from '@aws-sdk/client-ec2';
import { addBinRule, removeBinRule, type BinRuleSpec } from './bin-rules.ts';
import { presentImage, presentSnapshot } from './console-lookup.ts';
import { disableImageDeprecation, enableImageDeprecation } from './image-deprecation.ts';
import { changeDisabled } from './image-disabling.ts';
import { lockSnapshot as lockCommand, unlockSnapshot as unlockCommand } from './lock-snapshot.ts';
import { modifySnapshotTier } from './modify-snapshot-tier.ts';
import type { ProtectionMode, SnapshotLock } from './protection-records.ts';
import { lockOf as lockNow, setLock, setProtection } from './protections.ts';
import { setSharing } from './sharing.ts';
import { imageState } from './states.ts';
import type { CallContext, World } from './world.ts';

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

/** Also with archived snapshots, which may be possible: what is left to a restore is the point. */
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

/** What a user does to keep images and snapshots, by EC2's own rules; the errors are EC2's. */
export class ProtectionConsole {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  lock(input: LockSnapshotRequest): void {
    lockCommand.run(this.#world, input, BY_HAND);
  }

  unlock(snapshotId: string): void {
    unlockCommand.run(this.#world, { SnapshotId: snapshotId }, BY_HAND);
  }

  /** The lock that is in force, or that has expired; undefined where there never was one. */
  lockOf(snapshotId: string): SnapshotLock | undefined {
    return lockNow(presentSnapshot(this.#world, snapshotId), this.#world.now());
  }

  /** When it was last disabled or enabled (ms since the epoch); undefined where it never was. */
  changedAt(imageId: string): number | undefined {
    return presentImage(this.#world, imageId).disabling?.changedAt();
  }

  /** From when on it is in the archive, or on the way there (ms since the epoch). */
  archivedAt(snapshotId: string): number | undefined {
    return presentSnapshot(this.#world, snapshotId).archival?.startedAt;
  }

  /** Takes hours; `launching.archiveSnapshot` is at once. */
  archive(snapshotId: string): void {
    modifySnapshotTier.run(this.#world, { SnapshotId: snapshotId, StorageTier: 'archive' }, BY_HAND);
  }

  /** `at` in ms since the epoch; undefined: never. */
  deprecate(imageId: string, at: number | undefined): void {
    if (at === undefined) disableImageDeprecation.run(this.#world, { ImageId: imageId }, BY_HAND);
    else enableImageDeprecation.run(this.#world, { ImageId: imageId, DeprecateAt: new Date(at) }, BY_HAND);
  }

  /** With these accounts and no others. */
  shareImage(imageId: string, accounts: readonly string[]): void {
    setSharing(presentImage(this.#world, imageId), accounts, this.#world.now());
  }

  /** With these accounts and no others. */
  shareSnapshot(snapshotId: string, accounts: readonly string[]): void {
    setSharing(presentSnapshot(this.#world, snapshotId), accounts, this.#world.now());
  }

  /** Returns the id. */
  addBinRule(spec: BinRuleSpec): string {
    return addBinRule(this.#world, spec).id;
  }

  removeBinRule(id: string): void {
    removeBinRule(this.#world, id);
  }
}

const BY_HAND: CallContext = { caller: 'a user', failure: undefined };
