import { sendMessages } from '../lib/aws/messages.ts';
import { watchMetrics } from '../lib/report/watch-metrics.ts';
import { watchDecisions, watchOutcomes, watchPlanAnswer } from '../lib/report/watch-records.ts';
import { messageOf } from '../lib/run/queue-message.ts';
import {
  applyWatch,
  planWatchRun,
  type WatchPlan,
  type WatchPost,
  type WatchReport,
} from '../lib/run/watch.ts';
import { requireAddress, type Environment } from './environment.ts';
import { jobHandler } from './job.ts';

/** How the backups of the place stand. */
export const watchHandler = jobHandler<WatchPlan, WatchReport>({
  job: 'watch',
  plan: (_request, context) => planWatchRun(context),
  decisions: watchDecisions,
  planAnswer: (plan, { file }) => watchPlanAnswer(plan, file),
  apply: (plan, context, environment) => applyWatch(plan, context, postOf(environment)),
  outcomes: watchOutcomes,
  ended: ({ plan, outcomes }) => ({ outcomes, skipped: plan.watch.selection.tagProblems }),
  metrics: watchMetrics,
});

function postOf(environment: Environment): WatchPost {
  const { addresses } = environment;
  return {
    ask: (requests) =>
      sendMessages(environment, requireAddress(addresses, 'backupQueue'), requests.map(messageOf)),
    report: (body) => sendMessages(environment, requireAddress(addresses, 'reportsQueue'), [{ body }]),
  };
}
