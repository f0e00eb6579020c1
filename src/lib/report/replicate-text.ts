/** Copying runs as text for people. */

import type { CopyVerdict } from '../plan/plan-copies.ts';
import { formatInstant } from '../policy/instant.ts';
import type { ReplicatePlan, ReplicateReport } from '../run/replicate.ts';
import { outcomeText } from './outcome-text.ts';
import { skippedText } from './plan-text.ts';
import { countCopies, type Unreached } from './replicate-json.ts';
import { capped, plural, printable, table, type Paint } from './text.ts';

const MAX_LINES = 30;

/** What would be copied to one place, and what is not and why. */
export function replicatePlanText(plan: ReplicatePlan, paint: Paint): string[] {
  const { place, verdicts, unshares, behind, warnings, errors } = plan;
  const counts = countCopies(plan);
  const told = Object.entries(counts)
    .filter(([status, count]) => status !== 'copy' && count > 0)
    .map(([status, count]) => `, ${count} ${status}`);
  const title = `Copies to ${place.account}/${place.region}: ${counts.copy} to make${told.join('')}`;
  return [
    paint.bold(title),
    ...capped(table(rowsOf(verdicts, 'copy', paint.good('+'))), MAX_LINES),
    ...capped(table(rowsOf(verdicts, 'waiting', paint.dim('…'))), MAX_LINES),
    ...capped(table(rowsOf(verdicts, 'refused', paint.bad('!'))), MAX_LINES),
    ...capped(table(rowsOf(verdicts, 'failed', paint.bad('!'))), MAX_LINES),
    ...(unshares.length > 0
      ? [
          `  ${plural(unshares.length, 'AMI or snapshot')} that account ${place.account} need not copy any more: shared no longer`,
        ]
      : []),
    ...(behind > 0 ? [paint.warn(`  ${plural(behind, 'point')} should have been there for over 24 h`)] : []),
    ...errors.map((error) => paint.bad(`  ${printable(error)}`)),
    ...skippedText([], warnings, paint),
  ];
}

function rowsOf(verdicts: readonly CopyVerdict[], wanted: CopyVerdict['status'], sign: string): string[][] {
  return verdicts
    .filter(({ status }) => status === wanted)
    .map(({ from, point, status, reason }) => [
      sign,
      status,
      point.id,
      `from ${from.account}/${from.region}`,
      point.policy,
      point.source,
      formatInstant(point.slot),
      printable(reason),
    ]);
}

/** Places of which nothing is known. */
export function unreachedText(unreached: readonly Unreached[], paint: Paint): string[] {
  return unreached.map(({ place: { account, region }, reason }) =>
    paint.bad(`Copies to ${account}/${region}: nothing is copied there: ${printable(reason)}`),
  );
}

/** What was done in one place. */
export function replicateText({ plan, outcomes, limited }: ReplicateReport, paint: Paint): string[] {
  const { account, region } = plan.place;
  return [
    paint.bold(`Copies to ${account}/${region}`),
    ...outcomeText(outcomes, paint),
    ...(limited.length > 0
      ? [`  ${plural(limited.length, 'copy')} must wait: EC2 makes no more at once`]
      : []),
  ];
}
