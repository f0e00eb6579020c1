/** All that `cost` says of one place. */

import type { Place } from '../policy/policy.ts';
import type { Warning } from './actions.ts';
import { billLineage, BLOCK_SIZE, type BlockSnapshot } from './cost-blocks.ts';
import type { SizedSnapshot } from './cost-estimate.ts';
import { costRows, totalOf, type CostRow, type Holding } from './cost-rows.ts';
import type { PrunePlan, Refusal } from './plan-prune.ts';
import { warningsOfPolicies } from './point-warnings.ts';
import type { RegionPrice } from './prices.ts';
import type { Steady } from './steady.ts';
import { priceIn } from './snapshot-prices.ts';

/** What the account says, on which costs are worked out. */
export interface CostFacts {
  readonly place: Place;
  readonly deployment: string;
  /** Of all policies: they may share volumes. */
  readonly plan: PrunePlan;
  readonly snapshots: readonly SizedSnapshot[];
  /** Absent: it was not asked for. */
  readonly steady?: Steady;
  /** Policies of the file that DLM runs: what it makes by them is in no figure. */
  readonly byDlm: readonly string[];
}

/** What was read by the EBS direct APIs. */
export interface BlockFacts {
  readonly blocks: ReadonlyMap<string, readonly BlockSnapshot[]>;
  readonly requests: number;
  /** Volumes that could not be read: they are estimated. */
  readonly failures: readonly Warning[];
}

export interface ExactSnapshot {
  readonly id: string;
  readonly billedBytes: number;
  readonly freesBytes: number;
  readonly fullBytes: number;
}

export interface SteadyTotal extends Pick<Steady, 'days' | 'growing'> {
  readonly holding: Holding;
}

export interface CostReport {
  readonly place: Place;
  readonly deployment: string;
  /** Absent: there is none for the Region. */
  readonly price?: RegionPrice;
  readonly rows: readonly CostRow[];
  readonly now: Holding;
  readonly later: Holding;
  /** Once retention is full, always estimated. Absent: it was not asked for. */
  readonly steady?: SteadyTotal;
  readonly isExact: boolean;
  /** Those whose blocks were read. */
  readonly snapshots: readonly ExactSnapshot[];
  readonly byDlm: readonly string[];
  /** How many requests of the EBS direct APIs were made. */
  readonly requests: number;
  readonly refused: readonly Refusal[];
  /** First what was not read, as that makes the command fail. */
  readonly warnings: readonly Warning[];
}

/** Of one policy only where one is named; what it shares with others is worked out over all. */
export function costReport(facts: CostFacts, policy: string | undefined, read?: BlockFacts): CostReport {
  const { place, deployment, plan, snapshots, byDlm, steady } = facts;
  const price = priceIn(place.region);
  const rows = costRows({
    points: plan.verdicts.map(({ point }) => point),
    actions: plan.actions,
    snapshots,
    ...(read && { blocks: read.blocks }),
    ...(steady && { steady: steady.held }),
  }).filter((row) => policy === undefined || row.policy === policy);
  return {
    place,
    deployment,
    ...(price && { price }),
    rows,
    now: totalOf(rows.map(({ now }) => now)),
    later: totalOf(rows.map(({ later }) => later)),
    ...(steady && { steady: steadyTotal(steady, rows, policy) }),
    isExact: rows.every(({ isExact }) => isExact),
    snapshots: [...(read?.blocks.values() ?? [])].flatMap((lineage) => exactSnapshots(lineage)),
    byDlm: byDlm.filter((name) => policy === undefined || name === policy),
    requests: read?.requests ?? 0,
    refused: plan.refused.filter((one) => policy === undefined || one.policy === policy),
    warnings: [...(read?.failures ?? []), ...warningsOfPolicies(plan.warnings, policy)],
  };
}

function steadyTotal(
  { days, growing }: Steady,
  rows: readonly CostRow[],
  policy: string | undefined,
): SteadyTotal {
  return {
    days,
    growing: growing.filter((name) => policy === undefined || name === policy),
    holding: totalOf(rows.flatMap(({ steady }) => steady ?? [])),
  };
}

function exactSnapshots(lineage: readonly BlockSnapshot[]): ExactSnapshot[] {
  return billLineage(lineage).map(({ id, billed, frees, full }) => ({
    id,
    billedBytes: billed * BLOCK_SIZE,
    freesBytes: frees * BLOCK_SIZE,
    fullBytes: full * BLOCK_SIZE,
  }));
}

/** Which snapshots share a volume with what a policy made: all that have to be read to know what that costs. */
export function ofPolicy(
  { plan }: CostFacts,
  policy: string | undefined,
): (snapshot: SizedSnapshot) => boolean {
  if (policy === undefined) return () => true;
  const points = plan.verdicts.map(({ point }) => point).filter((point) => point.policy === policy);
  const ids = new Set(points.flatMap(({ snapshotIds }) => snapshotIds));
  return ({ id }) => ids.has(id);
}
