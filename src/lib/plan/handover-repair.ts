/** Tags of ours that cannot be read, and what they were: the name of a backup tells. */

import { formatInstant, parseInstant } from '../policy/instant.ts';
import type { BackupKind } from '../policy/policy.ts';
import type { Tags } from './inventory.ts';
import { isOfService, MARK, readOwnership, type Owner } from './marks.ts';
import type { Tag } from './restore-sheet.ts';

/** What carries our deployment's tag and others that cannot be read. */
export interface Spoilt {
  /** What the tags were; empty where nothing tells. */
  readonly tags: readonly Tag[];
  /** The AMI or snapshot, and the snapshots that go with it. */
  readonly ids: readonly string[];
  /** Nothing else stands against its removal. */
  readonly isOnlyReason: boolean;
}

interface Named {
  readonly tags: Tags;
  /** Of an AMI its name, of a snapshot its description. */
  readonly name: string;
  readonly ids: readonly string[];
  readonly kind: 'image' | 'snapshot';
  readonly reasons: readonly string[];
}

/** Undefined for tags that can be read, and for what DLM, AWS Backup or a rehearsal marked. */
export function spoiltOf({ tags, name, ids, kind, reasons }: Named, owner: Owner): Spoilt | undefined {
  const ownership = readOwnership(tags, owner);
  if (ownership.status !== 'left-alone' || isOfService(tags)) return undefined;
  const told = tagsOfName(name, kind, owner);
  const isEnough = readOwnership(new Map([...tags, ...told.map(pairOf)]), owner).status === 'ours';
  const isOnlyReason = reasons.every((reason) => reason === ownership.reason);
  return { tags: isEnough ? told : [], ids, isOnlyReason };
}

function pairOf({ key, value }: Tag): readonly [string, string] {
  return [key, value];
}

const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** A backup's name is `<deployment>/<policy>/<source>/<slot>`. */
function tagsOfName(name: string, kind: Named['kind'], { deployment }: Owner): Tag[] {
  const [whose, policy, source, compact, ...more] = name.split('/');
  if (whose !== deployment || !policy || !source || more.length > 0) return [];
  const slot = parseInstant((compact ?? '').replace(COMPACT, '$1-$2-$3T$4:$5:$6Z'));
  if (slot === undefined) return [];
  return [
    { key: MARK.policy, value: policy },
    { key: MARK.source, value: source },
    { key: MARK.slot, value: formatInstant(slot) },
    { key: MARK.kind, value: kindOf(kind, source) },
  ];
}

function kindOf(kind: Named['kind'], source: string): BackupKind {
  if (kind === 'image') return 'image';
  return source.startsWith('vol-') ? 'volume' : 'snapshots';
}
