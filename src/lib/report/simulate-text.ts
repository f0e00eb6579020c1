/** A simulated policy file as text for people, alone or beside another. */

import type { FileSimulation, PolicySimulation } from '../plan/simulate-file.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { PricedHolding } from '../plan/priced.ts';
import { pricedRegions, simulatedCost, simulatedTotal, type CostTerms } from '../plan/simulate-cost.ts';
import { priceNote } from '../plan/snapshot-prices.ts';
import { pricedText } from './cost-text.ts';
import { lookAt, looksOf, simulatedName, type DayLook } from '../plan/simulate-look.ts';
import { pairsOf, type SimulatedPair } from '../plan/simulate-pairs.ts';
import { GUARDED_SOURCES } from '../plan/simulate-policy.ts';
import { formatMinute } from '../policy/instant.ts';
import { formatKeep } from '../policy/keep.ts';
import { kindOfReason } from './plan-text.ts';
import { sideBySide, type Row } from './side-by-side.ts';
import { formatAge, plural, type Paint } from './text.ts';

export interface LookTerms extends CostTerms {
  readonly days: number;
}

export interface NamedSimulation {
  /** The path of the policy file. */
  readonly path: string;
  readonly simulation: FileSimulation;
}

/** A table for each policy and each of its copies. */
export function simulationText({ simulation }: NamedSimulation, terms: LookTerms, paint: Paint): string[] {
  const tables = simulation.policies.flatMap((policy) => [
    paint.bold(simulatedName(policy)),
    ...sideBySide([rowsOf(policy, terms)], [], paint),
    ...refusedText(policy, paint),
    '',
  ]);
  return [
    ...tables,
    ...totalText([simulation], [], terms, paint),
    ...notSimulatedText(simulation, paint),
    ...costWords([simulation], terms),
  ];
}

/** The same with a column for each of two files; what differs is marked. */
export function comparisonText(
  [left, right]: readonly [NamedSimulation, NamedSimulation],
  terms: LookTerms,
  paint: Paint,
): string[] {
  const paths = [left.path, right.path];
  const both = [left.simulation, right.simulation];
  const pairs = pairsOf(left.simulation, right.simulation);
  const tables = pairs.flatMap((pair) => [
    paint.bold(pair.name) + (pair.differs ? '' : ': the same in both'),
    ...(pair.differs ? sideBySide(columnsOf(pair, terms), paths, paint) : []),
    ...[pair.left, pair.right].flatMap((policy) => (policy ? refusedText(policy, paint) : [])),
    '',
  ]);
  const differing = pairs.filter(({ differs }) => differs).length;
  return [
    ...tables,
    ...totalText(both, paths, terms, paint),
    `${plural(pairs.length, 'simulation')}, ${differing === 0 ? 'all the same' : `${differing} of them different`}`,
    ...notSimulatedText(left.simulation, paint),
    ...notSimulatedText(right.simulation, paint),
    ...costWords(both, terms),
  ];
}

function columnsOf({ left, right }: SimulatedPair, terms: LookTerms): (Row[] | undefined)[] {
  return [left, right].map((policy) => policy && rowsOf(policy, terms));
}

function rowsOf(policy: PolicySimulation, terms: LookTerms): Row[] {
  const { made, missed, mostAtOnce, worstGap, longestWait, days } = policy.simulation;
  const looks = looksOf(days).map((day) => lookAt(policy, day));
  return [
    { label: 'schedule', value: `${policy.policy.schedule.text} ${policy.policy.timezone}` },
    { label: 'keep', value: formatKeep(policy.keep) || 'everything' },
    { label: 'runs', value: `${made} made, ${missed} missed` },
    { label: 'at the end', value: plural(looks.at(-1)?.points.length ?? 0, 'point') },
    {
      label: 'most at once',
      value: mostAtOnce ? `${mostAtOnce.count}, first at ${formatMinute(mostAtOnce.at)}` : 'none',
    },
    {
      label: 'worst gap',
      value: worstGap
        ? `${formatAge(worstGap.ms)}, from ${formatMinute(worstGap.from)} to ${formatMinute(worstGap.to)}, first at ${formatMinute(worstGap.at)}`
        : 'none: there were never two',
    },
    {
      label: 'longest wait',
      value: longestWait
        ? `${formatAge(longestWait.ms)}, from ${formatMinute(longestWait.from)} to ${formatMinute(longestWait.until)}`
        : 'for ever: nothing was made',
    },
    ...looks.map((look) => ({ label: `day ${look.day}`, value: lookText(look) })),
    ...costRowsOf(terms, (day) => simulatedCost(policy, day, terms)),
  ];
}

/** What all of it costs: one source of each policy, and its copies. */
function totalText(
  simulations: readonly FileSimulation[],
  paths: readonly string[],
  terms: LookTerms,
  paint: Paint,
): string[] {
  if (simulations.every(({ policies }) => policies.length === 0)) return [];
  const columns = simulations.map((simulation) =>
    costRowsOf(terms, (day) => simulatedTotal(simulation, day, terms)),
  );
  return [paint.bold('total'), ...sideBySide(columns, paths, paint), ''];
}

function costRowsOf({ days }: LookTerms, costOf: (day: number) => PricedHolding): Row[] {
  return looksOf(days).map((day) => ({ label: `monthly cost, day ${day}`, value: pricedText(costOf(day)) }));
}

/** What the amounts rest on. */
function costWords(simulations: readonly FileSimulation[], terms: LookTerms): string[] {
  if (simulations.every(({ policies }) => policies.length === 0)) return [];
  return [sourceWords(terms), ...ESTIMATE_WORDS, ...pricedRegions(simulations, terms).map(priceNote)];
}

export function sourceWords({ sourceGib, region }: CostTerms): string {
  return `A source is taken to have one volume with ${sourceGib} GiB written (--source-gib), which no other policy backs up, in ${region} (--region).`;
}

function lookText({ points, oldestAge, widestGap }: DayLook): string {
  if (oldestAge === undefined) return 'nothing';
  const gap = widestGap === undefined ? '' : `, widest gap ${formatAge(widestGap)}`;
  return `${plural(points.length, 'point')}, the oldest ${formatAge(oldestAge)} old${gap}: ${kindsText(points)}`;
}

/** `daily 7, weekly 4`: a point that two rules keep counts for both. */
function kindsText(points: DayLook['points']): string {
  const counts = new Map<string, number>();
  for (const { verdict } of points.toReversed()) {
    const kinds = verdict.decision === 'prune' ? ['until the next prune'] : verdict.reasons.map(kindOfReason);
    for (const kind of new Set(kinds)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

function refusedText({ simulation: { refused } }: PolicySimulation, paint: Paint): string[] {
  if (!refused) return [];
  return [
    paint.bad(
      `  The guard would refuse the prune of ${formatMinute(refused.at)} where ${GUARDED_SOURCES} sources fare like this one: ${refused.reason}. ` +
        'From there on the figures are as if somebody accepted each.',
    ),
  ];
}

function notSimulatedText({ policies, notSimulated }: FileSimulation, paint: Paint): string[] {
  if (notSimulated.length === 0) return policies.length === 0 ? ['No policy of the file runs.'] : [];
  return [paint.warn(`Not simulated, because Amazon DLM runs them: ${notSimulated.join(', ')}`)];
}
