/** What a run decided and did, as one log record each. Pure; the Lambdas write them as JSON lines. */

import type { Action } from '../plan/actions.ts';
import type { BackupRunPlan, BackupReport } from '../run/backup.ts';
import { countOutcomes, isFailure, type Outcome } from '../run/outcome.ts';
import type { PruneReport } from '../run/prune.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import { formatInstant } from '../policy/instant.ts';
import { skippedOf, verdictJson } from './plan-json.ts';

export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: 'decision' | 'skipped' | 'refused' | 'take note' | 'outcome' | 'run ended';
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Decisions of a backup plan: what is to be made, what is left alone, and why. */
export function backupDecisions(plan: BackupRunPlan): LogRecord[] {
  const skipped = [...plan.tagProblems, ...skippedOf(plan)];
  return [
    ...plan.actions.map((action) => record('info', 'decision', decisionFields(action))),
    ...skipped.map((entry) => record('warn', 'skipped', entry)),
    ...plan.warnings.map((entry) => record('warn', 'take note', entry)),
  ];
}

/** Decisions of a prune plan: a verdict for each recovery point. */
export function pruneDecisions(plan: PrunePlan): LogRecord[] {
  return [
    ...plan.verdicts.map((entry) => record('info', 'decision', verdictJson(entry))),
    ...plan.skipped.map((entry) => record('warn', 'skipped', entry)),
    ...plan.refused.map((entry) => record('error', 'refused', entry)),
    ...plan.warnings.map((entry) => record('warn', 'take note', entry)),
  ];
}

/** How the run ended: a record an outcome, and the summary last. */
export function runOutcomes({ outcomes }: BackupReport | PruneReport): LogRecord[] {
  const failed = outcomes.some(isFailure);
  return [
    ...outcomes.map((outcome) =>
      record(isFailure(outcome) ? 'error' : 'info', 'outcome', outcomeFields(outcome)),
    ),
    record(failed ? 'error' : 'info', 'run ended', { counts: countOutcomes(outcomes) }),
  ];
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
