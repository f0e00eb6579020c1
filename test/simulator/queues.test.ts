import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type Message,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import type { SimulatedClock } from '../../src/simulator/clock.ts';
import type { QueueSpec } from '../../src/simulator/console-queues.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, MINUTE, newPlace, outcomeOf, SECOND, START } from './support.ts';

/** A queue as its users see it. */
class Line {
  readonly clock: SimulatedClock;
  readonly region: SimulatedRegion;
  readonly name: string;
  readonly QueueUrl: string;

  constructor(spec: Partial<QueueSpec> = {}) {
    const { region, clock } = newPlace();
    [this.region, this.clock] = [region, clock];
    this.name = spec.name ?? 'jobs.fifo';
    const fifo = this.name.endsWith('.fifo');
    const dead = fifo ? 'dead.fifo' : 'dead';
    region.createQueue({ name: dead, fifo });
    const deadLetters = { name: dead, maxReceiveCount: 2 };
    this.QueueUrl = region.createQueue({ name: this.name, fifo, deadLetters, visibility: MINUTE, ...spec });
  }

  async send(MessageBody: string, MessageGroupId?: string, MessageDeduplicationId?: string): Promise<string> {
    const { QueueUrl } = this;
    const input = { QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId };
    const { MessageId = '' } = await this.region.sqs.send(new SendMessageCommand(input));
    return MessageId;
  }

  async receive(MaxNumberOfMessages = 10): Promise<Message[]> {
    const { QueueUrl } = this;
    const MessageSystemAttributeNames = ['All' as const];
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames });
    return (await this.region.sqs.send(command)).Messages ?? [];
  }

  async bodies(most?: number): Promise<(string | undefined)[]> {
    return (await this.receive(most)).map(({ Body }) => Body);
  }

  delete({ ReceiptHandle }: Message): Promise<string> {
    const { QueueUrl } = this;
    return outcomeOf(this.region.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })));
  }

  left(): string[] {
    return this.region.queue(this.name).messages.map(({ body }) => body);
  }

  dead(): string[] {
    const name = this.name.endsWith('.fifo') ? 'dead.fifo' : 'dead';
    return this.region.queue(name).messages.map(({ body }) => body);
  }
}

