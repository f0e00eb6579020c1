import type { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { readSubscriptions } from '../../../src/lib/aws/read-alarms.ts';

const TOPIC = 'arn:aws:sns:ap-northeast-2:111122223333:ec2-backup-prod';

function answering(answer: () => Promise<object>): Pick<SNSClient, 'send'> {
  return { send: answer };
}

test('tells confirmed subscriptions by their ARN, and leaves out what SNS is about to forget', async () => {
  const Subscriptions = [
    { Protocol: 'email', Endpoint: 'a@example.com', SubscriptionArn: `${TOPIC}:1` },
    { Protocol: 'email', Endpoint: 'b@example.com', SubscriptionArn: 'PendingConfirmation' },
    { Protocol: 'email', Endpoint: 'c@example.com', SubscriptionArn: 'Deleted' },
  ];
  const sns = answering(() => Promise.resolve({ Subscriptions }));
  expect(await readSubscriptions({ sns }, TOPIC)).toEqual([
    { protocol: 'email', endpoint: 'a@example.com', isConfirmed: true },
    { protocol: 'email', endpoint: 'b@example.com', isConfirmed: false },
  ]);
});

test.each(['NotFoundException', 'NotFound'])('knows by %s that there is no topic', async (name) => {
  const sns = answering(() => Promise.reject(Object.assign(new Error('Topic does not exist'), { name })));
  expect(await readSubscriptions({ sns }, TOPIC)).toBeUndefined();
});

test('passes every other error on', async () => {
  const sns = answering(() => Promise.reject(Object.assign(new Error('no'), { name: 'AuthorizationError' })));
  await expect(readSubscriptions({ sns }, TOPIC)).rejects.toThrow('no');
});
