/** Which snapshots of one slot are of one set. */

import type { Snapshot } from './inventory.ts';
import { compareText } from './order.ts';
import type { Ours, Owned } from './recovery-points.ts';

/** All snapshots of one CreateSnapshots share a start time, and EC2 takes at least 15 s between two of a volume. */
const SET_SPREAD = 15_000;

/**
 * Two runs of one slot may have made two sets: each is a point of its own. The parts of a copied set are started one by one,
 * maybe hours apart, so each belongs to the first set that lacks its volume.
 */
export function splitIntoSets(parts: readonly Ours<Owned<Snapshot>>[]): Ours<Owned<Snapshot>>[][] {
  const sets: { startedAt: number; volumes: Set<string>; parts: Ours<Owned<Snapshot>>[] }[] = [];
  const isCopied = parts.some(({ ownership }) => ownership.marks.copiedFrom !== undefined);
  const inOrder = [...parts].sort((a, b) => a.startedAt - b.startedAt || compareText(a.id, b.id));
  for (const part of inOrder) {
    const open = isCopied ? sets.find(({ volumes }) => !volumes.has(part.volumeId)) : sets.at(-1);
    const isTogether = open && (isCopied || part.startedAt - open.startedAt < SET_SPREAD);
    if (isTogether && !open.volumes.has(part.volumeId)) {
      open.volumes.add(part.volumeId);
      open.parts.push(part);
    } else {
      sets.push({ startedAt: part.startedAt, volumes: new Set([part.volumeId]), parts: [part] });
    }
  }
  return sets.map((set) => set.parts);
}
