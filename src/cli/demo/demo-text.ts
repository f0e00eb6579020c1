/** The demo in words: a line a day, then what is kept and why, what was pruned, what was refused. */

import { groupBy } from '../../lib/plan/group-by.ts';
import type { PointVerdict } from '../../lib/plan/point-verdicts.ts';
import type { Skipped } from '../../lib/plan/actions.ts';
import { formatInstant } from '../../lib/policy/instant.ts';
import { kindOfReason } from '../../lib/report/plan-text.ts';
import { pointListText } from '../../lib/report/point-list.ts';
import { plural, printable, table, type Paint } from '../../lib/report/text.ts';
import type { DemoDay, DemoResult } from './demo-run.ts';

export function dayText({ number, date, made, pruned, notes }: DemoDay, paint: Paint): string {
  const line = [
    `day ${String(number).padStart(3)}  ${date}`,
    paint.good(`+${total(made)}`.padStart(4)),
    paint.bad(`-${total(pruned)}`.padStart(4)),
    paint.dim([...made].map(([policy, count]) => `${policy} ${count}`).join(', ')),
  ].join('  ');
  return [line, ...notes.map((note) => paint.warn(`         * ${printable(note)}`))].join('\n');
}

export function resultText(result: DemoResult, paint: Paint): string[] {
  const { end, days, calls, fleet } = result;
  const made = days.reduce((sum, day) => sum + total(day.made), 0);
  const gone = days.reduce((sum, day) => sum + total(day.pruned), 0);
  return [
    '',
    paint.bold(`Kept and why: ${plural(end.verdicts.length, 'recovery point')}`),
    ...table(keptRows(end.verdicts, fleet.names)),
    '',
    ...example(result, paint),
    '',
    paint.bold(`Pruned: ${gone}`),
    ...table([...result.pruned].map(([what, count]) => [String(count).padStart(5), what])),
    '',
    paint.bold('Refused'),
    ...result.refused.map(({ policy, reason }) => `  prune of ${policy}: ${reason}`),
    ...(result.refused.length === 0 ? ['  nothing'] : []),
    '',
    ...dlmText(result, paint),
    paint.bold('Skipped'),
    ...table(result.skipped.map((skipped) => skippedRow(skipped, fleet.names))),
    ...(result.skipped.length === 0 ? ['  nothing'] : []),
    '',
    paint.bold(
      `${days.length} days: ${made} made, ${gone} pruned, ${end.verdicts.length} kept${result.dlm.length > 0 ? " besides DLM's" : ''}, ${calls} API calls.`,
    ),
    'All of it happened in a simulated account, in memory: no AWS was touched.',
  ];
}

function dlmText({ dlm }: DemoResult, paint: Paint): string[] {
  if (dlm.length === 0) return [];
  const rows = dlm.map(({ policy, id, state, made, deleted, kept }) => [
    policy,
    id,
    state,
    `${made} made, ${deleted} deleted, ${kept} kept`,
  ]);
  return [paint.bold('AMIs and snapshots by DLM'), ...table(rows), ''];
}

/** One row for each source of each policy. */
function keptRows(verdicts: readonly PointVerdict[], names: ReadonlyMap<string, string>): string[][] {
  const groups = groupBy(verdicts, ({ point }) => `${point.policy} ${point.source}`);
  return [...groups.values()].map((group) => {
    const [first] = group;
    const newest = Math.max(...group.map(({ point }) => point.slot));
    return [
      first?.point.policy ?? '',
      names.get(first?.point.source ?? '') ?? first?.point.source ?? '',
      plural(group.length, 'point'),
      `newest ${formatInstant(newest)}`,
      reasonCounts(group),
    ];
  });
}

function reasonCounts(group: readonly PointVerdict[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of group) {
    for (const kind of new Set(verdict.reasons.map(kindOfReason)))
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
}

/** Every point of one source, as `list` shows it. */
function example({ end, fleet, now }: DemoResult, paint: Paint): string[] {
  const source = fleet.ids.get('web-1') ?? fleet.ids.get('ledger-1') ?? end.verdicts[0]?.point.source;
  return pointListText(
    end.verdicts.filter(({ point }) => point.source === source),
    now,
    paint,
  );
}

function skippedRow({ id, policy, reason }: Skipped, names: ReadonlyMap<string, string>): string[] {
  return [names.get(id) ?? id, policy ?? '', printable(reason)];
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
