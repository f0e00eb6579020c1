import type { ListSubscriptionsByTopicInput, ListSubscriptionsByTopicResponse } from '@aws-sdk/client-sns';
import { SimulatedServiceError } from './errors.ts';
import { tokenOf } from './listing.ts';
import type { Command } from './world.ts';

/** SNS gives no more a page, and lets nobody ask for fewer. */
const MOST = 100;

export interface SubscriptionRecord {
  readonly id: string;
  readonly protocol: string;
  readonly endpoint: string;
  isConfirmed: boolean;
}

/** Until it is confirmed a subscription has no ARN. */
export const listSubscriptionsByTopic: Command<
  ListSubscriptionsByTopicInput,
  ListSubscriptionsByTopicResponse
> = {
  parameters: { TopicArn: true, NextToken: true },
  run(world, input) {
    const { TopicArn: arn = '' } = input;
    const name = arn.split(':').at(-1) ?? '';
    if (!world.store.topics.has(name) || arn !== world.arn('sns', name))
      throw new SimulatedServiceError('NotFoundException', 'Topic does not exist', 404);
    const page = world.pager.page<SubscriptionRecord>({
      command: 'ListSubscriptionsByTopic',
      input,
      token: input.NextToken,
      maxResults: MOST,
      bounds: [1, MOST],
      find: () => [...(world.store.subscriptions.get(name) ?? [])],
    });
    const subscriptions = page.items.map(({ id, protocol, endpoint, isConfirmed }) => ({
      SubscriptionArn: isConfirmed ? `${arn}:${id}` : 'PendingConfirmation',
      Owner: world.account,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: arn,
    }));
    return { Subscriptions: subscriptions, ...tokenOf(page) };
  },
};
