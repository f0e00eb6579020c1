/** A policy with `engine: dlm`, complete. */

import type { PolicyDraft, PolicyWords } from './dlm-draft.ts';
import { dlmSchedules } from './dlm-schedules.ts';
import { archiveRule, deprecateRule, type Kept } from './dlm-tiers.ts';
import type { Parsed } from './keep.ts';
import type { DlmCopy, DlmHooks, DlmPolicy } from './policy.ts';

/** The tag values that DLM fills in. */
export const VARIABLES: readonly string[] = ['$(instance-id)', '$(timestamp)'];
export const VSS = 'AWS_VSS_BACKUP';

/** The policy that these words mean; they must have passed the checks. */
export function assembleDlm(name: string, words: PolicyWords, fileZone: string): DlmPolicy {
  const { backup, schedule, keep, reboot, copyTags = false, enabled = true, timezone = fileZone } = words;
  const kept = { schedule, schedules: dlmSchedules({ schedule, timezone }, keep).schedules };
  const { releaseAfterSourceGone, exclude } = words;
  return {
    ...{ name, backup, schedule, timezone, keep, reboot, enabled, copyTags },
    ...(releaseAfterSourceGone !== undefined && { releaseAfterSourceGone }),
    ...selectOf(words),
    schedules: kept.schedules,
    ...tagsOf(words),
    copies: (words.copies ?? []).map(copyOf),
    ...shareOf(words),
    ...fastRestoreOf(words),
    ...tiersOf(words, kept),
    excludeBootVolume: exclude?.bootVolume ?? false,
    excludeVolumes: exclude?.volumes ?? {},
    ...(words.hooks && { hooks: hooksOf(words.hooks) }),
  };
}

function selectOf({ select }: PolicyWords): Pick<DlmPolicy, 'select'> {
  const [only] = Object.entries(select?.tags ?? {});
  return only ? { select: { key: only[0], values: [...new Set(only[1])] } } : {};
}

function tagsOf({ tags = {} }: PolicyWords): Pick<DlmPolicy, 'tags' | 'variableTags'> {
  const isVariable = ([, value]: readonly [string, string]): boolean => VARIABLES.includes(value);
  const all = Object.entries(tags);
  return {
    tags: Object.fromEntries(all.filter((tag) => !isVariable(tag))),
    variableTags: Object.fromEntries(all.filter(isVariable)),
  };
}

function copyOf(copy: NonNullable<PolicyWords['copies']>[number]): DlmCopy {
  const { region, key, encrypted = key !== undefined, copyTags, keep, deprecateAfter } = copy;
  return {
    ...{ region, encrypted, copyTags, retain: keep.within },
    ...(key !== undefined && { key }),
    ...(deprecateAfter && { deprecate: deprecateAfter }),
  };
}

function shareOf({ share }: PolicyWords): Pick<DlmPolicy, 'share'> {
  if (!share) return {};
  const { accounts, unshareAfter } = share;
  return { share: { accounts, ...(unshareAfter && { unshareAfter }) } };
}

function fastRestoreOf({ fastRestore }: PolicyWords): Pick<DlmPolicy, 'fastRestore'> {
  if (!fastRestore) return {};
  const { last, within, zones } = fastRestore;
  const retain = within ?? { count: last ?? 1 };
  return { fastRestore: { retain, zones } };
}

function tiersOf(words: PolicyWords, kept: Kept): Pick<DlmPolicy, 'archive' | 'deprecate'> {
  const archive = tierOf(words.archiveAfter, kept, archiveRule);
  const deprecate = tierOf(words.deprecateAfter, kept, deprecateRule);
  return {
    ...(archive?.ok && { archive: archive.value }),
    ...(deprecate?.ok && { deprecate: deprecate.value }),
  };
}

type After = NonNullable<PolicyDraft['archiveAfter']>;

function tierOf<T>(after: After | undefined, kept: Kept, rule: (after: After, kept: Kept) => Parsed<T>) {
  return after === undefined ? undefined : rule(after, kept);
}

function hooksOf(hooks: NonNullable<PolicyWords['hooks']>): DlmHooks {
  const { document, stages = ['pre', 'post'], timeout = 10, retries, onFailure = 'crash-consistent' } = hooks;
  return {
    document,
    stages: [...stages].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)),
    timeout,
    retries,
    onFailure,
  };
}

const ORDER: readonly string[] = ['pre', 'post'];
