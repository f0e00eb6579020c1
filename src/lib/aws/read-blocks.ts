/** Which blocks snapshots hold, by the EBS direct APIs. Each page is a request that AWS bills. */

import { ListChangedBlocksCommand, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import { BLOCK_SIZE } from '../plan/cost-blocks.ts';
import { BLOCKS_A_PAGE } from '../plan/cost-calls.ts';
import type { BlockClients } from './block-clients.ts';
import { errorCode } from './errors.ts';
import { everyPage } from './pages.ts';
import { optional } from './shapes.ts';

export interface BlockReading {
  readonly clients: BlockClients;
  /** Called before each request; what it throws ends the list, and the request is not made. */
  readonly beforeRequest: () => void;
}

/** The indices of all blocks of a snapshot, page by page. */
export function listSnapshotBlocks(
  { clients, beforeRequest }: BlockReading,
  snapshot: string,
): AsyncGenerator<readonly number[]> {
  return everyPage(async (token) => {
    beforeRequest();
    const answer = await clients.ebs.send(
      new ListSnapshotBlocksCommand({
        SnapshotId: snapshot,
        MaxResults: BLOCKS_A_PAGE,
        ...optional('NextToken', token),
      }),
    );
    checkSize(answer.BlockSize, snapshot);
    const indices = (answer.Blocks ?? []).map(({ BlockIndex }) => indexOf(BlockIndex, snapshot));
    return { items: [indices], nextToken: answer.NextToken };
  });
}

export interface ChangedIndices {
  /** Blocks that differ. */
  readonly changed: readonly number[];
  /** Those of them that the second snapshot does not have. */
  readonly removed: readonly number[];
}

/** What differs between two snapshots of one lineage, page by page. @throws what `isUnrelated` knows, for two of different ones */
export function listChangedBlocks(
  { clients, beforeRequest }: BlockReading,
  first: string,
  second: string,
): AsyncGenerator<ChangedIndices> {
  return everyPage(async (token) => {
    beforeRequest();
    const answer = await clients.ebs.send(
      new ListChangedBlocksCommand({
        FirstSnapshotId: first,
        SecondSnapshotId: second,
        MaxResults: BLOCKS_A_PAGE,
        ...optional('NextToken', token),
      }),
    );
    checkSize(answer.BlockSize, second);
    const blocks = answer.ChangedBlocks ?? [];
    const changed = blocks.map(({ BlockIndex }) => indexOf(BlockIndex, second));
    const removed = blocks
      .filter(({ SecondBlockToken }) => SecondBlockToken === undefined)
      .map(({ BlockIndex }) => indexOf(BlockIndex, second));
    return { items: [{ changed, removed }], nextToken: answer.NextToken };
  });
}

/** The two snapshots share nothing that EBS knows of, as copies under different keys. */
export function isUnrelated(error: unknown): boolean {
  if (errorCode(error) !== 'ValidationException') return false;
  return error instanceof Error && 'Reason' in error && error.Reason === 'UNRELATED_SNAPSHOTS';
}

function checkSize(size: number | undefined, snapshot: string): void {
  if (size === undefined || size === BLOCK_SIZE) return;
  throw new Error(`EBS answered blocks of ${size} bytes for ${snapshot}, expected ${BLOCK_SIZE}`);
}

function indexOf(index: number | undefined, snapshot: string): number {
  if (index !== undefined) return index;
  throw new Error(`EBS answered a block of ${snapshot} without an index`);
}
