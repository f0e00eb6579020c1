/** Puts images and snapshots together into recovery points. */

import { groupBy } from './group-by.ts';
import { identityKey, type BackupIdentity } from './identity.ts';
import type { Image, Snapshot } from './inventory.ts';
import { partsOfLeftAlone } from './left-alone-parts.ts';
import type { CopiedFrom, Marks, Ownership, SetAside } from './marks.ts';
import { compareText } from './order.ts';
import {
  copiedSetState,
  imageState,
  leftoverState,
  setState,
  snapshotState,
  type Judgement,
} from './point-state.ts';
import type { BackupKind } from '../policy/policy.ts';
import type { PointState } from './retention.ts';
import { splitIntoSets } from './split-into-sets.ts';
import { toldConsistency, vssState, type VssMark } from './vss-mark.ts';

/** An AMI or snapshot with what its tags say; the tags themselves are not kept. */
export type Owned<T> = Omit<T, 'tags'> & { readonly ownership: Ownership };

/** What one backup made: an AMI with its snapshots, the snapshots of one CreateSnapshots, or one snapshot. */
export interface RecoveryPoint extends BackupIdentity {
  /** The AMI's id; of a set, its lowest snapshot id. */
  readonly id: string;
  readonly kind: BackupKind;
  readonly state: PointState;
  /** Why the state is what it is, when it is not good. */
  readonly detail?: string;
  /** Failed, but with all of its data: VSS does not say that it is application-consistent, and its policy takes nothing else. */
  readonly disowned?: true;
  /** When the first part of it was made. */
  readonly madeAt: number;
  readonly imageId?: string;
  readonly snapshotIds: readonly string[];
  /** Why it is held, by the tag on any part of it. */
  readonly hold?: string;
  /** The source's `Backup:Keep` when it was made. */
  readonly keep?: string;
  readonly deregistrationProtected: boolean;
  /** It cannot be deregistered for a day after its protection is lifted. */
  readonly protectionLingers?: true;
  /** Its AMI was disabled by this product, or was about to be. */
  readonly setAside?: SetAside;
  /** How its last rehearsal ended: `ok <time>`, or `failed <time>: <what>`. */
  readonly rehearsed?: string;
  /** Snapshots that its AMI maps but that are not ours to delete. */
  readonly foreignSnapshots: readonly string[];
  /** Other AMIs that map one of its snapshots. */
  readonly mappedBy: readonly string[];
  /** Absent: it was made from the source itself. */
  readonly copiedFrom?: CopiedFrom;
  /** Of a copy of snapshots, the volumes of those that it has, in any state. */
  readonly copiedVolumes?: readonly string[];
  /**
   * Of what Windows made through VSS, by what its tags say now; absent while they may not have said it yet. Of all else the tag
   * of the creating call says it.
   */
  readonly consistency?: 'application' | 'crash';
}

export interface LeftAlone {
  readonly id: string;
  readonly reason: string;
  /** The AMI that it is left alone with. */
  readonly partOf?: string;
}

export interface RecoveryPoints {
  readonly points: readonly RecoveryPoint[];
  /** What carries our deployment's tag but is not to be touched. */
  readonly leftAlone: readonly LeftAlone[];
}

/**
 * `images` and `snapshots` are all that the account owns in the Region, foreign ones too: those tell which of our
 * snapshots exist and which are mapped by somebody's AMI. Snapshots must have been read before images.
 */
export function assemblePoints(
  images: readonly Owned<Image>[],
  snapshots: readonly Owned<Snapshot>[],
  now: number,
): RecoveryPoints {
  const byId = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const mappers = mappersOf(images);
  const spoilt = partsOfLeftAlone(images, snapshots);
  const ours = snapshots.filter(isOurs).filter(({ id }) => !spoilt.has(id));
  const loose = groupBy(ours, (snapshot) => groupKey(snapshot.ownership.marks));
  const points: RecoveryPoint[] = [];
  const withImage = new Set<string>();
  for (const image of images.filter(isOurs)) {
    // A deregistered AMI shows for a while; until it is gone its snapshots are not taken for leftovers.
    const key = groupKey({ ...image.ownership.marks, kind: 'image' });
    const unmapped = (loose.get(key) ?? []).filter(({ id }) => !mappers.has(id));
    if (image.state !== 'deregistered') points.push(imagePoint(image, { byId, mappers, unmapped, now }));
    withImage.add(key);
  }
  // Of two AMIs of a slot each has them, holds included, in whatever order they are listed.
  for (const key of withImage) loose.delete(key);
  const mappedByOurs = new Set(points.flatMap(({ snapshotIds }) => snapshotIds));
  for (const group of loose.values()) {
    const parts = group.filter(({ id }) => !mappedByOurs.has(id));
    for (const set of splitIntoSets(parts)) points.push(snapshotPoint(set, mappers, now));
  }
  return { points, leftAlone: [...[...images, ...snapshots].flatMap(leftAloneOf), ...spoilt.values()] };
}

