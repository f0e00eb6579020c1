/** Backups that Windows makes itself, through VSS: one command and one set a slot, and what it came to is told as it is. */

import { SendCommandCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { runBackup } from '../../src/lib/run/backup.ts';
import { readAllPoints } from '../../src/lib/run/read.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { ended } from '../support/hooking.ts';
import { HOUR, MINUTE, START, type Scenario } from '../support/scenario.ts';
import { bySetOf, sentAndMade, VSS, vssPolicies, windows } from '../support/vss.ts';

const SECOND = 1000;
const SKIP = vssPolicies('skip');
const FAILED = 'VSS: Failed with exit code 1, and no snapshot has its tags';

async function states({ context }: Scenario): Promise<unknown[]> {
  const { points } = await readAllPoints(context);
  return points.map(({ state, consistency }) => [state, consistency]);
}

describe('a backup through VSS', () => {
  test('is one command, whose snapshots are the backup', async () => {
    const { scenario, instance, volumes } = windows();
    const { outcomes, plan } = await scenario.backup('win');
    expect(plan.warnings).toEqual([]);
    expect(outcomes.map(({ status, warning }) => [status, warning])).toEqual([['done', undefined]]);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    const made = scenario.region.snapshots();
    expect(made.map(({ volumeId }) => volumeId).sort()).toEqual([...volumes].sort());
    expect(outcomes[0]?.snapshots).toEqual(made.map(({ id }) => id).sort());
    for (const { tags } of made)
      expect(tags).toMatchObject({
        'ec2-backup:deployment': 'test',
        'ec2-backup:policy': 'win',
        'ec2-backup:source': instance,
        'ec2-backup:slot': '2026-11-22T03:00:00Z',
        'ec2-backup:kind': 'snapshots',
        'ec2-backup:consistency': 'vss',
        Name: 'sql win 2026-11-22T03:00:00Z',
        Team: 'payments',
        AppConsistent: 'True',
      });
    scenario.clock.advance(HOUR);
    expect(await states(scenario)).toEqual([['good', 'application']]);
  });

  test('tells the document what is the run’s own, and who it is of', async () => {
    const { scenario, instance } = windows();
    await scenario.backup('win');
    const [command] = scenario.region.hooks.commands();
    expect(command).toMatchObject({ instanceId: instance, document: VSS });
    expect(command?.comment).toMatch(/^ec2-backup vss 2026-11-22T03:00:00Z [0-9a-f-]{36}$/);
    expect(command?.parameters).toMatchObject({
      CreateAmi: ['False'],
      ExcludeBootVolume: ['False'],
      executionTimeout: ['600'],
      description: [`test/win/${instance}/20261122T030000Z`],
    });
  });

  test('of a slot that is made already sends nothing', async () => {
    const { scenario } = windows();
    await scenario.backup('win', { slot: START });
    scenario.clock.advance(HOUR);
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['already-done']);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
  });

  test('leaves out the boot volume where its tag says so', async () => {
    const { scenario, volumes } = windows();
    const [boot = '', ...data] = volumes;
    scenario.region.tag(boot, 'Backup:Exclude', 'true');
    expect(ended(await scenario.backup('win'))).toEqual(['done']);
    expect(
      scenario.region
        .snapshots()
        .map(({ volumeId }) => volumeId)
        .sort(),
    ).toEqual([...data].sort());
  });

  test('of a stopped instance is one of our own', async () => {
    const { scenario, instance } = windows();
    scenario.region.stopInstance(instance);
    expect(ended(await scenario.backup('win'))).toEqual(['done']);
    expect(sentAndMade(scenario)).toEqual([0, 1]);
    expect(scenario.region.snapshots()[0]?.tags['ec2-backup:consistency']).toBe('stopped');
  });

  test('is pruned like any other', async () => {
    const { scenario } = windows();
    for (let slot = 0; slot < 5; slot += 1) {
      expect(ended(await scenario.backup('win'))).toEqual(['done']);
      scenario.clock.advance(6 * HOUR);
    }
    await scenario.prune();
    expect(new Set(scenario.region.snapshots().map(({ tags }) => tags['ec2-backup:slot'])).size).toBe(3);
  });

  test('carries what it can of the source’s own tags, and says what it cannot', async () => {
    const tags = {
      Name: '웹, 1',
      Owner: 'a,b',
      Device: 'x',
      'Cost Center': 'a/7 (x)',
      'Backup:Keep': 'last=3,daily=9',
    };
    const { scenario, instance } = windows({ tags });
    const { plan, outcomes } = await scenario.backup('win');
    expect(outcomes.map(({ status }) => status)).toEqual(['done']);
    expect(plan.warnings).toEqual([
      {
        id: instance,
        policy: 'win',
        reason: 'VSS takes few characters in tags: 2 of its own are left out: Owner, Device',
      },
      { id: instance, policy: 'win', reason: 'VSS takes few characters in tags: others are _ in Name' },
    ]);
    const [snapshot] = scenario.region.snapshots();
    expect(snapshot?.tags).toMatchObject({ Name: '__ 1 win 2026-11-22T03:00:00Z', 'Cost Center': 'a/7 (x)' });
    expect(snapshot?.tags['Owner']).toBeUndefined();
    const { points } = await readAllPoints(scenario.context);
    expect(points.map(({ keep }) => keep)).toEqual(['last=3,daily=9']);
  });

  test('gives the agent nothing of others that it would resolve with the rights of the machine', async () => {
    const secret = '{{ssm:/prod/db/password}}';
    const tags = {
      Name: `{{ ssm:name }}`,
      Team: secret,
      [`x${secret}`]: 'y',
      Quoted: `it's "a"`,
      Owner: 'a',
      owner: 'b',
      'Backup:Keep': secret,
    };
    const { scenario } = windows({ tags });
    const { plan, outcomes } = await scenario.backup('win', { hold: `legal ${secret}` });
    expect(outcomes.map(({ status }) => status)).toEqual(['done']);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    expect(plan.warnings.map(({ reason }) => reason)).toEqual([
      `VSS takes few characters in tags: 3 of its own are left out: Team, x${secret}, Quoted`,
      'VSS may know no case in tags: left out is what differs in nothing else: owner',
      'VSS takes few characters in tags: others are _ in Backup:Hold, Name',
    ]);
    const sent = scenario.region.hooks.commands();
    expect(JSON.stringify(sent)).not.toContain('{{');
    expect(sent[0]?.parameters['tags']?.[0]).not.toMatch(/['"\\]/);
    expect(scenario.region.snapshots()[0]?.tags).toMatchObject({
      Name: '__ ssm:name __ win 2026-11-22T03:00:00Z',
      'Backup:Hold': 'legal __ssm:/prod/db/password__',
      Owner: 'a',
    });
    const { points } = await readAllPoints(scenario.context);
    expect(points.map(({ keep }) => keep)).toEqual([secret]);
  });
});

describe('a command that makes no snapshot', () => {
  test('is followed by one of our own, once it is sure that there is none', async () => {
    const { scenario } = windows({ vss: { makes: 'none' } });
    expect(ended(await scenario.backup('win'))).toEqual([`done | only crash-consistent: ${FAILED}`]);
    expect(sentAndMade(scenario)).toEqual([1, 1]);
    const { region } = scenario;
    const { endsAt = Infinity } = region.hooks.commands()[0] ?? {};
    const made = region.calls.find(({ command }) => command === 'CreateSnapshots');
    expect((made?.at ?? 0) - endsAt).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(new Set(region.snapshots().map(({ tags }) => tags['ec2-backup:consistency']))).toEqual(
      new Set(['crash']),
    );
  });

  test('with onFailure: skip is no backup, and is tried again when it is asked for again', async () => {
    const { scenario } = windows({ policies: SKIP, vss: { makes: 'none' } });
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual([
      `failed | ${FAILED}; not backed up (onFailure: skip)`,
    ]);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    scenario.region.hooks.setVss({ makes: 'application' });
    scenario.clock.advance(HOUR);
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['done']);
    expect(sentAndMade(scenario)).toEqual([2, 0]);
    expect(scenario.region.snapshots()).toHaveLength(4);
  });

  test('as it cannot be delivered is followed by one of our own at once', async () => {
    const { scenario } = windows({ vss: { delivery: 'refused' } });
    expect(ended(await scenario.backup('win'))).toEqual([
      'done | only crash-consistent: VSS: Undeliverable, and no snapshot has its tags',
    ]);
    expect(scenario.clock.now() - START).toBeLessThan(3 * MINUTE);
    expect(sentAndMade(scenario)).toEqual([1, 1]);
  });

  test('as it was not delivered in time is followed by one of our own when it can make none any more', async () => {
    const { scenario } = windows({ vss: { delivery: 'late' } });
    expect(ended(await scenario.backup('win'))).toEqual([
      'done | only crash-consistent: VSS: DeliveryTimedOut, and no snapshot has its tags',
    ]);
    // Delivery, installing and the document's own timeout, and five minutes that lists lag.
    expect(scenario.clock.now() - START).toBeGreaterThanOrEqual((12 + 10 + 10 + 5) * MINUTE);
    expect(sentAndMade(scenario)).toEqual([1, 1]);
  });
});

describe('a set whose snapshots fail afterwards', () => {
  /** The slot made, with snapshots that fail; asked for again later. */
  async function failing(onFailure: string, which: 'all' | 'one'): Promise<Scenario> {
    const { scenario } = windows({
      policies: vssPolicies(onFailure),
      // Those that fail would be in the way of others of their volumes.
      settings: { volumeSnapshotLimits: false },
    });
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['done']);
    scenario.clock.advance(40 * MINUTE);
    const made = scenario.region.snapshots().map(({ id }) => id);
    for (const id of which === 'all' ? made : made.slice(0, 1)) scenario.region.failSnapshot(id);
    scenario.clock.advance(40 * MINUTE);
    return scenario;
  }

  test.each(['all', 'one'] as const)('(%s of them) is followed by one of our own', async (which) => {
    const scenario = await failing('crash-consistent', which);
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual([
      expect.stringMatching(
        /^done \| only crash-consistent: VSS: Success, and snap-\w+(?:, snap-\w+)* of its set failed$/,
      ),
    ]);
    expect(sentAndMade(scenario)).toEqual([1, 1]);
    expect(bySetOf(scenario).ours).toHaveLength(4);
    scenario.clock.advance(40 * MINUTE);
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['already-done']);
    expect(sentAndMade(scenario)).toEqual([1, 1]);
  });

  test.each(['all', 'one'] as const)(
    '(%s of them) with onFailure: skip is followed by another command',
    async (which) => {
      const scenario = await failing('skip', which);
      expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['done']);
      expect(sentAndMade(scenario)).toEqual([2, 0]);
      scenario.clock.advance(40 * MINUTE);
      expect((await readAllPoints(scenario.context)).points.map(({ state }) => state).sort()).toEqual([
        'failed',
        'good',
      ]);
      expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['already-done']);
      expect(sentAndMade(scenario)).toEqual([2, 0]);
    },
  );
});

