/** Rehearsals of a backed-up machine: how they go, how they fail, and what is refused before anything starts. */

import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/lib/run/errors.ts';
import { COMMAND, rehearsable, rehearse, rehearsedPolicies, round, SUBNET } from '../support/rehearsing.ts';
import type { Rehearsed } from '../support/rehearsing.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';

const CHANGING = /^(?!Describe|List|Get)/;

/** The one that is not the source. */
function rehearsed({ scenario: { region }, source }: Rehearsed) {
  const [instance, ...others] = region.instances().filter(({ id }) => id !== source);
  expect(others).toEqual([]);
  if (!instance) throw new Error('nothing was launched');
  return instance;
}

function resultOf({ scenario: { region } }: Rehearsed): string | undefined {
  return region.images()[0]?.tags['ec2-backup:rehearsed'];
}

/** Nothing runs or is kept that was not there before. */
function expectNothingLeft(place: Rehearsed): void {
  const { region, clock } = place.scenario;
  clock.advance(2 * MINUTE);
  const { source, ami } = place;
  const states = region
    .instances()
    .filter(({ id }) => id !== source)
    .map(({ state }) => state);
  expect(states.filter((state) => state !== 'terminated')).toEqual([]);
  expect(region.volumes().filter(({ tags }) => 'ec2-backup:rehearsal' in tags)).toEqual([]);
  expect(region.images().map(({ id }) => id)).toEqual([ami]);
  expect(region.launching.groups().filter(({ name }) => name !== '')).toEqual([]);
}

