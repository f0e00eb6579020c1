/** Until a machine is up. */

import { readChecks } from '../aws/read-ground.ts';
import { listInstances } from '../aws/read-instances.ts';
import type { Instance } from '../plan/inventory.ts';
import type { RunContext } from './context.ts';
import { poll } from './poll.ts';
import type { RestoreOutcome } from './restore-outcome.ts';

const EVERY = 15_000;
const STARTED_WITHIN = 15 * 60_000;
const CHECKED_WITHIN = 30 * 60_000;

export interface Followed {
  readonly outcome: RestoreOutcome;
  readonly instance?: Instance;
}

/** Waits until an instance runs, or has ended instead. Undefined: it runs. */
export async function untilStarted(id: string, context: RunContext): Promise<Followed | undefined> {
  const waiting = { what: `Waiting for ${id} to run`, every: EVERY, timeout: STARTED_WITHIN };
  const started = await poll(context, waiting, async () => {
    const instance = await readInstance(id, context);
    return instance === undefined || instance.state === 'pending' ? undefined : instance;
  });
  if ('problem' in started) return { outcome: failure(id, started.problem) };
  const { value: instance } = started;
  if (instance.state === 'running') return undefined;
  const why = instance.stateReason === undefined ? '' : `: ${instance.stateReason}`;
  return { outcome: failure(id, `it is ${instance.state}, expected running${why}`), instance };
}

/** Waits until both status checks of a running instance pass. */
export async function untilChecked(id: string, context: RunContext): Promise<Followed> {
  let last = 'without an answer';
  const waiting = { what: `Waiting for the status checks of ${id}`, every: EVERY, timeout: CHECKED_WITHIN };
  const checked = await poll(context, waiting, async () => {
    last = (await readChecks(context.clients, id)) ?? 'without an answer';
    return last === 'ok' ? await readInstance(id, context) : undefined;
  });
  if ('problem' in checked)
    return { outcome: failure(id, `${checked.problem}; the last was ${last}. The instance stays as it is`) };
  return { outcome: { action: 'check-instance', id, status: 'done' }, instance: checked.value };
}

async function readInstance(id: string, { clients }: RunContext): Promise<Instance | undefined> {
  for await (const instance of listInstances(clients, [{ name: 'instance-id', values: [id] }]))
    return instance;
  return undefined;
}

function failure(id: string, error: string): RestoreOutcome {
  return { action: 'check-instance', id, status: 'failed', error };
}
