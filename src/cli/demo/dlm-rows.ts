import { DLM_POLICY, MARK } from '../../lib/plan/marks.ts';
import type { SimulatedRegion } from '../../simulator/region.ts';

/** What DLM did for one lifecycle policy of ours over the days of the demo. */
export interface DlmRow {
  readonly policy: string;
  readonly id: string;
  readonly state: string;
  readonly made: number;
  readonly deleted: number;
  /** What of it exists at the end: AMIs, and snapshots of none. */
  readonly kept: number;
}

export function dlmRows(region: SimulatedRegion): readonly DlmRow[] {
  const images = region.images();
  const mapped = new Set(images.flatMap(({ snapshotIds }) => snapshotIds));
  const existing = [...images, ...region.snapshots().filter(({ id }) => !mapped.has(id))];
  return region.lifecyclePolicies().flatMap(({ id, state, tags }) => {
    const policy = tags[MARK.policy];
    if (policy === undefined) return [];
    const activity = region.lifecycleActivity(id);
    return [
      {
        policy,
        id,
        state,
        made: (activity.SnapshotsCreateCompleted ?? 0) + (activity.ImagesCreateCompleted ?? 0),
        deleted: (activity.SnapshotsDeleteCompleted ?? 0) + (activity.ImagesDeregisterCompleted ?? 0),
        kept: existing.filter((one) => one.tags[DLM_POLICY] === id).length,
      },
    ];
  });
}
