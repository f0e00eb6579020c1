/** The function `protect` behind its queue: what is logged, measured and answered, its rounds and its places. */

import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import type { Handler } from '../../src/handlers/job.ts';
import { protectHandler } from '../../src/handlers/protect-job.ts';
import type { MetricRecord } from '../../src/lib/report/metrics.ts';
import type { LogRecord } from '../../src/lib/report/log-records.ts';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import { recordedEnvironment } from '../support/environment.ts';
import { policiesWith, protecting, type Protecting } from '../support/protecting.ts';
import { DAY, HOUR, MINUTE, START, type Scenario } from '../support/scenario.ts';

const QUEUE = 'ec2-backup-test-protect.fifo';
const LOCK = { sets: 'lock: { mode: governance, for: 5d }' };
const ACCOUNT = '222233334444';

interface Function {
  readonly handler: Handler;
  readonly url: string;
  readonly records: readonly LogRecord[];
  readonly metrics: readonly MetricRecord[];
}

function functionOf(scenario: Scenario): Function {
  const { region, clock } = scenario;
  const url = region.createQueue({ name: QUEUE, fifo: true, contentBasedDeduplication: true });
  const given = { home: scenario.account, file: scenario.file, region: region.name, clock };
  const { environment, records, metrics } = recordedEnvironment({ ...given, addresses: { queue: url } });
  return { handler: protectHandler(environment), url, records, metrics };
}

interface Worked extends Function {
  /** The requests after the first one, in their order. */
  readonly sent: readonly Readonly<Record<string, unknown>>[];
}

/** Works off a request and all that it sends on to itself, a minute apart. */
async function work({ scenario }: Protecting, request: object = {}): Promise<Worked> {
  const { region, clock } = scenario;
  const made = functionOf(scenario);
  const sent: Record<string, unknown>[] = [];
  const handle = async (body: string): Promise<void> => {
    const end = clock.now() + 15 * MINUTE;
    const event = { Records: [{ messageId: '1', eventSource: 'aws:sqs', body }] };
    await made.handler(event, { getRemainingTimeInMillis: () => end - clock.now() });
  };
  const slot = formatInstant(clock.now());
  await handle(JSON.stringify({ job: 'protect', slot, trigger: 'schedule', ...request }));
  for (;;) {
    clock.advance(MINUTE);
    const { Messages = [] } = await region.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: made.url, VisibilityTimeout: 1200 }),
    );
    const [message] = Messages;
    if (message?.Body === undefined) return { ...made, sent };
    sent.push(JSON.parse(message.Body) as Record<string, unknown>);
    await handle(message.Body);
    const answered = { QueueUrl: made.url, ReceiptHandle: message.ReceiptHandle };
    await region.sqs.send(new DeleteMessageCommand(answered));
  }
}

function sum(metrics: readonly MetricRecord[], name: string): number | undefined {
  const own = metrics.filter((one) => one.name === name);
  return own.length === 0 ? undefined : own.reduce((total, { value }) => total + value, 0);
}

const withKey = ({ region }: Scenario): void => region.keys.setDefault(region.keys.create([ACCOUNT]));

