/** What a watch run and a digest measured and did, as log records. Pure. */

import { formatInstant } from '../policy/instant.ts';
import { countOutcomes, isFailure, type WatchOutcome } from '../run/outcome.ts';
import { FINDING_KINDS, findingsOf, type Finding, type FindingKind } from '../run/watch-findings.ts';
import { placeReport } from '../run/watch-report.ts';
import type { WatchPlan, WatchReport } from '../run/watch.ts';
import type { LogRecord } from './log-records.ts';

/** Kinds that are nobody's fault, or that other runs tell already. */
const NOTES: readonly FindingKind[] = [
  'bad-tags',
  'obstacle',
  'not-in-file',
  'odd',
  'leftover',
  'left-alone',
];

/** Everything that was found, then what is to be done about it. */
export function* watchDecisions(plan: WatchPlan): Generator<LogRecord> {
  const findings = findingsOf(plan, []);
  for (const kind of FINDING_KINDS) {
    const level = NOTES.includes(kind) ? 'warn' : 'error';
    for (const finding of findings[kind]) {
      yield { level, message: 'take note', fields: { finding: kind, ...fieldsOf(finding) } };
    }
  }
  for (const { policy, slot, attempt } of plan.requests) {
    const fields = { action: 'request-backup', policy, slot: formatInstant(slot), attempt };
    yield { level: 'info', message: 'decision', fields };
  }
  for (const { value, ids } of plan.status?.writes ?? []) {
    yield {
      level: 'info',
      message: 'decision',
      fields: { action: 'tag-status', value, sources: ids.length },
    };
  }
}

export function* watchOutcomes({ outcomes }: Pick<WatchReport, 'outcomes'>): Generator<LogRecord> {
  for (const outcome of outcomes) {
    yield { level: isFailure(outcome) ? 'error' : 'info', message: 'outcome', fields: { ...outcome } };
  }
  yield ended(outcomes);
}

/** The answer of a watch run that changes nothing: what the digest would be told. */
export function watchPlanAnswer(plan: WatchPlan, file: { readonly deployment: string }): object {
  const requests = plan.requests.map(({ policy, slot }) => ({ policy, slot: formatInstant(slot) }));
  return { ...placeReport(plan, [], file), requests, statusTags: plan.status?.writes ?? [] };
}

function ended(outcomes: readonly WatchOutcome[]): LogRecord {
  const level = outcomes.some(isFailure) ? 'error' : 'info';
  return { level, message: 'run ended', fields: { counts: countOutcomes(outcomes) } };
}

function fieldsOf({ id, policy, text }: Finding): object {
  return { id, ...(policy !== undefined && { policy }), ...(text !== undefined && { reason: text }) };
}
