/** Which backups of a deployment can be removed now, and which cannot go yet and why. */

import type { Image, Snapshot } from './inventory.ts';
import { DLM_POLICY, MARK, readOwnership, REHEARSAL, type Owner } from './marks.ts';
import { compareText } from './order.ts';
import type { RecoveryPoint, RecoveryPoints } from './recovery-points.ts';
import { spoiltOf, type Spoilt } from './handover-repair.ts';
import { lockReason, pinsOf, type SafetyChecks } from './safety.ts';

/** An AMI with the snapshots that go with it, or a snapshot of no AMI. */
export interface Backup {
  readonly id: string;
  readonly kind: 'image' | 'snapshot';
  /** The policy that made it, of DLM the lifecycle policy's id; absent where its tags do not say. */
  readonly policy?: string;
  readonly source?: string;
  /** As its tag says. */
  readonly slot?: string;
  /** Of an AMI: those of the deployment that are deleted with it. */
  readonly snapshots: readonly string[];
  readonly isByDlm: boolean;
  /** Why it cannot go yet; empty for what can. */
  readonly reasons: readonly string[];
  readonly isProtected: boolean;
  /** Its parts that carry a tag that holds it, with the tag's key as it is written. */
  readonly held: readonly { readonly id: string; readonly key: string }[];
  /** Absent where its tags can be read. */
  readonly spoilt?: Spoilt;
}

/** Whose backups they are. What DLM makes carries its lifecycle policy's id, and not the deployment's tag. */
export interface Keeper extends Owner {
  /** Ids of the deployment's lifecycle policies. */
  readonly lifecyclePolicies: ReadonlySet<string>;
}

export interface BackupsInput {
  readonly owner: Keeper;
  /** All that the account owns here but for rehearsals' temporary AMIs. */
  readonly images: readonly Image[];
  readonly snapshots: readonly (Snapshot & { readonly description?: string })[];
  /** Assembled of the same AMIs and snapshots. */
  readonly points: RecoveryPoints;
  /** Of all points, and of `otherImages`. */
  readonly safety: SafetyChecks;
}

/** The deployment's AMIs that are of no recovery point: DLM's, and those with tags that nobody can read. */
export function otherImages({ images, owner }: Pick<BackupsInput, 'images' | 'owner'>): readonly Image[] {
  return images.filter(
    ({ tags, state }) =>
      isMarked(tags, owner) && state !== 'deregistered' && readOwnership(tags, owner).status !== 'ours',
  );
}

function isMarked(tags: Image['tags'], { deployment, lifecyclePolicies }: Keeper): boolean {
  return tags.get(MARK.deployment) === deployment || lifecyclePolicies.has(tags.get(DLM_POLICY) ?? '');
}

/** Each AMI and each snapshot of the deployment once: by itself, or among the snapshots of an AMI. */
export function handoverBackups(input: BackupsInput): Backup[] {
  const { images, owner } = input;
  const own = images.filter(({ tags, state }) => isMarked(tags, owner) && state !== 'deregistered');
  const judge = imageReasons(input);
  const judged = new Map(own.map((image) => [image.id, judge(image)]));
  const reasonsOf: ReasonsOf = ({ id }) => judged.get(id) ?? [];
  const marked = new Map(
    input.snapshots.filter(({ tags }) => isMarked(tags, owner)).map((snapshot) => [snapshot.id, snapshot]),
  );
  const carriers = carriersOf(own, input, reasonsOf);
  const sorted = [...own].sort((a, b) => compareText(a.id, b.id));
  return [
    ...sorted.map((image) => {
      const parts = image.snapshotIds.filter((id) => carriers.get(id) === image.id && marked.has(id));
      const snapshots = [...parts].sort();
      return imageBackup(image, { snapshots, reasons: reasonsOf(image), marked, input });
    }),
    ...looseBackups(input, { marked, carriers, reasonsOf, own }),
  ];
}

type ReasonsOf = (image: Image) => readonly string[];

