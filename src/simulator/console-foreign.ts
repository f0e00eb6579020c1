import { DAY } from './clock.ts';
import { newTags, presentSnapshot, type TagRecord } from './console-lookup.ts';
import { NO_VOLUME } from './copy-making.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { addImage } from './stock.ts';
import type { World } from './world.ts';

/** An image that someone else made, in this account unless `ownerId` says otherwise; available at once. */
export interface ImageSpec {
  readonly name: string;
  readonly tags?: TagRecord;
  readonly description?: string;
  /** Existing snapshots to map, shared with whatever else maps them. One new snapshot unless given. */
  readonly snapshotIds?: readonly string[];
  readonly sourceInstanceId?: string;
  readonly ownerId?: string;
  readonly createdAt?: number;
}

/** A completed snapshot that someone else made. */
export interface SnapshotSpec {
  readonly volumeId?: string;
  readonly sizeGiB?: number;
  readonly tags?: TagRecord;
  readonly description?: string;
  readonly ownerId?: string;
  readonly startedAt?: number;
}

export function createForeignSnapshot(world: World, spec: SnapshotSpec): string {
  const startedAt = spec.startedAt ?? world.now();
  const snapshot: SnapshotRecord = {
    id: world.ids.next('snap'),
    createdAt: startedAt,
    goneAt: undefined,
    tags: newTags(world, startedAt, spec.tags),
    ownerId: spec.ownerId ?? world.account,
    // Imports have none either.
    volumeId: spec.volumeId ?? NO_VOLUME,
    sizeGiB: spec.sizeGiB ?? 8,
    encrypted: false,
    description: spec.description ?? '',
    completesAt: startedAt,
    set: [],
    failsAt: undefined,
    stateMessage: undefined,
  };
  world.store.snapshots.add(snapshot);
  return snapshot.id;
}

export function registerImage(world: World, spec: ImageSpec): string {
  const ownerId = spec.ownerId ?? world.account;
  const createdAt = spec.createdAt ?? world.now();
  if (ownerId === world.account && world.store.imageNames.isTaken(spec.name, world.now())) {
    throw new Error(`Console: the image name ${spec.name} is taken`);
  }
  const snapshotIds = spec.snapshotIds ?? [createForeignSnapshot(world, { ownerId, startedAt: createdAt })];
  const mappings = snapshotIds.map((id, index) => ({
    device: `/dev/sd${String.fromCharCode('a'.charCodeAt(0) + index)}`,
    snapshotId: id,
    sizeGiB: presentSnapshot(world, id).sizeGiB,
    type: 'gp3' as const,
    encrypted: false,
    deleteOnTermination: index === 0,
  }));
  const image: ImageRecord = {
    id: world.ids.next('ami'),
    createdAt,
    goneAt: undefined,
    tags: newTags(world, createdAt, spec.tags),
    ownerId,
    name: spec.name,
    description: spec.description ?? '',
    sourceInstanceId: spec.sourceInstanceId,
    rootDeviceName: '/dev/sda',
    mappings,
    availableAt: createdAt,
    failsAt: undefined,
    stateReason: undefined,
  };
  addImage(world, image);
  return image.id;
}

const PUBLIC_OWNER = '999900001111';

/** One public image of a stranger, with its snapshot: a list that forgets its owner shows them. */
export function addPublicResources(world: World): void {
  const createdAt = world.now() - 365 * DAY;
  const name = 'public-image-of-another-account';
  registerImage(world, { name, ownerId: PUBLIC_OWNER, createdAt, description: 'A public image' });
}
