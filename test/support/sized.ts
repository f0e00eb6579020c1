import type { SizedSnapshot } from '../../src/lib/plan/cost-estimate.ts';
import { GB } from '../../src/lib/plan/snapshot-prices.ts';

const DAY = 86_400_000;

/** 100 GB of a volume of 200, taken on a day of November. */
export function sized(id: string, day: number, rest: Partial<SizedSnapshot> = {}): SizedSnapshot {
  const at = Date.UTC(2026, 10, 1) + day * DAY;
  return {
    id,
    lineage: 'vol-1',
    startedAt: at,
    takenAt: at,
    fullBytes: 100 * GB,
    volumeBytes: 200 * GB,
    isArchived: false,
    isRestored: false,
    isCompleted: true,
    ...rest,
  };
}