describe('the function protect', () => {
  test('asked on schedule does what the words ask for, and says each decision, outcome and metric', async () => {
    const place = await protecting(LOCK, { days: 1 });
    const { records, metrics, sent } = await work(place);
    // To its one place.
    expect(sent).toMatchObject([
      { job: 'protect', trigger: 'schedule', place: { region: 'ap-northeast-2' } },
    ]);
    const of = (message: string) => records.filter((one) => one.message === message);
    const until = formatInstant(START + HOUR + 5 * DAY);
    const decision = { action: 'lock-snapshot', policy: 'sets', mode: 'governance', until };
    expect(of('decision').map(({ fields }) => fields)).toMatchObject([decision, decision]);
    for (const { fields } of of('decision')) expect(fields['reason']).toMatch(/\w/);
    const slot = formatInstant(START + HOUR);
    const outcome = { level: 'info', fields: { action: 'lock-snapshot', status: 'done', slot } };
    expect(of('outcome')).toMatchObject([outcome, outcome]);
    expect(of('run ended')).toMatchObject([{ level: 'info', fields: { counts: { done: 2 }, refused: 0 } }]);
    expect(metrics.map(({ name, value }) => [name, value])).toEqual([
      ['FailedRuns', 0],
      ['RefusedPrunes', 0],
      ['ExhaustedRounds', 0],
    ]);
  });

  test('goes on in a next round with what EC2 was too busy for, and nothing has failed', async () => {
    const place = await protecting(LOCK, { days: 1 });
    const { region } = place.scenario;
    let busy = 12;
    region.faults = ({ command }) =>
      command === 'LockSnapshot' && busy-- > 0 ? { kind: 'throttle' } : undefined;
    const { metrics, sent, records } = await work(place);
    expect(sent.map(({ round }) => round)).toEqual([1, 2]);
    expect([sum(metrics, 'FailedRuns'), sum(metrics, 'ExhaustedRounds')]).toEqual([0, 0]);
    expect(records.filter(({ level }) => level === 'error')).toEqual([]);
    const done = records.filter(
      ({ message, fields }) => message === 'outcome' && fields['status'] === 'done',
    );
    expect(done).toHaveLength(2);
  });

  test('gives up after rounds that could do nothing, and counts it', async () => {
    const place = await protecting(LOCK, { days: 1 });
    place.scenario.region.faults = ({ command }) =>
      command === 'LockSnapshot' ? { kind: 'throttle' } : undefined;
    const { metrics, sent } = await work(place);
    expect(sent.at(-1)).toMatchObject({ round: 11, idle: 10 });
    expect([sum(metrics, 'FailedRuns'), sum(metrics, 'ExhaustedRounds')]).toEqual([1, 1]);
  });

  test('in which a call fails is a failed run that is not repeated as a whole', async () => {
    const place = await protecting(LOCK, { days: 1 });
    let once = true;
    place.scenario.region.faults = ({ command }) => {
      const fails = command === 'LockSnapshot' && once;
      if (fails) once = false;
      return fails ? { kind: 'error', name: 'UnauthorizedOperation' } : undefined;
    };
    const { metrics, records, sent } = await work(place);
    expect(sent).toHaveLength(1);
    expect(sum(metrics, 'FailedRuns')).toBe(1);
    const failed = records.filter(({ message, level }) => message === 'outcome' && level === 'error');
    expect(failed).toMatchObject([{ fields: { action: 'lock-snapshot', status: 'failed' } }]);
    const ended = records.filter(({ message }) => message === 'run failed');
    expect(ended.map(({ fields }) => fields['reason'])).toEqual([
      expect.stringContaining('1 of 2 actions failed: lock-snapshot snap-') as string,
    ]);
  });

  test('says what it cannot do, and does the rest', async () => {
    const place = await protecting({ image: `share: ["${ACCOUNT}"], protect: true` }, { days: 1 });
    const { metrics, records } = await work(place);
    expect(records.filter(({ message }) => message === 'skipped')).toMatchObject([
      {
        level: 'warn',
        fields: {
          policy: 'nightly',
          reason: expect.stringContaining('cannot be shared: snap-') as string,
        },
      },
    ]);
    expect(sum(metrics, 'FailedRuns')).toBe(0);
    expect(place.scenario.region.images().map(({ isProtected }) => isProtected)).toEqual([true]);
  });
});

