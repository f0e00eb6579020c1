/** Plans as JSON. Scripts rely on these shapes: fields may be added, none renamed or removed. */

import type { Action, Skipped } from '../plan/actions.ts';
import type { BackupPlan } from '../plan/plan-backup.ts';
import type { PrunePlan, Refusal } from '../plan/plan-prune.ts';
import type { PointVerdict } from '../plan/point-verdicts.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import type { RecycleBinJson } from './bin-text.ts';

export interface PlanParts {
  readonly place: Place;
  readonly deployment: string;
  readonly backups: readonly BackupPlan[];
  readonly prune?: PrunePlan;
  readonly tagProblems: readonly Skipped[];
  /** Absent: nothing is deleted. */
  readonly recycleBin?: RecycleBinJson | undefined;
}

interface ActionJson {
  readonly action: Action['action'];
  readonly policy: string;
  readonly source: string;
  readonly slot: string;
  readonly reason: string;
  readonly id?: string;
}

interface VerdictJson {
  readonly id: string;
  readonly source: string;
  readonly policy: string;
  readonly decision: 'keep' | 'prune';
  readonly reasons: readonly string[];
  readonly slot: string;
  readonly state: string;
  readonly snapshots: readonly string[];
  /** Of a copy: where its original is, or was. */
  readonly copiedFrom?: { readonly place: Place; readonly point: string };
}

export interface PlanJson {
  readonly version: 1;
  readonly deployment: string;
  readonly place: Place;
  readonly actions: readonly ActionJson[];
  readonly verdicts: readonly VerdictJson[];
  readonly skipped: readonly Skipped[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly Skipped[];
  /** Absent: nothing is deleted. */
  readonly recycleBin?: RecycleBinJson;
}

/** What would be done, in the order in which it would be done. */
export function planJson({
  place,
  deployment,
  backups,
  prune,
  tagProblems,
  recycleBin,
}: PlanParts): PlanJson {
  const actions: readonly Action[] = [...backups.flatMap((plan) => plan.actions), ...(prune?.actions ?? [])];
  return {
    version: 1,
    deployment,
    place,
    actions: actions.map(actionJson),
    verdicts: (prune?.verdicts ?? []).map(verdictJson),
    skipped: [...tagProblems, ...backups.flatMap(skippedOf), ...(prune?.skipped ?? [])],
    refused: prune?.refused ?? [],
    warnings: [...backups.flatMap(({ warnings }) => warnings), ...(prune?.warnings ?? [])],
    ...(recycleBin && { recycleBin }),
  };
}

/** Sources of one backup plan for which nothing is made. */
export function skippedOf({ alreadyMade, skipped }: BackupPlan): Skipped[] {
  const made = alreadyMade.map(({ source, point }) => ({
    id: source,
    policy: point.policy,
    reason: `slot ${formatInstant(point.slot)} is already made: ${point.id} (${point.state})`,
  }));
  return [...made, ...skipped];
}

export function verdictJson({ point, verdict }: PointVerdict): VerdictJson {
  const { id, source, policy, slot, state, snapshotIds } = point;
  const { decision, reasons } = verdict;
  const json = {
    id,
    source,
    policy,
    decision,
    reasons,
    slot: formatInstant(slot),
    state,
    snapshots: snapshotIds,
  };
  if (!point.copiedFrom) return json;
  const { place, point: original } = point.copiedFrom;
  return { ...json, copiedFrom: { place, point: original } };
}

export function actionJson(action: Action): ActionJson {
  return { ...action, slot: formatInstant(action.slot) };
}
