import { DAY, SECOND } from './clock.ts';
import { Queue, type QueueMessage } from './queue.ts';
import type { Published } from './sns.ts';
import { countMessages, queueUrl } from './sqs-queues.ts';
import type { World } from './world.ts';

/** Everything but the name has SQS's own default. Times are milliseconds. */
export interface QueueSpec {
  /** Ends in `.fifo` when it is one. */
  readonly name: string;
  readonly fifo?: boolean;
  readonly contentBasedDeduplication?: boolean;
  readonly delay?: number;
  readonly visibility?: number;
  readonly retention?: number;
  /** The name of the dead-letter queue, which is there already and of the same kind. */
  readonly deadLetters?: { readonly name: string; readonly maxReceiveCount: number };
}

/** The truth now of a queue. `messages` are in the order of sending. */
export interface QueueView {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly messages: readonly MessageView[];
}

export type MessageView = Pick<
  QueueMessage,
  'id' | 'body' | 'group' | 'deduplicationId' | 'sentAt' | 'visibleAt' | 'receives' | 'from'
>;

/** Returns the URL. @throws for settings that SQS refuses */
export function createQueue(world: World, spec: QueueSpec): string {
  const { name, fifo = false } = spec;
  if (world.store.queues.has(name)) throw new Error(`Console: there is a queue ${name} already`);
  if (!/^[\w-]{1,80}$/.test(name.replace(/\.fifo$/, '')) || name.length > 80)
    throw new Error(`Console: a queue named ${name}, expected up to 80 letters, digits, - and _`);
  if (name.endsWith('.fifo') !== fifo)
    throw new Error(`Console: the queue ${name}: FIFO queues end in .fifo`);
  const redrive = redriveOf(world, spec);
  const queue = new Queue({
    name,
    arn: world.arn('sqs', name),
    fifo,
    contentBasedDeduplication: spec.contentBasedDeduplication ?? false,
    delay: spec.delay ?? 0,
    visibility: spec.visibility ?? 30 * SECOND,
    retention: spec.retention ?? 4 * DAY,
    redrive,
    createdAt: world.now(),
  });
  world.store.queues.set(name, queue);
  return queueUrl(world, name);
}

function redriveOf(
  world: World,
  { name, fifo = false, deadLetters }: QueueSpec,
): Queue['settings']['redrive'] {
  if (deadLetters === undefined) return undefined;
  const to = presentQueue(world, deadLetters.name);
  if (to.settings.fifo !== fifo)
    throw new Error(`Console: the dead-letter queue of ${name} is not of its kind (FIFO or standard)`);
  return { to, maxReceiveCount: deadLetters.maxReceiveCount };
}

/** Sends everything in a dead-letter queue back to where it came from; returns how many messages. */
export function redriveQueue(world: World, name: string): number {
  const queue = presentQueue(world, name);
  const messages = queue.messages(world.now());
  for (const message of messages) {
    const source = presentQueue(world, message.from?.split(':').at(-1) ?? '');
    queue.delete(world.now(), message.id);
    // A moved message is a new one, and is never taken for a duplicate.
    source.take(world.now(), { ...message, id: world.ids.uuid() });
  }
  return messages.length;
}

/** Deletes everything in a queue. */
export function purgeQueue(world: World, name: string): void {
  const queue = presentQueue(world, name);
  for (const { id } of queue.messages(world.now())) queue.delete(world.now(), id);
}

export function viewQueue(world: World, name: string): QueueView {
  const queue = presentQueue(world, name);
  const messages = queue
    .messages(world.now())
    .map(({ id, body, group, deduplicationId, sentAt, visibleAt, receives, from }) => {
      return { id, body, group, deduplicationId, sentAt, visibleAt, receives, from };
    });
  const { arn } = queue.settings;
  return { name, url: queueUrl(world, name), arn, ...countMessages(queue, world.now()), messages };
}

export function presentQueue(world: World, name: string): Queue {
  const queue = world.store.queues.get(name);
  if (queue === undefined) throw new Error(`Console: there is no queue ${name}`);
  return queue;
}

/** Returns the ARN. */
export function createTopic(world: World, name: string): string {
  if (world.store.topics.has(name)) throw new Error(`Console: there is a topic ${name} already`);
  world.store.topics.set(name, []);
  return world.arn('sns', name);
}

/** Everything that the topic was sent, in order of time. */
export function viewPublished(world: World, name: string): readonly Published[] {
  const topic = world.store.topics.get(name);
  if (topic === undefined) throw new Error(`Console: there is no topic ${name}`);
  return [...topic];
}
