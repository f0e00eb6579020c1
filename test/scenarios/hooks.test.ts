/** Backups of which the instance is told: frozen, made, thawed at once, whatever goes wrong. */

import { describe, expect, test } from 'vitest';
import type { Clients } from '../../src/lib/aws/clients.ts';
import { shapeCalls } from '../../src/lib/aws/shape-calls.ts';
import { runBackup, type BackupReport } from '../../src/lib/run/backup.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { addDatabase, changesOf, consistencies, ended, hooked, hookedPolicies } from '../support/hooking.ts';
import { HOUR, MINUTE, START, type Scenario } from '../support/scenario.ts';

const SECOND = 1000;
const SKIP = hookedPolicies('{ document: db-freeze, onFailure: skip }');
const IMAGE = hookedPolicies('{ document: db-freeze }', 'image');
const WHOLE = ['SendCommand pre-script', 'CreateSnapshots', 'SendCommand post-script'];

function backUp(context: RunContext): Promise<BackupReport> {
  return runBackup({ policy: 'db', slot: START, trigger: 'schedule' }, context);
}

/** Clients whose creating calls take so long. */
function slowlyMade({ clients, clock }: Scenario, ms: number): Clients {
  const send = async (command: Parameters<typeof clients.ec2Once.send>[0]): Promise<unknown> => {
    await clock.sleep(ms);
    return clients.ec2Once.send(command);
  };
  return { ...clients, ec2Once: { send: send as typeof clients.ec2Once.send } };
}

describe('a backup with hooks', () => {
  test('is frozen, made and thawed at once, and its tag says so', async () => {
    const { scenario, instance } = hooked();
    const report = await scenario.backup('db');
    expect(ended(report)).toEqual(['done']);
    expect(changesOf(scenario)).toEqual(WHOLE);
    expect(consistencies(scenario)).toEqual(['application', 'application']);
    const [freeze, ...others] = scenario.region.hooks.freezes(instance);
    expect(others).toEqual([]);
    expect(freeze?.by).toBe('post-script');
    expect((freeze?.to ?? 0) - (freeze?.from ?? 0)).toBeLessThan(10 * SECOND);
  });

  test('sends the thaw after the creating call before it asks anything else', async () => {
    const { scenario } = hooked();
    await scenario.backup('db');
    const commands = scenario.region.calls.map(({ command }) => command);
    const created = commands.indexOf('CreateSnapshots');
    expect(commands[created + 1]).toBe('SendCommand');
    expect(scenario.region.calls[created + 1]?.at).toBe(scenario.region.calls[created]?.at);
  });

  test('is made when it is frozen, and no earlier', async () => {
    const { scenario, instance } = hooked();
    scenario.region.hooks.setScripts({ takes: { pre: 20 * SECOND, post: SECOND } });
    await scenario.backup('db');
    const made = scenario.region.calls.find(({ command }) => command === 'CreateSnapshots');
    const [freeze] = scenario.region.hooks.freezes(instance);
    expect(made?.at).toBeGreaterThanOrEqual(freeze?.from ?? Infinity);
    expect(made?.at).toBeLessThanOrEqual(freeze?.to ?? 0);
  });

  test('gives both scripts one id, which is a UUID and the same when the slot is tried again', async () => {
    const idsOf = async (slot: number): Promise<string[]> => {
      const { scenario } = hooked();
      await scenario.backup('db', { slot });
      return scenario.region.hooks.runs().map(({ executionId }) => executionId);
    };
    const [pre, post, ...others] = await idsOf(START);
    expect(others).toEqual([]);
    expect(pre).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(post).toBe(pre);
    expect(await idsOf(START)).toEqual([pre, pre]);
    expect((await idsOf(START - HOUR))[0]).not.toBe(pre);
  });

  test('passes the document its further parameters, and takes it by its ARN', async () => {
    const arn = 'arn:aws:ssm:ap-northeast-2:111122223333:document/with-database';
    const policies = hookedPolicies(`{ document: "${arn}", parameters: { database: orders } }`);
    const { scenario } = hooked(policies, { account: '111122223333' });
    scenario.region.hooks.createDocument({
      name: 'with-database',
      parameters: {
        database: {},
        executionId: { default: 'None', allowedPattern: '^(None|[a-fA-F0-9-]{36})$' },
        command: { default: 'dry-run', allowedValues: ['pre-script', 'post-script', 'dry-run'] },
      },
    });
    expect(ended(await scenario.backup('db'))).toEqual(['done']);
    expect(scenario.region.hooks.runs().map(({ parameters }) => parameters['database'])).toEqual([
      ['orders'],
      ['orders'],
    ]);
  });

  test('of an AMI goes the same way, without a reboot', async () => {
    const { scenario } = hooked(IMAGE);
    expect(ended(await scenario.backup('db'))).toEqual(['done']);
    expect(changesOf(scenario)).toEqual(['SendCommand pre-script', 'CreateImage', 'SendCommand post-script']);
    expect(consistencies(scenario)).toEqual(['application', 'application']);
    const [image] = scenario.region.images();
    expect(image?.tags['ec2-backup:consistency']).toBe('application');
  });

  test('of a stopped instance tells nobody', async () => {
    const { scenario, instance } = hooked();
    scenario.region.stopInstance(instance);
    expect(ended(await scenario.backup('db'))).toEqual(['done']);
    expect(changesOf(scenario)).toEqual(['CreateSnapshots']);
    expect(scenario.region.calls.map(({ service }) => service)).not.toContain('ssm');
    expect(consistencies(scenario)).toEqual(['stopped', 'stopped']);
  });

  test('of a slot that is made already tells nobody', async () => {
    const { scenario } = hooked();
    await scenario.backup('db', { slot: START });
    scenario.clock.advance(10 * MINUTE);
    expect(ended(await scenario.backup('db', { slot: START }))).toEqual(['already-done']);
    expect(changesOf(scenario)).toEqual(WHOLE);
  });

  test('asks for the agents of those that are to be told, in pages, once', async () => {
    const { scenario } = hooked();
    for (let more = 0; more < 60; more += 1) addDatabase(scenario);
    const other = scenario.region.runInstance({ tags: { Backup: 'none' } }).id;
    const { outcomes } = await scenario.backup('db');
    expect(outcomes.filter(isFailure)).toEqual([]);
    const asked = scenario.region.calls
      .filter(({ command }) => command === 'DescribeInstanceInformation')
      .map(({ input }) => input as { Filters: { Values: string[] }[]; NextToken?: string });
    const first = asked.filter(({ NextToken }) => NextToken === undefined);
    expect(first.map(({ Filters }) => Filters[0]?.Values.length)).toEqual([50, 11]);
    expect(asked.flatMap(({ Filters }) => Filters[0]?.Values)).not.toContain(other);
    expect(new Set(consistencies(scenario))).toEqual(new Set(['application']));
  });
});

