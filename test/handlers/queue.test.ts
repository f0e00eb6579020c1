/** What a job's function does with the messages of its queue. */

import { describe, expect, test } from 'vitest';
import { backupHandler } from '../../src/handlers/backup-job.ts';
import { pruneHandler } from '../../src/handlers/prune-job.ts';
import type { Handler } from '../../src/handlers/job.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import { recordedEnvironment } from '../support/environment.ts';
import { always, changes } from '../scenarios/story.ts';
import { DAY, HOUR, MINUTE, START, parse } from '../support/scenario.ts';

const HOME = '111122223333';
const AWAY = '444455556666';
const SEOUL = 'ap-northeast-2';
const QUEUE = 'ec2-backup-test-backup.fifo';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
limits: { share: 100% }
`;
const TARGETS = `targets:
  - { account: "${HOME}", region: ${SEOUL} }
  - { account: "${AWAY}", region: us-east-1, rolePrefix: ec2-backup, externalId: secret }
`;

interface World {
  readonly policies?: string;
  readonly settings?: Partial<SimulatorSettings>;
  readonly make?: typeof backupHandler;
}

/** A home and another account, the queue of the job, and its function. */
function world({ policies = POLICIES, settings = {}, make = backupHandler }: World = {}) {
  const clock = new SimulatedClock(START);
  const organisation = new SimulatedOrganisation();
  const all = { clock, organisation, settings: { pageSize: 50, ...settings } };
  const home = new SimulatedAccount({ ...all, account: HOME, regions: [SEOUL] });
  const away = new SimulatedAccount({ ...all, account: AWAY, regions: ['us-east-1'] });
  away.region('us-east-1').createRole({
    name: 'ec2-backup-backup',
    trust: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${HOME}:root` },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'secret' } },
        },
      ],
    },
  });
  const region = home.region(SEOUL);
  const queue = region.createQueue({ name: QUEUE, fifo: true, contentBasedDeduplication: true });
  const recorded = recordedEnvironment({
    file: parse(policies),
    home,
    others: [away],
    organisation,
    region: SEOUL,
    clock,
    addresses: { queue },
  });
  const waiting = (): unknown[] =>
    region.queue(QUEUE).messages.map(({ body }) => JSON.parse(body) as unknown);
  return { clock, home, away, region, waiting, handler: make(recorded.environment), ...recorded };
}

const PLACE = { account: HOME, region: SEOUL };
const NIGHTLY = { job: 'backup', policy: 'nightly', slot: '2026-11-22T03:00:00Z', trigger: 'schedule' };

/** The function with a queue's message; `minutes` of its time are left, 15 unless given. */
function receive(
  handler: Handler,
  body: unknown,
  clock: SimulatedClock,
  { minutes = 15, receives = 1 } = {},
): Promise<object> {
  const end = clock.now() + minutes * MINUTE;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const attributes = { ApproximateReceiveCount: String(receives) };
  const event = { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: text, attributes }] };
  return handler(event, { getRemainingTimeInMillis: () => end - clock.now() });
}

const valueOf = (name: string, { metrics }: Pick<ReturnType<typeof world>, 'metrics'>): number =>
  metrics.filter((one) => one.name === name).reduce((sum, { value }) => sum + value, 0);

describe('a request without a place', () => {
  test('is sent on to each target, and nothing else is done', async () => {
    const { handler, clock, waiting, region, away } = world({ policies: POLICIES + TARGETS });
    region.runInstance({ tags: { Backup: 'nightly' } });
    await receive(handler, NIGHTLY, clock);
    expect(waiting()).toMatchObject([
      { ...NIGHTLY, place: PLACE, round: 1, attempt: 0 },
      { ...NIGHTLY, place: { account: AWAY, region: 'us-east-1' }, round: 1, attempt: 0 },
    ]);
    expect(region.queue(QUEUE).messages.map(({ group }) => group)).toEqual([
      `${HOME}/${SEOUL}`,
      `${AWAY}/us-east-1`,
    ]);
    expect(region.images()).toEqual([]);
    expect(away.region('us-east-1').calls).toEqual([]);
  });

  test('goes home where the file names no target', async () => {
    const { handler, clock, waiting } = world();
    await receive(handler, NIGHTLY, clock);
    expect(waiting()).toMatchObject([{ ...NIGHTLY, place: PLACE }]);
  });

  test('[H1] delivered twice is sent on once', async () => {
    const { handler, clock, waiting } = world({ policies: POLICIES + TARGETS });
    await receive(handler, NIGHTLY, clock);
    await receive(handler, NIGHTLY, clock);
    expect(waiting()).toHaveLength(2);
  });

  test('that finds no queue to take it fails, so that it is delivered again', async () => {
    const { handler, clock, region, metrics } = world();
    region.faults = always('SendMessageBatch', { kind: 'error', name: 'AccessDenied', status: 403 });
    await expect(receive(handler, NIGHTLY, clock)).rejects.toThrow('AccessDenied');
    expect(valueOf('FailedRuns', { metrics })).toBe(1);
  });
});

