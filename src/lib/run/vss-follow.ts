/** The command of Systems Manager by which an instance makes its snapshots itself: sent once a slot, found again, followed. */

import { describeError } from '../aws/errors.ts';
import { sendDocument } from '../aws/mutate-hooks.ts';
import { listCommandsSince, readHookRun, type HookRun, type SentCommand } from '../aws/read-agents.ts';
import type { VssAction } from '../plan/hooked.ts';
import { vssComment, vssParameters } from '../plan/vss-command.ts';
import { isVss } from '../policy/vss-document.ts';
import { hasNeverBegun, isUnderWay } from './command-status.ts';
import type { RunContext } from './context.ts';
import { executionIdOf } from './hook-run.ts';
import { retryThrottled } from './throttle.ts';

/** What installing Amazon's components may take (s), which the document's own timeout leaves out. */
const INSTALLING = 600;
/** Within so long (s) it must have begun. With the document's timeout it makes what the command expires after: installing is in it. */
const DELIVERY = INSTALLING + 120;
const EVERY = 5000;
/** No command of a slot was sent before it, give or take the clocks (ms). */
const BEFORE_SLOT = 5 * 60_000;

export type Command = Pick<SentCommand, 'id' | 'sentAt'>;

/** Sends it, answering its id. Throttling alone is tried again. */
export async function sendVss(action: VssAction, context: RunContext): Promise<Command> {
  const { clients, clock } = context;
  const order = {
    instance: action.source,
    document: action.hooks.document,
    parameters: vssParameters(action),
    delivery: DELIVERY,
    comment: commentOf(action, context),
  };
  const id = await retryThrottled(context, () => sendDocument(clients, order));
  return { id, sentAt: clock.now() };
}

/** The command of this slot that was sent before, by whatever run, and has begun or may begin. Throws when it cannot be read. */
export async function findCommand(action: VssAction, context: RunContext): Promise<SentCommand | undefined> {
  const sought = { instance: action.source, since: action.slot - BEFORE_SLOT };
  const comment = commentOf(action, context);
  const sent = await retryThrottled(context, async () => {
    const all: SentCommand[] = [];
    for await (const command of listCommandsSince(context.clients, sought)) all.push(command);
    return all;
  });
  // By either document: a policy may name the other one since. By any other it is nobody's backup, whatever its comment says.
  const begun = sent.filter(
    ({ document, ...one }) =>
      one.comment === comment && !hasNeverBegun(one.status) && (document === undefined || isVss(document)),
  );
  begun.sort((a, b) => b.sentAt - a.sentAt);
  return begun.find(({ status }) => isUnderWay(status)) ?? begun[0];
}

function commentOf(action: VssAction, { file }: RunContext): string {
  return vssComment(action, executionIdOf(file.deployment, action));
}

/** Whatever Systems Manager says of it, after that (ms since the epoch) it makes nothing any more. */
export function latestEnd({ hooks: { timeout } }: VssAction, sentAt: number): number {
  return sentAt + (DELIVERY + INSTALLING + timeout) * 1000;
}

/** How it ended, or why that is not known. Looks until the run's time is over, or until it should have ended long since. */
export async function followCommand(
  action: VssAction,
  { id, sentAt }: Command,
  context: RunContext,
): Promise<HookRun | { readonly left: string }> {
  const { clients, clock, deadline = Infinity, onProgress } = context;
  const over = latestEnd(action, sentAt);
  for (;;) {
    let how: string;
    try {
      const run = await readHookRun(clients, { command: id, instance: action.source });
      if (run !== undefined && !isUnderWay(run.status)) return run;
      how = `it is ${run?.status ?? 'Pending'}`;
    } catch (error) {
      // The next look may be luckier.
      how = describeError(error);
    }
    if (clock.now() + EVERY > Math.min(over, deadline))
      return {
        left: `VSS was told, and command ${id} has not ended yet (${how}): a later run looks at it again`,
      };
    onProgress?.({ step: 'wait', what: `VSS on ${action.source}: ${how}` });
    await clock.sleep(EVERY);
  }
}
