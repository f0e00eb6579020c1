import { currentRules } from './bin-rules.ts';
import { SimulatedServiceError } from './errors.ts';
import { tokenOf } from './listing.ts';
import { scatter } from './pages.ts';
import type { BinRule, BinTag } from './protection-records.ts';
import type { Command, World } from './world.ts';

// The shapes of the Recycle Bin's API, 2021-06-15. Its client is no dependency: the registries that this project is
// built from have it in one old version only, which drops ExcludeResourceTags from the answers.

/** `ResourceType` is required; rules of volumes do not exist here. */
export interface ListRulesRequest {
  readonly ResourceType?: 'EBS_SNAPSHOT' | 'EC2_IMAGE' | 'EBS_VOLUME' | undefined;
  /** 1 to 1000. */
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListRulesResponse {
  readonly Rules: RuleSummary[];
  readonly NextToken?: string;
}

/** Without the tags of the rule: these GetRule knows. */
export interface RuleSummary {
  readonly Identifier: string;
  readonly Description?: string;
  readonly RetentionPeriod: { readonly RetentionPeriodValue: number; readonly RetentionPeriodUnit: 'DAYS' };
  /** Absent of a rule that was never locked. */
  readonly LockState?: 'locked';
  readonly RuleArn: string;
}

export interface GetRuleRequest {
  readonly Identifier?: string | undefined;
}

export interface GetRuleResponse extends RuleSummary {
  readonly ResourceType: 'EBS_SNAPSHOT' | 'EC2_IMAGE';
  readonly ResourceTags: ResourceTag[];
  readonly ExcludeResourceTags: ResourceTag[];
  /** "Only retention rules that are in the available state retain resources." */
  readonly Status: 'pending' | 'available';
  readonly LockConfiguration?: {
    readonly UnlockDelay: { readonly UnlockDelayValue: number; readonly UnlockDelayUnit: 'DAYS' };
  };
}

interface ResourceTag {
  readonly ResourceTagKey: string;
  readonly ResourceTagValue: string;
}

const TYPES = ['EBS_SNAPSHOT', 'EC2_IMAGE', 'EBS_VOLUME'];

/** The rules of one type. Those by tags cannot be asked for here by them. */
export const listRules: Command<ListRulesRequest, ListRulesResponse> = {
  parameters: { ResourceType: true, MaxResults: true, NextToken: true },
  run(world, input) {
    const { ResourceType: type } = input;
    if (type === undefined || !TYPES.includes(type)) throw invalid(`ResourceType of '${String(type)}'`);
    const page = world.pager.page<BinRule>({
      command: 'ListRules',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [1, 1000],
      find: () => scatter(currentRules(world, world.readTime())).filter(({ kind }) => kind === type),
    });
    return { Rules: page.items.map((rule) => summarise(world, rule)), ...tokenOf(page) };
  },
};

export const getRule: Command<GetRuleRequest, GetRuleResponse> = {
  parameters: { Identifier: true },
  run(world, { Identifier: id = '' }) {
    if (!/^[0-9a-zA-Z]{11}$/.test(id)) throw invalid(`Identifier of '${id}'`);
    const time = world.readTime();
    const rule = currentRules(world, time).find((one) => one.id === id);
    if (rule === undefined) throw notFound(id);
    const { unlockDelay } = rule;
    return {
      ...summarise(world, rule),
      ResourceType: rule.kind,
      ResourceTags: toResourceTags(rule.tags),
      ExcludeResourceTags: toResourceTags(rule.excludeTags),
      Status: rule.availableAt <= time ? 'available' : 'pending',
      ...(unlockDelay !== undefined && {
        LockConfiguration: { UnlockDelay: { UnlockDelayValue: unlockDelay, UnlockDelayUnit: 'DAYS' } },
      }),
    };
  },
};

function summarise(world: World, rule: BinRule): RuleSummary {
  return {
    Identifier: rule.id,
    ...(rule.description !== '' && { Description: rule.description }),
    RetentionPeriod: { RetentionPeriodValue: rule.days, RetentionPeriodUnit: 'DAYS' },
    ...(rule.unlockDelay !== undefined && { LockState: 'locked' }),
    RuleArn: world.arn('rbin', `rule/${rule.id}`),
  };
}

function toResourceTags(tags: readonly BinTag[]): ResourceTag[] {
  return tags.map(({ key, value }) => ({ ResourceTagKey: key, ResourceTagValue: value }));
}

function invalid(message: string): SimulatedServiceError {
  return new SimulatedServiceError('ValidationException', `Invalid parameter value: ${message}`);
}

function notFound(id: string): SimulatedServiceError {
  return new SimulatedServiceError('ResourceNotFoundException', `The rule '${id}' does not exist`, 404);
}