describe('a place', () => {
  const THERE = { ...NIGHTLY, place: { account: AWAY, region: 'us-east-1' } };

  test('in another account is worked under the role there', async () => {
    const { handler, clock, away, region } = world({ policies: POLICIES + TARGETS });
    const { id } = away.region('us-east-1').runInstance({ tags: { Backup: 'nightly' } });
    await receive(handler, THERE, clock);
    expect(away.region('us-east-1').images()).toMatchObject([
      { name: `test/nightly/${id}/20261122T030000Z`, tags: { 'ec2-backup:source': id } },
    ]);
    expect(region.images()).toEqual([]);
    const [assumed] = region.calls.filter(({ command }) => command === 'AssumeRole');
    expect(assumed?.input).toEqual({
      RoleArn: `arn:aws:iam::${AWAY}:role/ec2-backup-backup`,
      RoleSessionName: 'ec2-backup-test-backup',
      ExternalId: 'secret',
    });
  });

  test('that cannot be entered is that place’s failure', async () => {
    const { handler, clock, away, metrics } = world({
      policies: POLICIES + TARGETS.replace('secret', 'another'),
    });
    await expect(receive(handler, THERE, clock)).rejects.toThrow('AccessDenied');
    expect(changes(away.region('us-east-1'))).toEqual([]);
    expect(valueOf('FailedRuns', { metrics })).toBe(1);
  });

  test('[H35] whose credentials lead to another account is not touched', async () => {
    const wrong = `targets: [{ account: "${AWAY}", region: ${SEOUL} }]\n`;
    const { handler, clock, region } = world({ policies: POLICIES + wrong });
    region.runInstance({ tags: { Backup: 'nightly' } });
    await expect(
      receive(handler, { ...NIGHTLY, place: { account: AWAY, region: SEOUL } }, clock),
    ).rejects.toThrow(`are of account ${HOME}, expected ${AWAY}: does its target need a rolePrefix?`);
    expect(region.calls.map(({ command }) => command)).toEqual(['GetCallerIdentity']);
  });

  test('that is no target of the file is refused', async () => {
    const { handler, clock, region } = world({ policies: POLICIES + TARGETS });
    await expect(
      receive(handler, { ...NIGHTLY, place: { account: HOME, region: 'eu-west-1' } }, clock),
    ).rejects.toThrow('is no target of the policy file');
    expect(region.calls).toEqual([]);
  });
});