describe('an instance that is not online', () => {
  const NEVER = 'not online in Systems Manager: no agent of it is known there';
  const LOST = 'not online in Systems Manager: ConnectionLost';

  test.each([
    { agent: 'unknown', why: NEVER },
    { agent: 'lost', why: LOST },
  ] as const)(
    '($agent) is said to be so in the plan, and backed up crash-consistent',
    async ({ agent, why }) => {
      const { scenario, instance } = hooked();
      scenario.region.hooks.setAgent(instance, agent);
      const report = await scenario.backup('db');
      expect(report.plan.warnings).toEqual([
        { id: instance, policy: 'db', reason: `${why}: its backup is crash-consistent` },
      ]);
      expect(ended(report)).toEqual([`done | only crash-consistent: ${why}`]);
      expect(changesOf(scenario)).toEqual(['CreateSnapshots']);
      expect(consistencies(scenario)).toEqual(['crash', 'crash']);
    },
  );

  test('is not backed up with onFailure: skip, which is a failure', async () => {
    const { scenario, instance } = hooked(SKIP);
    scenario.region.hooks.setAgent(instance, 'unknown');
    const report = await scenario.backup('db');
    expect(report.plan.warnings).toEqual([
      { id: instance, policy: 'db', reason: `${NEVER}: it is not backed up (onFailure: skip)` },
    ]);
    expect(ended(report)).toEqual([`failed | ${NEVER}; not backed up (onFailure: skip)`]);
    expect(changesOf(scenario)).toEqual([]);
  });

  test('keeps nobody else from being frozen', async () => {
    const { scenario, instance } = hooked(SKIP);
    addDatabase(scenario);
    scenario.region.hooks.setAgent(instance, 'unknown');
    const { outcomes } = await scenario.backup('db');
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['done', 'failed']);
    expect(changesOf(scenario)).toEqual(WHOLE);
  });

  test('may be one that cannot be asked for: the backup is made all the same', async () => {
    const { scenario } = hooked();
    const name = 'AccessDeniedException';
    scenario.region.faults = onCommand('DescribeInstanceInformation', 1, { kind: 'error', name });
    expect(ended(await scenario.backup('db'))).toEqual([
      expect.stringMatching(
        /^done \| only crash-consistent: whether it is online in Systems Manager could not be read: AccessDenied/,
      ),
    ]);
    expect(changesOf(scenario)).toEqual(['CreateSnapshots']);
  });

  test('since it was asked for is refused by the command, and never thawed', async () => {
    const { scenario } = hooked();
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'error', name: 'InvalidInstanceId' });
    expect(ended(await scenario.backup('db'))).toEqual([
      expect.stringMatching(
        /^done \| only crash-consistent: pre-script: it could not be sent: InvalidInstanceId/,
      ),
    ]);
    expect(changesOf(scenario)).toEqual(['SendCommand pre-script', 'CreateSnapshots']);
    expect(consistencies(scenario)).toEqual(['crash', 'crash']);
  });
});

