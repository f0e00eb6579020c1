/** What exists already and changes its keeper when lifecycle policies come, change or go. */

import { formatKeep } from '../policy/keep.ts';
import type { PolicyFile } from '../policy/policy.ts';
import type { Warning } from './actions.ts';
import { groupBy } from './group-by.ts';
import { droppedSchedules, type Drift } from './lifecycle-drift.ts';
import type { LifecyclePolicy, WantedLifecyclePolicy } from './lifecycle-policy.ts';
import { fieldsOf } from './lifecycle-fields.ts';
import type { LifecyclePlan, UpdateLifecycleAction } from './plan-lifecycle.ts';
import type { RecoveryPoint } from './recovery-points.ts';

/** An AMI, or a snapshot of no AMI, that DLM made. */
export interface MadeByDlm {
  readonly id: string;
  /** The lifecycle policy's id. */
  readonly lifecyclePolicy: string;
  readonly schedule: string;
}

export interface LegacyInput {
  readonly plan: LifecyclePlan;
  readonly existing: readonly LifecyclePolicy[];
  /** What the lifecycle policies of `orphanedIds` made. */
  readonly made: readonly MadeByDlm[];
  /** Recovery points that the Lambdas made for policies that DLM runs now. */
  readonly points: readonly RecoveryPoint[];
  readonly file: PolicyFile;
}

/** Lifecycle policies of which the plan lets go of something: ask what they made. */
export function orphanedIds({ actions }: LifecyclePlan): readonly string[] {
  return actions.flatMap((action) => {
    if (action.action === 'delete-lifecycle-policy') return [action.id];
    return action.action === 'update-lifecycle-policy' && letsGo(action.drift) ? [action.id] : [];
  });
}

/** One warning for each group of backups that is kept by other rules, or by nobody, from now on. */
export function legacies(input: LegacyInput): Warning[] {
  const made = groupBy(input.made, ({ lifecyclePolicy }) => lifecyclePolicy);
  return [
    ...input.plan.actions.flatMap((action): Warning[] => {
      const { policy } = action;
      if (action.action === 'create-lifecycle-policy') return [];
      const own = made.get(action.id) ?? [];
      const copies = copyRegions(input.existing.find(({ id }) => id === action.id));
      if (action.action === 'delete-lifecycle-policy') {
        return orphans(own, { id: action.id, policy, what: `${action.id} is deleted`, copies });
      }
      const dropped = droppedSchedules(action.drift);
      const ofDropped = own.filter(({ schedule }) => dropped.includes(schedule));
      return [
        ...orphans(ofDropped, { id: action.id, policy, what: `schedule ${dropped.join(', ')} goes`, copies }),
        ...disabledByAge(action),
        ...(hasNewTargets(action.drift)
          ? orphans(
              own,
              { id: action.id, policy, what: 'its target tags change', copies },
              'of sources without the new tags ',
            )
          : []),
      ];
    }),
    ...lambdaPoints(input),
  ];
}

interface Orphaned {
  readonly id: string;
  readonly policy: string;
  readonly what: string;
  /** Regions that it copies to. */
  readonly copies: readonly string[];
}

function orphans(made: readonly MadeByDlm[], { id, policy, what, copies }: Orphaned, which = ''): Warning[] {
  if (made.length === 0) return [];
  const shown = made
    .map((one) => one.id)
    .sort()
    .slice(0, 3)
    .join(', ');
  const elsewhere = copies.length === 0 ? '' : `; its copies in ${copies.join(', ')} are not counted`;
  const more = made.length > 3 ? ` and ${made.length - 3} more` : '';
  const reason = `${what}: what it made ${which}stays, and DLM no longer deletes it: ${made.length} AMIs and snapshots (${shown}${more}), each with the tag aws:dlm:lifecycle-policy-id=${id}${elsewhere}`;
  return [{ id, policy, reason }];
}

/** Where its backups are copied to, ascending. */
export function copyRegions(policy: LifecyclePolicy | undefined): readonly string[] {
  const fields = policy ? [...fieldsOf(policy.details)] : [];
  const regions = fields.flatMap(([field, value]) => {
    if (field === 'CrossRegionCopyTargets') return value.split(', ');
    return /CrossRegionCopyRules\[([^\]]*)\]/.exec(field)?.[1] ?? [];
  });
  return [...new Set(regions)].sort();
}

/** A disabled policy by count stops deleting as it stops making; one by age lets its backups outlive their age. */
function disabledByAge({ id, policy, drift, wanted }: UpdateLifecycleAction): Warning[] {
  const isDisabled = drift.some((one) => one.field === 'State' && one.wanted === 'DISABLED');
  if (!isDisabled || !isKeptByAge(wanted.details)) return [];
  const reason = 'it is disabled: what it made is kept by age, and stays for as long as it is disabled';
  return [{ id, policy, reason }];
}

function isKeptByAge(details: WantedLifecyclePolicy['details']): boolean {
  if (details.PolicyLanguage === 'SIMPLIFIED') return !details.ExtendDeletion;
  return details.Schedules.some(({ RetainRule }) => 'Interval' in RetainRule);
}

/** After a change of engine the file's `keep` goes on deciding, by `prune`, for what the Lambdas made. */
function lambdaPoints({ points, file }: LegacyInput): Warning[] {
  return [...groupBy(points, ({ policy }) => policy)].flatMap(([name, own]) => {
    const policy = file.dlmPolicies.find((one) => one.name === name);
    if (!policy) return [];
    const reason = `${own.length} recovery points were made before it had engine: dlm; prune goes on keeping them by keep ${formatKeep(policy.keep)}, counted without DLM's, and never deletes the newest of a source`;
    return [{ id: name, policy: name, reason }];
  });
}

function letsGo(drift: readonly Drift[]): boolean {
  return droppedSchedules(drift).length > 0 || hasNewTargets(drift);
}

function hasNewTargets(drift: readonly Drift[]): boolean {
  return drift.some(({ field }) => field === 'TargetTags');
}
