import { createHash } from 'node:crypto';
import type {
  BatchResultErrorEntry,
  SendMessageBatchRequest,
  SendMessageBatchResult,
  SendMessageBatchResultEntry,
  SendMessageRequest,
  SendMessageResult,
} from '@aws-sdk/client-sqs';
import { SECOND } from './clock.ts';
import { SimulatedServiceError } from './errors.ts';
import type { Queue, QueueMessage, SentMessage } from './queue.ts';
import { checkBatch } from './sqs-batch.ts';
import { sqsError, sqsInvalid, sqsMissing } from './sqs-errors.ts';
import { queueAt } from './sqs-queues.ts';
import type { Command, World } from './world.ts';

const MAX_BYTES = 1_048_576;
const MAX_DELAY = 900;
const ID = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
/** What XML can hold, as SQS takes it. */
const BODY = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

const MESSAGE = {
  MessageBody: true,
  DelaySeconds: true,
  MessageGroupId: true,
  MessageDeduplicationId: true,
} as const;

export const sendMessage: Command<SendMessageRequest, SendMessageResult> = {
  parameters: { QueueUrl: true, ...MESSAGE },
  run(world, input) {
    const queue = queueAt(world, input.QueueUrl);
    const message = queue.send(world.now(), readMessage(queue, input), world.ids.uuid());
    return { MessageId: message.id, MD5OfMessageBody: md5(message), ...sequenceOf(message) };
  },
};

/** Each entry for itself: one that is refused leaves the others alone. */
export const sendMessageBatch: Command<SendMessageBatchRequest, SendMessageBatchResult> = {
  parameters: { QueueUrl: true, Entries: { Id: true, ...MESSAGE } },
  run(world, input) {
    const queue = queueAt(world, input.QueueUrl);
    const entries = checkBatch(input.Entries);
    const bytes = entries.reduce((sum, { MessageBody: body = '' }) => sum + Buffer.byteLength(body), 0);
    if (bytes > MAX_BYTES)
      throw sqsError('BatchRequestTooLong', `Batch requests cannot be longer than ${MAX_BYTES} bytes.`);
    const results = entries.map((entry) => sendEntry(world, queue, entry));
    return {
      Successful: results.flatMap((result) => ('MessageId' in result ? [result] : [])),
      Failed: results.flatMap((result) => ('Code' in result ? [result] : [])),
    };
  },
};

type Entry = NonNullable<SendMessageBatchRequest['Entries']>[number];

function sendEntry(
  world: World,
  queue: Queue,
  entry: Entry,
): SendMessageBatchResultEntry | BatchResultErrorEntry {
  const { Id } = entry;
  try {
    const message = queue.send(world.now(), readMessage(queue, entry), world.ids.uuid());
    return { Id, MessageId: message.id, MD5OfMessageBody: md5(message), ...sequenceOf(message) };
  } catch (error) {
    if (!(error instanceof SimulatedServiceError)) throw error;
    return { Id, SenderFault: true, Code: error.name, Message: error.message };
  }
}

/** @throws MissingParameter, InvalidParameterValue, InvalidMessageContents */
function readMessage({ settings }: Queue, input: Omit<Entry, 'Id'>): SentMessage {
  const { MessageBody: body = '', DelaySeconds: delay, MessageGroupId: group } = input;
  if (body === '') throw sqsMissing('MessageBody');
  if (Buffer.byteLength(body) > MAX_BYTES)
    throw sqsInvalid(`One or more parameters are invalid: the message is longer than ${MAX_BYTES} bytes.`);
  if (!BODY.test(body)) throw sqsError('InvalidMessageContents', 'Invalid characters in the message.');
  if (delay !== undefined && (settings.fifo || !(delay >= 0 && delay <= MAX_DELAY)))
    throw sqsInvalid(`Value ${delay} for parameter DelaySeconds is invalid.`);
  if (!settings.fifo) return readStandard(input, body);
  if (group === undefined) throw sqsMissing('MessageGroupId');
  if (!ID.test(group)) throw sqsInvalid(`Value ${group} for parameter MessageGroupId is invalid.`);
  return { body, group, deduplicationId: deduplicationIdOf(settings.contentBasedDeduplication, input, body) };
}

function readStandard(input: Omit<Entry, 'Id'>, body: string): SentMessage {
  const wrong = input.MessageGroupId ?? input.MessageDeduplicationId;
  // A group id of a standard queue is for fair queues, which nothing here uses.
  if (wrong !== undefined) throw sqsInvalid(`Value ${wrong} is invalid: the queue is not a FIFO queue.`);
  const { DelaySeconds: delay } = input;
  const sent = { body, group: undefined, deduplicationId: undefined };
  return delay === undefined ? sent : { ...sent, delay: delay * SECOND };
}

function deduplicationIdOf(byContent: boolean, input: Omit<Entry, 'Id'>, body: string): string {
  const { MessageDeduplicationId: given } = input;
  if (given === undefined) {
    if (byContent) return createHash('sha256').update(body).digest('hex');
    throw sqsInvalid(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  if (!ID.test(given)) throw sqsInvalid(`Value ${given} for parameter MessageDeduplicationId is invalid.`);
  return given;
}

function md5({ body }: QueueMessage): string {
  return createHash('md5').update(body).digest('hex');
}

function sequenceOf({ group, sequence }: QueueMessage): { SequenceNumber?: string } {
  return group === undefined ? {} : { SequenceNumber: String(sequence).padStart(20, '0') };
}
