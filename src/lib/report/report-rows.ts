/** The rows of a report, one a policy and source, the worst first. Pure. */

import { groupBy } from '../plan/group-by.ts';
import { compareText } from '../plan/order.ts';
import type { PointVerdict } from '../plan/point-verdicts.ts';
import type { SourceWatch } from '../plan/watch-policy.ts';
import type { ReportFacts } from '../run/report.ts';
import { coverageCells } from './report-coverage.ts';
import type { Cell, ReportModel, RowStanding, ShownPoint, SourceRow } from './report-shapes.ts';
import { shorten, STANDINGS } from './report-words.ts';

const DAY = 86_400_000;

/** A row before it is put into words; there may be tens of thousands. */
export interface RowFacts {
  readonly policy: string;
  readonly source: string;
  readonly standing: RowStanding;
  readonly watch?: SourceWatch;
  /** Oldest first. */
  readonly verdicts: readonly PointVerdict[];
  /** Of the newest good point. */
  readonly good?: number;
}

/** Every source that a policy backs up, and every group of points, whoever made them. */
export function reportRows({ plan, watch, sources, at }: ReportFacts): RowFacts[] {
  const groups = groupBy(plan.verdicts, rowKey);
  const rows: RowFacts[] = [];
  for (const { policy, sources: watched } of watch.watch.running) {
    for (const one of watched) {
      const key = `${policy} ${one.id}`;
      const verdicts = groups.get(key) ?? [];
      groups.delete(key);
      const good = one.good === undefined ? {} : { good: one.good };
      rows.push({ policy, source: one.id, standing: one.standing, watch: one, verdicts, ...good });
    }
  }
  for (const verdicts of groups.values()) {
    const [first] = verdicts;
    if (!first) continue;
    const { policy, source, copiedFrom } = first.point;
    const standing = copiedFrom ? 'copies' : sources.has(source) ? 'resting' : 'gone';
    const good = newestGood(verdicts, at);
    rows.push({ policy, source, standing, verdicts, ...(good !== undefined && { good }) });
  }
  return rows.sort(compareRows);
}

function rowKey({ point: { policy, source, copiedFrom } }: PointVerdict): string {
  if (!copiedFrom) return `${policy} ${source}`;
  return `${policy} ${source} ${copiedFrom.place.account} ${copiedFrom.place.region}`;
}

function newestGood(verdicts: readonly PointVerdict[], now: number): number | undefined {
  return verdicts.findLast(({ point }) => point.state === 'good' && point.slot <= now)?.point.slot;
}

/** By standing; then what cannot be backed up, and what was backed up longest ago. */
function compareRows(a: RowFacts, b: RowFacts): number {
  return (
    STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
    Number(b.watch?.obstacle !== undefined) - Number(a.watch?.obstacle !== undefined) ||
    (a.good ?? -1) - (b.good ?? -1) ||
    compareText(a.policy, b.policy) ||
    compareText(a.source, b.source)
  );
}

/** Of each day, how many rows have a good point of it, and how many only others. One pass: there may be 300,000 points. */
export function dailyCounts(rows: readonly RowFacts[], days: readonly number[]): ReportModel['daily'] {
  const counts = days.map(() => ({ good: 0, other: 0 }));
  const first = days[0] ?? 0;
  for (const { verdicts } of rows) {
    const best = new Map<number, boolean>();
    for (const { point } of verdicts) {
      const index = Math.floor((point.slot - first) / DAY);
      if (index >= 0 && index < days.length)
        best.set(index, best.get(index) === true || point.state === 'good');
    }
    for (const [index, isGood] of best) {
      const count = counts[index];
      if (count) count[isGood ? 'good' : 'other'] += 1;
    }
  }
  return counts;
}

export interface Describing {
  readonly facts: ReportFacts;
  readonly days: readonly number[];
  /** How many points of a row are shown. */
  readonly points: number;
}

/** A row in words. */
export function describeRow(row: RowFacts, { facts, days, points }: Describing): SourceRow {
  const { file, place, at: now, sources, names, watch } = facts;
  const { policy, source, standing, verdicts, good } = row;
  const name = names.get(source);
  const origin = verdicts[0]?.point.copiedFrom?.place;
  const obstacle = row.watch?.obstacle;
  const runs = file.policies.find((one) => one.name === policy);
  const cells = coverageCells({
    ...{ file, now, place, sources, days, standing, source },
    ...(runs && { policy: runs }),
    group: verdicts.map(({ point }) => point),
    slots: watch.watch.running.find((one) => one.policy === policy)?.slots ?? {},
  });
  return {
    ...{ policy: shorten(policy, 64), source: shorten(source, 64), standing, cells, total: verdicts.length },
    ...(name !== undefined && { name: shorten(name, 80) }),
    ...(origin && { origin }),
    ...(good !== undefined && { good }),
    ...(obstacle !== undefined && { obstacle: shorten(obstacle) }),
    points: shownPoints(verdicts, cells, points),
  };
}

/** Newest first: those that cells lead to, the oldest, and the newest of the others. */
function shownPoints(verdicts: readonly PointVerdict[], cells: readonly Cell[], limit: number): ShownPoint[] {
  const wanted = new Set(cells.flatMap(({ point }) => point ?? []));
  const [oldest] = verdicts;
  if (oldest) wanted.add(oldest.point.id);
  const newestFirst = verdicts.toReversed();
  for (const { point } of newestFirst) {
    if (wanted.size >= limit) break;
    wanted.add(point.id);
  }
  return newestFirst.filter(({ point }) => wanted.has(point.id)).map(shownPoint);
}

function shownPoint({ point, verdict }: PointVerdict): ShownPoint {
  const { id, slot, state, detail } = point;
  return {
    ...{ id, slot, state, decision: verdict.decision },
    reasons: verdict.reasons.slice(0, 8).map((reason) => shorten(reason)),
    ...(detail !== undefined && { detail: shorten(detail) }),
  };
}