describe('a pre-script that fails', () => {
  const THAWED = ['SendCommand pre-script', 'SendCommand post-script', 'CreateSnapshots'];

  test.each([
    {
      title: 'at once',
      scripts: { pre: 'fails' as const },
      why: 'pre-script: Failed with exit code 201: the pre-script failed',
    },
    {
      title: 'half-way',
      scripts: { pre: 'stuck' as const },
      why: 'pre-script: Failed with exit code 201: the pre-script failed',
    },
    {
      title: 'by taking too long',
      scripts: { takes: { pre: 5 * MINUTE, post: SECOND } },
      why: 'pre-script: no end of it within 60 s',
    },
  ])('$title is followed by a thaw, and then by a crash-consistent backup', async ({ scripts, why }) => {
    const { scenario, instance } = hooked();
    scenario.region.hooks.setScripts(scripts);
    expect(ended(await scenario.backup('db'))).toEqual([`done | only crash-consistent: ${why}`]);
    expect(changesOf(scenario)).toEqual(THAWED);
    expect(consistencies(scenario)).toEqual(['crash', 'crash']);
    expect(scenario.region.hooks.frozenSince(instance)).toBeUndefined();
  });

  test('with onFailure: skip is followed by a thaw and no backup, which is a failure', async () => {
    const { scenario, instance } = hooked(SKIP);
    scenario.region.hooks.setScripts({ pre: 'stuck' });
    expect(ended(await scenario.backup('db'))).toEqual([
      'failed | pre-script: Failed with exit code 201: the pre-script failed; not backed up (onFailure: skip)',
    ]);
    expect(changesOf(scenario)).toEqual(['SendCommand pre-script', 'SendCommand post-script']);
    expect(scenario.region.hooks.frozenSince(instance)).toBeUndefined();
  });

  test('as it cannot be delivered leaves nothing to thaw', async () => {
    const { scenario } = hooked();
    scenario.region.hooks.setScripts({ delivery: 'refused' });
    expect(ended(await scenario.backup('db'))).toEqual([
      'done | only crash-consistent: pre-script: Undeliverable',
    ]);
    expect(changesOf(scenario)).toEqual(['SendCommand pre-script', 'CreateSnapshots']);
  });

  test('as its delivery timed out is thawed: one that had begun says so, too, when it expires', async () => {
    const { scenario, instance } = hooked();
    scenario.region.hooks.setScripts({ delivery: 'late' });
    expect(ended(await scenario.backup('db'))).toEqual([
      expect.stringMatching(/^done \| only crash-consistent: pre-script: DeliveryTimedOut/),
    ]);
    expect(changesOf(scenario).slice(0, 2)).toEqual(['SendCommand pre-script', 'SendCommand post-script']);
    expect(changesOf(scenario).at(-1)).toBe('CreateSnapshots');
    expect(scenario.region.hooks.frozenSince(instance)).toBeUndefined();
  });

  test('is not given up before its delivery ends: it could freeze after the thaw', async () => {
    const { scenario, instance } = hooked(hookedPolicies('{ document: db-freeze, timeout: 10 }'));
    scenario.region.hooks.setScripts({ delivery: 'late' });
    await scenario.backup('db');
    const [sent, thaw] = scenario.region.calls.filter(({ command }) => command === 'SendCommand');
    expect(sent?.input).toMatchObject({ TimeoutSeconds: 30 });
    expect((thaw?.at ?? 0) - (sent?.at ?? 0)).toBeGreaterThanOrEqual(30 * SECOND);
    expect(scenario.region.hooks.freezes(instance)).toEqual([]);
  });

  test('as it is frozen already says so in words', async () => {
    const { scenario } = hooked();
    // Of a run that has died a moment ago.
    scenario.region.faults = onCommand('CreateSnapshots', 1, { kind: 'die', when: 'before' });
    await scenario.backup('db').catch(() => undefined);
    scenario.region.revive();
    scenario.region.faults = () => undefined;
    expect(ended(await scenario.backup('db'))).toEqual([
      'done | only crash-consistent: pre-script: Failed with exit code 204: the pre-script came while a post-script was expected: it is frozen already',
    ]);
  });

  test('of which no answer came counts as frozen: it is thawed', async () => {
    const { scenario, instance } = hooked();
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'lost-answer' });
    expect(ended(await scenario.backup('db'))).toEqual([
      expect.stringMatching(/^done \| only crash-consistent: pre-script: whether it was sent is not known: /),
    ]);
    expect(changesOf(scenario)).toEqual(THAWED);
    scenario.clock.advance(2 * MINUTE);
    expect(scenario.region.hooks.frozenSince(instance)).toBeUndefined();
  });

  test('as Systems Manager was busy is sent again, before anything is frozen', async () => {
    const { scenario } = hooked();
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'throttle' });
    expect(ended(await scenario.backup('db'))).toEqual(['done']);
    expect(consistencies(scenario)).toEqual(['application', 'application']);
  });
});

