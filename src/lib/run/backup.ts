/** One slot of one policy: read, plan, apply, report. */

import { planBackup, tagProblems, type AlreadyMade, type BackupPlan } from '../plan/plan-backup.ts';
import { slotProblem } from '../plan/backup-slot.ts';
import type { Trigger } from '../plan/backup-tags.ts';
import type { Skipped } from '../plan/actions.ts';
import type { BackupKind, Policy, PolicyFile } from '../policy/policy.ts';
import { didYouMean } from '../policy/suggest.ts';
import { applyCreate, lostSlot } from './apply-create.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import { readPolicyPoints, readPolicySources } from './read.ts';

export interface BackupRequest {
  readonly policy: string;
  /** ms since the epoch. */
  readonly slot: number;
  readonly trigger: Trigger;
  /** Only these of the policy's sources. */
  readonly sources?: readonly string[];
  /** Holds what is made, with this reason. */
  readonly hold?: string;
}

export interface BackupRunPlan extends BackupPlan {
  /** Sources with wrong tags, whatever policy they mean. */
  readonly tagProblems: readonly Skipped[];
}

export interface BackupReport {
  readonly plan: BackupRunPlan;
  readonly outcomes: readonly Outcome[];
}

/**
 * Reads and decides; changes nothing. A request that cannot be carried out is a ConfigurationError: an unknown policy,
 * a slot of the future or a missed one, a source that is none of the policy's.
 */
export async function planBackupRun(request: BackupRequest, context: RunContext): Promise<BackupRunPlan> {
  const policy = requirePolicy(context.file, request.policy);
  const problem = slotProblem(request.slot, context.clock.now(), policy, request.trigger);
  if (problem) throw new ConfigurationError(`policy ${policy.name}: ${problem.message}`);
  const { points } = await readPolicyPoints(context, [policy.name]);
  const sources = await readPolicySources(context, policy);
  const { file } = context;
  const plan = planBackup({ ...request, ...sources, policy, file, points });
  refuseUnknownSources(plan, policy, file);
  return { ...plan, tagProblems: tagProblems(file, sources) };
}

/** Carries the plan out. */
export async function applyBackup(plan: BackupRunPlan, context: RunContext): Promise<BackupReport> {
  const policy = requirePolicy(context.file, plan.policy);
  const before = plan.alreadyMade.map((made) => alreadyMadeOutcome(made, policy.backup));
  return { plan, outcomes: [...before, ...(await applyCreate(plan.actions, context))] };
}

export async function runBackup(request: BackupRequest, context: RunContext): Promise<BackupReport> {
  return applyBackup(await planBackupRun(request, context), context);
}

/** The running policy of that name, or a ConfigurationError that suggests one. */
export function requirePolicy(file: PolicyFile, name: string): Policy {
  const policy = file.policies.find((candidate) => candidate.name === name);
  if (policy) return policy;
  throw new ConfigurationError(`policy ${JSON.stringify(name)} ${whyNot(file, name)}`);
}

function whyNot(file: PolicyFile, name: string): string {
  if (file.retired.some((policy) => policy.name === name)) return 'is retired and makes no backups';
  if (file.dlmPolicies.some((policy) => policy.name === name))
    return 'is run by DLM (engine: dlm), which has no backup on demand: use a policy that the Lambdas run';
  const names = file.policies.map((policy) => policy.name);
  return `is not in the policy file${didYouMean(name, names)}`;
}

function refuseUnknownSources(
  { unknownSources }: BackupPlan,
  policy: Policy,
  { optInTag }: PolicyFile,
): void {
  if (unknownSources.length === 0) return;
  const how = policy.select
    ? `tags that match its select (${Object.keys(policy.select.tags).join(', ')})`
    : `the tag ${optInTag}=${policy.name} or ${optInTag}:${policy.name}=true`;
  throw new ConfigurationError(
    `not among the sources of policy ${policy.name}: ${unknownSources.join(', ')}; expected ids that exist here and have ${how}`,
  );
}

const ACTION_OF: Record<BackupKind, Outcome['action']> = {
  image: 'create-image',
  snapshots: 'create-snapshots',
  volume: 'create-snapshot',
};

function alreadyMadeOutcome({ source, point }: AlreadyMade, backup: BackupKind): Outcome {
  const common = { action: ACTION_OF[backup], policy: point.policy, source, slot: point.slot, id: point.id };
  if (point.state !== 'failed') return { ...common, status: 'already-done' };
  return { ...common, status: 'failed', error: lostSlot(point.id, point, point.detail) };
}
