/** What all handlers are: a request read, planned, logged, carried out unless it is a dry run, logged and answered. */

import type { LogRecord } from '../lib/report/log-records.ts';
import type { RunContext } from '../lib/run/context.ts';
import { readRunRequest, type Job, type RunRequest } from '../lib/run/request.ts';
import { answerOrThrow, type Ended } from './answer.ts';
import { correlationOf, runContext, withFailureLog, type Environment } from './environment.ts';

/** What one job does at each step. */
export interface JobSteps<Plan, Report> {
  readonly job: Job;
  readonly plan: (request: RunRequest, context: RunContext) => Promise<Plan>;
  readonly decisions: (plan: Plan) => Iterable<LogRecord>;
  /** The answer of a dry run. */
  readonly planAnswer: (plan: Plan, context: RunContext) => object;
  readonly apply: (plan: Plan, context: RunContext) => Promise<Report>;
  readonly outcomes: (report: Report) => Iterable<LogRecord>;
  readonly ended: (report: Report) => Ended;
}

export type Handler = (event: unknown) => Promise<object>;

/** The handler of a job in given surroundings. It throws when the run could not start or when something of it failed. */
export function jobHandler<Plan, Report>(
  steps: JobSteps<Plan, Report>,
): (environment: Environment) => Handler {
  return (environment) => (event) =>
    withFailureLog(environment, steps.job, async () => {
      const request = readRunRequest(event, steps.job, environment.clock.now());
      const context = await runContext(request, environment);
      const correlation = correlationOf(request, context);
      const plan = await steps.plan(request, context);
      environment.log(steps.decisions(plan), correlation);
      if (request.dryRun) return steps.planAnswer(plan, context);
      const report = await steps.apply(plan, context);
      environment.log(steps.outcomes(report), correlation);
      return answerOrThrow(request, context, steps.ended(report));
    });
}
