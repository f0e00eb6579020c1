import { SECOND } from './clock.ts';
import { SimulatedServiceError } from './errors.ts';
import type { SnapshotRecord, VolumeRecord } from './records.ts';
import { snapshotState } from './states.ts';
import { TagHistory, type Tags } from './tags.ts';
import type { World } from './world.ts';

const LEAST_INTERVAL = 15 * SECOND;
const MAX_PENDING = 5;
const MAX_PENDING_HDD = 1;

/** What a new snapshot is to be. */
export interface SnapshotPlan {
  readonly id: string;
  readonly volume: VolumeRecord;
  readonly description: string;
  readonly tags: Tags;
  readonly completesAt: number;
  readonly set: SnapshotRecord[];
  /** For CreateSnapshots. */
  readonly isOfInstance?: true;
  readonly failure: string | undefined;
}

/** Starts a snapshot of a volume now. With a failure it ends in `error` when it would have completed. */
export function startSnapshot(world: World, plan: SnapshotPlan): SnapshotRecord {
  const { volume, set } = plan;
  const now = world.now();
  const writes = world.store.blockWrites.get(volume.id);
  const snapshot: SnapshotRecord = {
    id: plan.id,
    createdAt: now,
    goneAt: undefined,
    tags: new TagHistory(now, plan.tags),
    ownerId: world.account,
    volumeId: volume.id,
    ...(writes && { content: { volumeId: volume.id, at: now, writes } }),
    sizeGiB: volume.sizeGiB,
    encrypted: volume.encrypted,
    keyArn: volume.keyArn,
    description: plan.description,
    completesAt: plan.completesAt,
    set,
    ...(plan.isOfInstance && { isOfInstance: true }),
    failsAt: plan.failure === undefined ? undefined : plan.completesAt,
    stateMessage: plan.failure,
  };
  set.push(snapshot);
  volume.lastSnapshotAt = now;
  volume.inFlight = [...countedSnapshots(volume, now), snapshot];
  world.store.snapshots.add(snapshot);
  return snapshot;
}

export function newSnapshotId(world: World): { id: string; index: number } {
  const index = world.store.snapshotsMade;
  world.store.snapshotsMade += 1;
  return { id: world.ids.next('snap'), index };
}

/** @throws SnapshotCreationPerVolumeRateExceeded, ConcurrentSnapshotLimitExceeded */
export function checkVolumeLimits(world: World, volume: VolumeRecord): void {
  if (!world.settings.volumeSnapshotLimits) return;
  const now = world.now();
  if (volume.lastSnapshotAt !== undefined && now - volume.lastSnapshotAt < LEAST_INTERVAL) {
    throw new SimulatedServiceError(
      'SnapshotCreationPerVolumeRateExceeded',
      `The maximum per volume CreateSnapshot request rate has been exceeded for ${volume.id}.`,
    );
  }
  const most = volume.type === 'st1' || volume.type === 'sc1' ? MAX_PENDING_HDD : MAX_PENDING;
  if (countedSnapshots(volume, now).length >= most) {
    throw new SimulatedServiceError(
      'ConcurrentSnapshotLimitExceeded',
      `Maximum allowed in-progress snapshots for ${volume.id} exceeded: ${most}.`,
    );
  }
}

/** Pending ones count although deleted, ones in error until deleted. */
function countedSnapshots(volume: VolumeRecord, now: number): SnapshotRecord[] {
  return volume.inFlight.filter((snapshot) => {
    const state = snapshotState(snapshot, now);
    return state === 'pending' || (state === 'error' && snapshot.goneAt === undefined);
  });
}
