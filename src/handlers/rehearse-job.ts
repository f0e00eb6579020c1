import {
  rehearseDecisions,
  rehearseErrors,
  rehearseMetrics,
  rehearseOutcomes,
  rehearsePlanJson,
} from '../lib/report/rehearse-records.ts';
import { applyRehearse, leftOfRehearse, planRehearseRun } from '../lib/run/rehearse.ts';
import type { RehearsePlan, RehearseReport } from '../lib/run/rehearse-outcome.ts';
import { jobHandler } from './job.ts';

/** One rehearsal of a policy, or without one all that there are in the place. */
export const rehearseHandler = jobHandler<RehearsePlan, RehearseReport>({
  job: 'rehearse',
  plan: planRehearseRun,
  decisions: rehearseDecisions,
  planAnswer: (plan, { place, file: { deployment } }) => rehearsePlanJson(plan, { place, deployment }),
  apply: applyRehearse,
  left: leftOfRehearse,
  metrics: rehearseMetrics,
  outcomes: rehearseOutcomes,
  ended: (report) => ({
    outcomes: report.outcomes,
    skipped: [
      ...report.plan.skipped,
      ...report.plan.notes.map((reason) => ({ id: 'rehearsals', reason })),
      ...report.waiting.map(({ rehearsal, until }) => ({ id: rehearsal, reason: `waits until ${until}` })),
    ],
    errors: rehearseErrors(report),
  }),
});
