import { groupVerdicts } from '../src/lib/plan/point-verdicts.ts';
import { retain } from '../src/lib/plan/retention.ts';
import type { RecoveryPoint } from '../src/lib/plan/recovery-points.ts';
import { parseKeep, type Keep } from '../src/lib/policy/keep.ts';
import type { PolicyFile } from '../src/lib/policy/policy.ts';
import { parsePolicies } from '../src/lib/policy/parse-policies.ts';
import type { BenchRow } from './main.ts';

const NOW = Date.UTC(2026, 10, 22);
const PLACE = { account: '111122223333', region: 'ap-northeast-2' };
const STEP = 6 * 3_600_000;
const POINTS_A_SOURCE = 100;
const ROUNDS = 5;

const KEEPS = ['daily=7 weekly=4 monthly=12', 'last=10 hourly=24 daily=14 within=14d within-weekly=1y'];

/** Best of some rounds: the rules alone, and the whole verdicts with grouping, duplicates, pins and what holds them. */
export function retentionRows(): BenchRow[] {
  return KEEPS.flatMap((rules) => {
    const file = policyFile(rules);
    const [small, large] = [points(10_000), points(1_000_000)];
    const bound = 'under 2 s on one core; a point at most 1.3 times the cost at 10,000 points';
    const what = `1,000,000 points of 10,000 sources, keep ${rules}, Asia/Seoul`;
    return [
      {
        what: `retention of ${what}`,
        bound,
        measured: compare(bySource(small), bySource(large), judgeEach(file)),
      },
      {
        what: `the same with grouping, duplicates and pins: ${what}`,
        bound: '(no bound of its own)',
        measured: compare(
          small,
          large,
          (all) => void groupVerdicts(all, { file, now: NOW, place: PLACE, sources: new Map() }),
        ),
      },
    ];
  });
}

function judgeEach({ policies: [policy] }: PolicyFile): (groups: readonly RecoveryPoint[][]) => void {
  if (!policy) throw new Error('the bench has no policy');
  const { keep, timezone } = policy;
  return (groups) => {
    for (const group of groups) retain(group, { keep, timezone, now: NOW, source: group[0]?.source ?? '' });
  };
}

function bySource(all: readonly RecoveryPoint[]): RecoveryPoint[][] {
  const groups: RecoveryPoint[][] = [];
  for (let at = 0; at < all.length; at += POINTS_A_SOURCE) groups.push(all.slice(at, at + POINTS_A_SOURCE));
  return groups;
}

function compare<T>(small: T, large: T, work: (input: T) => void): string {
  const [few, many] = [bestOf(() => work(small)), bestOf(() => work(large))];
  return `${(many / 1000).toFixed(2)} s; ${(many / few / 100).toFixed(2)} times (10,000 points: ${few.toFixed(1)} ms)`;
}

function bestOf(work: () => void): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
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
