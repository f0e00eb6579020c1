/** The tags that make a resource ours, and how they are read back. AWS's tags are the only database. */

import type { BackupKind, Place } from '../policy/policy.ts';
import { parseInstant } from '../policy/instant.ts';
import { readText } from './escaped-text.ts';
import type { Tags } from './inventory.ts';
import { readSheetVolumes } from './restore-sheet.ts';
import { readVssMark, type VssMark } from './vss-mark.ts';

export const OWN_PREFIX = 'ec2-backup:';

export const MARK = {
  deployment: `${OWN_PREFIX}deployment`,
  policy: `${OWN_PREFIX}policy`,
  source: `${OWN_PREFIX}source`,
  slot: `${OWN_PREFIX}slot`,
  kind: `${OWN_PREFIX}kind`,
  trigger: `${OWN_PREFIX}trigger`,
  consistency: `${OWN_PREFIX}consistency`,
  keep: `${OWN_PREFIX}keep`,
} as const;

/** What a copy has besides the marks of the point that it is a copy of. */
export const COPY = {
  /** `<account>/<region>/<point id>`: the same on all parts. */
  from: `${OWN_PREFIX}copied-from`,
  /** The volume that a snapshot is of: EC2 gives copies an arbitrary volume id. */
  volume: `${OWN_PREFIX}volume`,
  /** When the data was taken: the copy's own time is later. */
  taken: `${OWN_PREFIX}taken-at`,
} as const;

/** What a restore puts on what it makes. */
export const RESTORED = {
  /** The recovery point's id. */
  from: `${OWN_PREFIX}restored-from`,
  /** The slot of that point. */
  at: `${OWN_PREFIX}restored-at`,
  /** Which command made it: the same command again finds it by this. */
  by: `${OWN_PREFIX}restored-by`,
  /** `true`: it has taken the source's place, and is a machine like any other. */
  adopted: `${OWN_PREFIX}adopted`,
} as const;

/** What a rehearsal puts on what it makes, and at its end on the recovery point. */
export const REHEARSAL = {
  /** `<policy>/<slot>`. */
  key: `${OWN_PREFIX}rehearsal`,
  source: `${OWN_PREFIX}rehearsal-source`,
  /** By when it has ended. */
  deadline: `${OWN_PREFIX}rehearsal-deadline`,
  /** How it ended, and when: the only key that its role may put on what exists. */
  result: `${OWN_PREFIX}rehearsed`,
} as const;

/** What protecting puts on parts of recovery points: the only keys that its role may put on what exists. */
export const PROTECT = {
  /** On an AMI: when it was disabled, to be deregistered later; MOVING while that is being changed. */
  disabled: `${OWN_PREFIX}disabled`,
  /** The accounts that it is shared with by `share`, with a space between them. */
  shared: `${OWN_PREFIX}shared`,
} as const;

/** It is being disabled or enabled: told before, so that who comes after a death does not take it for somebody's doing. */
export const MOVING = 'changing';

/** It was disabled, and is wanted again: as if it had never been. */
export const NOT_DISABLED = 'no';

/** An AMI that this product has disabled, or was about to. */
export interface SetAside {
  /** ms since the epoch; absent while it is being changed. */
  readonly since?: number;
}

/** Made by a restore and not adopted: no selector takes it for a source, and it does not hold its AMI. */
export function isRestored(tags: Tags): boolean {
  return tags.has(RESTORED.from) && tags.get(RESTORED.adopted) !== 'true';
}

/** The tags by which DLM knows what it made. */
export const DLM_POLICY = 'aws:dlm:lifecycle-policy-id';
export const DLM_SCHEDULE = 'aws:dlm:lifecycle-schedule-name';

/** Whose marks are ours. */
export interface Owner {
  readonly deployment: string;
  /** The prefix of the user's tags: `Backup` in `Backup:Hold`. */
  readonly optInTag: string;
}

/** What a copy was made of. */
export interface CopiedFrom {
  readonly place: Place;
  /** The recovery point's id there. */
  readonly point: string;
  /** When its data was taken, in ms since the epoch; absent when the tag cannot be read. */
  readonly takenAt?: number;
}

/** What the tags of one AMI or snapshot of ours say. */
export interface Marks {
  readonly policy: string;
  readonly source: string;
  readonly slot: number;
  readonly kind: BackupKind;
  /** The source's own `Backup:Keep` when the point was made. */
  readonly keep?: string;
  /** Why it is held; the empty string is a hold too. */
  readonly hold?: string;
  /** Of a set, the volumes that were backed up; absent when the restore sheet cannot be read. */
  readonly volumes?: readonly string[];
  /** Absent: it was made from the source itself. */
  readonly copiedFrom?: CopiedFrom;
  /** Of an AMI on its way out. */
  readonly setAside?: SetAside;
  /** How its last rehearsal ended, as the tag says. */
  readonly rehearsed?: string;
  /** Of a snapshot that Windows made. */
  readonly vss?: VssMark;
}

export type Ownership =
  | { readonly status: 'ours'; readonly marks: Marks }
  | { readonly status: 'foreign' }
  /** Carries our deployment's tag, yet is not to be touched. */
  | { readonly status: 'left-alone'; readonly reason: string };

