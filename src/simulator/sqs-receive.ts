import { createHash } from 'node:crypto';
import type {
  DeleteMessageBatchRequest,
  DeleteMessageBatchResult,
  DeleteMessageRequest,
  Message,
  ReceiveMessageRequest,
  ReceiveMessageResult,
} from '@aws-sdk/client-sqs';
import { SECOND } from './clock.ts';
import { SimulatedServiceError } from './errors.ts';
import type { Queue, QueueMessage } from './queue.ts';
import { checkBatch } from './sqs-batch.ts';
import { sqsError, sqsInvalid, sqsMissing } from './sqs-errors.ts';
import { queueAt } from './sqs-queues.ts';
import type { Command } from './world.ts';

const MAX_MESSAGES = 10;
const MAX_WAIT = 20;
const MAX_VISIBILITY = 43_200;

/** What is there is answered at once: nobody waits for WaitTimeSeconds. */
export const receiveMessage: Command<ReceiveMessageRequest, ReceiveMessageResult> = {
  parameters: {
    QueueUrl: true,
    MessageSystemAttributeNames: true,
    MaxNumberOfMessages: true,
    VisibilityTimeout: true,
    WaitTimeSeconds: true,
  },
  run(world, input) {
    const queue = queueAt(world, input.QueueUrl);
    const { MaxNumberOfMessages: most = 1, VisibilityTimeout: visibility, WaitTimeSeconds: wait = 0 } = input;
    checkRange('MaxNumberOfMessages', most, [1, MAX_MESSAGES]);
    checkRange('WaitTimeSeconds', wait, [0, MAX_WAIT]);
    if (visibility !== undefined) checkRange('VisibilityTimeout', visibility, [0, MAX_VISIBILITY]);
    const hidden = visibility === undefined ? undefined : visibility * SECOND;
    const received = queue.receive(world.now(), most, hidden);
    const names = new Set<string>(input.MessageSystemAttributeNames);
    return received.length === 0 ? {} : { Messages: received.map((message) => render(message, names)) };
  },
};

export const deleteMessage: Command<DeleteMessageRequest, object> = {
  parameters: { QueueUrl: true, ReceiptHandle: true },
  run(world, input) {
    remove(queueAt(world, input.QueueUrl), input.ReceiptHandle, world.now());
    return {};
  },
};

export const deleteMessageBatch: Command<DeleteMessageBatchRequest, DeleteMessageBatchResult> = {
  parameters: { QueueUrl: true, Entries: { Id: true, ReceiptHandle: true } },
  run(world, input) {
    const queue = queueAt(world, input.QueueUrl);
    const answer: Required<DeleteMessageBatchResult> = { Successful: [], Failed: [] };
    for (const { Id, ReceiptHandle } of checkBatch(input.Entries)) {
      try {
        remove(queue, ReceiptHandle, world.now());
        answer.Successful?.push({ Id });
      } catch (error) {
        if (!(error instanceof SimulatedServiceError)) throw error;
        answer.Failed?.push({ Id, SenderFault: true, Code: error.name, Message: error.message });
      }
    }
    return answer;
  },
};

/** A handle of an earlier receive deletes nothing; a FIFO queue refuses one whose time is over. */
function remove(queue: Queue, receipt: string | undefined, now: number): void {
  if (receipt === undefined) throw sqsMissing('ReceiptHandle');
  const [id, count] = receipt.split('#');
  if (id === undefined || count === undefined)
    throw sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${receipt}" is not valid.`);
  const message = queue.get(id);
  if (message === undefined) return;
  const isExpired = message.receipt !== receipt || message.visibleAt <= now;
  if (queue.settings.fifo && isExpired)
    throw sqsInvalid(
      `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
  if (message.receipt === receipt) queue.delete(now, id);
}

function checkRange(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw sqsInvalid(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}.`,
  );
}

function render(message: QueueMessage, names: ReadonlySet<string>): Message {
  const attributes = Object.entries(systemAttributes(message)).filter(
    ([name]) => names.has('All') || names.has(name),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: createHash('md5').update(message.body).digest('hex'),
    Body: message.body,
    ...(attributes.length > 0 && { Attributes: Object.fromEntries(attributes) }),
  };
}

/** What SQS knows of a received message, as texts. A function gets the same of it. */
export function systemAttributes(message: QueueMessage): Readonly<Record<string, string>> {
  const { group, deduplicationId, from } = message;
  return {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt),
    SenderId: 'AROASIMULATEDACCOUNT1:simulated',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
    ...(group !== undefined && {
      MessageGroupId: group,
      SequenceNumber: String(message.sequence).padStart(20, '0'),
    }),
    ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    ...(from !== undefined && { DeadLetterQueueSourceArn: from }),
  };
}
