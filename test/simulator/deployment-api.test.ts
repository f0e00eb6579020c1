import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { GetScheduleCommand, GetScheduleGroupCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { beforeEach, describe, expect, test } from 'vitest';
import { onNth } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { newPlace, outcomeOf, START } from './support.ts';

const GROUP = 'ec2-backup-prod';
const TARGET = 'arn:aws:sqs:ap-northeast-2:111122223333:ec2-backup-prod-backup.fifo';
const NIGHTLY = {
  name: 'backup-nightly',
  group: GROUP,
  expression: 'cron(0 3 * * ? *)',
  timezone: 'Asia/Seoul',
  target: TARGET,
};

let region: SimulatedRegion;

beforeEach(() => {
  ({ region } = newPlace({ pageSize: 2, emptyPages: true }));
});

interface Paged {
  readonly NextToken?: string | undefined;
}

async function every<A extends Paged, T>(
  ask: (page: Paged) => Promise<A>,
  items: (answer: A) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const all: T[] = [];
  let page: Paged = {};
  do {
    const answer = await ask(page);
    all.push(...(items(answer) ?? []));
    page = answer.NextToken === undefined ? {} : { NextToken: answer.NextToken };
  } while (page.NextToken !== undefined);
  return all;
}

describe('EventBridge Scheduler', () => {
  const list = (GroupName?: string): Promise<readonly (string | undefined)[]> =>
    every(
      (page) => region.clients.scheduler.send(new ListSchedulesCommand({ ...page, GroupName })),
      ({ Schedules }) => Schedules?.map(({ Name }) => Name),
    );

  test('lists the schedules of a group, or of all, in pages of summaries', async () => {
    region.deployment.createScheduleGroup(GROUP);
    region.deployment.createScheduleGroup('other');
    for (const name of ['a', 'b', 'c']) region.deployment.createSchedule({ ...NIGHTLY, name });
    region.deployment.createSchedule({ ...NIGHTLY, name: 'd', group: 'other' });
    expect(await list(GROUP)).toEqual(['a', 'b', 'c']);
    expect(await list()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('answers a schedule as it was made, and as it was edited', async () => {
    region.deployment.createScheduleGroup(GROUP);
    region.deployment.createSchedule(NIGHTLY);
    const get = new GetScheduleCommand({ GroupName: GROUP, Name: 'backup-nightly' });
    expect(await region.clients.scheduler.send(get)).toMatchObject({
      Arn: 'arn:aws:scheduler:ap-northeast-2:111122223333:schedule/ec2-backup-prod/backup-nightly',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Seoul',
      State: 'ENABLED',
      CreationDate: new Date(START),
      Target: { Arn: TARGET },
    });
    region.deployment.editSchedule(GROUP, 'backup-nightly', { state: 'DISABLED', timezone: 'UTC' });
    expect(await region.clients.scheduler.send(get)).toMatchObject({
      State: 'DISABLED',
      ScheduleExpressionTimezone: 'UTC',
    });
  });

  test('knows no group and no schedule that was not made', async () => {
    const { scheduler } = region.clients;
    const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
    const name = { GroupName: GROUP, Name: 'backup-nightly' };
    await expect(scheduler.send(new GetScheduleGroupCommand({ Name: GROUP }))).rejects.toMatchObject(missing);
    await expect(scheduler.send(new ListSchedulesCommand({ GroupName: GROUP }))).rejects.toMatchObject(
      missing,
    );
    region.deployment.createScheduleGroup(GROUP);
    expect(await outcomeOf(scheduler.send(new GetScheduleGroupCommand({ Name: GROUP })))).toBe('ok');
    await expect(scheduler.send(new GetScheduleCommand(name))).rejects.toMatchObject(missing);
    region.deployment.createSchedule(NIGHTLY);
    region.deployment.deleteSchedule(GROUP, 'backup-nightly');
    await expect(scheduler.send(new GetScheduleCommand(name))).rejects.toMatchObject(missing);
  });
});

describe('Lambda', () => {
  const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };

  test('says of a function what it is told, whether it may run, and what hands it messages, in pages', async () => {
    const { lambda } = region.clients;
    const FunctionName = 'ec2-backup-prod-backup';
    region.deployment.createFunction(FunctionName, [TARGET, `${TARGET}-2`, `${TARGET}-3`], { A: 'b' });
    expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
      FunctionArn: `arn:aws:lambda:ap-northeast-2:111122223333:function:${FunctionName}`,
      State: 'Active',
      LastUpdateStatus: 'Successful',
      Environment: { Variables: { A: 'b' } },
    });
    const { ReservedConcurrentExecutions: none } = await lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );
    expect(none).toBeUndefined();
    region.deployment.editFunction(FunctionName, { reserved: 0 });
    expect(await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))).toMatchObject({
      ReservedConcurrentExecutions: 0,
    });
    const all = (EventSourceArn?: string): Promise<readonly EventSourceMappingConfiguration[]> =>
      every(
        async ({ NextToken: Marker }) => {
          const page = { FunctionName, EventSourceArn, Marker };
          const { EventSourceMappings, NextMarker } = await lambda.send(
            new ListEventSourceMappingsCommand(page),
          );
          return { EventSourceMappings, NextToken: NextMarker };
        },
        ({ EventSourceMappings }) => EventSourceMappings,
      );
    const sources = (await all()).map(({ EventSourceArn }) => EventSourceArn);
    expect(sources).toEqual([TARGET, `${TARGET}-2`, `${TARGET}-3`]);
    region.deployment.disableMappings(FunctionName);
    const states = (await all(TARGET)).map(({ State }) => State);
    expect(states).toEqual(['Disabled']);
  });

  test('knows no function that was not made', async () => {
    const FunctionName = 'ec2-backup-prod-backup';
    const { lambda } = region.clients;
    for (const command of [GetFunctionConfigurationCommand, GetFunctionConcurrencyCommand])
      await expect(lambda.send(new command({ FunctionName }))).rejects.toMatchObject(missing);
    await expect(lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))).rejects.toMatchObject(
      missing,
    );
  });
});

