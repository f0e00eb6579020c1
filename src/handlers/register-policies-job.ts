import { registerMetrics } from '../lib/report/metrics.ts';
import { policiesDecisions, policiesOutcomes } from '../lib/report/log-records.ts';
import {
  applyPolicies,
  planPoliciesRun,
  type PoliciesPlan,
  type PoliciesReport,
} from '../lib/run/policies.ts';
import { policiesPlanAnswer } from './answer.ts';
import { jobHandler } from './job.ts';

/** DLM's lifecycle policies as the policy file says. */
export const registerPoliciesHandler = jobHandler<PoliciesPlan, PoliciesReport>({
  job: 'register-policies',
  plan: planPoliciesRun,
  decisions: policiesDecisions,
  planAnswer: policiesPlanAnswer,
  apply: applyPolicies,
  metrics: ({ deployment }, { plan: { refused, errors }, outcomes }, { exhausted }) =>
    registerMetrics({ deployment }, { outcomes, refused, errors, exhausted }),
  outcomes: policiesOutcomes,
  ended: ({ plan, outcomes }) => ({
    outcomes,
    skipped: [...plan.tagProblems, ...plan.skipped],
    refused: plan.refused.map(({ policy, reason }) => `policy ${policy} refused: ${reason}`),
    errors: plan.errors.map(
      ({ policy, id, statusMessage, cure }) =>
        `${id} of policy ${policy} is in ERROR (${statusMessage}): ${cure}`,
    ),
  }),
});
