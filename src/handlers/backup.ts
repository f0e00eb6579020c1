import { backupDecisions, runOutcomes } from '../lib/report/log-records.ts';
import { applyBackup, planBackupRun } from '../lib/run/backup.ts';
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

/** One slot of one policy: event in, run, answer out. */
export function backupHandler(environment: Environment): (event: unknown) => Promise<object> {
  return (event) =>
    withFailureLog(environment, 'backup', async () => {
      const request = readRunRequest(event, 'backup', environment.clock.now());
      const context = await runContext(request, environment);
      const plan = await planBackupRun({ ...request, policy: request.policy ?? '' }, context);
      environment.log(backupDecisions(plan), correlationOf(request, context));
      const { place } = context;
      if (request.dryRun) {
        return planAnswer({
          place,
          deployment: context.file.deployment,
          backups: [plan],
          tagProblems: plan.tagProblems,
        });
      }
      const report = await applyBackup(plan, context);
      environment.log(runOutcomes(report), correlationOf(request, context));
      const skipped = [...plan.tagProblems, ...plan.skipped];
      return answerOrThrow(request, context, { outcomes: report.outcomes, skipped, refused: [] });
    });
}

export const handler = backupHandler(lambdaEnvironment(policyFile));
