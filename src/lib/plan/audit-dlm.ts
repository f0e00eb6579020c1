/** Which sources the lifecycle policies of a place back up, whoever made them, by what DLM answers of them. */

import type { Instance, Tags, Volume } from './inventory.ts';
import type { LifecyclePolicy } from './lifecycle-policy.ts';

export interface DlmCover {
  /** The lifecycle policy's id. */
  readonly id: string;
  /** A default policy backs up only what nobody has backed up lately: it never makes a second backup. */
  readonly isDefault: boolean;
}

type Details = LifecyclePolicy['details'];

/** Enabled ones that back up an instance, whole or in part. */
export function dlmOfInstance(policies: readonly LifecyclePolicy[], { tags }: Instance): DlmCover[] {
  return covers(policies, ({ isDefault, details }) =>
    isDefault
      ? details['ResourceType'] === 'INSTANCE' && !carriesAny(tags, exclusions(details)['ExcludeTags'])
      : includes(details['ResourceTypes'], 'INSTANCE') && carriesAny(tags, details['TargetTags']),
  );
}

/** Enabled ones that back up a volume, by its own tags or as one of its instance's. */
export function dlmOfVolume(
  policies: readonly LifecyclePolicy[],
  volume: Volume,
  instance: Instance | undefined,
): DlmCover[] {
  const isRoot = instance?.volumes.some(
    ({ volumeId, device }) => volumeId === volume.id && device === instance.rootDeviceName,
  );
  const own = covers(policies, ({ isDefault, details }) => {
    if (!isDefault)
      return includes(details['ResourceTypes'], 'VOLUME') && carriesAny(volume.tags, details['TargetTags']);
    const excluded = exclusions(details);
    return (
      details['ResourceType'] === 'VOLUME' &&
      !carriesAny(volume.tags, excluded['ExcludeTags']) &&
      !includes(excluded['ExcludeVolumeTypes'], volume.type) &&
      !(isRoot === true && excluded['ExcludeBootVolumes'] === true)
    );
  });
  if (!instance) return own;
  const whole = new Set(dlmOfInstance(policies, instance).map(({ id }) => id));
  const taken = policies.filter(({ id, details }) => {
    const parameters = membersOf(details['Parameters']);
    if (isRoot === true) return whole.has(id) && parameters['ExcludeBootVolume'] !== true;
    return whole.has(id) && !carriesAny(volume.tags, parameters['ExcludeDataVolumeTags']);
  });
  return [...own, ...taken.map(({ id, isDefault }) => ({ id, isDefault }))];
}

function covers(
  policies: readonly LifecyclePolicy[],
  isCovered: (policy: LifecyclePolicy) => boolean,
): DlmCover[] {
  return policies
    .filter((policy) => policy.state === 'ENABLED' && isCovered(policy))
    .map(({ id, isDefault }) => ({ id, isDefault }));
}

/** The names of the schedules that a lifecycle policy has now. */
export function scheduleNames({ details }: LifecyclePolicy): readonly string[] {
  const schedules: unknown = details['Schedules'];
  if (!Array.isArray(schedules)) return [];
  return schedules.flatMap((schedule: unknown) => {
    const name = membersOf(schedule)['Name'];
    return typeof name === 'string' ? [name] : [];
  });
}

function exclusions(details: Details): Readonly<Record<string, unknown>> {
  return membersOf(details['Exclusions']);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function includes(list: unknown, value: string): boolean {
  return Array.isArray(list) && list.includes(value);
}

/** DLM's tags are exact, and any of them will do. */
function carriesAny(tags: Tags, list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  return list.some((tag: unknown) => {
    const { Key: key, Value: value } = membersOf(tag);
    return typeof key === 'string' && tags.has(key) && tags.get(key) === value;
  });
}
