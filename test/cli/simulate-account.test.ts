import { describe, expect, test } from 'vitest';
import { DAY, POLICIES, Scenario } from '../support/scenario.ts';
import { fileWith, mutatingCalls, run, type Ended } from './fake-shell.ts';
import { parseJson } from './answers.ts';

interface PreviewAnswer {
  readonly files: readonly {
    readonly file: string;
    readonly policies: readonly {
      readonly policy: string;
      readonly points: number;
      readonly deleted: number;
      readonly refused?: string;
      readonly left: readonly { readonly day: number; readonly points: number }[];
    }[];
    readonly deletes: readonly string[];
  }[];
  readonly lost?: readonly {
    readonly id: string;
    readonly slot: string;
    readonly keptFor: readonly string[];
  }[];
}

const KEEPS_MANY = POLICIES.replace('daily: 3 }', 'daily: 40 }');

/** Two web servers with so many nights of AMIs under a file that keeps them all, in the afternoon after a night without. */
async function account(nights: number): Promise<Scenario> {
  const scenario = new Scenario({ policies: KEEPS_MANY });
  scenario.region.runInstance({ tags: { Name: 'web-1', Backup: 'nightly' } });
  scenario.region.runInstance({ tags: { Name: 'web-2', Backup: 'nightly' } });
  await scenario.backupEvery(DAY, nights, 'nightly');
  scenario.clock.advance(DAY / 2);
  scenario.region.calls.length = 0;
  return scenario;
}

async function preview(scenario: Scenario, edited?: string, ...args: readonly string[]): Promise<Ended> {
  const current = await fileWith(KEEPS_MANY);
  const compare = edited === undefined ? [] : ['--compare', await fileWith(edited, 'edited.yml')];
  const ended = await run(['simulate', '--from-account', '--policies', current, ...compare, ...args], {
    scenario,
  });
  expect(mutatingCalls(scenario)).toEqual([]);
  return ended;
}

async function answer(
  scenario: Scenario,
  edited?: string,
  ...args: readonly string[]
): Promise<PreviewAnswer> {
  const { code, out, notes } = await preview(scenario, edited, '--json', ...args);
  expect([code, notes]).toEqual([0, '']);
  return parseJson<PreviewAnswer>(out);
}

const KEEPS_THREE = KEEPS_MANY.replace('daily: 40', 'daily: 3');

test('an edit shows what it deletes that the file in use keeps, and why it keeps it', async () => {
  const scenario = await account(6);
  const { files, lost } = await answer(scenario, KEEPS_THREE, '--days', '30');
  expect(files.map(({ policies }) => policies.map(({ points, deleted }) => [points, deleted]))).toEqual([
    [[12, 0]],
    [[12, 6]],
  ]);
  expect(lost).toHaveLength(6);
  expect(new Set(lost?.map(({ id }) => id))).toEqual(new Set(files[1]?.deletes));
  expect(lost?.[0]?.keptFor).toEqual(['daily 6/40']);
});

test('of what exists, it shows what is left as backups go on', async () => {
  const scenario = await account(6);
  const { files } = await answer(scenario, KEEPS_THREE, '--days', '39');
  // The newest three of each server go with the next three nights; with 40 days kept, the last of six goes with the 40th.
  expect(files.map(({ policies }) => policies[0]?.left.map(({ day, points }) => [day, points]))).toEqual([
    [
      [1, 12],
      [7, 12],
      [30, 12],
      [39, 2],
    ],
    [
      [1, 4],
      [7, 0],
      [30, 0],
      [39, 0],
    ],
  ]);
});

test('what would be deleted is what prune then deletes', async () => {
  const scenario = await account(6);
  const { files } = await answer(scenario, KEEPS_THREE);
  const file = await fileWith(KEEPS_THREE);
  const { code, out } = await run(['prune', '--policies', file, '--yes', '--json'], { scenario });
  expect(code).toBe(0);
  const { outcomes } = parseJson<{ outcomes: readonly { id: string; status: string }[] }>(out);
  expect(new Set(outcomes.filter(({ status }) => status === 'done').map(({ id }) => id))).toEqual(
    new Set(files[1]?.deletes),
  );
});

