import type { CreateImageRequest } from '@aws-sdk/client-ec2';
import { createImage } from './create-image.ts';
import type { CopyOrder, BackupOrder } from './dlm-run-orders.ts';
import type { Target } from './dlm-run-targets.ts';
import { later } from './dlm-run-times.ts';
import type {
  ImageRecord,
  InstanceRecord,
  LifecyclePolicyRecord,
  Resource,
  SnapshotRecord,
} from './records.ts';
import { lengthOf } from './settings.ts';
import { checkVolumeLimits, newSnapshotId, startSnapshot } from './snapshot-making.ts';
import { snapshotIdsOf } from './stock.ts';
import { checkTags, toTagList, type Tags } from './tags.ts';
import { BY_A_SERVICE, type World } from './world.ts';

/** What one run made of one source: an image with its snapshots, or the snapshots of one instant. */
export interface Made {
  readonly image: ImageRecord | undefined;
  readonly snapshots: readonly SnapshotRecord[];
}

/** Makes the backup of one source now. @throws as EC2 refuses it */
export function makeBackup(world: World, order: BackupOrder, target: Target): Made {
  if (target.kind === 'image') return makeImage(world, order, target.source);
  return { image: undefined, snapshots: makeSnapshots(world, order, target) };
}

/** All limits are checked before the first snapshot is started. */
function makeSnapshots(world: World, order: BackupOrder, target: Target): readonly SnapshotRecord[] {
  const wishes = target.volumes.map((volume) => {
    checkVolumeLimits(world, volume);
    const tags = withSystemTags(
      world,
      order,
      userTags(world, order, { tagged: volume, source: target.source }),
    );
    checkTags(tags, world.settings.maxTags);
    return { volume, tags };
  });
  const set: SnapshotRecord[] = [];
  for (const { volume, tags } of wishes) {
    const { id, index } = newSnapshotId(world);
    const completesAt = world.now() + lengthOf(world.settings.snapshotDuration, id, index);
    const description = descriptionOf(order);
    startSnapshot(world, { id, volume, description, tags, completesAt, set, failure: undefined });
  }
  return set;
}

function makeImage(world: World, order: BackupOrder, instance: InstanceRecord): Made {
  const now = world.now();
  const user = userTags(world, order, { tagged: instance, source: instance });
  const Tags = toTagList(user) ?? [];
  const request: CreateImageRequest = {
    InstanceId: instance.id,
    Name: `${order.policy.id}_${instance.id}_${new Date(now).toISOString().replaceAll(':', '.')}`,
    Description: descriptionOf(order),
    NoReboot: order.policy.details.Parameters?.NoReboot ?? true,
    TagSpecifications: [
      { ResourceType: 'image', Tags },
      { ResourceType: 'snapshot', Tags },
    ],
  };
  const { ImageId: id = '' } = createImage.run(world, request, BY_A_SERVICE);
  const image = world.store.images.get(id, now);
  if (image === undefined) throw new Error(`The simulated account made no image of ${instance.id}`);
  const snapshots = snapshotIdsOf(image).flatMap((snapshotId) => {
    const snapshot = world.store.snapshots.get(snapshotId, now);
    return snapshot === undefined ? [] : [snapshot];
  });
  // Only a service may set these, so the call itself cannot.
  const tags = withSystemTags(world, order, user);
  for (const resource of [image, ...snapshots]) resource.tags.change(now, tags);
  return { image, snapshots };
}

/** When what is made now is to be deleted; undefined when its schedule counts. */
export function expiryOf(world: World, { age }: Pick<BackupOrder, 'age'> | CopyOrder): number | undefined {
  return age === undefined ? undefined : later(world.now(), age);
}

function descriptionOf({ policy, scheduleName }: BackupOrder): string {
  const schedule = scheduleName === undefined ? '' : ` schedule: ${scheduleName}`;
  return `Created for policy: ${policy.id}${schedule}`;
}

interface Tagging {
  /** Whose tags are copied: the volume's for a snapshot, the instance's for an image. */
  readonly tagged: Resource;
  readonly source: Resource;
}

function userTags(world: World, order: BackupOrder, { tagged, source }: Tagging): Tags {
  const tags = new Map<string, string>();
  if (order.copyTags) {
    for (const [key, value] of tagged.tags.now()) if (!key.startsWith('aws:')) tags.set(key, value);
  }
  for (const { Key: key = '', Value: value = '' } of order.tagsToAdd) tags.set(key, value);
  for (const { Key: key = '', Value: value = '' } of order.variableTags) {
    const filled = value === '$(instance-id)' ? source.id : new Date(world.now()).toISOString();
    tags.set(key, filled);
  }
  return tags;
}

function withSystemTags(world: World, order: BackupOrder, user: Tags): Tags {
  return new Map([...user, ...systemTags(order.policy, order.scheduleName, expiryOf(world, order))]);
}

/** The tags by which DLM knows its own. */
export function systemTags(
  policy: LifecyclePolicyRecord,
  scheduleName: string | undefined,
  expiresAt: number | undefined,
): Tags {
  const tags = new Map([['aws:dlm:lifecycle-policy-id', policy.id]]);
  if (scheduleName !== undefined) tags.set('aws:dlm:lifecycle-schedule-name', scheduleName);
  tags.set('aws:dlm:managed', 'true');
  if (expiresAt !== undefined) tags.set('aws:dlm:expirationTime', new Date(expiresAt).toISOString());
  return tags;
}
