/** Carries out deleting actions. What is gone already counts as done; a part that fails spares the rest of its point. */

import { describeError, errorCode } from '../aws/errors.ts';
import { deleteSnapshot, deregisterImage, type SnapshotResult } from '../aws/mutate.ts';
import type { DeleteAction, DeregisterImageAction } from '../plan/actions.ts';
import type { RunContext } from './context.ts';
import type { Outcome } from './outcome.ts';
import { retryThrottled } from './throttle.ts';

/** EC2's answers to deleting what is not there any more. */
const ALREADY_GONE = new Set([
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  'InvalidSnapshot.NotFound',
]);

export async function applyDelete(actions: readonly DeleteAction[], context: RunContext): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const spoiled = new Set<string>();
  for (const [index, action] of actions.entries()) {
    const ended = spoiled.has(action.point) ? [notAttempted(action)] : await deleteOne(action, context);
    if (ended.some(({ status }) => status === 'failed')) spoiled.add(action.point);
    outcomes.push(...ended);
    context.onProgress?.({ step: 'apply', done: index + 1, total: actions.length });
  }
  return outcomes;
}

async function deleteOne(action: DeleteAction, { clients, clock }: RunContext): Promise<Outcome[]> {
  try {
    if (action.action === 'delete-snapshot') {
      await retryThrottled(clock, () => deleteSnapshot(clients, action));
      return [{ ...outcomeOf(action), status: 'done' }];
    }
    return deregistered(action, await retryThrottled(clock, () => deregisterImage(clients, action)));
  } catch (error) {
    if (ALREADY_GONE.has(errorCode(error))) return [{ ...outcomeOf(action), status: 'already-done' }];
    return [{ ...outcomeOf(action), status: 'failed', error: describeError(error) }];
  }
}

/** The AMI is gone; each of its snapshots has a result of its own, and what stayed is a leftover of the next run. */
function deregistered(action: DeregisterImageAction, results: readonly SnapshotResult[]): Outcome[] {
  const deleted = results.filter(({ code }) => code === 'success').map(({ id }) => id);
  const left = results.filter(({ code }) => code !== 'success' && code !== 'skipped');
  return [
    { ...outcomeOf(action), status: 'done', snapshots: deleted },
    ...left.map(({ id, code }): Outcome => ({
      ...outcomeOf(action),
      action: 'delete-snapshot',
      id,
      status: 'failed',
      error: `snapshot of ${action.id} was not deleted: ${code}${hintFor(code)}; the next run tries it again`,
    })),
  ];
}

function hintFor(code: string): string {
  return code === 'missing-permissions' ? ' (the role needs ec2:DeleteSnapshot)' : '';
}

function notAttempted(action: DeleteAction): Outcome {
  return {
    ...outcomeOf(action),
    status: 'not-attempted',
    error: `another part of recovery point ${action.point} could not be deleted`,
  };
}

type Basics = Pick<Outcome, 'action' | 'id' | 'policy' | 'source' | 'slot'>;

function outcomeOf({ action, id, policy, source, slot }: DeleteAction): Basics {
  return { action, id, policy, source, slot };
}