describe('a creating call that fails', () => {
  test.each([
    { title: 'refused', fault: { kind: 'error', name: 'UnauthorizedOperation' }, status: 'failed' },
    { title: 'lost', fault: { kind: 'lost-answer' }, status: 'unknown' },
    { title: 'unavailable', fault: { kind: 'unavailable', accepted: false }, status: 'unknown' },
  ] as const)('($title) is followed by the thaw all the same', async ({ fault, status }) => {
    const { scenario, instance } = hooked();
    scenario.region.faults = onCommand('CreateSnapshots', 1, fault);
    const { outcomes } = await scenario.backup('db');
    expect(outcomes.map((outcome) => outcome.status)).toEqual([status]);
    expect(changesOf(scenario)).toEqual(WHOLE);
    expect(scenario.region.hooks.freezes(instance)).toMatchObject([{ by: 'post-script' }]);
  });

  test('as EC2 is busy is not tried again while it is frozen, but with a freeze of its own', async () => {
    const { scenario, instance } = hooked();
    scenario.region.faults = onCommand('CreateSnapshots', 1, { kind: 'throttle' });
    expect(ended(await scenario.backup('db'))).toEqual(['done']);
    expect(changesOf(scenario)).toEqual([...WHOLE, ...WHOLE]);
    expect(scenario.region.hooks.freezes(instance).map(({ by }) => by)).toEqual([
      'post-script',
      'post-script',
    ]);
    expect(consistencies(scenario)).toEqual(['application', 'application']);
  });
});

describe('a post-script that fails', () => {
  const FROZEN = "it may be frozen until the document's own timer thaws it";

  test('is sent once more, and what is not sure is said', async () => {
    const { scenario, instance } = hooked();
    scenario.region.hooks.setScripts({ post: 'fails' });
    expect(ended(await scenario.backup('db'))).toEqual([
      `done | its tag says application, but that is not sure: post-script: Failed with exit code 202: the post-script failed, twice: ${FROZEN}`,
    ]);
    expect(changesOf(scenario)).toEqual([...WHOLE, 'SendCommand post-script']);
    scenario.clock.advance(MINUTE);
    expect(scenario.region.hooks.freezes(instance)).toMatchObject([{ by: 'auto-thaw' }]);
  });

  test('as the instance thawed by itself is not sent again, and what is not sure is said', async () => {
    const { scenario } = hooked();
    const clients = slowlyMade(scenario, 90 * SECOND);
    const report = await backUp({ ...scenario.context, clients });
    expect(ended(report)).toEqual([
      'done | its tag says application, but that is not sure: post-script: Failed with exit code 203: it had thawed by itself before the post-script came',
    ]);
    expect(changesOf(scenario)).toEqual(WHOLE);
  });

  test.each([
    { title: 'lost', fault: { kind: 'lost-answer' } },
    { title: 'unavailable', fault: { kind: 'unavailable', accepted: false } },
    { title: 'refused', fault: { kind: 'error', name: 'InternalServerError', status: 500 } },
  ] as const)('to be sent ($title) is sent once more', async ({ fault }) => {
    const { scenario, instance } = hooked();
    scenario.region.faults = onCommand('SendCommand', 2, fault);
    await scenario.backup('db');
    expect(changesOf(scenario)).toEqual([...WHOLE, 'SendCommand post-script']);
    expect(scenario.region.hooks.freezes(instance)).toMatchObject([{ by: 'post-script' }]);
  });
});