export type Ours<T> = T & { readonly ownership: { readonly status: 'ours'; readonly marks: Marks } };

function isOurs<T extends { readonly ownership: Ownership }>(resource: T): resource is Ours<T> {
  return resource.ownership.status === 'ours';
}

function leftAloneOf({ id, ownership }: { id: string; ownership: Ownership }): LeftAlone[] {
  return ownership.status === 'left-alone' ? [{ id, reason: ownership.reason }] : [];
}

function groupKey({ kind, copiedFrom, ...identity }: Marks): string {
  const key = `${kind} ${identityKey(identity)}`;
  if (!copiedFrom) return key;
  const { place, point } = copiedFrom;
  return `${key} ${place.account} ${place.region} ${point}`;
}

/** Which registered AMIs map a snapshot. */
function mappersOf(images: readonly Owned<Image>[]): ReadonlyMap<string, readonly string[]> {
  const mappers = new Map<string, string[]>();
  for (const image of images) {
    if (image.state === 'deregistered') continue;
    for (const id of image.snapshotIds) {
      const known = mappers.get(id);
      if (known) known.push(image.id);
      else mappers.set(id, [image.id]);
    }
  }
  return mappers;
}

interface Surroundings {
  readonly byId: ReadonlyMap<string, Owned<Snapshot>>;
  readonly mappers: ReadonlyMap<string, readonly string[]>;
  /** Snapshots of the same backup that no AMI maps: a pending AMI's, or an earlier attempt's. */
  readonly unmapped: readonly Ours<Owned<Snapshot>>[];
  readonly now: number;
}

function imagePoint(image: Ours<Owned<Image>>, { byId, unmapped, now }: Surroundings): RecoveryPoint {
  const { marks } = image.ownership;
  const mapped = image.snapshotIds.map((id) => byId.get(id) ?? { id, state: 'missing' });
  const existing = mapped.flatMap((part) => ('ownership' in part ? [part] : []));
  const parts = [...existing.filter(isOurs), ...unmapped].sort((a, b) => compareText(a.id, b.id));
  const { policy, source, slot } = marks;
  // Common fields first and by name, as in snapshotPoint.
  return {
    policy,
    source,
    slot,
    id: image.id,
    kind: 'image',
    madeAt: image.createdAt,
    imageId: image.id,
    snapshotIds: [...image.snapshotIds].sort(),
    deregistrationProtected: (image.deregistrationProtection ?? 'disabled') !== 'disabled',
    foreignSnapshots: existing.flatMap((part) => (isOurs(part) ? [] : part.id)).sort(),
    // DeleteAssociatedSnapshots spares what another AMI maps, so sharing does not hold the AMI back.
    mappedBy: NONE,
    ...stateOfImage(image, mapped, now - Math.max(slot, image.createdAt)),
    ...(image.deregistrationProtection?.includes('with-cooldown') && { protectionLingers: true as const }),
    ...(marks.setAside && { setAside: marks.setAside }),
    ...heldBy([marks, ...parts.map(({ ownership }) => ownership.marks)]),
    ...(marks.copiedFrom && { copiedFrom: marks.copiedFrom }),
  };
}

/** What this product has disabled is as good as it was, and is judged as such, but for that it cannot be used as it is. */
function stateOfImage(
  image: Ours<Owned<Image>>,
  mapped: Parameters<typeof imageState>[1],
  age: number,
): Judgement {
  const judged = imageState(image, mapped, age);
  if (judged.state !== 'disabled' || !image.ownership.marks.setAside) return judged;
  const inside = imageState({ state: 'available' }, mapped, age);
  return inside.state === 'good' ? judged : inside;
}

