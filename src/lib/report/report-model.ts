/** The model of a report: everything it says, worked out from what was read. Pure, and of bounded size. */

import { costReport } from '../plan/cost-report.ts';
import type { ReportFacts } from '../run/report.ts';
import { placeReport } from '../run/watch-report.ts';
import { notCountedText, storedText } from './cost-text.ts';
import { ageSpans } from './report-ages.ts';
import { costLines } from './report-cost.ts';
import { lastDays } from './report-coverage.ts';
import { policyRows } from './report-policies.ts';
import { reportProblems } from './report-problems.ts';
import { dailyCounts, describeRow, reportRows, type RowFacts } from './report-rows.ts';
import { STANDINGS } from './report-words.ts';
import type { ReportModel } from './report-shapes.ts';

export interface ReportLimits {
  /** Rows of policy and source. */
  readonly rows: number;
  /** Of all of them together; but every point of the days is shown. */
  readonly points: number;
  readonly days: number;
  /** Of each kind. */
  readonly problems: number;
}

export const LIMITS: ReportLimits = { rows: 200, points: 6000, days: 30, problems: 100 };

/** `policy`: only what concerns it. It was found to be in the file. */
export function reportModel(
  facts: ReportFacts,
  policy: string | undefined,
  limits: ReportLimits = LIMITS,
): ReportModel {
  const { file, place, at, plan, watch } = facts;
  const all = reportRows(facts).filter((row) => policy === undefined || row.policy === policy);
  const shown = all.slice(0, limits.rows);
  const days = lastDays(at, limits.days);
  const each = Math.max(limits.days + 1, Math.floor(limits.points / Math.max(1, shown.length)));
  const cost = costReport(facts.cost, policy);
  const counts = placeReport(watch, [], file);
  const verdicts = plan.verdicts.filter(({ point }) => policy === undefined || point.policy === policy);
  const lines = costLines(cost);
  const notCounted = notCountedText(cost.byDlm);
  const byDlm = counts.byDlm.filter((one) => policy === undefined || one.policy === policy);
  return {
    deployment: file.deployment,
    place,
    at,
    ...(policy !== undefined && { policy }),
    backsUp: watch.backsUp,
    summary: {
      ...(policy === undefined ? sourceCounts(counts) : countStandings(all)),
      leftToDlm: byDlm.reduce((sum, { sources }) => sum + sources, 0),
      ...(notCounted !== undefined && { notCounted }),
      points: verdicts.length,
      pruned: verdicts.filter(({ verdict }) => verdict.decision === 'prune').length,
      cost: storedText(cost.now, cost.price),
    },
    problems: reportProblems(facts, policy, limits.problems),
    policies: policyRows(facts, counts, policy),
    days: days.map((day) => new Date(day).toISOString().slice(0, 10)),
    daily: dailyCounts(all, days),
    rows: shown.map((row) => describeRow(row, { facts, days, points: each })),
    leftOut: leftOutOf(all.slice(limits.rows)),
    ages: ageSpans(all, at),
    cost: lines,
  };
}

type Counts = Pick<ReportModel['summary'], 'sources' | 'backedUp' | 'starting'>;

function sourceCounts({ sources, backedUp, starting }: Counts): Counts {
  return { sources, backedUp, starting };
}

/** Of one policy each source has one row. */
function countStandings(rows: readonly RowFacts[]): Counts {
  const count = (...standings: string[]): number =>
    rows.filter(({ standing }) => standings.includes(standing)).length;
  const [backedUp, starting] = [count('fresh'), count('new', 'pending')];
  return { sources: backedUp + starting + count('stale', 'never'), backedUp, starting };
}

function leftOutOf(rows: readonly RowFacts[]): ReportModel['leftOut'] {
  return STANDINGS.map((standing) => ({
    standing,
    count: rows.filter((row) => row.standing === standing).length,
  })).filter(({ count }) => count > 0);
}
