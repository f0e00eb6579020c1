import { SECOND } from './clock.ts';
import { createQueue, createTopic, presentQueue } from './console-queues.ts';
import type { StackParts } from './stack-parts.ts';
import { resourcesOfType, type Properties, type StackTemplate } from './stack-template.ts';

/** Makes the queues, those of dead letters first, and the topics. Answers the names that the topics have, by logical id. */
export function makeQueues(parts: StackParts, template: StackTemplate): void {
  const all = new Map(resourcesOfType(template, 'AWS::SQS::Queue').map((one) => [one.id, one]));
  for (const properties of all.values()) makeQueue(parts, properties, all);
}

function makeQueue(parts: StackParts, given: Properties, all: ReadonlyMap<string, Properties>): void {
  if (parts.queues.has(given.id)) return;
  const properties = given.only(
    'QueueName',
    'FifoQueue',
    'ContentBasedDeduplication',
    'DelaySeconds',
    'MessageRetentionPeriod',
    'RedrivePolicy',
    'SqsManagedSseEnabled',
    'VisibilityTimeout',
  );
  const redrive = properties.inner('RedrivePolicy');
  const target = redrive && all.get(redrive.reference('deadLetterTargetArn'));
  if (target !== undefined) makeQueue(parts, target, all);
  const time = (name: string): number | undefined => {
    const seconds = properties.optionalNumber(name);
    return seconds === undefined ? undefined : seconds * SECOND;
  };
  const [delay, visibility, retention] = [
    time('DelaySeconds'),
    time('VisibilityTimeout'),
    time('MessageRetentionPeriod'),
  ];
  const name = properties.text('QueueName');
  createQueue(parts.world, {
    name,
    fifo: properties.flag('FifoQueue'),
    contentBasedDeduplication: properties.flag('ContentBasedDeduplication'),
    ...(delay !== undefined && { delay }),
    ...(visibility !== undefined && { visibility }),
    ...(retention !== undefined && { retention }),
    ...(redrive && {
      deadLetters: {
        name: target?.text('QueueName') ?? redrive.text('deadLetterTargetArn'),
        maxReceiveCount: redrive.number('maxReceiveCount'),
      },
    }),
  });
  parts.queues.set(given.id, presentQueue(parts.world, name));
}

/** The ARNs of the topics, by logical id. */
export function makeTopics(parts: StackParts, template: StackTemplate): ReadonlyMap<string, string> {
  return new Map(
    resourcesOfType(template, 'AWS::SNS::Topic').map((topic) => {
      const name = topic.only('TopicName', 'DisplayName').text('TopicName');
      return [topic.id, createTopic(parts.world, name)];
    }),
  );
}
