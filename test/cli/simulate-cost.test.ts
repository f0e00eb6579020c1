import { describe, expect, test } from 'vitest';
import type { HoldingJson } from '../../src/lib/report/cost-json.ts';
import { GB } from '../../src/lib/plan/snapshot-prices.ts';
import { parseJson } from './answers.ts';
import { fileWith, run, type Ended } from './fake-shell.ts';

interface CostAnswer {
  readonly cost: {
    readonly basis: string;
    readonly sourceGib: number;
    readonly region: string;
    readonly assumptions: readonly string[];
    readonly prices: readonly string[];
  };
  readonly files: readonly {
    readonly policies: readonly {
      readonly name: string;
      readonly looks: readonly {
        readonly day: number;
        readonly points: readonly object[];
        readonly cost: HoldingJson;
      }[];
    }[];
    readonly total: readonly (HoldingJson & { readonly day: number })[];
  }[];
  readonly differing?: readonly string[];
}

function file(words: string, policies = ''): string {
  return `
version: 1
deployment: test
policies:
  nightly: { backup: snapshots, schedule: cron(0 3 * * ? *), ${words} }
${policies}
prune: { schedule: cron(0 12 * * ? *), maxShare: 30% }
`;
}

const LAST_THREE = file('keep: { last: 3 }');

/** From New Year of 2026; nothing of it may look at an account. */
async function simulate(text: string, ...args: readonly string[]): Promise<Ended> {
  const path = await fileWith(text);
  return run(['simulate', '--policies', path, '--from', '2026-01-01T00:00:00Z', ...args]);
}

async function answer(text: string, ...args: readonly string[]): Promise<CostAnswer> {
  const { code, out, notes } = await simulate(text, '--json', ...args);
  expect([code, notes]).toEqual([0, '']);
  return parseJson<CostAnswer>(out);
}

/** GiB and USD of each look, as near as cents of them. */
function amounts(holding: HoldingJson | undefined): object {
  if (!holding) return [];
  const { standardBytes, archiveBytes, usdPerMonth } = holding;
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return [
    rounded(standardBytes.middle / GB),
    rounded(archiveBytes.middle / GB),
    usdPerMonth && [usdPerMonth.low, usdPerMonth.middle, usdPerMonth.high].map(rounded),
  ];
}

function sumOf(parts: readonly HoldingJson[], of: (holding: HoldingJson) => number): number {
  return parts.reduce((sum, part) => sum + of(part), 0);
}

function usdOf({ usdPerMonth }: HoldingJson): number {
  return usdPerMonth?.middle ?? NaN;
}

test('the oldest is full and each later one holds 2 % for each day since the one before', async () => {
  const { files, cost } = await answer(LAST_THREE, '--days', '30');
  expect(cost).toMatchObject({ basis: 'estimate', sourceGib: 100, region: 'us-east-1' });
  expect(
    files[0]?.policies[0]?.looks.map((look) => [look.day, look.points.length, amounts(look.cost)]),
  ).toEqual([
    [1, 1, [100, 0, [5, 5, 5]]],
    // 100 + 2 + 2 GiB at USD 0.05; at the least nothing changed, at the most everything.
    [7, 3, [104, 0, [5, 5.2, 15]]],
    [30, 3, [104, 0, [5, 5.2, 15]]],
  ]);
});

test('--source-gib and --region change the amounts in proportion and are told', async () => {
  const { files, cost } = await answer(
    LAST_THREE,
    '--days',
    '7',
    '--source-gib',
    '500',
    '--region',
    'eu-central-1',
  );
  expect(amounts(files[0]?.policies[0]?.looks.at(-1)?.cost)).toEqual([520, 0, [27, 28.08, 81]]);
  expect(cost).toMatchObject({ sourceGib: 500, region: 'eu-central-1' });
  expect(cost.assumptions.join(' ')).toContain('one volume with 500 GiB written');
  expect(cost.prices.join(' ')).toContain('Prices of eu-central-1: USD 0.054');
});

test('points and counts are those of the looks, and the total is the sum', async () => {
  const two = file(
    'keep: { last: 3 }, copies: [{ region: eu-west-2, keep: { last: 2 } }]',
    '  weekly: { backup: image, schedule: cron(0 3 ? * SUN *), keep: { last: 4 } }',
  );
  const { files, cost } = await answer(two, '--days', '365');
  const [first] = files;
  expect(first?.policies.map(({ name }) => name)).toEqual(['nightly', 'nightly to eu-west-2', 'weekly']);
  for (const { looks } of first?.policies ?? [])
    for (const look of looks) expect(look.cost.points).toBe(look.points.length);
  for (const total of first?.total ?? []) {
    const parts = (first?.policies ?? [])
      .flatMap(({ looks }) => looks.filter(({ day }) => day === total.day))
      .map((look) => look.cost);
    expect(total.points).toBe(sumOf(parts, ({ points }) => points));
    expect(total.usdPerMonth?.middle).toBeCloseTo(sumOf(parts, usdOf), 10);
  }
  // A copy costs what its own Region asks for.
  const copy = first?.policies[1]?.looks.at(-1)?.cost;
  expect(amounts(copy)).toEqual([102, 0, [5.3, 5.41, 10.6]]);
  expect(cost.prices.map((note) => note.slice(0, 20))).toEqual([
    'Prices of us-east-1:',
    'Prices of eu-west-2:',
  ]);
});

