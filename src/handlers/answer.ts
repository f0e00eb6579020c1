/** What a handler answers, and the errors it ends with. Lists are short: the whole story is in the log. */

import type { Skipped } from '../lib/plan/actions.ts';
import { formatInstant } from '../lib/policy/instant.ts';
import type { Place } from '../lib/policy/policy.ts';
import { planJson, type PlanParts } from '../lib/report/plan-json.ts';
import { policiesPlanJson } from '../lib/report/policies-json.ts';
import { protectPlanJson } from '../lib/report/protect-json.ts';
import { replicatePlanJson } from '../lib/report/replicate-json.ts';
import type { ProtectPlan } from '../lib/plan/plan-protect.ts';
import type { ProtectOutcome } from '../lib/run/apply-protect.ts';
import type { RunContext } from '../lib/run/context.ts';
import {
  countOutcomes,
  isFailure,
  isLeft,
  type LifecycleOutcome,
  type Outcome,
  type OutcomeCounts,
  type WatchOutcome,
} from '../lib/run/outcome.ts';
import type { PoliciesPlan } from '../lib/run/policies.ts';
import type { ReplicatePlan } from '../lib/run/replicate.ts';
import type { RehearseOutcome } from '../lib/run/rehearse-outcome.ts';
import type { RunRequest } from '../lib/run/request.ts';
import type { SentOn } from './send-on.ts';

/** Lambda's answer is at most 6 MB. */
const MOST_ENTRIES = 1000;
const FAILURES_TOLD = 5;

export interface RunAnswer {
  readonly version: 1;
  readonly job: RunRequest['job'];
  readonly slot: string;
  readonly place: Place;
  readonly counts: OutcomeCounts;
  readonly skipped: readonly Skipped[];
  /** What somebody should know of what was made; absent where there is nothing. */
  readonly warnings?: readonly Skipped[];
  /** The round in which the queue goes on with what is left. */
  readonly goesOnInRound?: number;
}

/** A run in which something failed: a direct invoke fails, and an alarm can ring. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}

/** A run of which a part was refused: by the guard, or because it needs somebody's word. */
export class RunRefusedError extends Error {
  override readonly name = 'RunRefusedError';
}

/** How a run ended; what stands in the last two fails it. */
export interface Ended {
  readonly outcomes: readonly Pick<
    Outcome | LifecycleOutcome | ProtectOutcome | WatchOutcome | RehearseOutcome,
    'action' | 'id' | 'status' | 'error'
  >[];
  readonly skipped: readonly Skipped[];
  /** What somebody should know of what was made. */
  readonly warnings?: readonly Skipped[];
  /** What was not to be done as it stands, a sentence each. */
  readonly refused?: readonly string[];
  /** What is wrong in the account and not of this run's making, a sentence each. */
  readonly errors?: readonly string[];
  /** What became of the outcomes that were left; absent: nothing, so they have failed. */
  readonly sent?: SentOn;
}

/** The answer of a run that ended well; one that did not throws, and says what failed and what was refused. */
export function answerOrThrow(request: RunRequest, { place }: RunContext, ended: Ended): RunAnswer {
  const { outcomes, refused = [], errors = [], warnings = [], sent } = ended;
  const goesOn = sent !== undefined && 'round' in sent ? { goesOnInRound: sent.round } : undefined;
  const failures = outcomes.filter((outcome) => isFailure(outcome) && !(goesOn && isLeft(outcome)));
  const slot = formatInstant(request.slot);
  const told = [
    ...(sent !== undefined && 'exhausted' in sent ? [sent.exhausted] : []),
    ...(failures.length > 0 ? [failuresText(failures, outcomes.length)] : []),
    ...first(errors),
    ...first(refused),
  ];
  if (told.length > 0) {
    const message = `${request.job} run ${slot}: ${told.join('; ')}`;
    const hasFailed = failures.length + errors.length > 0 || (sent !== undefined && 'exhausted' in sent);
    throw hasFailed ? new RunFailedError(message) : new RunRefusedError(message);
  }
  const skipped = ended.skipped.slice(0, MOST_ENTRIES);
  return {
    version: 1,
    job: request.job,
    slot,
    place,
    counts: countOutcomes(outcomes),
    skipped,
    ...(warnings.length > 0 && { warnings: warnings.slice(0, MOST_ENTRIES) }),
    ...goesOn,
  };
}

function failuresText(failures: Ended['outcomes'], attempted: number): string {
  const told = first(failures.map(({ action, id, error }) => `${action} ${id}: ${error ?? 'failed'}`));
  return `${failures.length} of ${attempted} actions failed: ${told.join('; ')}`;
}

/** A few, and how many more there are. */
function first(texts: readonly string[]): string[] {
  const more = texts.length - FAILURES_TOLD;
  return [...texts.slice(0, FAILURES_TOLD), ...(more > 0 ? [`and ${more} more, see the log`] : [])];
}

/** The plan of a dry run, without the tags of what would be made, cut to what an answer can hold. */
export function planAnswer(parts: PlanParts): object {
  const plan = planJson(parts);
  const { verdicts, skipped, warnings, refused } = plan;
  const actions = plan.actions.map((action) => ({ ...action, tags: undefined }));
  return { ...plan, ...cut({ actions, verdicts, skipped, warnings, refused }) };
}

/** The same of lifecycle policies, of which there are few; of sources with wrong tags there may be many. */
export function policiesPlanAnswer(plan: PoliciesPlan, context: RunContext): object {
  const json = policiesPlanJson(plan, context);
  const { actions, unchanged, refused, errors, skipped, warnings } = json;
  return { ...json, ...cut({ actions, unchanged, refused, errors, skipped, warnings }) };
}

/** The same of copies. */
export function replicatePlanAnswer(plan: ReplicatePlan, deployment: string): object {
  const json = replicatePlanJson(plan, deployment);
  const { copies, warnings, errors } = json;
  const actions = json.actions.map((action) => ({ ...action, tags: undefined }));
  return { ...json, ...cut({ actions, copies, warnings, errors }) };
}

/** The same of what protecting would do. */
export function protectPlanAnswer(plan: ProtectPlan, whose: Parameters<typeof protectPlanJson>[1]): object {
  const json = protectPlanJson(plan, whose);
  const { actions, refused, warnings } = json;
  return { ...json, ...cut({ actions, refused, warnings }) };
}

/** The lists by the same names, each cut, and beside them how long they were. */
function cut(lists: Readonly<Record<string, readonly unknown[]>>): object {
  const entries = Object.entries(lists);
  return {
    totals: Object.fromEntries(entries.map(([name, list]) => [name, list.length])),
    ...Object.fromEntries(entries.map(([name, list]) => [name, list.slice(0, MOST_ENTRIES)])),
  };
}
