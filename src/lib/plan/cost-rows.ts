/** What each policy and source costs now, and once the pending prune has run. */

import type { DeleteAction } from './actions.ts';
import { BLOCK_SIZE, billLineage, type BlockSnapshot } from './cost-blocks.ts';
import { estimateLineage, fullSizeOf, type SizedSnapshot } from './cost-estimate.ts';
import { groupBy } from './group-by.ts';
import { compareText } from './order.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import {
  exactly,
  NOTHING,
  NOTHING_STORED,
  plusStored,
  sumStored,
  type StoredBytes,
} from './snapshot-prices.ts';

export interface CostInput {
  readonly points: readonly RecoveryPoint[];
  /** What the pending prune would do. */
  readonly actions: readonly DeleteAction[];
  /** All of the deployment in the place, those in error left out: they store nothing. */
  readonly snapshots: readonly SizedSnapshot[];
  /** By lineage, the blocks of its readable snapshots, where they were read. */
  readonly blocks?: ReadonlyMap<string, readonly BlockSnapshot[]>;
  /** What there is of each policy and source once retention is full. */
  readonly steady?: readonly OwnedHolding[];
}

/** `policy` and `source` are absent where it is of no recovery point. */
export interface OwnedHolding {
  readonly policy?: string;
  readonly source?: string;
  readonly holding: Holding;
}

/** What there is of a policy and source at one time. */
export interface Holding {
  readonly points: number;
  readonly snapshots: number;
  /** The sum of their full sizes: what they would take if nothing were shared. */
  readonly fullBytes: number;
  readonly stored: StoredBytes;
}

export interface CostRow {
  /** Absent: snapshots that are of no recovery point, as those that are left alone for a bad tag. */
  readonly policy?: string;
  readonly source?: string;
  readonly now: Holding;
  readonly later: Holding;
  /** Once retention is full. Absent: it was not asked for. */
  readonly steady?: Holding;
  /** Nothing in it is estimated. */
  readonly isExact: boolean;
  /** Snapshots whose size EC2 does not say: taken as large as their volumes. */
  readonly unsized: number;
}

/**
 * Rows by policy and source, in that order. A block that several policies share is in the row of the oldest snapshot that
 * holds it, so the rows add up to what is stored.
 */
export function costRows(input: CostInput): CostRow[] {
  const { points, actions, snapshots, blocks = new Map<string, readonly BlockSnapshot[]>() } = input;
  const gone = goneSnapshots(actions);
  const now = storedBy(snapshots, blocks, () => true);
  const later = storedBy(snapshots, blocks, (id) => !gone.has(id));
  const exact = exactIds(snapshots, blocks);
  const ownerOf = new Map(points.flatMap((point) => point.snapshotIds.map((id) => [id, point] as const)));
  const gonePoints = new Set(actions.map(({ point }) => point));
  const pointsOf = groupBy(points, keyOf);
  const snapshotsOf = groupBy(snapshots, ({ id }) => keyOf(ownerOf.get(id)));
  const steadyOf = input.steady && new Map(input.steady.map((one) => [keyOf(one), one]));
  const keys = [...pointsOf.keys(), ...snapshotsOf.keys(), ...(steadyOf?.keys() ?? [])];
  const rows = [...new Set(keys)].map((key): CostRow => {
    const own = pointsOf.get(key) ?? [];
    const parts = snapshotsOf.get(key) ?? [];
    const steady = steadyOf?.get(key);
    const { policy, source } = own[0] ?? steady ?? {};
    return {
      ...(policy !== undefined && { policy }),
      ...(source !== undefined && { source }),
      now: holding(own.length, parts, now),
      later: holding(
        own.filter(({ id }) => !gonePoints.has(id)).length,
        parts.filter(({ id }) => !gone.has(id)),
        later,
      ),
      ...(steadyOf && { steady: steady?.holding ?? NONE }),
      isExact: parts.every(({ id }) => exact.has(id)),
      unsized: parts.filter(({ fullBytes }) => fullBytes === undefined).length,
    };
  });
  return rows.sort(
    (a, b) =>
      compareText(a.policy ?? '\uffff', b.policy ?? '\uffff') || compareText(a.source ?? '', b.source ?? ''),
  );
}

