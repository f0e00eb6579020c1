/** A queue of the packaged template on moto, which has no event source mapping: the test receives and deletes as Lambda does. */

import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import type { Copy } from '../package/packaged.ts';
import { propertiesOf } from '../support/template.ts';
import { ACCOUNT, REGION, type Ended } from './account.ts';
import { motoEnvironment, runProgram } from './moto-account.ts';
import type { MotoServer } from './moto.ts';

/** As Lambda calls it, with 15 minutes left. */
const INVOKE = `
const [bundle, event] = process.argv.slice(1);
const { handler } = await import(bundle);
const end = Date.now() + 900_000;
console.log(JSON.stringify(await handler(JSON.parse(event), { getRemainingTimeInMillis: () => end - Date.now() })));
`;

/** A job's queue and its dead-letter queue, with the template's attributes but for the times, which a test cannot wait for. */
export class Line {
  readonly url: string;
  readonly #deadUrl: string;
  readonly #sqs: SQSClient;

  /** `job` as the template's names begin, such as `Backup`. */
  static async open({ url }: MotoServer, copy: Copy, job: string): Promise<Line> {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const sqs = new SQSClient({ region: REGION, endpoint: url, credentials });
    const template = copy.template();
    const dead = propertiesOf(template, `${job}DeadLetters`) as { QueueName: string };
    const queue = propertiesOf(template, `${job}Queue`) as {
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

  /** Hands a received message to a function; deletes it if that ended well, as the event source mapping does. */
  async processOne(server: MotoServer, bundle: string): Promise<Ended> {
    const message = await this.receive();
    const event = {
      Records: [{ messageId: message.MessageId, eventSource: 'aws:sqs', body: message.Body }],
    };
    const args = ['--input-type=module', '-e', INVOKE, bundle, JSON.stringify(event)];
    const env = { ...motoEnvironment(server), QUEUE_URL: this.url };
    const ended = await runProgram(process.execPath, args, env);
    if (ended.code === 0) await this.delete(message);
    return ended;
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
