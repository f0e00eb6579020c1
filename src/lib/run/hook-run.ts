/** One run of a hook's document on an instance: sent once, and followed until it has ended or its time is over. */

import { createHash } from 'node:crypto';
import { describeError, isOutcomeUnknown, isPostponed } from '../aws/errors.ts';
import { sendHook, type Stage } from '../aws/mutate-hooks.ts';
import { readHookRun, type HookRun } from '../aws/read-agents.ts';
import { exitCodeText, type HookedAction } from '../plan/hooked.ts';
import { backupName } from '../plan/identity.ts';
import { hasNeverBegun, isUnderWay } from './command-status.ts';
import type { RunContext } from './context.ts';
import { retryThrottled } from './throttle.ts';

/** Systems Manager takes no shorter time (s) within which a command must have begun. */
const LEAST_DELIVERY = 30;
/** What is frozen waits for us to see that it is. */
const EVERY = 2000;
/** SSM's bound on a comment. */
const MAX_COMMENT = 100;

/** It may have run where neither its end nor that it never begins is known. */
export type HookEnd =
  | { readonly isOk: true }
  | {
      readonly isOk: false;
      readonly problem: string;
      readonly mayHaveRun: boolean;
      /** Where the document has said how it ended. */
      readonly exitCode?: number;
      /** The error by which Systems Manager was too busy for it: later it may not be. */
      readonly busy?: unknown;
    };

/** How long (ms) a stage takes at most, from when it is sent to when its end is known or given up. */
export function longestRun({ hooks: { timeout } }: HookedAction): number {
  return Math.max(timeout, LEAST_DELIVERY) * 1000 + EVERY;
}

/** Never throws. */
export async function runHook(action: HookedAction, stage: Stage, context: RunContext): Promise<HookEnd> {
  const { clients, file } = context;
  const { source: instance, hooks } = action;
  let command: string;
  try {
    const order = {
      instance,
      stage,
      document: hooks.document,
      parameters: hooks.parameters,
      executionId: executionIdOf(file.deployment, action),
      delivery: Math.max(hooks.timeout, LEAST_DELIVERY),
      comment: `ec2-backup ${stage} ${backupName(file.deployment, action)}`.slice(0, MAX_COMMENT),
    };
    command = await retryThrottled(paceOf(stage, context), () => sendHook(clients, order));
  } catch (error) {
    const mayHaveRun = isOutcomeUnknown(error);
    const what = mayHaveRun ? 'whether it was sent is not known' : 'it could not be sent';
    return {
      isOk: false,
      mayHaveRun,
      problem: `${stage}: ${what}: ${describeError(error)}`,
      ...(isPostponed(error) && { busy: error }),
    };
  }
  return followed(action, { stage, command }, context);
}

/** What is frozen is thawed, however late it is. */
function paceOf(stage: Stage, { clock, deadline }: RunContext): Pick<RunContext, 'clock' | 'deadline'> {
  return { clock, ...(stage === 'pre-script' && deadline !== undefined && { deadline }) };
}

interface Sent {
  readonly stage: Stage;
  /** Its id. */
  readonly command: string;
}

async function followed(
  { source: instance, hooks: { timeout } }: HookedAction,
  { stage, command }: Sent,
  { clients, clock }: RunContext,
): Promise<HookEnd> {
  const sentAt = clock.now();
  let trouble = '';
  for (;;) {
    let run: HookRun | undefined;
    try {
      run = await readHookRun(clients, { command, instance });
      trouble = '';
    } catch (error) {
      // The next look may be luckier.
      trouble = `: ${describeError(error)}`;
    }
    if (run !== undefined && !isUnderWay(run.status)) return endOf(run, stage);
    // One that has not begun may do so until its delivery ends: given up sooner, it could freeze after the thaw.
    const patience = run?.status === 'InProgress' ? timeout : Math.max(timeout, LEAST_DELIVERY);
    if (clock.now() + EVERY > sentAt + patience * 1000)
      return {
        isOk: false,
        mayHaveRun: true,
        problem: `${stage}: no end of it within ${patience} s${trouble}`,
      };
    await clock.sleep(EVERY);
  }
}

function endOf({ status, exitCode }: HookRun, stage: Stage): HookEnd {
  if (status === 'Success') return { isOk: true };
  const how = exitCode === undefined ? '' : ` with ${exitCodeText(exitCode)}`;
  return {
    isOk: false,
    mayHaveRun: !hasNeverBegun(status),
    problem: `${stage}: ${status}${how}`,
    ...(exitCode !== undefined && { exitCode }),
  };
}

/** A UUID that says which backup it is, however often it is tried. */
export function executionIdOf(deployment: string, action: HookedAction): string {
  const hash = createHash('sha256').update(backupName(deployment, action)).digest('hex');
  // Version 8 (made as the application likes) and the variant of RFC 9562.
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`];
  return [...parts, hash.slice(20, 32)].join('-');
}
