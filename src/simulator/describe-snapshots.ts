import type {
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot,
  SnapshotInfo,
  SnapshotState,
  StorageTier,
} from '@aws-sdk/client-ec2';
import { BLOCK_SIZE, countBlocks } from './block-content.ts';
import type { Filterable } from './filters.ts';
import { listPage, tokenOf } from './listing.ts';
import { SNAPSHOT_ID } from './lookup.ts';
import { ownerTest } from './owners.ts';
import { FILTERS } from './parameters.ts';
import type { SnapshotRecord } from './records.ts';
import { isSharedWithAny } from './sharing.ts';
import { isReadable, snapshotState, tierOf } from './states.ts';
import { toTagList, type Tags } from './tags.ts';
import type { Command } from './world.ts';

/** Without `OwnerIds` the public snapshots of others are listed too. */
export const describeSnapshots: Command<DescribeSnapshotsRequest, DescribeSnapshotsResult> = {
  parameters: {
    SnapshotIds: true,
    OwnerIds: true,
    RestorableByUserIds: true,
    Filters: FILTERS,
    MaxResults: true,
    NextToken: true,
    DryRun: true,
  },
  run(world, input) {
    const time = world.readTime();
    const isOwned = ownerTest(world, input.OwnerIds);
    const page = listPage(world, {
      input,
      shelf: world.store.snapshots,
      ids: { parameter: 'SnapshotIds', kind: SNAPSHOT_ID, given: input.SnapshotIds },
      filterable: filterableAt(time),
      where: (snapshot) => isOwned(snapshot) && isSharedWithAny(snapshot, input.RestorableByUserIds, time),
    });
    return { Snapshots: page.items.map((snapshot) => renderSnapshot(snapshot, time)), ...tokenOf(page) };
  },
};

function filterableAt(time: number): Filterable<SnapshotRecord> {
  return {
    command: 'DescribeSnapshots',
    fields: {
      'snapshot-id': (snapshot) => [snapshot.id],
      status: (snapshot) => [snapshotState(snapshot, time)],
      'volume-id': (snapshot) => [snapshot.volumeId],
      description: (snapshot) => [snapshot.description],
    },
    tags: (snapshot) => snapshot.tags.at(time),
  };
}

/** The newest answer about each snapshot, which holds while its state, tags and tier do: lists are read often. */
const RENDERED = new WeakMap<SnapshotRecord, Rendered>();

interface Rendered {
  readonly state: SnapshotState;
  readonly tags: Tags;
  readonly tier: StorageTier;
  readonly expiry: number | undefined;
  readonly answer: Snapshot;
}

/** A snapshot as it was at a time. Nobody can change the answer. */
export function renderSnapshot(snapshot: SnapshotRecord, time: number): Snapshot {
  const state = snapshotState(snapshot, time);
  const tags = snapshot.tags.at(time);
  const tier = tierOf(snapshot, time);
  const expiry = expiryOf(snapshot, time);
  const known = RENDERED.get(snapshot);
  const isSame = known?.state === state && known.tags === tags && known.tier === tier;
  if (isSame && known.expiry === expiry) return known.answer;
  const answer = Object.freeze({
    ...renderSnapshotInfo(snapshot, time),
    StateMessage: state === 'error' ? snapshot.stateMessage : undefined,
    CompletionTime: state === 'completed' ? new Date(snapshot.completesAt) : undefined,
    KmsKeyId: snapshot.keyArn,
    FullSnapshotSizeInBytes: state === 'completed' ? countBlocks(snapshot) * BLOCK_SIZE : undefined,
    StorageTier: tier,
    RestoreExpiryTime: expiry === undefined ? undefined : new Date(expiry),
  });
  RENDERED.set(snapshot, { state, tags, tier, expiry, answer });
  return answer;
}

function expiryOf(snapshot: SnapshotRecord, time: number): number | undefined {
  return isReadable(snapshot, time) ? snapshot.tierRestore?.expiresAt : undefined;
}

/** The lesser shape that CreateSnapshots answers with: no message, completion time or tier. */
export function renderSnapshotInfo(snapshot: SnapshotRecord, time: number): SnapshotInfo {
  const state = snapshotState(snapshot, time);
  return {
    SnapshotId: snapshot.id,
    OwnerId: snapshot.ownerId,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.sizeGiB,
    Encrypted: snapshot.encrypted,
    Description: snapshot.description,
    State: state,
    Progress: state === 'completed' ? '100%' : '0%',
    StartTime: new Date(snapshot.createdAt),
    Tags: toTagList(snapshot.tags.at(time)),
  };
}