/** Of a source that has gone for good nothing is left. */
const NONE: Holding = { points: 0, snapshots: 0, fullBytes: 0, stored: NOTHING_STORED };

function keyOf(owner: Pick<OwnedHolding, 'policy' | 'source'> | undefined): string {
  return owner?.policy === undefined ? '' : `${owner.policy} ${owner.source ?? ''}`;
}

/** Snapshots that the pending prune deletes. */
function goneSnapshots(actions: readonly DeleteAction[]): ReadonlySet<string> {
  return new Set(
    actions.flatMap((action) => (action.action === 'deregister-image' ? action.snapshots : [action.id])),
  );
}

/** `stored`: what each of them adds to the bill, by id. */
export function holding(
  points: number,
  parts: readonly SizedSnapshot[],
  stored: ReadonlyMap<string, StoredBytes>,
): Holding {
  return {
    points,
    snapshots: parts.length,
    fullBytes: parts.reduce((sum, part) => sum + fullSizeOf(part), 0),
    stored: sumStored(parts.flatMap(({ id }) => stored.get(id) ?? [])),
  };
}

/** Of snapshots that share blocks with nothing else. */
export function holdingOf(points: number, parts: readonly SizedSnapshot[]): Holding {
  return holding(points, parts, storedBySnapshot(parts));
}

/** Sums of rows. */
export function totalOf(holdings: readonly Holding[]): Holding {
  return holdings.reduce(
    (sum, { points, snapshots, fullBytes, stored }) => ({
      points: sum.points + points,
      snapshots: sum.snapshots + snapshots,
      fullBytes: sum.fullBytes + fullBytes,
      stored: plusStored(sum.stored, stored),
    }),
    NONE,
  );
}

/** Snapshots of the standard tier by lineage, in the order in which they were made: each holds what changed since the one before. */
export function lineagesOf(snapshots: readonly SizedSnapshot[]): Map<string, SizedSnapshot[]> {
  const lineages = groupBy(
    snapshots.filter(({ isArchived }) => !isArchived),
    ({ lineage }) => lineage,
  );
  // Each by itself: thousands of volumes are backed up at the same instants, and their ids would all be compared.
  for (const parts of lineages.values())
    parts.sort((a, b) => a.startedAt - b.startedAt || compareText(a.id, b.id));
  return lineages;
}

/** What each of the snapshots adds to the bill, estimated: those that stored nothing when they failed are not among them. */
export function storedBySnapshot(snapshots: readonly SizedSnapshot[]): ReadonlyMap<string, StoredBytes> {
  return storedBy(snapshots, new Map(), () => true);
}

/** What each of the snapshots that exist adds to the bill. */
function storedBy(
  snapshots: readonly SizedSnapshot[],
  blocks: ReadonlyMap<string, readonly BlockSnapshot[]>,
  exists: (id: string) => boolean,
): ReadonlyMap<string, StoredBytes> {
  const stored = new Map<string, StoredBytes>();
  const existing = snapshots.filter(({ id }) => exists(id));
  for (const [lineage, parts] of lineagesOf(existing)) {
    for (const [id, added] of estimateLineage(parts)) stored.set(id, { standard: added, archive: NOTHING });
    for (const { id, billed } of billLineage(blocks.get(lineage) ?? [], exists))
      stored.set(id, { standard: exactly(billed * BLOCK_SIZE), archive: NOTHING });
  }
  for (const snapshot of existing.filter(({ isArchived }) => isArchived)) {
    stored.set(snapshot.id, archivedBytes(snapshot));
  }
  return stored;
}

function archivedBytes({ fullBytes, volumeBytes, isRestored }: SizedSnapshot): StoredBytes {
  const full =
    fullBytes === undefined ? { low: 0, middle: volumeBytes, high: volumeBytes } : exactly(fullBytes);
  return { standard: isRestored ? full : NOTHING, archive: full };
}

function exactIds(
  snapshots: readonly SizedSnapshot[],
  blocks: ReadonlyMap<string, readonly BlockSnapshot[]>,
): ReadonlySet<string> {
  const read = [...blocks.values()].flatMap((lineage) => lineage.map(({ id }) => id));
  const archived = snapshots.filter(({ isArchived, fullBytes }) => isArchived && fullBytes !== undefined);
  return new Set([...read, ...archived.map(({ id }) => id)]);
}
