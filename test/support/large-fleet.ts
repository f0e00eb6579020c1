/** What would be read of a very large place, without reading it: volumes of one policy, with a snapshot a day each. */

import { NOT_NEEDED } from '../../src/lib/plan/safety.ts';
import { planPrune } from '../../src/lib/plan/plan-prune.ts';
import type { RecoveryPoint } from '../../src/lib/plan/recovery-points.ts';
import type { SizedSnapshot } from '../../src/lib/plan/cost-estimate.ts';
import type { Volume } from '../../src/lib/plan/inventory.ts';
import { watchPlace } from '../../src/lib/plan/watch-place.ts';
import { sourceFacts } from '../../src/lib/run/prune.ts';
import type { ReportFacts } from '../../src/lib/run/report.ts';
import { DAY, HOUR, parse, START } from './scenario.ts';

const POLICIES = `
version: 1
deployment: large
policies:
  daily: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 30 } }
`;

/** The last tenth of the volumes has not been backed up for two days. */
export function largeFleet({ sources: count, days }: { sources: number; days: number }): ReportFacts {
  const file = parse(POLICIES);
  const place = { account: '111122223333', region: 'us-east-1' };
  const at = START + 9 * HOUR;
  const volumes = Array.from({ length: count }, (_, index) => volumeOf(index));
  const points = volumes.flatMap(({ id }, index) => {
    const missing = index >= count * 0.9 ? 2 : 0;
    return Array.from({ length: days }, (_, day) => pointOf(id, index, day + missing));
  });
  const sources = { instances: [], volumes };
  const facts = sourceFacts(sources, file);
  const plan = planPrune({ file, now: at, place, points, leftAlone: [], sources: facts }, NOT_NEEDED);
  return {
    ...{ file, place, at, plan, sources: facts },
    watch: {
      ...{ place, measuredAt: at, backsUp: true },
      watch: watchPlace({ file, now: at, ...sources, points }),
      ...{ lifecycleErrors: [], refused: plan.refused, leftAlone: [], requests: [] },
    },
    cost: { place, deployment: file.deployment, plan, snapshots: points.map(sizeOf), byDlm: [] },
    names: new Map(volumes.map(({ id }) => [id, `a volume that is called ${id}`])),
  };
}

function hex(number: number): string {
  return number.toString(16).padStart(17, '0');
}

function volumeOf(index: number): Volume {
  return {
    ...{ id: `vol-${hex(index)}`, state: 'in-use', type: 'gp3', sizeGiB: 100 },
    ...{ createdAt: START - 100 * DAY, tags: new Map([['Backup', 'daily']]) },
  };
}

function pointOf(source: string, index: number, daysAgo: number): RecoveryPoint {
  const slot = START - daysAgo * DAY;
  const id = `snap-${hex(index * 1000 + daysAgo)}`;
  return {
    ...{ policy: 'daily', source, slot, id, kind: 'volume', state: 'good', madeAt: slot, snapshotIds: [id] },
    ...{ deregistrationProtected: false, foreignSnapshots: [], mappedBy: [] },
  };
}

function sizeOf({ id, source, slot }: RecoveryPoint): SizedSnapshot {
  return {
    ...{
      id,
      lineage: source,
      startedAt: slot,
      takenAt: slot,
      fullBytes: 50 * 2 ** 30,
      volumeBytes: 100 * 2 ** 30,
    },
    ...{ isArchived: false, isRestored: false, isCompleted: true },
  };
}