const FOREIGN: Ownership = { status: 'foreign' };
const KINDS: readonly string[] = ['image', 'snapshots', 'volume'] satisfies BackupKind[];

/** Whether DLM or AWS Backup made it, and looks after it. */
export function isOfService(tags: Tags): boolean {
  return [...tags.keys()].some((key) => key.startsWith('aws:dlm:') || key.startsWith('aws:backup:'));
}

/** Reads who a resource belongs to. Anything that DLM or AWS Backup marked is left alone, even with our tags. */
export function readOwnership(tags: Tags, owner: Owner): Ownership {
  // What a rehearsal makes is this deployment's, and no backup: only the rehearsals take it away again.
  if (tags.get(MARK.deployment) !== owner.deployment || tags.has(REHEARSAL.key)) return FOREIGN;
  for (const key of tags.keys()) {
    if (key.startsWith('aws:dlm:')) return { status: 'left-alone', reason: `managed by DLM (tag ${key})` };
    if (key.startsWith('aws:backup:'))
      return { status: 'left-alone', reason: `managed by AWS Backup (tag ${key})` };
  }
  const [policy, source, slot, kind] = [MARK.policy, MARK.source, MARK.slot, MARK.kind].map((key) =>
    tags.get(key),
  );
  const time = parseInstant(slot ?? '');
  if (!isWord(policy)) return leftAlone(MARK.policy, policy, 'a policy name');
  if (!isSourceId(source)) return leftAlone(MARK.source, source, 'an instance or volume id');
  if (time === undefined) return leftAlone(MARK.slot, slot, 'a time such as 2026-11-22T18:00:00Z');
  if (!isKind(kind)) return leftAlone(MARK.kind, kind, KINDS.join(', '));
  const from = tags.get(COPY.from);
  const copiedFrom = from === undefined ? undefined : readCopiedFrom(from, tags);
  if (from !== undefined && !copiedFrom) return leftAlone(COPY.from, from, COPIED_FROM_EXPECTED);
  const marks = { policy, source, slot: time, kind, ...optionalMarks(tags, owner) };
  return { status: 'ours', marks: copiedFrom ? { ...marks, copiedFrom } : marks };
}

const COPIED_FROM_EXPECTED = 'an account, a Region and a recovery point such as 111122223333/us-east-1/ami-…';

export function copiedFromText({ account, region }: Place, point: string): string {
  return `${account}/${region}/${point}`;
}

function readCopiedFrom(text: string, tags: Tags): CopiedFrom | undefined {
  const [, account, region, point] = /^([0-9]{12})\/([a-z0-9-]+)\/([\x21-\x7e]+)$/.exec(text) ?? [];
  if (account === undefined || region === undefined || point === undefined) return undefined;
  const takenAt = parseInstant(tags.get(COPY.taken) ?? '');
  return { place: { account, region }, point, ...(takenAt !== undefined && { takenAt }) };
}

function optionalMarks(
  tags: Tags,
  owner: Owner,
): Pick<Marks, 'keep' | 'hold' | 'volumes' | 'setAside' | 'rehearsed' | 'vss'> {
  const keep = tags.get(MARK.keep);
  const hold = holdOf(tags, owner);
  const rehearsed = tags.get(REHEARSAL.result);
  const setAside = readSetAside(tags.get(PROTECT.disabled));
  const volumes = tags.get(MARK.kind) === 'snapshots' ? readSheetVolumes(tags) : undefined;
  const vss = readVssMark(tags.get(MARK.consistency), tags);
  return {
    ...(keep !== undefined && { keep: readText(tags, keep) }),
    ...(hold !== undefined && { hold }),
    ...(volumes && { volumes }),
    ...(setAside && { setAside }),
    ...(rehearsed !== undefined && { rehearsed }),
    ...(vss && { vss }),
  };
}

function readSetAside(text: string | undefined): SetAside | undefined {
  if (text === undefined || text === NOT_DISABLED) return undefined;
  const since = parseInstant(text);
  return since === undefined ? {} : { since };
}

// IAM compares tag keys without case, so the deny on Backup:Hold covers backup:hold too.
function holdOf(tags: Tags, { optInTag }: Owner): string | undefined {
  for (const [key, value] of tags) {
    if (key.length === optInTag.length + 5 && key.toLowerCase() === `${optInTag}:hold`.toLowerCase())
      return value;
  }
  return undefined;
}

function leftAlone(key: string, value: string | undefined, expected: string): Ownership {
  const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return { status: 'left-alone', reason: `tag ${key} ${found}, expected ${expected}` };
}

// Names and ids are joined with spaces to keys, so a space would let one group pass for another.
function isWord(text: string | undefined): text is string {
  return text !== undefined && /^[\x21-\x7e]+$/.test(text);
}

// It stands in commands that people are told to run: nothing that a shell or a web page would read otherwise is one.
function isSourceId(text: string | undefined): text is string {
  return text !== undefined && /^(?:i|vol)-[\w-]+$/.test(text);
}

function isKind(kind: string | undefined): kind is BackupKind {
  return kind !== undefined && KINDS.includes(kind);
}
