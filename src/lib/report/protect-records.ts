/** A run of protect as log records and as metrics. Pure. */

import type { ProtectPlan } from '../plan/plan-protect.ts';
import { formatInstant } from '../policy/instant.ts';
import type { ProtectOutcome } from '../run/apply-protect.ts';
import { countOutcomes, isFailure, isLeft } from '../run/outcome.ts';
import type { ProtectReport } from '../run/protect.ts';
import type { LogRecord } from './log-records.ts';
import { failedRuns, metric, type MetricRecord, type MetricScope } from './metrics.ts';
import { actionJson } from './protect-json.ts';

export function* protectDecisions({ actions, refused, warnings }: ProtectPlan): Generator<LogRecord> {
  for (const action of actions) yield record('info', 'decision', actionJson(action));
  for (const entry of refused) yield record('error', 'refused', entry);
  for (const entry of warnings) yield record('warn', 'skipped', entry);
}

/** A record an outcome, and the summary last. */
export function* protectOutcomes({ plan, outcomes }: ProtectReport): Generator<LogRecord> {
  for (const outcome of outcomes)
    yield record(levelOf([outcome]), 'outcome', { ...outcome, slot: formatInstant(outcome.slot) });
  const refused = plan.refused.length;
  const level = refused > 0 ? 'error' : levelOf(outcomes);
  yield record(level, 'run ended', { counts: countOutcomes(outcomes), refused });
}

/** A disabling that the guard refused is the prune that it would have begun. */
export function protectMetrics(
  { deployment }: Pick<MetricScope, 'deployment'>,
  { plan, outcomes }: ProtectReport,
  { exhausted }: { readonly exhausted: boolean },
): MetricRecord[] {
  const isFailed = outcomes.some((outcome) => isFailure(outcome) && (exhausted || !isLeft(outcome)));
  return [
    failedRuns(deployment, isFailed),
    metric('RefusedPrunes', plan.refused.length, { deployment }),
    metric('ExhaustedRounds', Number(exhausted), { deployment }),
  ];
}

/** What is left for a later round is nobody's failure yet. */
function levelOf(outcomes: readonly ProtectOutcome[]): LogRecord['level'] {
  const failures = outcomes.filter(isFailure);
  if (failures.length === 0) return 'info';
  return failures.every(isLeft) ? 'warn' : 'error';
}

function record(level: LogRecord['level'], message: LogRecord['message'], fields: object): LogRecord {
  return { level, message, fields: { ...fields } };
}
