/** What the function that copies does with its requests. */

import { describe, expect, test } from 'vitest';
import type { Handler } from '../../src/handlers/job.ts';
import { replicateHandler } from '../../src/handlers/replicate-job.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { recordedEnvironment } from '../support/environment.ts';
import { DAY, HOUR, MINUTE, parse, START } from '../support/scenario.ts';
import { runBackup } from '../../src/lib/run/backup.ts';

const ACCOUNT = '111122223333';
const SEOUL = 'ap-northeast-2';
const EAST = { account: ACCOUNT, region: 'us-east-1' };
const QUEUE = 'ec2-backup-test-replicate.fifo';

const POLICIES = `
version: 1
deployment: test
policies:
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 3 }, copies: [{ region: us-east-1 }, { region: us-west-2, keep: { last: 1 } }] }
  local: { backup: volume, schedule: every 24 hours, keep: { last: 3 } }
limits: { share: 100% }
`;

function world(settings: Partial<SimulatorSettings> = {}) {
  const clock = new SimulatedClock(START);
  const home = new SimulatedAccount({
    clock,
    account: ACCOUNT,
    regions: [SEOUL, 'us-east-1', 'us-west-2'],
    settings: { pageSize: 50, ...settings },
  });
  const region = home.region(SEOUL);
  const queue = region.createQueue({ name: QUEUE, fifo: true, contentBasedDeduplication: true });
  const file = parse(POLICIES);
  const recorded = recordedEnvironment({ file, home, region: SEOUL, clock, addresses: { queue } });
  const waiting = (): unknown[] =>
    region.queue(QUEUE).messages.map(({ body }) => JSON.parse(body) as unknown);
  const backUp = async (count: number): Promise<void> => {
    for (let disk = 0; disk < count; disk += 1)
      region.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } });
    const place = { account: ACCOUNT, region: SEOUL };
    await runBackup(
      { policy: 'disks', slot: clock.now(), trigger: 'schedule' },
      { file, place, clients: region.clients, clock },
    );
    clock.advance(10 * MINUTE);
  };
  return {
    clock,
    home,
    region,
    there: home.region('us-east-1'),
    waiting,
    backUp,
    handler: replicateHandler(recorded.environment),
    ...recorded,
  };
}

const lambda = (clock: SimulatedClock, minutes = 15) => {
  const end = clock.now() + minutes * MINUTE;
  return { getRemainingTimeInMillis: () => end - clock.now() };
};

function receive(handler: Handler, body: object, clock: SimulatedClock): Promise<object> {
  const attributes = { ApproximateReceiveCount: '1' };
  const text = JSON.stringify(body);
  return handler(
    { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: text, attributes }] },
    lambda(clock),
  );
}

const valueOf = (name: string, { metrics }: Pick<ReturnType<typeof world>, 'metrics'>): number[] =>
  metrics.filter((one) => one.name === name && !('region' in one.dimensions)).map(({ value }) => value);

