/**
 * The queue of `backup` as the packaged template has it, on moto: a message in, sent on to its place, processed by the
 * packaged function, and one that can never run in the dead-letter queue. Moto has no event source mapping: the test
 * receives and deletes as Lambda does.
 */

import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Copy } from '../package/packaged.ts';
import { propertiesOf } from '../support/template.ts';
import { images, tagsOf } from './account.ts';
import { onMoto } from './backends.ts';
import { motoAccount, motoEnvironment, runProgram } from './moto-account.ts';
import type { MotoServer } from './moto.ts';
import { lastHours, POLICIES } from './steps.ts';

const REGION = 'ap-northeast-2';
const ACCOUNT = '111122223333';

/** As Lambda calls it, with 15 minutes left. */
const INVOKE = `
const [bundle, event] = process.argv.slice(1);
const { handler } = await import(bundle);
const end = Date.now() + 900_000;
console.log(JSON.stringify(await handler(JSON.parse(event), { getRemainingTimeInMillis: () => end - Date.now() })));
`;

onMoto('the queue of backup on moto', (server) => {
  const copy = new Copy(POLICIES);
  let bundle = '';

  beforeAll(() => {
    const { code, said } = copy.serverless(['package']);
    if (code !== 0) throw new Error(`serverless package failed: ${said}`);
    bundle = copy.unpack('backup');
  });
  afterAll(() => copy.remove());

  /** Hands a received message to the function; deletes it if that ended well, as the event source mapping does. */
  async function processOne(line: Line): Promise<number | null> {
    const message = await line.receive();
    const event = {
      Records: [{ messageId: message.MessageId, eventSource: 'aws:sqs', body: message.Body }],
    };
    const args = ['--input-type=module', '-e', INVOKE, bundle, JSON.stringify(event)];
    const { code } = await runProgram(process.execPath, args, {
      ...motoEnvironment(server()),
      QUEUE_URL: line.url,
    });
    if (code === 0) await line.delete(message);
    return code;
  }

  test('[H1] a message in, sent on to its place, processed; the same message again is dropped', async () => {
    const account = await motoAccount(server());
    const line = await Line.open(server(), copy);
    const { id } = await account.launch({ tags: { Backup: 'images' } });
    const [slot = ''] = lastHours(account, 1);
    const scheduled = JSON.stringify({ job: 'backup', policy: 'images', slot, trigger: 'schedule' });
    await line.send(scheduled, 'fan-out/images');
    await line.send(scheduled, 'fan-out/images');
    expect(await line.waiting()).toBe(1);

    expect(await processOne(line)).toBe(0);
    expect(await images(account)).toEqual([]);
    expect(await line.waiting()).toBe(1);

    expect(await processOne(line)).toBe(0);
    expect((await images(account)).map(tagsOf)).toMatchObject([
      { 'ec2-backup:source': id, 'ec2-backup:slot': slot, 'ec2-backup:trigger': 'schedule' },
    ]);
    expect(await line.waiting()).toBe(0);
    expect(await line.dead()).toBe(0);
  });

  test('a request that cannot start is delivered three times, then lies in the dead-letter queue', async () => {
    const account = await motoAccount(server());
    const line = await Line.open(server(), copy);
    const [slot] = lastHours(account, 1);
    const place = { account: '999999999999', region: REGION };
    const body = JSON.stringify({ job: 'backup', policy: 'images', slot, place });
    await line.send(body, `${place.account}/${place.region}`);
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      expect(await processOne(line)).not.toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    expect(await line.receiveNone()).toBe(true);
    expect(await line.dead()).toBe(1);
    expect(await images(account)).toEqual([]);
  });
});

/** A job's queue and its dead-letter queue, with the template's attributes but for the times, which a test cannot wait for. */
class Line {
  readonly url: string;
  readonly #deadUrl: string;
  readonly #sqs: SQSClient;

  static async open({ url }: MotoServer, copy: Copy): Promise<Line> {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const sqs = new SQSClient({ region: REGION, endpoint: url, credentials });
    const template = copy.template();
    const dead = propertiesOf(template, 'BackupDeadLetters') as { QueueName: string };
    const queue = propertiesOf(template, 'BackupQueue') as {
      QueueName: string;
      ContentBasedDeduplication: boolean;
      RedrivePolicy: { maxReceiveCount: number };
    };
    const create = async (QueueName: string, more: Record<string, string> = {}): Promise<string> => {
      const Attributes = { FifoQueue: 'true', ...more };
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
      return QueueUrl;
    };
    const deadUrl = await create(dead.QueueName);
    const redrive = {
      deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${dead.QueueName}`,
      maxReceiveCount: queue.RedrivePolicy.maxReceiveCount,
    };
    const queueUrl = await create(queue.QueueName, {
      ContentBasedDeduplication: String(queue.ContentBasedDeduplication),
      VisibilityTimeout: '1',
      RedrivePolicy: JSON.stringify(redrive),
    });
    return new Line(sqs, queueUrl, deadUrl);
  }

  private constructor(sqs: SQSClient, url: string, deadUrl: string) {
    this.#sqs = sqs;
    this.url = url;
    this.#deadUrl = deadUrl;
  }

  async send(MessageBody: string, MessageGroupId: string): Promise<void> {
    await this.#sqs.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody, MessageGroupId }));
  }

  async receive(): Promise<Message> {
    const [message] = await this.#receive();
    if (!message) throw new Error(`no message in ${this.url}, expected one`);
    return message;
  }

  async receiveNone(): Promise<boolean> {
    return (await this.#receive()).length === 0;
  }

  async #receive(): Promise<Message[]> {
    const { Messages = [] } = await this.#sqs.send(new ReceiveMessageCommand({ QueueUrl: this.url }));
    return Messages;
  }

  async delete({ ReceiptHandle }: Message): Promise<void> {
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
  }

  waiting(): Promise<number> {
    return this.#count(this.url);
  }

  dead(): Promise<number> {
    return this.#count(this.#deadUrl);
  }

  async #count(QueueUrl: string): Promise<number> {
    const { Attributes = {} } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    return Number(Attributes.ApproximateNumberOfMessages);
  }
}
