/** The creating call for one source, or why there is none. */

import type { Policy } from '../policy/policy.ts';
import { isVss } from '../policy/vss-document.ts';
import type { CreateAction, PlannedHooks, Skipped, Warning } from './actions.ts';
import { backupTags, type BackupFacts, type Consistency, type Trigger } from './backup-tags.ts';
import { backupName, type BackupIdentity } from './identity.ts';
import type { AttachedVolume, Instance, Tags, Volume } from './inventory.ts';
import type { Owner } from './marks.ts';
import { instanceSheet, volumeSheet, type SheetVolume, type Tag } from './restore-sheet.ts';
import { isExcluded } from './select-sources.ts';
import { vssTags } from './vss-tags.ts';

/** CreateSnapshots takes at most so many ExcludeDataVolumeIds; the root volume has a switch of its own. */
const MAX_EXCLUDED_VOLUMES = 40;

export interface BackupOrder {
  readonly owner: Owner;
  readonly policy: Policy;
  readonly slot: number;
  readonly trigger: Trigger;
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly hold?: string;
}

export interface Ordered {
  readonly action?: CreateAction;
  readonly skipped?: Skipped;
  readonly warnings: readonly Warning[];
}

/** Instances and volumes are told apart by the policy's kind of backup. */
export function createAction(source: Instance | Volume, order: BackupOrder): Ordered {
  return 'rootDeviceType' in source ? orderInstance(source, order) : orderVolume(source, order);
}

/** What an obstacle depends on. */
export type Terms = Pick<BackupOrder, 'owner' | 'policy' | 'volumes'>;

/** Why nothing can be backed up of a source now; undefined where `createAction` has a call for it. */
export function obstacleOf(source: Instance | Volume, terms: Terms): string | undefined {
  if (!('rootDeviceType' in source)) return volumeObstacle(source);
  return instanceObstacle(source, splitVolumes(source, terms), terms);
}

function orderInstance(instance: Instance, order: BackupOrder): Ordered {
  const parts = splitVolumes(instance, order);
  const obstacle = instanceObstacle(instance, parts, order);
  if (obstacle) return skip(instance.id, order, obstacle);
  const facts = factsFor(instance, order, {
    consistency: consistencyOf(instance, order.policy),
    sheet: instanceSheet(
      instance,
      parts.included.map((attached) => sheetVolume(attached, order)),
    ),
  });
  const tagged = backupTags(facts);
  const identity = identityOf(instance.id, order);
  const name = backupName(order.owner.deployment, identity);
  // Where nothing runs, nothing needs to be told.
  const isRunning = instance.state === 'running';
  const told = isRunning ? plannedHooks(facts, instance, parts) : undefined;
  const { hooks } = order.policy;
  const common = {
    ...identity,
    reason: reasonOf(instance, order),
    tags: tagged.tags,
    ...(told && { hooks: told.hooks }),
  };
  const action: CreateAction =
    order.policy.backup === 'image'
      ? {
          ...common,
          action: 'create-image',
          name,
          reboot: order.policy.reboot,
          excludedDevices: parts.excluded.map(({ device }) => device),
        }
      : {
          ...common,
          action: 'create-snapshots',
          volumes: parts.included.map(({ volumeId }) => volumeId),
          description: name,
          excludeBootVolume: parts.excluded.some(({ device }) => device === instance.rootDeviceName),
          excludedVolumes: parts.excluded
            .filter(({ device }) => device !== instance.rootDeviceName)
            .map(({ volumeId }) => volumeId),
          ...(!isRunning && hooks && isVss(hooks.document) && { begun: hooks }),
        };
  const dropped = droppedWarning(instance.id, order, tagged.dropped);
  return { action, warnings: [...dropped, ...(told?.warnings ?? [])] };
}

interface Told {
  readonly hooks: PlannedHooks;
  readonly warnings: readonly Warning[];
}

/** What the instance is told of its backup; where it makes that itself, with what tags, or why it cannot. */
function plannedHooks(
  facts: BackupFacts,
  { id, rootDeviceName }: Instance,
  { excluded }: SplitVolumes,
): Told | undefined {
  const { policy } = facts;
  const { hooks } = policy;
  if (!hooks) return undefined;
  if (!isVss(hooks.document)) return { hooks, warnings: [] };
  const { tags, remarks, obstacle: tagObstacle } = vssTags(facts, hooks.onFailure === 'skip');
  const data = excluded.filter(({ device }) => device !== rootDeviceName).map(({ volumeId }) => volumeId);
  const obstacle =
    data.length > 0 ? `VSS can leave out the boot volume alone, not ${data.join(', ')}` : tagObstacle;
  return {
    hooks: { ...hooks, vss: { tags }, ...(obstacle !== undefined && { obstacle }) },
    warnings: remarks.map((reason) => ({ id, policy: policy.name, reason })),
  };
}

