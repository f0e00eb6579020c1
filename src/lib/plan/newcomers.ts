/** Sources that ask for a policy and have no point of it yet: what its next slot will make of them. */

import type { PolicyFile } from '../policy/policy.ts';
import { nextSlot } from '../policy/schedule.ts';
import type { CreateAction } from './actions.ts';
import { comingPoint } from './coming-points.ts';
import type { Disk } from './future-snapshots.ts';
import type { Instance, Volume } from './inventory.ts';
import { planBackup } from './plan-backup.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { GB } from './snapshot-prices.ts';

export interface Newcomer {
  /** The first point, that of the next slot. */
  readonly first: RecoveryPoint;
  /** As large as the volumes are: no snapshot tells what is written of them. */
  readonly disks: readonly Disk[];
}

export interface NewcomersInput {
  readonly file: PolicyFile;
  readonly now: number;
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  readonly isKnown: (policy: string, source: string) => boolean;
}

export function newcomers({ file, now, isKnown, ...sources }: NewcomersInput): Newcomer[] {
  const volumes = new Map(sources.volumes.map((volume) => [volume.id, volume]));
  const instances = new Map(sources.instances.map((instance) => [instance.id, instance]));
  return file.policies.flatMap((policy) => {
    const slot = nextSlot(policy.schedule, policy.timezone, now);
    if (slot === undefined) return [];
    const unknown = {
      instances: sources.instances.filter(({ id }) => !isKnown(policy.name, id)),
      volumes: sources.volumes,
    };
    const { actions } = planBackup({ file, policy, slot, trigger: 'schedule', points: [], ...unknown });
    return actions
      .filter(({ source }) => !isKnown(policy.name, source))
      .map((action) => ({
        first: comingPoint(
          { policy: policy.name, source: action.source, kind: policy.backup },
          { slot, id: `the first of ${action.source}` },
        ),
        disks: volumesOf(action, instances).flatMap((id) => diskOf(volumes.get(id))),
      }));
  });
}

function volumesOf(action: CreateAction, instances: ReadonlyMap<string, Instance>): readonly string[] {
  switch (action.action) {
    case 'create-image': {
      const all = instances.get(action.source)?.volumes ?? [];
      return all
        .filter(({ device }) => !action.excludedDevices.includes(device))
        .map(({ volumeId }) => volumeId);
    }
    case 'create-snapshots':
      return action.volumes;
    case 'create-snapshot':
      return [action.source];
  }
}

function diskOf(volume: Volume | undefined): Disk[] {
  return volume ? [{ lineage: volume.id, volumeBytes: volume.sizeGiB * GB }] : [];
}
