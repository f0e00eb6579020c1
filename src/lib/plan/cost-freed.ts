/**
 * What the deletion of snapshots takes off the bill, estimated: what is stored with them, less what is stored without. A block
 * that a snapshot refers to which stays is billed on, with that one.
 */

import { estimateLineage, type SizedSnapshot } from './cost-estimate.ts';
import { lineagesOf, storedBySnapshot } from './cost-rows.ts';
import {
  NOTHING,
  NOTHING_STORED,
  plus,
  plusStored,
  type Range,
  type StoredBytes,
} from './snapshot-prices.ts';

/** What it frees to delete just these snapshots; ids of which nothing is known free nothing. */
export type Freeing = (ids: Iterable<string>) => StoredBytes;

interface InLineage {
  readonly lineage: readonly SizedSnapshot[];
  readonly at: number;
}

/** `snapshots` are all that are reckoned together, those in error left out: they store nothing. */
export function freeingOf(snapshots: readonly SizedSnapshot[]): Freeing {
  const known = new Map<string, InLineage>();
  for (const lineage of lineagesOf(snapshots).values())
    lineage.forEach(({ id }, at) => known.set(id, { lineage, at }));
  // Archived ones share nothing.
  const archived = storedBySnapshot(snapshots.filter(({ isArchived }) => isArchived));
  return (ids) => {
    const gone = new Set(ids);
    const shared = { all: NOTHING, left: NOTHING };
    let full = NOTHING_STORED;
    for (const id of gone) {
      full = plusStored(full, archived.get(id) ?? NOTHING_STORED);
      const place = known.get(id);
      // Neighbours that go together are reckoned once, at the first of them.
      if (!place || gone.has(place.lineage[place.at - 1]?.id ?? '')) continue;
      const { all, left } = aroundRun(place, gone);
      shared.all = plus(shared.all, all);
      shared.left = plus(shared.left, left);
    }
    return plusStored(full, { standard: difference(shared.all, shared.left), archive: NOTHING });
  };
}

/** Of groups that are reckoned each as if there were no other. */
export function freeingOfEach(groups: readonly (readonly SizedSnapshot[])[]): Freeing {
  const each = groups.map(freeingOf);
  return (ids) => {
    const all = [...ids];
    return each.map((freeing) => freeing(all)).reduce(plusStored, NOTHING_STORED);
  };
}

/** Neighbours in a lineage, with and without them: of the others only the one after them gets another one before it. */
function aroundRun(
  { lineage, at }: InLineage,
  gone: ReadonlySet<string>,
): { readonly all: Range; readonly left: Range } {
  let end = at + 1;
  while (gone.has(lineage[end]?.id ?? '')) end += 1;
  const before = lineage.slice(Math.max(0, at - 1), at);
  const after = lineage.slice(end, end + 1);
  return {
    all: sumOf([...before, ...lineage.slice(at, end), ...after]),
    left: sumOf([...before, ...after]),
  };
}

function sumOf(lineage: readonly SizedSnapshot[]): Range {
  return [...estimateLineage(lineage).values()].reduce(plus, NOTHING);
}

/** Each end is an estimate of its own: where a size is not known, the least without may be more than the least with. */
function difference(all: Range, left: Range): Range {
  const middle = Math.max(0, all.middle - left.middle);
  const low = Math.min(Math.max(0, all.low - left.low), middle);
  return { low, middle, high: Math.max(all.high - left.high, middle) };
}
