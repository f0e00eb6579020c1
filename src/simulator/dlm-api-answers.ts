import type { LifecyclePolicy, LifecyclePolicySummary, PolicyDetails } from '@aws-sdk/client-dlm';
import type { LifecyclePolicyRecord } from './records.ts';
import type { World } from './world.ts';

/** A lifecycle policy as GetLifecyclePolicy answers it: complete, and in no promised order. */
export function renderPolicy(world: World, policy: LifecyclePolicyRecord): LifecyclePolicy {
  return {
    ...renderCommon(policy),
    PolicyArn: world.arn('dlm', `policy/${policy.id}`),
    ExecutionRoleArn: policy.roleArn,
    DateCreated: new Date(policy.createdAt),
    DateModified: new Date(policy.modifiedAt),
    PolicyDetails: renderDetails(policy),
    ...(policy.statusMessage !== undefined && { StatusMessage: policy.statusMessage }),
  };
}

/** A lifecycle policy as lists answer it. */
export function renderSummary(policy: LifecyclePolicyRecord): LifecyclePolicySummary {
  return { ...renderCommon(policy), PolicyType: policy.details.PolicyType };
}

/** `DefaultPolicy` is whether it is one, not of which kind. */
function renderCommon(policy: LifecyclePolicyRecord): LifecyclePolicySummary {
  return {
    PolicyId: policy.id,
    Description: policy.description,
    State: policy.state,
    ...(policy.tags.size > 0 && { Tags: Object.fromEntries(policy.tags) }),
    DefaultPolicy: policy.defaultPolicy !== undefined,
  };
}

/** Of an odd id every list is the other way round; of an even one, empty lists are left out. */
function renderDetails({ id, details }: LifecyclePolicyRecord): PolicyDetails {
  const isOdd = Number.parseInt(id.slice(-1), 16) % 2 === 1;
  // A copy with the same members: what is left out or turned round are lists.
  return copy(details, isOdd) as PolicyDetails;
}

function copy(value: unknown, isOdd: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => copy(item, isOdd));
    return isOdd ? items.reverse() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(
    ([, member]) => member !== undefined && (isOdd || !Array.isArray(member) || member.length > 0),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, copy(member, isOdd)]));
}