/** As much of a point as tells which backups of a slot there are. */
export type MadePoint = Pick<
  RecoveryPoint,
  'id' | 'policy' | 'source' | 'slot' | 'state' | 'detail' | 'madeAt' | 'imageId' | 'consistency'
>;

/** Our AMIs without a look at their snapshots: whether a slot is made, not whether it can be restored from. */
export function madeImages(images: readonly Owned<Image>[]): MadePoint[] {
  return images
    .filter(isOurs)
    .filter(({ state }) => state !== 'deregistered')
    .map((image) => ({
      ...identityOf(image.ownership.marks),
      ...(image.state === 'available' ? ({ state: 'good' } as const) : imageState(image, [], 0)),
      id: image.id,
      imageId: image.id,
      madeAt: image.createdAt,
    }));
}

/** Shared, because nearly every point has two such lists. */
const NONE: readonly string[] = [];

function snapshotPoint(
  parts: readonly Ours<Owned<Snapshot>>[],
  mappers: ReadonlyMap<string, readonly string[]>,
  now: number,
): RecoveryPoint {
  const [first] = parts;
  if (!first) throw new Error('a recovery point without a snapshot: splitIntoSets answered an empty set');
  const { marks } = first.ownership;
  const { policy, source, slot, kind } = marks;
  const madeAt = Math.min(...parts.map(({ startedAt }) => startedAt));
  const snapshotIds = parts.map(({ id }) => id).sort();
  const mappedBy = new Set(snapshotIds.flatMap((id) => mappers.get(id) ?? []));
  const judged = stateOf(marks, parts, now - Math.max(slot, madeAt));
  // The common fields first and by name, so that V8 gives a hundred thousand points one compact shape.
  return {
    policy,
    source,
    slot,
    id: snapshotIds[0] ?? first.id,
    kind,
    madeAt,
    snapshotIds,
    deregistrationProtected: false,
    foreignSnapshots: NONE,
    mappedBy: mappedBy.size === 0 ? NONE : [...mappedBy].sort(),
    ...judged,
    ...heldBy(parts.map(({ ownership }) => ownership.marks)),
    ...copyOf(marks, parts),
    ...(marks.vss && toldConsistency(vssMarksOf(parts), judged)),
  };
}

function copyOf(
  { copiedFrom, kind }: Marks,
  parts: readonly Owned<Snapshot>[],
): Pick<RecoveryPoint, 'copiedFrom' | 'copiedVolumes'> {
  if (!copiedFrom) return {};
  if (kind === 'image') return { copiedFrom };
  return { copiedFrom, copiedVolumes: parts.map(({ volumeId }) => volumeId).sort() };
}

function stateOf(marks: Marks, parts: readonly Ours<Owned<Snapshot>>[], age: number): Judgement {
  if (marks.kind === 'volume') return snapshotState(parts);
  if (marks.kind === 'image') return leftoverState(age);
  const { volumes, copiedFrom } = marks;
  const judged = copiedFrom ? copiedSetState(parts, volumes, age) : setState(parts, volumes, age);
  if (!marks.vss) return judged;
  return vssState(judged, vssMarksOf(parts), copiedFrom ? undefined : age);
}

function vssMarksOf(parts: readonly Ours<Owned<Snapshot>>[]): (VssMark | undefined)[] {
  return parts.map(({ ownership }) => ownership.marks.vss);
}

function identityOf({ policy, source, slot }: Marks): BackupIdentity {
  return { policy, source, slot };
}

function heldBy(marks: readonly Marks[]): Pick<RecoveryPoint, 'hold' | 'keep' | 'rehearsed'> {
  const hold = marks.find((mark) => mark.hold !== undefined)?.hold;
  const keep = marks.find((mark) => mark.keep !== undefined)?.keep;
  const rehearsed = marks.find((mark) => mark.rehearsed !== undefined)?.rehearsed;
  return {
    ...(hold !== undefined && { hold }),
    ...(keep !== undefined && { keep }),
    ...(rehearsed !== undefined && { rehearsed }),
  };
}