describe('a run in a place', () => {
  const HERE = { ...NIGHTLY, place: PLACE };

  test('[H19] in which something fails is counted, and acknowledged', async () => {
    const { handler, clock, region, metrics, records } = world();
    for (let count = 0; count < 3; count += 1) region.runInstance({ tags: { Backup: 'nightly' } });
    region.faults = ({ command, n }) =>
      command === 'CreateImage' && n % 2 === 0 ? { kind: 'error', name: 'UnauthorizedOperation' } : undefined;
    const answer = await receive(handler, HERE, clock);
    expect(JSON.stringify(answer)).toContain('UnauthorizedOperation');
    expect(valueOf('FailedRuns', { metrics })).toBe(1);
    expect(valueOf('BackupsMade', { metrics }) + valueOf('BackupsFailed', { metrics })).toBe(3);
    expect(records.at(-1)).toMatchObject({ level: 'error', message: 'run failed' });
  });

  test('[H20] that cannot list what exists throws, so that the queue asks again', async () => {
    const { handler, clock, region, metrics } = world();
    region.runInstance({ tags: { Backup: 'nightly' } });
    region.faults = always('DescribeInstances', { kind: 'unavailable', accepted: false });
    await expect(receive(handler, HERE, clock)).rejects.toThrow('cannot list the instances');
    expect(changes(region)).toEqual([]);
    expect(valueOf('FailedRuns', { metrics })).toBe(1);
  });

  test.each([
    { what: 'overtaken by the next one', slot: '2026-11-21T03:00:00Z', at: START },
    { what: 'older than a day', slot: '2026-11-20T03:00:00Z', at: START },
  ])('of a slot $what is told as missed, and makes nothing', async ({ slot, at }) => {
    const { handler, clock, region, metrics, records } = world();
    region.runInstance({ tags: { Backup: 'nightly' } });
    clock.set(at);
    await receive(handler, { ...HERE, slot }, clock);
    expect(changes(region)).toEqual([]);
    expect(valueOf('MissedSlots', { metrics })).toBe(1);
    expect(records).toMatchObject([{ level: 'error', message: 'slot missed' }]);
  });

  test('of a policy that is not in the file any more is told once, and not asked for again', async () => {
    const { handler, clock, metrics } = world();
    const answer = await receive(handler, { ...HERE, policy: 'gone' }, clock);
    expect(JSON.stringify(answer)).toContain('is not in the policy file');
    expect(valueOf('FailedRuns', { metrics })).toBe(1);
  });

  test.each(['not JSON', '[]', '{"job":"prune"}', '{"job":"backup","polcy":"nightly"}'])(
    '[H34] of a message that is no request throws: %s',
    async (body) => {
      const { handler, clock, region } = world();
      await expect(receive(handler, body, clock)).rejects.toThrow(/expected/);
      expect(region.calls).toEqual([]);
    },
  );
});

describe('[H21] a run near the end of its function’s time', () => {
  const HERE = { ...NIGHTLY, place: PLACE };

  test('starts nothing in the last six minutes, and the next round makes the rest', async () => {
    const it = world();
    const { handler, clock, region, waiting } = it;
    const ids = Array.from({ length: 200 }, () => region.runInstance({ tags: { Backup: 'nightly' } }).id);
    // 20 seconds at 5 calls a second.
    await receive(handler, HERE, clock, { minutes: 6 + 1 / 3 });
    const first = region.images().length;
    expect(first).toBeGreaterThan(95);
    expect(first).toBeLessThan(130);
    expect(
      Math.max(...region.calls.filter(({ command }) => command === 'CreateImage').map(({ at }) => at)),
    ).toBeLessThan(START + 30_000);
    expect(waiting()).toMatchObject([{ ...HERE, round: 2 }]);
    expect(valueOf('FailedRuns', it)).toBe(0);
    await receive(handler, waiting()[0], clock);
    expect(region.images()).toHaveLength(200);
    expect(new Set(region.images().map(({ tags }) => tags['ec2-backup:source']))).toEqual(new Set(ids));
    expect(waiting()).toHaveLength(1);
    expect(valueOf('BackupsMade', it)).toBe(200);
    expect(valueOf('BackupsFailed', it)).toBe(0);
  });

  test('of a direct invoke hands on as well, and the answer says so', async () => {
    const { handler, clock, region, waiting } = world();
    for (let count = 0; count < 200; count += 1) region.runInstance({ tags: { Backup: 'nightly' } });
    const end = clock.now() + 380_000;
    const answer = await handler(
      { policy: 'nightly', hold: 'before the upgrade' },
      { getRemainingTimeInMillis: () => end - clock.now() },
    );
    expect(answer).toMatchObject({ goesOnInRound: 2 });
    expect(waiting()).toMatchObject([
      { policy: 'nightly', hold: 'before the upgrade', place: PLACE, round: 2 },
    ]);
  });

  test('that was the last round is told as exhausted, and fails', async () => {
    const it = world();
    for (let count = 0; count < 200; count += 1) it.region.runInstance({ tags: { Backup: 'nightly' } });
    const answer = await receive(it.handler, { ...HERE, round: 100 }, it.clock, { minutes: 6.1 });
    expect(JSON.stringify(answer)).toContain('round 100 was the last');
    expect(it.waiting()).toEqual([]);
    expect(valueOf('ExhaustedRounds', it)).toBe(1);
    expect(valueOf('FailedRuns', it)).toBe(1);
  });

  test('[H35] counts the guard’s budget over all rounds of a prune', async () => {
    const daily = POLICIES.replace('daily: 3', 'last: 1');
    const it = world({ policies: daily, make: pruneHandler });
    const { region, clock, environment } = it;
    const backup = backupHandler(environment);
    region.runInstance({ tags: { Backup: 'nightly' } });
    for (let day = 0; day < 20; day += 1) {
      await backup({ policy: 'nightly' });
      clock.advance(DAY);
    }
    const before = region.images().length;
    const message = { job: 'prune', place: PLACE, budget: { nightly: 18 } };
    await receive(it.handler, message, clock);
    expect(region.images()).toHaveLength(before);
    expect(valueOf('RefusedPrunes', it)).toBe(1);
    await receive(it.handler, { ...message, budget: { nightly: 19 } }, clock);
    expect(region.images()).toHaveLength(1);
  });
});

