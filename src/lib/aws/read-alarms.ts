import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import type { DeployedAlarm, Subscription } from '../plan/doctor-alarms.ts';
import type { MessageClients } from './clients.ts';
import type { DeploymentClients } from './deployment-clients.ts';
import { errorCode } from './errors.ts';
import { everyPage } from './pages.ts';
import { optional, required } from './shapes.ts';

const PAGE = 100;

/** Every alarm on metrics whose name begins so. */
export function listAlarms(
  { cloudWatch }: Pick<DeploymentClients, 'cloudWatch'>,
  prefix: string,
): AsyncGenerator<DeployedAlarm> {
  return everyPage(async (token) => {
    const answer = await cloudWatch.send(
      new DescribeAlarmsCommand({
        AlarmNamePrefix: prefix,
        MaxRecords: PAGE,
        ...optional('NextToken', token),
      }),
    );
    return { items: (answer.MetricAlarms ?? []).map(toAlarm), nextToken: answer.NextToken };
  });
}

function toAlarm(alarm: MetricAlarm): DeployedAlarm {
  return {
    name: required(alarm.AlarmName, 'AlarmName'),
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    description: alarm.AlarmDescription ?? alarm.StateReason ?? '',
    actionsEnabled: alarm.ActionsEnabled ?? true,
    actions: alarm.AlarmActions ?? [],
  };
}

/** SNS's name for it, and its code on the wire. */
const NO_TOPIC = new Set(['NotFoundException', 'NotFound']);

/** Who is subscribed to a topic; undefined when there is no such topic. */
export async function readSubscriptions(
  { sns }: Pick<MessageClients, 'sns'>,
  topicArn: string,
): Promise<readonly Subscription[] | undefined> {
  const listed = everyPage(async (token) => {
    const answer = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, ...optional('NextToken', token) }),
    );
    return { items: answer.Subscriptions ?? [], nextToken: answer.NextToken };
  });
  const subscriptions: Subscription[] = [];
  try {
    for await (const { Protocol = '', Endpoint = '', SubscriptionArn = '' } of listed) {
      // Until it is confirmed SNS has the word PendingConfirmation in place of an ARN; `Deleted` for a while after.
      if (SubscriptionArn === 'Deleted') continue;
      const isConfirmed = SubscriptionArn.startsWith('arn:');
      subscriptions.push({ protocol: Protocol, endpoint: Endpoint, isConfirmed });
    }
    return subscriptions;
  } catch (error) {
    if (NO_TOPIC.has(errorCode(error))) return undefined;
    throw error;
  }
}
