/** Which instances and volumes a policy backs up, by the tags that people put on them. */

import {
  isDlmPolicy,
  keepingPolicies,
  runningPolicies,
  sourceKindOf,
  type DlmPolicy,
  type Policy,
  type PolicyFile,
  type SourceKind,
} from '../policy/policy.ts';
import { didYouMean } from '../policy/suggest.ts';
import { matchesAll, matchesAny } from '../policy/tag-patterns.ts';
import { parseKeep } from '../policy/keep.ts';
import type { Tags } from './inventory.ts';
import { isTarget } from './lifecycle-targets.ts';
import { isRestored } from './marks.ts';

export interface TaggedSource {
  readonly id: string;
  readonly tags: Tags;
}

/** What one source's tags ask for. */
export interface OptIn {
  /** Names of running policies, in the file's order. */
  readonly policies: readonly string[];
  /** Every tag that asks for something it cannot have, with what was expected. */
  readonly problems: readonly string[];
  /** Those of the problems that leave open what is wanted: until they are put right nothing of the source is pruned. */
  readonly unclear: readonly string[];
}

/** Words after `Backup:` that are not policy names. */
const MODIFIERS = ['Keep', 'Exclude', 'Hold', 'Status'];

/** Reads the opt-in tags and the selectors that match. A wrong tag is a problem of this source alone. */
export function readOptIn(source: TaggedSource, kind: SourceKind, file: PolicyFile): OptIn {
  const wanted = new Set<string>();
  const problems: string[] = [];
  const unclear: string[] = [];
  for (const [key, value] of source.tags) {
    const read = readTag({ key, value, kind, file });
    if (read?.policy !== undefined) wanted.add(read.policy);
    if (read?.problem === undefined) continue;
    problems.push(read.problem);
    if (read.isUnclear) unclear.push(read.problem);
  }
  const running = runningPolicies(file);
  for (const policy of running) {
    if (isSelected(source.tags, kind, policy)) wanted.add(policy.name);
  }
  const chosen = running.filter(({ name }) => wanted.has(name));
  const overridden = overrideWithoutEffect(source, file, chosen);
  return {
    policies: chosen.map(({ name }) => name),
    problems: overridden === undefined ? problems : [...problems, overridden],
    unclear,
  };
}

function isSelected(tags: Tags, kind: SourceKind, policy: Policy | DlmPolicy): boolean {
  if (!policy.select || sourceKindOf(policy.backup) !== kind) return false;
  if (isDlmPolicy(policy)) return isTarget(tags, policy, '');
  if (isRestored(tags)) return false;
  return matchesAll(policy.select.tags, tags) && !matchesAny(policy.select.exclude, tags);
}

/** DLM has one retention for all sources of a lifecycle policy. */
function overrideWithoutEffect(
  { tags }: TaggedSource,
  { optInTag }: PolicyFile,
  chosen: readonly (Policy | DlmPolicy)[],
): string | undefined {
  const key = `${optInTag}:Keep`;
  const byDlm = chosen.filter(isDlmPolicy).map(({ name }) => name);
  if (byDlm.length === 0 || !tags.has(key)) return undefined;
  return `tag ${quote(key)} has no effect on ${byDlm.join(', ')}: DLM (engine: dlm) keeps by the policy's rules alone`;
}

interface TagReading {
  readonly policy?: string;
  readonly problem?: string;
  readonly isUnclear?: boolean;
}

const unclear = (problem: string): TagReading => ({ problem, isUnclear: true });

interface TagToRead {
  readonly key: string;
  readonly value: string;
  readonly kind: SourceKind;
  readonly file: PolicyFile;
}

function readTag(tag: TagToRead): TagReading | undefined {
  const { key, value, file } = tag;
  const optIn = file.optInTag;
  if (key === optIn) return readPolicyName(tag, value);
  if (key.startsWith(`${optIn}:`)) return readSuffix(tag, key.slice(optIn.length + 1));
  const folded = key.toLowerCase();
  if (folded === optIn.toLowerCase() || folded.startsWith(`${optIn.toLowerCase()}:`)) {
    const right = optIn + key.slice(optIn.length);
    const problem = `tag ${quote(key)} is not ${quote(right)}: EC2 tells capitals apart, so it has no effect`;
    // Anybody may have a tag "backup", but who writes "backup:keep" means this product and how long it keeps.
    return { problem, isUnclear: folded === `${optIn}:keep`.toLowerCase() };
  }
  return undefined;
}

