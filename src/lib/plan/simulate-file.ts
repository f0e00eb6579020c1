/** A policy file over years: each policy, and each of its copies, for one source that has nothing at first. */

import { formatKeep, type Keep } from '../policy/keep.ts';
import type { Copy, Policy, PolicyFile } from '../policy/policy.ts';
import { pruneRounds, type Round } from './prune-rounds.ts';
import { retain, type Verdict } from './retention.ts';
import { existsAt, type Life } from './future-snapshots.ts';
import { ARCHIVED_AT_LEAST } from './protect-archive.ts';
import { simulateSource, type Simulation } from './simulate-policy.ts';

const DAY = 86_400_000;

export interface SimulateFileInput {
  readonly file: PolicyFile;
  readonly from: number;
  readonly days: number;
  /** Only this policy. */
  readonly policy?: string;
  readonly isMissed?: (slot: number) => boolean;
}

export interface PolicySimulation {
  readonly policy: Policy;
  /** Absent: the backups themselves. */
  readonly copy?: Copy;
  readonly keep: Keep;
  readonly simulation: Simulation;
  /** Of all that were made. Where snapshots go to the archive their ends are known for as long as that needs. */
  readonly lives: readonly Life[];
  /** Age (ms) from which its snapshots are archived; never AMIs, nor copies. */
  readonly archiveAfter?: number;
}

export interface FileSimulation {
  readonly policies: readonly PolicySimulation[];
  /** Policies that Amazon DLM runs by rules of its own. */
  readonly notSimulated: readonly string[];
}

/** Sources of a policy without rules of their own all fare alike, so one stands for them. */
export function simulateFile({ file, policy: only, ...input }: SimulateFileInput): FileSimulation {
  const isWanted = ({ name }: { readonly name: string }): boolean => only === undefined || name === only;
  return {
    policies: file.policies.filter(isWanted).flatMap((policy) => simulatePolicy(policy, file, input)),
    notSimulated: file.dlmPolicies.filter(isWanted).map(({ name }) => name),
  };
}

type Span = Omit<SimulateFileInput, 'file' | 'policy'>;

function simulatePolicy(policy: Policy, file: PolicyFile, span: Span): PolicySimulation[] {
  const rounds = roundsOf(policy, file, span);
  const known = new Map<string, Simulation>();
  const simulate = (keep: Keep): Simulation => {
    const key = formatKeep(keep);
    const { timezone } = policy;
    const { maxShare } = file.prune;
    const simulation = known.get(key) ?? simulateSource({ ...span, keep, timezone, rounds, maxShare });
    known.set(key, simulation);
    return simulation;
  };
  const copies = policy.copies.map((copy) => {
    const keep = copy.keep ?? policy.keep;
    const simulation = simulate(keep);
    return { policy, copy, keep, simulation, lives: simulation.points };
  });
  const own = { policy, keep: policy.keep, simulation: simulate(policy.keep) };
  return [{ ...own, ...archivedLives(own, file, span) }, ...copies];
}

/** What is let go soon after is not archived, so that must be known of the last ones too. */
function archivedLives(
  { policy, simulation }: Pick<PolicySimulation, 'policy' | 'simulation'>,
  file: PolicyFile,
  span: Span,
): Pick<PolicySimulation, 'lives' | 'archiveAfter'> {
  const { archiveAfter, backup, keep, timezone } = policy;
  if (archiveAfter === undefined || backup === 'image') return { lives: simulation.points };
  const longer = { ...span, days: span.days + ARCHIVED_AT_LEAST / DAY };
  const rounds = roundsOf(policy, file, longer);
  const { points } = simulateSource({ ...longer, keep, timezone, rounds, maxShare: file.prune.maxShare });
  return { lives: points, archiveAfter };
}

/** When a policy's backups are made and pruned: the same for all of its sources. */
export function roundsOf(
  policy: Pick<Policy, 'schedule' | 'timezone'>,
  file: Pick<PolicyFile, 'prune' | 'timezone'>,
  { from, days }: Pick<Span, 'from' | 'days'>,
): Round[] {
  const prune = { schedule: file.prune.schedule, timezone: file.timezone };
  return [...pruneRounds(policy, prune, { from, to: from + days * DAY })];
}

export interface ExistingPoint {
  readonly slot: number;
  /** That of a prune at this instant. */
  readonly verdict: Verdict;
}

/** What of a simulated policy exists at an instant, oldest first, and why it does. */
export function existingAt(
  { policy, keep, simulation }: Pick<PolicySimulation, 'policy' | 'keep' | 'simulation'>,
  at: number,
): ExistingPoint[] {
  const present = simulation.points.filter((point) => existsAt(point, at));
  const verdicts = retain(
    present.map(({ slot }) => ({ slot, state: 'good' })),
    { keep, timezone: policy.timezone, now: at, source: 'the source' },
  );
  return present.flatMap(({ slot }, index) => {
    const verdict = verdicts[index];
    return verdict ? [{ slot, verdict }] : [];
  });
}
