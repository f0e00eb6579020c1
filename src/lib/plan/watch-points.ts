/** The recovery points of a place counted by policy, and what the newest of each source are. One pass: there may be 100,000. */

import { startOf } from './point-warnings.ts';
import type { RecoveryPoint } from './recovery-points.ts';

const DAY = 86_400_000;

/** A point that somebody should look at. */
export interface PointNote {
  readonly id: string;
  readonly source: string;
  readonly slot: number;
  readonly detail?: string;
}

/** What a source has of one policy; points of the future are not among it. Slots in ms since the epoch. */
export interface SourceHistory {
  /** Of the newest good point. */
  readonly good?: number;
  /** Of the newest point that is good or pending. */
  readonly open?: number;
  /** Of the newest point, whatever became of it. */
  readonly newest?: number;
  /** The policy's current slot has a point, or a failed AMI that holds its name: it cannot be made again. */
  readonly isTaken?: boolean;
}

export interface PolicyPoints {
  readonly total: number;
  readonly sources: ReadonlyMap<string, SourceHistory>;
  readonly failed: readonly PointNote[];
  /** For over 24 hours. */
  readonly longPending: readonly PointNote[];
  /** Snapshots whose AMI is gone. */
  readonly leftovers: readonly PointNote[];
  /** Those of the future, and those that somebody took apart: they do not count. */
  readonly odd: readonly PointNote[];
}

export const NO_POINTS: PolicyPoints = {
  total: 0,
  sources: new Map(),
  failed: [],
  longPending: [],
  leftovers: [],
  odd: [],
};

/** By policy. `current` holds the slots that can still be made, of the policies that have one. */
export function countPoints(
  points: readonly RecoveryPoint[],
  now: number,
  current: ReadonlyMap<string, number>,
): ReadonlyMap<string, PolicyPoints> {
  const counts = new Map<string, Count>();
  for (const point of points) {
    let count = counts.get(point.policy);
    if (!count) counts.set(point.policy, (count = new Count(now, current.get(point.policy))));
    count.add(point);
  }
  return counts;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

class Count implements PolicyPoints {
  total = 0;
  readonly sources = new Map<string, Writable<SourceHistory>>();
  readonly failed: PointNote[] = [];
  readonly longPending: PointNote[] = [];
  readonly leftovers: PointNote[] = [];
  readonly odd: PointNote[] = [];
  readonly #now: number;
  readonly #current: number | undefined;

  constructor(now: number, current: number | undefined) {
    this.#now = now;
    this.#current = current;
  }

  add(point: RecoveryPoint): void {
    this.total += 1;
    this.#listOf(point)?.push(noteOf(point));
    if (point.slot <= this.#now) this.#remember(point);
  }

  #listOf(point: RecoveryPoint): PointNote[] | undefined {
    const { state, slot, kind, imageId } = point;
    if (state === 'failed') return kind === 'image' && imageId === undefined ? this.leftovers : this.failed;
    if (state === 'incomplete' || slot > this.#now) return this.odd;
    return state === 'pending' && this.#now - startOf(point) > DAY ? this.longPending : undefined;
  }

  #remember({ source, slot, state, imageId }: RecoveryPoint): void {
    let history = this.sources.get(source);
    if (!history) this.sources.set(source, (history = {}));
    history.newest = later(history.newest, slot);
    if (state === 'good') history.good = later(history.good, slot);
    if (state === 'good' || state === 'pending') history.open = later(history.open, slot);
    if (slot === this.#current && (state !== 'failed' || imageId !== undefined)) history.isTaken = true;
  }
}

function later(known: number | undefined, slot: number): number {
  return known === undefined || slot > known ? slot : known;
}

function noteOf({ id, source, slot, detail }: RecoveryPoint): PointNote {
  return { id, source, slot, ...(detail !== undefined && { detail }) };
}
