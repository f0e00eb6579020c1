/** What carries this deployment's tag and others that cannot be read: no run touches it, so it stays for ever. */

import {
  BY_HAND,
  costsOf,
  HELD,
  type DescribedSnapshot,
  type Orphan,
  type OrphansInput,
} from './audit-orphan.ts';
import { holdKey } from './handover-backups.ts';
import type { Image, Tags } from './inventory.ts';
import { isOfService, MARK, readOwnership } from './marks.ts';

/** An AMI with the snapshots that are left alone with it. */
export function leftAloneImage(
  image: Image,
  byId: ReadonlyMap<string, DescribedSnapshot>,
  input: OrphansInput,
): Orphan[] {
  const detail = spoilt(image.tags, input);
  if (detail === undefined) return [];
  const { deployment, optInTag } = input.file;
  const parts = image.snapshotIds
    .flatMap((part) => byId.get(part) ?? [])
    .filter(({ tags }) => tags.get(MARK.deployment) === deployment);
  const isHeld = [image, ...parts].some(({ tags }) => holdKey(tags, optInTag) !== undefined);
  const snapshots = parts.map(({ id }) => id);
  return [leftAlone(image.id, { detail, isHeld, snapshots }, input)];
}

/** Why nobody can tell what carries our deployment's tag. What DLM or AWS Backup marked is theirs to look after. */
function spoilt(tags: Tags, { file }: OrphansInput): string | undefined {
  const ownership = readOwnership(tags, file);
  return ownership.status === 'left-alone' && !isOfService(tags) ? ownership.reason : undefined;
}

interface Spoilt {
  readonly detail: string;
  readonly isHeld: boolean;
  readonly snapshots: readonly string[];
}

function leftAlone(id: string, { detail, isHeld, snapshots }: Spoilt, input: OrphansInput): Orphan {
  return {
    id,
    isOurs: true,
    cause: 'left alone',
    detail,
    ...costsOf(id, snapshots, input),
    action: isHeld ? HELD : `kept: no run touches it. Put its tag right; ${BY_HAND}`,
    isPruned: false,
  };
}

/** A snapshot of no AMI. */
export function leftAloneSnapshot({ id, tags }: DescribedSnapshot, input: OrphansInput): Orphan[] {
  const detail = spoilt(tags, input);
  if (detail === undefined) return [];
  const isHeld = holdKey(tags, input.file.optInTag) !== undefined;
  return [leftAlone(id, { detail, isHeld, snapshots: [id] }, input)];
}
