/** Carries out changes of lifecycle policies, and looks whether DLM took them as they were meant. */

import { describeError, errorCode, isOutcomeUnknown } from '../aws/errors.ts';
import { createLifecyclePolicy, deleteLifecyclePolicy, updateLifecyclePolicy } from '../aws/mutate.ts';
import { listLifecyclePolicies, readLifecyclePolicy } from '../aws/read-lifecycle-policies.ts';
import { driftOf } from '../plan/lifecycle-drift.ts';
import type { LifecyclePolicy, WantedLifecyclePolicy } from '../plan/lifecycle-policy.ts';
import { MARK } from '../plan/marks.ts';
import {
  driftText,
  type CreateLifecycleAction,
  type LifecycleAction,
  type UpdateLifecycleAction,
} from '../plan/plan-lifecycle.ts';
import type { RunContext } from './context.ts';
import { isFailure, type LifecycleOutcome } from './outcome.ts';
import { retryThrottled } from './throttle.ts';

/** AWS's lists may be behind a change for so long. */
const READS_TRUSTWORTHY_AFTER = 5 * 60_000;
const FIRST_LOOK = 5000;

/** One outcome an action, in order. Where something could not be made or changed, nothing is taken away either. */
export async function applyLifecycle(
  actions: readonly LifecycleAction[],
  context: RunContext,
): Promise<LifecycleOutcome[]> {
  const outcomes: LifecycleOutcome[] = [];
  for (const action of actions) {
    const blocked = blockedBy(action, outcomes);
    outcomes.push(blocked ?? (await applyOne(action, context)));
    context.onProgress?.({ step: 'apply', done: outcomes.length, total: actions.length });
  }
  return outcomes;
}

function blockedBy(
  action: LifecycleAction,
  before: readonly LifecycleOutcome[],
): LifecycleOutcome | undefined {
  const failures = before.filter(isFailure);
  const predecessor = failures.find(({ policy }) => policy === action.policy);
  if (predecessor) return notAttempted(action, `${predecessor.action} of ${predecessor.id} failed`);
  if (action.action !== 'delete-lifecycle-policy' || action.isReplaced || failures.length === 0)
    return undefined;
  const what = failures.map(({ policy }) => policy).join(', ');
  return notAttempted(
    action,
    `${what} failed, which may be meant to follow it: nothing is deleted in such a run`,
  );
}

async function applyOne(action: LifecycleAction, context: RunContext): Promise<LifecycleOutcome> {
  try {
    switch (action.action) {
      case 'create-lifecycle-policy':
        return await create(action, context);
      case 'update-lifecycle-policy':
        return await update(action, context);
      case 'delete-lifecycle-policy':
        await retryThrottled(context.clock, () => deleteLifecyclePolicy(context.clients, action.id));
        return { ...outcomeOf(action), status: 'done' };
    }
  } catch (error) {
    if (action.action === 'delete-lifecycle-policy' && errorCode(error) === 'ResourceNotFoundException') {
      return { ...outcomeOf(action), status: 'already-done' };
    }
    return { ...outcomeOf(action), status: 'failed', error: describeError(error) };
  }
}

async function create(action: CreateLifecycleAction, context: RunContext): Promise<LifecycleOutcome> {
  const { wanted } = action;
  let id: string | undefined;
  try {
    id = await retryThrottled(context.clock, () => createLifecyclePolicy(context.clients, wanted));
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    id = await lookUp(wanted, context);
    if (id === undefined) {
      const message = `DLM did not answer (${describeError(error)}) and lists no such lifecycle policy 5 minutes later: the next run makes it`;
      throw new Error(message, { cause: error });
    }
  }
  return verified({ ...outcomeOf(action), id }, wanted, context);
}

async function update(action: UpdateLifecycleAction, context: RunContext): Promise<LifecycleOutcome> {
  const { wanted, id } = action;
  await retryThrottled(context.clock, () => updateLifecyclePolicy(context.clients, id, wanted));
  return verified(outcomeOf(action), wanted, context);
}

/** What DLM holds after a change. It merges updates, and says nothing of a field that it kept. */
async function verified(
  outcome: Omit<LifecycleOutcome, 'status'>,
  wanted: WantedLifecyclePolicy,
  context: RunContext,
): Promise<LifecycleOutcome> {
  const found = await lookUntil(context, async () => {
    const policy = await readLifecyclePolicy(context.clients, outcome.id);
    const drift = policy && driftOf(policy, wanted);
    return { value: { policy, drift }, isSettled: drift?.length === 0 };
  });
  const { policy, drift } = found;
  if (drift?.length === 0) return { ...outcome, status: 'done' };
  const what = policy && drift ? whatWasKept(policy, drift.map(driftText)) : 'DLM does not know it';
  return { ...outcome, status: 'failed', error: `DLM took the call, but 5 minutes later ${what}` };
}

function whatWasKept({ state, statusMessage }: LifecyclePolicy, drift: readonly string[]): string {
  const why = state === 'ERROR' && statusMessage !== undefined ? ` (${statusMessage})` : '';
  return `${drift.join('; ')}${why}`;
}

/** The id of what an unanswered call may have made. */
async function lookUp(wanted: WantedLifecyclePolicy, context: RunContext): Promise<string | undefined> {
  return lookUntil(context, async () => {
    for await (const { id, tags } of listLifecyclePolicies(context.clients)) {
      const isIt = [MARK.deployment, MARK.policy].every((key) => tags.get(key) === wanted.tags[key]);
      if (isIt) return { value: id, isSettled: true };
    }
    return { value: undefined, isSettled: false };
  });
}

/** Looks again, less and less often, until it is settled or reads can be trusted. */
async function lookUntil<T>(
  { clock }: RunContext,
  look: () => Promise<{ readonly value: T; readonly isSettled: boolean }>,
): Promise<T> {
  const last = clock.now() + READS_TRUSTWORTHY_AFTER;
  for (let wait = FIRST_LOOK; ; wait *= 2) {
    const { value, isSettled } = await look();
    const left = last - clock.now();
    if (isSettled || left <= 0) return value;
    await clock.sleep(Math.min(wait, left));
  }
}

function notAttempted(action: LifecycleAction, error: string): LifecycleOutcome {
  return { ...outcomeOf(action), status: 'not-attempted', error };
}

function outcomeOf(action: LifecycleAction): Omit<LifecycleOutcome, 'status'> {
  return {
    action: action.action,
    policy: action.policy,
    id: action.action === 'create-lifecycle-policy' ? action.policy : action.id,
  };
}
