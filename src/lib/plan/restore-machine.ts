/** What a set of snapshots does not say of the machine that it is to become. */

import type { MappedVolume } from './restore-plan.ts';
import type { Ground, RestoreRequest, Result } from './restorable.ts';
import type { Machine } from './restore-sheet.ts';

/** Where AMIs have their root volume by custom. */
const ROOTS: readonly string[] = ['/dev/xvda', '/dev/sda1'];

type Whole = Machine & { readonly rootDevice: string; readonly architecture: string };

/** By the request, the restore sheet, the original while there is one, then what the instance type leaves no choice of. */
export function machineOf(
  { machine: asked }: Pick<RestoreRequest, 'machine'>,
  sheet: Machine,
  { volumes, ground }: { readonly volumes: readonly MappedVolume[]; readonly ground: Ground },
): Result<Whole> {
  const told = { ...machineOfOriginal(ground), ...sheet };
  const known = { ...told, ...asked };
  const devices = volumes.map(({ device }) => device);
  const machine = {
    ...known,
    ...optional('rootDevice', known.rootDevice ?? only(devices.filter((device) => ROOTS.includes(device)))),
    ...optional('architecture', known.architecture ?? architectureOf(ground)),
    ...optional('bootMode', known.bootMode ?? bootModeOf(told, ground)),
    ...optional('ena', known.ena ?? ground.type?.ena),
  };
  const problems = [
    ...rootProblem(machine.rootDevice, devices),
    ...architectureProblem(machine),
    ...bootProblem(told, machine),
  ];
  const { rootDevice, architecture } = machine;
  if (rootDevice === undefined || architecture === undefined || problems.length > 0)
    return { ok: false, problems };
  return { ok: true, value: { ...machine, rootDevice, architecture } };
}

/** Where the architecture was told and no boot mode, there was none to tell: EC2 then takes the type's own. */
function bootModeOf({ architecture }: Machine, { type }: Ground): string | undefined {
  return architecture === undefined ? only(type?.bootModes ?? []) : undefined;
}

function architectureProblem({ architecture }: Machine): string[] {
  if (architecture !== undefined) return [];
  return ['which architecture the machine had is not known: name it with --architecture x86_64 or arm64'];
}

function bootProblem(told: Machine, { bootMode }: Machine): string[] {
  if (told.architecture !== undefined || bootMode !== undefined) return [];
  return [
    'how the machine booted is not known, and its type can do either: name it with --boot-mode legacy-bios or uefi',
  ];
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  // TypeScript widens a computed key to string.
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

function machineOfOriginal({ original }: Ground): Machine {
  if (!original) return {};
  const { rootDeviceName, architecture, bootMode, ena } = original;
  return {
    rootDevice: rootDeviceName,
    ...(architecture !== undefined && { architecture }),
    ...(bootMode !== undefined && { bootMode }),
    ...(ena !== undefined && { ena }),
  };
}

/** A type that takes 32 bits too is for 64 today. */
function architectureOf({ type }: Ground): string | undefined {
  return only((type?.architectures ?? []).filter((name) => name !== 'i386'));
}

function rootProblem(root: string | undefined, devices: readonly string[]): string[] {
  const list = devices.join(', ') || 'none';
  if (root === undefined)
    return [`which of its devices (${list}) is the root is not known: name it with --root-device`];
  if (devices.includes(root)) return [];
  return [
    `it has no snapshot of the root device ${root} (it has ${list}): only its volumes can be restored, with --volumes`,
  ];
}

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}
