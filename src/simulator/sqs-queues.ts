import type {
  GetQueueAttributesRequest,
  GetQueueAttributesResult,
  GetQueueUrlRequest,
  GetQueueUrlResult,
} from '@aws-sdk/client-sqs';
import { SECOND } from './clock.ts';
import type { Queue } from './queue.ts';
import { sqsError, sqsMissing } from './sqs-errors.ts';
import type { Command, World } from './world.ts';

export const getQueueUrl: Command<GetQueueUrlRequest, GetQueueUrlResult> = {
  parameters: { QueueName: true, QueueOwnerAWSAccountId: true },
  run(world, { QueueName: name, QueueOwnerAWSAccountId: owner = world.account }) {
    if (name === undefined) throw sqsMissing('QueueName');
    if (owner !== world.account || !world.store.queues.has(name)) throw noQueue();
    return { QueueUrl: queueUrl(world, name) };
  },
};

/** Values are texts, as SQS's. The counts are exact. */
export const getQueueAttributes: Command<GetQueueAttributesRequest, GetQueueAttributesResult> = {
  parameters: { QueueUrl: true, AttributeNames: true },
  run(world, { QueueUrl: url, AttributeNames: names = [] }) {
    const all = attributesOf(queueAt(world, url), world.now());
    const wanted = new Set<string>(names);
    const unknown = names.find((name) => name !== 'All' && !ATTRIBUTES.has(name));
    if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    const kept = Object.entries(all).filter(
      ([name, value]) => value !== undefined && (wanted.has('All') || wanted.has(name)),
    );
    return kept.length === 0 ? {} : { Attributes: Object.fromEntries(kept) };
  },
};

/** @throws MissingParameter, QueueDoesNotExist */
export function queueAt(world: World, url: string | undefined): Queue {
  if (url === undefined) throw sqsMissing('QueueUrl');
  const name = url.split('/').at(-1) ?? '';
  const queue = world.store.queues.get(name);
  if (queue === undefined || url !== queueUrl(world, name)) throw noQueue();
  return queue;
}

export function queueUrl(world: World, name: string): string {
  return `https://sqs.${world.region}.amazonaws.com/${world.account}/${name}`;
}

function noQueue(): Error {
  return sqsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

const ATTRIBUTES = new Set([
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'VisibilityTimeout',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'SqsManagedSseEnabled',
]);

function attributesOf(queue: Queue, now: number): Readonly<Record<string, string | undefined>> {
  const { settings } = queue;
  const { visible, inFlight, delayed } = countMessages(queue, now);
  const { redrive, fifo } = settings;
  const made = String(Math.floor(settings.createdAt / SECOND));
  return {
    QueueArn: settings.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: made,
    LastModifiedTimestamp: made,
    VisibilityTimeout: String(settings.visibility / SECOND),
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: String(settings.retention / SECOND),
    DelaySeconds: String(settings.delay / SECOND),
    ReceiveMessageWaitTimeSeconds: '0',
    RedrivePolicy: redrive && redrivePolicy(redrive.to, redrive.maxReceiveCount),
    FifoQueue: fifo ? 'true' : undefined,
    ContentBasedDeduplication: fifo ? String(settings.contentBasedDeduplication) : undefined,
    SqsManagedSseEnabled: 'true',
  };
}

function redrivePolicy(to: Queue, maxReceiveCount: number): string {
  return JSON.stringify({ deadLetterTargetArn: to.settings.arn, maxReceiveCount });
}

/** As CloudWatch's metrics of a queue count its messages. */
export function countMessages(
  queue: Queue,
  now: number,
): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
  const counts = { visible: 0, inFlight: 0, delayed: 0 };
  for (const { visibleAt, receives } of queue.messages(now)) {
    if (visibleAt <= now) counts.visible += 1;
    else if (receives > 0) counts.inFlight += 1;
    else counts.delayed += 1;
  }
  return counts;
}
