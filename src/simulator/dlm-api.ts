import type {
  CreateLifecyclePolicyRequest,
  CreateLifecyclePolicyResponse,
  DeleteLifecyclePolicyRequest,
  GetLifecyclePoliciesRequest,
  GetLifecyclePoliciesResponse,
  GetLifecyclePolicyRequest,
  GetLifecyclePolicyResponse,
  UpdateLifecyclePolicyRequest,
} from '@aws-sdk/client-dlm';
import { renderPolicy, renderSummary } from './dlm-api-answers.ts';
import { filterOf } from './dlm-api-filters.ts';
import { presentLifecyclePolicy, removeLifecyclePolicy, shownLifecyclePolicy } from './dlm-api-records.ts';
import { addLifecyclePolicy, checkLimits, updateLifecyclePolicy } from './dlm-api-write.ts';
import { BY_ID, CREATE_REQUEST, LIST_REQUEST, UPDATE_REQUEST } from './dlm-limits.ts';
import { parametersOf } from './dlm-limits-check.ts';
import { lifecyclePolicyNotFound } from './errors.ts';
import { scatter } from './pages.ts';
import type { Command, World } from './world.ts';

export const createPolicy: Command<CreateLifecyclePolicyRequest, CreateLifecyclePolicyResponse> = {
  parameters: parametersOf(CREATE_REQUEST),
  run(world, input) {
    checkLimits(CREATE_REQUEST, input);
    return { PolicyId: addLifecyclePolicy(world, input).id };
  },
};

export const updatePolicy: Command<UpdateLifecyclePolicyRequest, object> = {
  parameters: parametersOf(UPDATE_REQUEST),
  run(world, input) {
    checkLimits(UPDATE_REQUEST, input);
    const { PolicyId: id = '', ...change } = input;
    updateLifecyclePolicy(world, presentLifecyclePolicy(world, id), change);
    return {};
  },
};

export const deletePolicy: Command<DeleteLifecyclePolicyRequest, object> = {
  parameters: parametersOf(BY_ID),
  run(world, { PolicyId: id = '' }) {
    removeLifecyclePolicy(world, presentLifecyclePolicy(world, id));
    return {};
  },
};

export const getPolicy: Command<GetLifecyclePolicyRequest, GetLifecyclePolicyResponse> = {
  parameters: parametersOf(BY_ID),
  run(world, { PolicyId: id = '' }) {
    const policy = shownLifecyclePolicy(world, id);
    if (policy === undefined) throw lifecyclePolicyNotFound(id);
    return { Policy: renderPolicy(world, policy) };
  },
};

/** Summaries of all, on one page. */
export const getPolicies: Command<GetLifecyclePoliciesRequest, GetLifecyclePoliciesResponse> = {
  parameters: parametersOf(LIST_REQUEST),
  run(world, input) {
    checkLimits(LIST_REQUEST, input);
    const policies = shownPolicies(world, input.PolicyIds).filter(filterOf(input));
    return { Policies: scatter(policies).map(renderSummary) };
  },
};

type Shown = NonNullable<ReturnType<typeof shownLifecyclePolicy>>;

/** @throws ResourceNotFoundException for ids that do not exist */
function shownPolicies(world: World, given: readonly string[] = []): readonly Shown[] {
  const ids = given.length > 0 ? [...new Set(given)] : [...world.store.lifecyclePolicies.keys()];
  const shown = ids.flatMap((id) => shownLifecyclePolicy(world, id) ?? []);
  const found = new Set(shown.map(({ id }) => id));
  const unknown = ids.filter((id) => !found.has(id));
  if (given.length > 0 && unknown.length > 0) throw lifecyclePolicyNotFound(...unknown);
  return shown;
}