test('[H35] what the guard would refuse is shown as refused, with what accepting it would delete', async () => {
  const scenario = await account(20);
  const { files } = await answer(scenario, KEEPS_THREE);
  expect(files[1]?.policies[0]).toMatchObject({ points: 40, deleted: 34 });
  expect(files[1]?.policies[0]?.refused).toContain('would delete 34 of 40 points');
  const { out } = await preview(scenario, KEEPS_THREE);
  expect(out).toContain('the guard refuses the next prune: would delete 34 of 40 points');
});

test('[H29] a policy that the edit takes away loses nothing', async () => {
  const scenario = await account(6);
  const without = KEEPS_MANY.replace(/^ {2}nightly:.*\n/m, '');
  const { files, lost } = await answer(scenario, without, '--days', '7');
  expect(files[1]?.policies[0]).toMatchObject({ points: 12, deleted: 0 });
  expect(files[1]?.policies[0]?.left.map(({ points }) => points)).toEqual([12, 12]);
  expect(lost).toEqual([]);
  const { out } = await preview(scenario, without, '--days', '7');
  expect(out).toMatch(
    /^ {2}nightly is not in \S+edited\.yml: what it made is kept for ever, and it makes no new backups\.$/m,
  );
  expect(out).not.toMatch(/is not in \S+policies\.yml/);
  expect((await preview(scenario, KEEPS_THREE, '--days', '7')).out).not.toContain('is not in');
});

test('a server that is gone keeps its last good one for ever', async () => {
  const scenario = await account(6);
  for (const { id } of scenario.region.instances().slice(0, 1)) scenario.region.terminateInstance(id);
  const { files } = await answer(scenario, KEEPS_THREE, '--days', '30');
  expect(files[1]?.policies[0]?.left.at(-1)).toEqual({ day: 30, points: 3 });
});

test('as text it is a table a policy, with the differences marked and the losses listed', async () => {
  const scenario = await account(6);
  const { code, out } = await preview(scenario, KEEPS_THREE, '--days', '7');
  expect(code).toBe(0);
  const lines = out.split('\n').map((line) => line.replace(/ {2,}/g, '  '));
  expect(lines[0]).toMatch(/what exists at .*Nothing is changed\.$/);
  expect(lines).toContain('  exist now  12 points  12 points');
  expect(lines).toContain('  ≠  the next prune deletes  0  6');
  expect(lines).toContain('  ≠  and keeps  12  6');
  expect(lines).toContain('  ≠  of them left on day 1  12  4');
  expect(out).toMatch(/6 points that .*policies\.yml keeps would be deleted by .*edited\.yml/);
});

test('one file alone is shown too, and an edit that loses nothing says so', async () => {
  const scenario = await account(6);
  const alone = await preview(scenario, undefined, '--days', '7');
  expect(alone.out).toContain('the next prune deletes  0');
  const same = await preview(scenario, KEEPS_MANY, '--days', '7');
  expect(same.out).toMatch(/Nothing that .*policies\.yml keeps is deleted by .*edited\.yml/);
  expect(same.out).not.toContain('≠');
});

test('an account without any', async () => {
  expect((await preview(new Scenario(), undefined)).out).toContain('There are no recovery points.');
});

describe('[H34] ends with 2 where it could only mislead', () => {
  test.each([
    [
      KEEPS_MANY.replace('deployment: test', 'deployment: other'),
      [],
      'deployment is "other" in the other policy file',
    ],
    [KEEPS_MANY.replace('deployment: test', 'deployment: test\noptInTag: Save'), [], 'optInTag is "Save"'],
    [undefined, ['--missed', '2%'], 'expected neither --from nor --missed'],
    [undefined, ['--from', '2026-01-01T00:00:00Z'], 'expected neither --from nor --missed'],
    [undefined, ['--policy', 'nigthly'], 'did you mean nightly?'],
    [undefined, ['--days', 'x'], '--days is "x"'],
  ])('%#', async (edited, args, says) => {
    const { code, out, notes } = await preview(new Scenario(), edited, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(says);
  });

  test('--deployment without --from-account', async () => {
    const { code, notes } = await run([
      'simulate',
      '--policies',
      await fileWith(POLICIES),
      '--deployment',
      'prod',
    ]);
    expect(code).toBe(2);
    expect(notes).toContain('goes with --from-account');
  });
});
