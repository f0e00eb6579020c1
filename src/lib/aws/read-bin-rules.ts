import type { BinRule, BinTag } from '../plan/bin-rules.ts';
import type { Clients } from './clients.ts';
import { errorCode } from './errors.ts';
import { everyPage } from './pages.ts';
import { getRule, listRules, type ResourceTag, type RuleKind } from './recycle-bin-client.ts';
import { optional, required } from './shapes.ts';

const PAGE = 1000;
const KINDS: readonly RuleKind[] = ['EC2_IMAGE', 'EBS_SNAPSHOT'];

/** Every rule of the Recycle Bin for AMIs and snapshots in the Region, with its tags; those that do not work yet too. */
export async function readBinRules({ rbin }: Pick<Clients, 'rbin'>): Promise<readonly BinRule[]> {
  const rules: BinRule[] = [];
  for (const kind of KINDS) {
    const listed = everyPage(async (token) => {
      const answer = await listRules(rbin, {
        ResourceType: kind,
        MaxResults: PAGE,
        ...optional('NextToken', token),
      });
      return { items: answer.Rules ?? [], nextToken: answer.NextToken };
    });
    for await (const { Identifier } of listed) {
      const rule = await readRule(
        { rbin },
        required(Identifier, 'Identifier of a rule of the Recycle Bin'),
        kind,
      );
      if (rule) rules.push(rule);
    }
  }
  return rules;
}

/** One rule; undefined when it was deleted since it was listed. */
async function readRule(
  { rbin }: Pick<Clients, 'rbin'>,
  id: string,
  kind: RuleKind,
): Promise<BinRule | undefined> {
  try {
    const answer = await getRule(rbin, { Identifier: id });
    const { RetentionPeriodValue: days, RetentionPeriodUnit: unit } = answer.RetentionPeriod ?? {};
    if (days === undefined || unit !== 'DAYS')
      throw new Error(
        `the rule ${id} of the Recycle Bin keeps for ${days} ${unit}, expected a number of DAYS`,
      );
    return {
      id,
      kind: kind === 'EC2_IMAGE' ? 'image' : 'snapshot',
      days,
      isAvailable: answer.Status === 'available',
      tags: (answer.ResourceTags ?? []).map(toTag),
      excludedTags: (answer.ExcludeResourceTags ?? []).map(toTag),
    };
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function toTag({ ResourceTagKey, ResourceTagValue }: ResourceTag): BinTag {
  return {
    key: required(ResourceTagKey, 'ResourceTagKey of a rule of the Recycle Bin'),
    ...optional('value', ResourceTagValue),
  };
}
