import type {
  DescribeSnapshotTierStatusRequest,
  DescribeSnapshotTierStatusResult,
  RestoreSnapshotTierRequest,
  RestoreSnapshotTierResult,
  SnapshotTierStatus,
} from '@aws-sdk/client-ec2';
import { DAY } from './clock.ts';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import { compileFilters } from './filters.ts';
import { tokenOf } from './listing.ts';
import { SNAPSHOT_ID, checkId, find } from './lookup.ts';
import { FILTERS } from './parameters.ts';
import type { SnapshotRecord } from './records.ts';
import { isReadable, snapshotState } from './states.ts';
import type { Command, World } from './world.ts';

/** EC2 says up to 72 hours. */
const RESTORING = DAY;

/** Snapshots that were never archived have no status. */
export const describeSnapshotTierStatus: Command<
  DescribeSnapshotTierStatusRequest,
  DescribeSnapshotTierStatusResult
> = {
  parameters: { Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    const passes = compileFilters<SnapshotRecord>(input.Filters, {
      command: 'DescribeSnapshotTierStatus',
      fields: { 'snapshot-id': ({ id }) => [id] },
      tags: undefined,
    });
    const time = world.readTime();
    const page = world.pager.page<SnapshotRecord>({
      command: 'DescribeSnapshotTierStatus',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [5, 1000],
      find: () =>
        world.store.snapshots
          .all(time)
          .filter(({ tier }) => tier === 'archive')
          .filter(passes),
    });
    return { SnapshotTierStatuses: page.items.map((item) => render(item, time)), ...tokenOf(page) };
  },
};

function render(snapshot: SnapshotRecord, time: number): SnapshotTierStatus {
  const { tierRestore } = snapshot;
  const isDone = tierRestore !== undefined && tierRestore.completesAt <= time;
  const restoring = isDone ? 'temporary-restore-completed' : 'temporary-restore-in-progress';
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    OwnerId: snapshot.ownerId,
    Status: snapshotState(snapshot, time),
    StorageTier: 'archive',
    LastTieringStartTime: tierRestore && new Date(tierRestore.startedAt),
    LastTieringOperationStatus: tierRestore === undefined ? 'archival-completed' : restoring,
    RestoreExpiryTime:
      tierRestore && isReadable(snapshot, time) ? new Date(tierRestore.expiresAt) : undefined,
  };
}

/** For some days: nobody restores for good here. */
export const restoreSnapshotTier: Command<RestoreSnapshotTierRequest, RestoreSnapshotTierResult> = {
  parameters: { SnapshotId: true, TemporaryRestoreDays: true, DryRun: true },
  run(world, { SnapshotId, TemporaryRestoreDays: days }) {
    const id = checkId(SNAPSHOT_ID, SnapshotId, 'SnapshotId');
    const snapshot = find(id, { shelf: world.store.snapshots, kind: SNAPSHOT_ID, time: world.now() });
    if (days === undefined || days < 1 || days > 180) throw invalidValue(`TemporaryRestoreDays of ${days}`);
    if (snapshot.tier !== 'archive')
      throw new SimulatedServiceError('InvalidParameterValue', `Snapshot ${id} is not archived`);
    checkNotRestoring(world, snapshot);
    const startedAt = world.now();
    const completesAt = startedAt + RESTORING;
    snapshot.tierRestore = { startedAt, completesAt, expiresAt: completesAt + days * DAY };
    return {
      SnapshotId: id,
      RestoreStartTime: new Date(startedAt),
      RestoreDuration: days,
      IsPermanentRestore: false,
    };
  },
};

// EC2 restores five snapshots of an account at a time; with which code it refuses the sixth nobody has verified.
function checkNotRestoring(world: World, snapshot: SnapshotRecord): void {
  const now = world.now();
  const restoring = world.store.snapshots
    .all(now)
    .filter(({ tierRestore }) => tierRestore !== undefined && now < tierRestore.completesAt);
  if (restoring.includes(snapshot)) throw world.opaque(`${snapshot.id} is being restored`);
  if (restoring.length >= 5) throw world.opaque('Five snapshots are being restored');
}
