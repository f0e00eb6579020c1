/** What is kept and nobody looks after any more: each with its cause, what it costs and what to do. */

import { scheduleNames } from './audit-dlm.ts';
import { leftAloneImage, leftAloneSnapshot } from './audit-left-alone.ts';
import { costsOf, HELD, type DescribedSnapshot, type Orphan, type OrphansInput } from './audit-orphan.ts';
import { pointOrphan } from './audit-own-points.ts';
import { deleteSnapshotCommand, deregisterCommand, type CliCommand } from './cli-command.ts';
import { holdKey } from './handover-backups.ts';
import type { Image, Tags } from './inventory.ts';
import { DLM_POLICY, DLM_SCHEDULE, MARK } from './marks.ts';
import { compareText } from './order.ts';

const DAY = 86_400_000;

/** EC2's arbitrary volume id of copies. */
const NO_VOLUME = 'vol-ffffffff';

/** Each AMI and snapshot at most once; ours first. */
export function orphansOf(input: OrphansInput): Orphan[] {
  const { plan } = input;
  const points = plan.verdicts.flatMap((entry) => pointOrphan(entry, input));
  const known = new Set(plan.verdicts.flatMap(({ point }) => [point.id, ...point.snapshotIds]));
  const images = input.images.filter(({ id, state }) => !known.has(id) && state !== 'deregistered');
  const mapped = new Set(
    input.images.filter(({ state }) => state !== 'deregistered').flatMap(({ snapshotIds }) => snapshotIds),
  );
  const snapshots = input.snapshots.filter(({ id }) => !known.has(id) && !mapped.has(id));
  const byId = new Map(input.snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const others = [
    ...images.flatMap((image) => [...leftAloneImage(image, byId, input), ...dlmImage(image, byId, input)]),
    ...snapshots.flatMap((snapshot) => snapshotOrphan(snapshot, input)),
  ];
  others.sort((a, b) => Number(b.isOurs) - Number(a.isOurs) || compareText(a.id, b.id));
  return [...points, ...others];
}

function dlmImage(image: Image, byId: ReadonlyMap<string, DescribedSnapshot>, input: OrphansInput): Orphan[] {
  const { id, tags, snapshotIds } = image;
  const detail = leftoverOfDlm(tags, input);
  if (detail === undefined) return [];
  const parts = snapshotIds.flatMap((part) => byId.get(part) ?? []);
  const isCopy = parts.length > 0 && parts.every(({ volumeId }) => volumeId === NO_VOLUME);
  const command = deregisterCommand(input.place, id);
  const isHeld = [image, ...parts].some((part) => holdKey(part.tags, input.file.optInTag) !== undefined);
  return [dlmOrphan({ id, snapshots: snapshotIds, detail, command, isCopy, isHeld }, input)];
}

function snapshotOrphan(snapshot: DescribedSnapshot, input: OrphansInput): Orphan[] {
  const { id, tags, volumeId } = snapshot;
  const left = leftAloneSnapshot(snapshot, input);
  if (left.length > 0) return left;
  const command = deleteSnapshotCommand(input.place, id);
  const isCopy = volumeId === NO_VOLUME;
  if (tags.has(DLM_POLICY)) {
    const detail = leftoverOfDlm(tags, input);
    const isHeld = holdKey(tags, input.file.optInTag) !== undefined;
    if (detail === undefined) return [];
    return [dlmOrphan({ id, snapshots: [id], detail, command, isCopy, isHeld }, input)];
  }
  // AWS Backup deletes its own, and EC2 does not.
  if ([...tags.keys()].some((key) => key.startsWith('aws:backup:'))) return [];
  return imageGone(snapshot, input);
}

/** Why nobody deletes what DLM made; undefined for what is of no lifecycle policy, or of one that still knows it. */
function leftoverOfDlm(tags: Tags, { lifecyclePolicies }: OrphansInput): string | undefined {
  const id = tags.get(DLM_POLICY);
  if (id === undefined) return undefined;
  const policy = lifecyclePolicies.find((one) => one.id === id);
  if (!policy) return `its lifecycle policy ${id} does not exist here`;
  const schedule = tags.get(DLM_SCHEDULE);
  if (schedule === undefined || policy.isDefault || scheduleNames(policy).includes(schedule))
    return undefined;
  return `${id} has no schedule ${JSON.stringify(schedule)} any more: it was renamed or removed`;
}

interface DlmLeftover {
  readonly id: string;
  readonly snapshots: readonly string[];
  readonly detail: string;
  readonly command: CliCommand;
  readonly isCopy: boolean;
  readonly isHeld: boolean;
}

/** A copy carries the id of a lifecycle policy that is in the Region of its source, where it may be well. */
function dlmOrphan(
  { isCopy, isHeld, command, id, snapshots, detail }: DlmLeftover,
  input: OrphansInput,
): Orphan {
  const common = {
    id,
    detail,
    isOurs: false,
    cause: 'DLM leftover',
    ...costsOf(id, snapshots, input),
    isPruned: false,
  } as const;
  if (isCopy) {
    return {
      ...common,
      action:
        'it is a copy: look for the lifecycle policy in other Regions first; if it is in none, delete it by hand',
    };
  }
  if (isHeld) return { ...common, action: HELD };
  return { ...common, action: 'after a look at what uses it, delete it', command };
}

const CREATED_FOR = /^Created by CreateImage\(i-[0-9a-f]+\) for (ami-[0-9a-f]+)/;
const COPIED_FOR = /^Copied for DestinationAmi (ami-[0-9a-f]+)/;

/** The AMI that a snapshot was made for. A copy may have kept the description of its original, whose AMI is elsewhere. */
function madeFor({ description, volumeId }: DescribedSnapshot): string | undefined {
  const isCopy = volumeId === NO_VOLUME;
  return (isCopy ? COPIED_FOR : CREATED_FOR).exec(description)?.[1];
}

function imageGone(snapshot: DescribedSnapshot, input: OrphansInput): Orphan[] {
  const { id, startedAt, tags } = snapshot;
  const { images, now, binned, place, file } = input;
  const image = madeFor(snapshot);
  // While an AMI is being made, its snapshots are there before it.
  if (image === undefined || now - startedAt < DAY) return [];
  if (images.some((one) => one.id === image && one.state !== 'deregistered')) return [];
  if (binned?.has(image)) return [];
  const orphan = {
    id,
    isOurs: false,
    cause: 'AMI gone',
    detail: `it was made for ${image}, which does not exist`,
    ...costsOf(id, [id], input),
    isPruned: false,
  } as const;
  const deployment = tags.get(MARK.deployment);
  if (deployment !== undefined && deployment !== file.deployment)
    return [{ ...orphan, action: `deployment ${deployment} made it, and its own prune looks after it` }];
  if (deployment !== undefined)
    return [{ ...orphan, isOurs: true, action: 'left alone: it is of no recovery point by its tags' }];
  if (holdKey(tags, file.optInTag) !== undefined) return [{ ...orphan, action: HELD }];
  if (!binned)
    return [{ ...orphan, action: 'keep it: whether the AMI is in the Recycle Bin could not be read' }];
  const command = deleteSnapshotCommand(place, id);
  return [{ ...orphan, action: 'if nobody wants its data, delete it', command }];
}
