/** A run of rehearsals as log records, as metrics and as the answer of a dry run. Pure. */

import { rehearsalKey } from '../plan/rehearsal-marks.ts';
import type { Step } from '../plan/plan-rehearse.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { countOutcomes, isFailure, isLeft } from '../run/outcome.ts';
import type { Judged, RehearsePlan, RehearseReport } from '../run/rehearse-outcome.ts';
import type { LogRecord } from './log-records.ts';
import { failedRuns, metric, type MetricRecord, type MetricScope } from './metrics.ts';

export function* rehearseDecisions(plan: RehearsePlan): Generator<LogRecord> {
  for (const { rehearsal, next } of plan.ongoing)
    yield record('info', 'decision', { rehearsal: rehearsalKey(rehearsal), next: stepText(next) });
  if (plan.start) yield record('info', 'decision', { action: 'start', ...startJson(plan.start) });
  for (const reason of plan.notes) yield record('info', 'decision', { action: 'none', reason });
  for (const entry of plan.skipped) yield record('warn', 'skipped', entry);
  for (const policy of plan.overdue ?? [])
    yield record('error', 'in error', { policy, reason: overdueText(policy) });
}

export function* rehearseOutcomes(report: RehearseReport): Generator<LogRecord> {
  const { outcomes, judged, waiting } = report;
  for (const outcome of outcomes) {
    const level = !isFailure(outcome) ? 'info' : isLeft(outcome) ? 'warn' : 'error';
    yield record(level, 'outcome', outcome);
  }
  for (const one of judged) {
    const { verdict } = one;
    yield record(verdict.isOk ? 'info' : 'error', 'outcome', { action: 'rehearse', ...judgedJson(one) });
  }
  for (const entry of waiting) yield record('info', 'decision', { action: 'wait', ...entry });
  const isBad = judged.some(({ verdict }) => !verdict.isOk);
  yield record(isBad ? 'error' : 'info', 'run ended', { counts: countOutcomes(outcomes) });
}

export function rehearseMetrics(
  { deployment }: Pick<MetricScope, 'deployment'>,
  { plan, outcomes, judged }: RehearseReport,
  { exhausted }: { readonly exhausted: boolean },
): MetricRecord[] {
  const failed = judged.filter(({ verdict }) => !verdict.isOk);
  const good = judged.filter(({ verdict }) => verdict.isOk);
  const isFailed = outcomes.some((outcome) => isFailure(outcome) && (exhausted || !isLeft(outcome)));
  return [
    failedRuns(deployment, isFailed),
    metric('FailedRehearsals', failed.length, { deployment }),
    metric('ExhaustedRounds', Number(exhausted), { deployment }),
    ...(plan.overdue ? [metric('OverdueRehearsals', plan.overdue.length, { deployment })] : []),
    ...good.map(({ rehearsal: { policy } }) => metric('Rehearsed', 1, { deployment, policy })),
  ];
}

/** Why a run that ended has failed: a sentence each. */
export function rehearseErrors({ judged }: RehearseReport): string[] {
  return judged
    .filter(({ verdict }) => !verdict.isOk)
    .map(
      ({ rehearsal, verdict }) =>
        `rehearsal of ${rehearsal.source} from ${rehearsal.point} failed: ${verdict.what}`,
    );
}

export interface RehearsePlanJson {
  readonly version: 1;
  readonly place: Place;
  readonly deployment: string;
  readonly start?: object;
  readonly ongoing: readonly object[];
  readonly notes: readonly string[];
  readonly skipped: RehearsePlan['skipped'];
  readonly overdue?: readonly string[];
}

export function rehearsePlanJson(
  plan: RehearsePlan,
  { place, deployment }: { readonly place: Place; readonly deployment: string },
): RehearsePlanJson {
  return {
    version: 1,
    place,
    deployment,
    ...(plan.start && { start: startJson(plan.start) }),
    ongoing: plan.ongoing.map(({ rehearsal, next }) => ({
      rehearsal: rehearsalKey(rehearsal),
      source: rehearsal.source,
      point: rehearsal.point,
      deadline: formatInstant(rehearsal.deadline),
      next: stepText(next),
    })),
    notes: plan.notes,
    skipped: plan.skipped,
    ...(plan.overdue && { overdue: plan.overdue }),
  };
}

export function startJson({ rehearsal, launch }: NonNullable<RehearsePlan['start']>): object {
  const { source, point, deadline } = rehearsal;
  const { type, subnet, vpc, image, egress } = launch;
  return {
    rehearsal: rehearsalKey(rehearsal),
    source,
    point,
    type,
    subnet,
    vpc,
    image: 'id' in image ? image.id : `a temporary AMI of ${image.volumes.length} snapshots`,
    egress: egress.map(({ destination, to }) => `${destination} port ${to ?? 'any'}`),
    deadline: formatInstant(deadline),
  };
}

export function judgedJson({ rehearsal, verdict }: Judged): object {
  const { source, point } = rehearsal;
  return { rehearsal: rehearsalKey(rehearsal), source, point, ok: verdict.isOk, what: verdict.what };
}

export function stepText(step: Step): string {
  if (step.step === 'wait') return `wait until ${step.until}`;
  if (step.step === 'look') return `look at its ${step.at}`;
  return 'id' in step ? `${step.step} ${step.id}` : step.step;
}

export function overdueText(policy: string): string {
  return `the last rehearsal of ${policy} was due and has not been made`;
}

function record(level: LogRecord['level'], message: LogRecord['message'], fields: object): LogRecord {
  return { level, message, fields: { ...fields } };
}
