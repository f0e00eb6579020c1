import { replicateDecisions, replicateOutcomes } from '../lib/report/log-records.ts';
import { replicateMetrics } from '../lib/report/metrics.ts';
import {
  applyReplicate,
  leftOfReplicate,
  planReplicateRun,
  type ReplicatePlan,
  type ReplicateReport,
} from '../lib/run/replicate.ts';
import { replicatePlanAnswer } from './answer.ts';
import { jobHandler } from './job.ts';

/** Copies of recovery points to one place. */
export const replicateHandler = jobHandler<ReplicatePlan, ReplicateReport>({
  job: 'replicate',
  plan: planReplicateRun,
  decisions: replicateDecisions,
  planAnswer: (plan, { file: { deployment } }) => replicatePlanAnswer(plan, deployment),
  apply: applyReplicate,
  left: leftOfReplicate,
  metrics: (scope, { plan: { verdicts, behind, errors }, outcomes }, { exhausted }) =>
    replicateMetrics(scope, {
      outcomes,
      behind,
      failedCopies: verdicts.filter(({ status }) => status === 'failed').length,
      errors,
      exhausted,
    }),
  outcomes: replicateOutcomes,
  ended: ({ plan: { verdicts, errors }, outcomes }) => ({
    outcomes,
    skipped: verdicts
      .filter(({ status }) => status === 'refused' || status === 'failed')
      .map(({ point: { id, policy }, reason }) => ({ id, policy, reason })),
    errors,
  }),
});
