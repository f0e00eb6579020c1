/** The tags of a backup that Windows makes through VSS: all that our own call would set, in the characters that it takes. */

import { backupTags, isCopyable, type BackupFacts } from './backup-tags.ts';
import { escapeText, isCarried, isEscaped, replaceUncarried } from './escaped-text.ts';
import type { Tags } from './inventory.ts';
import { MARK, type Owner } from './marks.ts';
import { escapedSheet, type Tag } from './restore-sheet.ts';
import { VSS_TAGS } from './vss-mark.ts';

/** EC2 takes 50 on a resource, and three are the document's. */
const MAX_TAGS = 50 - VSS_TAGS.length;
/** EC2's bound on a tag's value. */
const MAX_VALUE = 256;

export interface VssTags {
  readonly tags: readonly Tag[];
  /** What somebody should know of them. */
  readonly remarks: readonly string[];
  /** Why a backup with them would be none of ours. */
  readonly obstacle?: string;
}

/** `facts` as of a backup of our own; its consistency is told here, as its snapshots tell it later. */
export function vssTags(facts: BackupFacts, isRequired: boolean): VssTags {
  const { owner, sourceTags } = facts;
  const sheet = escapedSheet(facts.sheet);
  const choice = chooseTags(sourceTags, owner);
  const { tags } = backupTags({
    ...facts,
    consistency: isRequired ? 'vss-only' : 'vss',
    sheet,
    sourceTags: choice.kept,
  });
  const written = tags.map((tag) => ({ key: tag.key, value: writtenValue(tag, owner.optInTag) }));
  const obstacle = obstacleOf(written, new Set([MARK.keep, ...sheet.map(({ key }) => key)]));
  return {
    tags: written,
    remarks: [...leftOut(choice.uncarried), ...repeated(choice.repeated), ...replaced(tags, written)],
    ...(obstacle !== undefined && { obstacle }),
  };
}

interface Choice {
  readonly kept: Tags;
  /** Keys of the source's own that cannot be written. */
  readonly uncarried: readonly string[];
  /** Keys that are, but for case, one that is kept: the document's script may know no case. */
  readonly repeated: readonly string[];
}

function chooseTags(sourceTags: Tags, owner: Owner): Choice {
  const kept = new Map<string, string>();
  const uncarried: string[] = [];
  const repeated: string[] = [];
  const seen = new Set<string>();
  for (const [key, value] of sourceTags) {
    const folded = key.toLowerCase();
    if (!isCopyable(key, owner)) kept.set(key, value);
    else if (!isKept(key, value)) uncarried.push(key);
    else if (seen.has(folded)) repeated.push(key);
    else {
      kept.set(key, value);
      seen.add(folded);
    }
  }
  return { kept, uncarried, repeated };
}

/** A key with `=` could be taken for two words. */
function isKept(key: string, value: string): boolean {
  const isTheirs = VSS_TAGS.some((one) => one.toLowerCase() === key.toLowerCase());
  return !isTheirs && isKey(key) && isCarried(value);
}

function isKey(key: string): boolean {
  return isCarried(key) && !key.includes('=');
}

/** What is read back is escaped; what is for people is written as well as it can be. */
function writtenValue({ key, value }: Tag, optInTag: string): string {
  if (key === MARK.keep) return escapeText(value);
  return key === 'Name' || key === `${optInTag}:Hold` ? replaceUncarried(value) : value;
}

/** `escaped` are the keys of what is read back. */
function obstacleOf(tags: readonly Tag[], escaped: ReadonlySet<string>): string | undefined {
  const odd = tags.find(({ key, value }) => {
    const isWritten = escaped.has(key) ? isEscaped(value) : isCarried(value);
    return !isKey(key) || !isWritten || value.length > MAX_VALUE;
  });
  if (odd) return `its tag ${odd.key} has characters that VSS does not take, or is too long with them`;
  return tags.length > MAX_TAGS
    ? `its restore sheet takes ${tags.length} tags, expected at most ${MAX_TAGS} with VSS`
    : undefined;
}

function leftOut(keys: readonly string[]): string[] {
  return keys.length === 0
    ? []
    : [`VSS takes few characters in tags: ${keys.length} of its own are left out: ${keys.join(', ')}`];
}

function repeated(keys: readonly string[]): string[] {
  return keys.length === 0
    ? []
    : [`VSS may know no case in tags: left out is what differs in nothing else: ${keys.join(', ')}`];
}

function replaced(meant: readonly Tag[], written: readonly Tag[]): string[] {
  const changed = meant.filter(({ key, value }, at) => key !== MARK.keep && value !== written[at]?.value);
  return changed.length === 0
    ? []
    : [`VSS takes few characters in tags: others are _ in ${changed.map(({ key }) => key).join(', ')}`];
}

/** As the document's parameter `tags` has them. */
export function tagsText(tags: readonly Tag[]): string {
  return tags.map(({ key, value }) => `Key=${key},Value=${value}`).join(';');
}
