/** Costs as JSON. Scripts rely on this shape: fields may be added, none renamed or removed. */

import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { CostReport, ExactSnapshot } from '../plan/cost-report.ts';
import type { CostRow, Holding } from '../plan/cost-rows.ts';
import type { Warning } from '../plan/actions.ts';
import type { Refusal } from '../plan/plan-prune.ts';
import type { PricedHolding } from '../plan/priced.ts';
import { PRICES_AS_OF, type RegionPrice } from '../plan/prices.ts';
import { monthlyCost, priceSources, requestCost, type Range } from '../plan/snapshot-prices.ts';
import type { Place } from '../policy/policy.ts';

export interface HoldingJson {
  readonly points: number;
  readonly snapshots: number;
  readonly fullBytes: number;
  readonly standardBytes: Range;
  readonly archiveBytes: Range;
  /** Absent for a Region without a price. */
  readonly usdPerMonth?: Range;
}

interface RowJson {
  /** Absent: snapshots of no recovery point. */
  readonly policy?: string;
  readonly source?: string;
  readonly basis: 'exact' | 'estimate';
  readonly now: HoldingJson;
  readonly afterPrune: HoldingJson;
  /** Once retention is full, always an estimate. */
  readonly steady?: HoldingJson;
}

export interface CostJson {
  readonly version: 1;
  readonly deployment: string;
  readonly place: Place;
  readonly basis: 'exact' | 'estimate';
  /** What an estimate takes for granted; empty when nothing is estimated. */
  readonly assumptions: readonly string[];
  readonly price?: RegionPrice & { readonly asOf: string; readonly sources: readonly string[] };
  readonly rows: readonly RowJson[];
  readonly total: {
    readonly now: HoldingJson;
    readonly afterPrune: HoldingJson;
    readonly steady?: HoldingJson;
  };
  /** In how many days retention is full, and the policies whose is not; estimated, whatever the basis of the others. */
  readonly steady?: {
    readonly days: number;
    readonly growing: readonly string[];
    readonly assumptions: readonly string[];
  };
  readonly snapshots: readonly ExactSnapshot[];
  /** Policies that DLM runs: what it makes by them is in no figure. */
  readonly notCounted: readonly string[];
  readonly requests: number;
  readonly requestsUsd: number;
  readonly refused: readonly Refusal[];
  readonly warnings: readonly Warning[];
}

export function costJson(report: CostReport): CostJson {
  const { deployment, place, isExact, price, rows, now, later, snapshots, requests, steady } = report;
  return {
    version: 1,
    deployment,
    place,
    basis: basisOf(isExact),
    assumptions: isExact ? [] : ESTIMATE_WORDS,
    ...(price && { price: { ...price, asOf: PRICES_AS_OF, sources: priceSources(price) } }),
    rows: rows.map((row) => rowJson(row, price)),
    total: {
      now: holdingJson(now, price),
      afterPrune: holdingJson(later, price),
      ...(steady && { steady: holdingJson(steady.holding, price) }),
    },
    ...(steady && {
      steady: { days: steady.days, growing: steady.growing, assumptions: ESTIMATE_WORDS },
    }),
    snapshots,
    notCounted: report.byDlm,
    requests,
    requestsUsd: requestCost(requests),
    refused: report.refused,
    warnings: report.warnings,
  };
}

function rowJson(
  { policy, source, isExact, now, later, steady }: CostRow,
  price: RegionPrice | undefined,
): RowJson {
  return {
    ...(policy !== undefined && { policy }),
    ...(source !== undefined && { source }),
    basis: basisOf(isExact),
    now: holdingJson(now, price),
    afterPrune: holdingJson(later, price),
    ...(steady && { steady: holdingJson(steady, price) }),
  };
}

function holdingJson(holding: Holding, price: RegionPrice | undefined): HoldingJson {
  return pricedJson({ ...holding, ...(price && { usd: monthlyCost(holding.stored, price) }) });
}

/** The same of what has its price already. */
export function pricedJson({ stored, usd, ...counts }: PricedHolding): HoldingJson {
  return {
    ...counts,
    standardBytes: stored.standard,
    archiveBytes: stored.archive,
    ...(usd && { usdPerMonth: usd }),
  };
}

function basisOf(isExact: boolean): 'exact' | 'estimate' {
  return isExact ? 'exact' : 'estimate';
}
