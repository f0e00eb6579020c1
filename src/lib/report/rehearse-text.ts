/** Rehearsals as text for people, and as JSON at the end of the command. Pure. */

import { rehearsalKey } from '../plan/rehearsal-marks.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { countOutcomes, isFailure } from '../run/outcome.ts';
import type { RehearsePlan, RehearseReport } from '../run/rehearse-outcome.ts';
import { judgedJson, overdueText, rehearsePlanJson, stepText } from './rehearse-records.ts';
import { printable, table, type Paint } from './text.ts';

export function rehearsePlanText(plan: RehearsePlan, paint: Paint): string[] {
  const { start, ongoing, notes, skipped, overdue = [] } = plan;
  return [
    ...(start ? startText(start, paint) : []),
    ...ongoing.map(
      ({ rehearsal, next }) =>
        `Rehearsal ${rehearsalKey(rehearsal)} of ${rehearsal.source} goes on: ${printable(stepText(next))}`,
    ),
    ...notes.map((note) => paint.dim(printable(note))),
    ...skipped.map(({ id, reason }) => paint.warn(`  ! ${id} ${printable(reason)}`)),
    ...overdue.map((policy) => paint.bad(overdueText(policy))),
  ];
}

function startText({ rehearsal, launch }: NonNullable<RehearsePlan['start']>, paint: Paint): string[] {
  const { image, type, subnet, vpc, egress } = launch;
  const from = 'id' in image ? image.id : `a temporary AMI of ${image.volumes.length} snapshots`;
  const out = egress.map(({ destination }) => `${destination} port 443`).join(', ');
  return [
    paint.bold(`Rehearse ${rehearsal.source} from ${rehearsal.point}`),
    ...table([
      ['+', 'instance', `${type} of ${from}`],
      ['', 'subnet', `${subnet} of ${vpc}`],
      ['', 'reaches', out === '' ? 'nothing, and nothing reaches it' : `${out}, and nothing reaches it`],
      ['', 'ends by', formatInstant(rehearsal.deadline)],
    ]),
    paint.dim(
      '  Note: it is terminated at the end, with all its volumes; nothing of the original is touched',
    ),
  ];
}

export function rehearseReportText(report: RehearseReport, paint: Paint): string[] {
  const { judged, outcomes, waiting } = report;
  const failures = outcomes.filter(isFailure);
  return [
    ...judged.map(({ rehearsal, verdict }) => {
      const word = verdict.isOk ? paint.good('ok') : paint.bad('failed');
      return `${word}: ${rehearsal.source} from ${rehearsal.point}: ${printable(verdict.what)}`;
    }),
    ...failures.map(({ action, id, status, error = '' }) =>
      paint.warn(`  ${action} ${id} ${status}: ${printable(error)}`),
    ),
    ...waiting.map(({ rehearsal, until }) => `  ${rehearsal} still waits until ${printable(until)}`),
  ];
}

export function rehearseJson(
  report: RehearseReport,
  whose: { readonly place: Place; readonly deployment: string },
): object {
  const { plan, outcomes, judged, waiting } = report;
  return {
    ...rehearsePlanJson(plan, whose),
    results: judged.map(judgedJson),
    outcomes,
    counts: countOutcomes(outcomes),
    waiting,
  };
}
