import type { GetLifecyclePoliciesRequest, Tag } from '@aws-sdk/client-dlm';
import { invalidRequest } from './errors.ts';
import type { LifecyclePolicyRecord } from './records.ts';

type Test = (policy: LifecyclePolicyRecord) => boolean;

/** One test of all filters but PolicyIds: AND between them, OR between the tags of one. @throws InvalidRequestException */
export function filterOf(input: GetLifecyclePoliciesRequest): Test {
  const { State: state, ResourceTypes: types, DefaultPolicyType: kind } = input;
  const targets = tagTest(input.TargetTags, 'TargetTags', ({ details }) => details.TargetTags ?? []);
  const added = tagTest(input.TagsToAdd, 'TagsToAdd', ({ details }) =>
    (details.Schedules ?? []).flatMap(({ TagsToAdd: tags = [] }) => tags),
  );
  return (policy) =>
    (state === undefined || policy.state === state) &&
    (types === undefined || types.some((type) => type === resourceTypeOf(policy))) &&
    (kind === undefined ||
      (kind === 'ALL' ? policy.defaultPolicy !== undefined : policy.defaultPolicy === kind)) &&
    targets(policy) &&
    added(policy);
}

function resourceTypeOf({ details }: LifecyclePolicyRecord): string | undefined {
  return details.ResourceType ?? details.ResourceTypes?.[0];
}

/** Tags are given as `key=value`; a key has no `=`. */
function tagTest(
  given: readonly string[] | undefined,
  parameter: string,
  tagsOf: (policy: LifecyclePolicyRecord) => readonly Tag[],
): Test {
  if (given === undefined || given.length === 0) return () => true;
  const malformed = given.find((tag) => !tag.includes('='));
  if (malformed !== undefined) {
    throw invalidRequest(`${parameter} has ${JSON.stringify(malformed)}, expected key=value`);
  }
  return (policy) => tagsOf(policy).some(({ Key = '', Value = '' }) => given.includes(`${Key}=${Value}`));
}
