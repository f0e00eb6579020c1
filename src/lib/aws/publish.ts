import { PublishCommand } from '@aws-sdk/client-sns';
import type { MessageClients } from './clients.ts';

/** Sends words to people. SNS takes a subject of 1 to 100 ASCII characters and a body of at most 256 KiB. */
export async function publish(
  { sns }: Pick<MessageClients, 'sns'>,
  topic: string,
  { subject, body }: { readonly subject: string; readonly body: string },
): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn: topic, Subject: subject, Message: body }));
}
