/** Carries out creating actions: each is one call, and what went wrong with one leaves the others alone. */

import { describeError, errorCode, isOutcomeUnknown } from '../aws/errors.ts';
import { create } from '../aws/mutate.ts';
import { listImages } from '../aws/read-images.ts';
import type { CreateAction, CreateImageAction } from '../plan/actions.ts';
import type { Image } from '../plan/inventory.ts';
import { readOwnership } from '../plan/marks.ts';
import { formatInstant } from '../policy/instant.ts';
import type { RunContext } from './context.ts';
import type { Outcome } from './outcome.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';
import { retryThrottled } from './throttle.ts';

export async function applyCreate(actions: readonly CreateAction[], context: RunContext): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const action of actions) {
    outcomes.push(await createOne(action, context));
    context.onProgress?.({ step: 'apply', done: outcomes.length, total: actions.length });
  }
  return outcomes;
}

async function createOne(action: CreateAction, context: RunContext): Promise<Outcome> {
  try {
    const { ids, missing } = await retryThrottled(context.clock, () => create(context.clients, action));
    const [id = action.source] = [...ids].sort();
    const made = {
      ...outcomeOf(action),
      id,
      ...(action.action !== 'create-image' && { snapshots: [...ids].sort() }),
    };
    return missing.length === 0
      ? { ...made, status: 'done' }
      : { ...made, status: 'failed', error: incomplete(missing) };
  } catch (error) {
    if (action.action === 'create-image' && errorCode(error) === 'InvalidAMIName.Duplicate') {
      return nameTaken(action, context);
    }
    return failed(
      action,
      isOutcomeUnknown(error) ? unknownOutcome(error, action, context) : describeError(error),
    );
  }
}

/** The name is the slot's identity: an AMI that has it is this backup, made earlier, if it is ours and not failed. */
async function nameTaken(action: CreateImageAction, context: RunContext): Promise<Outcome> {
  const found: Image[] = [];
  try {
    for await (const image of listImages(context.clients, [{ name: 'name', values: [action.name] }]))
      found.push(image);
  } catch (error) {
    return failed(
      action,
      `AMI name ${action.name} is taken, and could not be looked up: ${describeError(error)}`,
    );
  }
  const image = found.find(({ name }) => name === action.name);
  if (!image) {
    return failed(
      action,
      `AMI name ${action.name} is taken by an AMI that is not visible yet: run the slot again later`,
    );
  }
  const ownership = readOwnership(image.tags, context.file);
  if (ownership.status !== 'ours') {
    return failed(
      action,
      `AMI name ${action.name} is taken by ${image.id}, which this deployment did not make`,
    );
  }
  if (image.state === 'failed') return failed(action, lostSlot(image.id, action, image.stateReason));
  return { ...outcomeOf(action), id: image.id, status: 'already-done' };
}

/** A failed AMI still holds its name: the slot cannot be made again. */
export function lostSlot(
  id: string,
  { slot }: { readonly slot: number },
  detail: string | undefined,
): string {
  return `slot ${formatInstant(slot)} is lost: ${id} failed${detail ? ` (${detail})` : ''}; the next slot goes on`;
}

function incomplete(missing: readonly string[]): string {
  return `the set lacks ${missing.join(', ')}, which the instance no longer has: it does not count, and the next slot goes on`;
}

function unknownOutcome(error: unknown, { slot }: CreateAction, { clock }: RunContext): string {
  const after = formatInstant(clock.now() + READS_TRUSTWORTHY_AFTER);
  return (
    `outcome unknown, EC2 may have made it: ${describeError(error)}. It is not sent again, which could double it; ` +
    `run slot ${formatInstant(slot)} again after ${after} to look it up`
  );
}

function failed(action: CreateAction, error: string): Outcome {
  return { ...outcomeOf(action), id: action.source, status: 'failed', error };
}

function outcomeOf({
  action,
  policy,
  source,
  slot,
}: CreateAction): Pick<Outcome, 'action' | 'policy' | 'source' | 'slot'> {
  return { action, policy, source, slot };
}