describe('a rehearsal', () => {
  test('of an AMI goes by status checks, is told by its tag, and leaves nothing', async () => {
    const place = await rehearsable();
    const { judged } = await rehearse(place.scenario, 'nightly');
    expect(judged).toMatchObject([{ verdict: { isOk: true, what: 'both status checks passed' } }]);
    expect(resultOf(place)).toMatch(/^ok 2026-11-22T04:1\d:00Z$/);
    expectNothingLeft(place);
  });

  test('is launched alone: no profile, no key, no user data, no address, nowhere to go, all of it gone with it', async () => {
    const place = await rehearsable();
    const { region } = place.scenario;
    await round(place.scenario, 'nightly');
    const launches = region.calls.filter(({ command }) => command === 'RunInstances');
    expect(launches).toHaveLength(1);
    const input = launches[0]?.input as Record<string, unknown>;
    expect(input).toMatchObject({
      InstanceInitiatedShutdownBehavior: 'terminate',
      NetworkInterfaces: [{ SubnetId: SUBNET, AssociatePublicIpAddress: false, DeleteOnTermination: true }],
      ClientToken: expect.stringMatching(/^ec2-backup-rehearsal-[0-9a-f]{43}$/) as string,
    });
    for (const word of ['KeyName', 'UserData', 'IamInstanceProfile', 'PrivateIpAddress'])
      expect(input).not.toHaveProperty(word);
    expect(region.launching.groups().filter(({ name }) => name !== '')).toMatchObject([
      { name: 'ec2-backup-test-rehearsal-nightly-20261122T041000Z', egress: [] },
    ]);
    const egress = region.calls.findIndex(({ command }) => command === 'RevokeSecurityGroupEgress');
    expect(egress).toBeGreaterThan(0);
    expect(egress).toBeLessThan(region.calls.findIndex(({ command }) => command === 'RunInstances'));
    const own = region.volumes().filter(({ attachedTo }) => attachedTo === rehearsed(place).id);
    expect(own).toHaveLength(4);
    expect(rehearsed(place).tags).toMatchObject({
      'ec2-backup:deployment': 'test',
      'ec2-backup:rehearsal': 'nightly/2026-11-22T04:10:00Z',
      'ec2-backup:rehearsal-source': place.source,
      'ec2-backup:rehearsal-deadline': '2026-11-22T04:55:00Z',
      'ec2-backup:restored-from': place.ami,
    });
  });

  test('is neither backed up nor a user of its AMI, and what it makes is never pruned as a backup', async () => {
    const place = await rehearsable();
    const { scenario } = place;
    await round(scenario, 'sets');
    scenario.clock.advance(MINUTE);
    await round(scenario, 'sets', { round: 2 });
    const { plan } = await scenario.backup('sets', { slot: scenario.clock.now() });
    expect(plan.actions.map(({ source }) => source)).not.toContain(rehearsed(place).id);
    const { outcomes, plan: prune } = await scenario.prune();
    expect(outcomes).toEqual([]);
    expect(prune.skipped.filter(({ reason }) => reason.includes('ec2-backup:policy'))).toEqual([]);
  });

  test('with a command lets its agent reach the endpoints, sends it once and tells what it said', async () => {
    const place = await rehearsable();
    const { region } = place.scenario;
    await round(place.scenario, 'sets');
    const [group] = region.launching.groups().filter(({ name }) => name !== '');
    expect(group?.egress).toEqual([`tcp 443 ${place.endpoints}`, 'tcp 443 pl-00000001']);
    place.scenario.clock.advance(MINUTE);
    await round(place.scenario, 'sets', { round: 2 });
    const { id, profile } = rehearsed(place);
    expect(profile).toBe('ec2-backup/test/test-ap-northeast-2-rehearsal');
    const { judged } = await rehearse(place.scenario, 'sets');
    expect(region.launching.commandsSent()).toEqual([{ instanceId: id, commands: [COMMAND] }]);
    expect(judged).toMatchObject([
      { verdict: { isOk: true, what: 'the command ended with exit code 0: all is well' } },
    ]);
    const results = region.snapshots().flatMap(({ tags }) => tags['ec2-backup:rehearsed'] ?? []);
    expect(results).toHaveLength(4);
    expect(new Set(results).size).toBe(1);
    expectNothingLeft(place);
  });

  test('of Windows runs its command by PowerShell', async () => {
    const place = await rehearsable();
    const { region } = place.scenario;
    region.launching.setAgents({ platform: 'Windows' });
    await rehearse(place.scenario, 'sets');
    expect(region.calls.find(({ command }) => command === 'SendCommand')?.input).toMatchObject({
      DocumentName: 'AWS-RunPowerShellScript',
    });
  });

  test('takes the sources in turn, one that was never rehearsed first', async () => {
    const place = await rehearsable();
    const { scenario } = place;
    const second = scenario.region.runInstance({ tags: { Backup: 'nightly' }, zone: 'ap-northeast-2b' }).id;
    await scenario.backup('nightly');
    scenario.clock.advance(10 * MINUTE);
    const turns: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const { judged } = await rehearse(scenario, 'nightly');
      turns.push(...judged.map(({ rehearsal }) => rehearsal.source));
      scenario.clock.advance(HOUR);
    }
    expect(new Set(turns.slice(0, 2))).toEqual(new Set([place.source, second]));
    expect(turns.slice(2)).toEqual(turns.slice(0, 2));
  });

  test('of a slot is made once, however often it is asked for', async () => {
    const place = await rehearsable();
    const { scenario } = place;
    const slot = scenario.clock.now();
    await rehearse(scenario, 'nightly');
    scenario.region.calls.length = 0;
    const again = await round(scenario, 'nightly', { slot });
    expect(again.plan.notes).toEqual(['the rehearsal of this slot has been made']);
    scenario.clock.advance(2 * HOUR);
    await round(scenario, 'nightly', { slot });
    expect(scenario.region.calls.filter(({ command }) => CHANGING.test(command))).toEqual([]);
  });

  test('is followed by a sweep that changes nothing', async () => {
    const place = await rehearsable();
    await rehearse(place.scenario, 'sets');
    place.scenario.region.calls.length = 0;
    const { outcomes, isLeft } = await round(place.scenario);
    expect([outcomes, isLeft]).toEqual([[], false]);
    expect(place.scenario.region.calls.filter(({ command }) => CHANGING.test(command))).toEqual([]);
  });
});

