/** Looks at the roles that DLM is to have: a missing or wrong one is found now, not by DLM a day later. */

import { describeError } from '../aws/errors.ts';
import { deniedActions, readTrust } from '../aws/read-roles.ts';
import type { Warning } from '../plan/actions.ts';
import { groupBy } from '../plan/group-by.ts';
import { ownConditionKeys } from '../plan/lifecycle-permissions.ts';
import type { WantedLifecyclePolicy } from '../plan/lifecycle-policy.ts';
import {
  deniedProblem,
  missingRole,
  requiredActions,
  trustProblem,
  trustRemark,
  type LifecyclePlace,
} from '../plan/lifecycle-role.ts';
import type { RunContext } from './context.ts';

export interface RoleFindings {
  /** What is wrong, by the policy's name. */
  readonly problems: ReadonlyMap<string, string>;
  /** Roles that could not be looked at. */
  readonly unchecked: readonly Warning[];
}

/** One look a role, and one a feature that a policy uses. IAM's own answers are cached for the run. */
export async function readRoleProblems(
  context: RunContext,
  wanted: readonly WantedLifecyclePolicy[],
  place: LifecyclePlace,
): Promise<RoleFindings> {
  const problems = new Map<string, string>();
  const unchecked: Warning[] = [];
  for (const [roleArn, users] of groupBy(wanted, (one) => one.roleArn)) {
    try {
      const { found, remark } = await lookAtRole(roleArn, users, { context, place });
      for (const [policy, problem] of found) problems.set(policy, problem);
      if (remark !== undefined) unchecked.push({ id: roleArn, reason: remark });
    } catch (error) {
      const reason = `role ${roleArn} could not be looked at (${describeError(error)}): if it is missing or wrong, DLM puts its policies into ERROR at their next run`;
      unchecked.push({ id: roleArn, reason });
    }
  }
  return { problems, unchecked };
}

interface Where {
  readonly context: RunContext;
  readonly place: LifecyclePlace;
}

interface Look {
  readonly found: readonly (readonly [policy: string, problem: string])[];
  readonly remark?: string | undefined;
}

async function lookAtRole(
  roleArn: string,
  users: readonly WantedLifecyclePolicy[],
  where: Where,
): Promise<Look> {
  const { context, place } = where;
  const trust = await readTrust(context.clients, roleArn.slice(roleArn.lastIndexOf('/') + 1));
  const problem = trust ? trustProblem(trust.document, place) : missingRole(roleArn);
  if (problem !== undefined) return { found: users.map(({ policy }) => [policy, problem] as const) };
  const found = await lackingActions(roleArn, users, where);
  return { found, remark: trustRemark(trust?.document, place) };
}

async function lackingActions(
  roleArn: string,
  users: readonly WantedLifecyclePolicy[],
  { context: { clients, file }, place }: Where,
): Promise<Look['found']> {
  const ownKeys = ownConditionKeys(file.optInTag);
  const denied = new Map<string, readonly string[]>();
  const found: (readonly [string, string])[] = [];
  for (const user of users) {
    const lacking: string[] = [];
    for (const asked of requiredActions(user, place)) {
      const key = `${asked.resource} ${asked.actions.join(' ')}`;
      const answer = denied.get(key) ?? (await deniedActions(clients, roleArn, asked, ownKeys));
      denied.set(key, answer);
      lacking.push(...answer);
    }
    if (lacking.length > 0) found.push([user.policy, deniedProblem(roleArn, [...new Set(lacking)].sort())]);
  }
  return found;
}
