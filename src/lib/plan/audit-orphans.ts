/** What is kept and nobody looks after any more: each with its cause, what it costs and what to do. */

import type { Place, PolicyFile } from '../policy/policy.ts';
import { keepingPolicies } from '../policy/policy.ts';
import { scheduleNames } from './audit-dlm.ts';
import { deleteSnapshotCommand, deregisterCommand, type CliCommand } from './cli-command.ts';
import { holdKey } from './handover-backups.ts';
import type { Image, Snapshot, Tags } from './inventory.ts';
import type { LifecyclePolicy } from './lifecycle-policy.ts';
import { DLM_POLICY, DLM_SCHEDULE, MARK } from './marks.ts';
import { compareText } from './order.ts';
import type { PrunePlan } from './plan-prune.ts';
import type { PointVerdict } from './point-verdicts.ts';
import { NOTHING_STORED, plusStored, type StoredBytes } from './snapshot-prices.ts';

const DAY = 86_400_000;

/** EC2's arbitrary volume id of copies. */
const NO_VOLUME = 'vol-ffffffff';

export type OrphanCause = 'failed' | 'policy gone' | 'source gone' | 'AMI gone' | 'DLM leftover';

export interface Orphan {
  /** A recovery point's, an AMI's or a snapshot's. */
  readonly id: string;
  /** What others own is never touched. */
  readonly isOurs: boolean;
  readonly cause: OrphanCause;
  /** The cause in words. */
  readonly detail: string;
  readonly policy?: string;
  readonly source?: string;
  /** Those that are deleted with it. */
  readonly snapshots: readonly string[];
  /** Its share of the bill. A block is in that of the oldest snapshot that refers to it. */
  readonly stored: StoredBytes;
  /** What the bill falls by when it alone is deleted. */
  readonly frees: StoredBytes;
  /** The proposed action in words. */
  readonly action: string;
  /** What carries it out, where a command of AWS does. */
  readonly command?: CliCommand;
  /** The prune would delete it now. */
  readonly isPruned: boolean;
}

export interface DescribedSnapshot extends Snapshot {
  readonly description: string;
}

export interface OrphansInput {
  readonly file: PolicyFile;
  readonly place: Place;
  readonly now: number;
  readonly plan: PrunePlan;
  /** Ids of the instances and volumes that exist. */
  readonly sources: ReadonlySet<string>;
  /** All that the account owns here. */
  readonly images: readonly Image[];
  readonly snapshots: readonly DescribedSnapshot[];
  readonly lifecyclePolicies: readonly LifecyclePolicy[];
  /** AMIs in the Recycle Bin; absent when that could not be read. */
  readonly binned?: ReadonlySet<string>;
  /** By snapshot. */
  readonly stored: ReadonlyMap<string, StoredBytes>;
  /** Of the same snapshots as `stored`. */
  readonly freed: (deleted: readonly Pick<Orphan, 'id' | 'snapshots'>[]) => StoredBytes;
}

/** Each AMI and snapshot at most once; ours first. */
export function orphansOf(input: OrphansInput): Orphan[] {
  const { plan } = input;
  const ours = plan.verdicts.flatMap((entry) => pointOrphan(entry, input));
  const known = new Set(plan.verdicts.flatMap(({ point }) => [point.id, ...point.snapshotIds]));
  const images = input.images.filter(({ id, state }) => !known.has(id) && state !== 'deregistered');
  const mapped = new Set(
    input.images.filter(({ state }) => state !== 'deregistered').flatMap(({ snapshotIds }) => snapshotIds),
  );
  const snapshots = input.snapshots.filter(({ id }) => !known.has(id) && !mapped.has(id));
  const byId = new Map(input.snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const theirs = [
    ...images.flatMap((image) => dlmImage(image, byId, input)),
    ...snapshots.flatMap((snapshot) => snapshotOrphan(snapshot, input)),
  ];
  return [...ours, ...theirs.sort((a, b) => compareText(a.id, b.id))];
}

/** What one of these ids with these snapshots costs. */
function costsOf(
  id: string,
  snapshots: readonly string[],
  { stored, freed }: OrphansInput,
): Pick<Orphan, 'snapshots' | 'stored' | 'frees'> {
  return {
    snapshots,
    stored: snapshots.reduce(
      (sum, part) => plusStored(sum, stored.get(part) ?? NOTHING_STORED),
      NOTHING_STORED,
    ),
    frees: freed([{ id, snapshots }]),
  };
}

function pointOrphan(entry: PointVerdict, input: OrphansInput): Orphan[] {
  const { point, verdict } = entry;
  const found = causeOf(entry, input);
  if (!found) return [];
  const { id, policy, source, snapshotIds, foreignSnapshots } = point;
  const own = snapshotIds.filter((part) => !foreignSnapshots.includes(part));
  const isPruned = verdict.decision === 'prune';
  return [
    {
      id,
      isOurs: true,
      ...found,
      policy,
      source,
      ...costsOf(id, own, input),
      action: isPruned ? `prune deletes it: ${verdict.reasons.join(', ')}` : whatKeeps(entry, found.cause),
      isPruned,
    },
  ];
}

function causeOf(
  { point }: PointVerdict,
  { file, sources }: OrphansInput,
): Pick<Orphan, 'cause' | 'detail'> | undefined {
  const { policy, source, state, detail = 'it failed', copiedFrom, kind, imageId } = point;
  if (state === 'failed' && kind === 'image' && imageId === undefined) return { cause: 'AMI gone', detail };
  if (state === 'failed') return { cause: 'failed', detail };
  if (!keepingPolicies(file).some(({ name }) => name === policy))
    return { cause: 'policy gone', detail: `policy ${policy} is not in the file` };
  // A copy's source is elsewhere.
  if (!copiedFrom && !sources.has(source))
    return { cause: 'source gone', detail: `${source} does not exist` };
  return undefined;
}

function whatKeeps({ point, verdict }: PointVerdict, cause: OrphanCause): string {
  const why = `kept: ${verdict.reasons.join(', ')}`;
  if (cause === 'policy gone')
    return `${why}. Write ${point.policy} under retired with rules, and prune deletes what they do not keep`;
  const isLast = verdict.reasons.some((reason) => reason.startsWith('last good of'));
  if (cause === 'source gone' && isLast)
    return `${why}. releaseAfterSourceGone of its policy lets it go in time`;
  return why;
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

const HELD = 'keep it: somebody holds it by a tag';

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
  if (tags.get(MARK.deployment) === file.deployment)
    return [{ ...orphan, isOurs: true, action: 'left alone: it is of no recovery point by its tags' }];
  if (holdKey(tags, file.optInTag) !== undefined) return [{ ...orphan, action: HELD }];
  if (!binned)
    return [{ ...orphan, action: 'keep it: whether the AMI is in the Recycle Bin could not be read' }];
  const command = deleteSnapshotCommand(place, id);
  return [{ ...orphan, action: 'if nobody wants its data, delete it', command }];
}
