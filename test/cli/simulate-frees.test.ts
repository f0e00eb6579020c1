import { expect, test } from 'vitest';
import type { CostJson, HoldingJson } from '../../src/lib/report/cost-json.ts';
import { GB } from '../../src/lib/plan/snapshot-prices.ts';
import { DAY, POLICIES, Scenario } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run } from './fake-shell.ts';

interface CostsAnswer {
  readonly now: HoldingJson;
  readonly afterPrune: HoldingJson;
  readonly frees: {
    readonly points: number;
    readonly snapshots: number;
    readonly bytes: number;
    readonly usdPerMonth?: number;
  };
  readonly looks: readonly (HoldingJson & { readonly day: number })[];
}

interface PreviewAnswer {
  readonly files: readonly {
    readonly policies: readonly {
      readonly policy: string;
      readonly points: number;
      readonly left: readonly { readonly day: number; readonly points: number }[];
      readonly cost: CostsAnswer;
    }[];
    readonly total: CostsAnswer;
  }[];
  readonly cost: { readonly basis: string; readonly assumptions: readonly string[] };
}

const KEEPS_MANY = POLICIES.replace('daily: 3 }', 'daily: 40 }');
const KEEPS_THREE = KEEPS_MANY.replace('daily: 40', 'daily: 3');

/** A web server with a volume of 10 GiB, 4 of them written, and six nights of AMIs; another that is to have its first. */
async function account(): Promise<Scenario> {
  const scenario = new Scenario({ policies: KEEPS_MANY, settings: { pageSize: 1000 } });
  const volumes = [{ device: '/dev/xvda', sizeGiB: 10, type: 'gp3' as const }];
  const { volumeIds } = scenario.region.runInstance({ tags: { Backup: 'nightly' }, volumes });
  const blocks = Array.from({ length: 8192 }, (_, index) => index);
  scenario.region.writeBlocks(volumeIds[0] ?? '', blocks);
  await scenario.backupEvery(DAY, 6, 'nightly');
  scenario.clock.advance(DAY / 2);
  scenario.region.calls.length = 0;
  return scenario;
}

async function preview(scenario: Scenario, edited: string, ...args: readonly string[]): Promise<string> {
  const [current, other] = [await fileWith(KEEPS_MANY), await fileWith(edited, 'edited.yml')];
  const command = ['simulate', '--from-account', '--policies', current, '--compare', other, ...args];
  const { code, out, notes } = await run(command, { scenario });
  expect([code, notes, mutatingCalls(scenario)]).toEqual([0, '', []]);
  return out;
}

async function answer(
  scenario: Scenario,
  edited: string,
  ...args: readonly string[]
): Promise<PreviewAnswer> {
  return parseJson<PreviewAnswer>(await preview(scenario, edited, '--json', ...args));
}

async function cost(scenario: Scenario, policies: string, ...args: readonly string[]): Promise<CostJson> {
  const { out } = await run(['cost', '--policies', await fileWith(policies), '--json', ...args], {
    scenario,
  });
  return parseJson<CostJson>(out);
}

test('what an edit frees: points, GiB and money, and not the blocks that a kept one holds as well', async () => {
  const { files, cost: words } = await answer(await account(), KEEPS_THREE, '--days', '30');
  expect(words.basis).toBe('estimate');
  expect(words.assumptions.join(' ')).toContain('2 % of its blocks a day');
  const [current, edited] = files.map(({ policies }) => policies[0]?.cost);
  expect(current?.frees).toEqual({ points: 0, snapshots: 0, bytes: 0, usdPerMonth: 0 });
  // 4 GiB and five times 2 % of it become 4 GiB and twice 2 % of it: the first of those that stay is full then.
  expect((edited?.now.standardBytes.middle ?? 0) / GB).toBeCloseTo(4 + 5 * 0.08, 6);
  expect((edited?.afterPrune.standardBytes.middle ?? 0) / GB).toBeCloseTo(4 + 2 * 0.08, 6);
  expect(edited?.frees).toMatchObject({ points: 3, snapshots: 3 });
  expect((edited?.frees.bytes ?? 0) / GB).toBeCloseTo(3 * 0.08, 6);
  expect(edited?.frees.usdPerMonth).toBeCloseTo(3 * 0.08 * 0.05, 6);
});

