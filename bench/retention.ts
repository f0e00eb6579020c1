import { groupVerdicts } from '../src/lib/plan/point-verdicts.ts';
import type { RecoveryPoint } from '../src/lib/plan/recovery-points.ts';
import { parseKeep, type Keep } from '../src/lib/policy/keep.ts';
import type { PolicyFile } from '../src/lib/policy/policy.ts';
import { parsePolicies } from '../src/lib/policy/parse-policies.ts';
import type { BenchRow } from './main.ts';

const NOW = Date.UTC(2026, 10, 22);
const STEP = 6 * 3_600_000;
const POINTS_A_SOURCE = 100;
const ROUNDS = 5;

const KEEPS = ['daily=7 weekly=4 monthly=12', 'last=10 hourly=24 daily=14 within=14d within-weekly=1y'];

/** Best of some rounds, whole verdicts: grouping, duplicates, goodness, rules, guards and reasons. */
export function retentionRows(): BenchRow[] {
  return KEEPS.map((rules) => {
    const file = policyFile(rules);
    const small = bestOf(points(10_000), file);
    const large = bestOf(points(1_000_000), file);
    const ratio = large / 1_000_000 / (small / 10_000);
    return {
      what: `retention of 1,000,000 points of 10,000 sources, keep ${rules}, Asia/Seoul`,
      bound: 'under 2 s on one core; a point at most 1.3 times the cost at 10,000 points',
      measured: `${(large / 1000).toFixed(2)} s; ${ratio.toFixed(2)} times (10,000 points: ${small.toFixed(1)} ms)`,
    };
  });
}

function bestOf(all: readonly RecoveryPoint[], file: PolicyFile): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    const verdicts = groupVerdicts(all, { file, now: NOW, sources: new Map() });
    best = Math.min(best, performance.now() - start);
    if (verdicts.length !== all.length)
      throw new Error(`${verdicts.length} verdicts for ${all.length} points`);
  }
  return best;
}

function points(count: number): RecoveryPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const source = `i-${String(Math.floor(index / POINTS_A_SOURCE)).padStart(17, '0')}`;
    const slot = NOW - (index % POINTS_A_SOURCE) * STEP;
    const id = `ami-${String(index).padStart(17, '0')}`;
    return {
      ...{ id, policy: 'p', source, slot, kind: 'image', state: 'good', madeAt: slot, imageId: id },
      ...{ snapshotIds: [], deregistrationProtected: false, mappedBy: [], foreignSnapshots: [] },
    };
  });
}

function policyFile(rules: string): PolicyFile {
  const text =
    'version: 1\ndeployment: bench\ntimezone: Asia/Seoul\npolicies:\n  p: { backup: image, schedule: every 6 hours }\n';
  const parsed = parsePolicies(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const keep = requireKeep(rules);
  return { ...parsed.file, policies: parsed.file.policies.map((policy) => ({ ...policy, keep })) };
}

function requireKeep(rules: string): Keep {
  const keep = parseKeep(rules);
  if (!keep.ok) throw new Error(keep.problem);
  return keep.value;
}
