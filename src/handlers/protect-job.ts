import type { ProtectPlan } from '../lib/plan/plan-protect.ts';
import { protectDecisions, protectMetrics, protectOutcomes } from '../lib/report/protect-records.ts';
import { applyProtect, leftOfProtect, planProtectRun, type ProtectReport } from '../lib/run/protect.ts';
import { protectPlanAnswer } from './answer.ts';
import { jobHandler } from './job.ts';

/** Locks, protects, ages, shares and sets aside what there is in the place, of one policy or of all. */
export const protectHandler = jobHandler<ProtectPlan, ProtectReport>({
  job: 'protect',
  plan: planProtectRun,
  decisions: protectDecisions,
  planAnswer: (plan, { place, file: { deployment } }) => protectPlanAnswer(plan, { place, deployment }),
  apply: applyProtect,
  left: leftOfProtect,
  metrics: protectMetrics,
  outcomes: protectOutcomes,
  ended: ({ plan, outcomes }) => ({
    outcomes,
    skipped: plan.warnings,
    refused: plan.refused.map(({ policy, reason }) => `disabling of ${policy} refused: ${reason}`),
  }),
});