/** By the AMI's recovery point where it is one; what has no point is asked for what a point would be asked. */
function imageReasons({ points, owner, safety, images, snapshots }: BackupsInput): ReasonsOf {
  const pointOf = new Map(
    points.points.flatMap((point) => (point.imageId === undefined ? [] : [[point.imageId, point]])),
  );
  const known = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const others = new Set(otherImages({ images, owner }).map(({ id }) => id));
  return (image) => {
    const point =
      pointOf.get(image.id) ?? (others.has(image.id) ? pointLike(image, known, owner) : undefined);
    if (!point) return ['it is not known what it is'];
    return [
      ...unclear(image.tags, owner),
      ...(image.state === 'pending' ? ['still being made'] : []),
      ...pinsOf(point, { deployment: owner.deployment, lifts: false }, safety),
    ];
  };
}

/** What carries our tag and does not say what it is: somebody may have copied the tags. DLM's are known for what they are. */
function unclear(tags: Image['tags'], owner: Owner): string[] {
  if (tags.has(REHEARSAL.key)) return [`carries the tag ${REHEARSAL.key}, yet no rehearsal made it`];
  // Whatever other tags there are: EC2 deletes nothing of AWS Backup's.
  const ofBackup = [...tags.keys()].find((key) => key.startsWith('aws:backup:'));
  if (ofBackup !== undefined) return [`managed by AWS Backup (tag ${ofBackup})`];
  const ownership = readOwnership(tags, owner);
  if (ownership.status !== 'left-alone' || isByDlm(tags)) return [];
  return [ownership.reason];
}

function isByDlm(tags: Image['tags']): boolean {
  return tags.has(DLM_POLICY);
}

/** As much of a recovery point as says whether an AMI that is none may be deleted. */
export function pointLike(image: Image, known: ReadonlyMap<string, Snapshot>, owner: Keeper): RecoveryPoint {
  const parts = image.snapshotIds.flatMap((id) => known.get(id) ?? []);
  const holds = [image, ...parts].flatMap(({ tags }) => holdIn(tags, owner) ?? []);
  const [hold] = holds;
  return {
    id: image.id,
    imageId: image.id,
    policy: image.tags.get(MARK.policy) ?? '',
    source: '',
    slot: 0,
    kind: 'image',
    state: 'good',
    madeAt: image.createdAt,
    snapshotIds: image.snapshotIds,
    deregistrationProtected: (image.deregistrationProtection ?? 'disabled') !== 'disabled',
    foreignSnapshots: parts.filter(({ tags }) => !isMarked(tags, owner)).map(({ id }) => id),
    mappedBy: [],
    ...(hold !== undefined && { hold }),
  };
}

function holdIn(tags: Image['tags'], { optInTag }: Owner): string | undefined {
  const key = holdKey(tags, optInTag);
  return key === undefined ? undefined : tags.get(key);
}

function heldPart({ id, tags }: Pick<Image, 'id' | 'tags'>, optInTag: string): Backup['held'] {
  const key = holdKey(tags, optInTag);
  return key === undefined ? [] : [{ id, key }];
}

/** The key that holds, as it is written: capitals do not matter to a hold. */
export function holdKey(tags: Image['tags'], optInTag: string): string | undefined {
  return [...tags.keys()].find((key) => key.toLowerCase() === `${optInTag}:hold`.toLowerCase());
}

/**
 * With which AMI of the deployment each mapped snapshot is deleted: one that stays if there is one, else the last one.
 * A snapshot that somebody else's AMI maps has none: EC2 does not delete it with an AMI.
 */
function carriersOf(
  own: readonly Image[],
  { images, owner }: BackupsInput,
  reasonsOf: ReasonsOf,
): ReadonlyMap<string, string> {
  const carriers = new Map<string, string>();
  const inOrder = [...own].sort(
    (a, b) => Number(reasonsOf(a).length > 0) - Number(reasonsOf(b).length > 0) || compareText(a.id, b.id),
  );
  for (const { id, snapshotIds } of inOrder) for (const part of snapshotIds) carriers.set(part, id);
  for (const { tags, snapshotIds, state } of images) {
    if (isMarked(tags, owner) || state === 'deregistered') continue;
    for (const part of snapshotIds) carriers.delete(part);
  }
  return carriers;
}

interface ImageParts {
  readonly snapshots: readonly string[];
  readonly reasons: readonly string[];
  readonly marked: ReadonlyMap<string, Snapshot>;
  readonly input: BackupsInput;
}

