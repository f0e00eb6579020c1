/** What there is of each policy and source, and will be: the points that exist and those to come, with their snapshots. */

import { holding, storedBySnapshot, totalOf, type OwnedHolding } from './cost-rows.ts';
import type { SizedSnapshot } from './cost-estimate.ts';
import {
  existsAt,
  isDueForArchive,
  snapshotsAt,
  withinArchiveQuota,
  type Disk,
  type Life,
} from './future-snapshots.ts';
import { groupBy } from './group-by.ts';

export interface ExistingLife extends Life {
  readonly snapshots: readonly SizedSnapshot[];
  /** Age (ms) from which it goes to the archive. Absent: it does not, or is there. */
  readonly archiveAfter?: number;
}

/** Of one policy and source, those made here or those copied from one other place. */
export interface Supply {
  readonly policy: string;
  readonly source: string;
  /** Tells it from every other one. */
  readonly key: string;
  readonly existing: readonly ExistingLife[];
  readonly coming: readonly Life[];
  /** What each that comes has a snapshot of. */
  readonly disks: readonly Disk[];
  readonly archiveAfter?: number;
}

export interface Supplies {
  readonly now: number;
  readonly each: readonly Supply[];
  /** Snapshots of no recovery point, which stay. */
  readonly loose: readonly SizedSnapshot[];
}

/** What there is of each policy and source at an instant that is to come; blocks that several share are counted once. */
export function holdingsAt({ now, each, loose }: Supplies, at: number): OwnedHolding[] {
  const seen = new Set<string>();
  const presentAt = rememberedPresence(at);
  const parts = each.map((supply) => {
    const { points, snapshots } = partAt(supply, presentAt(supply.coming), { at, now });
    // Two AMIs of a slot may both have it.
    const own = snapshots.filter(({ id }) => !seen.has(id) && seen.add(id));
    return { supply, points, snapshots: own };
  });
  const all = withinArchiveQuota([...parts.flatMap(({ snapshots }) => snapshots), ...loose]);
  const stored = storedBySnapshot(all);
  const held = parts.map(({ supply: { policy, source }, points, snapshots }) => {
    return { policy, source, holding: holding(points, snapshots, stored) };
  });
  const owned = [...groupBy(held, ({ policy, source }) => `${policy} ${source}`).values()].flatMap((same) =>
    same.slice(0, 1).map((one) => ({ ...one, holding: totalOf(same.map((each) => each.holding)) })),
  );
  return loose.length === 0 ? owned : [...owned, { holding: holding(0, loose, stored) }];
}

/** How many of those that exist now are left then. */
export function leftAt({ existing }: Supply, at: number): number {
  return existing.filter((life) => existsAt(life, at)).length;
}

/** Which of those to come exist then: supplies that are alike share them. */
function rememberedPresence(at: number): (coming: readonly Life[]) => readonly Life[] {
  const known = new Map<readonly Life[], readonly Life[]>();
  return (coming) => {
    const present = known.get(coming) ?? coming.filter((life) => existsAt(life, at));
    known.set(coming, present);
    return present;
  };
}

function partAt(
  { key, existing, disks, archiveAfter }: Supply,
  made: readonly Life[],
  { at, now }: { readonly at: number; readonly now: number },
): { readonly points: number; readonly snapshots: readonly SizedSnapshot[] } {
  const left = existing.filter((life) => existsAt(life, at));
  return {
    points: left.length + made.length,
    snapshots: [
      ...left.flatMap((life) =>
        isDueForArchive(life, at, life.archiveAfter, now)
          ? life.snapshots.map((one) => ({ ...one, isArchived: true }))
          : life.snapshots,
      ),
      ...snapshotsAt(made, { disks, name: key, at, ...(archiveAfter !== undefined && { archiveAfter }) }),
    ],
  };
}
