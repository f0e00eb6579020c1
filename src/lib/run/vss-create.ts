/**
 * A backup that the instance makes itself, through VSS. Of one slot one command is sent: one that was sent before, by a run that
 * died or never heard the answer, is followed instead, and nothing of ours is made beside one that may still run.
 */

import { describeError, isOutcomeUnknown, isPostponed } from '../aws/errors.ts';
import type { HookRun } from '../aws/read-agents.ts';
import { listSnapshots } from '../aws/read-snapshots.ts';
import { MARK, readOwnership } from '../plan/marks.ts';
import type { BegunAction, VssAction } from '../plan/hooked.ts';
import type { Snapshot } from '../plan/inventory.ts';
import type { Ours, Owned } from '../plan/recovery-points.ts';
import { foundOfVss, judgeVss, type VssFound, type VssVerdict } from '../plan/vss-set.ts';
import { formatInstant } from '../policy/instant.ts';
import { hasNeverBegun } from './command-status.ts';
import type { RunContext } from './context.ts';
import { attemptCreate, unfrozen, type Attempt } from './hooked-create.ts';
import { pointFilters } from './point-filters.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';
import { findCommand, followCommand, latestEnd, sendVss, type Command } from './vss-follow.ts';

/** How often what the command made is looked for. */
const EVERY = 10_000;
/** So long (ms) a command without an answer is looked for, before that is left to a later run. */
const LOST = 60_000;

/** Never throws. */
export async function attemptVss(action: VssAction, context: RunContext): Promise<Attempt> {
  let known: Command | undefined;
  try {
    known = await findCommand(action, context);
  } catch (error) {
    const problem = `its commands cannot be listed: ${describeError(error)}`;
    // Where listing is refused nothing was ever sent; else nobody knows whether one runs.
    if (isPostponed(error) || isOutcomeUnknown(error)) return { left: `VSS: ${problem}` };
    return unfrozen(action, problem, context);
  }
  if (known === undefined) return begin(action, context);
  const attempt = await cameTo(action, known, context);
  if (!('nothing' in attempt)) return attempt;
  // A later run finds that the last one made nothing, and its policy takes nothing else.
  return action.hooks.onFailure === 'skip'
    ? begin(action, context)
    : unfrozen(action, attempt.nothing, context);
}

/**
 * Of an instance that does not run any more: what it was told before is looked for, and it is told nothing. Without any, or with one
 * that made nothing, it is our own call, whose set is as good as any. Never throws.
 */
export async function attemptStopped(action: BegunAction, context: RunContext): Promise<Attempt> {
  const asTold = { ...action, hooks: { ...action.begun, vss: { tags: [] } } };
  let known: Command | undefined;
  try {
    known = await findCommand(asTold, context);
  } catch (error) {
    if (!isPostponed(error) && !isOutcomeUnknown(error)) return attemptCreate(action, context);
    return { left: `VSS: its commands cannot be listed: ${describeError(error)}` };
  }
  if (known === undefined) return attemptCreate(action, context);
  const attempt = await cameTo(asTold, known, context);
  return 'nothing' in attempt ? attemptCreate(action, context) : attempt;
}

async function begin(action: VssAction, context: RunContext): Promise<Attempt> {
  const { obstacle } = action.hooks;
  if (obstacle !== undefined) return unfrozen(action, obstacle, context);
  let command: Command | undefined;
  try {
    command = await sendVss(action, context);
  } catch (error) {
    if (isPostponed(error)) return { error };
    if (!isOutcomeUnknown(error))
      return unfrozen(action, `VSS could not be told: ${describeError(error)}`, context);
    command = await lookAfterLoss(action, context);
    if (command === undefined) return { error };
  }
  const attempt = await cameTo(action, command, context);
  if ('nothing' in attempt) return unfrozen(action, attempt.nothing, context);
  const isFresh = context.clock.now() < command.sentAt + READS_TRUSTWORTHY_AFTER;
  return 'left' in attempt ? { ...attempt, isFresh } : attempt;
}

/** It is not sent again in this run, whether it is found or not. */
async function lookAfterLoss(action: VssAction, context: RunContext): Promise<Command | undefined> {
  const { clock, deadline = Infinity } = context;
  const until = Math.min(clock.now() + LOST, deadline);
  for (;;) {
    const command = await findCommand(action, context).catch(() => undefined);
    if (command !== undefined || clock.now() + EVERY > until) return command;
    await clock.sleep(EVERY);
  }
}