function imageBackup(image: Image, { snapshots, reasons, marked, input }: ImageParts): Backup {
  const { optInTag } = input.owner;
  const parts = [image, ...snapshots.flatMap((id) => marked.get(id) ?? [])];
  const ids = [image.id, ...snapshots];
  const spoilt = spoiltOf({ ...image, ids, kind: 'image', reasons }, input.owner);
  return {
    id: image.id,
    kind: 'image',
    ...saidBy(image.tags),
    snapshots,
    isByDlm: isByDlm(image.tags),
    reasons,
    isProtected: (image.deregistrationProtection ?? 'disabled') !== 'disabled',
    held: parts.flatMap((part) => heldPart(part, optInTag)),
    ...(spoilt && { spoilt }),
  };
}

function saidBy(tags: Image['tags']): Pick<Backup, 'policy' | 'source' | 'slot'> {
  const policy = tags.get(MARK.policy) ?? tags.get(DLM_POLICY);
  const source = tags.get(MARK.source);
  const slot = tags.get(MARK.slot);
  return {
    ...(policy !== undefined && { policy }),
    ...(source !== undefined && { source }),
    ...(slot !== undefined && { slot }),
  };
}

interface Loose {
  readonly marked: ReadonlyMap<string, BackupsInput['snapshots'][number]>;
  readonly carriers: ReadonlyMap<string, string>;
  readonly reasonsOf: ReasonsOf;
  readonly own: readonly Image[];
}

function looseBackups(input: BackupsInput, { marked, carriers, reasonsOf, own }: Loose): Backup[] {
  const { owner, images, safety, points } = input;
  const mapped = new Map(
    images
      .filter(({ state }) => state !== 'deregistered')
      .flatMap(({ id, snapshotIds }) => snapshotIds.map((part) => [part, id] as const)),
  );
  const pointOf = new Map(
    points.points.flatMap((point) =>
      point.imageId === undefined ? point.snapshotIds.map((id) => [id, point] as const) : [],
    ),
  );
  // Snapshots of an AMI that is being made are mapped only once it is there.
  const making = new Map(
    own.filter(({ state }) => state === 'pending').map((image) => [backupOf(image.tags), image]),
  );
  return [...marked.values()]
    .filter(({ id }) => !carriers.has(id))
    .sort((a, b) => compareText(a.id, b.id))
    .map((snapshot): Backup => {
      const { id, tags, state } = snapshot;
      const point = pointOf.get(id);
      const maker = mapped.has(id) ? undefined : making.get(backupOf(tags));
      const user = mapped.get(id);
      const pins = point
        ? pinsOf(point, { deployment: owner.deployment, lifts: false }, safety).map((pin) =>
            saidOf(point, pin),
          )
        : [...lockOf(id, safety), ...heldText(tags, owner)];
      const reasons = [
        ...unclear(tags, owner),
        ...(state === 'pending' ? ['still being made'] : []),
        ...(maker ? [`part of ${maker.id}, which ${reasonsOf(maker).join(', ')}`] : []),
        ...(user === undefined ? [] : [`in use by ${user}`]),
        ...pins,
      ];
      const name = snapshot.description ?? '';
      const spoilt = spoiltOf({ tags, name, ids: [id], kind: 'snapshot', reasons }, owner);
      return {
        id,
        kind: 'snapshot',
        ...saidBy(tags),
        snapshots: [],
        isByDlm: isByDlm(tags),
        reasons: [...new Set(reasons)],
        isProtected: false,
        held: heldPart(snapshot, owner.optInTag),
        ...(spoilt && { spoilt }),
      };
    });
}

/** The snapshot itself is there: what lies in the bin carries its backup's name. */
function saidOf({ kind }: RecoveryPoint, pin: string): string {
  return pin === 'in the Recycle Bin' && kind !== 'image'
    ? 'another part of its backup is in the Recycle Bin'
    : pin;
}

function backupOf(tags: Image['tags']): string {
  return [MARK.policy, MARK.source, MARK.slot].map((key) => tags.get(key) ?? '').join(' ');
}

function lockOf(id: string, { locks }: SafetyChecks): string[] {
  if (!locks) return ['locked: could not be checked'];
  return locks.has(id) ? [lockReason(locks.get(id))] : [];
}

function heldText(tags: Image['tags'], owner: Owner): string[] {
  const hold = holdIn(tags, owner);
  return hold === undefined ? [] : [`held: ${hold === '' ? '(no reason given)' : hold}`];
}
