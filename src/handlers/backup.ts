import { backupDecisions, runOutcomes } from '../lib/report/log-records.ts';
import { applyBackup, planBackupRun, type BackupReport, type BackupRunPlan } from '../lib/run/backup.ts';
import { planAnswer } from './answer.ts';
import { lambdaEnvironment } from './environment.ts';
import { jobHandler } from './job.ts';
import { policyFile } from './policy-file.ts';

/** One slot of one policy. */
export const backupHandler = jobHandler<BackupRunPlan, BackupReport>({
  job: 'backup',
  plan: (request, context) => planBackupRun({ ...request, policy: request.policy ?? '' }, context),
  decisions: backupDecisions,
  planAnswer: (plan, { place, file: { deployment } }) =>
    planAnswer({ place, deployment, backups: [plan], tagProblems: plan.tagProblems }),
  apply: applyBackup,
  outcomes: runOutcomes,
  ended: ({ plan, outcomes }) => ({ outcomes, skipped: [...plan.tagProblems, ...plan.skipped] }),
});

export const handler = backupHandler(lambdaEnvironment(policyFile));
