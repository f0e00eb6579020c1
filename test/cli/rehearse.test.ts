import { describe, expect, test } from 'vitest';
import { rehearsable, rehearsedPolicies, type Rehearsed } from '../support/rehearsing.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';

interface World extends Rehearsed {
  readonly rehearse: (args: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
}

async function world(): Promise<World> {
  const made = await rehearsable();
  const file = await fileWith(rehearsedPolicies());
  made.scenario.region.calls.length = 0;
  const rehearse: World['rehearse'] = (args, options = {}) =>
    run(['rehearse', ...args, '--policies', file], { scenario: made.scenario, ...options });
  return { ...made, rehearse };
}

describe('rehearse', () => {
  test('shows what it starts and from what, asks, follows it to the end and leaves nothing', async () => {
    const { rehearse, scenario, ami, source } = await world();
    const { code, out, questions, progress } = await rehearse(['nightly'], {
      interactive: true,
      answer: true,
    });
    expect(code).toBe(0);
    expect(questions).toEqual(['Rehearse policy nightly in account 111122223333, Region ap-northeast-2?']);
    expect(out).toContain(`Rehearse ${source} from ${ami}`);
    expect(out).toContain('nothing, and nothing reaches it');
    expect(out).toContain(`ok: ${source} from ${ami}: both status checks passed`);
    expect(progress.join('\n')).toContain('Waiting until the status checks');
    const { region } = scenario;
    expect(region.images().map(({ tags }) => tags['ec2-backup:rehearsed'])).toEqual([
      expect.stringMatching(/^ok 2026-11-22T04:/),
    ]);
    expect(region.launching.groups().filter(({ name }) => name !== '')).toEqual([]);
  });

  test('with --dry-run, or a no, changes nothing', async () => {
    const { rehearse, scenario } = await world();
    const dry = await rehearse(['sets', '--dry-run']);
    expect(dry.code).toBe(0);
    expect(dry.out).toContain('a temporary AMI of 4 snapshots');
    const no = await rehearse(['sets'], { interactive: true, answer: false });
    expect(no.code).toBe(1);
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test('of a policy that is rehearsed elsewhere says where, and is no success', async () => {
    const { scenario } = await world();
    const targets =
      'targets: [{ account: "111122223333", region: ap-northeast-2 }, { account: "111122223333", region: us-east-1 }]\n';
    const there = 'account: "111122223333", region: us-east-1';
    const file = await fileWith(rehearsedPolicies(targets).replaceAll('subnet: ', `${there}, subnet: `));
    const { code, notes } = await run(['rehearse', 'nightly', '--yes', '--policies', file], { scenario });
    expect(code).toBe(2);
    expect(notes).toContain('policy nightly is rehearsed in account 111122223333, Region us-east-1');
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  test('says in JSON how it ended, and fails when the command does', async () => {
    const { rehearse, scenario, source } = await world();
    scenario.region.launching.setAgents({ exitCode: 3, output: 'inactive\n' });
    const { code, out } = await rehearse(['sets', '--yes', '--json']);
    expect(code).toBe(3);
    expect(parseJson(out)).toMatchObject({
      version: 1,
      results: [{ source, ok: false, what: 'the command ended with exit code 3: inactive' }],
      waiting: [],
    });
  });

  test.each([
    { name: 'a policy that is none', policy: 'weekly', says: 'policy "weekly"' },
    { name: 'a policy without', policy: 'plain', says: 'has no rehearse: expected one of nightly' },
  ])('refuses $name', async ({ policy, says }) => {
    const { scenario } = await world();
    const plain = '  plain: { backup: image, schedule: every 24 hours, keep: { last: 1 } }\n';
    const file = await fileWith(rehearsedPolicies(plain));
    // Without --yes too, and there is nobody to be asked: what is wrong comes first.
    const { code, notes } = await run(['rehearse', policy, '--policies', file], { scenario });
    expect(code).toBe(2);
    expect(notes).toContain(says);
    expect(mutatingCalls(scenario)).toEqual([]);
  });
});

test('validate says what is rehearsed, when, where and with what', async () => {
  const { out, code } = await run(['validate', '--policies', await fileWith(rehearsedPolicies())]);
  expect(code).toBe(0);
  expect(out).toContain('rehearses nightly cron(0 5 * * ? *) UTC in subnet-0aaaaaaaaaaaaaaaa\n');
  expect(out).toContain('where it runs "systemctl is-active postgresql"');
});
