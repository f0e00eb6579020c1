import { describe, expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { HOUR, MINUTE, POLICIES, Scenario, START } from '../support/scenario.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';
import { parseJson, type PlanAnswer, type RunAnswer } from './answers.ts';

interface World {
  readonly scenario: Scenario;
  readonly web: string;
  readonly app: string;
  readonly backup: (args?: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
}

async function world(): Promise<World> {
  const scenario = new Scenario();
  const { region } = scenario;
  const web = region.runInstance({ tags: { Name: 'web', Backup: 'nightly' } }).id;
  const app = region.runInstance({ tags: { Name: 'app', Backup: 'nightly' } }).id;
  const file = await fileWith(POLICIES);
  const backup: World['backup'] = (args = [], options = {}) =>
    run(['backup', '--policy', 'nightly', '--policies', file, ...args], { scenario, ...options });
  return { scenario, web, app, backup };
}

describe('the answer', () => {
  test('--json has one outcome for each source and counts them', async () => {
    const { scenario, backup } = await world();
    const { code, out, notes } = await backup(['--yes', '--json']);
    expect([code, notes]).toEqual([0, '']);
    const made = scenario.region.images().map(({ id }) => ({ action: 'create-image', id, status: 'done' }));
    const answer = parseJson<RunAnswer>(out);
    expect(answer.version).toBe(1);
    expect(new Set(answer.outcomes.map(({ action, id, status }) => `${action} ${id} ${status}`))).toEqual(
      new Set(made.map(({ action, id, status }) => `${action} ${id} ${status}`)),
    );
    expect(answer.outcomes.every(({ error }) => error === undefined)).toBe(true);
    expect(answer.counts).toEqual({
      done: 2,
      'already-done': 0,
      failed: 0,
      'not-attempted': 0,
      postponed: 0,
      unknown: 0,
    });
  });

  test('[H1] the same slot once more is already done and makes nothing', async () => {
    const { scenario, backup } = await world();
    await backup(['--yes']);
    const before = mutatingCalls(scenario).length;
    const { code, out } = await backup(['--yes', '--json']);
    expect(code).toBe(0);
    expect(parseJson<RunAnswer>(out).counts).toEqual({
      done: 0,
      'already-done': 2,
      failed: 0,
      'not-attempted': 0,
      postponed: 0,
      unknown: 0,
    });
    expect(mutatingCalls(scenario).length).toBe(before);
  });

  test('[H19] one failure leaves the rest done, and the exit code is 3', async () => {
    const { scenario, backup } = await world();
    scenario.region.faults = onCommand('CreateImage', 1, {
      kind: 'error',
      name: 'UnauthorizedOperation',
      message: 'no',
      status: 403,
    });
    const { code, out, notes } = await backup(['--yes', '--json']);
    expect(code).toBe(3);
    const answer = parseJson<RunAnswer>(out);
    expect(answer.counts).toEqual({
      done: 1,
      'already-done': 0,
      failed: 1,
      'not-attempted': 0,
      postponed: 0,
      unknown: 0,
    });
    expect(answer.outcomes.find(({ status }) => status === 'failed')).toMatchObject({
      action: 'create-image',
      error: 'UnauthorizedOperation: no',
    });
    expect(notes).toBe(
      'To try what failed again, name the slot: ec2-backup backup --policy nightly --slot 2026-11-22T03:00:00Z\n',
    );
  });

  test('[H2] after a lost answer the command that is printed finds what was made', async () => {
    const { scenario, backup } = await world();
    scenario.region.faults = onCommand('CreateImage', 2, { kind: 'lost-answer' });
    const { code, notes } = await backup(['--yes', '--json']);
    expect(code).toBe(3);
    const [, slot = ''] = /--slot (\S+)/.exec(notes) ?? [];
    scenario.clock.advance(6 * MINUTE);
    const again = await backup(['--slot', slot, '--yes', '--json']);
    expect(again.code).toBe(0);
    expect(parseJson<RunAnswer>(again.out).counts).toMatchObject({ done: 0, 'already-done': 2 });
    expect(scenario.region.images()).toHaveLength(2);
  });

  test('as text it shows the plan first and then the outcome', async () => {
    const { web, backup } = await world();
    const { out } = await backup(['--yes']);
    expect(out).toMatch(/^account 111122223333, Region ap-northeast-2, deployment test\n/);
    expect(out).toMatch(/Backup nightly, slot 2026-11-22T03:00:00Z: 2 to make/);
    expect(out).toMatch(new RegExp(`done +create-image +ami-\\w+ +${web}`));
    expect(out).toMatch(/2 done\n$/);
  });

  test('nothing to back up is no failure', async () => {
    const { scenario } = await world();
    const file = await fileWith(POLICIES);
    const { code, out } = await run(['backup', '--policy', 'sets', '--policies', file, '--yes', '--json'], {
      scenario,
    });
    expect([code, parseJson<RunAnswer>(out).outcomes]).toEqual([0, []]);
  });
});

describe('consent', () => {
  test('without a terminal and without --yes it refuses before anything is read', async () => {
    const { scenario, backup } = await world();
    const { code, out, notes } = await backup([], {
      connect: () => Promise.reject(new Error('connected')),
    });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toBe(
      'ec2-backup: this changes the account and nobody is here to be asked: add --yes, or --dry-run to only look\n',
    );
    expect(scenario.region.calls).toEqual([]);
  });

  test('with a terminal it shows the plan, the account and the Region, and asks', async () => {
    const { scenario, backup } = await world();
    const { code, out, questions } = await backup([], { interactive: true, answer: true });
    expect(code).toBe(0);
    expect(out).toMatch(/^account 111122223333, Region ap-northeast-2/);
    expect(questions).toEqual(['Make 2 backups in account 111122223333, Region ap-northeast-2?']);
    expect(scenario.region.images()).toHaveLength(2);
  });

  test('on no it does nothing and says so', async () => {
    const { scenario, backup } = await world();
    const { code, notes } = await backup([], { interactive: true, answer: false });
    expect([code, notes]).toEqual([1, 'Nothing was changed.\n']);
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test.each([
    { title: 'alone', args: ['--dry-run'] },
    { title: 'with --yes', args: ['--dry-run', '--yes'] },
    { title: 'with --json', args: ['--dry-run', '--yes', '--json'] },
  ])('--dry-run $title never changes anything and asks nothing', async ({ args }) => {
    const { scenario, backup } = await world();
    for (const interactive of [true, false]) {
      const { code, notes, questions } = await backup(args, { interactive });
      expect([code, questions]).toEqual([0, []]);
      expect(notes).toBe('Dry run: nothing was changed.\n');
    }
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test('--dry-run --json is the plan', async () => {
    const { backup, web, app } = await world();
    const { out } = await backup(['--dry-run', '--json']);
    const plan = parseJson<PlanAnswer>(out);
    expect(new Set(plan.actions.map(({ action, source }) => `${action} ${source}`))).toEqual(
      new Set([`create-image ${web}`, `create-image ${app}`]),
    );
  });
});

describe('--source', () => {
  test('backs up only these', async () => {
    const { scenario, backup, app } = await world();
    const { code } = await backup(['--source', app, '--yes']);
    expect(code).toBe(0);
    expect(scenario.region.images().map(({ sourceInstanceId }) => sourceInstanceId)).toEqual([app]);
  });

  test('takes several at once', async () => {
    const { scenario, backup, app, web } = await world();
    await backup(['--source', app, web, '--yes']);
    expect(scenario.region.images()).toHaveLength(2);
  });

  test('refuses ids that are not among the sources, by name, and backs up none', async () => {
    const { scenario, backup, web } = await world();
    const stranger = scenario.region.runInstance({ tags: { Name: 'untagged' } }).id;
    const { code, notes } = await backup(['--source', web, stranger, 'i-0123456789abcdef0', '--yes']);
    expect(code).toBe(2);
    for (const id of [stranger, 'i-0123456789abcdef0']) expect(notes).toContain(id);
    expect(notes).not.toContain(web);
    expect(notes).toContain('not among the sources of policy nightly');
    expect(notes).toContain('Backup=nightly');
    expect(mutatingCalls(scenario)).toEqual([]);
  });
});

describe('--slot', () => {
  test('makes that slot, whatever minute it is', async () => {
    const { scenario, backup } = await world();
    scenario.clock.advance(3 * HOUR);
    await backup(['--slot', '2026-11-22T03:00:00Z', '--yes']);
    expect(scenario.region.images().map(({ tags }) => tags['ec2-backup:slot'])).toEqual([
      '2026-11-22T03:00:00Z',
      '2026-11-22T03:00:00Z',
    ]);
  });

  test('is this minute unless given', async () => {
    const { scenario, backup } = await world();
    scenario.clock.advance(59_000);
    await backup(['--yes']);
    expect(scenario.region.images()[0]?.tags).toMatchObject({
      'ec2-backup:slot': '2026-11-22T03:00:00Z',
      'ec2-backup:trigger': 'manual',
    });
  });

  test.each([
    {
      title: 'over 60 s in the future',
      slot: '2026-11-22T03:01:01Z',
      says: 'slot 2026-11-22T03:01:01Z is in the future (it is 2026-11-22T03:00:00Z), expected at most 60 s ahead',
    },
    { title: 'over 24 h old', slot: '2026-11-21T02:59:59Z', says: 'slot 2026-11-21T02:59:59Z is missed' },
    {
      title: 'without a zone',
      slot: '2026-11-22T03:00:00',
      says: '--slot is "2026-11-22T03:00:00", expected an ISO 8601 time',
    },
    {
      title: 'on a day that does not exist',
      slot: '2026-02-30T03:00:00Z',
      says: '--slot is "2026-02-30T03:00:00Z"',
    },
    { title: 'in words', slot: 'yesterday', says: '--slot is "yesterday", expected an ISO 8601 time' },
  ])('[H23] one $title is refused and nothing is made', async ({ slot, says }) => {
    const { scenario, backup } = await world();
    const { code, out, notes } = await backup(['--slot', slot, '--yes']);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(says);
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test.each([
    { title: '60 s ahead', ahead: MINUTE },
    { title: '24 h old', ahead: -24 * HOUR },
  ])('one exactly $title is taken', async ({ ahead }) => {
    const { backup } = await world();
    const { code } = await backup(['--slot', new Date(START + ahead).toISOString(), '--yes']);
    expect(code).toBe(0);
  });
});

describe('--hold', () => {
  test('is a tag of all that is made, set by the creating call', async () => {
    const { scenario, backup } = await world();
    await backup(['--hold', 'before the upgrade', '--yes']);
    const made = [...scenario.region.images(), ...scenario.region.snapshots()];
    const ours = made.filter(({ tags }) => tags['ec2-backup:deployment'] === 'test');
    expect(ours.map(({ tags }) => tags['Backup:Hold'])).toEqual(Array(4).fill('before the upgrade'));
  });

  test.each([
    ['empty', ' '],
    ['over 256 characters', 'x'.repeat(257)],
  ])('refuses a reason that is %s', async (_title, why) => {
    const { scenario, backup } = await world();
    const { code, notes } = await backup(['--hold', why, '--yes']);
    expect(code).toBe(2);
    expect(notes).toContain('expected a reason of 1 to 256 characters');
    expect(scenario.region.calls).toEqual([]);
  });
});

describe('--policy', () => {
  test.each([
    { policy: 'nigthly', says: 'policy "nigthly" is not in the policy file (did you mean nightly?)' },
    { policy: 'old', says: 'policy "old" is retired and makes no backups' },
  ])('$policy is refused before anything is asked of AWS', async ({ policy, says }) => {
    const { scenario } = await world();
    const file = await fileWith(POLICIES);
    const { code, notes } = await run(['backup', '--policy', policy, '--policies', file, '--yes'], {
      scenario,
    });
    expect(code).toBe(2);
    expect(notes).toContain(says);
    expect(scenario.region.calls).toEqual([]);
  });

  test('must be given', async () => {
    const { code, notes } = await run(['backup', '--yes']);
    expect(code).toBe(2);
    expect(notes).toContain("required option '--policy <name>' not specified");
  });
});

test('of a policy that nothing here asks for it says so, and asks whether the Region is right', async () => {
  const { scenario, backup } = await world();
  for (const { id } of scenario.region.instances()) scenario.region.terminateInstance(id);
  scenario.clock.advance(HOUR);
  const { code, out } = await backup(['--yes']);
  expect(code).toBe(0);
  expect(out).toContain('No instance here has the tag Backup=nightly or Backup:nightly=true.');
  expect(out).toContain('is ap-northeast-2 the right Region?');
});

test('of a slot that is made already it does not ask for the Region', async () => {
  const { backup } = await world();
  await backup(['--yes']);
  const { out } = await backup(['--yes']);
  expect(out).toContain('0 to make, 2 made already');
  expect(out).not.toContain('right Region');
});
