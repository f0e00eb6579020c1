import type { PolicyDetails } from '@aws-sdk/client-dlm';
import { DAY, HOUR, MINUTE, type ClockAgent } from './clock.ts';
import { setLifecycleState } from './dlm-api-records.ts';
import { count } from './dlm-run-activity.ts';
import { copyItem } from './dlm-run-copies.ts';
import { pendingUntil } from './dlm-run-delete.ts';
import { isActive, newItem } from './dlm-run-items.ts';
import { makeBackup, type Made } from './dlm-run-make.ts';
import { defaultOrder, orderOf, type BackupOrder } from './dlm-run-orders.ts';
import { WorkQueue } from './work-queue.ts';
import { Retention } from './dlm-run-retention.ts';
import { roleSuffices } from './dlm-run-roles.ts';
import { applyRules } from './dlm-run-rules.ts';
import { withScripts } from './dlm-run-scripts.ts';
import { targetsOf, type Target } from './dlm-run-targets.ts';
import { everyTimes, firingTimes, numberOf, type FiringTimes } from './dlm-run-times.ts';
import { SimulatedServiceError } from './errors.ts';
import type { LifecyclePolicyRecord } from './records.ts';
import type { World } from './world.ts';

const NO_PERMISSION = 'Role provided does not have sufficient permissions';
const TOO_MANY = 'Maximum allowed active snapshot limit exceeded';
/** Refusals that pass: DLM goes on trying for an hour. */
const PASSING = ['SnapshotCreationPerVolumeRateExceeded', 'ConcurrentSnapshotLimitExceeded'];
const RETRY_AFTER = 10 * MINUTE;
const RETRY_FOR = HOUR;
const SWEEP_FROM = 1000;
const MINUTES_A_DAY = DAY / MINUTE;

/** When a policy runs next, by its details and since its state. Computed anew when one of them is another. */
interface Plan {
  readonly details: PolicyDetails;
  readonly stateSince: number;
  /** One for each schedule; one for a default policy. */
  readonly times: readonly FiringTimes[];
  /** The time of the schedule. */
  readonly firesAt: number;
  /** The same and DLM's delay. */
  readonly runsAt: number;
}

/** DLM itself, in one Region: runs its lifecycle policies whenever the clock gets to their times. */
export class LifecycleRuns implements ClockAgent {
  readonly #world: World;
  readonly #queue = new WorkQueue();
  readonly #retention: Retention;
  readonly #plans = new Map<string, Plan>();
  #sweepAt = SWEEP_FROM;

  constructor(world: World) {
    this.#world = world;
    this.#retention = new Retention(world, this.#queue);
  }

  nextAt(): number {
    let at = this.#queue.nextAt();
    for (const policy of this.#world.store.lifecyclePolicies.values()) {
      if (isActive(policy)) at = Math.min(at, this.#planOf(policy).runsAt);
    }
    return at;
  }

  act(): void {
    const now = this.#world.now();
    if (this.#queue.nextAt() <= now) {
      this.#queue.doFirst();
      return;
    }
    for (const policy of this.#world.store.lifecyclePolicies.values()) {
      const plan = isActive(policy) ? this.#planOf(policy) : undefined;
      if (plan === undefined || plan.runsAt > now) continue;
      this.#plans.set(policy.id, this.#planAfter(policy, plan.times, plan.firesAt));
      this.#run(policy, plan);
    }
  }

  #planOf(policy: LifecyclePolicyRecord): Plan {
    const plan = this.#plans.get(policy.id);
    if (plan?.details === policy.details && plan.stateSince === policy.stateSince) return plan;
    // What fired under the former details and is still within its delay runs under the new ones.
    const after = Math.max(policy.stateSince, this.#world.now() - this.#delayOf(policy));
    const fresh = this.#planAfter(policy, timesOf(policy), after);
    this.#plans.set(policy.id, fresh);
    return fresh;
  }

  #planAfter(policy: LifecyclePolicyRecord, times: readonly FiringTimes[], after: number): Plan {
    const { details, stateSince } = policy;
    const firesAt = Math.min(...times.map((one) => one.next(after) ?? Infinity));
    return { details, stateSince, times, firesAt, runsAt: firesAt + this.#delayOf(policy) };
  }

  #delayOf({ id }: LifecyclePolicyRecord): number {
    const { lifecycleDelay: delay } = this.#world.settings;
    const ms = typeof delay === 'number' ? delay : delay(id);
    if (ms >= 0 && ms < HOUR) return ms;
    throw new Error(`Simulator settings: lifecycleDelay is ${ms} ms for ${id}, expected 0 to under an hour`);
  }

