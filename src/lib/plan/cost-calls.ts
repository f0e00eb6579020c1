/** How many requests of the EBS direct APIs it takes to know what a deployment stores. */

import { BLOCK_SIZE } from './cost-blocks.ts';
import type { SizedSnapshot } from './cost-estimate.ts';
import { lineagesOf } from './cost-rows.ts';

/** Most blocks in one page of ListSnapshotBlocks and ListChangedBlocks. */
export const BLOCKS_A_PAGE = 10_000;

/** EBS may answer pages that are shorter, and empty ones where little has changed: a page at least is taken to get so far. */
const BLOCKS_A_SHORT_PAGE = 1000;

/** The snapshots of one lineage that can be read, oldest first. */
export interface LineageToRead {
  readonly lineage: string;
  readonly snapshots: readonly SizedSnapshot[];
}

export interface BlockCalls {
  readonly lineages: readonly LineageToRead[];
  /** If nothing ever changed. */
  readonly least: number;
  /** If everything always changed and pages were short. No more are made. */
  readonly most: number;
}

/**
 * Of the oldest snapshot of each lineage all blocks are listed, of each other those that differ from the one before: one
 * request at least, and at most one for each thousand blocks of the volume, and two more.
 */
export function planBlockCalls(
  snapshots: readonly SizedSnapshot[],
  wanted: (snapshot: SizedSnapshot) => boolean = () => true,
): BlockCalls {
  const chosen = new Set(snapshots.filter(wanted).map(({ lineage }) => lineage));
  const lineages = [...lineagesOf(snapshots.filter(({ isCompleted }) => isCompleted))]
    .filter(([lineage]) => chosen.has(lineage))
    .map(([lineage, parts]) => ({ lineage, snapshots: parts }));
  const all = lineages.flatMap((one) => one.snapshots);
  const firsts = lineages.flatMap((one) => one.snapshots.slice(0, 1));
  const least =
    all.length - firsts.length + sum(firsts.map(({ fullBytes = 0 }) => pagesOf(fullBytes, BLOCKS_A_PAGE)));
  // A lineage may turn out to be several: then a list is asked for twice.
  const most = sum(all.map((one) => 2 + pagesOf(one.volumeBytes, BLOCKS_A_SHORT_PAGE)));
  return { lineages, least, most };
}

function pagesOf(bytes: number, blocksEach: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK_SIZE / blocksEach));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
