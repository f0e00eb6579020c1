/** What a command of VSS came to, by the snapshots that carry the tags of its slot. Pure. */

import type { Snapshot } from './inventory.ts';
import type { Ours, Owned } from './recovery-points.ts';
import { splitIntoSets } from './split-into-sets.ts';
import type { VssMark } from './vss-mark.ts';

/** A snapshot of the slot that Windows made. */
export interface VssPart {
  readonly id: string;
  readonly volumeId: string;
  readonly vss: VssMark;
}

export interface VssFound {
  readonly parts: readonly VssPart[];
  /** Snapshots in state `error`: their sets are none, as they are none of our own calls. */
  readonly failed: readonly string[];
}

/** Among those of the slot, copies left out. */
export function foundOfVss(snapshots: readonly Ours<Owned<Snapshot>>[]): VssFound {
  const made = snapshots.filter(({ ownership: { marks } }) => marks.vss && !marks.copiedFrom);
  const parts: VssPart[] = [];
  const failed: string[] = [];
  for (const set of splitIntoSets(made)) {
    const broken = set.filter(({ state }) => state === 'error').map(({ id }) => id);
    failed.push(...broken);
    if (broken.length > 0) continue;
    for (const { id, volumeId, ownership } of set)
      if (ownership.marks.vss) parts.push({ id, volumeId, vss: ownership.marks.vss });
  }
  return { parts, failed: failed.sort() };
}

export interface VssSight {
  /** Volumes that must be in the set. */
  readonly expected: readonly string[];
  /** The command has ended so long ago that lists show all that it did. */
  readonly isTrusted: boolean;
  /** The same of tags alone: it may be known to have ended before it is sure that it makes nothing more. As `isTrusted`, if absent. */
  readonly isSaid?: boolean;
}

export type VssVerdict =
  /** More may become visible. */
  | 'wait'
  | 'none'
  | { readonly ids: readonly string[]; readonly missing: readonly string[]; readonly isConsistent: boolean };

/** After the command's end: while it runs nothing is final. */
export function judgeVss(
  parts: readonly VssPart[],
  { expected, isTrusted, isSaid = isTrusted }: VssSight,
): VssVerdict {
  if (parts.length === 0) return isTrusted ? 'none' : 'wait';
  const present = new Set(parts.map(({ volumeId }) => volumeId));
  const missing = expected.filter((volume) => !present.has(volume));
  if (missing.length > 0 && !isTrusted) return 'wait';
  const isConsistent = parts.every(({ vss }) => vss.isConsistent === true);
  // What the command said last may not be listed yet.
  if (!isSaid && parts.some(({ vss }) => vss.isConsistent === undefined)) return 'wait';
  return { ids: parts.map(({ id }) => id).sort(), missing, isConsistent };
}
