/** What each policy costs: the rows of `cost`, summed by policy, the dearest first. */

import type { CostReport } from '../plan/cost-report.ts';
import { totalOf, type Holding } from '../plan/cost-rows.ts';
import { groupBy } from '../plan/group-by.ts';
import { compareText } from '../plan/order.ts';
import { GB, monthlyCost, plus } from '../plan/snapshot-prices.ts';
import { costCells, costNotes } from './cost-text.ts';
import type { CostLine, ReportModel } from './report-shapes.ts';
import { shorten } from './report-words.ts';

export function costLines(report: CostReport): ReportModel['cost'] {
  const lines = [...groupBy(report.rows, ({ policy }) => policy ?? '(of no point)')].map(([policy, rows]) =>
    costLine(policy, totalOf(rows.map(({ now }) => now)), totalOf(rows.map(({ later }) => later)), report),
  );
  return {
    unit: report.price ? 'USD' : 'GiB',
    lines: lines.sort((a, b) => b.drawn.now - a.drawn.now || compareText(a.policy, b.policy)),
    total: costLine('total', report.now, report.later, report),
    notes: costNotes(report),
  };
}

function costLine(policy: string, now: Holding, later: Holding, report: CostReport): CostLine {
  const [, size = '', stored = '', after = ''] = costCells(now, later, report.price);
  return {
    policy: shorten(policy, 64),
    points: now.points,
    size,
    now: stored,
    later: after,
    drawn: { now: amountOf(now, report), later: amountOf(later, report) },
  };
}

function amountOf({ stored }: Holding, { price }: CostReport): number {
  return price ? monthlyCost(stored, price).middle : plus(stored.standard, stored.archive).middle / GB;
}
