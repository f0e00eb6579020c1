import {
  GetLifecyclePoliciesCommand,
  GetLifecyclePolicyCommand,
  type LifecyclePolicy as DlmLifecyclePolicy,
} from '@aws-sdk/client-dlm';
import type { LifecyclePolicy } from '../plan/lifecycle-policy.ts';
import type { Clients } from './clients.ts';
import { errorCode } from './errors.ts';
import { optional, required } from './shapes.ts';

/**
 * Every lifecycle policy of the place, whoever made it, by id. DLM's list is one answer without pages and holds
 * summaries only, so each is read by itself.
 */
export async function* listLifecyclePolicies({ dlm }: Pick<Clients, 'dlm'>): AsyncGenerator<LifecyclePolicy> {
  const { Policies = [] } = await dlm.send(new GetLifecyclePoliciesCommand({}));
  const ids = Policies.map(({ PolicyId }) => required(PolicyId, 'PolicyId of GetLifecyclePolicies')).sort();
  for (const id of ids) {
    const policy = await readLifecyclePolicy({ dlm }, id);
    // Left out, it would be taken for one that does not exist, and made a second time.
    if (!policy)
      throw new Error(`DLM lists ${id} but does not know it when asked: it may just have been deleted`);
    yield policy;
  }
}

/** One lifecycle policy; undefined when DLM knows none of that id. */
async function readLifecyclePolicy(
  { dlm }: Pick<Clients, 'dlm'>,
  id: string,
): Promise<LifecyclePolicy | undefined> {
  try {
    const { Policy } = await dlm.send(new GetLifecyclePolicyCommand({ PolicyId: id }));
    if (!Policy) throw new Error(`DLM answered GetLifecyclePolicy of ${id} without a policy`);
    return toLifecyclePolicy(id, Policy);
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function toLifecyclePolicy(id: string, policy: DlmLifecyclePolicy): LifecyclePolicy {
  return {
    id,
    description: policy.Description ?? '',
    state: required(policy.State, `State of ${id}`),
    roleArn: policy.ExecutionRoleArn ?? '',
    tags: new Map(Object.entries(policy.Tags ?? {})),
    isDefault: policy.DefaultPolicy === true,
    details: { ...policy.PolicyDetails },
    ...optional('statusMessage', policy.StatusMessage),
  };
}