describe('before anything is sent', () => {
  test('a machine that is not Windows is said to be so', async () => {
    const { scenario, instance } = windows();
    scenario.region.hooks.setAgent(instance, 'online', 'Linux');
    const why = 'Systems Manager says that it is Linux, expected Windows: VSS is of nothing else';
    const report = await scenario.backup('win');
    expect(report.plan.warnings).toEqual([
      { id: instance, policy: 'win', reason: `${why}: its backup is crash-consistent` },
    ]);
    expect(ended(report)).toEqual([`done | only crash-consistent: ${why}`]);
    expect(sentAndMade(scenario)).toEqual([0, 1]);
  });

  test('one that is not online is, too, and with onFailure: skip not backed up', async () => {
    const { scenario, instance } = windows({ policies: SKIP });
    scenario.region.hooks.setAgent(instance, 'lost');
    expect(ended(await scenario.backup('win'))).toEqual([
      'failed | not online in Systems Manager: ConnectionLost; not backed up (onFailure: skip)',
    ]);
    expect(sentAndMade(scenario)).toEqual([0, 0]);
  });

  test('a data volume that is left out is in the way: our own call leaves it out', async () => {
    const { scenario, instance, volumes } = windows();
    const [, data = ''] = volumes;
    scenario.region.tag(data, 'Backup:Exclude', 'true');
    const why = `VSS can leave out the boot volume alone, not ${data}`;
    const report = await scenario.backup('win');
    expect(report.plan.warnings).toEqual([
      { id: instance, policy: 'win', reason: `${why}: its backup is crash-consistent` },
    ]);
    expect(ended(report)).toEqual([`done | only crash-consistent: ${why}`]);
    expect(sentAndMade(scenario)).toEqual([0, 1]);
    expect(scenario.region.snapshots().map(({ volumeId }) => volumeId)).not.toContain(data);
  });

  test('a refused command is by onFailure', async () => {
    const { scenario } = windows();
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'error', name: 'InvalidInstanceId' });
    expect(ended(await scenario.backup('win'))).toEqual([
      expect.stringMatching(/^done \| only crash-consistent: VSS could not be told: InvalidInstanceId/),
    ]);
    expect(sentAndMade(scenario)).toEqual([1, 1]);
  });

  test('commands that may not be listed are by onFailure: nothing is sent that nobody could find again', async () => {
    const { scenario } = windows();
    scenario.region.faults = onCommand('ListCommands', 1, { kind: 'error', name: 'AccessDeniedException' });
    expect(ended(await scenario.backup('win'))).toEqual([
      expect.stringMatching(/^done \| only crash-consistent: its commands cannot be listed: AccessDenied/),
    ]);
    expect(sentAndMade(scenario)).toEqual([0, 1]);
  });
});

