/** What a queue hands to a function. */

/** A Lambda's second argument, as far as it is needed. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export interface QueueMessage {
  readonly body: string;
  /** It was received before, and not deleted: that run has ended in an error, or without a word. */
  readonly isRedelivered: boolean;
}

/** The messages, one as long as the batch size is 1; undefined for an event that is of no queue. */
export function messagesOf(event: unknown): readonly QueueMessage[] | undefined {
  if (typeof event !== 'object' || event === null || !('Records' in event)) return undefined;
  const records: unknown = event.Records;
  return Array.isArray(records) && records.length > 0 && records.every(isMessage)
    ? records.map(({ body, attributes }) => ({
        body,
        isRedelivered: Number(attributes?.ApproximateReceiveCount ?? 1) > 1,
      }))
    : undefined;
}

interface SqsRecord {
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

function isMessage(record: unknown): record is SqsRecord {
  return (
    typeof record === 'object' &&
    record !== null &&
    'eventSource' in record &&
    record.eventSource === 'aws:sqs' &&
    'body' in record &&
    typeof record.body === 'string'
  );
}

/** The request in a message. @throws SyntaxError, with the body, for what is no JSON */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    throw new SyntaxError(
      `the message is ${JSON.stringify(body.slice(0, 200))}, expected a run request in JSON`,
      {
        cause,
      },
    );
  }
}
