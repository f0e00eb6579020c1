/** The tags of what a backup makes, all set by the creating call. */

import type { BackupKind, Policy } from '../policy/policy.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Tags } from './inventory.ts';
import { MARK, OWN_PREFIX, type Owner } from './marks.ts';
import type { Tag } from './restore-sheet.ts';

/** EC2 takes 50; the rest is left to the user and to later tags. */
const MAX_TAGS = 40;
const MAX_NAME = 256;

export type Trigger = 'schedule' | 'manual';
/**
 * `application`: what runs on the instance was frozen while it was made. `vss`: Windows made it, and what came of it is told by
 * the tags that Windows sets afterwards; `vss-only`: and where that is not application-consistent, it is no backup.
 */
export type Consistency = 'crash' | 'stopped' | 'application' | 'vss' | 'vss-only';

export interface BackupFacts {
  readonly owner: Owner;
  readonly policy: Policy;
  readonly source: string;
  readonly slot: number;
  readonly trigger: Trigger;
  readonly consistency: Consistency;
  readonly sourceTags: Tags;
  readonly sheet: readonly Tag[];
  /** Why the point is held from the start. */
  readonly hold?: string;
}

export interface BackupTags {
  readonly tags: readonly Tag[];
  /** Keys of the source's own tags for which there was no room. */
  readonly dropped: readonly string[];
}

/** Our marks, the restore sheet and the name first; then the source's own tags while there is room. */
export function backupTags(facts: BackupFacts): BackupTags {
  const own = ownTags(facts);
  const copyable = [...facts.sourceTags]
    .filter(([key]) => isCopyable(key, facts.owner))
    .map(([key, value]) => ({ key, value }));
  const room = Math.max(0, MAX_TAGS - own.length);
  return {
    tags: [...own, ...copyable.slice(0, room)],
    dropped: copyable.slice(room).map(({ key }) => key),
  };
}

function ownTags({
  owner,
  policy,
  source,
  slot,
  trigger,
  consistency,
  sourceTags,
  sheet,
  hold,
}: BackupFacts): Tag[] {
  const keep = sourceTags.get(`${owner.optInTag}:Keep`);
  return [
    { key: MARK.deployment, value: owner.deployment },
    { key: MARK.policy, value: policy.name },
    { key: MARK.source, value: source },
    { key: MARK.slot, value: formatInstant(slot) },
    { key: MARK.kind, value: policy.backup satisfies BackupKind },
    { key: MARK.trigger, value: trigger },
    { key: MARK.consistency, value: consistency },
    // As written, even when it is wrong: a wrong one must go on keeping everything when the source is gone.
    ...(keep === undefined ? [] : [{ key: MARK.keep, value: keep }]),
    ...(hold === undefined ? [] : [{ key: `${owner.optInTag}:Hold`, value: hold }]),
    ...sheet,
    { key: 'Name', value: displayName(sourceTags.get('Name') ?? source, policy.name, slot) },
  ];
}

function displayName(source: string, policy: string, slot: number): string {
  const tail = ` ${policy} ${formatInstant(slot)}`;
  return `${cutToFit(source, MAX_NAME - tail.length)}${tail}`;
}

/** The name of a point's source, or the empty string when it had none. */
export function nameOfSource(
  pointName: string,
  { policy, source, slot }: { readonly policy: string; readonly source: string; readonly slot: number },
): string {
  const tail = ` ${policy} ${formatInstant(slot)}`;
  const name = pointName.endsWith(tail) ? pointName.slice(0, -tail.length) : pointName;
  return name === source ? '' : name;
}

/** Cuts between characters, never inside a surrogate pair. */
function cutToFit(text: string, length: number): string {
  if (text.length <= length) return text;
  let cut = '';
  for (const character of text) {
    if (cut.length + character.length > length) break;
    cut += character;
  }
  return cut;
}

/** Whether a tag is the source's own: neither ours, nor AWS's, nor one that opts in. */
export function isCopyable(key: string, { optInTag }: Owner): boolean {
  const folded = key.toLowerCase();
  const optIn = optInTag.toLowerCase();
  if (folded === 'name' || folded === optIn) return false;
  return ![`${optIn}:`, OWN_PREFIX, 'aws:', 'dlm:'].some((prefix) => folded.startsWith(prefix));
}
