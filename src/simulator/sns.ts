import type { PublishInput, PublishResponse } from '@aws-sdk/client-sns';
import { SimulatedServiceError } from './errors.ts';
import type { Command } from './world.ts';

const MAX_BYTES = 262_144;
/** Printable ASCII that begins with a letter, a digit or a mark; at most 100. */
const SUBJECT = /^[!-~][ -~]{0,99}$/;

/** What a topic was sent. Times are milliseconds since the epoch. */
export interface Published {
  readonly at: number;
  readonly subject: string | undefined;
  readonly message: string;
}

export const publish: Command<PublishInput, PublishResponse> = {
  parameters: { TopicArn: true, Subject: true, Message: true },
  run(world, { TopicArn: arn, Subject: subject, Message: message = '' }) {
    const topic = world.store.topics.get(arn?.split(':').at(-1) ?? '');
    if (arn === undefined || topic === undefined || arn !== world.arn('sns', arn.split(':').at(-1) ?? ''))
      throw new SimulatedServiceError('NotFoundException', 'Topic does not exist', 404);
    if (message === '') throw invalid('Empty message');
    if (Buffer.byteLength(message) > MAX_BYTES) throw invalid('Message too long');
    if (subject !== undefined && !SUBJECT.test(subject)) throw invalid('Subject');
    topic.push({ at: world.now(), subject, message });
    return { MessageId: world.ids.uuid() };
  },
};

function invalid(what: string): SimulatedServiceError {
  return new SimulatedServiceError('InvalidParameterException', `Invalid parameter: ${what}`, 400);
}