describe('a FIFO queue', () => {
  test('hands a group out in order, one receive at a time, and groups side by side', async () => {
    const line = new Line();
    for (const [body, group] of ['a1 a', 'b1 b', 'a2 a', 'b2 b', 'c1 c'].map((text) => text.split(' ')))
      await line.send(body ?? '', group, body);
    const [first, ...rest] = await line.receive(1);
    expect([first?.Body, rest]).toEqual(['a1', []]);
    expect(await line.bodies()).toEqual(['b1', 'b2', 'c1']);
    expect(await line.bodies()).toEqual([]);
    expect(await line.delete(first ?? {})).toBe('ok');
    expect(await line.bodies()).toEqual(['a2']);
  });

  test('holds a group back until a message that was not deleted is visible again', async () => {
    const line = new Line();
    await line.send('a1', 'a', '1');
    await line.send('a2', 'a', '2');
    expect(await line.bodies(1)).toEqual(['a1']);
    line.clock.advance(MINUTE - 1);
    expect(await line.bodies()).toEqual([]);
    line.clock.advance(1);
    const again = await line.receive();
    expect(again.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount])).toEqual([
      ['a1', '2'],
      ['a2', '1'],
    ]);
  });

  test('gives a message up to the dead-letter queue at the receive after the last one, and the group goes on', async () => {
    const line = new Line();
    await line.send('bad', 'a', '1');
    await line.send('good', 'a', '2');
    for (let receive = 1; receive <= 2; receive += 1) {
      expect(await line.bodies(1)).toEqual(['bad']);
      line.clock.advance(MINUTE);
    }
    expect(line.dead()).toEqual([]);
    expect(await line.bodies(1)).toEqual(['good']);
    expect(line.dead()).toEqual(['bad']);
    const [view] = line.region.queue('dead.fifo').messages;
    expect(view).toMatchObject({
      group: 'a',
      from: 'arn:aws:sqs:ap-northeast-2:111122223333:jobs.fifo',
    });
  });

  test('gives a redriven message back, also within five minutes of its first sending', async () => {
    const line = new Line({ deadLetters: { name: 'dead.fifo', maxReceiveCount: 1 }, visibility: SECOND });
    await line.send('bad', 'a', '1');
    await line.receive();
    line.clock.advance(SECOND);
    expect(await line.bodies()).toEqual([]);
    expect(line.region.redrive('dead.fifo')).toBe(1);
    expect(line.dead()).toEqual([]);
    expect(await line.bodies()).toEqual(['bad']);
  });

  test('takes a message with the same deduplication id for the same one for five minutes, deleted or not', async () => {
    const line = new Line();
    const first = await line.send('one', 'a', 'same');
    const [received] = await line.receive();
    await line.delete(received ?? {});
    line.clock.advance(5 * MINUTE - 1);
    expect(await line.send('other text', 'b', 'same')).toBe(first);
    expect(line.left()).toEqual([]);
    line.clock.advance(1);
    expect(await line.send('one', 'a', 'same')).not.toBe(first);
    expect(line.left()).toEqual(['one']);
  });

  test('deduplicates by content when made so, and asks for an id when not', async () => {
    const line = new Line({ contentBasedDeduplication: true });
    const ids = [await line.send('one', 'a'), await line.send('one', 'b'), await line.send('two', 'a')];
    expect(ids[1]).toBe(ids[0]);
    expect(line.left()).toEqual(['one', 'two']);
    await expect(new Line().send('one', 'a')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(new Line().send('one')).rejects.toMatchObject({ name: 'MissingParameter' });
  });

  test('delays every message by its own delay and takes none of the sender', async () => {
    const line = new Line({ delay: MINUTE });
    await line.send('one', 'a', '1');
    expect(line.region.queue('jobs.fifo')).toMatchObject({ visible: 0, delayed: 1, inFlight: 0 });
    line.clock.advance(MINUTE);
    expect(await line.bodies()).toEqual(['one']);
    expect(line.region.queue('jobs.fifo')).toMatchObject({ visible: 0, delayed: 0, inFlight: 1 });
    const { QueueUrl } = line;
    const input = { QueueUrl, MessageBody: 'x', MessageGroupId: 'a', DelaySeconds: 5 };
    expect(await outcomeOf(line.region.sqs.send(new SendMessageCommand(input)))).toBe(
      'InvalidParameterValue',
    );
  });

  test('refuses a handle whose time is over', async () => {
    const line = new Line();
    await line.send('one', 'a', '1');
    const [first = {}] = await line.receive();
    line.clock.advance(MINUTE);
    expect(await line.delete(first)).toBe('InvalidParameterValue');
    const [second = {}] = await line.receive();
    expect(await line.delete(first)).toBe('InvalidParameterValue');
    expect(await line.delete(second)).toBe('ok');
    expect(await line.delete(second)).toBe('ok');
    expect(line.left()).toEqual([]);
  });
});

describe('a standard queue', () => {
  test('knows no groups, delays a message when asked to, and lets an old handle pass', async () => {
    const line = new Line({ name: 'reports' });
    const { QueueUrl } = line;
    const late = new SendMessageCommand({ QueueUrl, MessageBody: 'late', DelaySeconds: 120 });
    await line.region.sqs.send(late);
    await line.send('one');
    await line.send('one');
    const [first = {}, second = {}] = await line.receive();
    expect([first.Body, second.Body]).toEqual(['one', 'one']);
    line.clock.advance(MINUTE);
    await line.receive();
    expect(await line.delete(first)).toBe('ok');
    expect(line.left()).toEqual(['late', 'one', 'one']);
    expect(await outcomeOf(line.send('one', 'a'))).toBe('InvalidParameterValue');
  });
});

test('a queue forgets what is older than its retention', async () => {
  const line = new Line({ retention: 2 * DAY });
  await line.send('old', 'a', '1');
  line.clock.advance(DAY);
  await line.send('new', 'a', '2');
  line.clock.advance(DAY);
  expect(await line.bodies()).toEqual(['new']);
});

