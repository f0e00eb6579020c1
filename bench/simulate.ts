import { missedByChance } from '../src/lib/plan/missed-slots.ts';
import { roundsOf } from '../src/lib/plan/simulate-file.ts';
import { simulateSource } from '../src/lib/plan/simulate-policy.ts';
import { parsePolicies } from '../src/lib/policy/parse-policies.ts';
import type { Policy, PolicyFile } from '../src/lib/policy/policy.ts';
import type { BenchRow } from './main.ts';

const FROM = Date.UTC(2026, 10, 22);
const DAYS = 730;
const SOURCES = 1000;
const MISSED = 0.02;

/** Sources that fare alike are simulated once, so these do not: each misses other slots. */
export function simulateRows(): BenchRow[] {
  const { file, policy } = benchFile();
  const start = performance.now();
  const rounds = roundsOf(policy, file, { from: FROM, days: DAYS });
  const { maxShare } = file.prune;
  let [made, left] = [0, 0];
  for (let seed = 0; seed < SOURCES; seed += 1) {
    const isMissed = missedByChance(MISSED, seed);
    const simulation = simulateSource({ ...policy, from: FROM, days: DAYS, rounds, maxShare, isMissed });
    made += simulation.made;
    left += simulation.counts.at(-1) ?? 0;
  }
  return [
    {
      what: `simulate of ${SOURCES} sources over ${DAYS} days, daily=7 weekly=4 monthly=12 in Asia/Seoul, each with other ${MISSED * 100} % of runs missed`,
      bound: 'under 30 s',
      measured: `${((performance.now() - start) / 1000).toFixed(1)} s; ${made} made, ${left} left`,
    },
  ];
}

function benchFile(): { readonly file: PolicyFile; readonly policy: Policy } {
  const parsed = parsePolicies(`
version: 1
deployment: bench
timezone: Asia/Seoul
policies:
  p: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 7, weekly: 4, monthly: 12 } }
`);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const [policy] = parsed.file.policies;
  if (!policy) throw new Error('the bench has no policy');
  return { file: parsed.file, policy };
}