describe('EC2 is busy with a volume', () => {
  const SETS = { ...NIGHTLY, policy: 'sets', place: PLACE };
  const busy = (name: string): Fault => ({ kind: 'error', name });

  test.each(['ConcurrentSnapshotLimitExceeded', 'SnapshotCreationPerVolumeRateExceeded'])(
    '(%s): the others are made, and that one is left for a later round without sleeping',
    async (name) => {
      const it = world();
      const { handler, clock, region, waiting } = it;
      for (let count = 0; count < 3; count += 1) region.runInstance({ tags: { Backup: 'sets' } });
      let seen = 0;
      region.faults = ({ command }) => {
        if (command !== 'CreateSnapshots') return undefined;
        seen += 1;
        return seen === 2 ? busy(name) : undefined;
      };
      await receive(handler, SETS, clock);
      expect(clock.now() - START).toBeLessThan(2000);
      expect(waiting()).toMatchObject([{ ...SETS, round: 2 }]);
      expect(valueOf('FailedRuns', it)).toBe(0);
      clock.advance(MINUTE);
      await receive(handler, waiting()[0], clock);
      expect(valueOf('BackupsMade', it)).toBe(3);
      expect(waiting()).toHaveLength(1);
    },
  );

  test('for ever: after eleven rounds in a row that made nothing it is told and given up', async () => {
    const it = world();
    it.region.runInstance({ tags: { Backup: 'sets' } });
    it.region.faults = always('CreateSnapshots', busy('ConcurrentSnapshotLimitExceeded'));
    let message: unknown = SETS;
    for (let round = 1; round <= 11; round += 1) {
      await receive(it.handler, message, it.clock);
      message = it.waiting().at(-1);
    }
    expect(it.waiting()).toHaveLength(10);
    expect(valueOf('ExhaustedRounds', it)).toBe(1);
    expect(valueOf('BackupsFailed', it)).toBe(1);
  });
});

describe('lists that lag behind', () => {
  const SETS = { ...NIGHTLY, policy: 'sets', place: PLACE };
  const LAG = 4 * MINUTE;

  test('[H1] are waited for: whoever comes next in the queue finds what was made', async () => {
    const it = world({ settings: { readLag: LAG } });
    it.region.runInstance({ tags: { Backup: 'sets' } });
    it.clock.advance(LAG);
    await receive(it.handler, SETS, it.clock);
    expect(it.clock.now() - START).toBeGreaterThanOrEqual(2 * LAG);
    await receive(it.handler, { ...SETS, attempt: 1 }, it.clock);
    expect(it.region.snapshots()).toHaveLength(1);
  });

  test.each([
    { who: 'its own next round', message: (it: ReturnType<typeof world>) => it.waiting()[0] },
    { who: 'the same message again', message: () => SETS },
    { who: 'what watch asks for', message: () => ({ ...SETS, attempt: 1 }) },
  ])('[H1] [H21] after a round that ran out of time, $who doubles nothing', async ({ message }) => {
    const it = world({ settings: { readLag: LAG } });
    for (let count = 0; count < 300; count += 1) it.region.runInstance({ tags: { Backup: 'sets' } });
    it.clock.advance(LAG);
    const start = it.clock.now();
    await receive(it.handler, SETS, it.clock, { minutes: 6.5 });
    expect(it.clock.now() - start).toBeLessThan(6.4 * MINUTE);
    const made = it.region.snapshots().length;
    expect(made).toBeGreaterThan(100);
    expect(made).toBeLessThan(300);
    await receive(it.handler, message(it), it.clock);
    const sources = it.region.snapshots().map(({ tags }) => tags['ec2-backup:source']);
    expect(new Set(sources).size).toBe(sources.length);
  });

  test('[H1] [H21] after a direct invoke that ran out of time, the queue’s next round doubles nothing', async () => {
    const it = world({ settings: { readLag: LAG } });
    for (let count = 0; count < 300; count += 1) it.region.runInstance({ tags: { Backup: 'sets' } });
    it.clock.advance(LAG);
    const end = it.clock.now() + 6.5 * MINUTE;
    await it.handler({ policy: 'sets' }, { getRemainingTimeInMillis: () => end - it.clock.now() });
    await receive(it.handler, it.waiting()[0], it.clock);
    const sources = it.region.snapshots().map(({ tags }) => tags['ec2-backup:source']);
    expect(new Set(sources).size).toBe(300);
    expect(sources).toHaveLength(300);
  });

  test('[H2] a call without an answer is looked up five minutes later, by the next round', async () => {
    const it = world({ settings: { readLag: LAG } });
    for (let count = 0; count < 3; count += 1) it.region.runInstance({ tags: { Backup: 'sets' } });
    it.clock.advance(LAG);
    let seen = 0;
    it.region.faults = ({ command }) => {
      if (command !== 'CreateSnapshots') return undefined;
      seen += 1;
      if (seen === 1) return { kind: 'lost-answer' };
      return seen === 2 ? { kind: 'unavailable', accepted: false } : undefined;
    };
    await receive(it.handler, SETS, it.clock);
    const [message] = it.waiting();
    expect(message).toMatchObject({ ...SETS, round: 2 });
    await receive(it.handler, message, it.clock);
    const sources = it.region.snapshots().map(({ tags }) => tags['ec2-backup:source']);
    expect(new Set(sources).size).toBe(3);
    expect(sources).toHaveLength(3);
    expect(valueOf('FailedRuns', it)).toBe(0);
  });
});

