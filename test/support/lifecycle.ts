/** Lifecycle policies for tests of the plan: what the file wants and what DLM answers. */

import type { LifecyclePolicy, WantedLifecyclePolicy } from '../../src/lib/plan/lifecycle-policy.ts';

/** As DLM would hold it, under an id. */
export function held(
  wanted: WantedLifecyclePolicy,
  id: string,
  over: Partial<LifecyclePolicy> = {},
): LifecyclePolicy {
  return {
    id,
    description: wanted.description,
    state: wanted.state,
    roleArn: wanted.roleArn,
    tags: new Map(Object.entries(wanted.tags)),
    isDefault: wanted.details.PolicyLanguage === 'SIMPLIFIED',
    details: { ...wanted.details },
    ...over,
  };
}
