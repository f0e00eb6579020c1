/** What a command of VSS came to, by the snapshots that carry the tags of its slot. Pure. */

import type { VssMark } from './vss-mark.ts';

/** A snapshot of the slot that Windows made. */
export interface VssPart {
  readonly id: string;
  readonly volumeId: string;
  readonly vss: VssMark;
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
