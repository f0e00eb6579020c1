/** What all handlers are: a request read, planned, logged, carried out unless it is a dry run, logged and answered. */

import { shapeCalls } from '../lib/aws/shape-calls.ts';
import { formatInstant } from '../lib/policy/instant.ts';
import type { Place } from '../lib/policy/policy.ts';
import { requestRecord, runFailure, type LogRecord } from '../lib/report/log-records.ts';
import { failedRuns, metric, type MetricRecord, type MetricScope } from '../lib/report/metrics.ts';
import type { RunContext } from '../lib/run/context.ts';
import { ConfigurationError, MissedSlotError } from '../lib/run/errors.ts';
import { READS_TRUSTWORTHY_AFTER } from '../lib/run/read-lag.ts';
import { elsewhereOf } from '../lib/run/elsewhere.ts';
import { homeOf } from '../lib/run/reach.ts';
import { readRunRequest, type Job, type RunRequest } from '../lib/run/request.ts';
import type { Left } from '../lib/run/rounds.ts';
import { answerOrThrow, RunFailedError, RunRefusedError, type Ended } from './answer.ts';
import type { Environment } from './environment.ts';
import { fanOut } from './fan-out.ts';
import { messagesOf, parseBody, type LambdaContext, type QueueMessage } from './queue-event.ts';
import { sendOn, type SentOn } from './send-on.ts';

/** Of a Lambda's time (ms), what is kept for the calls under way and for handing on. */
const RESERVE = 60_000;
/** Of a job that goes on in rounds, what is kept besides for EC2's lists to show what a round has done. */
const SETTLING = READS_TRUSTWORTHY_AFTER;

/** What one job does at each step. */
export interface JobSteps<Plan, Report> {
  readonly job: Job;
  /** It runs once for the whole deployment, not once a place. */
  readonly isOfNoPlace?: true;
  /** Refuses, before a place is entered, what the policy file and the clock alone tell to be too late or impossible. */
  readonly check?: (request: RunRequest, environment: Environment) => void;
  readonly plan: (request: RunRequest, context: RunContext, environment: Environment) => Promise<Plan>;
  readonly decisions: (plan: Plan) => Iterable<LogRecord>;
  /** The answer of a dry run. */
  readonly planAnswer: (plan: Plan, context: RunContext) => object;
  readonly apply: (plan: Plan, context: RunContext, environment: Environment) => Promise<Report>;
  readonly outcomes: (report: Report) => Iterable<LogRecord>;
  readonly ended: (report: Report) => Ended;
  /** What a later round has to do; absent of jobs that are always done in one. */
  readonly left?: (report: Report, request: RunRequest) => Left | undefined;
  /** `exhausted`: something was left, and there is no later round. */
  readonly metrics: (
    scope: MetricScope,
    report: Report,
    end: { readonly exhausted: boolean },
  ) => readonly MetricRecord[];
}

export type Handler = (event: unknown, lambda?: LambdaContext) => Promise<object>;

/**
 * The handler of a job in given surroundings. Asked directly it throws when the run could not start or when something of it
 * failed. Asked by its queue it throws only when the run could not start, so that the queue asks again.
 */
export function jobHandler<Plan, Report>(
  steps: JobSteps<Plan, Report>,
): (environment: Environment) => Handler {
  return (environment) => (event, lambda) =>
    withFailureLog(environment, steps.job, async () => {
      const messages = messagesOf(event);
      if (!messages) return runDirectly(steps, event, { environment, lambda });
      const answers: object[] = [];
      for (const message of messages) answers.push(await runQueued(steps, message, { environment, lambda }));
      return { answers };
    });
}

interface Queued extends Surroundings {
  readonly isQueued?: true;
  readonly isRedelivered?: boolean;
}

interface Surroundings {
  readonly environment: Environment;
  readonly lambda: LambdaContext | undefined;
}

async function runDirectly<Plan, Report>(
  steps: JobSteps<Plan, Report>,
  event: unknown,
  { environment, lambda }: Surroundings,
): Promise<object> {
  const request = readRunRequest(event, steps.job, environment.clock.now());
  const place = request.place ?? (await homeOf(environment));
  return runInPlace(steps, { ...request, place }, { environment, lambda });
}

/** A request of which the time is over is told and done with; one without a place is sent on to all of them. */
async function runQueued<Plan, Report>(
  steps: JobSteps<Plan, Report>,
  { body, isRedelivered }: QueueMessage,
  { environment, lambda }: Surroundings,
): Promise<object> {
  try {
    const request = readRunRequest(parseBody(body), steps.job, environment.clock.now());
    if (request.place === undefined && steps.isOfNoPlace !== true) return await fanOut(request, environment);
    const place = request.place ?? (await homeOf(environment));
    const queued = { environment, lambda, isQueued: true, isRedelivered } as const;
    return await runInPlace(steps, { ...request, place }, queued);
  } catch (error) {
    if (error instanceof MissedSlotError) return tellMissed(error, steps.job, environment);
    if (!isOver(error)) throw error;
    tellFailure(error, steps.job, environment);
    return { failed: error.message };
  }
}

