import { NO_VOLUME } from './copy-making.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { imageState, snapshotState } from './states.ts';
import type { WorkQueue } from './work-queue.ts';
import type { World } from './world.ts';

/** What EventBridge matches rules with. */
export interface Ec2Event {
  readonly source: 'aws.ec2';
  readonly 'detail-type': string;
  readonly account: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

type Tell = (event: Ec2Event) => void;

/**
 * Tells how each image and each snapshot that is made from now on ended, when its time has come, and of each image that
 * is disabled or enabled. Of what is gone by then nothing is told, nor that an image is deregistered.
 */
export function tellEnds(world: World, work: WorkQueue, tell: Tell): void {
  world.store.images.listen((image) => {
    if (image.ownerId !== world.account) return;
    work.push(Math.max(image.availableAt, world.now()), () => tellImage(world, image, tell));
  });
  world.store.imageListeners.push((image) => {
    const event = imageEvent(world, image);
    work.push(world.now(), () => tell(event));
  });
  world.store.snapshots.listen((snapshot) => {
    if (snapshot.ownerId !== world.account) return;
    work.push(Math.max(snapshot.completesAt, world.now()), () => tellSnapshot(world, snapshot, tell));
  });
}

function tellImage(world: World, image: ImageRecord, tell: Tell): void {
  if (image.goneAt === undefined) tell(imageEvent(world, image));
}

function imageEvent(world: World, image: ImageRecord): Ec2Event {
  const state = imageState(image, world.now());
  return {
    ...common(world),
    'detail-type': 'EC2 AMI State Change',
    resources: [`arn:aws:ec2:${world.region}::image/${image.id}`],
    detail: { ImageId: image.id, State: state, ErrorMessage: image.stateReason ?? '' },
  };
}

function tellSnapshot(world: World, snapshot: SnapshotRecord, tell: Tell): void {
  if (snapshot.isOfInstance === true) {
    if (lastOf(snapshot.set) === snapshot) tellSet(world, snapshot.set, tell);
    return;
  }
  if (snapshot.goneAt !== undefined) return;
  const event = snapshot.volumeId === NO_VOLUME ? 'copySnapshot' : 'createSnapshot';
  tell({
    ...common(world),
    'detail-type': 'EBS Snapshot Notification',
    resources: [arnOf(world, snapshot)],
    detail: {
      event,
      result: resultOf(world, [snapshot]),
      cause: snapshot.stateMessage ?? '',
      snapshot_id: arnOf(world, snapshot),
    },
  });
}

/** One event for all that one CreateSnapshots made, when the last of them is done. */
function tellSet(world: World, set: readonly SnapshotRecord[], tell: Tell): void {
  const snapshots = set.map((snapshot) => ({
    snapshot_id: arnOf(world, snapshot),
    status: snapshotState(snapshot, world.now()),
  }));
  tell({
    ...common(world),
    'detail-type': 'EBS Multi-Volume Snapshots Completion Status',
    resources: set.map((snapshot) => arnOf(world, snapshot)),
    detail: { event: 'createSnapshots', result: resultOf(world, set), snapshots },
  });
}

/** Of those that complete at one time, the last in the set. */
function lastOf(set: readonly SnapshotRecord[]): SnapshotRecord | undefined {
  const end = Math.max(...set.map(({ completesAt }) => completesAt));
  return set.findLast(({ completesAt }) => completesAt === end);
}

function resultOf(world: World, snapshots: readonly SnapshotRecord[]): 'succeeded' | 'failed' {
  const isDone = snapshots.every((snapshot) => snapshotState(snapshot, world.now()) === 'completed');
  return isDone ? 'succeeded' : 'failed';
}

function common({ account, region }: World): Pick<Ec2Event, 'source' | 'account' | 'region'> {
  return { source: 'aws.ec2', account, region };
}

/** As these events have it, with the Region where the account belongs. */
function arnOf(world: World, { id }: SnapshotRecord): string {
  return `arn:aws:ec2::${world.region}:snapshot/${id}`;
}
