/** Carries out creating actions: each is one call, and what went wrong with one leaves the others alone. */

import { describeError, errorCode, isOutcomeUnknown, isPostponed } from '../aws/errors.ts';
import type { Made } from '../aws/mutate.ts';
import type { CreateAction, CreateImageAction } from '../plan/actions.ts';
import { isBegunAction, isHooked, isVssAction } from '../plan/hooked.ts';
import { formatInstant } from '../policy/instant.ts';
import type { RunContext } from './context.ts';
import { attemptCreate, attemptHooked, type Attempt } from './hooked-create.ts';
import type { Outcome } from './outcome.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';
import { sideBySide } from './side-by-side.ts';
import { lookUpName } from './taken-name.ts';
import { attemptStopped, attemptVss } from './vss-create.ts';

/** How often, and after how many ms, a run without a later round tries again what EC2 was too busy for. */
const TURNS = 4;
const BETWEEN_TURNS = 16_000;

/**
 * An outcome for each action, in order. With a deadline, what was not started in time and what EC2 was too busy for is
 * left for a later round; without one, nobody comes later, and it is tried again here after a while.
 */
export async function applyCreate(actions: readonly CreateAction[], context: RunContext): Promise<Outcome[]> {
  let outcomes = await createAll(actions, context);
  for (let turn = 1; context.deadline === undefined && turn < TURNS; turn += 1) {
    const left = actions.filter((_, index) => outcomes[index]?.status === 'postponed');
    if (left.length === 0) break;
    await context.clock.sleep(BETWEEN_TURNS);
    const again = await createAll(left, context);
    outcomes = outcomes.map((outcome) =>
      outcome.status === 'postponed' ? (again.shift() ?? outcome) : outcome,
    );
  }
  return outcomes;
}

function createAll(actions: readonly CreateAction[], context: RunContext): Promise<Outcome[]> {
  let done = 0;
  return sideBySide(actions, context, {
    work: async (action) => {
      const outcome = await createOne(action, context);
      done += 1;
      context.onProgress?.({ step: 'apply', done, total: actions.length });
      return outcome;
    },
    late: (action) => ended(action, 'postponed', 'there was no time left for it'),
  });
}

async function createOne(action: CreateAction, context: RunContext): Promise<Outcome> {
  const attempt = await attemptOf(action, context);
  if ('refused' in attempt) return ended(action, 'failed', attempt.refused);
  // A fresh one is waited for as what has no answer: the next round plans by lists.
  if ('left' in attempt)
    return ended(action, attempt.isFresh === true ? 'unknown' : 'postponed', attempt.left);
  const { warning } = attempt;
  const outcome =
    'made' in attempt ? made(action, attempt.made) : await failed(action, attempt.error, context);
  return warning === undefined ? outcome : { ...outcome, warning };
}

function attemptOf(action: CreateAction, context: RunContext): Promise<Attempt> {
  if (isVssAction(action)) return attemptVss(action, context);
  if (isBegunAction(action)) return attemptStopped(action, context);
  return isHooked(action) ? attemptHooked(action, context) : attemptCreate(action, context);
}

function made(action: CreateAction, { ids, missing }: Made): Outcome {
  const [id = action.source] = [...ids].sort();
  const outcome = {
    ...outcomeOf(action),
    id,
    ...(action.action !== 'create-image' && { snapshots: [...ids].sort() }),
  };
  return missing.length === 0
    ? { ...outcome, status: 'done' }
    : {
        ...outcome,
        status: 'failed',
        error: incomplete(missing, isVssAction(action) || isBegunAction(action)),
      };
}

async function failed(action: CreateAction, error: unknown, context: RunContext): Promise<Outcome> {
  if (action.action === 'create-image' && errorCode(error) === 'InvalidAMIName.Duplicate') {
    return nameTaken(action, context);
  }
  if (isOutcomeUnknown(error)) return ended(action, 'unknown', unknownOutcome(error, action, context));
  return ended(action, isPostponed(error) ? 'postponed' : 'failed', describeError(error));
}

async function nameTaken(action: CreateImageAction, context: RunContext): Promise<Outcome> {
  const lost = (id: string, detail: string | undefined): string => lostSlot(id, action, detail);
  return { ...outcomeOf(action), id: action.source, ...(await lookUpName(action.name, context, lost)) };
}

/** A failed AMI still holds its name: the slot cannot be made again. */
export function lostSlot(
  id: string,
  { slot }: { readonly slot: number },
  detail: string | undefined,
): string {
  return `slot ${formatInstant(slot)} is lost: ${id} failed${detail ? ` (${detail})` : ''}; the next slot goes on`;
}

function incomplete(missing: readonly string[], mayBeVss: boolean): string {
  const why = mayBeVss
    ? 'which VSS has left out, or the instance no longer has'
    : 'which the instance no longer has';
  return `the set lacks ${missing.join(', ')}, ${why}: it does not count, and the next slot goes on`;
}

function unknownOutcome(error: unknown, { slot }: CreateAction, { clock }: RunContext): string {
  const after = formatInstant(clock.now() + READS_TRUSTWORTHY_AFTER);
  return (
    `outcome unknown, EC2 may have made it: ${describeError(error)}. It is not sent again, which could double it; ` +
    `run slot ${formatInstant(slot)} again after ${after} to look it up`
  );
}

function ended(action: CreateAction, status: Outcome['status'], error: string): Outcome {
  return { ...outcomeOf(action), id: action.source, status, error };
}

function outcomeOf({
  action,
  policy,
  source,
  slot,
}: CreateAction): Pick<Outcome, 'action' | 'policy' | 'source' | 'slot'> {
  return { action, policy, source, slot };
}
