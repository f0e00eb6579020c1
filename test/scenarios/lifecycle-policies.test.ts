/** Lifecycle policies registered in a simulated DLM and kept true. */

import type { Schedule } from '@aws-sdk/client-dlm';
import { beforeEach, describe, expect, test } from 'vitest';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { Scenario, DAY, HOUR } from '../support/scenario.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 }, tags: { Cost: "42", Team: a } }
  disks:
    engine: dlm
    backup: volume
    schedule: cron(0 12 * * ? *)
    keep: { daily: 7, weekly: 4 }
    copies: [{ region: eu-west-1, keep: { within: 30d } }]
  images: { engine: dlm, backup: image, schedule: every 24 hours from 03:00, keep: { within: 14d } }
defaultPolicies:
  volume: { every: 1d, keep: { within: 7d } }
`;

let scenario: Scenario;

beforeEach(() => {
  scenario = new Scenario({ policies: POLICIES });
  scenario.createDlmRoles();
});

function without(name: string): string {
  return POLICIES.split('\n')
    .filter((line) => !line.trimStart().startsWith(`${name}:`))
    .join('\n');
}

/** No policy that copies anywhere. */
function withoutDisks(): string {
  return POLICIES.replace(/ {2}disks:\n(?: {4}.*\n)+/, '');
}

function editSchedules(id: string, change: (schedule: Schedule) => Schedule): void {
  const { details } = scenario.region.lifecyclePolicies().find((one) => one.id === id) ?? {};
  scenario.region.editLifecyclePolicy(id, { details: { Schedules: (details?.Schedules ?? []).map(change) } });
}

function idOf(policy: string): string {
  const found = scenario.region.lifecyclePolicies().find(({ tags }) => tags['ec2-backup:policy'] === policy);
  if (!found) throw new Error(`no lifecycle policy of ${policy}`);
  return found.id;
}

describe('registering lifecycle policies', () => {
  test('creates what the file wants, and a second run changes nothing', async () => {
    const { outcomes } = await scenario.registerPolicies();
    expect(outcomes.map(({ action, policy, status }) => [action, policy, status])).toEqual([
      ['create-lifecycle-policy', 'hourly', 'done'],
      ['create-lifecycle-policy', 'disks', 'done'],
      ['create-lifecycle-policy', 'images', 'done'],
      ['create-lifecycle-policy', 'default-volume', 'done'],
    ]);
    const again = await scenario.registerPolicies();
    expect(again.outcomes).toEqual([]);
    expect(again.plan.unchanged).toHaveLength(4);
    expect(scenario.region.lifecyclePolicies()).toHaveLength(4);
  });

  test('never gives DLM our ownership tag to put on backups [H29]', async () => {
    await scenario.registerPolicies();
    const sent = scenario.region.calls.filter(({ command }) => command === 'CreateLifecyclePolicy');
    for (const { input } of sent) {
      const { Tags, ...rest } = input as { Tags: Record<string, string> };
      expect(Tags).toHaveProperty('ec2-backup:deployment');
      expect(JSON.stringify(rest)).not.toContain('ec2-backup:');
    }
  });

  test.each([
    [
      'deleted',
      (id: string) => scenario.region.deleteLifecyclePolicyByHand(id),
      'create-lifecycle-policy',
      [],
    ],
    [
      'disabled',
      (id: string) => scenario.region.editLifecyclePolicy(id, { state: 'DISABLED' }),
      'update-lifecycle-policy',
      [{ field: 'State', is: 'DISABLED', wanted: 'ENABLED' }],
    ],
    [
      'given another retention',
      (id: string) => editSchedules(id, (schedule) => ({ ...schedule, RetainRule: { Count: 2 } })),
      'update-lifecycle-policy',
      [{ field: 'Schedules[base].RetainRule.Count', is: '2', wanted: '24' }],
    ],
    [
      'given a fast restore rule and another tag',
      (id: string) =>
        editSchedules(id, (schedule) => ({
          ...schedule,
          FastRestoreRule: { Count: 1, AvailabilityZones: ['ap-northeast-2a'] },
          TagsToAdd: [{ Key: 'Cost', Value: '43' }],
        })),
      'update-lifecycle-policy',
      [
        { field: 'Schedules[base].FastRestoreRule.AvailabilityZones', is: 'ap-northeast-2a' },
        { field: 'Schedules[base].FastRestoreRule.Count', is: '1' },
        { field: 'Schedules[base].TagsToAdd', is: 'Cost=43', wanted: 'Cost=42, Team=a' },
      ],
    ],
  ])('puts back what was %s by hand, and names each field', async (_, change, action, drift) => {
    await scenario.registerPolicies();
    change(idOf('hourly'));
    const { plan, outcomes } = await scenario.registerPolicies();
    expect(plan.actions).toMatchObject([{ action, policy: 'hourly', ...(drift.length > 0 && { drift }) }]);
    expect(outcomes.map(({ status }) => status)).toEqual(['done']);
    expect((await scenario.planPolicies()).actions).toEqual([]);
  });

  test('deletes its own that left the file, and nothing of others', async () => {
    await scenario.registerPolicies();
    const foreign = scenario.region.createLifecyclePolicy({
      ExecutionRoleArn: 'arn:aws:iam::111122223333:role/theirs',
      Description: 'by hand',
      State: 'ENABLED',
      PolicyDetails: {
        ResourceTypes: ['VOLUME'],
        TargetTags: [{ Key: 'Theirs', Value: 'yes' }],
        Schedules: [{ Name: 'd', CreateRule: { Interval: 24, Times: ['03:00'] }, RetainRule: { Count: 1 } }],
      },
    });
    const id = idOf('hourly');
    scenario.edit(without('hourly'));
    const { outcomes } = await scenario.registerPolicies();
    expect(outcomes).toEqual([{ action: 'delete-lifecycle-policy', policy: 'hourly', id, status: 'done' }]);
    expect(scenario.region.lifecyclePolicies().map((one) => one.id)).toContain(foreign);
    expect((await scenario.planPolicies()).actions).toEqual([]);
  });

  test('deletes nothing in a run in which something could not be made', async () => {
    await scenario.registerPolicies();
    scenario.edit(POLICIES.replace('hourly:', 'hourly-new:'));
    scenario.region.faults = ({ command }) =>
      command === 'CreateLifecyclePolicy'
        ? { kind: 'error', name: 'InvalidRequestException', message: 'no' }
        : undefined;
    const { outcomes } = await scenario.registerPolicies();
    expect(outcomes.map(({ action, status }) => [action, status])).toEqual([
      ['create-lifecycle-policy', 'failed'],
      ['delete-lifecycle-policy', 'not-attempted'],
    ]);
    expect(idOf('hourly')).toBeDefined();
  });

  test('a rename before the deploy takes nothing away: the new one is refused, so the old one stays', async () => {
    const before = withoutDisks();
    const bare = new Scenario({ policies: before });
    bare.createDlmRoles();
    await bare.registerPolicies();
    const copies = 'copies: [{ region: eu-west-1, keep: { within: 7d } }], tags: { Cost';
    bare.edit(before.replace('hourly:', 'hourly-new:').replace('tags: { Cost', copies));
    const { plan, outcomes } = await bare.registerPolicies();
    expect(outcomes).toEqual([]);
    expect(plan.refused.map(({ policy }) => policy)).toEqual(['hourly-new', 'hourly']);
    expect(plan.refused[0]?.reason).toContain('ec2:CopySnapshot');
    const left = bare.region.lifecyclePolicies().map(({ tags }) => tags['ec2-backup:policy']);
    expect(left).toContain('hourly');
  });

  test('is not planned on a list of which one is missing', async () => {
    await scenario.registerPolicies();
    scenario.region.faults = ({ command, input }) =>
      command === 'GetLifecyclePolicy' && JSON.stringify(input).includes(idOf('hourly'))
        ? { kind: 'error', name: 'ResourceNotFoundException', message: 'no', status: 404 }
        : undefined;
    await expect(scenario.registerPolicies()).rejects.toThrow('does not know it when asked');
    expect(scenario.region.lifecyclePolicies()).toHaveLength(4);
  });

  test('enables and disables by the file', async () => {
    await scenario.registerPolicies();
    scenario.edit(POLICIES.replace('every 1 hours,', 'every 1 hours, enabled: false,'));
    await scenario.registerPolicies();
    const stateOf = () => scenario.region.lifecyclePolicies().find(({ id }) => id === idOf('hourly'))?.state;
    expect(stateOf()).toBe('DISABLED');
    scenario.edit(POLICIES);
    await scenario.registerPolicies();
    expect(stateOf()).toBe('ENABLED');
  });

  test('a missing role is found by the plan, and nothing is registered that would need it', async () => {
    const bare = new Scenario({ policies: POLICIES });
    const { plan, outcomes } = await bare.registerPolicies();
    expect(outcomes).toEqual([]);
    expect(plan.refused.map(({ policy }) => policy)).toEqual(['hourly', 'disks', 'images', 'default-volume']);
    expect(plan.refused[0]?.reason).toContain('test-ap-northeast-2-dlm-snapshots');
    expect(bare.region.lifecyclePolicies()).toEqual([]);
  });

  test('a role without a permission that a policy uses is found by the plan', async () => {
    const bare = new Scenario({ policies: POLICIES });
    bare.createDlmRoles({
      ...bare.file,
      dlmPolicies: bare.file.dlmPolicies.map((policy) => ({ ...policy, copies: [] })),
    });
    const { plan } = await bare.registerPolicies();
    expect(plan.refused.map(({ policy }) => policy)).toEqual(['disks']);
    expect(plan.refused[0]?.reason).toContain('ec2:CopySnapshot');
  });

  test.each<[string, string, refused: string[]]>([
    [
      'our own conditions hang on',
      'aws:ResourceTag/Backup:Hold',
      ['hourly', 'disks', 'images', 'default-volume'],
    ],
    ['only DLM’s own call has', 'aws:SourceVpce', []],
  ])('a denial counts where the value that is missing is one that %s', async (_, key, refused) => {
    const bare = new Scenario({ policies: POLICIES });
    for (const name of ['test-ap-northeast-2-dlm-snapshots', 'test-ap-northeast-2-dlm-images'])
      bare.region.createRole({
        name,
        path: '/ec2-backup/test/',
        allow: ['ec2:Describe*'],
        conditionKeys: [key],
      });
    const { plan } = await bare.registerPolicies();
    expect(plan.refused.map(({ policy }) => policy)).toEqual(refused);
  });

  test('where roles may not be looked at, it says so and goes on', async () => {
    scenario.region.faults = ({ command }) =>
      command === 'GetRole' ? { kind: 'error', name: 'AccessDenied', message: 'no', status: 403 } : undefined;
    const { plan, outcomes } = await scenario.registerPolicies();
    expect(plan.warnings.map(({ reason }) => reason).join('\n')).toContain(
      'could not be looked at (AccessDenied: no)',
    );
    expect(outcomes.filter(isFailure)).toEqual([]);
  });

  test('an ERROR fails the run with message and cure, and is set going again', async () => {
    await scenario.registerPolicies();
    const id = idOf('hourly');
    scenario.region.breakLifecyclePolicy(id, 'Role provided does not have sufficient permissions');
    const { plan } = await scenario.registerPolicies();
    expect(plan.errors).toMatchObject([
      { policy: 'hourly', id, statusMessage: 'Role provided does not have sufficient permissions' },
    ]);
    const after = await scenario.planPolicies();
    expect(after.errors).toEqual([]);
    expect(after.actions).toEqual([]);
  });

  test('an empty selection is told', async () => {
    scenario.region.runInstance({ tags: { Backup: 'hourly' } });
    const { targets, warnings } = await scenario.planPolicies();
    expect(Object.fromEntries(targets)).toEqual({ hourly: 1, disks: 0, images: 0 });
    expect(warnings).toEqual([
      { id: 'disks', policy: 'disks', reason: 'nothing here carries its tags, so DLM backs up nothing' },
      { id: 'images', policy: 'images', reason: 'nothing here carries its tags, so DLM backs up nothing' },
    ]);
  });

  test('Backup:Keep on a source of DLM is reported', async () => {
    const { id } = scenario.region.runInstance({ tags: { Backup: 'hourly', 'Backup:Keep': 'last=3' } });
    const { tagProblems } = await scenario.planPolicies();
    expect(tagProblems).toEqual([
      {
        id,
        reason:
          'tag "Backup:Keep" has no effect on hourly: DLM (engine: dlm) keeps by the policy\'s rules alone',
      },
    ]);
  });
});

describe('a change of engine', () => {
  test('from the Lambdas to DLM: what was made stays under the file’s rules, and the plan says so', async () => {
    const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backupEvery(DAY, 5, 'nightly');
    scenario.edit(POLICIES.replace('nightly: {', 'nightly: { engine: dlm,').replace('daily: 3', 'last: 3'));
    scenario.createDlmRoles();
    const { plan } = await scenario.registerPolicies();
    expect(plan.warnings.filter(({ policy }) => policy === 'nightly')).toEqual([
      {
        id: 'nightly',
        policy: 'nightly',
        reason:
          "5 recovery points were made before it had engine: dlm; prune goes on keeping them by keep last=3, counted without DLM's, and never deletes the newest of a source",
      },
    ]);
    await scenario.prune();
    const left = scenario.region.images().filter(({ tags }) => tags['ec2-backup:source'] === id);
    expect(left).toHaveLength(3);
    await expect(scenario.backup('nightly')).rejects.toThrow('is run by DLM (engine: dlm)');
  });

  test('from DLM to the Lambdas: what DLM made stays, and the plan names it', async () => {
    scenario.region.runInstance({ tags: { Backup: 'hourly' } });
    await scenario.registerPolicies();
    const id = idOf('hourly');
    scenario.clock.advance(3 * HOUR);
    scenario.edit(
      POLICIES.replace('hourly: { engine: dlm,', 'hourly: {').replace(', tags: { Cost: "42", Team: a }', ''),
    );
    const made = scenario.region.snapshots().filter(({ tags }) => tags['aws:dlm:lifecycle-policy-id'] === id);
    expect(made.length).toBeGreaterThan(0);
    const { plan } = await scenario.registerPolicies();
    expect(plan.actions).toMatchObject([
      { action: 'delete-lifecycle-policy', id, reason: 'the policy now has engine: lambda' },
    ]);
    const told = plan.warnings.find((warning) => warning.id === id)?.reason ?? '';
    expect(told).toContain(`${made.length} AMIs and snapshots`);
    expect(told).not.toContain('its copies');
    expect(told).toContain('DLM no longer deletes it');
    scenario.clock.advance(30 * DAY);
    await scenario.prune();
    const left = scenario.region.snapshots().map((snapshot) => snapshot.id);
    expect(left).toEqual(expect.arrayContaining(made.map((snapshot) => snapshot.id)));
  });
});

test('copies in other Regions that nobody deletes any more are named', async () => {
  const id = scenario.region.createVolume({
    sizeGiB: 8,
    type: 'gp3',
    zone: `${scenario.region.name}a`,
    tags: { Backup: 'disks' },
  });
  await scenario.registerPolicies();
  scenario.clock.advance(2 * DAY);
  scenario.edit(withoutDisks());
  const { warnings } = await scenario.planPolicies();
  const told = warnings.find(({ policy }) => policy === 'disks')?.reason;
  expect(id).toBeDefined();
  expect(told).toContain('; its copies in eu-west-1 are not counted');
});

test('what is kept by age and disabled outlives its age, and the plan says so', async () => {
  await scenario.registerPolicies();
  scenario.edit(POLICIES.replace('within: 14d }', 'within: 14d }, enabled: false'));
  const { warnings } = await scenario.planPolicies();
  expect(warnings.filter(({ id }) => id === idOf('images'))).toEqual([
    {
      id: idOf('images'),
      policy: 'images',
      reason: 'it is disabled: what it made is kept by age, and stays for as long as it is disabled',
    },
  ]);
});

describe('[H32] DLM’s traps', () => {
  test('an answer that was lost makes no second policy: it is looked up', async () => {
    let lost = 0;
    scenario.region.faults = ({ command }) =>
      command === 'CreateLifecyclePolicy' && (lost += 1) === 1 ? { kind: 'lost-answer' } : undefined;
    const { outcomes } = await scenario.registerPolicies();
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done']);
    expect(scenario.region.lifecyclePolicies()).toHaveLength(4);
    expect((await scenario.planPolicies()).actions).toEqual([]);
  });

  test('calls that DLM never took are looked for together, reported, and made by the next run', async () => {
    scenario.region.faults = ({ command }) =>
      command === 'CreateLifecyclePolicy' ? { kind: 'unavailable', accepted: false } : undefined;
    const start = scenario.clock.now();
    const { outcomes } = await scenario.registerPolicies();
    // Lambda has fifteen minutes for all of them.
    expect(scenario.clock.now() - start).toBeLessThan(6 * 60_000);
    expect(outcomes.every(isFailure)).toBe(true);
    expect(outcomes[0]?.error).toContain('the next run makes it');
    scenario.region.faults = () => undefined;
    await scenario.registerPolicies();
    expect((await scenario.planPolicies()).actions).toEqual([]);
  });

  test('two of one policy are refused and named', async () => {
    await scenario.registerPolicies();
    const id = idOf('hourly');
    const twin = scenario.region.lifecyclePolicies().find((one) => one.id === id);
    if (!twin) throw new Error('no twin');
    const second = scenario.region.createLifecyclePolicy({
      ExecutionRoleArn: twin.roleArn,
      Description: twin.description,
      State: 'ENABLED',
      PolicyDetails: twin.details,
      Tags: twin.tags,
    });
    const { actions, refused } = await scenario.planPolicies();
    expect(actions).toEqual([]);
    expect(refused[0]?.reason).toContain(second);
    expect(refused[0]?.reason).toContain(id);
  });

  test('a dropped rule is gone from DLM, and where DLM keeps it the run fails and names it', async () => {
    const withRule = POLICIES.replace(
      'keep: { last: 24 },',
      'keep: { last: 24 }, fastRestore: { last: 1, zones: [ap-northeast-2a] },',
    );
    for (const lifecycleMerge of ['fields', 'replace', 'schedules'] as const) {
      const place = new Scenario({ policies: withRule, settings: { lifecycleMerge } });
      place.createDlmRoles();
      await place.registerPolicies();
      place.edit(POLICIES);
      const { outcomes } = await place.registerPolicies();
      if (lifecycleMerge === 'schedules') {
        expect(outcomes).toMatchObject([{ status: 'failed', policy: 'hourly' }]);
        expect(outcomes[0]?.error).toContain('Schedules[base].FastRestoreRule.Count is 1, wanted none');
        expect(outcomes[0]?.error).toContain('policies apply --replace hourly makes it anew');
        const replaced = await place.registerPolicies({ replace: ['hourly'] });
        expect(replaced.outcomes.map(({ status }) => status)).toEqual(['done', 'done']);
        expect((await place.planPolicies()).actions).toEqual([]);
      } else {
        expect(outcomes.map(({ status }) => status)).toEqual(['done']);
        expect((await place.planPolicies()).actions).toEqual([]);
      }
    }
  });

  test('lagging reads are waited for, not taken for drift', async () => {
    const slow = new Scenario({ policies: POLICIES, settings: { readLag: 2 * 60_000 } });
    slow.createDlmRoles();
    slow.clock.advance(10 * 60_000);
    const { outcomes } = await slow.registerPolicies();
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done']);
  });

  test('throttling is waited out', async () => {
    let calls = 0;
    scenario.region.faults = ({ command }) =>
      command === 'CreateLifecyclePolicy' && (calls += 1) <= 2 ? { kind: 'throttle' } : undefined;
    const { outcomes } = await scenario.registerPolicies();
    expect(outcomes.filter(isFailure)).toEqual([]);
  });
});
