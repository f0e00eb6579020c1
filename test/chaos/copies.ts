/** Every copy that was ever seen, read off the simulated Regions and by no code of ours, and what does not hold of them. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { isOurs } from '../support/history.ts';
import { DAY, HOUR } from '../support/scenario.ts';
import { resticReasons } from '../support/restic-reference.ts';
import { keyOf } from './deployment.ts';
import { goodSlots, type Groups, type Slots } from './ledger.ts';
import { waysOf, type Way } from './policies.ts';
import type { PolicyFile } from '../../src/lib/policy/policy.ts';

const PREFIX = 'ec2-backup:';
/** Nothing is in the making for longer. */
const LONGEST = 3 * HOUR;
/** What was made this long before the end must have been copied. */
export const COPIED_WITHIN = 12 * HOUR;

type Tags = Readonly<Record<string, string>>;
type Goodness = 'good' | 'pending' | 'failed';

/** The copy of one point in one place, whole or not. */
interface CopiedPoint {
  readonly place: string;
  readonly slot: number;
  /** How many parts it has when it is whole. */
  readonly size: number;
  /** By volume, and of an AMI by nothing: what was ever made for it, by id. */
  readonly parts: Map<string, Map<string, Goodness>>;
  /** Whether it was ever seen whole. */
  wasGood: boolean;
}

interface Compared {
  readonly key: string;
  readonly way: Way;
  /** Of the originals. */
  readonly slots: Slots;
  readonly copies: readonly CopiedPoint[];
  /** Where the originals are. */
  readonly source: SimulatedRegion | undefined;
}

export interface CopiesEnded {
  readonly file: PolicyFile;
  readonly now: number;
  readonly ever: Groups;
  /** Whether what no rule keeps is right to be there. */
  readonly mayStay: (place: string, ids: readonly string[]) => boolean;
}

/** By `copied-from`, of one place, policy and source of the originals at one destination. */
type CopiedPoints = Map<string, CopiedPoint>;

export class CopyBook {
  /** By `destination from policy source`. */
  readonly #groups = new Map<string, CopiedPoints>();
  readonly #regions: ReadonlyMap<string, SimulatedRegion>;
  readonly #newest = new Map<string, CopiedPoint>();
  #since = -Infinity;

  constructor(regions: ReadonlyMap<string, SimulatedRegion>) {
    this.#regions = regions;
  }

