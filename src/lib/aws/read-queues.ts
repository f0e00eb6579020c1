import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { DeployedQueue } from '../plan/doctor-queues.ts';
import type { MessageClients } from './clients.ts';
import { errorCode } from './errors.ts';
import { optional } from './shapes.ts';

/** SQS's name for it, and the one of its older protocol. */
const NO_QUEUE = new Set(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue']);

/** A queue of the account and Region by its name; undefined when there is none. */
export async function readQueue(
  { sqs }: Pick<MessageClients, 'sqs'>,
  name: string,
): Promise<DeployedQueue | undefined> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'RedrivePolicy'],
      }),
    );
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      ...optional('deadLetters', deadLettersOf(Attributes.RedrivePolicy)),
    };
  } catch (error) {
    if (NO_QUEUE.has(errorCode(error))) return undefined;
    throw error;
  }
}

/** The policy is JSON. */
function deadLettersOf(policy: string | undefined): string | undefined {
  if (policy === undefined || policy === '') return undefined;
  const parsed: unknown = JSON.parse(policy);
  if (typeof parsed !== 'object' || parsed === null || !('deadLetterTargetArn' in parsed)) return undefined;
  return typeof parsed.deadLetterTargetArn === 'string' ? parsed.deadLetterTargetArn : undefined;
}
