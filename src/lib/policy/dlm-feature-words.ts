/** What a DLM policy asks for besides its schedules, in words, a line each. */

import { ageText } from './dlm-age.ts';
import { listed } from './dlm-problem.ts';
import type { DefaultPolicy, DlmCopy, DlmPolicy, DlmRetention, TagPatterns } from './policy.ts';

export function featureWords(policy: DlmPolicy): string[] {
  const { select, copies, share, fastRestore, archive, deprecate, hooks } = policy;
  return [
    ...(policy.enabled ? [] : ['disabled: DLM makes nothing']),
    ...(select ? [`sources: tag ${select.key} is ${select.values.join(' or ')}`] : []),
    ...(policy.reboot ? ['shuts instances down for a clean AMI'] : []),
    ...tagWords(policy),
    ...copies.map(copyWords),
    ...(share ? [shareWords(share)] : []),
    ...(fastRestore
      ? [`fast restore in ${listed(fastRestore.zones)}: ${retentionWords(fastRestore.retain)}`]
      : []),
    ...(archive
      ? [
          `standard tier: ${retentionWords(archive.standard)}; then archive: ${retentionWords(archive.archived)}`,
        ]
      : []),
    ...(deprecate ? [deprecateWords(deprecate)] : []),
    ...excludeWords(policy),
    ...(hooks
      ? [`runs SSM document ${hooks.document}; when it fails: ${hooks.onFailure}, ${hooks.retries} retries`]
      : []),
    ...(policy.releaseAfterSourceGone === undefined
      ? []
      : ['releaseAfterSourceGone holds for what the Lambdas made, not for what DLM makes']),
  ];
}

/** The whole of a default policy in one line. */
export function defaultWords(policy: DefaultPolicy): string {
  const { kind, createEvery, retain, copies, exclude } = policy;
  const what = kind === 'volume' ? 'snapshots of volumes' : 'AMIs of instances';
  const parts = [
    `${what} that had none in the last ${days(createEvery)}, kept ${days(retain)}`,
    ...(policy.enabled ? [] : ['disabled']),
    ...(policy.copyTags ? ['with the tags of the source'] : []),
    ...(copies.length > 0 ? [`copied to ${listed(copies)}`] : []),
    ...(exclude.bootVolumes ? ['without boot volumes'] : []),
    ...(exclude.volumeTypes.length > 0 ? [`without ${listed(exclude.volumeTypes)}`] : []),
    ...(Object.keys(exclude.tags).length > 0 ? [`without ${tagText(exclude.tags)}`] : []),
    ...(policy.extendDeletion
      ? ['also deletes the last one when the source is gone or the policy is off (extendDeletion)']
      : []),
  ];
  return parts.join('; ');
}

function tagWords({ tags, variableTags, copyTags }: DlmPolicy): string[] {
  const all = Object.entries({ ...tags, ...variableTags }).map(([key, value]) => `${key}=${value}`);
  return [
    ...(all.length > 0 ? [`tags: ${all.join(', ')}`] : []),
    ...(copyTags ? ['with the tags of the source'] : []),
  ];
}

function copyWords({ region, encrypted, key, copyTags, retain, deprecate }: DlmCopy): string {
  const parts = [
    `copies to ${region}, each for ${ageText(retain)}`,
    ...(key === undefined
      ? encrypted
        ? ["encrypted with the account's default key"]
        : []
      : [`encrypted with ${key}`]),
    ...(copyTags ? ['with tags'] : []),
    ...(deprecate ? [`deprecated after ${ageText(deprecate)}`] : []),
  ];
  return parts.join(', ');
}

function shareWords({ accounts, unshareAfter }: NonNullable<DlmPolicy['share']>): string {
  return `shared with ${listed(accounts)}${unshareAfter ? ` for ${ageText(unshareAfter)}` : ''}`;
}

function deprecateWords(deprecate: DlmRetention): string {
  return 'count' in deprecate
    ? `the ${deprecate.count} oldest are deprecated`
    : `deprecated after ${ageText(deprecate)}`;
}

function excludeWords({ excludeBootVolume, excludeVolumes }: DlmPolicy): string[] {
  return [
    ...(excludeBootVolume ? ['without boot volumes'] : []),
    ...(Object.keys(excludeVolumes).length > 0 ? [`without volumes tagged ${tagText(excludeVolumes)}`] : []),
  ];
}

function retentionWords(retain: DlmRetention): string {
  return 'count' in retain ? `the newest ${retain.count}` : `each for ${ageText(retain)}`;
}

function tagText(tags: TagPatterns): string {
  return Object.entries(tags)
    .flatMap(([key, values]) => values.map((value) => `${key}=${value}`))
    .join(' or ');
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