  #run(policy: LifecyclePolicyRecord, plan: Plan): void {
    if (!roleSuffices(this.#world, policy)) {
      this.#stop(policy, NO_PERMISSION);
      return;
    }
    const order = orderAt(policy, plan);
    const targets = targetsOf(this.#world, policy);
    count(this.#world, policy.id, 'ResourcesTargeted', targets.length);
    const needed = targets.reduce((sum, { volumes }) => sum + volumes.length, 0);
    let room = this.#roomFor(needed);
    for (const target of targets) {
      room -= target.volumes.length;
      if (room < 0) {
        this.#stop(policy, TOO_MANY);
        return;
      }
      this.#backUp(order, target);
    }
  }

  #stop(policy: LifecyclePolicyRecord, statusMessage: string): void {
    setLifecycleState(this.#world, policy, { state: 'ERROR', statusMessage });
  }

  /** How many more snapshots the Region takes; not counted exactly while there is plenty of room. */
  #roomFor(needed: number): number {
    const { settings, store, account } = this.#world;
    const atLeast = settings.maxSnapshots - store.snapshots.size;
    if (atLeast >= needed && store.snapshots.size < this.#sweepAt) return atLeast;
    // Listing them forgets those that are long gone, which years of backups would pile up.
    const all = store.snapshots.all(this.#world.now());
    this.#sweepAt = 2 * all.length + SWEEP_FROM;
    return settings.maxSnapshots - all.filter(({ ownerId }) => ownerId === account).length;
  }

  #backUp(order: BackupOrder, target: Target): void {
    const { policy } = order;
    const failed = target.kind === 'image' ? 'ImagesCreateFailed' : 'SnapshotsCreateFailed';
    try {
      if (target.volumes.length > 0 && this.#makeWithScripts(order, target)) return;
    } catch (error) {
      if (!(error instanceof SimulatedServiceError)) throw error;
      if (PASSING.includes(error.name) && this.#tryAgain(order, target)) return;
    }
    count(this.#world, policy.id, failed);
  }

  /** False when its hour is over. */
  #tryAgain(order: BackupOrder, target: Target): boolean {
    const { policy, firedAt } = order;
    const at = this.#world.now() + RETRY_AFTER;
    if (at > firedAt + this.#delayOf(policy) + RETRY_FOR) return false;
    this.#queue.push(at, () => {
      const isThere = target.source.goneAt === undefined || target.source.goneAt > at;
      if (isThere && isActive(policy)) this.#backUp(order, target);
    });
    return true;
  }

  #makeWithScripts(order: BackupOrder, target: Target): boolean {
    const make = (): void => this.#keep(order, target, makeBackup(this.#world, order, target));
    if (target.kind === 'set') return withScripts(this.#world, { order, instance: target.source, make });
    make();
    return true;
  }

  #keep(order: BackupOrder, target: Target, made: Made): void {
    const { policy } = order;
    if (made.image === undefined)
      count(this.#world, policy.id, 'SnapshotsCreateCompleted', made.snapshots.length);
    else count(this.#world, policy.id, 'ImagesCreateCompleted');
    const item = newItem(this.#world, order, { target, made });
    const line = this.#retention.add(item);
    applyRules(this.#queue, order, { item, line });
    for (const copy of order.copies) {
      this.#queue.push(pendingUntil(item), () => {
        const copied = copyItem(item, copy);
        if (copied !== undefined) this.#retention.add(copied);
      });
    }
  }
}

/** The times of each schedule; a default policy has a time of day of its own, from the day it was made. */
function timesOf({ id, details, defaultPolicy, createdAt }: LifecyclePolicyRecord): readonly FiringTimes[] {
  if (defaultPolicy === undefined) {
    return (details.Schedules ?? []).map(({ CreateRule: rule }) => firingTimes(rule));
  }
  const first = everyTimes(DAY, numberOf(id, MINUTES_A_DAY) * MINUTE).next(createdAt) ?? createdAt;
  return [everyTimes((details.CreateInterval ?? 1) * DAY, first)];
}

function orderAt(policy: LifecyclePolicyRecord, { times, firesAt }: Plan): BackupOrder {
  if (policy.defaultPolicy !== undefined) return defaultOrder(policy, firesAt);
  const firing = (policy.details.Schedules ?? []).flatMap((schedule, index) => {
    const one = times[index];
    return one?.next(firesAt - 1) === firesAt ? [{ schedule, times: one }] : [];
  });
  return orderOf(policy, firesAt, firing);
}
