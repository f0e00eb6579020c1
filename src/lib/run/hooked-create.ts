/** A backup between a pre-script and a post-script: frozen, made, and thawed at once, whatever became of it. */

import { CALL_TIMEOUT } from '../aws/clients.ts';
import { OutOfTimeError } from '../aws/errors.ts';
import { create, type Made } from '../aws/mutate.ts';
import { withConsistency, type HookedAction } from '../plan/hooked.ts';
import type { RunContext } from './context.ts';
import { longestRun, runHook, type HookEnd } from './hook-run.ts';
import { retryThrottled } from './throttle.ts';

/** What came of one creating call; `warning` is what somebody should know of it besides. */
export type Attempt =
  | { readonly made: Made; readonly warning?: string }
  | { readonly error: unknown; readonly warning?: string }
  /** Not tried, as the policy wants no backup that is only crash-consistent. */
  | { readonly refused: string }
  /**
   * Not ended, or not known: nothing was made by us, and a later round looks again. `isFresh`: lists may not show yet that
   * something was begun.
   */
  | { readonly left: string; readonly isFresh?: boolean };

/** Makes one backup without telling anybody. Never throws. */
export async function attemptCreate(
  action: Parameters<typeof create>[1],
  context: RunContext,
): Promise<Attempt> {
  try {
    return { made: await retryThrottled(context, () => create(context.clients, action)) };
  } catch (error) {
    return { error };
  }
}

/**
 * Makes one backup of an instance that is told. Frozen is it from the pre-script's end until the post-script, which is sent when
 * the creating call has ended, before anything else. Where we die in between, the document's own timer thaws. Never throws.
 */
export async function attemptHooked(action: HookedAction, context: RunContext): Promise<Attempt> {
  const { obstacle } = action.hooks;
  if (obstacle !== undefined) return unfrozen(action, obstacle, context);
  let turn: RunContext;
  try {
    turn = await inTurn(action, context);
  } catch (error) {
    return { error };
  }
  const latest = latestFreeze(action, context);
  if (context.clock.now() > latest)
    return { error: new OutOfTimeError('there was no time left to freeze, back up and thaw it') };
  const pre = await runHook(action, 'pre-script', { ...context, deadline: latest });
  if (pre.isOk) return frozen(action, turn, context);
  if (pre.busy !== undefined) return { error: pre.busy };
  // Thawed before the backup, not after it: it gains nothing by what is half frozen.
  const thaw = pre.mayHaveRun ? await thawed(action, context) : undefined;
  const trouble = thaw !== undefined && !isThawed(thaw) ? `; ${thawTrouble(thaw)}` : '';
  return unfrozen(action, `${pre.problem}${trouble}`, context);
}

/** Nothing is awaited between the two but the call itself: neither a token, nor another try. */
async function frozen(action: HookedAction, turn: RunContext, context: RunContext): Promise<Attempt> {
  const attempt = await create(turn.clients, withConsistency(action, 'application')).then(
    (made): Attempt => ({ made }),
    (error: unknown): Attempt => ({ error }),
  );
  const thaw = await thawed(action, context);
  return thaw.isOk ? attempt : { ...attempt, warning: unsure(attempt, thaw) };
}

/** What the policy wants of a backup that cannot be application-consistent. `why` is what is in the way. */
export async function unfrozen(action: HookedAction, why: string, context: RunContext): Promise<Attempt> {
  if (action.hooks.onFailure === 'skip') return { refused: `${why}; not backed up (onFailure: skip)` };
  const attempt = await attemptCreate(action, context);
  return 'made' in attempt ? { ...attempt, warning: `only crash-consistent: ${why}` } : attempt;
}

/** Twice at most. What says that nothing is frozen any more need not be asked again. */
async function thawed(action: HookedAction, context: RunContext): Promise<HookEnd> {
  const first = await runHook(action, 'post-script', context);
  return isThawed(first) ? first : runHook(action, 'post-script', context);
}

/** By DLM's contract: 203, it has thawed by itself; 205, it was not frozen. */
function isThawed(end: HookEnd): boolean {
  return end.isOk || end.exitCode === 203 || end.exitCode === 205;
}

function unsure(attempt: Attempt, thaw: Extract<HookEnd, { isOk: false }>): string {
  const of = 'made' in attempt ? 'its tag says application, but that is not sure: ' : '';
  return `${of}${isThawed(thaw) ? thaw.problem : thawTrouble(thaw)}`;
}

function thawTrouble(thaw: HookEnd): string {
  return thaw.isOk ? '' : `${thaw.problem}, twice: it may be frozen until the document's own timer thaws it`;
}

/** A freeze that is begun later (ms since the epoch) is one that the run may have no time left to end. */
function latestFreeze(action: HookedAction, { deadline = Infinity }: RunContext): number {
  return deadline - 2 * (CALL_TIMEOUT + longestRun(action)) - CALL_TIMEOUT;
}

const OPERATION: Readonly<Record<HookedAction['action'], string>> = {
  'create-image': 'CreateImage',
  'create-snapshots': 'CreateSnapshots',
};

/** Waits for the turn of the creating call before the freeze: nothing stands frozen in a queue of ours. */
async function inTurn(action: HookedAction, context: RunContext): Promise<RunContext> {
  const { clients } = context;
  return clients.inTurn === undefined
    ? context
    : { ...context, clients: await clients.inTurn(OPERATION[action.action]) };
}
