import { describe, expect, test } from 'vitest';
import { fileWith, run, type Ended } from './fake-shell.ts';
import { parseJson } from './answers.ts';

interface SpanAnswer {
  readonly hours: number;
  readonly from: string;
  readonly to: string;
}

interface PolicyAnswer {
  readonly name: string;
  readonly copy?: { readonly account: string | null; readonly region: string };
  readonly made: number;
  readonly missed: number;
  readonly keptAtEnd: number;
  readonly worstGap: SpanAnswer | null;
  readonly longestWait: SpanAnswer | null;
  readonly refused?: { readonly sources: number };
  readonly counts: readonly number[];
  readonly looks: readonly {
    readonly day: number;
    readonly points: readonly { readonly slot: string }[];
  }[];
  readonly points: readonly { readonly slot: string; readonly prunedAt: string | null }[];
}

interface SimulateAnswer {
  readonly version: number;
  readonly from: string;
  readonly days: number;
  readonly files: readonly {
    readonly file: string;
    readonly policies: readonly PolicyAnswer[];
    readonly notSimulated: readonly string[];
  }[];
  readonly differing?: readonly string[];
}

const BEFORE = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 7, monthly: 3 } }
  sets: { backup: snapshots, schedule: every 12 hours from 01:30, keep: { last: 4 } }
  dlm: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;
const AFTER = BEFORE.replace('daily: 7', 'daily: 3').replace(
  'dlm:',
  'weekly: { backup: image, schedule: cron(0 3 ? * SUN *), keep: { last: 2 } }\n  dlm:',
);

/** From New Year of 2026; nothing of it may look at an account. */
async function simulate(file: string, ...args: readonly string[]): Promise<Ended> {
  const path = await fileWith(file);
  return run(['simulate', '--policies', path, '--from', '2026-01-01T00:00:00Z', ...args]);
}

async function answer(file: string, ...args: readonly string[]): Promise<SimulateAnswer> {
  const { code, out, notes } = await simulate(file, '--json', ...args);
  expect([code, notes]).toEqual([0, '']);
  return parseJson<SimulateAnswer>(out);
}

test('as text it is a table for each policy, and what DLM runs is named', async () => {
  const { code, out } = await simulate(BEFORE, '--days', '30');
  expect([code, out.split('\n')]).toEqual([
    0,
    [
      'One source of each policy, with nothing at 2026-01-01T00:00Z, over 30 days; none of its runs missed. Times are UTC.',
      '',
      'nightly',
      '  schedule              cron(0 3 * * ? *) UTC',
      '  keep                  daily=7 monthly=3',
      '  runs                  30 made, 0 missed',
      '  at the end            8 points',
      '  most at once          9, first at 2026-01-09T03:00Z',
      '  worst gap             23 d, from 2026-01-01T03:00Z to 2026-01-24T03:00Z, first at 2026-01-30T06:00Z',
      '  longest wait          24 h, from 2026-01-01T03:00Z to 2026-01-02T03:00Z',
      '  day 1                 1 point, the oldest 21 h old: daily 1, monthly 1',
      '  day 7                 7 points, the oldest 6 d old, widest gap 24 h: daily 7, monthly 1, oldest monthly 1',
      '  day 30                8 points, the oldest 29 d old, widest gap 23 d: daily 7, monthly 1, oldest monthly 1',
      '  monthly cost, day 1   100.0 GiB, USD 5.00',
      '  monthly cost, day 7   112.0 GiB, USD 5.60 (5.00 to 35.00)',
      '  monthly cost, day 30  149.2 GiB, USD 7.46 (5.00 to 40.00)',
      '',
      'sets',
      '  schedule              every 12 hours from 01:30 UTC',
      '  keep                  last=4',
      '  runs                  60 made, 0 missed',
      '  at the end            4 points',
      '  most at once          5, first at 2026-01-03T01:30Z',
      '  worst gap             12 h, from 2026-01-01T01:30Z to 2026-01-01T13:30Z, first at 2026-01-01T13:30Z',
      '  longest wait          12 h, from 2026-01-01T01:30Z to 2026-01-01T13:30Z',
      '  day 1                 2 points, the oldest 22 h old, widest gap 12 h: last 2',
      '  day 7                 4 points, the oldest 46 h old, widest gap 12 h: last 4',
      '  day 30                4 points, the oldest 46 h old, widest gap 12 h: last 4',
      '  monthly cost, day 1   101.0 GiB, USD 5.05 (5.00 to 10.00)',
      '  monthly cost, day 7   103.0 GiB, USD 5.15 (5.00 to 20.00)',
      '  monthly cost, day 30  103.0 GiB, USD 5.15 (5.00 to 20.00)',
      '',
      'total',
      '  monthly cost, day 1   201.0 GiB, USD 10.05 (10.00 to 15.00)',
      '  monthly cost, day 7   215.0 GiB, USD 10.75 (10.00 to 55.00)',
      '  monthly cost, day 30  252.2 GiB, USD 12.61 (10.00 to 60.00)',
      '',
      'Not simulated, because Amazon DLM runs them: dlm',
      'A source is taken to have one volume with 100 GiB written (--source-gib), which no other policy backs up, in us-east-1 (--region).',
      "Estimate, not a bill: each volume's oldest snapshot is full, each later one holds what was rewritten since, which is taken to be 2 % of its blocks a day.",
      'At the least a later snapshot adds what it is larger by than the one before; at the most it is full itself.',
      'Prices of us-east-1: USD 0.05 for a GB-month, USD 0.0125 in the archive, without discounts and taxes; table of 2026-11-28, which rests on the EBS user guide.',
      '',
    ],
  ]);
});

