/** DLM's lifecycle policies and the roles that they work under. */

import type { Warning } from './actions.ts';
import { fail, ok, warn, type Check } from './doctor-check.ts';
import type { LifecyclePlan } from './plan-lifecycle.ts';

/** `unchecked` are roles that could not be looked at, or not in full. */
export function lifecycleChecks(plan: LifecyclePlan, unchecked: readonly Warning[]): Check[] {
  const { actions, unchanged, refused, errors } = plan;
  const name = 'lifecycle policies';
  const good =
    unchanged.length === 0
      ? []
      : [ok(name, `as the policy file says in DLM: ${unchanged.map(({ policy }) => policy).join(', ')}`)];
  return [
    ...good,
    ...refused.map(({ policy, reason }) => fail(name, `${policy}: ${reason}`)),
    ...errors.map(({ policy, id, statusMessage, cure }) =>
      fail(name, `${policy} (${id}) is in ERROR in DLM: ${statusMessage || 'no message'}. ${cure}`),
    ),
    ...unchecked.map(({ reason }) => warn(name, reason)),
    ...(actions.length === 0
      ? []
      : [
          warn(
            name,
            `not yet as the policy file says: ${actions.map(({ policy }) => policy).join(', ')}. Run ec2-backup policies apply, or wait for the next run of register-policies`,
          ),
        ]),
  ];
}
