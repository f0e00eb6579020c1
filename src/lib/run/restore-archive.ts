/** Snapshots brought back from the archive, which takes EC2 up to 72 hours. */

import { returnSnapshot } from '../aws/mutate-restore.ts';
import { listRestorableSnapshots, listReturning } from '../aws/read-restorables.ts';
import type { RestorePlan } from '../plan/restore-plan.ts';
import type { RunContext } from './context.ts';
import { poll } from './poll.ts';
import { failedStep, type RestoreOutcome } from './restore-outcome.ts';
import { retryThrottled } from './throttle.ts';

const EVERY = 5 * 60_000;
const BACK_WITHIN = 75 * 60 * 60_000;

/** Asks for each that is not on its way already. */
export async function requestReturns(
  { archived, restoreDays }: RestorePlan,
  context: RunContext,
): Promise<RestoreOutcome[]> {
  const outcomes: RestoreOutcome[] = [];
  for (const { id, isReturning } of archived) {
    outcomes.push(
      isReturning
        ? { action: 'restore-snapshot-tier', id, status: 'already-done' }
        : await requestReturn(id, restoreDays, context),
    );
  }
  return outcomes;
}

async function requestReturn(id: string, days: number, context: RunContext): Promise<RestoreOutcome> {
  const action = 'restore-snapshot-tier';
  try {
    await retryThrottled(context, () => returnSnapshot(context.clients, id, days));
    return { action, id, status: 'done' };
  } catch (error) {
    // With which code EC2 refuses what it does already nobody has verified, and an answer may have been lost: it is looked up.
    return (await isReturning(id, context)) ? { action, id, status: 'done' } : failedStep(action, id, error);
  }
}

async function isReturning(id: string, { clients }: RunContext): Promise<boolean> {
  try {
    for await (const returning of listReturning(clients, [id])) if (returning === id) return true;
  } catch {
    // The error of the request itself is told.
  }
  return false;
}

/** Undefined once all can be read. */
export async function untilReturned(
  { archived }: RestorePlan,
  context: RunContext,
): Promise<string | undefined> {
  const ids = archived.map(({ id }) => id);
  const what = `Waiting for ${ids.join(', ')} to come back from the archive`;
  const back = await poll(context, { what, every: EVERY, timeout: BACK_WITHIN }, async () => {
    const filters = [{ name: 'snapshot-id', values: ids }];
    const readable = new Set<string>();
    for await (const snapshot of listRestorableSnapshots(context.clients, filters)) {
      const { id, isArchived, readableUntil = 0 } = snapshot;
      if (!isArchived || readableUntil > context.clock.now()) readable.add(id);
    }
    return ids.every((id) => readable.has(id)) ? true : undefined;
  });
  return 'problem' in back ? back.problem : undefined;
}
