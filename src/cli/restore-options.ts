/** What is asked of `restore`, in the words of a request. */

import { INSTANT_EXPECTED, parseInstant } from '../lib/policy/instant.ts';
import type { RestoreAs, RestoreRequest } from '../lib/plan/restorable.ts';
import type { Machine, Tag } from '../lib/plan/restore-sheet.ts';
import type { AccountOptions } from './account.ts';
import type { ConsentOptions } from './confirm.ts';
import { UsageError } from './shell.ts';
import { refuseWrongSourceId } from './source-id.ts';

export interface RestoreOptions extends AccountOptions, ConsentOptions {
  readonly at?: string;
  readonly point?: string;
  readonly type?: string;
  readonly subnet?: string;
  readonly securityGroup?: readonly string[];
  readonly key?: string;
  readonly tag?: readonly string[];
  readonly withProfile?: boolean;
  readonly withAddress?: boolean;
  readonly adopt?: boolean;
  readonly volumes?: boolean;
  readonly zone?: string;
  readonly attach?: string;
  readonly device?: readonly string[];
  readonly inPlace?: boolean;
  readonly rootDevice?: string;
  readonly architecture?: string;
  readonly bootMode?: string;
  readonly again?: string;
  readonly restoreDays: string;
  readonly wait?: boolean;
}

/** @throws UsageError for what cannot be meant */
export function readRestoreRequest(source: string, options: RestoreOptions): RestoreRequest {
  refuseWrongSourceId('source', source);
  const as = readAs(source, options);
  refuseForeign(as, options);
  checkIds(options);
  const { again } = options;
  if (again !== undefined && !/^[\w-]{1,32}$/.test(again))
    throw wrong('--again', again, '1 to 32 letters, digits, - and _');
  return {
    source,
    as,
    ...pointOf(options),
    ...placeOf(options),
    tags: (options.tag ?? []).map(readTag),
    withProfile: options.withProfile ?? false,
    withAddress: options.withAddress ?? false,
    adopt: options.adopt ?? false,
    machine: readMachine(options),
    restoreDays: readDays(options.restoreDays),
    ...(again !== undefined && { again }),
  };
}

type PlaceOf = Pick<
  RestoreRequest,
  'type' | 'subnet' | 'securityGroups' | 'key' | 'zone' | 'attach' | 'devices'
>;

function placeOf({ type, subnet, securityGroup, key, zone, attach, device }: RestoreOptions): PlaceOf {
  return {
    ...(type !== undefined && { type }),
    ...(subnet !== undefined && { subnet }),
    ...(securityGroup && { securityGroups: securityGroup }),
    ...(key !== undefined && { key }),
    ...(zone !== undefined && { zone }),
    ...(attach !== undefined && { attach }),
    ...(device && { devices: device }),
  };
}

const IDS = { subnet: /^subnet-[0-9a-f]{8,17}$/, attach: /^i-[0-9a-f]{8,17}$/ } as const;

/** A slip is told before anything is asked of the account. */
function checkIds(options: RestoreOptions): void {
  for (const name of ['subnet', 'attach'] as const) {
    const id = options[name];
    if (id !== undefined && !IDS[name].test(id))
      throw wrong(
        `--${name}`,
        id,
        name === 'subnet' ? 'the id of a subnet, subnet-…' : 'the id of an instance, i-…',
      );
  }
  for (const id of options.securityGroup ?? [])
    if (!/^sg-[0-9a-f]{8,17}$/.test(id))
      throw wrong('--security-group', id, 'the id of a security group, sg-…');
}

function readAs(source: string, { volumes, inPlace }: RestoreOptions): RestoreAs {
  if (volumes && inPlace) throw new UsageError('--volumes and --in-place exclude each other');
  if (inPlace && source.startsWith('vol-'))
    throw new UsageError(`--in-place replaces the root volume of an instance, and ${source} is a volume`);
  if (inPlace) return 'in-place';
  return volumes || source.startsWith('vol-') ? 'volumes' : 'instance';
}

const OF_INSTANCES = [
  'type',
  'subnet',
  'securityGroup',
  'key',
  'withProfile',
  'withAddress',
  'rootDevice',
  'architecture',
  'bootMode',
] as const;
const OF_VOLUMES = ['zone', 'attach', 'device'] as const;

/** An option without effect would be an answer to something that nobody asked. */
function refuseForeign(as: RestoreAs, options: RestoreOptions): void {
  const foreign = [
    ...(as === 'instance' ? [] : OF_INSTANCES),
    ...(as === 'volumes' ? [] : OF_VOLUMES),
    ...(as === 'in-place' ? (['adopt', 'tag'] as const) : []),
  ].find((name) => options[name] !== undefined);
  if (foreign === undefined) return;
  const name = foreign.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const what = { instance: 'a new instance', volumes: 'volumes alone', 'in-place': 'a root volume in place' }[
    as
  ];
  throw new UsageError(`--${name} has no effect on ${what}`);
}

function pointOf({ at, point }: RestoreOptions): Pick<RestoreRequest, 'at' | 'point'> {
  if (at !== undefined && point !== undefined) throw new UsageError('--at and --point exclude each other');
  if (point !== undefined && !/^(ami|snap)-[0-9a-f]{8,17}$/.test(point))
    throw wrong('--point', point, 'the id of a recovery point, as list shows it: ami-… or snap-…');
  if (point !== undefined) return { point };
  if (at === undefined) return {};
  const time = parseInstant(at);
  if (time === undefined) throw wrong('--at', at, INSTANT_EXPECTED);
  return { at: time };
}

function readTag(text: string): Tag {
  const at = text.indexOf('=');
  const key = text.slice(0, at);
  if (at < 1) throw wrong('--tag', text, 'Key=Value');
  if (/^(aws|ec2-backup):/i.test(key))
    throw wrong('--tag', text, 'a key that does not begin with aws: or ec2-backup:');
  return { key, value: text.slice(at + 1) };
}

function readMachine({ rootDevice, architecture, bootMode }: RestoreOptions): Machine {
  const modes = ['legacy-bios', 'uefi', 'uefi-preferred'];
  if (bootMode !== undefined && !modes.includes(bootMode))
    throw wrong('--boot-mode', bootMode, modes.join(', '));
  if (architecture !== undefined && !['x86_64', 'arm64'].includes(architecture))
    throw wrong('--architecture', architecture, 'x86_64 or arm64');
  return {
    ...(rootDevice !== undefined && { rootDevice }),
    ...(architecture !== undefined && { architecture }),
    ...(bootMode !== undefined && { bootMode }),
  };
}

function readDays(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= 180) return days;
  throw wrong('--restore-days', text, 'a whole number of days, 1 to 180');
}

function wrong(what: string, text: string, expected: string): UsageError {
  return new UsageError(`${what} is ${JSON.stringify(text)}, expected ${expected}`);
}
