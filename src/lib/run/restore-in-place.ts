/** The root volume of a running instance, replaced by EC2's own task. */

import { createHash } from 'node:crypto';
import { replaceRootVolume } from '../aws/mutate-restore.ts';
import { listRootTasks } from '../aws/read-ground.ts';
import { isRunningTask } from '../plan/plan-restore-in-place.ts';
import type { RootTask } from '../plan/restorable.ts';
import type { RootTarget } from '../plan/restore-plan.ts';
import type { RunContext } from './context.ts';
import { poll } from './poll.ts';
import { resend } from './resend.ts';
import { untilChecked } from './restore-follow.ts';
import { marked } from './restore-instance.ts';
import { failedStep, type RestoreOutcome, type RestoreReport, type RestoreRun } from './restore-outcome.ts';

const REPLACED_WITHIN = 60 * 60_000;
const EVERY = 15_000;

export async function restoreInPlace(
  target: RootTarget,
  { mark, alreadyMade }: RestoreRun,
  context: RunContext,
): Promise<RestoreReport> {
  const action = 'replace-root-volume';
  const order = { ...target, tags: marked(target.tags, mark) };
  // With the replacement before: after one from another point the same command is meant anew. By the volume that is
  // replaced it would be so at once, and a list that lags would make two of one.
  const token = createHash('sha256')
    .update(`${mark} ${target.after ?? ''}`)
    .digest('hex')
    .slice(0, 32);
  let task: string;
  try {
    task = alreadyMade ?? (await resend(context, () => replaceRootVolume(context.clients, order, { token })));
  } catch (error) {
    return { outcomes: [failedStep(action, target.instance, error)], volumes: [] };
  }
  const waiting = {
    what: `Replacing the root volume of ${target.instance}`,
    every: EVERY,
    timeout: REPLACED_WITHIN,
  };
  const ended = await poll(context, waiting, async () => {
    const found = await readTask(target.instance, task, context);
    return found === undefined || isRunningTask(found) ? undefined : found;
  });
  const error = 'problem' in ended ? ended.problem : errorOf(ended.value);
  if (error !== undefined) return { outcomes: [{ action, id: task, status: 'failed', error }], volumes: [] };
  const replaced: RestoreOutcome = {
    action,
    id: task,
    status: alreadyMade === undefined ? 'done' : 'already-done',
  };
  const { outcome, instance } = await untilChecked(target.instance, context);
  return { outcomes: [replaced, outcome], volumes: [], ...(instance && { instance }) };
}

function errorOf({ state }: RootTask): string | undefined {
  return state === 'succeeded' ? undefined : `the task is ${state}; the old root volume was not deleted`;
}

async function readTask(
  instance: string,
  id: string,
  { clients }: RunContext,
): Promise<RootTask | undefined> {
  for await (const task of listRootTasks(clients, instance)) if (task.id === id) return task;
  return undefined;
}
