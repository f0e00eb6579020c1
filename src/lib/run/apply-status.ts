/** Writes the status tags of sources: one call for up to 500 of them that are told the same. */

import { describeError, errorCode } from '../aws/errors.ts';
import { tagSources } from '../aws/mutate.ts';
import type { StatusPlan } from '../plan/watch-status.ts';
import type { RunContext } from './context.ts';
import type { WatchOutcome } from './outcome.ts';
import { retryThrottled } from './throttle.ts';

const MOST_A_CALL = 500;

/** Errors of one source that fail the call for all: one that is gone, one that has no room for a tag. */
const OF_ONE_SOURCE = /^(?:Invalid\w+\.NotFound|TagLimitExceeded)$/;

/** One outcome a source that is told. */
export async function applyStatus(plan: StatusPlan, context: RunContext): Promise<WatchOutcome[]> {
  const outcomes: WatchOutcome[] = [];
  for (const { value, ids } of plan.writes) {
    const tag = { key: plan.key, value };
    for (let at = 0; at < ids.length; at += MOST_A_CALL) {
      outcomes.push(...(await write(ids.slice(at, at + MOST_A_CALL), tag, context)));
    }
  }
  return outcomes;
}

async function write(
  ids: readonly string[],
  tag: { readonly key: string; readonly value: string },
  context: RunContext,
): Promise<WatchOutcome[]> {
  const { clock, deadline = Infinity } = context;
  if (clock.now() >= deadline) {
    const error = 'there was no time left; the next watch run writes it';
    return ids.map((id): WatchOutcome => ({ ...outcomeOf(id), status: 'not-attempted', error }));
  }
  try {
    await retryThrottled(context, () => tagSources(context.clients, ids, tag));
    return ids.map((id) => ({ ...outcomeOf(id), status: 'done' }));
  } catch (error) {
    if (ids.length > 1 && OF_ONE_SOURCE.test(errorCode(error))) {
      const half = Math.ceil(ids.length / 2);
      return [
        ...(await write(ids.slice(0, half), tag, context)),
        ...(await write(ids.slice(half), tag, context)),
      ];
    }
    // Gone since it was listed: nobody is left to be told.
    if (errorCode(error).endsWith('.NotFound'))
      return ids.map((id) => ({ ...outcomeOf(id), status: 'already-done' }));
    return ids.map((id) => ({ ...outcomeOf(id), status: 'failed', error: describeError(error) }));
  }
}

function outcomeOf(id: string): Pick<WatchOutcome, 'action' | 'id'> {
  return { action: 'tag-status', id };
}
