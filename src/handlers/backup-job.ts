import { backupMetrics } from '../lib/report/metrics.ts';
import { backupDecisions, runOutcomes } from '../lib/report/log-records.ts';
import {
  applyBackup,
  leftOfBackup,
  planBackupRun,
  refuseSlot,
  requirePolicy,
  type BackupReport,
  type BackupRunPlan,
} from '../lib/run/backup.ts';
import { planAnswer } from './answer.ts';
import { jobHandler } from './job.ts';

/** One slot of one policy. */
export const backupHandler = jobHandler<BackupRunPlan, BackupReport>({
  job: 'backup',
  check: ({ policy = '', slot, trigger }, { file, clock }) =>
    refuseSlot(requirePolicy(file, policy), { slot, trigger }, clock.now()),
  plan: (request, context) => {
    const { policy = '', attempt, round } = request;
    // Not from its own work: an earlier round's, or that of a run of the same message which has died.
    const standsBack = attempt > 0 && round === 1 && context.isRedelivered !== true;
    return planBackupRun({ ...request, policy, standsBack }, context);
  },
  decisions: backupDecisions,
  planAnswer: (plan, { place, file: { deployment } }) =>
    planAnswer({ place, deployment, backups: [plan], tagProblems: plan.tagProblems }),
  apply: applyBackup,
  left: leftOfBackup,
  metrics: (scope, { plan: { policy }, outcomes }, { exhausted }) =>
    backupMetrics(scope, { policy, outcomes, exhausted }),
  outcomes: runOutcomes,
  ended: ({ plan, outcomes }) => ({
    outcomes,
    skipped: [...plan.tagProblems, ...plan.skipped],
    warnings: outcomes.flatMap(({ id, policy, warning: reason }) =>
      reason === undefined ? [] : [{ id, policy, reason }],
    ),
  }),
});
