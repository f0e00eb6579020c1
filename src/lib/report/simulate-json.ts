/** Simulations as JSON. Scripts rely on this shape: fields may be added, none renamed or removed. */

import type { PolicySimulation } from '../plan/simulate-file.ts';
import { lookAt, looksOf, simulatedName } from '../plan/simulate-look.ts';
import { pairsOf } from '../plan/simulate-pairs.ts';
import { GUARDED_SOURCES } from '../plan/simulate-policy.ts';
import { formatInstant } from '../policy/instant.ts';
import { formatKeep } from '../policy/keep.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import { pricedRegions, simulatedCost, simulatedTotal, type CostTerms } from '../plan/simulate-cost.ts';
import { priceNote } from '../plan/snapshot-prices.ts';
import { pricedJson } from './cost-json.ts';
import { sourceWords, type NamedSimulation } from './simulate-text.ts';

const HOUR = 3_600_000;

export interface SimulationTerms extends CostTerms {
  readonly from: number;
  readonly days: number;
  /** 0…1 */
  readonly missedShare: number;
}

/** One entry of `files` for each file; with two, `differing` names what is not the same in both. */
export function simulationJson(terms: SimulationTerms, files: readonly NamedSimulation[]): object {
  const { from, days, missedShare } = terms;
  const [left, right] = files;
  return {
    version: 1,
    from: formatInstant(from),
    days,
    missedShare,
    cost: {
      ...{ basis: 'estimate', sourceGib: terms.sourceGib, region: terms.region },
      assumptions: [sourceWords(terms), ...ESTIMATE_WORDS],
      prices: pricedRegions(
        files.map(({ simulation }) => simulation),
        terms,
      ).map(priceNote),
    },
    files: files.map(({ path, simulation }) => ({
      file: path,
      policies: simulation.policies.map((simulated) => policyJson(simulated, terms)),
      notSimulated: simulation.notSimulated,
      total: looksOf(days).map((day) => ({ day, ...pricedJson(simulatedTotal(simulation, day, terms)) })),
    })),
    ...(left &&
      right && {
        differing: pairsOf(left.simulation, right.simulation)
          .filter(({ differs }) => differs)
          .map(({ name }) => name),
      }),
  };
}

function policyJson(simulated: PolicySimulation, terms: CostTerms): object {
  const { policy, copy, keep, simulation } = simulated;
  const { made, missed, mostAtOnce, worstGap, longestWait, refused, counts, points, days } = simulation;
  return {
    name: simulatedName(simulated),
    policy: policy.name,
    ...(copy && { copy: { account: copy.account ?? null, region: copy.region } }),
    schedule: policy.schedule.cron,
    timezone: policy.timezone,
    keep: formatKeep(keep),
    made,
    missed,
    keptAtEnd: counts.at(-1) ?? 0,
    mostAtOnce: mostAtOnce ? { count: mostAtOnce.count, at: formatInstant(mostAtOnce.at) } : null,
    worstGap: worstGap
      ? { ...spanJson(worstGap.ms, worstGap.from, worstGap.to), at: formatInstant(worstGap.at) }
      : null,
    longestWait: longestWait ? spanJson(longestWait.ms, longestWait.from, longestWait.until) : null,
    refused: refused && { ...refused, at: formatInstant(refused.at), sources: GUARDED_SOURCES },
    looks: looksOf(days).map((day) => lookJson(simulated, day, terms)),
    counts,
    points: points.map(({ slot, prunedAt, reasons }) => ({
      slot: formatInstant(slot),
      prunedAt: prunedAt === undefined ? null : formatInstant(prunedAt),
      reasons,
    })),
  };
}

function lookJson(simulated: PolicySimulation, day: number, terms: CostTerms): object {
  const { at, points, oldestAge, widestGap } = lookAt(simulated, day);
  return {
    day,
    at: formatInstant(at),
    oldestHours: oldestAge === undefined ? null : oldestAge / HOUR,
    widestGapHours: widestGap === undefined ? null : widestGap / HOUR,
    cost: pricedJson(simulatedCost(simulated, day, terms)),
    points: points.map(({ slot, verdict: { decision, reasons } }) => ({
      slot: formatInstant(slot),
      decision,
      reasons,
    })),
  };
}

function spanJson(ms: number, from: number, to: number): object {
  return { hours: ms / HOUR, from: formatInstant(from), to: formatInstant(to) };
}
