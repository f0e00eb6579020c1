/** Messages of SQS, a FIFO queue's among them. */

import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { MessageClients } from './clients.ts';
import { optional } from './shapes.ts';

export interface Message {
  readonly body: string;
  /** Of a FIFO queue: messages of a group come one after the other. */
  readonly group?: string;
  /** Of a FIFO queue: of two messages with the same one within five minutes the second is dropped. */
  readonly deduplicationId?: string;
}

const MOST_A_CALL = 10;

/** Sends all of them, or throws with the first that was not taken. */
export async function sendMessages(
  { sqs }: Pick<MessageClients, 'sqs'>,
  queueUrl: string,
  messages: readonly Message[],
): Promise<void> {
  for (let at = 0; at < messages.length; at += MOST_A_CALL) {
    const batch = messages.slice(at, at + MOST_A_CALL);
    const { Failed: [failed] = [] } = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: batch.map(toEntry) }),
    );
    if (failed) {
      const why = `${failed.Code ?? 'no code'}: ${failed.Message ?? 'no reason given'}`;
      throw new Error(
        `SQS did not take message ${failed.Id ?? '?'} of ${batch.length} for ${queueUrl}: ${why}`,
      );
    }
  }
}

function toEntry({ body, group, deduplicationId }: Message, index: number) {
  return {
    Id: String(index),
    MessageBody: body,
    ...optional('MessageGroupId', group),
    ...optional('MessageDeduplicationId', deduplicationId),
  };
}
