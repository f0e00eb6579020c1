import type { Tag } from '@aws-sdk/client-dlm';
import { DAY } from './clock.ts';
import type { InstanceRecord, LifecyclePolicyRecord, Resource, VolumeRecord } from './records.ts';
import { imageState, instanceState, snapshotState } from './states.ts';
import type { World } from './world.ts';

/** What a policy backs up, with the volumes that it takes: none of an instance of which all are left out. */
export type Target =
  | { readonly kind: 'volume'; readonly source: VolumeRecord; readonly volumes: readonly [VolumeRecord] }
  | { readonly kind: 'set'; readonly source: InstanceRecord; readonly volumes: readonly VolumeRecord[] }
  | { readonly kind: 'image'; readonly source: InstanceRecord; readonly volumes: readonly VolumeRecord[] };

/** Everything that carries at least one of the target tags exactly, or that a default policy finds unprotected. */
export function targetsOf(world: World, policy: LifecyclePolicyRecord): readonly Target[] {
  if (policy.defaultPolicy === 'VOLUME') return unprotectedVolumes(world, policy).map(volumeTarget);
  if (policy.defaultPolicy === 'INSTANCE') return unprotectedInstances(world, policy).map(imageTarget);
  const { details } = policy;
  const isTarget = (source: Resource): boolean => matchedTags(source, details.TargetTags).length > 0;
  if (details.PolicyType === 'IMAGE_MANAGEMENT') return runners(world).filter(isTarget).map(imageTarget);
  if (details.ResourceTypes?.[0] === 'INSTANCE') {
    return runners(world)
      .filter(isTarget)
      .map((source) => ({ kind: 'set', source, volumes: chosenVolumes(source, policy) }));
  }
  return world.store.volumes.all(world.now()).filter(isTarget).map(volumeTarget);
}

/** Those of the tags that a source carries. */
export function matchedTags({ tags }: Resource, wanted: readonly Tag[] = []): readonly Tag[] {
  const own = tags.now();
  return wanted.filter(({ Key: key = '', Value: value }) => own.get(key) === value);
}

function volumeTarget(source: VolumeRecord): Target {
  return { kind: 'volume', source, volumes: [source] };
}

function imageTarget(source: InstanceRecord): Target {
  return { kind: 'image', source, volumes: [...source.volumes.values()] };
}

function runners(world: World): readonly InstanceRecord[] {
  const now = world.now();
  return world.store.instances.all(now).filter((instance) => {
    const state = instanceState(instance, now);
    return state === 'running' || state === 'stopped';
  });
}

function chosenVolumes(
  instance: InstanceRecord,
  { details }: LifecyclePolicyRecord,
): readonly VolumeRecord[] {
  const { ExcludeBootVolume: noRoot, ExcludeDataVolumeTags: noTags } = details.Parameters ?? {};
  return [...instance.volumes.values()].filter((volume) =>
    isRoot(instance, volume) ? noRoot !== true : matchedTags(volume, noTags).length === 0,
  );
}

function isRoot(instance: InstanceRecord, volume: VolumeRecord): boolean {
  return instance.rootDevice === 'ebs' && instance.volumes.get(instance.rootDeviceName) === volume;
}

/** Volumes without a snapshot, of whoever, that is younger than the policy's interval. */
function unprotectedVolumes(world: World, policy: LifecyclePolicyRecord): readonly VolumeRecord[] {
  const now = world.now();
  const since = recentSince(world, policy);
  const recent = new Set<string>();
  for (const snapshot of world.store.snapshots.all(now)) {
    if (snapshot.createdAt > since && snapshotState(snapshot, now) !== 'error') recent.add(snapshot.volumeId);
  }
  const {
    ExcludeBootVolumes: noRoots,
    ExcludeVolumeTypes: noTypes = [],
    ExcludeTags: noTags,
  } = policy.details.Exclusions ?? {};
  return world.store.volumes.all(now).filter((volume) => {
    if (recent.has(volume.id) || noTypes.includes(volume.type)) return false;
    if (noRoots === true && isBootVolume(world, volume)) return false;
    return matchedTags(volume, noTags).length === 0;
  });
}

function isBootVolume(world: World, volume: VolumeRecord): boolean {
  const id = volume.attachment?.instanceId;
  const instance = id === undefined ? undefined : world.store.instances.get(id, world.now());
  return instance !== undefined && isRoot(instance, volume);
}

/** Instances without an AMI that is younger than the policy's interval. */
function unprotectedInstances(world: World, policy: LifecyclePolicyRecord): readonly InstanceRecord[] {
  const now = world.now();
  const since = recentSince(world, policy);
  const recent = new Set<string>();
  for (const image of world.store.images.all(now)) {
    const isGood = imageState(image, now) !== 'failed' && image.createdAt > since;
    if (isGood && image.sourceInstanceId !== undefined) recent.add(image.sourceInstanceId);
  }
  const noTags = policy.details.Exclusions?.ExcludeTags;
  return runners(world).filter(
    (instance) => !recent.has(instance.id) && matchedTags(instance, noTags).length === 0,
  );
}

function recentSince(world: World, { details }: LifecyclePolicyRecord): number {
  return world.now() - (details.CreateInterval ?? 1) * DAY;
}
