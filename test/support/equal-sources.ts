/** Sources and how they stand: every number of these that two commands show. */

import { table, sorted, policyOf, ofSource, type Row } from './equal-table.ts';

export const SOURCES: readonly Row[] = [
  {
    what: 'sources by policy',
    shown: ({ status, watch, metrics, digest, report, sources }) => ({
      status: table(status.policies, policyOf, (one) => one.sources),
      watch: table(watch.policies, policyOf, (one) => one.sources),
      metrics: table(
        status.policies,
        policyOf,
        ({ policy }) => metrics.measured('SelectedSources', policy) ?? NaN,
      ),
      digest: table(
        digest.filter(({ isByDlm }) => !isByDlm),
        policyOf,
        (one) => one.sources,
      ),
      report: table(
        report.policies.filter(({ runs }) => runs === 'lambda'),
        policyOf,
        (one) => one.sources,
      ),
      explain: table(
        sources.filter(({ isRunning }) => isRunning),
        policyOf,
      ),
    }),
  },
  {
    what: 'sources that are as promised, by policy',
    shown: ({ status, watch, digest, report }) => ({
      status: table(status.policies, policyOf, ({ fresh }) => fresh),
      watch: table(watch.policies, policyOf, ({ fresh }) => fresh),
      digest: table(digest, policyOf, ({ fresh }) => fresh),
      report: table(report.policies, policyOf, ({ fresh }) => fresh),
    }),
  },
  {
    what: 'sources whose slot was missed, by policy',
    shown: ({ status, watch, digest, metrics }) => ({
      status: table(status.policies, policyOf, ({ missed }) => missed),
      watch: table(watch.policies, policyOf, ({ missed }) => missed),
      digest: table(digest, policyOf, ({ missed }) => missed),
      metrics: table(status.policies, policyOf, ({ policy }) => metrics.measured('MissedSlots', policy) ?? 0),
    }),
  },
  {
    what: 'stale sources, and those that were never backed up',
    shown: ({ status, watch, metrics, report }) => ({
      status: [status.findings.stale.length, status.findings.never.length],
      watch: [watch.findings.stale.count, watch.findings.never.count],
      metrics: [metrics.measured('StaleSources'), metrics.measured('NeverBackedUp')],
      report: (['stale', 'never'] as const).map((standing) =>
        report.policies.reduce((sum, row) => sum + row[standing], 0),
      ),
      'report, rows': (['stale', 'never'] as const).map(
        (standing) => report.rows.filter((row) => row.standing === standing).length,
      ),
    }),
  },
  {
    what: 'all sources, those that are backed up, and those that wait for their first',
    shown: ({ status, watch, letter, report }) => ({
      status: [status.sources, status.backedUp, status.starting],
      watch: [watch.sources, watch.backedUp, watch.starting],
      report: [report.summary.sources, report.summary.backedUp, report.summary.starting],
      digest: [
        Number(/(\d+) sources? in 1 place/.exec(letter)?.[1]),
        Number(/: (\d+) of \d+ sources?/.exec(letter)?.[1]),
        Number(/(\d+) of the others wait/.exec(letter)?.[1] ?? 0),
      ],
    }),
  },
  {
    what: 'the newest good one of the source that is furthest behind, to the minute, by the age that is told',
    shown: ({ status, watch, metrics, metricsAt, report, sources }) => {
      const slot = (at: string | number, age: number | undefined): number | undefined =>
        age === undefined ? undefined : Math.round((new Date(at).getTime() - age * 1000) / 60_000);
      const { policies } = status;
      return {
        status: sorted(policies.map(({ policy, oldestAge }) => [policy, slot(status.at, oldestAge)])),
        watch: sorted(watch.policies.map(({ policy, oldestAge }) => [policy, slot(watch.at, oldestAge)])),
        metrics: sorted(
          policies.map(({ policy }) => [policy, slot(metricsAt, metrics.measured('OldestAge', policy))]),
        ),
        report: sorted(
          report.policies
            .filter(({ runs }) => runs === 'lambda')
            .map(({ policy, oldestAge }) => [policy, slot(report.at, oldestAge)]),
        ),
        explain: sorted(
          policies.map(({ policy }) => {
            const own = sources.filter((one) => one.isRunning && one.policy === policy);
            const good = own.flatMap(({ newestGood }) => newestGood ?? []).sort();
            return [policy, good[0] === undefined ? undefined : Math.round(Date.parse(good[0]) / 60_000)];
          }),
        ),
      };
    },
  },
  {
    what: 'the newest good one of each source',
    shown: ({ sources, report, list }) => {
      const running = sources.filter(({ isRunning, newestGood }) => isRunning && newestGood !== undefined);
      const known = new Set(running.map(ofSource));
      const good = list.points.filter((point) => point.state === 'good' && known.has(ofSource(point)));
      return {
        explain: sorted(running.map((one) => [ofSource(one), one.newestGood])),
        report: sorted(
          report.rows
            .filter((row) => known.has(ofSource(row)))
            .map((row) => [ofSource(row), new Date(row.good ?? NaN).toISOString().replace('.000', '')]),
        ),
        list: sorted(
          good.toSorted((a, b) => (a.slot < b.slot ? -1 : 1)).map((one) => [ofSource(one), one.slot]),
        ),
      };
    },
  },
  {
    what: 'the next slot of each policy',
    shown: ({ status, report, sources, digest }) => ({
      status: sorted(status.policies.map(({ policy, nextSlot }) => [policy, nextSlot])),
      report: sorted(
        report.policies
          .filter(({ runs }) => runs === 'lambda')
          .map(({ policy, next }) => [policy, new Date(next ?? NaN).toISOString().replace('.000', '')]),
      ),
      explain: sorted(
        sources.filter(({ isRunning }) => isRunning).map(({ policy, nextSlot }) => [policy, nextSlot]),
      ),
      digest: sorted(digest.map(({ policy, next }) => [policy, next])),
    }),
  },
  {
    what: 'sources of what DLM runs',
    shown: ({ status, watch, report, digest, metrics }) => ({
      status: status.byDlm,
      watch: watch.byDlm,
      metrics: status.byDlm.map(({ policy }) => ({
        policy,
        sources: metrics.measured('SelectedSources', policy),
      })),
      report: report.policies
        .filter(({ runs }) => runs === 'dlm')
        .map(({ policy, sources }) => ({ policy, sources })),
      digest: digest.filter(({ isByDlm }) => isByDlm).map(({ policy, sources }) => ({ policy, sources })),
    }),
  },
];