describe('a run with a deadline', () => {
  test('begins no freeze that it may have no time to end', async () => {
    const { scenario, instance } = hooked();
    const late = await backUp({ ...scenario.context, deadline: scenario.clock.now() + 3 * MINUTE });
    expect(ended(late)).toEqual([expect.stringMatching(/^postponed \| .*no time left to freeze/)]);
    expect(changesOf(scenario)).toEqual([]);
    expect(scenario.region.hooks.freezes(instance)).toEqual([]);
    const early = await backUp({ ...scenario.context, deadline: scenario.clock.now() + 4 * MINUTE });
    expect(ended(early)).toEqual(['done']);
  });

  test('thaws what it has frozen also after it', async () => {
    const { scenario, instance } = hooked();
    scenario.region.hooks.setScripts({ post: 'fails', takes: { pre: 50 * SECOND, post: 55 * SECOND } });
    const deadline = scenario.clock.now() + 214 * SECOND;
    await backUp({ ...scenario.context, deadline });
    expect(changesOf(scenario)).toEqual([...WHOLE, 'SendCommand post-script']);
    scenario.clock.advance(MINUTE);
    expect(scenario.region.hooks.frozenSince(instance)).toBeUndefined();
  });

  test('sends no pre-script later than it may, and leaves the source for a later round', async () => {
    const { scenario } = hooked();
    scenario.region.faults = onCommand('SendCommand', 1, { kind: 'throttle' });
    const late = await backUp({ ...scenario.context, deadline: scenario.clock.now() + 214 * SECOND });
    expect(ended(late)).toEqual([expect.stringMatching(/^postponed \| /)]);
    expect(changesOf(scenario)).toEqual(['SendCommand pre-script']);
  });

  test('goes on with a thaw that Systems Manager is too busy for, also after it', async () => {
    const { scenario, instance } = hooked();
    let sent = 0;
    scenario.region.faults = ({ command }) => {
      if (command !== 'SendCommand') return undefined;
      sent += 1;
      return sent > 1 && sent < 5 ? { kind: 'throttle' } : undefined;
    };
    const deadline = scenario.clock.now() + 214 * SECOND;
    await backUp({ ...scenario.context, clients: slowlyMade(scenario, 250 * SECOND), deadline });
    expect(scenario.clock.now()).toBeGreaterThan(deadline);
    expect(changesOf(scenario)).toEqual([...WHOLE, ...Array<string>(3).fill('SendCommand post-script')]);
    expect(scenario.region.hooks.frozenSince(instance)).toBeUndefined();
  });

  test('waits for the turn of its creating call before it freezes', async () => {
    const { scenario, instance } = hooked();
    const { clock, clients } = scenario;
    // A call every 20 s: 1 % of the 5 a second of CreateSnapshots, and none saved up.
    const paced = shapeCalls(clients, { clock, share: 0.01 });
    for (let more = 0; more < 3; more += 1) addDatabase(scenario);
    const report = await backUp({ ...scenario.context, clients: paced });
    expect(new Set(ended(report))).toEqual(new Set(['done']));
    const [freeze] = scenario.region.hooks.freezes(instance);
    expect((freeze?.to ?? 0) - (freeze?.from ?? 0)).toBeLessThan(10 * SECOND);
    const made = scenario.region.calls.filter(({ command }) => command === 'CreateSnapshots');
    const times = made.map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(55 * SECOND);
  });
});
