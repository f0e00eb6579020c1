/**
 * What the snapshots of one volume in one place really store. A block is stored once for as long as any snapshot holds it: it
 * is billed with the oldest one that does, and goes with the last.
 */

import { BlockSet } from './block-set.ts';

/** EBS stores snapshots in blocks of 512 KiB. */
export const BLOCK_SIZE = 524_288;

/** A snapshot of the standard tier beside the one before it in the lineage. */
export interface BlockSnapshot {
  readonly id: string;
  /** Indices that differ from the snapshot before; of the first one, and of one that shares nothing with it, all that it has. */
  readonly changed: BlockSet;
  /** Those of `changed` that this snapshot has no block for any more. */
  readonly removed: BlockSet;
  /** It shares nothing with what came before, as the first copy to a Region, or the first under another key. */
  readonly startsAnew: boolean;
}

export interface BilledSnapshot {
  readonly id: string;
  /** Blocks that it is the oldest holder of: what it adds to the bill. */
  readonly billed: number;
  /** Blocks that nothing else holds: what its deletion alone takes off the bill. The others move on to the next snapshot. */
  readonly frees: number;
  /** Blocks that it holds, shared or not: its full size. */
  readonly full: number;
}

/**
 * Oldest first. `exists` tells which of them are still there, by default all: what has gone has handed the blocks that the
 * next one shares with it on to that one.
 */
export function billLineage(
  snapshots: readonly BlockSnapshot[],
  exists: (id: string) => boolean = () => true,
): BilledSnapshot[] {
  const steps = stepsOf(snapshots, exists);
  return steps.map(({ id, own, full }, at) => ({
    id,
    billed: own.size,
    frees: own.size - keptByNext(own, steps[at + 1]),
    full,
  }));
}

/** All that the lineage stores, in blocks. */
export function storedBlocks(lineage: readonly BilledSnapshot[]): number {
  return lineage.reduce((sum, { billed }) => sum + billed, 0);
}

interface Step {
  readonly id: string;
  /** Blocks that the existing snapshot before it does not hold. */
  readonly own: BlockSet;
  /** Indices that differ from the existing snapshot before it. */
  readonly changed: BlockSet;
  readonly full: number;
  readonly startsAnew: boolean;
}

/** Only what exists, each beside the existing one before it. */
function stepsOf(snapshots: readonly BlockSnapshot[], exists: (id: string) => boolean): Step[] {
  const steps: Step[] = [];
  let present = new BlockSet();
  let changed = new BlockSet();
  let startsAnew = true;
  for (const snapshot of snapshots) {
    present = snapshot.startsAnew
      ? snapshot.changed.difference(snapshot.removed)
      : present.union(snapshot.changed).difference(snapshot.removed);
    // What changed twice is changed: EBS does not notice that a block is again what it once was.
    changed = snapshot.startsAnew ? snapshot.changed : changed.union(snapshot.changed);
    startsAnew ||= snapshot.startsAnew;
    if (!exists(snapshot.id)) continue;
    const own = startsAnew ? present.copy() : changed.intersection(present);
    steps.push({ id: snapshot.id, own, changed, full: present.size, startsAnew });
    changed = new BlockSet();
    startsAnew = false;
  }
  return steps;
}

/** How many of a snapshot's own blocks the next one holds too. */
function keptByNext(own: BlockSet, next: Step | undefined): number {
  if (!next || next.startsAnew) return 0;
  return own.difference(next.changed).size;
}