describe('a rehearsal that fails', () => {
  test('for its status checks is told so at its deadline, and ended', async () => {
    const place = await rehearsable();
    await round(place.scenario, 'nightly');
    place.scenario.region.launching.impair(rehearsed(place).id);
    const { judged } = await rehearse(place.scenario, 'nightly');
    expect(judged).toMatchObject([{ verdict: { isOk: false } }]);
    expect(resultOf(place)).toMatch(
      /^failed 2026-11-22T04:5\d:00Z: not done by 2026-11-22T04:55:00Z, waiting until the status checks of i-\w+, now impaired, pass$/,
    );
    expectNothingLeft(place);
  });

  test('for its command says the exit code and the end of what it said', async () => {
    const place = await rehearsable();
    place.scenario.region.launching.setAgents({ exitCode: 3, output: 'inactive\n' });
    const { judged } = await rehearse(place.scenario, 'sets');
    expect(judged).toMatchObject([
      { verdict: { isOk: false, what: 'the command ended with exit code 3: inactive' } },
    ]);
    expectNothingLeft(place);
  });

  test('for an agent that is never heard of, or a command that never ends, is ended at its deadline', async () => {
    for (const agents of [{ isOnline: false }, { takes: DAY }]) {
      const place = await rehearsable();
      place.scenario.region.launching.setAgents(agents);
      const { judged } = await rehearse(place.scenario, 'sets');
      expect(judged).toMatchObject([{ verdict: { isOk: false } }]);
      expectNothingLeft(place);
    }
  });

  test.each([
    ['DescribeInstanceStatus', 'checks'],
    ['DescribeInstanceInformation', 'agent'],
    ['ListCommands', 'command'],
    ['GetCommandInvocation', 'command'],
  ])('because %s is refused all the time is ended at its deadline all the same', async (call, part) => {
    const place = await rehearsable();
    const { scenario } = place;
    const begun = scenario.clock.now();
    scenario.region.faults = ({ command }) =>
      command === call ? { kind: 'error', name: 'AccessDeniedException', message: 'not you' } : undefined;
    const { judged, outcomes } = await rehearse(scenario, 'sets');
    expect(judged.map(({ verdict }) => verdict)).toEqual([
      { isOk: false, what: expect.stringContaining(`its ${part} could not be looked at by`) as string },
    ]);
    const looks = outcomes.filter(({ action }) => action === 'look');
    expect(looks.map(({ status }) => status)).toEqual([
      ...Array<string>(looks.length - 1).fill('postponed'),
      'failed',
    ]);
    expect(scenario.clock.now() - begun).toBeLessThan(HOUR);
    expectNothingLeft(place);
  });

  test('does not become one because Systems Manager is busy at its deadline', async () => {
    const place = await rehearsable();
    const { scenario } = place;
    const busyUntil = scenario.clock.now() + 50 * MINUTE;
    scenario.region.faults = ({ command }) =>
      command === 'GetCommandInvocation' && scenario.clock.now() < busyUntil
        ? { kind: 'throttle' }
        : undefined;
    const { judged } = await rehearse(scenario, 'sets');
    expect(judged).toMatchObject([{ verdict: { isOk: true } }]);
    expect(scenario.clock.now()).toBeGreaterThanOrEqual(busyUntil);
    expectNothingLeft(place);
  });

  test('because EC2 could not start it says why', async () => {
    const place = await rehearsable();
    place.scenario.region.faults = ({ command }) =>
      command === 'RunInstances'
        ? { kind: 'fails-later', reason: 'Client.InternalError: no grant' }
        : undefined;
    const { judged } = await rehearse(place.scenario, 'nightly');
    expect(judged).toMatchObject([{ verdict: { isOk: false } }]);
    expect(resultOf(place)).toContain('ended by itself: Client.InternalError: no grant');
    expectNothingLeft(place);
  });

  const refusedWith = async (name: string) => {
    const place = await rehearsable();
    place.scenario.region.faults = ({ command }) =>
      command === 'RunInstances' ? { kind: 'error', name } : undefined;
    const { judged, outcomes } = await rehearse(place.scenario, 'sets');
    const results = place.scenario.region
      .snapshots()
      .flatMap(({ tags }) => tags['ec2-backup:rehearsed'] ?? []);
    expect(judged).toMatchObject([
      { verdict: { isOk: false, what: expect.stringContaining(name) as string } },
    ]);
    expect(outcomes).toContainEqual(expect.objectContaining({ action: 'run-instance', status: 'failed' }));
    expectNothingLeft(place);
    return results;
  };

  test('because EC2 refuses to start it says why, and takes away what it has made', async () => {
    const [result] = await refusedWith('InvalidBlockDeviceMapping');
    expect(result).toContain('InvalidBlockDeviceMapping');
  });

  test.each(['InsufficientInstanceCapacity', 'VcpuLimitExceeded', 'UnauthorizedOperation'])(
    'because of %s says nothing of the backup, and has failed all the same',
    async (name) => {
      expect(await refusedWith(name)).toEqual([]);
    },
  );

  test('keeps its verdict when the run that told it dies before the instance ends', async () => {
    const place = await rehearsable();
    const { region, clock } = place.scenario;
    const slot = clock.now();
    await round(place.scenario, 'nightly', { slot });
    const { id } = rehearsed(place);
    clock.advance(5 * MINUTE);
    region.launching.impair(id);
    clock.advance(HOUR);
    region.faults = ({ command }) =>
      command === 'TerminateInstances' ? { kind: 'die', when: 'before' } : undefined;
    await round(place.scenario, 'nightly', { slot, round: 2 });
    const told = resultOf(place);
    expect(told).toMatch(/^failed /);
    region.revive();
    region.faults = () => undefined;
    region.launching.heal(id);
    const { judged } = await rehearse(place.scenario);
    expect([judged, resultOf(place)]).toEqual([[], told]);
    expectNothingLeft(place);
  });

  test('whose instance somebody has terminated is no verdict on the backup', async () => {
    const place = await rehearsable();
    await round(place.scenario, 'nightly');
    place.scenario.region.terminateInstance(rehearsed(place).id);
    const { judged } = await rehearse(place.scenario, 'nightly');
    expect([judged, resultOf(place)]).toEqual([[], undefined]);
    expectNothingLeft(place);
  });

  test('of a policy that is no longer rehearsed is ended by the sweep without a verdict', async () => {
    const place = await rehearsable();
    await round(place.scenario, 'nightly');
    place.scenario.edit(rehearsedPolicies().replace(/rehearse:.*/, ''));
    const { judged } = await rehearse(place.scenario);
    expect([judged, resultOf(place)]).toEqual([[], undefined]);
    expectNothingLeft(place);
  });
});

