/** Taking messages out of a queue of SQS. */

import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { MessageClients } from './clients.ts';
import { required } from './shapes.ts';

export interface ReceivedMessage {
  readonly body: string;
  /** By which it is deleted. */
  readonly handle: string;
}

const MOST_A_CALL = 10;

/**
 * Up to ten messages, which nobody else gets for so many seconds. A second of long polling asks all of SQS's servers, so no
 * messages means that there are none.
 */
export async function receiveMessages(
  { sqs }: Pick<MessageClients, 'sqs'>,
  queueUrl: string,
  hiddenFor: number,
): Promise<ReceivedMessage[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: MOST_A_CALL,
      WaitTimeSeconds: 1,
      VisibilityTimeout: hiddenFor,
    }),
  );
  return Messages.map(({ Body, ReceiptHandle }) => ({
    body: Body ?? '',
    handle: required(ReceiptHandle, 'ReceiptHandle of ReceiveMessage'),
  }));
}

/** Deletes all of them, or throws with the first that stayed. */
export async function deleteMessages(
  { sqs }: Pick<MessageClients, 'sqs'>,
  queueUrl: string,
  handles: readonly string[],
): Promise<void> {
  for (let at = 0; at < handles.length; at += MOST_A_CALL) {
    const batch = handles.slice(at, at + MOST_A_CALL);
    const entries = batch.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle }));
    const { Failed: [failed] = [] } = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
    );
    if (failed) {
      const why = `${failed.Code ?? 'no code'}: ${failed.Message ?? 'no reason given'}`;
      throw new Error(`SQS did not delete a message of ${queueUrl}: ${why}`);
    }
  }
}
