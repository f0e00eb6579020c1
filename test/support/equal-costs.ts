/** Money and what is stored: every number of these that two commands show. */

import { table, policyOf, near, nearly, refusedOf, type Row } from './equal-table.ts';

export const COSTS: readonly Row[] = [
  {
    what: 'money now by policy',
    shown: ({ cost, report, simulate }) => ({
      cost: nearly(table(cost.rows, policyOf, ({ now }) => now.usdPerMonth?.middle ?? NaN)),
      report: nearly(table(report.cost.lines, policyOf, ({ drawn }) => drawn.now)),
      simulate: nearly(
        table(simulate.policies, policyOf, ({ cost: { now } }) => now.usdPerMonth?.middle ?? NaN),
      ),
    }),
  },
  {
    what: 'money after the pending prune by policy',
    shown: (all) => {
      const { cost, report, simulate } = all;
      const isSure = ({ policy = '' }: { readonly policy?: string }): boolean => !refusedOf(all).has(policy);
      return {
        cost: nearly(
          table(cost.rows.filter(isSure), policyOf, (row) => row.afterPrune.usdPerMonth?.middle ?? NaN),
        ),
        report: nearly(table(report.cost.lines.filter(isSure), policyOf, ({ drawn }) => drawn.later)),
        simulate: nearly(
          table(
            simulate.policies.filter(isSure),
            policyOf,
            (one) => one.cost.afterPrune.usdPerMonth?.middle ?? NaN,
          ),
        ),
      };
    },
  },
  {
    what: 'money and GiB now in all',
    shown: ({ cost, report, simulate, handover }) => {
      const byDlm = handover.groups.find(({ kind }) => kind === 'made-by-dlm')?.cost;
      const usdOfDlm = byDlm?.usdPerMonth?.middle ?? NaN;
      return {
        cost: [cost.total.now.usdPerMonth?.middle ?? NaN, cost.total.now.standardBytes.middle].map(near),
        report: [report.cost.total.drawn.now, cost.total.now.standardBytes.middle].map(near),
        simulate: [
          simulate.total.now.usdPerMonth?.middle ?? NaN,
          simulate.total.now.standardBytes.middle,
        ].map(near),
        'handover, less what DLM made': [
          (handover.total.usdPerMonth?.middle ?? NaN) - usdOfDlm,
          handover.total.standardBytes.middle - (byDlm?.standardBytes.middle ?? NaN),
        ].map(near),
      };
    },
  },
  {
    what: 'what is in the archive',
    shown: ({ cost, handover, simulate }) => ({
      cost: cost.total.now.archiveBytes,
      handover: handover.total.archiveBytes,
      simulate: simulate.total.now.archiveBytes,
    }),
  },
  {
    what: 'snapshots that store something',
    shown: ({ cost, simulate, handover, broken }) => ({
      cost: cost.total.now.snapshots,
      simulate: simulate.total.now.snapshots,
      handover: new Set(
        handover.groups
          .filter(({ kind }) => ['images', 'snapshots', 'stays'].includes(kind))
          .flatMap(({ items }) => items.flatMap(({ id, parts }) => [id, ...parts]))
          .filter((id) => id.startsWith('snap-') && !broken.has(id)),
      ).size,
    }),
  },
  {
    what: 'what the points of a policy that is not in the file cost',
    shown: ({ audit, cost }) => ({
      audit: near(
        audit.orphans
          .filter(({ policy, isOurs }) => isOurs && policy === 'ghost')
          .reduce((sum, one) => sum + (one.cost.usdPerMonth?.middle ?? NaN), 0),
      ),
      cost: near(
        cost.rows
          .filter(({ policy }) => policy === 'ghost')
          .reduce((sum, { now }) => sum + (now.usdPerMonth?.middle ?? NaN), 0),
      ),
    }),
  },
  {
    what: 'once retention is full',
    shown: ({ cost, simulate, steady }) => ({
      cost: nearly(table(cost.rows, policyOf, (row) => row.steady?.usdPerMonth?.middle ?? NaN)),
      'simulate of that many days': nearly(
        table(steady.policies, policyOf, ({ cost: { looks } }) => looks.at(-1)?.usdPerMonth?.middle ?? NaN),
      ),
      'in all, as a check': nearly(
        table(simulate.policies, policyOf, ({ policy }) =>
          cost.rows
            .filter((row) => row.policy === policy)
            .reduce((sum, row) => sum + (row.steady?.usdPerMonth?.middle ?? NaN), 0),
        ),
      ),
    }),
  },
  {
    what: 'prices',
    shown: ({ cost, simulate, report }) => ({
      simulate: simulate.prices,
      report: report.cost.notes.filter((note) => note.startsWith('Prices of')),
      cost: [
        `Prices of ${cost.place.region}: USD ${cost.price?.standard} for a GB-month, USD ${cost.price?.archive} in the archive (not seen: taken as a quarter), without discounts and taxes; table of ${cost.price?.asOf}, which rests on ${cost.price?.quoted}.`,
      ],
    }),
  },
];
