/**
 * Every number that two commands show is the same number. A row is one number, or one for each policy or source, as each of
 * the commands shows it that does; all of them are asked at the same moment of an account that has some of everything.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  simulationDays,
  type Answers,
  answersOf,
  explainAll,
  type Explained,
} from '../support/all-answers.ts';
import { richAccount, EAST, RICH_POLICIES } from '../support/rich-account.ts';
import { fileWith, run } from '../cli/fake-shell.ts';
import { parseJson, type RunAnswer } from '../cli/answers.ts';

type Shown = Readonly<Record<string, unknown>>;
/** By policy, or whatever else; the order is that of the keys. */
type Table = Readonly<Record<string, number | string | undefined>>;

interface Row {
  readonly what: string;
  /** By command. */
  readonly shown: (all: Answers, points: readonly Explained[]) => Shown;
}

function table<T>(
  items: readonly T[],
  key: (item: T) => string,
  value: (item: T) => number = () => 1,
): Table {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0) + value(item));
  return sorted([...sums].filter(([, sum]) => sum !== 0));
}

function sorted(entries: readonly (readonly [string, number | string | undefined])[]): Table {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const policyOf = ({ policy = '' }: { readonly policy?: string }): string => policy;
const ofSource = ({ policy, source }: { readonly policy?: string; readonly source?: string }): string =>
  `${policy} ${source}`;
const isPruned = ({ decision }: { readonly decision: string }): boolean => decision === 'prune';
const ids = (points: readonly { readonly id: string }[]): string[] => points.map(({ id }) => id).sort();
/** Money and bytes are sums in another order in each command. */
const near = (value: number): number => Number(value.toPrecision(9));
const nearly = (entries: Table): Table =>
  sorted(Object.entries(entries).map(([key, value]) => [key, near(Number(value))]));

/** What the guard refuses stays for all commands but `simulate`, which says what accepting it would do. */
const refusedOf = ({ plan }: Answers): ReadonlySet<string> =>
  new Set(plan.refused.map(({ policy }) => policy));

const ROWS: readonly Row[] = [
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
  {
    what: 'prices',
    shown: ({ cost, simulate, report }) => ({
      simulate: simulate.prices,
      report: report.cost.notes.filter((note) => note.startsWith('Prices of')),
      cost: [
        `Prices of ${cost.place.region}: USD ${cost.price?.standard} for a GB-month, USD ${cost.price?.archive} in the archive (not seen: taken as a quarter); list prices of ${cost.price?.asOf}, without discounts and taxes.`,
      ],
    }),
  },
];

/** What there is to compare, so that no row is a comparison of nothing. */
function isSomething(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && value !== 0;
  if (Array.isArray(value)) return value.length > 0 && value.some(isSomething);
  if (typeof value === 'object' && value !== null) return isSomething(Object.values(value));
  return typeof value === 'string' && value !== '';
}

describe('at home', () => {
  let all: Answers;
  let points: readonly Explained[];

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-test-'));
    const file = join(folder, 'policies.yml');
    await writeFile(file, RICH_POLICIES);
    const { watched, home } = await richAccount();
    all = await answersOf(watched, home, file);
    points = await explainAll(watched, all, file);
    await rm(folder, { recursive: true });
  }, 120_000);

  test.each(ROWS)('$what', ({ shown }) => {
    const [[, first], ...others] = Object.entries(shown(all, points)) as [[string, unknown]];
    expect(isSomething(first)).toBe(true);
    expect(others.length).toBeGreaterThan(0);
    for (const [command, value] of others as [string, unknown][])
      expect([command, value]).toEqual([command, first]);
  });

  test('the account has some of everything', () => {
    expect(new Set(points.map(({ state }) => state))).toEqual(
      new Set(['good', 'failed', 'disabled', 'pending']),
    );
    expect(all.plan.refused.map(({ policy }) => policy)).toEqual(['spree']);
    expect(all.status.resting.map(({ policy }) => policy)).toEqual(['ghost', 'old']);
    expect(all.status.byDlm).toEqual([{ policy: 'hourly', sources: 1 }]);
    expect(all.cost.total.now.archiveBytes.middle).toBeGreaterThan(0);
    expect(all.handover.groups.map(({ kind }) => kind)).toContain('made-by-dlm');
    expect(simulationDays(all)).toBeGreaterThan(30);
  });
});

test('what prune then does is what all of them said, and what is left costs what cost foretold', async () => {
  const { watched, home } = await richAccount();
  const file = await fileWith(RICH_POLICIES);
  const all = await answersOf(watched, home, file);
  const command = ['prune', '--policies', file, '--yes', '--json'];
  const { out } = await run(command, { scenario: watched });
  const { outcomes, refused } = parseJson<RunAnswer>(out);
  const deleted = new Set(all.plan.actions.flatMap(({ id }) => id ?? []));
  expect(deleted.size).toBeGreaterThan(5);
  expect(new Set(outcomes.filter(({ status }) => status === 'done').map(({ id }) => id))).toEqual(deleted);
  expect(refused.map(({ policy }) => policy)).toEqual(all.plan.refused.map(({ policy }) => policy));
});

describe('in the second Region, where the copies are', () => {
  test('points, what goes, and money are the same everywhere', async () => {
    const { watched, east } = await richAccount();
    const all = await answersOf(watched, east, await fileWith(RICH_POLICIES), ['--region', EAST.region]);
    const count = all.list.points.length;
    expect(count).toBeGreaterThan(3);
    expect([
      all.status.points,
      all.plan.verdicts.length,
      all.cost.total.now.points,
      all.simulate.total.now.points,
      all.report.summary.points,
    ]).toEqual([count, count, count, count, count]);
    const going = all.plan.verdicts.filter(isPruned).length;
    expect(going).toBeGreaterThan(0);
    expect([
      all.list.points.filter(isPruned).length,
      all.report.summary.pruned,
      all.simulate.deletes.length,
      all.cost.total.now.points - all.cost.total.afterPrune.points,
    ]).toEqual([going, going, going, going]);
    const usd = near(all.cost.total.now.usdPerMonth?.middle ?? NaN);
    expect(
      [
        all.simulate.total.now.usdPerMonth?.middle ?? NaN,
        all.report.cost.total.drawn.now,
        all.handover.total.usdPerMonth?.middle ?? NaN,
      ].map(near),
    ).toEqual([usd, usd, usd]);
    expect(all.simulate.total.afterPrune).toEqual(all.cost.total.afterPrune);
    expect(all.steady.total.looks.at(-1)).toMatchObject(all.cost.total.steady ?? {});
  });
});
