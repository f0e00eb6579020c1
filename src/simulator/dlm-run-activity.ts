import type { World } from './world.ts';

/** What DLM counts of a policy, by the names of its CloudWatch metrics. */
export type ActivityName =
  | 'ResourcesTargeted'
  | `Snapshots${'Create' | 'Delete' | 'CopiedRegion' | 'CopiedRegionDelete' | 'Archive'}${Outcome}`
  | `Images${'Create' | 'Deregister' | 'CopiedRegion' | 'CopiedRegionDeregister'}${Outcome}`
  | 'SnapshotsShared'
  | 'SnapshotsUnshared'
  | 'EnableImageDeprecationCompleted'
  | `${'PreScript' | 'PostScript' | 'VSSBackup'}${Outcome}`;

type Outcome = 'Completed' | 'Failed';

/** How often each thing happened since the policy was created; what never happened is absent. */
export type LifecycleActivity = Readonly<Partial<Record<ActivityName, number>>>;

export function count(world: World, policyId: string, name: ActivityName, by = 1): void {
  if (by === 0) return;
  const { lifecycleActivity: activity } = world.store;
  const counts = activity.get(policyId) ?? new Map<ActivityName, number>();
  counts.set(name, (counts.get(name) ?? 0) + by);
  activity.set(policyId, counts);
}

/** One run of a script on an instance. */
export interface ScriptRun {
  readonly policyId: string;
  readonly instanceId: string;
  readonly document: string;
  readonly stage: 'PRE' | 'POST' | 'VSS';
  readonly at: number;
  readonly succeeded: boolean;
}
