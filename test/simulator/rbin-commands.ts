/**
 * Commands of the Recycle Bin in the shape of the SDK's, whose client for it is no dependency: the schemas are as
 * sdk-schema.ts reads them, by the service's model of 2021-06-15.
 */
import type { GetRuleRequest, ListRulesRequest } from '../../src/simulator/rbin-api.ts';

export const RBIN = 'com.amazonaws.rbin';

const TEXT = 0;
const NUMBER = 1;
const TIME = 4;

const structure = (name: string, members: Readonly<Record<string, unknown>>, required = 0): unknown => [
  3,
  RBIN,
  name,
  0,
  Object.keys(members),
  Object.values(members),
  required,
];
const list = (name: string, member: unknown): unknown => [1, RBIN, name, 0, member];

const PERIOD = structure('RetentionPeriod', { RetentionPeriodValue: NUMBER, RetentionPeriodUnit: TEXT }, 2);
const TAG = structure('ResourceTag', { ResourceTagKey: TEXT, ResourceTagValue: TEXT }, 1);
const DELAY = structure('UnlockDelay', { UnlockDelayValue: NUMBER, UnlockDelayUnit: TEXT }, 2);
const SUMMARY = {
  Identifier: TEXT,
  Description: TEXT,
  RetentionPeriod: PERIOD,
  LockState: TEXT,
  RuleArn: TEXT,
};
const RULES = structure('ListRulesResponse', {
  Rules: list('RuleSummaryList', structure('RuleSummary', SUMMARY)),
  NextToken: TEXT,
});
const RULE = structure('GetRuleResponse', {
  ...SUMMARY,
  ResourceType: TEXT,
  ResourceTags: list('ResourceTags', TAG),
  Status: TEXT,
  LockConfiguration: structure('LockConfiguration', { UnlockDelay: DELAY }, 1),
  LockEndTime: TIME,
  ExcludeResourceTags: list('ExcludeResourceTags', TAG),
});

export class ListRulesCommand {
  readonly schema = [9, RBIN, 'ListRules', 0, undefined, RULES];
  readonly input: ListRulesRequest;

  constructor(input: ListRulesRequest) {
    this.input = input;
  }
}

export class GetRuleCommand {
  readonly schema = [9, RBIN, 'GetRule', 0, undefined, RULE];
  readonly input: GetRuleRequest;

  constructor(input: GetRuleRequest) {
    this.input = input;
  }
}
