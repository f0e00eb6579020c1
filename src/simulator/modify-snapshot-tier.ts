import type { ModifySnapshotTierRequest, ModifySnapshotTierResult } from '@aws-sdk/client-ec2';
import { NO_VOLUME } from './copy-making.ts';
import { invalidValue } from './errors.ts';
import { enabledImageOf } from './image-disabling.ts';
import type { SnapshotRecord } from './records.ts';
import { findOwnSnapshot } from './remove.ts';
import { setSharing } from './sharing.ts';
import { isBeingArchived, snapshotState } from './states.ts';
import type { Command, World } from './world.ts';

const MOST_OF_VOLUME = 25;
const MOST_AT_ONCE = 25;

/** Takes hours, and cannot be taken back. With which codes EC2 refuses is not known. */
export const modifySnapshotTier: Command<ModifySnapshotTierRequest, ModifySnapshotTierResult> = {
  parameters: { SnapshotId: true, StorageTier: true, DryRun: true },
  run(world, input) {
    const snapshot = findOwnSnapshot(world, input.SnapshotId);
    // The SDK sends what a caller casts.
    if (input.StorageTier !== 'archive')
      throw invalidValue(`StorageTier of '${String(input.StorageTier)}', expected 'archive'`);
    checkArchivable(world, snapshot);
    checkQuotas(world, snapshot);
    startArchiving(world, snapshot);
    return { SnapshotId: snapshot.id, TieringStartTime: new Date(world.now()) };
  },
};

/** Sharing and fast restore end with it. Checks nothing. */
function startArchiving(world: World, snapshot: SnapshotRecord): void {
  const { archiveDuration } = world.settings;
  const now = world.now();
  const length = typeof archiveDuration === 'number' ? archiveDuration : archiveDuration(snapshot.id);
  snapshot.archival = { startedAt: now, completesAt: now + length };
  delete snapshot.tierRestore;
  snapshot.fastRestoreZones = [];
  setSharing(snapshot, [], now);
}

function checkArchivable(world: World, snapshot: SnapshotRecord): void {
  const { id } = snapshot;
  const now = world.now();
  const state = snapshotState(snapshot, now);
  if (state !== 'completed') throw world.opaque(`The snapshot '${id}' is ${state}`);
  if (snapshot.archival !== undefined) throw world.opaque(`The snapshot '${id}' is archived, or about to be`);
  if ([...snapshot.tags.now().keys()].some((key) => key.startsWith('aws:backup:')))
    throw world.opaque(`The snapshot '${id}' is managed by AWS Backup`);
  const user = enabledImageOf(world, id);
  if (user !== undefined) throw world.opaque(`The snapshot '${id}' is of ${user}, which is not disabled`);
}

/** Of the archive, a volume may have 25 snapshots, and an account 25 on the way there. */
function checkQuotas(world: World, snapshot: SnapshotRecord): void {
  const now = world.now();
  const archived = world.store.snapshots
    .all(now)
    .filter(({ ownerId, archival }) => ownerId === world.account && archival !== undefined);
  const ofVolume = archived.filter(({ volumeId }) => volumeId === snapshot.volumeId);
  // Of a copy the volume is arbitrary, and says nothing of what it is a copy of.
  if (snapshot.volumeId !== NO_VOLUME && ofVolume.length >= MOST_OF_VOLUME)
    throw world.opaque(`${MOST_OF_VOLUME} snapshots of ${snapshot.volumeId} are archived`);
  if (archived.filter((other) => isBeingArchived(other, now)).length >= MOST_AT_ONCE)
    throw world.opaque(`${MOST_AT_ONCE} snapshots are being archived`);
}
