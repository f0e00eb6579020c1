/** What a run decided and did, as one log record each, made one by one: there may be a hundred thousand. Pure. */

import type { Action } from '../plan/actions.ts';
import type { BackupRunPlan, BackupReport } from '../run/backup.ts';
import { countOutcomes, isFailure, isLeft, type Outcome } from '../run/outcome.ts';
import type { PoliciesPlan, PoliciesReport } from '../run/policies.ts';
import type { CopyVerdict } from '../plan/plan-copies.ts';
import type { PruneReport } from '../run/prune.ts';
import type { ReplicatePlan, ReplicateReport } from '../run/replicate.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import { formatInstant } from '../policy/instant.ts';
import { skippedOf, verdictJson } from './plan-json.ts';
import { copyVerdictJson, countCopies } from './replicate-json.ts';

export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error';
  readonly message:
    | 'decision'
    | 'skipped'
    | 'refused'
    | 'in error'
    | 'take note'
    | 'outcome'
    | 'run ended'
    | 'run failed'
    | 'slot missed'
    | 'sent to its places'
    | 'sent on'
    | 'rounds exhausted';
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Decisions of a backup plan: what is to be made, what is left alone, and why. */
export function* backupDecisions(plan: BackupRunPlan): Generator<LogRecord> {
  for (const action of plan.actions) yield record('info', 'decision', decisionFields(action));
  for (const entry of [...plan.tagProblems, ...skippedOf(plan)]) yield record('warn', 'skipped', entry);
  for (const entry of plan.warnings) yield record('warn', 'take note', entry);
}

/** Decisions of a prune plan: a verdict for each recovery point. */
export function* pruneDecisions(plan: PrunePlan): Generator<LogRecord> {
  for (const entry of plan.verdicts) yield record('info', 'decision', verdictJson(entry));
  for (const entry of plan.skipped) yield record('warn', 'skipped', entry);
  for (const entry of plan.refused) yield record('error', 'refused', entry);
  for (const entry of plan.warnings) yield record('warn', 'take note', entry);
}

/** Decisions of a copying run: a verdict for each good point of the places that are copied. */
export function* replicateDecisions(plan: ReplicatePlan): Generator<LogRecord> {
  for (const verdict of plan.verdicts)
    yield record(levelOfCopy(verdict), 'decision', copyVerdictJson(verdict));
  for (const action of [...plan.shares, ...plan.unshares])
    yield record('info', 'decision', decisionFields(action));
  for (const entry of plan.warnings) yield record('warn', 'take note', entry);
  for (const reason of plan.errors) yield record('error', 'in error', { reason });
}

function levelOfCopy({ status }: CopyVerdict): LogRecord['level'] {
  return status === 'refused' || status === 'failed' ? 'warn' : 'info';
}

export function* replicateOutcomes({ outcomes, plan, limited }: ReplicateReport): Generator<LogRecord> {
  for (const outcome of outcomes) yield record(levelOf([outcome]), 'outcome', outcomeFields(outcome));
  const { errors, behind } = plan;
  const level = errors.length > 0 ? 'error' : levelOf(outcomes);
  const counts = countOutcomes(outcomes);
  yield record(level, 'run ended', {
    counts,
    copies: countCopies(plan),
    behind,
    limited: limited.length,
    errors: errors.length,
  });
}

/** Decisions about lifecycle policies: what is to be changed, what is as it should be, what is wrong. */
export function* policiesDecisions(plan: PoliciesPlan): Generator<LogRecord> {
  for (const action of plan.actions) yield record('info', 'decision', action);
  for (const entry of plan.unchanged) yield record('info', 'decision', { action: 'none', ...entry });
  for (const entry of plan.refused) yield record('error', 'refused', entry);
  for (const entry of plan.errors) yield record('error', 'in error', entry);
  for (const entry of [...plan.skipped, ...plan.tagProblems]) yield record('warn', 'skipped', entry);
  for (const entry of plan.warnings) yield record('warn', 'take note', entry);
}

export function* policiesOutcomes({ outcomes, plan }: PoliciesReport): Generator<LogRecord> {
  for (const outcome of outcomes) yield record(isFailure(outcome) ? 'error' : 'info', 'outcome', outcome);
  const [refused, errors] = [plan.refused.length, plan.errors.length];
  const level = refused + errors > 0 || outcomes.some(isFailure) ? 'error' : 'info';
  yield record(level, 'run ended', { counts: countOutcomes(outcomes), refused, errors });
}

/** How the run ended: a record an outcome, one more for what is to be known of it, and the summary last. */
export function* runOutcomes({ outcomes, plan }: BackupReport | PruneReport): Generator<LogRecord> {
  for (const outcome of outcomes) {
    yield record(levelOf([outcome]), 'outcome', outcomeFields(outcome));
    const { id, policy, warning } = outcome;
    if (warning !== undefined) yield record('warn', 'take note', { id, policy, reason: warning });
  }
  const refused = 'refused' in plan ? plan.refused.length : 0;
  const level = refused > 0 ? 'error' : levelOf(outcomes);
  yield record(level, 'run ended', { counts: countOutcomes(outcomes), refused });
}

/** What is left for a later round is nobody's failure yet. */
function levelOf(outcomes: readonly Pick<Outcome, 'status'>[]): LogRecord['level'] {
  const failures = outcomes.filter(isFailure);
  if (failures.length === 0) return 'info';
  return failures.every(isLeft) ? 'warn' : 'error';
}

/** What became of the request itself. */
export function requestRecord(
  message: 'slot missed' | 'sent to its places' | 'sent on' | 'rounds exhausted',
  fields: object,
): LogRecord {
  const isBad = message === 'slot missed' || message === 'rounds exhausted';
  return record(isBad ? 'error' : 'info', message, fields);
}

/** A run that ended with an error: one that could not start, or one in which something failed. */
export function runFailure(error: unknown): LogRecord {
  const [name, reason] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)];
  return record('error', 'run failed', { error: name, reason });
}

function record(level: LogRecord['level'], message: LogRecord['message'], fields: object): LogRecord {
  return { level, message, fields: { ...fields } };
}

function decisionFields({ action, source, policy, reason, slot }: Action): object {
  return { action, source, policy, reason, slot: formatInstant(slot) };
}

function outcomeFields(outcome: Outcome): object {
  return { ...outcome, slot: formatInstant(outcome.slot) };
}
