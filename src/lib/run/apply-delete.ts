/** Carries out deleting actions. What is gone already counts as done; a part that fails spares the rest of its point. */

import { describeError, errorCode, isPostponed } from '../aws/errors.ts';
import { deleteSnapshot, deregisterImage, liftProtection, type SnapshotResult } from '../aws/mutate.ts';
import type { DeleteAction, DeregisterImageAction } from '../plan/actions.ts';
import { groupBy } from '../plan/group-by.ts';
import type { RunContext } from './context.ts';
import { basicsOf, isFailure, isLeft, type Outcome } from './outcome.ts';
import { sideBySide } from './side-by-side.ts';
import { retryThrottled } from './throttle.ts';

/** EC2's answers to deleting what is not there any more. */
const ALREADY_GONE = new Set([
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  'InvalidSnapshot.NotFound',
]);

/** Points side by side, the parts of a point one after the other. */
export async function applyDelete(actions: readonly DeleteAction[], context: RunContext): Promise<Outcome[]> {
  const points = [...groupBy(actions, ({ point }) => point).values()];
  let done = 0;
  const ended = await sideBySide(points, context, {
    work: async (parts) => {
      const outcomes = await deletePoint(parts, context);
      done += parts.length;
      context.onProgress?.({ step: 'apply', done, total: actions.length });
      return outcomes;
    },
    late: (parts) => parts.map(postponed),
  });
  return ended.flat();
}

async function deletePoint(parts: readonly DeleteAction[], context: RunContext): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const part of parts) {
    if (outcomes.some(isLeft)) outcomes.push(postponed(part));
    else if (outcomes.some(isFailure)) outcomes.push(notAttempted(part));
    else outcomes.push(...(await deleteOne(part, context)));
  }
  return outcomes;
}

async function deleteOne(action: DeleteAction, context: RunContext): Promise<Outcome[]> {
  const { clients } = context;
  try {
    if (action.action === 'delete-snapshot') {
      await retryThrottled(context, () => deleteSnapshot(clients, action));
      return [{ ...basicsOf(action), status: 'done' }];
    }
    if (action.liftsProtection) await retryThrottled(context, () => liftProtection(clients, action));
    return deregistered(action, await retryThrottled(context, () => deregisterImage(clients, action)));
  } catch (error) {
    if (ALREADY_GONE.has(errorCode(error))) return [{ ...basicsOf(action), status: 'already-done' }];
    const status = isPostponed(error) ? 'postponed' : 'failed';
    return [{ ...basicsOf(action), status, error: describeError(error) }];
  }
}

/** The AMI is gone; each of its snapshots has a result of its own, and what stayed is a leftover of the next run. */
function deregistered(action: DeregisterImageAction, results: readonly SnapshotResult[]): Outcome[] {
  const deleted = results.filter(({ code }) => code === 'success').map(({ id }) => id);
  const left = results.filter(({ code }) => code !== 'success' && code !== 'skipped');
  return [
    { ...basicsOf(action), status: 'done', snapshots: deleted },
    ...left.map(({ id, code }): Outcome => ({
      ...basicsOf(action),
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

function postponed(action: DeleteAction): Outcome {
  return { ...basicsOf(action), status: 'postponed', error: 'there was no time left for it' };
}

function notAttempted(action: DeleteAction): Outcome {
  return {
    ...basicsOf(action),
    status: 'not-attempted',
    error: `another part of recovery point ${action.point} could not be deleted`,
  };
}
