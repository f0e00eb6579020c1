/** By which tags a policy takes a source, or which of them it lacks. Pure; what selects is select-sources.ts. */

import {
  isDlmPolicy,
  runningPolicies,
  sourceKindOf,
  type DlmPolicy,
  type Policy,
  type PolicyFile,
  type SourceKind,
} from '../policy/policy.ts';
import { nearest } from '../policy/suggest.ts';
import { matchesPattern } from '../policy/tag-patterns.ts';
import type { Tags } from './inventory.ts';
import { isRestored } from './marks.ts';

type Running = Policy | DlmPolicy;

/** A source with its kind, under a file. */
export interface Tagged {
  readonly tags: Tags;
  readonly kind: SourceKind;
  readonly file: PolicyFile;
}

/** The tags, as `key=value`, that make a source one of a policy's. */
export function selectingTags(policy: Running, { tags, file }: Tagged): readonly string[] {
  const keys = selectKeys(policy);
  if (keys) return keys.flatMap((key) => tagText(tags, key));
  const { optInTag } = file;
  const one = `${optInTag}:${policy.name}`;
  return [
    ...(tags.get(optInTag) === policy.name ? tagText(tags, optInTag) : []),
    ...(tags.get(one) === 'true' ? tagText(tags, one) : []),
  ];
}

/** What a source that a policy does not take lacks, or has too much. */
export function whyNotSelected(policy: Running, tagged: Tagged): string {
  const { kind, tags, file } = tagged;
  const wanted = sourceKindOf(policy.backup);
  if (wanted !== kind)
    return `it backs up ${wanted}s, and this is ${kind === 'instance' ? 'an' : 'a'} ${kind}`;
  const keys = selectKeys(policy);
  if (!keys) return noOptIn(policy, tags, file);
  if (!isDlmPolicy(policy) && isRestored(tags))
    return 'a restore made it and nobody adopted it: no selector takes it';
  const lacking = keys.flatMap((key) => lackOf(key, patternsOf(policy, key), tags, isDlmPolicy(policy)));
  if (lacking.length > 0) return lacking.join('; ');
  const excluding = isDlmPolicy(policy) ? [] : excludingTags(policy, tags);
  return excluding.length > 0
    ? `its exclude leaves out ${excluding.join(', ')}`
    : 'its selector does not take it';
}

/** Tags that look like a slip of the pen for the opt-in tag, where nothing else tells of them. */
export function slips({ tags, file }: Tagged): readonly string[] {
  const { optInTag } = file;
  const names = runningPolicies(file)
    .filter((policy) => !selectKeys(policy))
    .map(({ name }) => name);
  return [...tags].flatMap(([key, value]) => {
    const folded = key.toLowerCase();
    const isKnown = folded === optInTag.toLowerCase() || folded.startsWith(`${optInTag.toLowerCase()}:`);
    if (isKnown || nearest(key, [optInTag]) === undefined) return [];
    const name = nearest(value, names);
    return name === undefined
      ? []
      : [`tag ${pair(key, value)} has no effect: did you mean ${pair(optInTag, name)}?`];
  });
}

function selectKeys(policy: Running): readonly string[] | undefined {
  if (!policy.select) return undefined;
  return isDlmPolicy(policy) ? [policy.select.key] : Object.keys(policy.select.tags);
}

function patternsOf(policy: Running, key: string): readonly string[] {
  if (isDlmPolicy(policy)) return policy.select?.values ?? [];
  return policy.select?.tags[key] ?? [];
}

function noOptIn({ name }: Running, tags: Tags, { optInTag }: PolicyFile): string {
  const one = `${optInTag}:${name}`;
  if (tags.get(one) === 'false') return `tag ${pair(one, 'false')} says no`;
  return `it has neither ${pair(optInTag, name)} nor ${pair(one, 'true')}`;
}

function lackOf(key: string, wanted: readonly string[], tags: Tags, isExact: boolean): string[] {
  const value = tags.get(key);
  const expected = wanted.map(cut).join(' or ');
  if (value === undefined) return [`it has no tag ${cut(key)}, expected ${expected}`];
  const matches = wanted.some((one) => (isExact ? one === value : matchesPattern(one, value)));
  return matches ? [] : [`its tag ${pair(key, value)} is not ${expected}`];
}

function excludingTags({ select }: Policy, tags: Tags): string[] {
  return Object.entries(select?.exclude ?? {}).flatMap(([key, patterns]) => {
    const value = tags.get(key);
    const isOut = value !== undefined && patterns.some((pattern) => matchesPattern(pattern, value));
    return isOut ? [pair(key, value)] : [];
  });
}

function tagText(tags: Tags, key: string): string[] {
  const value = tags.get(key);
  return value === undefined ? [] : [pair(key, value)];
}

function pair(key: string, value: string): string {
  return `${cut(key)}=${cut(value)}`;
}

/** A tag may be 256 characters long, and a line has other things to say. */
function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= 60 ? text : `${characters.slice(0, 57).join('')}…`;
}
