/** Volumes alone: made, awaited, attached. */

import { createHash } from 'node:crypto';
import { attachVolume, createVolume } from '../aws/mutate-restore.ts';
import { listVolumes } from '../aws/read-volumes.ts';
import type { Volume } from '../plan/inventory.ts';
import { RESTORED } from '../plan/marks.ts';
import type { VolumesTarget } from '../plan/restore-plan.ts';
import type { RunContext } from './context.ts';
import { isFailure } from './outcome.ts';
import { poll } from './poll.ts';
import { resend } from './resend.ts';
import { marked } from './restore-instance.ts';
import { failedStep, type RestoreOutcome, type RestoreReport, type RestoreRun } from './restore-outcome.ts';

const AVAILABLE_WITHIN = 15 * 60_000;

type Wanted = VolumesTarget['volumes'][number];

export async function restoreVolumes(
  target: VolumesTarget,
  run: RestoreRun,
  context: RunContext,
): Promise<RestoreReport> {
  const outcomes: RestoreOutcome[] = [];
  const volumes: { id: string; device: string }[] = [];
  for (const wanted of target.volumes) {
    const made = await makeVolume(wanted, { target, run }, context);
    outcomes.push(made);
    if (isFailure(made)) continue;
    volumes.push({ id: made.id, device: wanted.device });
    const ended = await finish(made.id, { wanted, attachTo: target.attachTo }, context);
    if (ended) outcomes.push(ended);
    context.onProgress?.({ step: 'apply', done: volumes.length, total: target.volumes.length });
  }
  return { outcomes, volumes };
}

interface Order {
  readonly target: VolumesTarget;
  readonly run: RestoreRun;
}

async function makeVolume(
  wanted: Wanted,
  { target, run }: Order,
  context: RunContext,
): Promise<RestoreOutcome> {
  const token = createHash('sha256').update(`${run.mark} ${wanted.snapshotId}`).digest('hex').slice(0, 32);
  const action = 'create-volume';
  try {
    const [made] = await resend(context, () => find(`tag:${RESTORED.by}`, token, context));
    if (made) return { action, id: made.id, status: 'already-done' };
    const order = { ...wanted, zone: target.zone, tags: marked(target.tags, token) };
    const id = await resend(context, () => createVolume(context.clients, order, { token }));
    return { action, id, status: 'done' };
  } catch (error) {
    return failedStep(action, wanted.snapshotId, error);
  }
}

interface Ending {
  readonly wanted: Wanted;
  readonly attachTo: string | undefined;
}

/** Awaits the volume, then attaches it where that was asked. Undefined: it is there, and that was all. */
async function finish(
  id: string,
  { wanted, attachTo }: Ending,
  context: RunContext,
): Promise<RestoreOutcome | undefined> {
  const waiting = { what: `Waiting for ${id}`, every: 5000, timeout: AVAILABLE_WITHIN };
  const settled = await poll(context, waiting, async () => {
    const [volume] = await find('volume-id', id, context);
    return volume?.state === 'creating' ? undefined : volume;
  });
  if ('problem' in settled) return { action: 'create-volume', id, status: 'failed', error: settled.problem };
  const { state, attachment } = settled.value;
  if (attachTo === undefined) {
    if (state === 'available' || state === 'in-use') return undefined;
    return { action: 'create-volume', id, status: 'failed', error: `it is ${state}, expected available` };
  }
  if (attachment?.instanceId === attachTo) return { action: 'attach-volume', id, status: 'already-done' };
  return attach({ volume: id, instance: attachTo, device: wanted.device }, context);
}

async function attach(
  order: { readonly volume: string; readonly instance: string; readonly device: string },
  context: RunContext,
): Promise<RestoreOutcome> {
  const id = order.volume;
  try {
    await resend(context, () => attachVolume(context.clients, order));
    return { action: 'attach-volume', id, status: 'done' };
  } catch (error) {
    // The answer of an earlier try may have been lost.
    const [volume] = await find('volume-id', id, context).catch(() => []);
    if (volume?.attachment?.instanceId === order.instance)
      return { action: 'attach-volume', id, status: 'already-done' };
    return failedStep('attach-volume', id, error);
  }
}

async function find(name: string, value: string, { clients }: RunContext): Promise<Volume[]> {
  const found: Volume[] = [];
  for await (const volume of listVolumes(clients, [{ name, values: [value] }])) {
    if (volume.state !== 'deleting' && volume.state !== 'deleted') found.push(volume);
  }
  return found;
}
