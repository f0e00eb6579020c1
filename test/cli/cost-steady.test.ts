import { expect, test } from 'vitest';
import type { CostJson, HoldingJson } from '../../src/lib/report/cost-json.ts';
import { GB } from '../../src/lib/plan/snapshot-prices.ts';
import { DAY, POLICIES, Scenario } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { fileWith, run } from './fake-shell.ts';

const FORTY = POLICIES.replace('daily: 3 }', 'daily: 40 }');

/** A web server with 4 GiB written of 10, and so many nights of AMIs. */
async function account(policies: string, nights: number): Promise<Scenario> {
  const scenario = new Scenario({ policies, settings: { pageSize: 1000 } });
  const { volumeIds } = scenario.region.runInstance({
    tags: { Backup: 'nightly' },
    volumes: [{ device: '/dev/xvda', sizeGiB: 10, type: 'gp3' }],
  });
  scenario.region.writeBlocks(
    volumeIds[0] ?? '',
    Array.from({ length: 8192 }, (_, index) => index),
  );
  await scenario.backupEvery(DAY, nights, 'nightly');
  scenario.clock.advance(DAY / 2);
  return scenario;
}

async function json(scenario: Scenario, policies: string, ...args: readonly string[]): Promise<CostJson> {
  const command = ['cost', '--policies', await fileWith(policies), '--json', ...args];
  return parseJson<CostJson>((await run(command, { scenario })).out);
}

function gib(holding: HoldingJson | undefined): number {
  return (holding?.standardBytes.middle ?? NaN) / GB;
}

test('once retention is full there is what the policies lead to, and not what the pending prune leaves', async () => {
  const { rows, total, steady } = await json(await account(FORTY, 6), FORTY);
  expect(rows).toHaveLength(1);
  expect([total.now.points, total.afterPrune.points, total.steady?.points]).toEqual([6, 6, 40]);
  // The oldest of the forty is full, each later one holds 2 % of 4 GiB.
  expect(gib(total.steady)).toBeCloseTo(4 + 39 * 0.08, 6);
  expect(total.steady?.usdPerMonth?.middle).toBeCloseTo(gib(total.steady) * 0.05, 6);
  expect(steady?.growing).toEqual([]);
  expect(steady?.assumptions.join(' ')).toContain('2 % of its blocks a day');
});

test('it is less where the file keeps less than there is', async () => {
  const { total } = await json(await account(FORTY, 8), POLICIES);
  expect([total.now.points, total.afterPrune.points, total.steady?.points]).toEqual([8, 3, 3]);
});

test('what a simulation from the account says of that day is the same', async () => {
  const edited = FORTY.replace('daily: 40 }', 'daily: 10, weekly: 6, monthly: 3 }');
  const scenario = await account(edited, 12);
  scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
  const { total, steady, rows } = await json(scenario, edited);
  const days = String(steady?.days);
  const command = [
    'simulate',
    '--from-account',
    '--days',
    days,
    '--json',
    '--policies',
    await fileWith(edited),
  ];
  const { files } = parseJson<{
    files: readonly { total: { looks: readonly HoldingJson[] } }[];
  }>((await run(command, { scenario })).out);
  const { day, ...last } = (files[0]?.total.looks.at(-1) ?? {}) as HoldingJson & { day: number };
  expect(day).toBe(steady?.days);
  expect(last).toEqual(total.steady);
  // A volume that waits for its first backup has a row.
  expect(rows.map(({ policy, now }) => [policy, now.points])).toEqual([
    ['disks', 0],
    ['nightly', 12],
  ]);
});

test('what is held stays, and a source that is gone gets no more', async () => {
  const scenario = await account(FORTY, 6);
  const images = scenario.region.images();
  scenario.region.tag(images[0]?.id ?? '', 'Backup:Hold', 'case 7');
  const held = await json(scenario, POLICIES);
  expect(held.total.steady?.points).toBe(4);
  scenario.region.terminateInstance(scenario.region.instances()[0]?.id ?? '');
  const gone = await json(scenario, POLICIES);
  expect(gone.total.steady?.points).toBe(gone.total.afterPrune.points);
});

test('a policy that keeps for ever is named: it goes on growing', async () => {
  const forEver = POLICIES.replace('daily: 3 }', 'daily: 3, yearly: all }');
  const scenario = await account(forEver, 2);
  const { steady, total } = await json(scenario, forEver);
  expect(steady).toMatchObject({ days: 3650, growing: ['nightly'] });
  expect(total.steady?.points).toBeGreaterThanOrEqual(12);
  const { out } = await run(['cost', '--policies', await fileWith(forEver)], { scenario });
  expect(out).toContain('they keep for longer or for ever: nightly. They go on growing.');
});

test('as text it is a column of its own, marked as an estimate even with --exact', async () => {
  const scenario = await account(FORTY, 6);
  const args = ['cost', '--policies', await fileWith(FORTY)];
  for (const more of [[], ['--exact', '--yes']]) {
    const { out } = await run([...args, ...more], { scenario });
    expect(out).toContain('once retention is full (estimate)');
    expect(out).toMatch(/total .*7\.1 GiB, USD 0\.36 \(0\.20 to 8\.00\), 40 points/);
    expect(out).toContain('Estimate, not a bill');
    expect(out).toMatch(/Retention is full in \d+ days/);
  }
});

test('--policy has what is its own alone', async () => {
  const scenario = await account(FORTY, 6);
  scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
  const all = await json(scenario, FORTY);
  const own = await json(scenario, FORTY, '--policy', 'nightly');
  expect(own.total.steady).toEqual(all.rows.find(({ policy }) => policy === 'nightly')?.steady);
});