  /** Adds what was made since the last time, and corrects what was still in the making then. */
  write(now: number): void {
    for (const [place, region] of this.#regions) {
      for (const image of region.images(this.#since))
        if (isCopy(image.tags)) this.#add(place, image, goodnessOf(image.state));
      for (const snapshot of region.snapshots(this.#since))
        if (isCopy(snapshot.tags) && snapshot.tags[`${PREFIX}kind`] !== 'image')
          this.#add(place, snapshot, goodnessOf(snapshot.state));
    }
    this.#since = now - LONGEST;
    for (const [key, group] of this.#groups) {
      for (const copy of group.values()) {
        if (copy.wasGood || !this.#isThere(copy)) continue;
        copy.wasGood = true;
        if (copy.slot > (this.#newest.get(key)?.slot ?? -Infinity)) this.#newest.set(key, copy);
      }
    }
  }

  /** What must hold at any time: the newest good copy is there, and no point has been copied twice. */
  wrong(): string[] {
    const lost = [...this.#newest]
      .filter(([, copy]) => !this.#isThere(copy))
      .map(([key, { slot }]) => `${key}: its newest good copy, of ${timeOf(slot)}, is lost`);
    const doubled = [...this.#groups].flatMap(([key, group]) =>
      [...group].filter(([, copy]) => this.#isDouble(copy)).map(([from]) => `${key}: ${from} is there twice`),
    );
    return [...lost, ...doubled];
  }

  /** What must hold whatever goes wrong: of what the copies' rules want there is the copy, or still the original. */
  lost(file: PolicyFile, ever: Groups): string[] {
    return this.#compared(file, ever).flatMap(({ key, way, slots, copies, source }) => {
      const there = copies.filter((copy) => this.#isThere(copy)).map(({ slot }) => slot);
      const once = copies.filter(({ wasGood }) => wasGood).map(({ slot }) => slot);
      return keptBy(way, goodSlots(slots)).flatMap((slot) => {
        if (there.includes(slot)) return [];
        if (once.includes(slot)) return [`${key}: the copy of ${timeOf(slot)} is wanted, and was deleted`];
        const originals = [...(slots.get(slot)?.values() ?? [])];
        const isLeft = originals.some(
          ({ goodness, ids }) => goodness === 'good' && ids.every((id) => source?.has(id)),
        );
        return isLeft ? [] : [`${key}: ${timeOf(slot)} was deleted before it was copied`];
      });
    });
  }

  /** Where nothing has gone wrong for days, copies are exactly what their rules keep of all that was ever good. */
  atTheEnd({ file, now, ever, mayStay }: CopiesEnded): string[] {
    const wrong = this.#compared(file, ever).flatMap(({ key, way, slots, copies }) => {
      const present = copies.filter((copy) => this.#isThere(copy)).map(({ slot }) => slot);
      const missing = keptBy(way, goodSlots(slots)).filter(
        (slot) => slot < now - COPIED_WITHIN && !present.includes(slot),
      );
      // What was copied since the last prune has pushed nothing out yet.
      const settled = present.filter((slot) => slot < now - COPIED_WITHIN);
      const kept = keptBy(way, settled);
      const idsOf = (slot: number): string[] =>
        copies
          .filter((copy) => copy.slot === slot)
          .flatMap(({ parts }) => [...parts.values()].flatMap((ids) => [...ids.keys()]));
      const left = settled.filter((slot) => !kept.includes(slot) && !mayStay(keyOf(way.place), idsOf(slot)));
      return [
        ...missing.map((slot) => `${key}: the copy of ${timeOf(slot)} is wanted, and is not there`),
        ...left.map((slot) => `${key}: the rules let go of the copy of ${timeOf(slot)}, which is there`),
      ];
    });
    return [...wrong, ...this.#unclean(now), ...this.#strange(waysOf(file))];
  }

  /** Each source of a copied policy, on each of the policy's ways, with what was ever made of it and copied. */
  #compared(file: PolicyFile, ever: Groups): readonly Compared[] {
    return waysOf(file).flatMap((way) =>
      [...ever].flatMap(([group, slots]) => {
        const [place = '', policy] = group.split(' ');
        if (place !== keyOf(way.from) || policy !== way.policy.name) return [];
        const key = `${keyOf(way.place)} ${group}`;
        const copies = [...(this.#groups.get(key)?.values() ?? [])];
        return [{ key, way, slots, copies, source: this.#regions.get(place) }];
      }),
    );
  }

  #unclean(now: number): string[] {
    return [...this.#groups].flatMap(([key, group]) =>
      [...group].flatMap(([from, copy]) => {
        const isOld = now - copy.slot > 5 * DAY;
        const states = [...copy.parts.values()].flatMap((ids) =>
          [...ids].filter(([id]) => this.#has(copy, id)),
        );
        const isLeft = states.length > 0 && !this.#isThere(copy);
        return isOld && isLeft ? [`${key}: parts of a copy of ${from} were not cleaned up`] : [];
      }),
    );
  }

  /** Copies that nobody asked for. */
  #strange(ways: readonly Way[]): string[] {
    const asked = ways.map(({ from, place, policy }) => `${keyOf(place)} ${keyOf(from)} ${policy.name} `);
    return [...this.#groups.keys()]
      .filter((key) => !asked.some((start) => key.startsWith(start)))
      .map((key) => `${key}: nobody asked for these copies`);
  }

  #add(place: string, { id, tags }: ImageView | SnapshotView, goodness: Goodness): void {
    const from = tags[`${PREFIX}copied-from`] ?? '';
    const [policy, source, slot = ''] = ['policy', 'source', 'slot'].map((mark) => tags[PREFIX + mark]);
    const key = `${place} ${from.slice(0, from.lastIndexOf('/'))} ${policy} ${source}`;
    const group: CopiedPoints = this.#groups.get(key) ?? new Map<string, CopiedPoint>();
    this.#groups.set(key, group);
    const isImage = id.startsWith('ami-');
    const size = isImage ? 1 : (tags[`${PREFIX}volumes`]?.split(';').length ?? 0);
    const copy: CopiedPoint = group.get(from) ?? {
      place,
      slot: Date.parse(slot),
      size,
      parts: new Map(),
      wasGood: false,
    };
    group.set(from, copy);
    const volume = isImage ? '' : (tags[`${PREFIX}volume`] ?? '');
    const ids = copy.parts.get(volume) ?? new Map<string, Goodness>();
    copy.parts.set(volume, ids);
    ids.set(id, goodness);
  }

  #has({ place }: CopiedPoint, id: string): boolean {
    return this.#regions.get(place)?.has(id) === true;
  }

  /** Whole and good. */
  #isThere(copy: CopiedPoint): boolean {
    const good = [...copy.parts.values()].filter((ids) =>
      [...ids].some(([id, goodness]) => goodness === 'good' && this.#has(copy, id)),
    );
    return good.length === copy.size;
  }

  /** Two that are good, or may become so. */
  #isDouble(copy: CopiedPoint): boolean {
    return [...copy.parts.values()].some(
      (ids) =>
        ids.size > 1 &&
        [...ids].filter(([id, goodness]) => goodness !== 'failed' && this.#has(copy, id)).length > 1,
    );
  }
}

export function isCopy(tags: Tags): boolean {
  return isOurs(tags) && `${PREFIX}copied-from` in tags;
}

function keptBy({ policy, copy }: Way, slots: readonly number[]): number[] {
  const all = [...new Set(slots)].sort((a, b) => b - a);
  const reasons = resticReasons(all, copy.keep ?? policy.keep, policy.timezone);
  return all.filter((_, index) => (reasons[index]?.length ?? 0) > 0);
}

function goodnessOf(state: string): Goodness {
  if (state === 'available' || state === 'completed' || state === 'disabled') return 'good';
  return state === 'pending' ? 'pending' : 'failed';
}

function timeOf(slot: number): string {
  return new Date(slot).toISOString();
}