describe('CloudWatch', () => {
  test('lists alarms by the beginning of their names, in pages', async () => {
    const actions = ['arn:aws:sns:ap-northeast-2:111122223333:t'];
    for (const name of ['p-a', 'p-b', 'p-c', 'q-a'])
      region.deployment.createAlarm({ name, actions, description: 'says why' });
    region.deployment.editAlarm('p-b', { state: 'ALARM' });
    region.deployment.editAlarm('p-c', { actionsEnabled: false });
    const alarms = await every(
      (page) => region.clients.cloudWatch.send(new DescribeAlarmsCommand({ ...page, AlarmNamePrefix: 'p-' })),
      ({ MetricAlarms }) => MetricAlarms,
    );
    expect(alarms).toMatchObject([
      { AlarmName: 'p-a', StateValue: 'OK', ActionsEnabled: true, AlarmActions: actions },
      { AlarmName: 'p-b', StateValue: 'ALARM', AlarmDescription: 'says why' },
      { AlarmName: 'p-c', StateValue: 'OK', ActionsEnabled: false },
    ]);
  });
});

describe('SNS', () => {
  test('lists the subscriptions of a topic, without an ARN until they are confirmed', async () => {
    const TopicArn = region.createTopic('t');
    for (const endpoint of ['a@example.com', 'b@example.com', 'c@example.com'])
      region.deployment.subscribe('t', { endpoint, isConfirmed: endpoint !== 'b@example.com' });
    const found = await every(
      (page) => region.sns.send(new ListSubscriptionsByTopicCommand({ ...page, TopicArn })),
      ({ Subscriptions }) => Subscriptions,
    );
    expect(found).toMatchObject([
      { Protocol: 'email', Endpoint: 'a@example.com', TopicArn },
      { Endpoint: 'b@example.com', SubscriptionArn: 'PendingConfirmation' },
      { Endpoint: 'c@example.com' },
    ]);
    expect(found[0]?.SubscriptionArn).toMatch(`${TopicArn}:`);
  });

  test('knows no topic that was not made', async () => {
    const TopicArn = 'arn:aws:sns:ap-northeast-2:111122223333:t';
    const call = region.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(await outcomeOf(call)).toBe('NotFoundException');
  });
});

test('each service throttles and fails by names of its own', async () => {
  const { scheduler, cloudWatch } = region.clients;
  const ask = async (): Promise<readonly string[]> => [
    await outcomeOf(scheduler.send(new ListSchedulesCommand({}))),
    await outcomeOf(cloudWatch.send(new DescribeAlarmsCommand({}))),
  ];
  region.faults = () => ({ kind: 'throttle' });
  expect(await ask()).toEqual(['ThrottlingException', 'Throttling']);
  region.faults = () => ({ kind: 'unavailable', accepted: false });
  expect(await ask()).toEqual(['InternalServerException', 'InternalServiceFault']);
  region.faults = onNth(1, { kind: 'throttle' });
  expect(await ask()).toEqual(['ThrottlingException', 'ok']);
});

test('nonsense in the console throws', () => {
  const { deployment } = region;
  deployment.createScheduleGroup(GROUP);
  deployment.createSchedule(NIGHTLY);
  deployment.createAlarm({ name: 'a', actions: [] });
  expect(() => deployment.createScheduleGroup(GROUP)).toThrow(/there is a schedule group/);
  expect(() => deployment.createSchedule(NIGHTLY)).toThrow(/there is a schedule backup-nightly/);
  expect(() => deployment.createSchedule({ ...NIGHTLY, group: 'x' })).toThrow(/there is no schedule group x/);
  expect(() => deployment.editSchedule(GROUP, 'x', {})).toThrow(/there is no schedule x/);
  expect(() => deployment.deleteSchedule(GROUP, 'x')).toThrow(/there is no schedule x/);
  expect(() => deployment.createAlarm({ name: 'a', actions: [] })).toThrow(/there is an alarm a/);
  expect(() => deployment.editAlarm('b', {})).toThrow(/there is no alarm b/);
  expect(() => deployment.deleteAlarm('b')).toThrow(/there is no alarm b/);
  expect(() => deployment.subscribe('t', { endpoint: 'a@example.com' })).toThrow(/there is no topic t/);
});
