import type { PrunePlan } from '../lib/plan/plan-prune.ts';
import { pruneMetrics } from '../lib/report/metrics.ts';
import { pruneDecisions, runOutcomes } from '../lib/report/log-records.ts';
import { applyPrune, leftOfPrune, planPruneRun, type PruneReport } from '../lib/run/prune.ts';
import { planAnswer } from './answer.ts';
import { jobHandler } from './job.ts';

/** Retention of everything in the place. */
export const pruneHandler = jobHandler<PrunePlan, PruneReport>({
  job: 'prune',
  plan: planPruneRun,
  decisions: pruneDecisions,
  planAnswer: (plan, { place, file: { deployment } }) =>
    planAnswer({ place, deployment, backups: [], prune: plan, tagProblems: [] }),
  apply: applyPrune,
  left: leftOfPrune,
  metrics: (scope, { plan: { refused }, outcomes }, { exhausted }) =>
    pruneMetrics(scope, { outcomes, refused, exhausted }),
  outcomes: runOutcomes,
  ended: ({ plan, outcomes }) => ({
    outcomes,
    skipped: plan.skipped,
    refused: plan.refused.map(({ policy, reason }) => `prune of ${policy} refused: ${reason}`),
  }),
});