describe('[H18] [H21] a small share of EC2’s quotas', () => {
  test.each([
    { share: '1%', latency: 2000 },
    { share: '5%', latency: 2000 },
    { share: '100%', latency: 20_000 },
  ])(
    '($share, $latency ms a call) does not make a round outlive its function',
    async ({ share, latency }) => {
      const it = world({
        policies: POLICIES.replace('100%', share),
        settings: { latency, pageSize: 1000 },
      });
      for (let count = 0; count < 3000; count += 1) it.region.runInstance({ tags: { Backup: 'sets' } });
      const message = { ...NIGHTLY, policy: 'sets', place: PLACE };
      const start = it.clock.now();
      await receive(it.handler, message, it.clock);
      expect(it.clock.now() - start).toBeLessThan(870_000);
      expect(it.region.snapshots().length).toBeGreaterThan(20);
      expect(it.waiting()).toMatchObject([{ ...message, round: 2 }]);
      expect(valueOf('FailedRuns', it)).toBe(0);
    },
  );
});

describe('a request that watch sent', () => {
  test('[H1] stands back while another run is making the slot, and makes what is missing later', async () => {
    const it = world();
    const { region, clock, handler } = it;
    const first = region.runInstance({ tags: { Backup: 'nightly' } });
    const HERE = { ...NIGHTLY, place: PLACE };
    await receive(handler, HERE, clock);
    const second = region.runInstance({ tags: { Backup: 'nightly' } });
    clock.advance(10 * MINUTE);
    await receive(handler, { ...HERE, attempt: 1 }, clock);
    expect(region.images().map(({ tags }) => tags['ec2-backup:source'])).toEqual([first.id]);
    clock.advance(HOUR);
    await receive(handler, { ...HERE, attempt: 2 }, clock);
    expect(region.images().map(({ tags }) => tags['ec2-backup:source'])).toEqual([first.id, second.id]);
  });

  test('[H21] does not stand back from its own rounds, nor from its own first delivery', async () => {
    const it = world();
    const { region, clock, handler, waiting } = it;
    for (let count = 0; count < 200; count += 1) region.runInstance({ tags: { Backup: 'nightly' } });
    const ASKED = { ...NIGHTLY, place: PLACE, attempt: 1 };
    await receive(handler, ASKED, clock, { minutes: 6 + 1 / 3 });
    expect(region.images().length).toBeLessThan(200);
    // The process died, and the queue delivers the message once more.
    await receive(handler, ASKED, clock, { minutes: 6 + 1 / 6, receives: 2 });
    const made = region.images().length;
    expect(made).toBeGreaterThan(130);
    await receive(handler, waiting().at(-1), clock);
    expect(region.images()).toHaveLength(200);
  });
});
