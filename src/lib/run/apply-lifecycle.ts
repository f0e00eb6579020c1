/** Carries out changes of lifecycle policies, and looks whether DLM took them as they were meant. */

import { describeError, errorCode, isOutcomeUnknown } from '../aws/errors.ts';
import { createLifecyclePolicy, deleteLifecyclePolicy, updateLifecyclePolicy } from '../aws/mutate.ts';
import type {
  CreateLifecycleAction,
  DeleteLifecycleAction,
  LifecycleAction,
  UpdateLifecycleAction,
} from '../plan/plan-lifecycle.ts';
import type { RunContext } from './context.ts';
import { isFailure, type LifecycleOutcome } from './outcome.ts';
import { retryThrottled } from './throttle.ts';
import { verify, type Sent } from './verify-lifecycle.ts';

/**
 * One outcome an action, in order. Everything is sent, then looked at together; what is to go comes last, and stays where
 * something could not be made or changed.
 */
export async function applyLifecycle(
  actions: readonly LifecycleAction[],
  context: RunContext,
): Promise<LifecycleOutcome[]> {
  const isRemoval = (action: LifecycleAction): boolean =>
    action.action === 'delete-lifecycle-policy' && !action.isReplaced;
  const changes = await applyAll(
    actions.filter((action) => !isRemoval(action)),
    context,
  );
  const failures = changes.filter(isFailure).map(({ policy }) => policy);
  const removals = actions.filter(isRemoval);
  if (failures.length === 0) return [...changes, ...(await applyAll(removals, context))];
  const why = `${failures.join(', ')} failed, which may be meant to follow it: nothing is deleted in such a run`;
  return [...changes, ...removals.map((action) => notAttempted(action, why))];
}

async function applyAll(
  actions: readonly LifecycleAction[],
  context: RunContext,
): Promise<readonly LifecycleOutcome[]> {
  const sent: (Sent | LifecycleOutcome)[] = [];
  for (const action of actions) {
    // A policy is only made anew once its predecessor is gone.
    const failed = sent.find((one) => one.policy === action.policy && 'status' in one && isFailure(one));
    sent.push(
      failed
        ? notAttempted(action, `${failed.action} of ${failed.id ?? failed.policy} failed`)
        : await send(action, context),
    );
    context.onProgress?.({ step: 'apply', done: sent.length, total: actions.length });
  }
  return verify(sent, context);
}

async function send(action: LifecycleAction, context: RunContext): Promise<Sent | LifecycleOutcome> {
  try {
    switch (action.action) {
      case 'create-lifecycle-policy':
        return await create(action, context);
      case 'update-lifecycle-policy':
        return await update(action, context);
      case 'delete-lifecycle-policy':
        return await remove(action, context);
    }
  } catch (error) {
    return { ...basicsOf(action), status: 'failed', error: describeError(error) };
  }
}

async function create(action: CreateLifecycleAction, { clients, clock }: RunContext): Promise<Sent> {
  const { policy, wanted } = action;
  try {
    const id = await retryThrottled({ clock }, () => createLifecyclePolicy(clients, wanted));
    return { action: action.action, policy, id, wanted };
  } catch (error) {
    // DLM may have made it: it is looked for, and never sent again.
    if (isOutcomeUnknown(error))
      return { action: action.action, policy, wanted, unanswered: describeError(error) };
    throw error;
  }
}

async function update(action: UpdateLifecycleAction, { clients, clock }: RunContext): Promise<Sent> {
  const { policy, id, wanted } = action;
  await retryThrottled({ clock }, () => updateLifecyclePolicy(clients, id, wanted));
  return { action: action.action, policy, id, wanted };
}

async function remove(
  action: DeleteLifecycleAction,
  { clients, clock }: RunContext,
): Promise<LifecycleOutcome> {
  try {
    await retryThrottled({ clock }, () => deleteLifecyclePolicy(clients, action.id));
    return { ...basicsOf(action), status: 'done' };
  } catch (error) {
    if (errorCode(error) !== 'ResourceNotFoundException') throw error;
    return { ...basicsOf(action), status: 'already-done' };
  }
}

function notAttempted(action: LifecycleAction, error: string): LifecycleOutcome {
  return { ...basicsOf(action), status: 'not-attempted', error };
}

function basicsOf(action: LifecycleAction): Omit<LifecycleOutcome, 'status'> {
  const { policy } = action;
  return { action: action.action, policy, id: 'id' in action ? action.id : policy };
}
