/** DLM's lifecycle policies compared with the policy file and put right: read, plan, apply, report. */

import { listLifecyclePolicies } from '../aws/read-lifecycle-policies.ts';
import { partitionOf } from '../aws/regions.ts';
import type { Skipped, Warning } from '../plan/actions.ts';
import { defaultPolicyName, wantedLifecyclePolicies } from '../plan/lifecycle-details.ts';
import type { LifecyclePolicy } from '../plan/lifecycle-policy.ts';
import { legacies, orphanedIds } from '../plan/lifecycle-legacy.ts';
import { dlmTargets } from '../plan/lifecycle-targets.ts';
import { planLifecycle, type LifecyclePlan } from '../plan/plan-lifecycle.ts';
import { tagProblems } from '../plan/plan-backup.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { didYouMean } from '../policy/suggest.ts';
import { applyLifecycle } from './apply-lifecycle.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError } from './errors.ts';
import type { LifecycleOutcome } from './outcome.ts';
import { readAllSources, readEach, readMadeByDlm, readPolicyPoints } from './read.ts';
import { readRoleProblems } from './read-roles.ts';
import { fileRemarks } from './file-remarks.ts';

export interface PoliciesRequest {
  /** Policies whose lifecycle policy may be deleted and made anew, where DLM cannot change it. */
  readonly replace?: readonly string[];
}

export interface PoliciesPlan extends LifecyclePlan {
  /** How many sources each policy of the file finds here now, by the policy's name. */
  readonly targets: ReadonlyMap<string, number>;
  /** Sources with wrong tags, whatever policy they mean. */
  readonly tagProblems: readonly Skipped[];
}

export interface PoliciesReport {
  readonly plan: PoliciesPlan;
  readonly outcomes: readonly LifecycleOutcome[];
}

/** Reads and decides; changes nothing. */
export async function planPoliciesRun(request: PoliciesRequest, context: RunContext): Promise<PoliciesPlan> {
  const { file } = context;
  const { replace = [] } = request;
  requireDlmPolicies(file, replace);
  const place = { ...context.place, partition: partitionOf(context.place.region) };
  const wanted = wantedLifecyclePolicies(file, place);
  const existing = await readLifecyclePolicies(context);
  const roles = await readRoleProblems(context, wanted, place);
  const plan = planLifecycle({
    file,
    region: place.region,
    wanted,
    existing,
    replace,
    roleProblems: roles.problems,
  });
  const sources = await readAllSources(context);
  const targets = dlmTargets(file, sources);
  return {
    ...plan,
    targets,
    warnings: [
      ...fileRemarks(file),
      ...roles.unchecked,
      ...plan.warnings,
      ...emptyTargets(targets),
      ...(await readLegacies(plan, existing, context)),
    ],
    tagProblems: tagProblems(file, sources),
  };
}

/** Carries the plan out. */
export async function applyPolicies(plan: PoliciesPlan, context: RunContext): Promise<PoliciesReport> {
  return { plan, outcomes: await applyLifecycle(plan.actions, context) };
}

/** Every lifecycle policy of the place, whoever made it. */
export function readLifecyclePolicies(context: RunContext): Promise<readonly LifecyclePolicy[]> {
  return readEach(context, 'lifecycle policies', listLifecyclePolicies(context.clients));
}

/** What stays without an owner, or with another, once the plan is carried out: nothing of it is orphaned silently. */
async function readLegacies(
  plan: LifecyclePlan,
  existing: readonly LifecyclePolicy[],
  context: RunContext,
): Promise<Warning[]> {
  const ids = orphanedIds(plan);
  const made = ids.length === 0 ? [] : await readMadeByDlm(context, ids);
  const names = context.file.dlmPolicies.map(({ name }) => name);
  const { points } = names.length === 0 ? { points: [] } : await readPolicyPoints(context, names);
  return legacies({ plan, existing, made, points, file: context.file });
}

function emptyTargets(targets: ReadonlyMap<string, number>): Warning[] {
  return [...targets]
    .filter(([, count]) => count === 0)
    .map(([policy]) => ({
      id: policy,
      policy,
      reason: 'nothing here carries its tags, so DLM backs up nothing',
    }));
}

/** Throws a ConfigurationError for a name that is no policy of the file that DLM runs. */
export function requireDlmPolicies(file: PolicyFile, names: readonly string[]): void {
  const known = [...file.dlmPolicies.map(({ name }) => name), ...file.defaultPolicies.map(defaultPolicyName)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(
    `policy ${JSON.stringify(unknown)} is no policy of the file with engine: dlm${didYouMean(unknown, known)}`,
  );
}
