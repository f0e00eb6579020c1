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
import { COSTS } from '../support/equal-costs.ts';
import { POINTS } from '../support/equal-points.ts';
import { SOURCES } from '../support/equal-sources.ts';
import { isPruned, near } from '../support/equal-table.ts';

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

  test.each([...POINTS, ...COSTS, ...SOURCES])('$what', ({ shown }) => {
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
