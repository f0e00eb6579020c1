import { describe, expect, test } from 'vitest';
import { Scenario } from '../support/scenario.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';
import { parseJson } from './answers.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
  disks: { engine: dlm, backup: volume, schedule: cron(0 12 * * ? *), keep: { daily: 7, weekly: 4 } }
`;

interface World {
  readonly scenario: Scenario;
  readonly policies: (args: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
}

async function world(text = POLICIES): Promise<World> {
  const scenario = new Scenario({ policies: text });
  scenario.createDlmRoles();
  scenario.region.runInstance({ tags: { Backup: 'hourly' } });
  return { scenario, policies: await commandsWith(text, scenario) };
}

async function commandsWith(text: string, scenario: Scenario): Promise<World['policies']> {
  const file = await fileWith(text);
  return ([command = '', ...args], options = {}) =>
    run(['policies', command, '--policies', file, ...args], { scenario, ...options });
}

const changes = (scenario: Scenario): string[] =>
  mutatingCalls(scenario).filter((command) => command !== 'SimulatePrincipalPolicy');

describe('policies plan', () => {
  test('says what would be made, of how many sources, and how its schedules fall together', async () => {
    const { scenario, policies } = await world();
    const { code, out } = await policies(['plan']);
    expect(code).toBe(0);
    expect(out).toContain('account 111122223333, Region ap-northeast-2, deployment test');
    expect(out).toContain('Lifecycle policies in DLM: 2 to change, 0 as they should be');
    expect(out).toContain(
      '+ create hourly: not in DLM; finds 1 source here\n      base: every 1 hour from 00:00 UTC, keeps 24',
    );
    expect(out).toContain('weekly fires with base: DLM then makes one backup, kept by the longest');
    expect(out).toContain('disks  disks  nothing here carries its tags, so DLM backs up nothing');
    expect(out).toContain('This is a plan: nothing is changed.');
    expect(changes(scenario)).toEqual([]);
  });

  test('names what drifted, field by field', async () => {
    const { scenario, policies } = await world();
    await policies(['apply', '--yes']);
    const [hourly] = scenario.region.lifecyclePolicies();
    if (!hourly) throw new Error('nothing was registered');
    scenario.region.editLifecyclePolicy(hourly.id, { state: 'DISABLED', description: 'mine' });
    const { code, out } = await policies(['plan']);
    expect(code).toBe(0);
    expect(out).toContain(`~ update hourly (${hourly.id}): 2 fields differ`);
    expect(out).toContain('      Description is mine, wanted ec2-backup test hourly');
    expect(out).toContain('      State is DISABLED, wanted ENABLED');
  });

  test('ends with 4 where a role is missing, and says what to do', async () => {
    const scenario = new Scenario({ policies: POLICIES });
    const policies = await commandsWith(POLICIES, scenario);
    const { code, out } = await policies(['plan']);
    expect(code).toBe(4);
    expect(out).toMatch(/Not done for hourly: .*test-ap-northeast-2-dlm-snapshots.*npx serverless deploy/);
  });

  test('--json has every change with its drift', async () => {
    const { policies } = await world();
    const { out } = await policies(['plan', '--json']);
    const plan = parseJson<{ actions: { action: string; policy: string }[]; targets: object }>(out);
    expect(plan.actions).toMatchObject([
      { action: 'create-lifecycle-policy', policy: 'hourly', wanted: { state: 'ENABLED' } },
      { action: 'create-lifecycle-policy', policy: 'disks' },
    ]);
    expect(plan.targets).toEqual({ hourly: 1, disks: 0 });
  });
});

describe('policies apply', () => {
  test('asks, makes them, and has nothing to do the second time', async () => {
    const { scenario, policies } = await world();
    const { code, out, questions } = await policies(['apply'], { interactive: true, answer: true });
    expect(code).toBe(0);
    expect(questions).toEqual([
      'Make 2 changes to the lifecycle policies of account 111122223333, Region ap-northeast-2?',
    ]);
    expect(out).toContain('Outcome: 2 done');
    expect(scenario.region.lifecyclePolicies()).toHaveLength(2);
    const again = await policies(['apply'], { interactive: true });
    expect([again.code, again.questions]).toEqual([0, []]);
    expect(again.out).toContain('There was nothing to do.');
  });

  test.each([
    ['the answer is no', ['apply'], { interactive: true, answer: false }, 1],
    ['it is a dry run', ['apply', '--dry-run'], {}, 0],
    ['nobody is there to be asked', ['apply'], {}, 2],
  ])('changes nothing where %s', async (_, args, options, code) => {
    const { scenario, policies } = await world();
    expect((await policies(args, options)).code).toBe(code);
    expect(changes(scenario)).toEqual([]);
  });

  test('does nothing when DLM changed while the question stood', async () => {
    const { scenario, policies } = await world();
    await policies(['apply', '--yes']);
    const [hourly] = scenario.region.lifecyclePolicies();
    if (!hourly) throw new Error('nothing was registered');
    scenario.region.editLifecyclePolicy(hourly.id, { state: 'DISABLED' });
    const before = changes(scenario).length;
    let asked = false;
    scenario.region.faults = ({ command }) => {
      // The second list is that after the question.
      if (command === 'GetLifecyclePolicies' && asked)
        scenario.region.editLifecyclePolicy(hourly.id, { description: 'x' });
      asked ||= command === 'GetLifecyclePolicies';
      return undefined;
    };
    const { code, notes } = await policies(['apply'], { interactive: true, answer: true });
    expect(code).toBe(1);
    expect(notes).toContain('changed while you were asked: nothing was done');
    expect(changes(scenario)).toHaveLength(before);
  });

  test('ends with 3 where DLM refuses, and goes on with the others', async () => {
    const { scenario, policies } = await world();
    let calls = 0;
    scenario.region.faults = ({ command }) =>
      command === 'CreateLifecyclePolicy' && (calls += 1) === 1
        ? { kind: 'error', name: 'InvalidRequestException', message: 'One is too many.' }
        : undefined;
    const { code, out } = await policies(['apply', '--yes', '--json']);
    expect(code).toBe(3);
    const answer = parseJson<{ outcomes: object[]; counts: object }>(out);
    expect(answer.outcomes).toMatchObject([
      { policy: 'hourly', status: 'failed', error: 'InvalidRequestException: One is too many' },
      { policy: 'disks', status: 'done' },
    ]);
  });

  test('replaces what DLM cannot change only when told to', async () => {
    const { scenario, policies } = await world();
    await policies(['apply', '--yes']);
    const byAge = POLICIES.replace('last: 24', 'within: 2d');
    scenario.edit(byAge);
    const edited = await commandsWith(byAge, scenario);
    const refused = await edited(['apply', '--yes']);
    expect(refused.code).toBe(4);
    expect(refused.out).toContain('DLM cannot change Schedules[base].RetainRule.Count is 24, wanted none');
    expect(refused.out).toContain('--replace hourly');
    const replaced = await edited(['apply', '--yes', '--replace', 'hourly']);
    expect(replaced.code).toBe(0);
    expect(replaced.out).toContain('Outcome: 2 done');
    expect(scenario.region.lifecyclePolicies()).toHaveLength(2);
  });

  test('a name after --replace that is no policy of DLM ends with 2', async () => {
    const { policies } = await world();
    const { code, notes } = await policies(['plan', '--replace', 'hourli']);
    expect(code).toBe(2);
    expect(notes).toContain(
      'policy "hourli" is no policy of the file with engine: dlm (did you mean hourly?)',
    );
  });
});

describe('policies list', () => {
  test('lists ours and others’, and for ERROR the message and what to do', async () => {
    const { scenario, policies } = await world();
    await policies(['apply', '--yes']);
    scenario.region.createLifecyclePolicy({
      ExecutionRoleArn: 'arn:aws:iam::111122223333:role/theirs',
      Description: 'by hand',
      State: 'DISABLED',
      PolicyDetails: {
        ResourceTypes: ['VOLUME'],
        TargetTags: [{ Key: 'Theirs', Value: 'yes' }],
        Schedules: [{ Name: 'd', CreateRule: { Interval: 24, Times: ['03:00'] }, RetainRule: { Count: 1 } }],
      },
    });
    const fine = await policies(['list']);
    expect(fine.code).toBe(0);
    expect(fine.out).toMatch(
      /policy-\w+ +ENABLED +ours +hourly +snapshots of instances +ec2-backup test hourly/,
    );
    expect(fine.out).toMatch(/policy-\w+ +DISABLED +not ours +snapshots of volumes +by hand/);
    const hourly = scenario.region
      .lifecyclePolicies()
      .find(({ tags }) => tags['ec2-backup:policy'] === 'hourly');
    scenario.region.breakLifecyclePolicy(
      hourly?.id ?? '',
      'Role provided does not have sufficient permissions',
    );
    const broken = await policies(['list']);
    expect(broken.code).toBe(3);
    expect(broken.out).toContain(
      `${hourly?.id ?? ''} is in ERROR: Role provided does not have sufficient permissions. the role lacks a permission`,
    );
    const { out } = await policies(['list', '--json']);
    expect(parseJson<{ lifecyclePolicies: object[] }>(out).lifecyclePolicies).toHaveLength(3);
  });

  test('says so where there are none', async () => {
    const { policies } = await world();
    const { code, out } = await policies(['list']);
    expect(code).toBe(0);
    expect(out).toBe('No lifecycle policies in account 111122223333, Region ap-northeast-2.\n');
  });
});
