import { wantedLifecyclePolicies } from '../../lib/plan/lifecycle-details.ts';
import { requiredActions, type LifecyclePlace } from '../../lib/plan/lifecycle-role.ts';
import type { PolicyFile } from '../../lib/policy/policy.ts';

export interface DlmRole {
  readonly name: string;
  readonly path: string;
  /** Actions, ascending. */
  readonly allow: readonly string[];
}

/** The roles that a deployment of the file makes for DLM. */
export function dlmRoles(file: PolicyFile, place: LifecyclePlace): readonly DlmRole[] {
  const allowed = new Map<string, Set<string>>();
  for (const wanted of wantedLifecyclePolicies(file, place)) {
    const actions = allowed.get(wanted.roleArn) ?? new Set<string>();
    for (const asked of requiredActions(wanted, place))
      asked.actions.forEach((action) => actions.add(action));
    allowed.set(wanted.roleArn, actions);
  }
  return [...allowed].map(([arn, actions]) => {
    const [start, end] = [arn.indexOf('/'), arn.lastIndexOf('/') + 1];
    return { name: arn.slice(end), path: arn.slice(start, end), allow: [...actions].sort() };
  });
}