test('a batch is ten messages at most, and each of them is for itself', async () => {
  const line = new Line();
  const { QueueUrl, region } = line;
  const entry = (Id: string, group?: string): SendMessageBatchRequestEntry => ({
    Id,
    MessageBody: Id,
    MessageDeduplicationId: Id,
    ...(group !== undefined && { MessageGroupId: group }),
  });
  const send = (Entries: SendMessageBatchRequestEntry[]): Promise<string> =>
    outcomeOf(region.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
  const answer = await region.sqs.send(
    new SendMessageBatchCommand({ QueueUrl, Entries: [entry('a', 'g'), entry('b'), entry('c', 'g')] }),
  );
  expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
  expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'MissingParameter', SenderFault: true }]);
  expect(await send([])).toBe('EmptyBatchRequest');
  expect(await send([entry('a', 'g'), entry('a', 'g')])).toBe('BatchEntryIdsNotDistinct');
  expect(await send([entry('a b', 'g')])).toBe('InvalidBatchEntryId');
  const eleven = Array.from({ length: 11 }, (_, index) => entry(String(index), 'g'));
  expect(await send(eleven)).toBe('TooManyEntriesInBatchRequest');
  const handles = (await line.receive()).map(({ ReceiptHandle }, index) => ({
    Id: `${index}`,
    ReceiptHandle,
  }));
  const bad = { Id: 'bad', ReceiptHandle: 'nonsense' };
  const gone = await region.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [...handles, bad] }));
  expect(gone.Successful?.map(({ Id }) => Id)).toEqual(['0', '1']);
  expect(gone.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]);
  expect(line.left()).toEqual([]);
});

test('a queue tells its settings and counts as texts', async () => {
  const { region, QueueUrl } = new Line({ delay: 30 * SECOND, retention: 4 * DAY });
  const ask = (AttributeNames: ('All' | 'DelaySeconds' | 'FifoQueue')[]): Promise<unknown> =>
    region.sqs
      .send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))
      .then(({ Attributes }) => Attributes);
  expect(await ask(['DelaySeconds', 'FifoQueue'])).toEqual({ DelaySeconds: '30', FifoQueue: 'true' });
  expect(await ask([])).toBeUndefined();
  expect(await ask(['All'])).toMatchObject({
    QueueArn: 'arn:aws:sqs:ap-northeast-2:111122223333:jobs.fifo',
    VisibilityTimeout: '60',
    MessageRetentionPeriod: '345600',
    CreatedTimestamp: String(START / SECOND),
    ApproximateNumberOfMessages: '0',
    RedrivePolicy:
      '{"deadLetterTargetArn":"arn:aws:sqs:ap-northeast-2:111122223333:dead.fifo","maxReceiveCount":2}',
  });
  const { QueueUrl: found } = await region.sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs.fifo' }));
  expect(found).toBe(QueueUrl);
  expect(await outcomeOf(region.sqs.send(new GetQueueUrlCommand({ QueueName: 'none' })))).toBe(
    'QueueDoesNotExist',
  );
  const wrong = QueueUrl.replace('111122223333', '444455556666');
  expect(await outcomeOf(region.sqs.send(new ReceiveMessageCommand({ QueueUrl: wrong })))).toBe(
    'QueueDoesNotExist',
  );
});

test('the console refuses a queue that SQS would refuse', () => {
  const { region } = newPlace();
  expect(() => region.createQueue({ name: 'jobs', fifo: true })).toThrow(/FIFO queues end in \.fifo/);
  expect(() => region.createQueue({ name: 'a b' })).toThrow(/expected up to 80/);
  region.createQueue({ name: 'dead' });
  expect(() => region.createQueue({ name: 'dead' })).toThrow(/already/);
  const deadLetters = { name: 'dead', maxReceiveCount: 3 };
  expect(() => region.createQueue({ name: 'jobs.fifo', fifo: true, deadLetters })).toThrow(/of its kind/);
});