describe('the sweep', () => {
  test('touches nothing that is not marked, nor what another deployment has marked', async () => {
    const place = await rehearsable();
    const { region, clock } = place.scenario;
    const tags = {
      'ec2-backup:rehearsal': 'nightly/2026-11-01T00:00:00Z',
      'ec2-backup:rehearsal-deadline': '2026-11-01T01:00:00Z',
    };
    const foreign = region.runInstance({ tags: { ...tags, 'ec2-backup:deployment': 'prod' } }).id;
    // As "launch more like this" makes them: with all tags, but not with a rehearsal's client token.
    const alike = region.runInstance({ tags: { ...tags, 'ec2-backup:deployment': 'test' } }).id;
    const unreadable = region.runInstance({
      tags: { 'ec2-backup:deployment': 'test', 'ec2-backup:rehearsal': 'what?' },
    }).id;
    const image = region.registerImage({
      createdAt: clock.now(),
      name: 'a backup of it',
      tags: { ...tags, 'ec2-backup:deployment': 'test' },
    });
    clock.advance(DAY);
    region.calls.length = 0;
    const { plan } = await rehearse(place.scenario);
    expect(region.has(image)).toBe(true);
    expect(region.calls.filter(({ command }) => CHANGING.test(command))).toEqual([]);
    expect(plan.skipped).toEqual([]);
    for (const id of [foreign, alike, unreadable])
      expect(region.instances().find((one) => one.id === id)?.state).toBe('running');
  });

  test('says which policy was to be rehearsed and was not, and not before it could have been', async () => {
    const place = await rehearsable();
    const { scenario } = place;
    // A slot at 05:00, from when the sweep may miss it two hours later.
    const overdueAt = async (hours: number): Promise<readonly string[] | undefined> => {
      scenario.clock.advance(Date.UTC(2026, 10, 22, hours) - scenario.clock.now());
      return (await round(scenario)).plan.overdue;
    };
    expect(await overdueAt(6)).toEqual([]);
    expect(await overdueAt(7)).toEqual(['nightly']);
    await rehearse(scenario, 'nightly');
    expect(await overdueAt(9)).toEqual(['sets']);
  });
});