describe('archiveAfter', () => {
  const monthly = file('keep: { last: 12 }, archiveAfter: 30d').replace('0 3 * * ? *', '0 3 1 * ? *');

  test('what is old enough is full and at the price of the archive', async () => {
    const { files } = await answer(monthly, '--days', '365');
    expect(files[0]?.policies[0]?.looks.at(-1)?.cost).toMatchObject({ points: 12, snapshots: 12 });
    const archived = files[0]?.policies[0]?.looks.map(({ day, cost }) => [
      day,
      cost.archiveBytes.middle / GB,
    ]);
    // 30 days after each first of a month at 03:00: by 31 January 00:00 none, by 1 April three, by New Year twelve.
    expect(archived).toEqual([
      [1, 0],
      [7, 0],
      [30, 0],
      [90, 300],
      [365, 1200],
    ]);
  });

  test('nothing is archived that goes before the least time of the archive, however near the end of the days', async () => {
    // The last sixty go within 60 days of the archive's time, but the newest of each month stays for half a year.
    const short = file('keep: { last: 60, monthly: 6 }, archiveAfter: 30d');
    for (const [days, months] of [
      // Up to 1 April the first one, which stands for older months, and those of January and February; up to New Year
      // those of July to November; up to 1 July those of January to May.
      ['90', 3],
      ['365', 5],
      ['546', 5],
    ] as const) {
      const { files } = await answer(short, '--days', days);
      const last = files[0]?.policies[0]?.looks.at(-1)?.cost;
      expect([days, (last?.archiveBytes.middle ?? 0) / GB]).toEqual([days, months * 100]);
    }
  });

  test('no more of a volume than EC2 takes', async () => {
    const { files } = await answer(file('keep: { last: 300 }, archiveAfter: 10d'), '--days', '365');
    expect(files[0]?.policies[0]?.looks.at(-1)?.cost.archiveBytes.middle).toBe(25 * 100 * GB);
  });

  test('AMIs and copies are never archived', async () => {
    const copied = file('keep: { last: 200 }, archiveAfter: 30d, copies: [{ region: eu-west-2 }]');
    const { files } = await answer(copied, '--days', '365');
    const [own, copy] = files[0]?.policies ?? [];
    expect(own?.looks.at(-1)?.cost.archiveBytes.middle).toBeGreaterThan(0);
    expect(copy?.looks.at(-1)?.cost.archiveBytes.high).toBe(0);
  });

  test('an edit of it alone is a difference', async () => {
    const other = await fileWith(monthly.replace('archiveAfter: 30d', 'archiveAfter: 60d'), 'other.yml');
    const { differing } = await answer(monthly, '--days', '90', '--compare', other);
    expect(differing).toEqual(['nightly']);
  });
});

test('--compare shows the costs of two files side by side, those of each policy and the totals', async () => {
  const other = await fileWith(file('keep: { last: 6 }'), 'other.yml');
  const { out } = await simulate(LAST_THREE, '--days', '30', '--compare', other);
  const lines = out.split('\n').map((line) => line.replace(/ {2,}/g, '  '));
  const costs = lines.filter((line) => line.includes('monthly cost, day 30'));
  // The policy, and the total of its file.
  const row =
    '  ≠  monthly cost, day 30  104.0 GiB, USD 5.20 (5.00 to 15.00)  110.0 GiB, USD 5.50 (5.00 to 30.00)';
  expect(costs).toEqual([row, row]);
  expect(lines.filter((line) => line.startsWith('Estimate, not a bill'))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('Prices of'))).toHaveLength(1);
});

test('the Region is that of the file where it names one', async () => {
  const targets = `targets: [{ account: "111122223333", region: eu-central-1, rolePrefix: backup }]`;
  const { cost } = await answer(`${LAST_THREE}${targets}\n`, '--days', '1');
  expect(cost.region).toBe('eu-central-1');
});

test('without a price for a Region sizes are told, and no sum of half the amounts', async () => {
  const copied = file('keep: { last: 3 }, copies: [{ region: ap-southeast-5 }]');
  const { files } = await answer(copied, '--days', '7');
  expect(files[0]?.policies.map(({ looks }) => looks.at(-1)?.cost.usdPerMonth === undefined)).toEqual([
    false,
    true,
  ]);
  expect(files[0]?.total.at(-1)?.usdPerMonth).toBeUndefined();
  expect((await simulate(copied, '--days', '7')).out).toContain('No price of ap-southeast-5');
});

describe('[H34] bad input ends with 2', () => {
  test.each([
    [['--source-gib', '0'], '--source-gib is "0", expected a whole number from 1 to 1000000'],
    [['--source-gib', '1e3'], '--source-gib is "1e3"'],
    [['--region', 'mars-1'], '--region'],
    [['--from-account', '--source-gib', '10'], 'expected no --source-gib with it'],
  ])('%j', async (args, says) => {
    const path = await fileWith(LAST_THREE);
    const { code, out, notes } = await run(['simulate', '--policies', path, ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(says);
  });
});
