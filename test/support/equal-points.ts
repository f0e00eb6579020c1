/** Recovery points, what becomes of them, and how many: every number of these that two commands show. */

import type { Explained } from './all-answers.ts';
import { table, policyOf, ofSource, isPruned, ids, refusedOf, type Row } from './equal-table.ts';

export const POINTS: readonly Row[] = [
  {
    what: 'recovery points',
    shown: ({ status, list, plan, cost, simulate, report }) => ({
      status: status.points,
      list: list.points.length,
      plan: plan.verdicts.length,
      cost: cost.total.now.points,
      simulate: simulate.total.now.points,
      report: report.summary.points,
    }),
  },
  {
    what: 'recovery points by policy',
    shown: ({ status, list, plan, cost, simulate, report }) => ({
      status: table([...status.policies, ...status.resting], policyOf, ({ points }) => points),
      list: table(list.points, policyOf),
      plan: table(plan.verdicts, policyOf),
      cost: table(cost.rows, policyOf, ({ now }) => now.points),
      simulate: table(simulate.policies, policyOf, ({ points }) => points),
      report: table(report.policies, policyOf, ({ points }) => points),
      'report, cost': table(report.cost.lines, policyOf, ({ points }) => points),
    }),
  },
  {
    what: 'recovery points of policies that run',
    shown: ({ status, watch, digest }) => ({
      status: table(status.policies, policyOf, ({ points }) => points),
      watch: table(watch.policies, policyOf, ({ points }) => points),
      digest: table(digest, policyOf, ({ points }) => points),
    }),
  },
  {
    what: 'recovery points by policy and source',
    shown: ({ list, plan, cost, report }) => ({
      list: table(list.points, ofSource),
      plan: table(plan.verdicts, ofSource),
      cost: table(cost.rows, ofSource, ({ now }) => now.points),
      report: table(report.rows, ofSource, ({ total }) => total),
    }),
  },
  {
    what: 'recovery points by policy of sources that exist',
    shown: ({ list, sources }) => {
      const known = new Set(sources.map(({ source }) => source));
      return {
        list: table(
          list.points.filter(({ source }) => known.has(source)),
          ofSource,
        ),
        explain: table(sources, ofSource, ({ points }) => points),
      };
    },
  },
  {
    what: 'recovery points by policy and state',
    shown: ({ list, plan, report }, points) => ({
      list: table(list.points, ({ policy, state }) => `${policy} ${state}`),
      plan: table(plan.verdicts, ({ policy, state }) => `${policy} ${state}`),
      explain: table(points, ({ policy, state }) => `${policy} ${state}`),
      report: table(
        report.rows.flatMap(({ policy, points: shown }) => shown.map(({ state }) => ({ policy, state }))),
        ({ policy, state }) => `${policy} ${state}`,
      ),
    }),
  },
  {
    what: 'failed recovery points',
    shown: ({ status, plan, watch, metrics, audit, report }) => ({
      status: status.findings.failed.length,
      plan: plan.verdicts.filter(({ state }) => state === 'failed').length,
      watch: watch.findings.failed.count,
      metrics: metrics.measured('FailedPoints'),
      report: report.problems.find(({ kind }) => kind === 'failed')?.count,
      audit: audit.orphans.filter(({ cause, isOurs }) => isOurs && cause === 'failed').length,
    }),
  },
  {
    what: 'what the next prune deletes',
    shown: (all, points) => {
      const { list, plan, report, simulate, audit } = all;
      const refused = refusedOf(all);
      const policies = new Map(plan.verdicts.map(({ id, policy }) => [id, policy]));
      const going = ids(plan.verdicts.filter(isPruned));
      return {
        plan: going,
        list: ids(list.points.filter(isPruned)),
        explain: ids(points.filter(isPruned)),
        report: ids(report.rows.flatMap((row) => row.points).filter(isPruned)),
        simulate: simulate.deletes.filter((id) => !refused.has(policies.get(id) ?? '')).sort(),
        // Which are orphans as well.
        'audit, with the others of plan': [
          ...new Set([
            ...going.filter((id) => !audit.orphans.some((one) => one.id === id)),
            ...ids(audit.orphans.filter((one) => one.isPruned)),
          ]),
        ].sort(),
      };
    },
  },
  {
    what: 'how many the next prune deletes',
    shown: (all) => {
      const { plan, cost, report, simulate } = all;
      const refused = refusedOf(all);
      return {
        plan: table(plan.verdicts.filter(isPruned), policyOf),
        cost: table(cost.rows, policyOf, ({ now, afterPrune }) => now.points - afterPrune.points),
        report: table(report.policies, policyOf, ({ pruned }) => pruned),
        simulate: table(
          simulate.policies.filter(({ policy }) => !refused.has(policy)),
          policyOf,
          ({ deleted }) => deleted,
        ),
        'simulate, frees': table(
          simulate.policies.filter(({ policy }) => !refused.has(policy)),
          policyOf,
          ({ cost: { frees } }) => frees.points,
        ),
      };
    },
  },
  {
    what: 'what the next prune deletes in all',
    shown: ({ plan, report, cost }) => ({
      plan: plan.verdicts.filter(isPruned).length,
      report: report.summary.pruned,
      cost: cost.total.now.points - cost.total.afterPrune.points,
    }),
  },
  {
    what: 'what the guard refuses',
    shown: ({ plan, cost, simulate, status, watch, metrics }) => ({
      plan: table(plan.refused, policyOf, ({ deletions }) => deletions),
      cost: table(cost.refused, policyOf, ({ deletions }) => deletions),
      simulate: table(
        simulate.policies.filter(({ refused }) => refused !== undefined),
        policyOf,
        ({ deleted }) => deleted,
      ),
      'how many, of status, watch and metrics': table(plan.refused, policyOf, ({ deletions }) =>
        status.findings.refused.length === 1 &&
        watch.findings.refused.count === 1 &&
        metrics.measured('RefusedPrunes') === 1
          ? deletions
          : NaN,
      ),
    }),
  },
  {
    what: 'what is left after a week of what exists',
    shown: ({ simulate, status }, points) => {
      const then = Date.parse(status.at) + 7 * 86_400_000;
      // `simulate` takes the refusals of the guard for accepted; what waits to be disabled is on its way.
      const isPinned = ({ pinned = '' }: Explained): boolean =>
        pinned !== '' && !pinned.startsWith('refused') && !pinned.includes('disabled');
      const isThere = (point: Explained): boolean =>
        isPinned(point) || point.prunedAt === undefined || point.prunedAt > then;
      return {
        simulate: table(
          simulate.policies,
          policyOf,
          ({ left }) => left.find(({ day }) => day === 7)?.points ?? NaN,
        ),
        explain: table(points.filter(isThere), policyOf),
      };
    },
  },
];
