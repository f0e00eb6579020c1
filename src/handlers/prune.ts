import { pruneDecisions, runOutcomes } from '../lib/report/log-records.ts';
import { applyPrune, planPruneRun } from '../lib/run/prune.ts';
import { readRunRequest } from '../lib/run/request.ts';
import { answerOrThrow, planAnswer } from './answer.ts';
import { policyFile } from './policy-file.ts';
import {
  correlationOf,
  lambdaEnvironment,
  runContext,
  withFailureLog,
  type Environment,
} from './environment.ts';

/** Retention of everything in the place: event in, run, answer out. */
export function pruneHandler(environment: Environment): (event: unknown) => Promise<object> {
  return (event) =>
    withFailureLog(environment, 'prune', async () => {
      const request = readRunRequest(event, 'prune', environment.clock.now());
      const context = await runContext(request, environment);
      const plan = await planPruneRun(request, context);
      environment.log(pruneDecisions(plan), correlationOf(request, context));
      const { place } = context;
      if (request.dryRun) {
        return planAnswer({
          place,
          deployment: context.file.deployment,
          backups: [],
          prune: plan,
          tagProblems: [],
        });
      }
      const report = await applyPrune(plan, context);
      environment.log(runOutcomes(report), correlationOf(request, context));
      return answerOrThrow(request, context, { ...report, skipped: plan.skipped, refused: plan.refused });
    });
}

export const handler = pruneHandler(lambdaEnvironment(policyFile));
