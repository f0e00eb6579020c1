/** How what is restored differs from what was backed up. */

import type { Instance } from './inventory.ts';
import type { InstanceInput } from './plan-restore-instance.ts';
import type { Difference, InstanceTarget, RestoreTarget } from './restore-plan.ts';
import type { RestoreSheet } from './restore-sheet.ts';
import { volumesOfPoint } from './restore-volumes.ts';

const NONE = '(none)';

/** Of an instance: against the original where there is one. Volumes alone, and a root in place, are only data. */
export function differencesOf(target: RestoreTarget, input: InstanceInput): readonly Difference[] {
  if (target.as !== 'instance') return [];
  const before = input.ground.original ? ofOriginal(input.ground.original) : ofSheet(input.sheet);
  const after = ofLaunch(target, input);
  const fields = Object.keys(before).map((what) => ({
    what,
    was: before[what] ?? NONE,
    will: after[what] ?? NONE,
  }));
  return [...fields.filter(({ was, will }) => was !== will), ...volumeDifferences(input)];
}

type Facts = Readonly<Record<string, string | undefined>>;

function ofOriginal(instance: Instance): Facts {
  return {
    type: instance.instanceType,
    subnet: instance.subnet,
    'security groups': list(instance.securityGroups),
    key: instance.keyName,
    'instance profile': instance.instanceProfile,
    'private address': instance.privateAddress,
  };
}

function ofSheet(sheet: RestoreSheet): Facts {
  return {
    type: sheet.instanceType,
    subnet: sheet.subnet,
    'security groups': list(sheet.securityGroups),
    key: sheet.keyName,
    'instance profile': sheet.instanceProfile,
    'private address': sheet.privateAddress,
  };
}

function ofLaunch({ launch }: InstanceTarget, { ground, sheet }: InstanceInput): Facts {
  const before = ground.original ?? sheet;
  return {
    type: launch.type,
    subnet: launch.subnet,
    'security groups': list(launch.securityGroups),
    key: launch.key,
    'instance profile': launch.profile,
    'private address':
      launch.privateAddress ?? (before.privateAddress === undefined ? undefined : 'a new one'),
  };
}

/** Volumes that the original has, or the sheet of an image names, and the point does not bring back. */
function volumeDifferences({ point, restorables, sheet, ground }: InstanceInput): Difference[] {
  const restored = new Set(volumesOfPoint(point, restorables).map(({ device }) => device));
  const before = ground.original?.volumes ?? sheet.volumes ?? [];
  return before
    .filter(({ device }) => !restored.has(device))
    .map(({ device, volumeId }) => ({ what: `volume ${device}`, was: volumeId, will: 'not in the backup' }));
}

function list(ids: readonly string[]): string | undefined {
  return ids.length === 0 ? undefined : [...ids].sort().join(', ');
}
