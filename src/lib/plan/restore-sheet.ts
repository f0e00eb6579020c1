/** The restore sheet: what a machine needs besides its data, as tags on each recovery point. */

import type { Instance, Tags, Volume } from './inventory.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

const PREFIX = 'ec2-backup:';
const VOLUMES = `${PREFIX}volumes`;
/** EC2's bound on a tag's value. */
const MAX_VALUE = 256;

/** A volume as it was attached (or not), for the sheet. */
export interface SheetVolume {
  readonly device: string;
  readonly volumeId: string;
  readonly type?: string;
  readonly iops?: number;
  readonly throughput?: number;
}

/** Tags that describe an instance and those of its volumes that are backed up. */
export function instanceSheet(instance: Instance, volumes: readonly SheetVolume[]): Tag[] {
  const facts: [string, string | undefined][] = [
    ['instance-type', instance.instanceType],
    ['subnet', instance.subnet],
    ['security-groups', instance.securityGroups.join(',')],
    ['instance-profile', instance.instanceProfile],
    ['key-name', instance.keyName],
    ['zone', instance.zone],
    ['private-address', instance.privateAddress],
  ];
  return [...sheetTags(facts), ...volumesTag(volumes)];
}

/** Tags that describe one volume. */
export function volumeSheet(volume: Volume): Tag[] {
  const { id, type, iops, throughput, attachment, zone } = volume;
  const facts: [string, string | undefined][] = [
    ['zone', zone],
    ['attached-to', attachment?.instanceId],
  ];
  const device = attachment?.device ?? '';
  return [
    ...sheetTags(facts),
    ...volumesTag([
      {
        device,
        volumeId: id,
        type,
        ...(iops !== undefined && { iops }),
        ...(throughput !== undefined && { throughput }),
      },
    ]),
  ];
}

/** The ids of the volumes on the sheet; undefined when there is none or it cannot be read. */
export function readSheetVolumes(tags: Tags): readonly string[] | undefined {
  const text = joinContinued(tags, VOLUMES);
  if (text === undefined) return undefined;
  const ids = text.split(';').map((entry) => /^[^=]*=([0-9a-f]+),/.exec(entry)?.[1]);
  return ids.every((id) => id !== undefined) ? ids.map((id) => `vol-${id}`) : undefined;
}

// A set of 128 volumes must fit in the room for tags: hence no "vol-", and nothing for what is not set.
function volumesTag(volumes: readonly SheetVolume[]): Tag[] {
  const entries = volumes.map(({ device, volumeId, type, iops, throughput }) => {
    const numbers = [iops ?? '', throughput ?? ''].join(',').replace(/,+$/, '');
    return `${device}=${volumeId.replace(/^vol-/, '')},${type ?? ''}${numbers && `,${numbers}`}`;
  });
  return continued(VOLUMES, entries.join(';'));
}

function sheetTags(facts: readonly [string, string | undefined][]): Tag[] {
  return facts.flatMap(([name, value]) => (value ? continued(`${PREFIX}${name}`, value) : []));
}

/** A value over 256 characters goes on in `…:2`, `…:3`. */
function continued(key: string, value: string): Tag[] {
  const tags: Tag[] = [];
  for (let at = 0; at < value.length; at += MAX_VALUE) {
    const part = tags.length + 1;
    tags.push({ key: part === 1 ? key : `${key}:${part}`, value: value.slice(at, at + MAX_VALUE) });
  }
  return tags;
}

function joinContinued(tags: Tags, key: string): string | undefined {
  let text = tags.get(key);
  for (let part = 2; text !== undefined && tags.has(`${key}:${part}`); part += 1) {
    text += tags.get(`${key}:${part}`) ?? '';
  }
  return text;
}
