/** The policies of a place as a table that fits the screen. */

import { formatMinute } from '../policy/instant.ts';
import type { PolicyStatus, Status } from '../run/status.ts';
import { capped, cut, formatAge, printable, table, widthOf, type Paint } from './text.ts';

/** What is more would push the worst off the screen. */
const MOST_POLICIES = 30;

const HEAD = [
  'policy',
  'sources',
  'backed up',
  'missed',
  'points',
  'furthest behind',
  'promised',
  'next run',
] as const;

type Column = (typeof HEAD)[number];

/** What is left out in turn until the table fits, after the date of the next run: it is what matters least here. */
const WORTH_LEAST: readonly Column[] = ['promised', 'points', 'next run', 'missed'];

interface Shape {
  readonly without: ReadonlySet<string>;
  /** The next run is told by its time and by how long it is until then, or by that alone. */
  readonly hasDate: boolean;
}

/** The first shape of the table that fits into `columns`, or the narrowest. */
export function policyTable(status: Status, paint: Paint, columns: number): string[] {
  let lines: string[] = [];
  for (const shape of shapes()) {
    lines = linesIn(status, paint, shape);
    if (lines.every((line) => widthOf(line) <= columns)) break;
  }
  return lines;
}

function shapes(): Shape[] {
  const narrower = WORTH_LEAST.map((_, index) => new Set<string>(WORTH_LEAST.slice(0, index + 1)));
  const nothing = new Set<string>();
  return [
    { without: nothing, hasDate: true },
    ...[nothing, ...narrower].map((without) => ({ without, hasDate: false })),
  ];
}

function linesIn(status: Status, paint: Paint, { without, hasDate }: Shape): string[] {
  const rows = rowsOf(status, paint, hasDate);
  if (rows.length === 0) return ['No policy backs anything up here.'];
  const shown = [HEAD, ...rows].map((row) => row.filter((_, index) => !without.has(HEAD[index] ?? '')));
  const [head = '', ...lines] = table(shown, '');
  return [paint.dim(head), ...capped(lines, MOST_POLICIES, '')];
}

function rowsOf(status: Status, paint: Paint, hasDate: boolean): string[][] {
  const { policies, byDlm, resting, measuredAt, backsUp } = status;
  return [
    ...(backsUp ? policies.map((policy) => policyRow(policy, measuredAt, paint, hasDate)) : []),
    ...(backsUp ? [] : policies.filter(({ points }) => points > 0).map(copiesRow)),
    ...(backsUp ? byDlm.map(({ policy, sources }) => [policy, String(sources), 'left to DLM']) : []),
    ...resting.map(({ policy, isInFile, points }) => [
      printable(cut(policy, 40)),
      '-',
      isInFile ? 'makes no more' : paint.warn('not in the file'),
      '-',
      String(points),
    ]),
  ];
}

function policyRow(policy: PolicyStatus, now: number, paint: Paint, hasDate: boolean): string[] {
  const { sources, fresh, missed, points, oldestAge, due, next } = policy;
  const isLate = due !== undefined && oldestAge !== undefined && oldestAge > Math.round((now - due) / 1000);
  const age = oldestAge === undefined ? '-' : formatAge(oldestAge * 1000);
  return [
    policy.policy,
    sources === 0 ? paint.warn('0') : String(sources),
    (fresh === sources ? paint.good : paint.warn)(String(fresh)),
    missed === 0 ? '0' : paint.bad(String(missed)),
    String(points),
    isLate ? paint.bad(age) : age,
    due === undefined ? '-' : `within ${formatAge(now - due)}`,
    nextRun(next, now, hasDate),
  ];
}

function nextRun(next: number | undefined, now: number, hasDate: boolean): string {
  if (next === undefined) return 'none';
  const wait = `in ${formatAge(next - now)}`;
  return hasDate ? `${formatMinute(next)} (${wait})` : wait;
}

function copiesRow({ policy, points }: PolicyStatus): string[] {
  return [policy, '-', 'copies only', '-', String(points)];
}
