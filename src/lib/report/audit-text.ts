/** An audit as text: what is not covered, what is covered twice, what nobody looks after, what has drifted. */

import type { CoveredTwice, Uncovered } from '../plan/audit-coverage.ts';
import type { Orphan } from '../plan/audit-orphan.ts';
import { isProposed } from '../plan/audit-freed.ts';
import type { Audit } from '../plan/audit-report.ts';
import { commandLine } from '../plan/cli-command.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import { priceIn, priceNote } from '../plan/snapshot-prices.ts';
import { storedText } from './cost-text.ts';
import { capped, printable, table, type Paint } from './text.ts';

const ROWS = 200;

const FREED_WORDS =
  'Beside each stands what its deletion alone takes off the bill. A block that another snapshot refers to as well is billed on with that one, so all together may take off more.';

/** `changes`: a deletion may follow. */
export function auditText(audit: Audit, paint: Paint, { changes = false } = {}): string[] {
  const { coverage, orphans, drift, place } = audit;
  const { uncovered, twice, sources, leftOut } = coverage;
  return [
    ...section(
      `Not covered: ${uncovered.length} of ${sources} instances and volumes`,
      uncovered.map(uncoveredRow),
      paint,
    ),
    ...(leftOut.length === 0
      ? []
      : [`  Left out of their instances' backups by a tag: ${printable(leftOut.join(', '))}`]),
    ...section(`Covered twice: ${twice.length}`, twice.map(twiceRow), paint),
    ...orphansText(audit, paint),
    ...section(
      `Drift from the policy file: ${drift.length}`,
      drift.map(({ level, name, message }) => [level, name, message]),
      paint,
    ),
    '',
    ...(orphans.length === 0 ? [] : [FREED_WORDS, ...ESTIMATE_WORDS, priceNote(place.region)]),
    ...(changes ? [] : ['Nothing is changed.']),
    'What others made of a volume is estimated as if ours did not exist, and ours as if theirs did not.',
  ];
}

function section(title: string, rows: readonly (readonly string[])[], paint: Paint): string[] {
  return ['', paint.bold(title), ...capped(table(rows.map((row) => row.map(printable))), ROWS)].slice(
    title.startsWith('Not covered') ? 1 : 0,
  );
}

function uncoveredRow({ id, name = '', sizeGiB, reason }: Uncovered): string[] {
  return [id, name, `${sizeGiB} GiB`, reason];
}

function twiceRow({ id, name = '', by }: CoveredTwice): string[] {
  return [id, name, by.join(' and ')];
}

function orphansText({ orphans, freed, place }: Audit, paint: Paint): string[] {
  const price = priceIn(place.region);
  const [all, proposed] = [freed.all, freed.proposed].map((stored) => storedText({ stored }, price));
  const isAllProposed = orphans.every(isProposed);
  const cost = orphans.length === 0 ? '' : `; without them the bill falls by ${all} a month`;
  const part =
    isAllProposed || !orphans.some(isProposed)
      ? []
      : [`  Without what prune and the commands here delete it falls by ${proposed} a month`];
  const rows = orphans.map((orphan) => [
    orphan.id,
    orphan.isOurs ? 'ours' : 'not ours',
    orphan.cause,
    storedText({ stored: orphan.frees }, price),
    whatToDo(orphan),
  ]);
  return [...section(`Nobody looks after: ${orphans.length}${cost}`, rows, paint), ...part];
}

function whatToDo({ detail, action, command }: Orphan): string {
  const said = `${detail}; ${action}`;
  return command ? `${said}: ${commandLine(command)}` : said;
}
