import type {
  DescribeSnapshotTierStatusRequest,
  DescribeSnapshotTierStatusResult,
  RestoreSnapshotTierRequest,
  RestoreSnapshotTierResult,
  SnapshotTierStatus,
  TieringOperationStatus,
} from '@aws-sdk/client-ec2';
import { DAY } from './clock.ts';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import { compileFilters } from './filters.ts';
import { tokenOf } from './listing.ts';
import { SNAPSHOT_ID, checkId, find } from './lookup.ts';
import { FILTERS } from './parameters.ts';
import type { Archival } from './protection-records.ts';
import type { SnapshotRecord } from './records.ts';
import { isReadable, snapshotState, tierOf } from './states.ts';
import { toTagList } from './tags.ts';
import type { Command, World } from './world.ts';

/** EC2 says up to 72 hours. */
const RESTORING = DAY;

/** Snapshots that were never archived, nor are about to be, have no status. */
export const describeSnapshotTierStatus: Command<
  DescribeSnapshotTierStatusRequest,
  DescribeSnapshotTierStatusResult
> = {
  parameters: { Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    const time = world.readTime();
    const passes = compileFilters<Archived>(input.Filters, {
      command: 'DescribeSnapshotTierStatus',
      fields: {
        'snapshot-id': ({ snapshot }) => [snapshot.id],
        'volume-id': ({ snapshot }) => [snapshot.volumeId],
        'last-tiering-operation': (item) => [lastOperation(item, time).status],
      },
      tags: undefined,
    });
    const page = world.pager.page<Archived>({
      command: 'DescribeSnapshotTierStatus',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [5, 1000],
      find: () => archivedSnapshots(world, time).filter(passes),
    });
    return { SnapshotTierStatuses: page.items.map((item) => render(item, time)), ...tokenOf(page) };
  },
};

interface Archived {
  readonly snapshot: SnapshotRecord;
  readonly archival: Archival;
}

function archivedSnapshots(world: World, time: number): readonly Archived[] {
  return world.store.snapshots.all(time).flatMap((snapshot) => {
    const { archival } = snapshot;
    return archival !== undefined && archival.startedAt <= time ? [{ snapshot, archival }] : [];
  });
}

interface Operation {
  readonly startedAt: number;
  readonly status: TieringOperationStatus;
}

function lastOperation({ snapshot: { tierRestore }, archival }: Archived, time: number): Operation {
  if (tierRestore === undefined || time < tierRestore.startedAt) {
    const isDone = archival.completesAt <= time;
    const status = isDone ? 'archival-completed' : 'archival-in-progress';
    return { startedAt: archival.startedAt, status };
  }
  const isDone = tierRestore.completesAt <= time;
  const status = isDone ? 'temporary-restore-completed' : 'temporary-restore-in-progress';
  return { startedAt: tierRestore.startedAt, status };
}

function render(item: Archived, time: number): SnapshotTierStatus {
  const { snapshot, archival } = item;
  const { tierRestore } = snapshot;
  const { startedAt, status } = lastOperation(item, time);
  const tier = tierOf(snapshot, time);
  const isRestored = tier === 'archive' && isReadable(snapshot, time);
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    OwnerId: snapshot.ownerId,
    Status: snapshotState(snapshot, time),
    StorageTier: tier,
    Tags: toTagList(snapshot.tags.at(time)),
    LastTieringStartTime: new Date(startedAt),
    LastTieringOperationStatus: status,
    ArchivalCompleteTime: tier === 'archive' ? new Date(archival.completesAt) : undefined,
    RestoreExpiryTime: tierRestore && isRestored ? new Date(tierRestore.expiresAt) : undefined,
  };
}

/** For some days: nobody restores for good here. */
export const restoreSnapshotTier: Command<RestoreSnapshotTierRequest, RestoreSnapshotTierResult> = {
  parameters: { SnapshotId: true, TemporaryRestoreDays: true, DryRun: true },
  run(world, { SnapshotId, TemporaryRestoreDays: days }) {
    const id = checkId(SNAPSHOT_ID, SnapshotId, 'SnapshotId');
    const snapshot = find(id, { shelf: world.store.snapshots, kind: SNAPSHOT_ID, time: world.now() });
    if (days === undefined || days < 1 || days > 180) throw invalidValue(`TemporaryRestoreDays of ${days}`);
    if (tierOf(snapshot, world.now()) !== 'archive')
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
