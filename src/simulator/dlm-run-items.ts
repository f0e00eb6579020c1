import type { PolicyDetails, Tag } from '@aws-sdk/client-dlm';
import { currentSchedule, type BackupOrder } from './dlm-run-orders.ts';
import { expiryOf, type Made } from './dlm-run-make.ts';
import { matchedTags, type Target } from './dlm-run-targets.ts';
import type { LifecyclePolicyRecord, Resource } from './records.ts';
import { instanceState } from './states.ts';
import type { World } from './world.ts';

/** Something that DLM made and still looks after. */
export interface ManagedItem extends Made {
  readonly policy: LifecyclePolicyRecord;
  readonly scheduleName: string | undefined;
  /** The policy's details when it was made. */
  readonly madeUnder: PolicyDetails;
  /** The target tags for which its source was backed up. */
  readonly targetTags: readonly Tag[];
  readonly sourceId: string;
  /** Where its source is. */
  readonly home: World;
  /** Where it is itself; a copy is elsewhere. */
  readonly place: World;
  readonly isCopy: boolean;
  /** By age only. */
  readonly expiresAt: number | undefined;
  archivedAt: number | undefined;
}

/** The item of what was made for an order just now. */
export function newItem(home: World, order: BackupOrder, { target, made }: NewBackup): ManagedItem {
  const { policy, scheduleName } = order;
  return {
    image: made.image,
    snapshots: made.snapshots,
    policy,
    scheduleName,
    madeUnder: policy.details,
    targetTags: matchedTags(target.source, policy.details.TargetTags),
    sourceId: target.source.id,
    home,
    place: home,
    isCopy: false,
    expiresAt: expiryOf(home, order),
    archivedAt: undefined,
  };
}

interface NewBackup {
  readonly target: Target;
  readonly made: Made;
}

/** Whether any of it is still there. */
export function exists({ image, snapshots, place }: ManagedItem): boolean {
  const now = place.now();
  if (image !== undefined) return isThere(image, now);
  for (const snapshot of snapshots) if (isThere(snapshot, now)) return true;
  return false;
}

export function isThere({ goneAt }: Pick<Resource, 'goneAt'>, now: number): boolean {
  return goneAt === undefined || goneAt > now;
}

export function isActive({ state, deletedAt }: LifecyclePolicyRecord): boolean {
  return state === 'ENABLED' && deletedAt === undefined;
}

/**
 * Whether DLM still deletes it when its time has come. It finds its own by schedule name and target tags, and lets go of
 * what expires while the policy does not run, and of what is in the archive when the policy stops.
 */
export function isManaged(item: ManagedItem): boolean {
  const { policy, archivedAt } = item;
  const { details } = policy;
  if (isExtended(policy)) return true;
  if (!isActive(policy) || (archivedAt !== undefined && policy.stateSince > archivedAt)) return false;
  // Details are replaced by a change, never changed in place.
  if (policy.defaultPolicy !== undefined || item.madeUnder === details) return true;
  return isTargeted(item, details.TargetTags) && currentSchedule(details, item.scheduleName) !== undefined;
}

function isTargeted({ targetTags }: ManagedItem, wanted: readonly Tag[] = []): boolean {
  return targetTags.some((tag) => wanted.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value));
}

/** With ExtendDeletion nothing is left behind when the source is deleted or the policy stops. */
export function takesLast(item: ManagedItem): boolean {
  return isExtended(item.policy) && (!isActive(item.policy) || !sourceExists(item));
}

export function isExtended({ defaultPolicy, details }: LifecyclePolicyRecord): boolean {
  return defaultPolicy !== undefined && details.ExtendDeletion === true;
}

function sourceExists({ home, sourceId }: ManagedItem): boolean {
  const now = home.now();
  if (home.store.volumes.get(sourceId, now) !== undefined) return true;
  const instance = home.store.instances.get(sourceId, now);
  return instance !== undefined && !['shutting-down', 'terminated'].includes(instanceState(instance, now));
}
