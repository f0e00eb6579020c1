/** A report as Markdown, for tickets: the same model as the page, without its charts. */

import { formatMinute } from '../policy/instant.ts';
import { freshText } from './report-policies.ts';
import type { Problem, ReportModel, SourceRow } from './report-shapes.ts';
import {
  CELL_WORDS,
  leftText,
  noRowsText,
  nothingStoredText,
  pointsText,
  RUNS_WORDS,
  STANDING_WORDS,
} from './report-words.ts';
import { formatAge, plural } from './text.ts';

/** A ticket is no place for more. */
const MOST_ROWS = 50;
const MOST_ITEMS = 20;

export function reportMarkdown(model: ReportModel): string {
  const { deployment, place, at, policy, summary } = model;
  const of = policy === undefined ? '' : `, policy ${policy}`;
  return [
    `# ${plain(`Backups of ${deployment} in ${place.account}/${place.region}${of}`)}`,
    '',
    `As of ${formatMinute(at)}. All times are in UTC.`,
    '',
    `- ${standText(model)}`,
    `- ${plural(summary.points, 'recovery point')}, of which ${summary.pruned} ${summary.pruned === 1 ? 'goes' : 'go'} with the next prune`,
    `- estimated cost a month: ${plain(summary.cost)}`,
    ...(summary.notCounted === undefined ? [] : [`- ${plain(summary.notCounted)}`]),
    '',
    '## Problems',
    '',
    ...problemLines(model.problems),
    '## Policies',
    '',
    ...table(
      ['Policy', 'Runs', 'Schedule', 'Keeps', 'As promised', 'Oldest', 'Next', 'Points'],
      [
        ...model.policies.map((row) => [
          row.policy,
          RUNS_WORDS[row.runs],
          row.schedule ?? '',
          row.keep ?? '',
          freshText(row),
          row.oldestAge === undefined ? '' : formatAge(row.oldestAge * 1000),
          row.next === undefined ? '' : formatMinute(row.next),
          pointsText(row),
        ]),
      ],
    ),
    '',
    `## Coverage of the last ${model.days.length} days`,
    '',
    ...coverageLines(model),
    '',
    '## Cost by policy',
    '',
    ...costLines(model),
  ].join('\n');
}

function standText({ summary, backsUp }: ReportModel): string {
  const { sources, backedUp, starting } = summary;
  if (!backsUp) return 'only copies are made here: what is backed up is told where it is';
  const waiting = starting > 0 ? `, ${starting} waiting for a first backup` : '';
  return `${backedUp} of ${plural(sources, 'source')} backed up as promised${waiting}${leftText(summary)}`;
}

function problemLines(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return ['None.', ''];
  return problems.flatMap(({ heading, cure, count, items, isUrgent }) => {
    const more = count - Math.min(items.length, MOST_ITEMS);
    return [
      `### ${plain(heading)} (${count}${isUrgent ? '' : ', not urgent'})`,
      '',
      ...items.slice(0, MOST_ITEMS).map((item) => `- ${plain(itemText(item))}`),
      ...(more > 0 ? [`- … and ${more} more`] : []),
      '',
      plain(cure),
      '',
    ];
  });
}

function itemText({ id, name, policy, text }: Problem['items'][number]): string {
  if (id === undefined) return text ?? '';
  const of = policy === undefined || policy === id ? '' : `, ${policy}`;
  return `${id}${name === undefined ? '' : ` (${name})`}${of}${text === undefined ? '' : `: ${text}`}`;
}

/** One mark a day, the last one today. */
function coverageLines(model: ReportModel): string[] {
  const { rows, leftOut, at, days } = model;
  if (rows.length === 0) return [noRowsText(model)];
  const legend = Object.values(CELL_WORDS).map(({ mark, means }) => `${mark} ${means}`);
  const shown = rows.slice(0, MOST_ROWS);
  const left = rows.length - shown.length + leftOut.reduce((sum, { count }) => sum + count, 0);
  return [
    `From ${days[0]} to ${days.at(-1)}, one mark a day: ${legend.join(', ')}.`,
    '',
    ...table(
      ['Source', 'Policy', 'State', 'Newest good', 'Points', 'Days'],
      [
        ...shown.map((row) => [
          row.name === undefined ? row.source : `${row.name} (${row.source})`,
          row.origin ? `${row.policy} from ${row.origin.account}/${row.origin.region}` : row.policy,
          stateText(row),
          row.good === undefined ? 'none' : `${formatAge(at - row.good)} old`,
          String(row.total),
          row.cells.map(({ kind }) => CELL_WORDS[kind].mark).join(''),
        ]),
      ],
    ),
    ...(left > 0
      ? ['', `The worst ${plural(shown.length, 'row')} are shown; ${left} more are left out.`]
      : []),
  ];
}

function stateText({ standing, obstacle }: SourceRow): string {
  return obstacle === undefined ? STANDING_WORDS[standing] : `${STANDING_WORDS[standing]}: ${obstacle}`;
}

function costLines({ cost: { lines, total, notes }, summary }: ReportModel): string[] {
  if (lines.length === 0) return [nothingStoredText(summary)];
  return [
    ...table(
      ['Policy', 'Points', 'Full size', 'Now, a month', 'After the pending prune'],
      [
        ...[...lines, total].map((line) => [
          line.policy,
          String(line.points),
          line.size,
          line.now,
          line.later,
        ]),
      ],
    ),
    '',
    ...notes.map((note) => `- ${plain(note)}`),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((cells) => line(cells.map(plain)))];
}

/** Text that stays text: no markup, no table, no formula, no mention or link of anybody's tags. GitHub links `www.` too. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]|~#!$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replaceAll('://', ':&#47;&#47;')
    .replaceAll(/www\./gi, (text) => `${text.slice(0, 3)}&#46;`);
}
