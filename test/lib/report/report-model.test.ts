/** What a report says of a simulated account. */

import { describe, expect, test } from 'vitest';
import { LIMITS, reportModel } from '../../../src/lib/report/report-model.ts';
import type { ReportModel } from '../../../src/lib/report/report-shapes.ts';
import { planEverything } from '../../../src/lib/run/plan.ts';
import { readReportFacts } from '../../../src/lib/run/report.ts';
import { DAY, HOUR, Scenario, START, type ScenarioOptions } from '../../support/scenario.ts';
import { HOME, OTHER, policiesCopied, Replicating, replicateAll } from '../../support/replicating.ts';
import { only } from '../../scenarios/story.ts';

const NIGHTLY = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 5, weekly: 3 } }
  sets: { backup: snapshots, schedule: every 6 hours, keep: { last: 3 } }
`;

async function model(scenario: Scenario, policy?: string, limits = LIMITS): Promise<ReportModel> {
  return reportModel(await readReportFacts(scenario.context), policy, limits);
}

/** An instance that `nightly` has backed up for so many days; it is 12:00 of the last one. */
async function backedUp(days: number, options: ScenarioOptions = {}) {
  const scenario = new Scenario({ policies: NIGHTLY, ...options });
  const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly', Name: 'web' } });
  await scenario.backupEvery(DAY, days - 1, 'nightly');
  await scenario.backup('nightly');
  scenario.clock.advance(9 * HOUR);
  return { scenario, id };
}

describe('coverage', () => {
  test('each day leads to its point, and every point it leads to is listed', async () => {
    const { scenario, id } = await backedUp(10);
    const row = only((await model(scenario)).rows);
    expect(row).toMatchObject({ policy: 'nightly', source: id, name: 'web', standing: 'fresh', total: 10 });
    expect(row.cells.map(({ kind }) => kind)).toEqual([
      ...new Array<string>(20).fill('none'),
      ...new Array<string>(10).fill('good'),
    ]);
    const images = scenario.region.images().map((image) => image.id);
    expect(row.cells.flatMap(({ point }) => point ?? []).sort()).toEqual(images.sort());
    expect(row.points.map((point) => point.id).sort()).toEqual(images.sort());
  });

  test('a day whose backup was pruned by the rules is not called missing, one that was never made is', async () => {
    const { scenario } = await backedUp(10);
    await scenario.prune();
    const [lost] = scenario.region.images().slice(-3);
    scenario.region.deregisterByHand(lost?.id ?? '');
    for (const id of lost?.snapshotIds ?? []) scenario.region.deleteSnapshotByHand(id);
    const row = only((await model(scenario)).rows);
    // START is a Sunday, when weeks end: rules keep it, the next Sunday and the last five days.
    const [good, unkept, missed] = ['good', 'unkept', 'missed'] as const;
    expect(row.cells.slice(-10).map(({ kind }) => kind)).toEqual([
      ...[good, unkept, unkept, unkept, unkept, good, good],
      ...[missed, good, good],
    ]);
    expect(row.cells.every(({ kind, why }) => kind === 'good' || why !== undefined)).toBe(true);
  });

  test('today is not missing before its time is over', async () => {
    const { scenario } = await backedUp(3);
    scenario.clock.set(START + 3 * DAY - 2 * HOUR);
    expect(only((await model(scenario)).rows).cells.at(-1)?.kind).toBe('open');
    scenario.clock.set(START + 3 * DAY + HOUR);
    expect(only((await model(scenario)).rows).cells.at(-1)?.kind).toBe('open');
    scenario.clock.set(START + 4 * DAY + HOUR);
    const row = only((await model(scenario)).rows);
    expect([row.standing, row.cells.at(-2)?.kind]).toEqual(['stale', 'missed']);
  });

  test('a failed backup is shown as failed, with its cause, and a good one of the same day outdoes it', async () => {
    const { scenario, id } = await backedUp(2);
    const last = scenario.region.images().at(-1);
    scenario.region.failImage(last?.id ?? '');
    const row = only((await model(scenario)).rows);
    expect(row.cells.at(-1)).toMatchObject({ kind: 'failed', point: last?.id });
    expect(row.cells.at(-1)?.why).toMatch(/^failed/);
    await scenario.backup('nightly', { trigger: 'manual', sources: [id], slot: scenario.clock.now() });
    scenario.clock.advance(HOUR);
    expect(only((await model(scenario)).rows).cells.at(-1)?.kind).toBe('good');
  });
});

describe('rows', () => {
  test('the worst stand first: never, stale, then those that are as promised, then those that are gone', async () => {
    const { scenario, id: stale } = await backedUp(3);
    const gone = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    const fresh = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    await scenario.backup('nightly', { trigger: 'manual', sources: [gone] });
    scenario.clock.set(START + 5 * DAY);
    await scenario.backup('nightly', { sources: [fresh], trigger: 'manual' });
    scenario.clock.advance(HOUR);
    scenario.region.terminateInstance(gone);
    const never = scenario.region.runInstance({ tags: { Backup: 'sets' } }).id;
    scenario.clock.advance(6 * HOUR);
    const { rows, summary } = await model(scenario);
    expect(rows.map(({ source, standing }) => [source, standing])).toEqual([
      [never, 'never'],
      [stale, 'stale'],
      [fresh, 'fresh'],
      [gone, 'gone'],
    ]);
    expect(summary).toMatchObject({ sources: 3, backedUp: 1 });
  });

  test('no more than so many are shown, and what is left out is counted by how it stands', async () => {
    const { scenario } = await backedUp(2);
    for (let n = 0; n < 4; n += 1) scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    scenario.clock.set(START + 2 * DAY + 9 * HOUR);
    const { rows, leftOut } = await model(scenario, undefined, { ...LIMITS, rows: 2 });
    expect(rows.map(({ standing }) => standing)).toEqual(['never', 'never']);
    expect(leftOut).toEqual([
      { standing: 'never', count: 2 },
      { standing: 'fresh', count: 1 },
    ]);
  });

  test('of many points the oldest and those of the last days are never left out', async () => {
    const { scenario } = await backedUp(40);
    const row = only((await model(scenario, undefined, { ...LIMITS, points: 1 })).rows);
    expect([row.total, row.points.length]).toEqual([40, 31]);
    expect(row.points.at(-1)?.slot).toBe(START);
    const listed = new Set(row.points.map(({ id }) => id));
    expect(row.cells.flatMap(({ point }) => point ?? []).every((point) => listed.has(point))).toBe(true);
  });
});

test('has the verdicts and reasons of plan, and its figures', async () => {
  const { scenario } = await backedUp(10);
  const report = await model(scenario);
  const { prune } = await planEverything(scenario.context);
  const shown = only(report.rows).points.map(({ id, decision, reasons }) => [id, decision, ...reasons]);
  const planned = prune.verdicts.map(({ point, verdict }) => [
    point.id,
    verdict.decision,
    ...verdict.reasons,
  ]);
  expect(shown.toReversed()).toEqual(planned);
  expect(report.summary).toMatchObject({ points: 10, pruned: 4 });
  expect(report.policies.find(({ policy }) => policy === 'nightly')).toMatchObject({
    ...{ runs: 'lambda', sources: 1, fresh: 1, stale: 0, never: 0, points: 10, pruned: 4 },
    oldestAge: (9 * HOUR) / 1000,
  });
});

test('problems are those of the digest, and one policy has its own alone', async () => {
  const { scenario } = await backedUp(2);
  const wrong = scenario.region.runInstance({ tags: { Backup: '<script>alert(1)</script>' } }).id;
  const never = scenario.region.runInstance({ tags: { Backup: 'sets' } }).id;
  scenario.clock.advance(DAY);
  const { problems } = await model(scenario);
  expect(problems.map(({ kind, count, isUrgent }) => [kind, count, isUrgent])).toEqual([
    ['never', 1, true],
    ['bad-tags', 1, true],
  ]);
  expect(problems.flatMap(({ items }) => items.map(({ id }) => id))).toEqual([never, wrong]);
  const nightly = await model(scenario, 'nightly');
  expect(nightly.problems.map(({ kind }) => kind)).toEqual(['bad-tags']);
  expect(nightly.rows.map(({ policy }) => policy)).toEqual(['nightly']);
  expect(nightly.policies.map(({ policy }) => policy)).toEqual(['nightly']);
});

test('a text of any length is cut', async () => {
  const { scenario } = await backedUp(1);
  const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly', Name: '🦖'.repeat(256) } });
  const { rows } = await model(scenario);
  expect(rows.find(({ source }) => source === id)?.name).toBe(`${'🦖'.repeat(79)}…`);
});

test('copies are rows of their own where they are, and say where they come from; nothing is missed there', async () => {
  const policies = policiesCopied(`[{ region: ${OTHER} }]`);
  const place = new Replicating({ policies });
  await place.backUp();
  await replicateAll(place, policies);
  place.scenario.clock.advance(3 * DAY);
  const home = { account: HOME, region: 'ap-northeast-2' };
  const elsewhere = {
    home: () => Promise.resolve(home),
    enter: () => Promise.reject(new Error('a report looks at one place')),
  };
  const facts = await readReportFacts({ ...place.contextIn(OTHER), elsewhere });
  const { rows, problems, summary } = reportModel(facts, undefined);
  expect(rows.map(({ policy, source, standing }) => [policy, source, standing])).toEqual([
    ['nightly', place.database, 'copies'],
    ['sets', place.database, 'copies'],
    ['disks', place.disk, 'copies'],
  ]);
  for (const { origin, cells } of rows) {
    expect(origin).toEqual(home);
    expect(cells.filter(({ kind }) => kind !== 'none').map(({ kind }) => kind)).toEqual(['good']);
  }
  expect([problems, summary.sources]).toEqual([[], 0]);
});