test('--json tells every point and the counts of each day', async () => {
  const { version, from, days, files, differing } = await answer(BEFORE, '--days', '10');
  expect([version, from, days, files.length, differing]).toEqual([
    1,
    '2026-01-01T00:00:00Z',
    10,
    1,
    undefined,
  ]);
  const [file] = files;
  expect(file?.notSimulated).toEqual(['dlm']);
  const nightly = file?.policies.find(({ name }) => name === 'nightly');
  expect(nightly).toMatchObject({
    made: 10,
    missed: 0,
    keptAtEnd: 8,
    counts: [1, 2, 3, 4, 5, 6, 7, 8, 8, 8],
    worstGap: { hours: 72, from: '2026-01-01T03:00:00Z', to: '2026-01-04T03:00:00Z' },
    longestWait: { hours: 24, from: '2026-01-01T03:00:00Z', to: '2026-01-02T03:00:00Z' },
  });
  expect(nightly?.points.filter(({ prunedAt }) => prunedAt !== null)).toEqual([
    { slot: '2026-01-02T03:00:00Z', prunedAt: '2026-01-09T06:00:00Z', reasons: ['daily 7/7'] },
    { slot: '2026-01-03T03:00:00Z', prunedAt: '2026-01-10T06:00:00Z', reasons: ['daily 7/7'] },
  ]);
  expect(nightly?.looks.map(({ day, points }) => [day, points.length])).toEqual([
    [1, 1],
    [7, 7],
    [10, 8],
  ]);
});

test('text and JSON show the same numbers', async () => {
  const { out } = await simulate(BEFORE);
  const { files } = await answer(BEFORE);
  for (const { name, made, looks, keptAtEnd } of files[0]?.policies ?? []) {
    const table = out.split('\n\n').find((part) => part.startsWith(`${name}\n`)) ?? '';
    expect(table).toContain(`${made} made`);
    expect(table).toMatch(new RegExp(`at the end +${keptAtEnd} points`));
    expect(looks.map(({ day }) => day)).toEqual([1, 7, 30, 90, 365, 730]);
    for (const { day, points } of looks)
      expect(table).toMatch(new RegExp(` {2}day ${day} +${points.length} point`));
  }
});

test('the same command line answers the same bytes, missed runs included', async () => {
  const path = await fileWith(BEFORE);
  const args = ['simulate', '--policies', path, '--missed', '5%', '--days', '90'];
  expect((await run(args)).out).toBe((await run(args)).out);
});

test('missed runs are missed by every policy that has the slot, and leave gaps', async () => {
  const { files } = await answer(BEFORE, '--missed', '10%', '--days', '365');
  const nightly = files[0]?.policies[0];
  expect(nightly?.made).toBe(365 - (nightly?.missed ?? 0));
  expect(nightly?.missed).toBeGreaterThan(18);
  expect(nightly?.missed).toBeLessThan(55);
  expect(nightly?.longestWait?.hours).toBeGreaterThan(24);
});

test('with all of them missed nothing exists', async () => {
  const { out } = await simulate(BEFORE, '--missed', '100%', '--days', '7', '--policy', 'nightly');
  expect(out).toContain('0 made, 7 missed');
  expect(out).toMatch(/longest wait +for ever: nothing was made/);
  expect(out).toMatch(/day 7 +nothing/);
});