/** The command has made nothing that could be a backup, and never will. */
interface Nothing {
  /** Why that is known. */
  readonly nothing: string;
}

/** What a command that was sent, by whatever run, came to. */
async function cameTo(action: VssAction, command: Command, context: RunContext): Promise<Attempt | Nothing> {
  const run = await followCommand(action, command, context);
  return 'left' in run ? run : ended(action, { ...run, sentAt: command.sentAt }, context);
}

type EndedRun = HookRun & Pick<Command, 'sentAt'>;

async function ended(action: VssAction, run: EndedRun, context: RunContext): Promise<Attempt | Nothing> {
  const how = `VSS: ${howItEnded(run)}`;
  if (hasNeverBegun(run.status)) return { nothing: `${how}, and ${whyNothing([])}` };
  const verdict = await lookForSet(action, run, context);
  if ('nothing' in verdict) return { nothing: `${how}, and ${verdict.nothing}` };
  if ('left' in verdict) return verdict;
  const { ids, missing, isConsistent } = verdict;
  if (isConsistent) return { made: { ids, missing } };
  const why = `${how}, and not every snapshot is marked AppConsistent=True`;
  if (action.hooks.onFailure === 'skip')
    return { refused: `${why}: ${ids.join(', ')} do not count as a backup (onFailure: skip)` };
  return { made: { ids, missing }, warning: `only crash-consistent: ${why}` };
}

function whyNothing(failed: readonly string[]): string {
  return failed.length === 0 ? 'no snapshot has its tags' : `${failed.join(', ')} of its set failed`;
}

function howItEnded({ status, exitCode }: HookRun): string {
  return exitCode === undefined ? status : `${status} with exit code ${exitCode}`;
}

/** When it had made all that it makes. Where its steps do not say, not before the latest end, nor before we saw it. */
function endOf(action: VssAction, { endedAt, sentAt }: EndedRun, seen: number): number {
  return endedAt ?? Math.max(latestEnd(action, sentAt), seen);
}

type Sighted = Exclude<VssVerdict, 'wait' | 'none'> | Nothing | { readonly left: string };

/** Lists lag behind: only so long after the command's end does nothing mean that there is nothing. */
async function lookForSet(action: VssAction, run: EndedRun, context: RunContext): Promise<Sighted> {
  const { clock, deadline = Infinity } = context;
  const seen = clock.now();
  const trusted = endOf(action, run, seen) + READS_TRUSTWORTHY_AFTER;
  const said = (run.endedAt ?? seen) + READS_TRUSTWORTHY_AFTER;
  for (;;) {
    const isTrusted = clock.now() >= trusted;
    let trouble = '';
    try {
      const sight = { expected: action.volumes, isTrusted, isSaid: clock.now() >= said };
      const { parts, failed } = await readFound(action, context);
      const verdict = judgeVss(parts, sight);
      if (verdict === 'none') return { nothing: whyNothing(failed) };
      if (verdict !== 'wait') return verdict;
    } catch (error) {
      trouble = `: ${describeError(error)}`;
      if (isTrusted) return { left: `VSS: ${howItEnded(run)}, but what it made cannot be listed${trouble}` };
    }
    if (clock.now() + EVERY > deadline)
      return { left: `VSS: ${howItEnded(run)}, ${whyOpen(action, run, clock.now())}${trouble}` };
    await clock.sleep(Math.min(EVERY, Math.max(trusted - clock.now(), 1)));
  }
}

function whyOpen(action: VssAction, run: EndedRun, now: number): string {
  const until = endOf(action, run, now);
  return until > now
    ? `and until ${formatInstant(until)} it may still make snapshots`
    : 'but what it made is not listed yet';
}

/** Those of the slot that Windows made here. */
async function readFound(action: VssAction, { clients, file }: RunContext): Promise<VssFound> {
  const filters = [
    ...pointFilters(file, [action.policy], [action.slot]),
    { name: `tag:${MARK.source}`, values: [action.source] },
  ];
  const ours: Ours<Owned<Snapshot>>[] = [];
  for await (const { tags, ...snapshot } of listSnapshots(clients, filters)) {
    const ownership = readOwnership(tags, file);
    if (ownership.status === 'ours') ours.push({ ...snapshot, ownership });
  }
  return foundOfVss(ours);
}
