import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-dlm';
import { changeLifecyclePolicy, presentLifecyclePolicy, shownLifecyclePolicy } from './dlm-api-records.ts';
import { checkLimits } from './dlm-api-write.ts';
import { parametersOf } from './dlm-limits-check.ts';
import { BY_ARN, TAG_REQUEST, UNTAG_REQUEST } from './dlm-limits.ts';
import { lifecyclePolicyNotFound } from './errors.ts';
import type { LifecyclePolicyRecord } from './records.ts';
import type { Command, World } from './world.ts';

export const tagResource: Command<TagResourceRequest, object> = {
  parameters: parametersOf(TAG_REQUEST),
  run(world, input) {
    checkLimits(TAG_REQUEST, input);
    changeLifecyclePolicy(world, policyOf(world, input.ResourceArn), ({ tags }) => {
      for (const [key, value] of Object.entries(input.Tags ?? {})) tags.set(key, value);
    });
    return {};
  },
};

export const untagResource: Command<UntagResourceRequest, object> = {
  parameters: parametersOf(UNTAG_REQUEST),
  run(world, input) {
    checkLimits(UNTAG_REQUEST, input);
    changeLifecyclePolicy(world, policyOf(world, input.ResourceArn), ({ tags }) => {
      for (const key of input.TagKeys ?? []) tags.delete(key);
    });
    return {};
  },
};

export const listTagsForResource: Command<ListTagsForResourceRequest, ListTagsForResourceResponse> = {
  parameters: parametersOf(BY_ARN),
  run(world, input) {
    checkLimits(BY_ARN, input);
    const id = idOf(world, input.ResourceArn);
    const policy = shownLifecyclePolicy(world, id);
    if (policy === undefined) throw lifecyclePolicyNotFound(id);
    return { Tags: Object.fromEntries(policy.tags) };
  },
};

function policyOf(world: World, arn: string | undefined): LifecyclePolicyRecord {
  return presentLifecyclePolicy(world, idOf(world, arn));
}

/** Of an ARN of this account and Region. @throws ResourceNotFoundException */
function idOf(world: World, arn = ''): string {
  const prefix = world.arn('dlm', 'policy/');
  if (!arn.startsWith(prefix)) throw lifecyclePolicyNotFound(arn);
  return arn.slice(prefix.length);
}
