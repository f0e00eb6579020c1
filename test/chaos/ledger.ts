/** Every recovery point that was ever seen to be there, read off the simulated Regions and by no code of ours. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { isOurs } from '../support/history.ts';
import { HOUR } from '../support/scenario.ts';

const PREFIX = 'ec2-backup:';
/** Nothing is in the making for longer. */
const LONGEST = 3 * HOUR;

export type Goodness = 'good' | 'pending' | 'failed';

export interface Point {
  /** Its AMI, or its snapshots. */
  readonly ids: readonly string[];
  readonly madeAt: number;
  readonly goodness: Goodness;
}

/** By slot (ms), the points of it by what was made first of them. */
export type Slots = Map<number, Map<string, Point>>;

/** By `place policy source`. */
export type Groups = Map<string, Slots>;

export class Ledger {
  readonly groups: Groups = new Map();
  /** The newest slot of each group that had a good point. */
  readonly #newest = new Map<string, number>();
  readonly #regions: ReadonlyMap<string, SimulatedRegion>;
  #since = -Infinity;

  constructor(regions: ReadonlyMap<string, SimulatedRegion>) {
    this.#regions = regions;
  }

  /** Adds what was made since the last time, and corrects what was still in the making then. */
  write(now: number): void {
    const seen: Groups = new Map();
    for (const [place, region] of this.#regions) collect(place, region, { since: this.#since, groups: seen });
    this.#since = now - LONGEST;
    for (const [group, slots] of seen) this.#add(group, slots);
  }

  /** Groups of which the newest good point is not there any more, a line each. */
  lostNewest(): string[] {
    const lost: string[] = [];
    for (const [group, newest] of this.#newest) {
      const region = this.#regions.get(group.split(' ')[0] ?? '');
      const points = [...(this.groups.get(group)?.get(newest)?.values() ?? [])];
      const isThere = points.some(
        ({ ids, goodness }) => goodness === 'good' && ids.every((id) => region?.has(id)),
      );
      if (!isThere)
        lost.push(`${group}: its newest good point, of ${new Date(newest).toISOString()}, is lost`);
    }
    return lost;
  }

  #add(group: string, seen: Slots): void {
    const slots = this.groups.get(group) ?? new Map<number, Map<string, Point>>();
    this.groups.set(group, slots);
    for (const [slot, points] of seen) {
      slots.set(slot, new Map([...(slots.get(slot) ?? []), ...points]));
      if (hasGood(points)) this.#newest.set(group, Math.max(slot, this.#newest.get(group) ?? slot));
    }
  }
}

/** What is there now. */
export function present(regions: ReadonlyMap<string, SimulatedRegion>): Groups {
  const groups: Groups = new Map();
  for (const [place, region] of regions) collect(place, region, { since: -Infinity, groups });
  return groups;
}

/** Slots of which two good points were ever seen, a line each. */
export function doubled(groups: Groups): string[] {
  return [...groups].flatMap(([group, slots]) =>
    [...slots]
      .filter(([, points]) => [...points.values()].filter(({ goodness }) => goodness === 'good').length > 1)
      .map(([slot]) => `${group}: slot ${new Date(slot).toISOString()} was made twice`),
  );
}

export function goodSlots(slots: Slots): number[] {
  return [...slots].filter(([, points]) => hasGood(points)).map(([slot]) => slot);
}

function hasGood(points: ReadonlyMap<string, Point>): boolean {
  return [...points.values()].some(({ goodness }) => goodness === 'good');
}

/** Made of a source: no copy of that, and nothing that a rehearsal needs for a while. */
export function isOriginal(tags: Readonly<Record<string, string>>): boolean {
  return isOurs(tags) && !(`${PREFIX}copied-from` in tags) && !(`${PREFIX}rehearsal` in tags);
}

function collect(
  place: string,
  region: SimulatedRegion,
  { since, groups }: { readonly since: number; readonly groups: Groups },
): void {
  for (const image of region.images(since)) {
    if (!isOriginal(image.tags)) continue;
    const point = { ids: [image.id], madeAt: image.createdAt, goodness: ofImage(image) };
    put(groups, keyOf(place, image), point);
  }
  for (const set of setsOf(region.snapshots(since)).values()) {
    const [first] = set;
    if (first === undefined) continue;
    const ids = set.map(({ id }) => id).sort();
    put(groups, keyOf(place, first), { ids, madeAt: first.startedAt, goodness: ofSet(set) });
  }
}

function put(groups: Groups, { group, slot }: ReturnType<typeof keyOf>, point: Point): void {
  const slots = groups.get(group) ?? new Map<number, Map<string, Point>>();
  groups.set(group, slots);
  const points = slots.get(slot) ?? new Map<string, Point>();
  slots.set(slot, points);
  points.set(point.ids[0] ?? '', point);
}

function keyOf(place: string, { tags }: Pick<ImageView, 'tags'>): { group: string; slot: number } {
  const [policy, source, slot = ''] = ['policy', 'source', 'slot'].map((mark) => tags[PREFIX + mark]);
  return { group: `${place} ${policy} ${source}`, slot: Date.parse(slot) };
}

function ofImage({ state }: ImageView): Goodness {
  // What is disabled can be enabled.
  if (state === 'available' || state === 'disabled') return 'good';
  return state === 'pending' ? 'pending' : 'failed';
}

/** Snapshots of one identity that were started at one instant. */
function setsOf(snapshots: readonly SnapshotView[]): Map<string, SnapshotView[]> {
  const sets = new Map<string, SnapshotView[]>();
  for (const snapshot of snapshots) {
    const { tags, startedAt } = snapshot;
    if (!isOriginal(tags) || tags[`${PREFIX}kind`] === 'image') continue;
    const { group, slot } = keyOf('', snapshot);
    const key = `${group} ${slot} ${startedAt}`;
    const set = sets.get(key);
    if (set === undefined) sets.set(key, [snapshot]);
    else set.push(snapshot);
  }
  return sets;
}

function ofSet(set: readonly SnapshotView[]): Goodness {
  if (set.some(({ state }) => state === 'pending')) return 'pending';
  const sheet = set[0]?.tags[`${PREFIX}volumes`]?.split(';') ?? [];
  const isWhole = set.length === sheet.length && set.every(({ state }) => state === 'completed');
  return isWhole ? 'good' : 'failed';
}
