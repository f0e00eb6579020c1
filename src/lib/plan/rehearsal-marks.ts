/** The tags of a rehearsal: what is made for it, and on the recovery point how it ended. */

import { formatInstant, parseInstant } from '../policy/instant.ts';
import { stackName } from './deployment-names.ts';
import type { Tags } from './inventory.ts';
import { MARK, REHEARSAL, RESTORED } from './marks.ts';
import type { Tag } from './restore-sheet.ts';

/**
 * What the client token of every launch begins with. Tags are copied by whoever launches "more like this"; a token is not, so
 * only what was launched with one is ever terminated.
 */
export const LAUNCH_TOKEN = 'ec2-backup-rehearsal-';

/** Names are not copied with tags either: only what is named so is deleted. */
export function groupPrefix({ deployment }: { readonly deployment: string }): string {
  return `${stackName(deployment)}-rehearsal-`;
}

export function imagePrefix({ deployment }: { readonly deployment: string }): string {
  return `${deployment}/rehearsal/`;
}

/** EC2's bound on a tag's value. */
const MAX_VALUE = 256;

export interface RehearsalIdentity {
  readonly policy: string;
  /** ms since the epoch. */
  readonly slot: number;
}

/** What all that is made for a rehearsal says of it. */
export interface RehearsalFacts extends RehearsalIdentity {
  /** The recovery point's id. */
  readonly point: string;
  readonly source: string;
  /** ms since the epoch: by then it has ended, well or not. */
  readonly deadline: number;
}

export function rehearsalKey({ policy, slot }: RehearsalIdentity): string {
  return `${policy}/${formatInstant(slot)}`;
}

/**
 * Tags for all that is made. Those of a restore are among them: what is made is neither backed up nor a user of its AMI.
 * None of the source's own, by which others might know it for a machine like any other.
 */
export function rehearsalTags(deployment: string, facts: RehearsalFacts): Tag[] {
  const tags = {
    [MARK.deployment]: deployment,
    [REHEARSAL.key]: rehearsalKey(facts),
    [REHEARSAL.source]: facts.source,
    [REHEARSAL.deadline]: formatInstant(facts.deadline),
    [RESTORED.from]: facts.point,
    Name: `rehearsal of ${facts.source}`,
  };
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** Undefined for tags that are no rehearsal's, or that somebody has changed beyond reading. */
export function readRehearsal(tags: Tags): RehearsalFacts | undefined {
  const key = /^([a-z0-9-]+)\/(.+)$/.exec(tags.get(REHEARSAL.key) ?? '');
  const [, policy, text = ''] = key ?? [];
  const slot = parseInstant(text);
  const deadline = parseInstant(tags.get(REHEARSAL.deadline) ?? '');
  if (policy === undefined || slot === undefined || deadline === undefined) return undefined;
  const [point = '', source = ''] = [tags.get(RESTORED.from), tags.get(REHEARSAL.source)];
  return { policy, slot, point, source, deadline };
}

export interface Verdict {
  readonly isOk: boolean;
  /** What failed; of a success what was seen. */
  readonly what: string;
  /** It could not be tried, for reasons of the account: the rehearsal has failed, and the backup is told nothing. */
  readonly isUntried?: true;
}

/** `ok <instant>`, or `failed <instant>: <what>`. */
export function rehearsedValue({ isOk, what }: Verdict, now: number): string {
  if (isOk) return `ok ${formatInstant(now)}`;
  const plain = what.replaceAll(/\s+/g, ' ').replaceAll(/\p{Cc}/gu, '');
  return Array.from(`failed ${formatInstant(now)}: ${plain}`)
    .slice(0, MAX_VALUE)
    .join('');
}

/** When a point was last rehearsed (ms since the epoch), and whether well. */
export function readRehearsed(tags: Tags): { readonly at: number; readonly isOk: boolean } | undefined {
  const [, word, text = ''] = /^(ok|failed) ([^ ]+?):?(?: |$)/.exec(tags.get(REHEARSAL.result) ?? '') ?? [];
  const at = parseInstant(text);
  return at === undefined ? undefined : { at, isOk: word === 'ok' };
}