test('costs go on with what is left and what will be made, and the total is that of the policies', async () => {
  const { files } = await answer(await account(), KEEPS_THREE, '--days', '90');
  const [current, edited] = files.map(({ policies }) => policies[0]);
  const stored = (holding: HoldingJson): object => [
    holding.points,
    Math.round((holding.standardBytes.middle / GB) * 100) / 100,
  ];
  expect(current?.cost.looks.map((look) => [look.day, ...(stored(look) as [])])).toEqual([
    // The last night had none, so the next one holds what changed in two days.
    [1, 7, 4.56],
    [7, 13, 5.04],
    [30, 36, 6.88],
    // Forty and no more: the first of them is full.
    [90, 40, 7.12],
  ]);
  expect(edited?.cost.looks.map((look) => [look.day, ...(stored(look) as [])])).toEqual([
    [1, 3, 4.24],
    [7, 3, 4.16],
    [30, 3, 4.16],
    [90, 3, 4.16],
  ]);
  for (const { total, policies } of files) expect(total).toEqual(policies[0]?.cost);
});

test.each([
  ['the file in use', KEEPS_MANY, 0],
  ['the edited file', KEEPS_THREE, 1],
])('now and after the prune are what cost says with %s', async (_, policies, at) => {
  const scenario = await account();
  const { files } = await answer(scenario, KEEPS_THREE, '--days', '7');
  const { total } = await cost(scenario, policies);
  expect(files[at]?.total.now).toEqual(total.now);
  expect(files[at]?.total.afterPrune).toEqual(total.afterPrune);
});

test('what it says it frees is gone from the bill after the prune', async () => {
  const scenario = await account();
  const { files } = await answer(scenario, KEEPS_THREE, '--days', '7');
  const edited = await fileWith(KEEPS_THREE);
  expect((await run(['prune', '--policies', edited, '--yes'], { scenario })).code).toBe(0);
  expect((await cost(scenario, KEEPS_THREE)).total.now).toEqual(files[1]?.total.afterPrune);
});

test('a source that asks for a policy and has no point yet will have some, as large as its volumes', async () => {
  const scenario = await account();
  scenario.region.runInstance({
    tags: { Backup: 'nightly' },
    volumes: [{ device: '/dev/xvda', sizeGiB: 50, type: 'gp3' }],
  });
  const { files } = await answer(scenario, KEEPS_THREE, '--days', '30');
  const edited = files[1]?.policies[0];
  expect(edited?.points).toBe(6);
  expect(edited?.left.map(({ points }) => points)).toEqual([2, 0, 0]);
  expect(edited?.cost.looks.map(({ points }) => points)).toEqual([4, 6, 6]);
  const { middle } = edited?.cost.looks.at(-1)?.standardBytes ?? { middle: 0 };
  expect(middle / GB).toBeCloseTo(4.16 + 50 + 2, 6);
});

test('a source that is gone, or asks no more, gets no more', async () => {
  const scenario = await account();
  const [instance] = scenario.region.instances();
  scenario.region.terminateInstance(instance?.id ?? '');
  const { files } = await answer(scenario, KEEPS_THREE, '--days', '365');
  for (const { policies } of files)
    for (const look of policies[0]?.cost.looks ?? [])
      expect(look.points).toBe(policies[0]?.left.find(({ day }) => day === look.day)?.points);
});

test('--policy shows that one alone, of what is shared the same part as cost --policy', async () => {
  const scenario = await account();
  const { files } = await answer(scenario, KEEPS_THREE, '--days', '7', '--policy', 'nightly');
  expect(files.map(({ policies }) => policies.map(({ policy }) => policy))).toEqual([
    ['nightly'],
    ['nightly'],
  ]);
  expect(files[1]?.total.now).toEqual((await cost(scenario, KEEPS_THREE, '--policy', 'nightly')).total.now);
});

test('as text the costs stand side by side, with what the prune frees', async () => {
  const out = await preview(await account(), KEEPS_THREE, '--days', '30');
  const lines = out.split('\n').map((line) => line.replace(/ {2,}/g, '  '));
  expect(lines).toContain('  ≠  which frees  nothing  3 points, 0.2 GiB, USD 0.0120 a month');
  expect(lines).toContain('total');
  expect(lines).toContain(
    '  ≠  monthly cost, day 30  36 points, 6.9 GiB, USD 0.34 (0.20 to 7.20)  3 points, 4.2 GiB, USD 0.21 (0.20 to 0.60)',
  );
  expect(lines.some((line) => line.startsWith('Estimate, not a bill'))).toBe(true);
});
