import { lifecyclePolicyNotFound } from './errors.ts';
import type { LifecyclePolicyRecord } from './records.ts';
import { LONGEST_READ_LAG } from './settings.ts';
import type { World } from './world.ts';

/** The lifecycle policy as it is now. @throws ResourceNotFoundException */
export function presentLifecyclePolicy(world: World, id: string): LifecyclePolicyRecord {
  const policy = world.store.lifecyclePolicies.get(id);
  if (policy === undefined || policy.deletedAt !== undefined) throw lifecyclePolicyNotFound(id);
  return policy;
}

/** Those that exist now, in order of creation. */
export function presentLifecyclePolicies(world: World): readonly LifecyclePolicyRecord[] {
  return [...world.store.lifecyclePolicies.values()].filter(({ deletedAt }) => deletedAt === undefined);
}

/** The lifecycle policy as reads show it, which may be its former self; undefined when they do not show it. */
export function shownLifecyclePolicy(world: World, id: string): LifecyclePolicyRecord | undefined {
  const time = world.readTime();
  const current = world.store.lifecyclePolicies.get(id);
  const former = world.store.formerLifecyclePolicies.get(id)?.find(({ until }) => until > time);
  const policy = former?.policy ?? current;
  if (policy === undefined || policy.createdAt > time) return undefined;
  return policy.deletedAt !== undefined && policy.deletedAt <= time ? undefined : policy;
}

/** Every change of a lifecycle policy is made here, so that what it was before is kept for lagging reads. */
export function changeLifecyclePolicy(
  world: World,
  policy: LifecyclePolicyRecord,
  change: (policy: LifecyclePolicyRecord) => void,
): void {
  const now = world.now();
  const seen = (world.store.formerLifecyclePolicies.get(policy.id) ?? []).filter(
    ({ until }) => until > now - LONGEST_READ_LAG,
  );
  // Details are replaced by a change, never changed in place; tags are.
  const former = { until: now, policy: { ...policy, tags: new Map(policy.tags) } };
  world.store.formerLifecyclePolicies.set(policy.id, [...seen, former]);
  change(policy);
}

/** A new state holds from now on. The message is why, for ERROR. */
export function setLifecycleState(
  world: World,
  policy: LifecyclePolicyRecord,
  { state, statusMessage }: Pick<LifecyclePolicyRecord, 'state' | 'statusMessage'>,
): void {
  if (policy.state === state && policy.statusMessage === statusMessage) return;
  changeLifecyclePolicy(world, policy, (changed) => {
    if (changed.state !== state) changed.stateSince = world.now();
    changed.state = state;
    changed.statusMessage = statusMessage;
  });
}

/** With ExtendDeletion DLM goes on deleting for it, so the record stays. */
export function removeLifecyclePolicy(world: World, policy: LifecyclePolicyRecord): void {
  changeLifecyclePolicy(world, policy, (changed) => {
    changed.deletedAt = world.now();
  });
}