describe('too many AMIs at once', () => {
  const spree = async (): Promise<Protecting> => {
    const place = await protecting({ keep: '{ last: 40 }' }, { days: 26 });
    place.scenario.edit(policiesWith({ image: 'removal: { disableFor: 2d }', keep: '{ last: 1 }' }));
    return place;
  };
  const disabled = ({ scenario: { region } }: Protecting): number =>
    region.images().filter(({ state }) => state === 'disabled').length;

  test('are not disabled: the refusal is an error in the log and a refused prune among the metrics', async () => {
    const place = await spree();
    const { metrics, records } = await work(place);
    expect(disabled(place)).toBe(0);
    expect(records.filter(({ message }) => message === 'refused')).toMatchObject([
      { level: 'error', fields: { policy: 'nightly', deletions: 25 } },
    ]);
    expect([sum(metrics, 'RefusedPrunes'), sum(metrics, 'FailedRuns')]).toEqual([1, 0]);
    expect(records.filter(({ message }) => message === 'run failed')).toMatchObject([
      {
        fields: {
          error: 'RunRefusedError',
          reason: expect.stringContaining('disabling of nightly refused: would disable 25 of 26') as string,
        },
      },
    ]);
  });

  test('are disabled once their exact number is accepted', async () => {
    const place = await spree();
    const { handler, metrics } = functionOf(place.scenario);
    await expect(handler({ policy: 'nightly', accept: 24 })).rejects.toThrow('but 24 were accepted');
    expect(disabled(place)).toBe(0);
    await expect(handler({ policy: 'nightly', accept: 25 })).resolves.toMatchObject({
      job: 'protect',
      counts: { done: 25, failed: 0 },
    });
    expect(disabled(place)).toBe(25);
    expect(sum(metrics, 'RefusedPrunes')).toBe(1);
    await expect(handler({ accept: 25 })).rejects.toThrow('accept is given without policy');
  });
});

describe('asked by hand', () => {
  test('without changing anything it answers what it would do', async () => {
    const { scenario } = await protecting(
      { image: `share: ["${ACCOUNT}"], deprecateAfter: 5d` },
      { days: 1, prepare: withKey },
    );
    const { region } = scenario;
    region.calls.length = 0;
    const { handler, metrics } = functionOf(scenario);
    const [image] = region.images();
    expect(await handler({ dryRun: true })).toMatchObject({
      version: 1,
      place: { account: scenario.account.account, region: region.name },
      deployment: 'test',
      totals: { actions: 4, refused: 0, warnings: 0 },
      actions: [
        { action: 'deprecate-image', id: image?.id, at: formatInstant(START + 5 * DAY) },
        { action: 'share-with', add: [ACCOUNT] },
        { action: 'share-with', add: [ACCOUNT] },
        { action: 'share-with', add: [ACCOUNT] },
      ],
      refused: [],
      warnings: [],
    });
    expect(metrics).toEqual([]);
    const changing = region.calls.filter(({ command }) => !/^(?:Describe|List|Get)/.test(command));
    expect(changing).toEqual([]);
  });

  test('it knows the words of its request, and no other', async () => {
    const { scenario } = await protecting({}, { days: 1 });
    const { handler } = functionOf(scenario);
    await expect(handler({ sources: ['i-1'] })).rejects.toThrow('"sources" is not a word of it');
    await expect(handler({ budget: {} })).rejects.toThrow('"budget" is not a word of it');
    await expect(handler({ policy: 'nigthly' })).rejects.toThrow('did you mean nightly?');
  });
});

describe('without a place', () => {
  test('the queue is asked for every place: where backups are made, and where copies are', async () => {
    const copies = 'copies: [{ region: us-east-1 }]';
    const { scenario } = await protecting({ sets: `${LOCK.sets}, ${copies}` }, { days: 1 });
    const { handler, url, records } = functionOf(scenario);
    const body = JSON.stringify({ job: 'protect', trigger: 'schedule' });
    await handler({ Records: [{ messageId: '1', eventSource: 'aws:sqs', body }] });
    const places = ['ap-northeast-2', 'us-east-1'].map((region) => ({
      account: scenario.account.account,
      region,
    }));
    expect(records).toMatchObject([{ message: 'sent to its places', fields: { places } }]);
    expect(url).toContain(QUEUE);
    expect(scenario.region.queue(QUEUE).messages).toHaveLength(2);
  });
});
