import { contentOf } from './block-content.ts';
import { count } from './dlm-run-activity.ts';
import { exists, type ManagedItem } from './dlm-run-items.ts';
import { expiryOf, systemTags } from './dlm-run-make.ts';
import type { CopyOrder } from './dlm-run-orders.ts';
import { later } from './dlm-run-times.ts';
import { NO_VOLUME } from './copy-making.ts';
import { defaultKey } from './kms-keys.ts';
import { setDeprecation } from './protections.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { lengthOf } from './settings.ts';
import { newSnapshotId } from './snapshot-making.ts';
import { imageState, snapshotState } from './states.ts';
import { addImage } from './stock.ts';
import { TagHistory, type Tags } from './tags.ts';
import type { World } from './world.ts';

/** Copies a complete backup to another Region now. Undefined, and counted as failed, when that cannot be. */
export function copyItem(item: ManagedItem, order: CopyOrder): ManagedItem | undefined {
  const { home, policy, image } = item;
  const place = home.worlds.get(order.region);
  const what = image === undefined ? 'Snapshots' : 'Images';
  if (place === undefined || !isComplete(item) || !hasFreeName(place, image)) {
    count(home, policy.id, `${what}CopiedRegionFailed`);
    return undefined;
  }
  const copy = { place, order, expiresAt: expiryOf(home, order) };
  const duration = image === undefined ? home.settings.snapshotDuration : home.settings.imageDuration;
  const copied = item.snapshots.map((source) => {
    const { id, index } = newSnapshotId(place);
    const completesAt = place.now() + lengthOf(duration, id, index);
    return copySnapshot(item, source, { ...copy, id, completesAt });
  });
  count(home, policy.id, `${what}CopiedRegionCompleted`);
  const copiedImage = image === undefined ? undefined : copyImage(item, image, { ...copy, copied });
  const rest = { place, isCopy: true, expiresAt: copy.expiresAt, archivedAt: undefined };
  return { ...item, ...rest, snapshots: copied, image: copiedImage };
}

function isComplete(item: ManagedItem): boolean {
  const now = item.home.now();
  const isGood = item.image === undefined || imageState(item.image, now) === 'available';
  return exists(item) && isGood && item.snapshots.every((one) => snapshotState(one, now) === 'completed');
}

function hasFreeName(place: World, image: ImageRecord | undefined): boolean {
  return image === undefined || !place.store.imageNames.isTaken(image.name, place.now());
}

interface Copying {
  readonly place: World;
  readonly order: CopyOrder;
  readonly expiresAt: number | undefined;
}

type NewSnapshot = Copying & { readonly id: string; readonly completesAt: number };

function copySnapshot(item: ManagedItem, source: SnapshotRecord, copy: NewSnapshot): SnapshotRecord {
  const { place, order, id, completesAt } = copy;
  const set: SnapshotRecord[] = [];
  const encrypted = source.encrypted || order.encrypted;
  const snapshot: SnapshotRecord = {
    id,
    createdAt: place.now(),
    goneAt: undefined,
    tags: new TagHistory(place.now(), tagsOf(item, source, copy)),
    ownerId: place.account,
    volumeId: NO_VOLUME,
    content: contentOf(source),
    sizeGiB: source.sizeGiB,
    encrypted,
    keyArn: encrypted ? (order.keyArn ?? defaultKey(place).arn) : undefined,
    description: `[Copied ${source.id} from ${item.home.region}] ${source.description}`,
    completesAt,
    set,
    failsAt: undefined,
    stateMessage: undefined,
  };
  set.push(snapshot);
  place.store.snapshots.add(snapshot);
  return snapshot;
}

type NewImage = Copying & { readonly copied: readonly SnapshotRecord[] };

function copyImage(item: ManagedItem, source: ImageRecord, copy: NewImage): ImageRecord {
  const { place, order, copied } = copy;
  const now = place.now();
  const idOf = new Map(item.snapshots.map(({ id }, index) => [id, copied[index]]));
  const mappings = source.mappings.map(({ snapshotId, ...mapping }) => {
    const snapshot = snapshotId === undefined ? undefined : idOf.get(snapshotId);
    if (snapshot === undefined) return mapping;
    return { ...mapping, snapshotId: snapshot.id, encrypted: snapshot.encrypted };
  });
  const image: ImageRecord = {
    ...source,
    id: place.ids.next('ami'),
    createdAt: now,
    goneAt: undefined,
    tags: new TagHistory(now, tagsOf(item, source, copy)),
    mappings,
    availableAt: Math.max(now, ...copied.map(({ completesAt }) => completesAt)),
    failsAt: undefined,
    stateReason: undefined,
  };
  // What was done to the original was not done to the copy.
  delete image.sharing;
  delete image.disabling;
  delete image.protecting;
  delete image.deprecation;
  if (order.deprecateAfter !== undefined) setDeprecation(image, later(now, order.deprecateAfter), now);
  addImage(place, image);
  return image;
}

/** The user's tags of the source when the rule copies them, and always those of DLM itself. */
function tagsOf(
  { policy, scheduleName }: ManagedItem,
  source: SnapshotRecord | ImageRecord,
  { order, expiresAt }: Copying,
): Tags {
  const user = [...source.tags.now()].filter(([key]) => order.copyTags && !key.startsWith('aws:'));
  return new Map([...user, ...systemTags(policy, scheduleName, expiresAt)]);
}