/** Once more would not mend it: the request has run or can never run. It is logged, and `watch` asks for what is missing. */
function isOver(error: unknown): error is Error {
  return (
    error instanceof RunFailedError || error instanceof RunRefusedError || error instanceof NeverRunsError
  );
}

/** The policy file of today has no way to carry the request out. */
class NeverRunsError extends Error {
  override readonly name = 'NeverRunsError';
}

interface PlacedRequest extends RunRequest {
  readonly place: Place;
}

async function runInPlace<Plan, Report>(
  steps: JobSteps<Plan, Report>,
  request: PlacedRequest,
  surroundings: Queued,
): Promise<object> {
  const { environment } = surroundings;
  await planned(() => Promise.resolve(steps.check?.(request, environment)), surroundings);
  const context = await contextOf(request, steps, surroundings);
  const correlation = correlationOf(request, context);
  const plan = await planned(() => steps.plan(request, context, environment), surroundings);
  environment.log(steps.decisions(plan), correlation);
  if (request.dryRun) return steps.planAnswer(plan, context);
  const report = await steps.apply(plan, context, environment);
  environment.log(steps.outcomes(report), correlation);
  const sent = await sendOn(request, steps.left?.(report, request), environment);
  if (sent) environment.log([sentRecord(sent)], correlation);
  const exhausted = sent !== undefined && 'exhausted' in sent;
  const scope = { deployment: context.file.deployment, place: context.place };
  environment.metrics(steps.metrics(scope, report, { exhausted }));
  return answerOrThrow(request, context, { ...steps.ended(report), ...(sent && { sent }) });
}

async function contextOf<Plan, Report>(
  request: PlacedRequest,
  { isOfNoPlace, left }: JobSteps<Plan, Report>,
  { environment, lambda, isRedelivered }: Queued,
): Promise<RunContext> {
  const { file, clock } = environment;
  const end = lambda && clock.now() + lambda.getRemainingTimeInMillis();
  const deadline = end && end - RESERVE - (left ? SETTLING : 0);
  const pace = { clock, share: file.limits.share, ...(deadline !== undefined && { deadline }) };
  const elsewhere = elsewhereOf(request.job, environment, (clients) => shapeCalls(clients, pace));
  return {
    file,
    place: request.place,
    // What belongs to no place works at home, which need not be among the targets.
    clients: isOfNoPlace
      ? shapeCalls(environment.connect({ region: environment.region }), pace)
      : await elsewhere.enter(request.place),
    elsewhere,
    clock,
    ...(deadline !== undefined && { deadline }),
    ...(isRedelivered && { isRedelivered }),
  };
}

async function planned<Plan>(plan: () => Promise<Plan>, { isQueued }: Queued): Promise<Plan> {
  try {
    return await plan();
  } catch (error) {
    const isFinal = error instanceof ConfigurationError && !(error instanceof MissedSlotError);
    if (!isQueued || !isFinal) throw error;
    throw new NeverRunsError(error.message, { cause: error });
  }
}

function sentRecord(sent: SentOn): LogRecord {
  return requestRecord('exhausted' in sent ? 'rounds exhausted' : 'sent on', sent);
}

function tellMissed({ message }: MissedSlotError, job: Job, { file, log, metrics }: Environment): object {
  const { deployment } = file;
  log([requestRecord('slot missed', { reason: message })], { deployment, job });
  // Of the other jobs the next run does all that this one would have.
  if (job === 'backup') metrics([metric('MissedSlots', 1, { deployment })]);
  return { missed: message };
}

/** What ends a run is a line of the log and a failed run, before it is Lambda's. */
async function withFailureLog<T>(environment: Environment, job: Job, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    tellFailure(error, job, environment);
    throw error;
  }
}

function tellFailure(error: unknown, job: Job, { file, region, log, metrics }: Environment): void {
  const { deployment } = file;
  log([runFailure(error)], { deployment, job, region });
  // One that ran to its end has been counted there.
  const isCounted = error instanceof RunFailedError || error instanceof RunRefusedError;
  if (!isCounted) metrics([failedRuns(deployment, true)]);
}

/** Fields that tie all lines of a run together. */
function correlationOf(request: RunRequest, { place, file }: RunContext): Record<string, unknown> {
  return {
    deployment: file.deployment,
    job: request.job,
    ...(request.policy !== undefined && { policy: request.policy }),
    run: formatInstant(request.slot),
    round: request.round,
    ...(request.attempt > 0 && { attempt: request.attempt }),
    dryRun: request.dryRun,
    trigger: request.trigger,
    account: place.account,
    region: place.region,
  };
}
