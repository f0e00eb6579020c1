import type {
  DescribeLockedSnapshotsRequest,
  DescribeLockedSnapshotsResult,
  LockSnapshotResult,
  LockedSnapshotsInfo,
} from '@aws-sdk/client-ec2';
import { DAY } from './clock.ts';
import { compileFilters, type Filterable } from './filters.ts';
import { tokenOf } from './listing.ts';
import { SNAPSHOT_ID, checkId } from './lookup.ts';
import { scatter } from './pages.ts';
import { FILTERS } from './parameters.ts';
import type { SnapshotLock } from './protection-records.ts';
import { lockOf, lockState } from './protections.ts';
import type { SnapshotRecord } from './records.ts';
import type { Command, World } from './world.ts';

interface LockedSnapshot {
  readonly snapshot: SnapshotRecord;
  readonly lock: SnapshotLock;
}

/** Expired locks are listed too, as `expired`. */
export const describeLockedSnapshots: Command<DescribeLockedSnapshotsRequest, DescribeLockedSnapshotsResult> =
  {
    parameters: { SnapshotIds: true, Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true },
    run(world, input) {
      const passes = compileFilters(input.Filters, filterableAt(world.readTime()));
      const ids = input.SnapshotIds?.map((id) => checkId(SNAPSHOT_ID, id, 'SnapshotIds'));
      const page = world.pager.page<LockedSnapshot>({
        command: 'DescribeLockedSnapshots',
        input,
        token: input.NextToken,
        maxResults: input.MaxResults,
        bounds: [5, 1000],
        find: () => lockedSnapshots(world, ids).filter(passes),
      });
      return { Snapshots: page.items.map((item) => render(world, item)), ...tokenOf(page) };
    },
  };

function filterableAt(now: number): Filterable<LockedSnapshot> {
  return {
    command: 'DescribeLockedSnapshots',
    fields: { 'lock-state': ({ lock }) => [lockState(lock, now)] },
    tags: undefined,
  };
}

function lockedSnapshots(world: World, ids: readonly string[] | undefined): readonly LockedSnapshot[] {
  const wanted = ids === undefined || ids.length === 0 ? undefined : new Set(ids);
  const locked: LockedSnapshot[] = [];
  const time = world.readTime();
  for (const snapshot of scatter(world.store.snapshots.all(time))) {
    const lock = lockOf(snapshot, time);
    if (lock !== undefined && (wanted === undefined || wanted.has(snapshot.id)))
      locked.push({ snapshot, lock });
  }
  return locked;
}

function render(world: World, { snapshot, lock }: LockedSnapshot): LockedSnapshotsInfo {
  return {
    OwnerId: snapshot.ownerId,
    SnapshotId: snapshot.id,
    ...renderLock(lock, world.readTime()),
  };
}

/** When the lock of a snapshot begins and ends is not said while the snapshot is pending. */
export function renderLock(lock: SnapshotLock, time: number): Omit<LockSnapshotResult, 'SnapshotId'> {
  const { coolOff, createdOn, startsOn, expiresOn } = lock;
  const hasStarted = startsOn <= Math.max(time, createdOn);
  return {
    LockState: lockState(lock, time),
    LockDuration: Math.ceil((expiresOn - startsOn) / DAY),
    CoolOffPeriod: coolOff?.hours,
    CoolOffPeriodExpiresOn: coolOff && new Date(coolOff.endsOn),
    LockCreatedOn: new Date(createdOn),
    LockDurationStartTime: hasStarted ? new Date(startsOn) : undefined,
    LockExpiresOn: hasStarted ? new Date(expiresOn) : undefined,
  };
}
