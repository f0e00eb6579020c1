/**
 * What is written on simulated volumes, in blocks of 512 KiB: a function of the volume and the time, so that no content is
 * kept. A volume whose blocks a test writes by hand has those and no others.
 */

import { DAY } from './clock.ts';
import type { SnapshotRecord } from './records.ts';

export const BLOCK_SIZE = 524_288;
const BLOCKS_A_GIB = 2048;

/** Blocks that somebody wrote at a time. */
export interface BlockWrite {
  readonly at: number;
  readonly blocks: ReadonlySet<number>;
}

/** Whose content a snapshot holds, as it was at a time. */
export interface BlockContent {
  readonly volumeId: string;
  readonly at: number;
  /** By hand, oldest first; more may be added. Absent: as simulated volumes are written by themselves. */
  readonly writes?: readonly BlockWrite[];
}

export function contentOf({ content, volumeId, createdAt }: SnapshotRecord): BlockContent {
  return content ?? { volumeId, at: createdAt };
}

/** How many blocks a snapshot holds. */
export function countBlocks(snapshot: SnapshotRecord): number {
  const content = contentOf(snapshot);
  return content.writes === undefined ? filledTo(snapshot.sizeGiB, content.at) : indicesOf(snapshot).length;
}

/** The indices of the blocks that a snapshot holds, in numerical order. */
export function indicesOf(snapshot: SnapshotRecord): readonly number[] {
  const { writes, at } = contentOf(snapshot);
  if (writes === undefined)
    return Array.from({ length: filledTo(snapshot.sizeGiB, at) }, (_, index) => index);
  const written = new Set(writes.filter((write) => write.at <= at).flatMap(({ blocks }) => [...blocks]));
  return [...written].sort((a, b) => a - b);
}

/** Which writing of a block a snapshot holds; undefined when it has no such block. */
export function versionOf(snapshot: SnapshotRecord, index: number): number | undefined {
  const { writes, at, volumeId } = contentOf(snapshot);
  if (writes !== undefined) return writes.findLast((write) => write.at <= at && write.blocks.has(index))?.at;
  if (index >= filledTo(snapshot.sizeGiB, at)) return undefined;
  return rewritings(volumeId, index, at);
}

const EMPTIEST = Date.UTC(2020, 0, 1);

/** Volumes fill from the front: 30 % in 2020, 0.01 % more each day, up to 95 %. */
function filledTo(sizeGiB: number, at: number): number {
  const share = Math.min(0.95, 0.3 + (0.0001 * Math.max(0, at - EMPTIEST)) / DAY);
  return Math.floor(sizeGiB * BLOCKS_A_GIB * share);
}

/** One block in twenty is rewritten every day, each at its own time, and the others every 200 days. */
function rewritings(volumeId: string, index: number, at: number): number {
  const mixed = mix(index, Number.parseInt(volumeId.slice(-7), 16) || 0);
  const period = mixed % 20 === 0 ? DAY : 200 * DAY;
  return Math.floor((at + (mixed / 2 ** 32) * period) / period);
}

/** 32 bits that look random. */
function mix(a: number, b: number): number {
  let bits = Math.imul(a ^ (b + 0x9e3779b9), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