function orderVolume(volume: Volume, order: BackupOrder): Ordered {
  const obstacle = volumeObstacle(volume);
  if (obstacle) return skip(volume.id, order, obstacle);
  const tagged = backupTags(factsFor(volume, order, { consistency: 'crash', sheet: volumeSheet(volume) }));
  const identity = identityOf(volume.id, order);
  const action: CreateAction = {
    ...identity,
    action: 'create-snapshot',
    description: backupName(order.owner.deployment, identity),
    reason: reasonOf(volume, order),
    tags: tagged.tags,
  };
  return { action, warnings: droppedWarning(volume.id, order, tagged.dropped) };
}

interface SplitVolumes {
  readonly included: readonly AttachedVolume[];
  readonly excluded: readonly AttachedVolume[];
}

function splitVolumes({ volumes }: Instance, { volumes: known, owner }: Terms): SplitVolumes {
  const leftOut = ({ volumeId }: AttachedVolume): boolean => {
    const volume = known.get(volumeId);
    return volume !== undefined && isExcluded(volume.tags, owner.optInTag);
  };
  return { included: volumes.filter((volume) => !leftOut(volume)), excluded: volumes.filter(leftOut) };
}

function instanceObstacle(
  instance: Instance,
  parts: SplitVolumes,
  { policy, owner }: Terms,
): string | undefined {
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    return `instance is ${instance.state}, expected running or stopped`;
  }
  if (instance.rootDeviceType !== 'ebs') {
    return `root device is ${instance.rootDeviceType}, expected ebs: EC2 makes no AMI or snapshot of instance store`;
  }
  if (instance.volumes.length === 0) return 'no EBS volume is attached, so there is nothing to back up';
  if (parts.included.length === 0)
    return `no volume is left to back up: each has ${owner.optInTag}:Exclude=true`;
  const root = parts.excluded.find(({ device }) => device === instance.rootDeviceName);
  if (policy.backup === 'image' && root) {
    return `an AMI needs its root volume, but ${root.volumeId} has ${owner.optInTag}:Exclude=true: remove that tag, or use a policy with backup: snapshots`;
  }
  const data = parts.excluded.length - (root ? 1 : 0);
  if (policy.backup === 'snapshots' && data > MAX_EXCLUDED_VOLUMES) {
    return `${data} data volumes have ${owner.optInTag}:Exclude=true, expected at most ${MAX_EXCLUDED_VOLUMES}`;
  }
  return undefined;
}

function volumeObstacle({ state }: Volume): string | undefined {
  if (state === 'available' || state === 'in-use') return undefined;
  return `volume is ${state}, expected available or in-use`;
}

function consistencyOf({ state }: Instance, { backup, reboot }: Policy): Consistency {
  return state === 'stopped' || (backup === 'image' && reboot) ? 'stopped' : 'crash';
}

interface Particulars {
  readonly consistency: Consistency;
  readonly sheet: readonly Tag[];
}

function factsFor(
  source: { id: string; tags: Tags },
  order: BackupOrder,
  particulars: Particulars,
): BackupFacts {
  const { owner, policy, slot, trigger, hold } = order;
  return {
    ...particulars,
    owner,
    policy,
    slot,
    trigger,
    source: source.id,
    sourceTags: source.tags,
    ...(hold !== undefined && { hold }),
  };
}

function sheetVolume({ device, volumeId }: AttachedVolume, { volumes }: BackupOrder): SheetVolume {
  const volume = volumes.get(volumeId);
  return {
    device,
    volumeId,
    ...(volume && { type: volume.type }),
    ...(volume?.iops !== undefined && { iops: volume.iops }),
    ...(volume?.throughput !== undefined && { throughput: volume.throughput }),
  };
}

function identityOf(source: string, { policy, slot }: BackupOrder): BackupIdentity {
  return { policy: policy.name, source, slot };
}

function reasonOf({ tags }: { tags: Tags }, { policy, owner }: BackupOrder): string {
  if (policy.select) return `tags match the select of ${policy.name}`;
  return tags.get(owner.optInTag) === policy.name
    ? `opted in by ${owner.optInTag}=${policy.name}`
    : `opted in by ${owner.optInTag}:${policy.name}=true`;
}

function skip(id: string, { policy }: BackupOrder, reason: string): Ordered {
  return { skipped: { id, policy: policy.name, reason }, warnings: [] };
}

function droppedWarning(id: string, { policy }: BackupOrder, dropped: readonly string[]): Warning[] {
  if (dropped.length === 0) return [];
  const reason = `no room for ${dropped.length} of its own tags on the backup: ${dropped.join(', ')}`;
  return [{ id, policy: policy.name, reason }];
}