describe('before anything starts it is refused', () => {
  const CASES: readonly {
    name: string;
    policy: string;
    prepare: (place: Rehearsed) => unknown;
    says: RegExp;
  }[] = [
    {
      name: 'for a subnet that does not exist',
      policy: 'nightly',
      prepare: ({ scenario }) => scenario.region.launching.deleteSubnet(SUBNET),
      says: /subnet subnet-0aaaaaaaaaaaaaaaa does not exist here$/,
    },
    {
      name: 'for a subnet of a VPC without the endpoints that the command needs',
      policy: 'sets',
      prepare: ({ scenario }) => {
        scenario.region.launching.deleteSubnet(SUBNET);
        scenario.region.launching.createSubnet({
          id: SUBNET,
          zone: 'ap-northeast-2b',
          vpc: 'vpc-0bbbbbbbbbbbbbbbb',
        });
      },
      says: /vpc-0bbbbbbbbbbbbbbbb has no interface endpoint of ssm and ssmmessages/,
    },
    {
      name: 'for a type that does not exist',
      policy: 'nightly',
      prepare: ({ scenario }) =>
        scenario.edit(
          rehearsedPolicies().replace(`subnet: ${SUBNET} }`, `subnet: ${SUBNET}, instanceType: z9.huge }`),
        ),
      says: /instance type z9.huge does not exist here$/,
    },
    {
      name: 'for a point that is pending',
      policy: 'nightly',
      prepare: async ({ scenario, ami }) => {
        scenario.region.deregisterByHand(ami);
        await scenario.backup('nightly');
      },
      says: /the newest, ami-\w+ of slot 2026-11-22T04:10:00Z, is pending/,
    },
    {
      name: 'for a point that has failed',
      policy: 'nightly',
      prepare: ({ scenario, ami }) => scenario.region.failImage(ami),
      says: /the newest, ami-\w+ of slot 2026-11-22T03:00:00Z, is failed/,
    },
    {
      name: 'for a point that is archived',
      policy: 'sets',
      prepare: ({ scenario, set }) => scenario.region.launching.archiveSnapshot(set),
      says: /the newest, snap-\w+ of slot 2026-11-22T04:00:00Z, is archived/,
    },
  ];

  test.each(CASES)('$name', async ({ policy, prepare, says }) => {
    const place = await rehearsable();
    await prepare(place);
    place.scenario.region.calls.length = 0;
    const refused = round(place.scenario, policy);
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.toThrow(says);
    expect(place.scenario.region.calls.filter(({ command }) => CHANGING.test(command))).toEqual([]);
  });

  test('one source that cannot be started leaves its turn to another, and is named', async () => {
    const place = await rehearsable();
    const { scenario } = place;
    const other = scenario.region.runInstance({
      tags: { Backup: 'nightly' },
      zone: 'ap-northeast-2b',
      instanceType: 'z9.huge',
    }).id;
    await scenario.backup('nightly');
    scenario.clock.advance(10 * MINUTE);
    for (let turn = 0; turn < 3; turn += 1) {
      const { judged } = await rehearse(scenario, 'nightly');
      expect(judged.map(({ rehearsal }) => rehearsal.source)).toEqual([place.source]);
      scenario.clock.advance(HOUR);
    }
    const { plan } = await round(scenario, 'nightly');
    expect(plan.skipped).toMatchObject([{ id: other, reason: expect.stringContaining('z9.huge') as string }]);
  });
});

test('a rehearsal of another place is none of this one, which says so', async () => {
  const place = await rehearsable();
  const targets = `targets: [{ account: "111122223333", region: ap-northeast-2 }, { account: "111122223333", region: us-east-1 }]`;
  const there = `subnet: ${SUBNET}, account: "111122223333", region: us-east-1`;
  place.scenario.edit(`${rehearsedPolicies().replaceAll(`subnet: ${SUBNET}`, there)}${targets}\n`);
  const { plan, outcomes } = await round(place.scenario, 'nightly');
  expect(outcomes).toEqual([]);
  expect(plan.notes).toEqual([
    'policy nightly is rehearsed in account 111122223333, Region us-east-1: nothing to do here',
  ]);
});
