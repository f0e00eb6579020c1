/** A new instance from a recovery point. */

import type { RecoveryPoint } from './recovery-points.ts';
import type { Ground, RestoreRequest, Restorables, Result } from './restorable.ts';
import { machineOf } from './restore-machine.ts';
import type { InstanceTarget, LaunchOrder } from './restore-plan.ts';
import type { RestoreSheet, Tag } from './restore-sheet.ts';
import { volumesOfPoint } from './restore-volumes.ts';

/** What the new instance would be, before anybody looked whether all of it exists. */
export interface Wish {
  readonly type?: string;
  readonly subnet?: string;
  readonly securityGroups: readonly string[];
  readonly key?: string;
  readonly profile?: string;
  readonly privateAddress?: string;
}

export function wishOf(request: RestoreRequest, sheet: RestoreSheet): Wish {
  const { type = sheet.instanceType, subnet = sheet.subnet, key = sheet.keyName } = request;
  const profile = request.withProfile ? sheet.instanceProfile : undefined;
  const privateAddress = request.withAddress ? sheet.privateAddress : undefined;
  return {
    securityGroups: request.securityGroups ?? sheet.securityGroups,
    ...(type !== undefined && { type }),
    ...(subnet !== undefined && { subnet }),
    ...(key !== undefined && key !== '' && { key }),
    ...(profile !== undefined && { profile }),
    ...(privateAddress !== undefined && { privateAddress }),
  };
}

export interface InstanceInput {
  readonly point: RecoveryPoint;
  readonly restorables: Restorables;
  readonly request: RestoreRequest;
  readonly sheet: RestoreSheet;
  readonly ground: Ground;
  readonly tags: readonly Tag[];
  /** Of volumes that come with an instance, and of a task. */
  readonly volumeTags: readonly Tag[];
}

export function planInstance(input: InstanceInput): Result<InstanceTarget> {
  const { point, restorables, request, sheet, ground, tags, volumeTags } = input;
  const wish = wishOf(request, sheet);
  const image = imageOf(input);
  const problems = [
    ...(image.ok ? [] : image.problems),
    ...typeProblems(wish, input),
    ...networkProblems(wish, ground),
    ...askedProblems(request, sheet, ground),
  ];
  const { type, subnet, ...rest } = wish;
  if (!image.ok || type === undefined || subnet === undefined || problems.length > 0)
    return { ok: false, problems };
  const launch: LaunchOrder = { ...rest, type, subnet, tags, volumeTags };
  if (point.imageId === undefined) return { ok: true, value: { as: 'instance', image: image.value, launch } };
  const { id = point.imageId } = restorables.images.get(point.imageId) ?? {};
  return { ok: true, value: { as: 'instance', image: { id }, launch } };
}

function imageOf({
  point,
  restorables,
  request,
  sheet,
  ground,
}: InstanceInput): Result<InstanceTarget['image']> {
  if (point.imageId !== undefined) return { ok: true, value: { id: point.imageId } };
  const volumes = volumesOfPoint(point, restorables);
  const machine = machineOf(request, sheet.machine, { volumes, ground });
  return machine.ok ? { ok: true, value: { machine: machine.value, volumes } } : machine;
}

function typeProblems({ type }: Wish, { point, restorables, ground }: InstanceInput): string[] {
  if (type === undefined) return ['the restore sheet names no instance type: name one with --type'];
  if (!ground.type) return [`instance type ${type} does not exist here: name another with --type`];
  if (ground.subnet && !ground.isOffered)
    return [
      `instance type ${type} is not offered in zone ${ground.subnet.zone}: name another with --type, or a subnet of another zone with --subnet`,
    ];
  const architecture = restorables.images.get(point.imageId ?? '')?.machine.architecture;
  if (architecture === undefined || ground.type.architectures.includes(architecture)) return [];
  return [
    `instance type ${type} is for ${ground.type.architectures.join(', ')} and the backup for ${architecture}: name another with --type`,
  ];
}

function networkProblems({ subnet, securityGroups, key }: Wish, ground: Ground): string[] {
  const problems: string[] = [];
  if (subnet === undefined) problems.push('the restore sheet names no subnet: name one with --subnet');
  else if (!ground.subnet) problems.push(`subnet ${subnet} does not exist here: name another with --subnet`);
  for (const id of securityGroups) {
    const vpc = ground.groups.get(id);
    if (vpc === undefined)
      problems.push(`security group ${id} does not exist here: name others with --security-group`);
    else if (ground.subnet && vpc !== ground.subnet.vpc)
      problems.push(
        `security group ${id} is of ${vpc} and subnet ${subnet ?? ''} of ${ground.subnet.vpc}: name others with --security-group`,
      );
  }
  if (key !== undefined && !ground.hasKey)
    problems.push(`key pair ${key} does not exist here: name another with --key, or none with --key ""`);
  return problems;
}

function askedProblems(
  { withProfile, withAddress }: RestoreRequest,
  sheet: RestoreSheet,
  { original }: Ground,
): string[] {
  const { privateAddress } = sheet;
  return [
    ...(withProfile && sheet.instanceProfile === undefined
      ? ['--with-profile: the restore sheet names no instance profile']
      : []),
    ...(withAddress && privateAddress === undefined
      ? ['--with-address: the restore sheet names no private address']
      : []),
    ...(withAddress && original && original.privateAddress === privateAddress
      ? [`--with-address: ${privateAddress ?? ''} is still the address of ${original.id}`]
      : []),
  ];
}