function readSuffix(tag: TagToRead, suffix: string): TagReading | undefined {
  const { key, value, file } = tag;
  if (suffix === 'Keep') return readKeepOverride(key, value);
  if (suffix === 'Exclude') return readExcludeTag(tag);
  if (suffix === 'Hold') {
    return {
      problem: `tag ${quote(key)} has no effect on a source: put it on the AMI or snapshot to be held`,
    };
  }
  if (suffix === 'Status') return undefined;
  if (value === 'false') return undefined;
  const known = [...runningPolicies(file).map(({ name }) => name), ...MODIFIERS];
  if (!isPolicyName(suffix, file)) {
    return unclear(`tag ${quote(key)} names no policy${didYouMean(suffix, known)}`);
  }
  if (value !== 'true') return unclear(`tag ${quote(key)} is ${quote(value)}, expected true or false`);
  return readPolicyName(tag, suffix);
}

function readPolicyName({ key, kind, file }: TagToRead, name: string): TagReading {
  const policy = runningPolicies(file).find((candidate) => candidate.name === name);
  if (!policy) {
    const known = runningPolicies(file).map((candidate) => candidate.name);
    const retired = file.retired.some((candidate) => candidate.name === name);
    if (retired)
      return {
        problem: `tag ${quote(key)} names ${quote(name)}, a retired policy: nothing is backed up by it`,
      };
    return unclear(`tag ${quote(key)} names ${quote(name)}, no policy of the file${didYouMean(name, known)}`);
  }
  if (policy.select) {
    const selectedBy = isDlmPolicy(policy) ? policy.select.key : Object.keys(policy.select.tags).join(', ');
    return unclear(
      `tag ${quote(key)} names ${name}, which selects by its own tags (${selectedBy}) and not by ${quote(file.optInTag)}`,
    );
  }
  const expected = sourceKindOf(policy.backup);
  if (expected !== kind) {
    return unclear(
      `tag ${quote(key)} names ${name}, which backs up ${expected}s: put it on the ${expected} instead of this ${kind}`,
    );
  }
  return { policy: name };
}

function readKeepOverride(key: string, value: string): TagReading | undefined {
  const parsed = parseKeep(value);
  return parsed.ok
    ? undefined
    : { problem: `tag ${quote(key)}: ${parsed.problem}; every backup of it is kept until that is right` };
}

function readExcludeTag({ key, value, kind }: TagToRead): TagReading | undefined {
  if (kind === 'instance')
    return { problem: `tag ${quote(key)} has no effect on an instance: put it on the volume to leave out` };
  if (value === 'true' || value === 'false') return undefined;
  return { problem: `tag ${quote(key)} is ${quote(value)}, expected true or false; the volume is backed up` };
}

/** Whether a volume is left out of its instance's backups. Only the exact `true` leaves data out. */
export function isExcluded(volumeTags: Tags, optInTag: string): boolean {
  return volumeTags.get(excludeKey(optInTag)) === 'true';
}

/** The key of the tag that leaves a volume out. */
export function excludeKey(optInTag: string): string {
  return `${optInTag}:Exclude`;
}

/** How a source asks for a policy, to go after "has". */
export function askingTags({ name, select }: Policy, optInTag: string): string {
  return select
    ? `tags that match its select (${Object.keys(select.tags).join(', ')})`
    : `the tag ${optInTag}=${name} or ${optInTag}:${name}=true`;
}

function isPolicyName(name: string, file: PolicyFile): boolean {
  return keepingPolicies(file).some((policy) => policy.name === name);
}

/** Tag values may hold anything: quoted, with what cannot be printed escaped, and cut. */
function quote(text: string): string {
  const visible = text.length > 60 ? `${Array.from(text).slice(0, 57).join('')}…` : text;
  return JSON.stringify(visible).replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (odd) => `\\u${(odd.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