test('copies are simulated by their own rules', async () => {
  const copied = BEFORE.replace(
    'monthly: 3 } }',
    'monthly: 3 }, copies: [{ region: us-east-1, keep: { last: 2 } }] }',
  );
  const { files } = await answer(copied, '--days', '30');
  expect(files[0]?.policies.map(({ name, keptAtEnd }) => [name, keptAtEnd])).toEqual([
    ['nightly', 8],
    ['nightly to us-east-1', 2],
    ['sets', 4],
  ]);
});

test('[H35] a prune that the guard would refuse is told, not passed over', async () => {
  const weekly = BEFORE.replace('every 6 hours', 'cron(0 12 ? * SUN *)');
  const { out } = await simulate(weekly, '--days', '30', '--policy', 'sets');
  expect(out).toContain(
    'The guard would refuse the prune of 2026-01-11T12:00Z where 100 sources fare like this one: would delete',
  );
});

test('a file without running policies says so', async () => {
  const { code, out } = await simulate(
    'version: 1\ndeployment: test\nretired:\n  old: { keep: { last: 1 } }\n',
  );
  expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, 'No policy of the file runs.']);
});

describe('--compare', () => {
  test('shows two files side by side, marks what differs, and says what is only in one', async () => {
    const after = await fileWith(AFTER, 'after.yml');
    const { code, out } = await simulate(BEFORE, '--days', '30', '--compare', after);
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.replace(/ {2,}/g, '  '));
    expect(lines).toContain('nightly');
    expect(lines).toContain('  ≠  keep  daily=7 monthly=3  daily=3 monthly=3');
    expect(lines).toContain('  ≠  at the end  8 points  4 points');
    expect(lines).toContain('  schedule  cron(0 3 * * ? *) UTC  cron(0 3 * * ? *) UTC');
    expect(lines).toContain('sets: the same in both');
    expect(lines).toContain('  ≠  runs  not in it  4 made, 0 missed');
    expect(lines).toContain('3 simulations, 2 of them different');
  });

  test('as JSON it is two files and the names of what differs', async () => {
    const after = await fileWith(AFTER, 'after.yml');
    const { files, differing } = await answer(BEFORE, '--days', '30', '--compare', after);
    expect(files.map(({ file, policies }) => [file.split('/').at(-1), policies.length])).toEqual([
      ['policies.yml', 2],
      ['after.yml', 3],
    ]);
    expect(differing).toEqual(['nightly', 'weekly']);
  });

  test('of a file with itself nothing differs', async () => {
    const same = await fileWith(BEFORE, 'same.yml');
    const { out } = await simulate(BEFORE, '--days', '30', '--compare', same, '--missed', '20%');
    expect(out).toContain('2 simulations, all the same');
    expect(out).not.toContain('≠');
  });

  test('--policy may name what only one of them has', async () => {
    const after = await fileWith(AFTER, 'after.yml');
    const { out } = await simulate(BEFORE, '--days', '30', '--compare', after, '--policy', 'weekly');
    expect(out).toContain('1 simulation, 1 of them different');
  });
});

describe('[H34] bad input ends with 2 and names what is wrong', () => {
  test.each([
    { args: ['--days', '0'], says: '--days is "0", expected a whole number from 1 to 3650' },
    { args: ['--days', '3651'], says: '--days is "3651"' },
    { args: ['--days', '1e3'], says: '--days is "1e3"' },
    { args: ['--missed', '2'], says: '--missed is "2", expected a share from 0% to 100%, such as 2%' },
    { args: ['--missed', '101%'], says: '--missed is "101%"' },
    { args: ['--from', 'today'], says: '--from is "today", expected an ISO 8601 time' },
    { args: ['--policy', 'nigthly'], says: 'expected one of nightly, sets, dlm (did you mean nightly?)' },
    { args: ['--policy', 'nope'], says: '--policy is "nope", expected one of nightly, sets, dlm\n' },
    { args: ['--compare', '/nowhere/other.yml'], says: 'cannot read the policy file /nowhere/other.yml' },
  ])('$args', async ({ args, says }) => {
    // A later --from wins over the first.
    const { code, out, notes } = await simulate(BEFORE, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(says);
  });

  test('a policy file with a problem', async () => {
    const { code, notes } = await simulate(BEFORE.replace('monthly', 'mothly'));
    expect(code).toBe(2);
    expect(notes).toContain('mothly');
  });
});
