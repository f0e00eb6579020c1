/** What a backup of each policy and a prune would do now, on one reading of the account. */

import { manualSlot } from '../plan/backup-slot.ts';
import { planBackup, tagProblems, type BackupPlan } from '../plan/plan-backup.ts';
import type { Skipped } from '../plan/actions.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import type { RunContext } from './context.ts';
import { knowAgents } from './know-agents.ts';
import { isBackedUp } from './place.ts';
import { decidePrune } from './prune.ts';
import { readAllPoints, readAllSources } from './read.ts';

export interface WholePlan {
  /** One for each policy of the file, in its order, as a manual slot. */
  readonly backups: readonly BackupPlan[];
  readonly prune: PrunePlan;
  readonly tagProblems: readonly Skipped[];
}

export async function planEverything(context: RunContext): Promise<WholePlan> {
  const [points, sources] = await Promise.all([readAllPoints(context), readAllSources(context)]);
  const { file } = context;
  const policiesHere = isBackedUp(file, context.place) ? file.policies : [];
  const slot = manualSlot(context.clock.now());
  const backups = policiesHere.map((policy) =>
    planBackup({ ...sources, file, policy, slot, trigger: 'manual', points: points.points }),
  );
  return {
    backups: await knowAgents(backups, context),
    prune: await decidePrune({}, { points, sources }, context),
    tagProblems: tagProblems(file, sources),
  };
}
