/** What the snapshots of one volume in one place store, as far as their full sizes tell it. */

import { exactly, type Range } from './snapshot-prices.ts';

const DAY = 86_400_000;

/** What DescribeSnapshots says of a snapshot's size, and where its content comes from. */
export interface SizedSnapshot {
  readonly id: string;
  /** Snapshots of one volume in one place share blocks: its id; of a copied AMI's, what stands for it. */
  readonly lineage: string;
  /** ms since the epoch. Of a copy that is later than when its data was taken. */
  readonly startedAt: number;
  readonly takenAt: number;
  /** All blocks that it holds, shared or not; absent while EC2 does not say, as for a pending one. */
  readonly fullBytes?: number;
  /** Of its volume: no snapshot of it is larger. */
  readonly volumeBytes: number;
  /** Archived ones are full and share nothing. */
  readonly isArchived: boolean;
  /** Whether an archived one is back for a while, and so billed in both tiers. */
  readonly isRestored: boolean;
  /** It can be read: neither pending nor failed. */
  readonly isCompleted: boolean;
}

/** The share of a volume's blocks that is taken to be written anew in a day. */
export const DAILY_CHANGE = 0.02;

/** What an estimate is made of, in words. */
export const ESTIMATE_WORDS = [
  `Estimate, not a bill: each volume's oldest snapshot is full, each later one holds what was rewritten since, which is taken to be ${DAILY_CHANGE * 100} % of its blocks a day.`,
  'At the least a later snapshot adds what it is larger by than the one before; at the most it is full itself.',
];

/**
 * What each snapshot of the standard tier adds to the bill, in bytes. Oldest first, and only those that exist: each of them
 * beside the one before it.
 *
 * - low: what it is larger by than the one before, as so many blocks at least are its own;
 * - middle: that, and of the other blocks 2 % for each day between the two, a block that changes twice counting once;
 * - high: all of it.
 */
export function estimateLineage(snapshots: readonly SizedSnapshot[]): ReadonlyMap<string, Range> {
  const added = new Map<string, Range>();
  let before: SizedSnapshot | undefined;
  for (const snapshot of snapshots) {
    added.set(snapshot.id, addedBy(snapshot, before));
    before = snapshot;
  }
  return added;
}

function addedBy(snapshot: SizedSnapshot, before: SizedSnapshot | undefined): Range {
  const { fullBytes, volumeBytes } = snapshot;
  if (!before)
    return fullBytes === undefined ? { low: 0, middle: volumeBytes, high: volumeBytes } : exactly(fullBytes);
  const full = fullBytes ?? volumeBytes;
  const earlier = before.fullBytes ?? before.volumeBytes;
  const growth = Math.max(0, full - earlier);
  const isKnown = fullBytes !== undefined && before.fullBytes !== undefined;
  return {
    low: isKnown ? growth : 0,
    middle: growth + rewritten(full - growth, snapshot, before),
    high: full,
  };
}

/** Of so many bytes, those that were written again between two snapshots. */
function rewritten(bytes: number, { takenAt }: SizedSnapshot, before: SizedSnapshot): number {
  const days = Math.max(0, takenAt - before.takenAt) / DAY;
  return Math.round(bytes * (1 - (1 - DAILY_CHANGE) ** days));
}

/** The full size of a snapshot, or that of its volume while EC2 does not say. */
export function fullSizeOf({ fullBytes, volumeBytes }: SizedSnapshot): number {
  return fullBytes ?? volumeBytes;
}
