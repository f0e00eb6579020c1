import { expect, test } from 'vitest';
import { DAY, MINUTE, POLICIES, Scenario } from '../support/scenario.ts';
import { fileWith, mutatingCalls, run, type Ended } from './fake-shell.ts';
import { parseJson } from './answers.ts';

interface ListAnswer {
  readonly version: number;
  readonly points: readonly {
    readonly id: string;
    readonly source: string;
    readonly policy: string;
    readonly decision: string;
    readonly reasons: readonly string[];
    readonly state: string;
    readonly slot: string;
    readonly ageSeconds: number;
    readonly detail?: string;
  }[];
}

interface World {
  readonly scenario: Scenario;
  readonly web: string;
  readonly list: (...args: string[]) => Promise<Ended>;
}

/** Four nights of AMIs of a web server, and a pending one; one AMI of another server. */
async function world(): Promise<World> {
  const scenario = new Scenario();
  const { region } = scenario;
  const web = region.runInstance({ tags: { Backup: 'nightly' } }).id;
  await scenario.backupEvery(DAY, 4, 'nightly');
  region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backup('nightly');
  scenario.clock.advance(2 * MINUTE);
  region.calls.length = 0;
  const file = await fileWith(POLICIES);
  return { scenario, web, list: (...args) => run(['list', '--policies', file, ...args], { scenario }) };
}

test('lists every point of a source with its slot, age, state, verdict and reasons, newest first', async () => {
  const { web, list } = await world();
  const { code, out } = await list(web);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toBe(`${web}, policy nightly: 5 recovery points`);
  expect(
    lines.slice(1).map((line) =>
      line
        .trim()
        .replace(/^ami-\w+ +/, '')
        .replaceAll(/ {2,}/g, ' | '),
    ),
  ).toEqual([
    '2026-11-26T03:00:00Z | 2 min | pending | keep | pending (AMI is pending)',
    '2026-11-25T03:00:00Z | 24 h | good | keep | daily 1/3',
    '2026-11-24T03:00:00Z | 2 d | good | keep | daily 2/3',
    '2026-11-23T03:00:00Z | 3 d | good | keep | daily 3/3',
    '2026-11-22T03:00:00Z | 4 d | good | prune | no rule keeps it',
  ]);
});

test('--json answers the same, with the age in seconds and the detail of what is not good', async () => {
  const { web, list } = await world();
  const answer = parseJson<ListAnswer>((await list(web, '--json')).out);
  expect(answer.version).toBe(1);
  expect(
    answer.points.map(({ slot, state, decision, reasons }) => [
      slot.slice(0, 10),
      state,
      decision,
      ...reasons,
    ]),
  ).toEqual([
    ['2026-11-22', 'good', 'prune', 'no rule keeps it'],
    ['2026-11-23', 'good', 'keep', 'daily 3/3'],
    ['2026-11-24', 'good', 'keep', 'daily 2/3'],
    ['2026-11-25', 'good', 'keep', 'daily 1/3'],
    ['2026-11-26', 'pending', 'keep', 'pending'],
  ]);
  expect(answer.points.at(-1)).toMatchObject({
    source: web,
    policy: 'nightly',
    ageSeconds: 120,
    detail: 'AMI is pending',
  });
});

test('why the guard refuses a prune is told once below the points, and in --json with each of them', async () => {
  const scenario = new Scenario({ policies: POLICIES.replace('daily: 3', 'daily: 60') });
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backupEvery(DAY, 40, 'nightly');
  scenario.clock.advance(2 * MINUTE);
  const policies = ['--policies', await fileWith(POLICIES)];
  const { out } = await run(['list', ...policies], { scenario });
  expect(out.match(/would delete/g)).toHaveLength(1);
  expect(out).toMatch(/\nRefused by the guard for nightly, and so kept: would delete \d+ of 40 points; /);
  const rows = out.match(/^ +ami-.* refused by the guard$/gm) ?? [];
  const { points } = parseJson<ListAnswer>((await run(['list', ...policies, '--json'], { scenario })).out);
  const refused = points.filter(({ reasons }) =>
    reasons.some((why) => why.startsWith('refused: would delete')),
  );
  expect(rows.length).toBeGreaterThan(20);
  expect(refused).toHaveLength(rows.length);
});

test('without a source it lists every source', async () => {
  const { scenario, list } = await world();
  const answer = parseJson<ListAnswer>((await list('--json')).out);
  expect(new Set(answer.points.map(({ source }) => source))).toEqual(
    new Set(scenario.region.instances().map(({ id }) => id)),
  );
});

test('of one source it notes nothing of other sources, and of itself what is wrong', async () => {
  const { scenario, web, list } = await world();
  const { region, clock } = scenario;
  const [theirs, own] = [false, true].map((isWeb) =>
    region.images().findLast(({ sourceInstanceId }) => (sourceInstanceId === web) === isWeb),
  );
  for (const image of [theirs, own]) region.failImage(image?.id ?? '', 'no reason');
  clock.advance(MINUTE);
  const { notes } = await list(web);
  expect(notes).toContain('Take note (1)');
  expect(notes).toContain(own?.id);
  expect(notes).not.toContain(theirs?.id);
  const answer = parseJson<{ warnings: readonly { id: string }[] }>((await list(web, '--json')).out);
  expect(answer.warnings.map(({ id }) => id)).toEqual([own?.id]);
  expect((await list()).notes).toContain('Take note (2)');
});

test('[H9] a terminated instance is listed as long as it has a point', async () => {
  const { scenario, web, list } = await world();
  scenario.region.terminateInstance(web);
  scenario.clock.advance(DAY);
  const { out } = await list(web);
  expect(out).toContain(`${web}, policy nightly: 5 recovery points`);
});

test('a source without points is told so, with the place it was looked for in', async () => {
  const { list } = await world();
  const { code, out } = await list('vol-0123456789abcdef0');
  expect([code, out]).toEqual([
    0,
    'No recovery points of vol-0123456789abcdef0 by deployment test in account 111122223333, Region ap-northeast-2.\n',
  ]);
  expect(parseJson<ListAnswer>((await list('vol-0123456789abcdef0', '--json')).out)).toEqual({
    version: 1,
    points: [],
    skipped: [],
    warnings: [],
  });
});

test.each(['web', 'ami-0123456789abcdef0', 'i-xyz', 'I-0123456789abcdef0', ''])(
  'a source that is no instance or volume id is refused: %j',
  async (source) => {
    const { scenario, list } = await world();
    const { code, notes } = await list(source);
    expect(code).toBe(2);
    expect(notes).toContain(
      `source is ${JSON.stringify(source)}, expected an instance or volume id such as i-0123456789abcdef0`,
    );
    expect(scenario.region.calls).toEqual([]);
  },
);

test('changes nothing and asks nothing', async () => {
  const { scenario, list } = await world();
  await list();
  expect(mutatingCalls(scenario)).toEqual([]);
});

test('[H34] what a tag holds cannot move the cursor or pass for another line', async () => {
  const { scenario, web, list } = await world();
  const image = scenario.region.images().find(({ sourceInstanceId }) => sourceInstanceId === web);
  scenario.region.tag(image?.id ?? '', 'Backup:Hold', 'a\n\u001b[2Jb\u202e');
  const { out } = await list(web);
  expect(out).toContain('held: a\\u000a\\u001b[2Jb\\u202e');
});
