import { describe, expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { DAY, POLICIES, Scenario } from '../support/scenario.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';
import { parseJson, type PlanAnswer, type RunAnswer } from './answers.ts';

interface World {
  readonly scenario: Scenario;
  readonly file: string;
  readonly prune: (args?: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
}

/** Five nights of AMIs of each web server, of which three stay, and of a disk, of which two stay. */
async function world(servers = 1, policies = POLICIES): Promise<World> {
  const scenario = new Scenario();
  const { region } = scenario;
  for (let n = 0; n < servers; n += 1) region.runInstance({ tags: { Backup: 'nightly' } });
  region.createVolume({ sizeGiB: 5, type: 'gp3', zone: `${region.name}a`, tags: { Backup: 'disks' } });
  for (let day = 0; day < 5; day += 1) {
    await scenario.backup('nightly');
    await scenario.backup('disks');
    scenario.clock.advance(DAY);
  }
  region.calls.length = 0;
  const file = await fileWith(policies);
  const prune: World['prune'] = (args = [], options = {}) =>
    run(['prune', '--policies', file, ...args], { scenario, ...options });
  return { scenario, file, prune };
}

/** Thirty AMIs of which an edit would delete all but ten. */
function spree(): Promise<World> {
  return world(10, POLICIES.replace('daily: 3', 'daily: 1'));
}

describe('the answer', () => {
  test('--json has one outcome for each deletion and counts them', async () => {
    const { scenario, prune } = await world();
    const { code, out, notes } = await prune(['--yes', '--json']);
    expect([code, notes]).toEqual([0, '']);
    const answer = parseJson<RunAnswer>(out);
    expect(answer.version).toBe(1);
    expect(answer.outcomes.map(({ action, status }) => [action, status])).toEqual([
      ['delete-snapshot', 'done'],
      ['delete-snapshot', 'done'],
      ['delete-snapshot', 'done'],
      ['deregister-image', 'done'],
      ['deregister-image', 'done'],
    ]);
    expect(answer.counts).toEqual({
      done: 5,
      'already-done': 0,
      failed: 0,
      'not-attempted': 0,
      postponed: 0,
      unknown: 0,
    });
    expect(scenario.region.images()).toHaveLength(3);
  });

  test('a second prune has nothing to do and asks nothing', async () => {
    const { scenario, prune } = await world();
    await prune(['--yes']);
    const before = mutatingCalls(scenario).length;
    const { code, out, questions } = await prune(['--json'], { interactive: true });
    expect([code, questions]).toEqual([0, []]);
    expect(parseJson<RunAnswer>(out).counts).toEqual({
      done: 0,
      'already-done': 0,
      failed: 0,
      'not-attempted': 0,
      postponed: 0,
      unknown: 0,
    });
    expect(mutatingCalls(scenario).length).toBe(before);
  });

  test('what is gone already is done already', async () => {
    const { scenario, prune } = await world();
    const { region } = scenario;
    region.faults = ({ command }) => {
      // Somebody deletes it between our list and our call.
      if (command === 'DeregisterImage') region.faults = () => undefined;
      return command === 'DeregisterImage' ? { kind: 'error', name: 'InvalidAMIID.Unavailable' } : undefined;
    };
    const { code, out } = await prune(['--yes', '--json']);
    expect(code).toBe(0);
    expect(parseJson<RunAnswer>(out).counts).toEqual({
      done: 4,
      'already-done': 1,
      failed: 0,
      'not-attempted': 0,
      postponed: 0,
      unknown: 0,
    });
  });

  test('[H19] one failure leaves the rest done, and the exit code is 3', async () => {
    const { scenario, prune } = await world();
    scenario.region.faults = onCommand('DeregisterImage', 1, {
      kind: 'error',
      name: 'OperationNotPermitted',
      message: 'no',
      status: 403,
    });
    const { code, out } = await prune(['--yes', '--json']);
    expect(code).toBe(3);
    const answer = parseJson<RunAnswer>(out);
    expect(answer.counts).toEqual({
      done: 4,
      'already-done': 0,
      failed: 1,
      'not-attempted': 0,
      postponed: 0,
      unknown: 0,
    });
    expect(answer.outcomes.find(({ status }) => status === 'failed')).toMatchObject({
      action: 'deregister-image',
      error: 'OperationNotPermitted: no',
    });
  });

  test('[H6] what could not be checked is not attempted, and the exit code is 3', async () => {
    const { scenario, prune } = await world();
    scenario.region.faults = onCommand('DescribeImageReferences', 1, {
      kind: 'error',
      name: 'UnauthorizedOperation',
      status: 403,
    });
    const { code, out } = await prune(['--policy', 'nightly', '--yes', '--json']);
    expect(code).toBe(3);
    const answer = parseJson<RunAnswer>(out);
    expect(answer.counts).toEqual({
      done: 0,
      'already-done': 0,
      failed: 0,
      'not-attempted': 2,
      postponed: 0,
      unknown: 0,
    });
    expect(answer.outcomes[0]?.error).toContain('whether it is in use could not be checked');
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test('as text it shows what goes and why, and what stays and why', async () => {
    const { prune } = await world();
    const { out } = await prune(['--yes']);
    expect(out).toMatch(/^account 111122223333, Region ap-northeast-2, deployment test\n/);
    expect(out).toMatch(/^Prune: 10 recovery points, 5 kept, 5 to delete$/m);
    expect(out).toMatch(/deregister-image +ami-\w+ +nightly +i-\w+ +2026-11-22T03:00:00Z +no rule keeps it/);
    expect(out).toMatch(/kept for: daily: 3, last: 2/);
    expect(out).toMatch(/5 done\n$/);
  });
});

describe('consent', () => {
  test('without a terminal and without --yes it refuses before anything is read', async () => {
    const { scenario, prune } = await world();
    const { code, out, notes } = await prune([], { connect: () => Promise.reject(new Error('connected')) });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('add --yes, or --dry-run to only look');
    expect(scenario.region.calls).toEqual([]);
  });

  test('with a terminal it asks, naming the account and the Region', async () => {
    const { scenario, prune } = await world();
    const { code, questions } = await prune([], { interactive: true, answer: true });
    expect(code).toBe(0);
    expect(questions).toEqual([
      'Delete 5 AMIs and snapshots in account 111122223333, Region ap-northeast-2?',
    ]);
    expect(scenario.region.images()).toHaveLength(3);
  });

  test('on no it does nothing and says so', async () => {
    const { scenario, prune } = await world();
    const { code, notes } = await prune([], { interactive: true, answer: false });
    expect([code, notes]).toEqual([1, 'Nothing was changed.\n']);
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test.each([
    { title: 'alone', args: ['--dry-run'] },
    { title: 'with --yes', args: ['--dry-run', '--yes'] },
    { title: 'with --json', args: ['--dry-run', '--json'] },
    { title: 'with --accept', args: ['--dry-run', '--policy', 'nightly', '--accept', '2'] },
  ])('--dry-run $title never changes anything and asks nothing', async ({ args }) => {
    const { scenario, prune } = await world();
    const { code, notes, questions } = await prune(args, { interactive: true });
    expect([code, notes, questions]).toEqual([0, 'Dry run: nothing was changed.\n', []]);
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test('--dry-run --json is the plan', async () => {
    const { prune } = await world();
    const plan = parseJson<PlanAnswer>((await prune(['--dry-run', '--json'])).out);
    expect(plan.actions.map(({ action }) => action)).toEqual([
      'delete-snapshot',
      'delete-snapshot',
      'delete-snapshot',
      'deregister-image',
      'deregister-image',
    ]);
    expect(plan.verdicts).toHaveLength(10);
  });
});

describe('--policy', () => {
  test('leaves all other policies alone', async () => {
    const { scenario, prune } = await world();
    await prune(['--policy', 'disks', '--yes']);
    expect(mutatingCalls(scenario)).toEqual(['DeleteSnapshot', 'DeleteSnapshot', 'DeleteSnapshot']);
  });

  test('a policy that is not in the file is refused with a suggestion, and nothing is read', async () => {
    const { scenario, prune } = await world();
    const { code, notes } = await prune(['--policy', 'nigthly', '--yes']);
    expect(code).toBe(2);
    expect(notes).toContain('policy "nigthly" is not in the policy file (did you mean nightly?)');
    expect(scenario.region.calls).toEqual([]);
  });
});

describe('[H35] the guard', () => {
  test('refuses a spree as a whole with exit code 4, names the count, and prunes the other policies', async () => {
    const { scenario, prune } = await spree();
    const { code, out } = await prune(['--yes', '--json']);
    expect(code).toBe(4);
    const answer = parseJson<RunAnswer>(out);
    expect(answer.refused).toMatchObject([{ policy: 'nightly', deletions: 40 }]);
    expect(mutatingCalls(scenario)).toEqual(['DeleteSnapshot', 'DeleteSnapshot', 'DeleteSnapshot']);
    expect(scenario.region.images()).toHaveLength(50);
  });

  test('prints the command that accepts exactly this, and that command runs it', async () => {
    const { scenario, prune } = await spree();
    const { out } = await prune(['--dry-run']);
    expect(out).toContain('ec2-backup prune --policy nightly --accept 40');
    const { code } = await prune(['--policy', 'nightly', '--accept', '40', '--yes']);
    expect(code).toBe(0);
    expect(scenario.region.images()).toHaveLength(10);
  });

  test('--dry-run of a refused plan ends with 4 as well', async () => {
    const { prune } = await spree();
    expect((await prune(['--dry-run'])).code).toBe(4);
  });

  test.each(['39', '41', '0'])(
    '--accept %s, which is not the exact number, deletes nothing',
    async (accept) => {
      const { scenario, prune } = await spree();
      const { code, out } = await prune(['--policy', 'nightly', '--accept', accept, '--yes', '--json']);
      expect(code).toBe(4);
      expect(out).toContain(`would delete 40 points, but ${accept} were accepted`);
      expect(mutatingCalls(scenario)).toEqual([]);
    },
  );

  test.each([
    { title: 'without --policy', args: ['--accept', '40'], says: '--accept goes with --policy' },
    {
      title: 'in words',
      args: ['--policy', 'nightly', '--accept', 'all'],
      says: '--accept is "all", expected the exact number',
    },
    {
      title: 'negative',
      args: ['--policy', 'nightly', '--accept=-1'],
      says: '--accept is "-1", expected the exact number',
    },
  ])('--accept $title is refused before anything is read', async ({ args, says }) => {
    const { scenario, prune } = await spree();
    const { code, notes } = await prune([...args, '--yes']);
    expect(code).toBe(2);
    expect(notes).toContain(says);
    expect(scenario.region.calls).toEqual([]);
  });
});
