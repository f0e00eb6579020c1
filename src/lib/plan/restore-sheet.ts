/** The restore sheet: what a machine needs besides its data, as tags on each recovery point. */

import { ENCODING, ESCAPED, escapeText, readText } from './escaped-text.ts';
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

/** The same sheet in the characters that VSS takes, marked so that who reads it knows. */
export function escapedSheet(sheet: readonly Tag[]): Tag[] {
  const facts = [...joined(sheet)].map(([key, value]) => [key, escapeText(value)] as const);
  return [{ key: ENCODING, value: ESCAPED }, ...facts.flatMap(([key, value]) => continued(key, value))];
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
    ['machine', machineText(instance)],
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

/** What an AMI says of a machine and a set of snapshots does not. */
export interface Machine {
  readonly rootDevice?: string;
  readonly architecture?: string;
  readonly bootMode?: string;
  readonly ena?: boolean;
}

/** The sheet as read back. What it does not say is absent; `volumes` also when it cannot be read. */
export interface RestoreSheet {
  readonly instanceType?: string;
  readonly subnet?: string;
  readonly securityGroups: readonly string[];
  /** ARN. */
  readonly instanceProfile?: string;
  readonly keyName?: string;
  readonly zone?: string;
  readonly privateAddress?: string;
  readonly machine: Machine;
  readonly volumes?: readonly SheetVolume[];
}

export function readSheet(tags: Tags): RestoreSheet {
  const fact = (name: string): string | undefined => joinContinued(tags, `${PREFIX}${name}`);
  const facts = {
    instanceType: fact('instance-type'),
    subnet: fact('subnet'),
    instanceProfile: fact('instance-profile'),
    keyName: fact('key-name'),
    zone: fact('zone'),
    privateAddress: fact('private-address'),
    volumes: sheetVolumes(tags),
  };
  return {
    ...withoutAbsent(facts),
    securityGroups: (fact('security-groups') ?? '').split(',').filter((id) => id !== ''),
    machine: readMachine(fact('machine') ?? ''),
  };
}

function readMachine(text: string): Machine {
  const words = new Map(
    text.split(';').map((word) => {
      const at = word.indexOf('=');
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
  const ena = words.get('ena');
  return withoutAbsent({
    rootDevice: words.get('root'),
    architecture: words.get('architecture'),
    bootMode: words.get('boot'),
    ena: ena === undefined ? undefined : ena === 'true',
  });
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(facts: T): Present<T> {
  // Object.fromEntries knows nothing of the keys.
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Present<T>;
}

function sheetVolumes(tags: Tags): readonly SheetVolume[] | undefined {
  const volumes = joinContinued(tags, VOLUMES)?.split(';').map(readSheetVolume);
  return volumes?.every((volume) => volume !== undefined) ? volumes : undefined;
}

/** `/dev/xvda=0123456789abcdef0,gp3,3000,125`, the end of it left out where it is not set. */
function readSheetVolume(entry: string): SheetVolume | undefined {
  const [, device, id, rest = ''] = /^([^=]*)=([0-9a-f]+),(.*)$/.exec(entry) ?? [];
  if (device === undefined || id === undefined) return undefined;
  const [type, iops, throughput] = rest.split(',');
  return {
    device,
    volumeId: `vol-${id}`,
    ...(type && { type }),
    ...(iops && { iops: Number(iops) }),
    ...(throughput && { throughput: Number(throughput) }),
  };
}

/** The ids of the volumes on the sheet; undefined when there is none or it cannot be read. */
export function readSheetVolumes(tags: Tags): readonly string[] | undefined {
  const text = joinContinued(tags, VOLUMES);
  if (text === undefined) return undefined;
  const ids = text.split(';').map((entry) => /^[^=]*=([0-9a-f]+),/.exec(entry)?.[1]);
  return ids.every((id) => id !== undefined) ? ids.map((id) => `vol-${id}`) : undefined;
}

/** Only with what a set needs to become a machine again; without an architecture EC2 said nothing of it. */
function machineText({ rootDeviceName, architecture, bootMode, ena }: Instance): string | undefined {
  if (architecture === undefined) return undefined;
  const words: [string, string | undefined][] = [
    ['root', rootDeviceName],
    ['architecture', architecture],
    ['boot', bootMode],
    ['ena', ena?.toString()],
  ];
  return words.flatMap(([word, value]) => (value ? `${word}=${value}` : [])).join(';');
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

/** Each value whole, by its first key. */
function joined(sheet: readonly Tag[]): ReadonlyMap<string, string> {
  const tags = new Map(sheet.map(({ key, value }) => [key, value]));
  const first = [...tags.keys()].filter((key) => !/:\d+$/.test(key));
  return new Map(first.map((key) => [key, joinContinued(tags, key) ?? '']));
}

/** As it was meant: it was cut after it had been escaped. */
function joinContinued(tags: Tags, key: string): string | undefined {
  let text = tags.get(key);
  for (let part = 2; text !== undefined && tags.has(`${key}:${part}`); part += 1) {
    text += tags.get(`${key}:${part}`) ?? '';
  }
  return text === undefined ? undefined : readText(tags, text);
}