describe('a set that lacks a volume', () => {
  test('is a failure, and says that VSS may have left it out', async () => {
    const { scenario, volumes } = windows();
    const [, data = ''] = volumes;
    scenario.region.hooks.setVss({ leavesOut: [data] });
    expect(ended(await scenario.backup('win'))).toEqual([
      `failed | the set lacks ${data}, which VSS has left out, or the instance no longer has: it does not count, and the next slot goes on`,
    ]);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
  });
});

describe('one command a slot', () => {
  test('is none by another document, whatever its comment says', async () => {
    const { scenario, instance } = windows({ vss: { delivery: 'refused' } });
    await scenario.backup('win', { slot: START });
    const [{ comment: Comment } = { comment: '' }] = scenario.region.hooks.commands();
    const other = windows();
    other.scenario.region.hooks.createDocument({ name: 'somebodys', parameters: {} });
    expect(other.instance).toBe(instance);
    await other.scenario.region.clients.ssm.send(
      new SendCommandCommand({ InstanceIds: [instance], DocumentName: 'somebodys', Comment }),
    );
    expect(ended(await other.scenario.backup('win', { slot: START }))).toEqual(['done']);
    expect(bySetOf(other.scenario).theirs).toHaveLength(4);
    expect(bySetOf(other.scenario).ours).toEqual([]);
  });

  test('of which no answer came is found by what it says of itself', async () => {
    const { scenario } = windows();
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'lost-answer' });
    expect(ended(await scenario.backup('win'))).toEqual(['done']);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    expect(scenario.region.snapshots()).toHaveLength(4);
  });

  test('that was not taken, and had no answer, is not sent again in the same run, but in the next', async () => {
    const { scenario } = windows();
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'unavailable', accepted: false });
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual([
      expect.stringMatching(/^unknown \| outcome unknown/),
    ]);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    scenario.clock.advance(10 * MINUTE);
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['done']);
    expect(scenario.region.snapshots()).toHaveLength(4);
  });

  test('is left for a later run when Systems Manager is too busy', async () => {
    const { scenario } = windows();
    const { context } = scenario;
    scenario.region.faults = ({ command }) => (command === 'SendCommand' ? { kind: 'throttle' } : undefined);
    const report = await runBackup(
      { policy: 'win', slot: START, trigger: 'schedule' },
      { ...context, deadline: START + 10 * MINUTE },
    );
    expect(ended(report)).toEqual([expect.stringMatching(/^postponed \| ThrottlingException/)]);
    expect(bySetOf(scenario)).toEqual({ theirs: [], ours: [] });
  });

  test('that a dead run had sent is followed, though its machine is not online any more', async () => {
    const { scenario, instance } = windows({
      vss: { takes: { create: 8 * MINUTE, tag: SECOND, end: SECOND } },
    });
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'die', when: 'after' });
    await scenario.backup('win', { slot: START }).catch(() => undefined);
    scenario.region.revive();
    scenario.region.faults = () => undefined;
    scenario.region.hooks.setAgent(instance, 'lost');
    scenario.clock.advance(5 * MINUTE);
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual(['done']);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    expect(bySetOf(scenario).theirs).toHaveLength(4);
    expect(bySetOf(scenario).ours).toEqual([]);
  });
});