describe('a request for a place', () => {
  test('copies what is to be there, and says so to the metrics that alarms look at', async () => {
    const all = world();
    const { handler, clock, backUp, there } = all;
    await backUp(2);
    expect(await handler({ place: EAST }, lambda(clock))).toMatchObject({
      job: 'replicate',
      place: EAST,
      counts: { done: 2 },
    });
    expect(there.snapshots()).toHaveLength(2);
    expect([valueOf('CopiesBehind', all), valueOf('FailedCopies', all), valueOf('FailedRuns', all)]).toEqual([
      [0],
      [0],
      [0],
    ]);
    expect(
      all.metrics.filter(({ dimensions }) => dimensions['region'] === 'us-east-1').map(({ name }) => name),
    ).toEqual(['CopiesBehind', 'FailedCopies']);
  });

  test('tells a failed copy and what is behind, and the run itself has not failed', async () => {
    const all = world();
    const { handler, clock, backUp, there } = all;
    await backUp(1);
    there.faults = ({ command }) =>
      command === 'CopySnapshot'
        ? { kind: 'fails-later', reason: 'Given key ID is not accessible' }
        : undefined;
    await handler({ place: EAST }, lambda(clock));
    there.faults = () => undefined;
    clock.advance(DAY + HOUR);
    const answer = await handler({ place: EAST }, lambda(clock));
    expect(answer).toMatchObject({
      counts: { failed: 0 },
      skipped: [{ policy: 'disks', reason: expect.stringContaining('is in state error') as string }],
    });
    expect(valueOf('FailedCopies', all).at(-1)).toBe(1);
    expect(valueOf('CopiesBehind', all).at(-1)).toBe(1);
  });

  test('answers its plan when it is dry, and changes nothing', async () => {
    const { handler, clock, backUp, there } = world();
    await backUp(1);
    const plan = await handler({ place: EAST, dryRun: true }, lambda(clock));
    expect(plan).toMatchObject({
      totals: { actions: 1, copies: 1 },
      counts: { copy: 1 },
      copies: [{ status: 'copy', reason: 'last 1/3' }],
    });
    expect(JSON.stringify(plan)).not.toContain('"tags"');
    expect(there.snapshots()).toEqual([]);
  });

  test.each([
    [
      'a place that nothing is copied to',
      { place: { account: ACCOUNT, region: SEOUL } },
      'no policy has copies to',
    ],
    [
      'a policy that is not copied there',
      { place: EAST, policy: 'local' },
      'policy local does not have copies to',
    ],
    ['a policy that is not in the file', { place: EAST, policy: 'diskz' }, 'did you mean disks'],
    ['a word of another job', { place: EAST, accept: 3 }, '"accept" is not a word of it'],
  ])('is refused for %s', async (_, request, message) => {
    const { handler, clock } = world();
    await expect(handler(request, lambda(clock))).rejects.toThrow(message);
  });
});

describe('a message of the queue', () => {
  test('without a place is sent to each place that something is copied to', async () => {
    const { handler, clock, waiting } = world();
    await receive(handler, { job: 'replicate', trigger: 'schedule' }, clock);
    expect(waiting()).toMatchObject([
      { job: 'replicate', place: EAST },
      { job: 'replicate', place: { ...EAST, region: 'us-west-2' } },
    ]);
  });

  test('goes on in rounds while EC2 is busy, and ends well when that takes long', async () => {
    const all = world({ copyDuration: 8 * HOUR });
    const { handler, clock, backUp, waiting, region, there } = all;
    await backUp(25);
    let body: object = { job: 'replicate', place: EAST, slot: new Date(clock.now()).toISOString() };
    let rounds = 0;
    for (;;) {
      await receive(handler, body, clock);
      rounds += 1;
      const [next] = waiting();
      if (next === undefined) break;
      body = next as object;
      region.purge(QUEUE);
      if (rounds > 30) throw new Error('it never ends');
    }
    expect(there.snapshots()).toHaveLength(20);
    expect(rounds).toBeGreaterThan(5);
    expect([Math.max(...valueOf('ExhaustedRounds', all)), Math.max(...valueOf('FailedRuns', all))]).toEqual([
      0, 0,
    ]);
  });

  test('fails the run when a place that something is copied from cannot be read', async () => {
    const all = world();
    const { handler, clock, backUp, region } = all;
    await backUp(1);
    region.faults = ({ command }) =>
      command === 'DescribeImages' ? { kind: 'unavailable', accepted: false } : undefined;
    expect(await receive(handler, { job: 'replicate', place: EAST }, clock)).toMatchObject({
      answers: [
        {
          failed: expect.stringContaining(
            'nothing is copied from account 111122223333, Region ap-northeast-2',
          ) as string,
        },
      ],
    });
    expect(valueOf('FailedRuns', all)).toEqual([1]);
  });
});
