import type {
  Block,
  ChangedBlock,
  ListChangedBlocksRequest,
  ListChangedBlocksResponse,
  ListSnapshotBlocksRequest,
  ListSnapshotBlocksResponse,
} from '@aws-sdk/client-ebs';
import { BLOCK_SIZE, contentOf, indicesOf, versionOf } from './block-content.ts';
import { HOUR } from './clock.ts';
import { EbsError, SimulatedServiceError } from './errors.ts';
import { isUsable, keyOf } from './kms-keys.ts';
import { tokenOf } from './listing.ts';
import { SNAPSHOT_ID } from './lookup.ts';
import type { Page } from './pages.ts';
import type { SnapshotRecord } from './records.ts';
import { isReadable, snapshotState } from './states.ts';
import type { Command, World } from './world.ts';

/** Tokens of blocks are good for a week. */
const TOKENS_LAST = 7 * 24 * HOUR;

export const listSnapshotBlocks: Command<ListSnapshotBlocksRequest, ListSnapshotBlocksResponse> = {
  parameters: { SnapshotId: true, NextToken: true, MaxResults: true, StartingBlockIndex: true },
  run(world, input) {
    const snapshot = findReadable(world, input.SnapshotId, 'SnapshotId');
    const page = pageOf(world, 'ListSnapshotBlocks', input, () => indicesOf(snapshot));
    return {
      Blocks: page.items.map((index): Block => ({
        BlockIndex: index,
        BlockToken: tokenFor(snapshot, index),
      })),
      ...commonOf(world, snapshot, page),
    };
  },
};

export const listChangedBlocks: Command<ListChangedBlocksRequest, ListChangedBlocksResponse> = {
  parameters: {
    FirstSnapshotId: true,
    SecondSnapshotId: true,
    NextToken: true,
    MaxResults: true,
    StartingBlockIndex: true,
  },
  run(world, input) {
    const first = findReadable(world, input.FirstSnapshotId, 'FirstSnapshotId');
    const second = findReadable(world, input.SecondSnapshotId, 'SecondSnapshotId');
    if (!areRelated(first, second)) {
      const message = 'The snapshots are not of one lineage.';
      throw new EbsError('ValidationException', 'UNRELATED_SNAPSHOTS', message);
    }
    const page = pageOf(world, 'ListChangedBlocks', input, () => changedBetween(first, second));
    return {
      ChangedBlocks: page.items.map((index) => changedBlock(first, second, index)),
      ...commonOf(world, second, page),
    };
  },
};

/** Of one volume, under one key: a copy under another key shares nothing with those before. */
function areRelated(a: SnapshotRecord, b: SnapshotRecord): boolean {
  return contentOf(a).volumeId === contentOf(b).volumeId && a.keyArn === b.keyArn;
}

function changedBetween(first: SnapshotRecord, second: SnapshotRecord): readonly number[] {
  const all = new Set([...indicesOf(first), ...indicesOf(second)]);
  return [...all]
    .filter((index) => versionOf(first, index) !== versionOf(second, index))
    .sort((a, b) => a - b);
}

function changedBlock(first: SnapshotRecord, second: SnapshotRecord, index: number): ChangedBlock {
  return {
    BlockIndex: index,
    ...(versionOf(first, index) !== undefined && { FirstBlockToken: tokenFor(first, index) }),
    ...(versionOf(second, index) !== undefined && { SecondBlockToken: tokenFor(second, index) }),
  };
}

function tokenFor(snapshot: SnapshotRecord, index: number): string {
  return `AAUB${snapshot.id.slice(-17)}${index.toString(36).padStart(6, '0')}`;
}

/** @throws ValidationException for a malformed id, ResourceNotFoundException, AccessDeniedException without the key */
function findReadable(world: World, id: string | undefined, parameter: string): SnapshotRecord {
  if (id === undefined || !SNAPSHOT_ID.pattern.test(id)) {
    const message = `Invalid ${parameter}: ${id ?? 'none'}`;
    throw new EbsError('ValidationException', 'INVALID_SNAPSHOT_ID', message);
  }
  const snapshot = world.store.snapshots.get(id, world.now());
  if (snapshot?.ownerId !== world.account) {
    const message = `The snapshot '${id}' does not exist.`;
    throw new EbsError('ResourceNotFoundException', 'SNAPSHOT_NOT_FOUND', message, 404);
  }
  const state = snapshotState(snapshot, world.now());
  // Only completed ones can be read, says the user guide; with which error others are refused it does not.
  if (state !== 'completed') throw world.opaque(`The snapshot '${id}' is ${state}`);
  if (!isReadable(snapshot, world.now())) throw world.opaque(`The snapshot '${id}' is archived`);
  const { keyArn } = snapshot;
  if (keyArn !== undefined && !isUsable(keyOf(world, keyArn), world.account)) {
    const message = `The key ${keyArn} cannot be used.`;
    throw new EbsError('AccessDeniedException', 'DEPENDENCY_ACCESS_DENIED', message, 403);
  }
  return snapshot;
}

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly StartingBlockIndex?: number | undefined;
}

/** EBS has its own words for what is wrong with a page. A token counts, and the start is ignored then. */
function pageOf(
  world: World,
  command: string,
  { StartingBlockIndex: start, ...input }: PageInput,
  find: () => readonly number[],
): Page<number> {
  try {
    return world.pager.page<number>({
      command,
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [100, 10_000],
      find: () => (start === undefined ? find() : find().filter((index) => index >= start)),
    });
  } catch (error) {
    if (!(error instanceof SimulatedServiceError)) throw error;
    const reason = error.name === 'InvalidNextToken' ? 'INVALID_PAGE_TOKEN' : 'INVALID_PARAMETER_VALUE';
    throw new EbsError('ValidationException', reason, error.message);
  }
}

function commonOf(
  world: World,
  { sizeGiB }: SnapshotRecord,
  page: Page<number>,
): Omit<ListSnapshotBlocksResponse, 'Blocks'> {
  return {
    VolumeSize: sizeGiB,
    BlockSize: BLOCK_SIZE,
    ExpiryTime: new Date(world.now() + TOKENS_LAST),
    ...tokenOf(page),
  };
}
