/** `doctor` with the SDK's clients, over HTTP, on a deployment that moto holds: others' pages, shapes and errors. */

import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, expect, test } from 'vitest';
import { policiesFingerprint } from '../../src/lib/run/policies-fingerprint.ts';
import type { DoctorJson } from '../../src/lib/report/doctor-text.ts';
import { parseJson } from '../cli/answers.ts';
import { fileWith } from '../cli/fake-shell.ts';
import { deployedOf } from '../support/deployed.ts';
import { parse } from '../support/scenario.ts';
import { namesOf } from '../support/template.ts';
import { ACCOUNT, REGION, type Account } from './account.ts';
import { onMoto } from './backends.ts';
import { motoAccount } from './moto-account.ts';

const POLICIES = `
version: 1
deployment: prod
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 2 } }
notify: ops@example.com
`;

const STACK = 'ec2-backup-prod';
const arn = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;

function clientsOf(endpoint: string) {
  const access = {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return {
    scheduler: new SchedulerClient(access),
    lambda: new LambdaClient(access),
    iam: new IAMClient(access),
    cloudWatch: new CloudWatchClient(access),
    sqs: new SQSClient(access),
    sns: new SNSClient(access),
  };
}

type Clients = ReturnType<typeof clientsOf>;

/** An empty zip archive. */
const NO_CODE = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

async function deploy({ iam, scheduler, lambda, cloudWatch, sqs, sns }: Clients): Promise<void> {
  const file = parse(POLICIES);
  const { name, queues, schedules, alarms, addresses } = deployedOf(file);
  for (const { QueueName, FifoQueue, deadLetters } of queues) {
    const redrive = { deadLetterTargetArn: arn('sqs', deadLetters ?? ''), maxReceiveCount: 3 };
    const Attributes = {
      ...(FifoQueue && { FifoQueue: 'true', ContentBasedDeduplication: 'true' }),
      ...(deadLetters !== undefined && { RedrivePolicy: JSON.stringify(redrive) }),
    };
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  }
  await scheduler.send(new CreateScheduleGroupCommand({ Name: name }));
  for (const { Name, ScheduleExpression, ScheduleExpressionTimezone, queue } of schedules) {
    await scheduler.send(
      new CreateScheduleCommand({
        Name,
        GroupName: name,
        ScheduleExpression,
        ScheduleExpressionTimezone,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: arn('sqs', queue), RoleArn: `arn:aws:iam::${ACCOUNT}:role/scheduler` },
      }),
    );
  }
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  });
  await iam.send(new CreateRoleCommand({ RoleName: 'lambda', AssumeRolePolicyDocument }));
  for (const [job, FunctionName] of Object.entries(namesOf(file).functions)) {
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs22.x',
        Role: `arn:aws:iam::${ACCOUNT}:role/lambda`,
        Handler: 'index.handler',
        Code: { ZipFile: NO_CODE },
        Environment: { Variables: { POLICIES_SHA256: policiesFingerprint(file) } },
      }),
    );
    const EventSourceArn = arn('sqs', namesOf(file).queues[job] ?? '');
    await lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, BatchSize: 1 }));
  }
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  for (const Endpoint of addresses)
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint }));
  for (const { AlarmName, AlarmDescription } of alarms) {
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        AlarmDescription,
        AlarmActions: [TopicArn],
        Namespace: 'ec2-backup',
        MetricName: 'FailedRuns',
        Statistic: 'Sum',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        Period: 60,
        EvaluationPeriods: 1,
      }),
    );
    const StateReason = 'so that it is';
    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'OK', StateReason }));
  }
}

onMoto('doctor on moto', (server) => {
  let account: Account;
  let clients: Clients;

  beforeEach(async () => {
    account = await motoAccount(server());
    clients = clientsOf(server().url);
  });

  /** `level message` of the lines with one of these names. */
  async function linesOf(...names: readonly string[]): Promise<readonly string[]> {
    const { out } = await account.run(['doctor', '--json', '--policies', await fileWith(POLICIES)]);
    const { checks } = parseJson<DoctorJson>(out);
    return checks
      .filter(({ name }) => names.includes(name))
      .map(({ level, message }) => `${level} ${message}`);
  }

  const PARTS = ['deployment', 'schedules', 'queues', 'functions', 'alarms', 'subscriptions'];

  test('says where nothing is deployed', async () => {
    expect(await linesOf('credentials', 'deployment')).toEqual([
      expect.stringMatching(
        new RegExp(`^ok arn:aws:sts::${ACCOUNT}:.*, account ${ACCOUNT}, Region ${REGION}$`),
      ),
      `fail nothing of ${STACK} is in account ${ACCOUNT}, Region ${REGION}: npx serverless deploy`,
    ]);
  });

  test('passes what infra/ makes', async () => {
    await deploy(clients);
    expect(await linesOf(...PARTS)).toEqual([
      'ok 6 of 6 are as the policy file says',
      'ok those of backup, replicate, prune, register-policies, watch, digest, rehearse and protect are there, and nothing that failed lies in them',
      'ok all 8 can run, and are handed what is in their queues',
      'ok they run what the policy file says',
      expect.stringMatching(/^ok (\d+) of \1 are quiet and tell the topic$/),
      'ok ops@example.com is told',
    ]);
  });

  test('finds what is missing, lies about or rings', async () => {
    await deploy(clients);
    const { scheduler, sqs, cloudWatch } = clients;
    await scheduler.send(new DeleteScheduleCommand({ GroupName: STACK, Name: 'watch' }));
    const QueueUrl = `${server().url}/${ACCOUNT}/${STACK}-prune-failed`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    const AlarmName = `${STACK}-failed-runs`;
    await cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'because' }),
    );
    const lines = await linesOf(...PARTS);
    expect(lines.filter((line) => line.startsWith('fail'))).toEqual([
      'fail watch is missing: deploy again',
      expect.stringMatching(/^fail 1 message lies in ec2-backup-prod-prune-failed/),
      expect.stringMatching(/^fail ec2-backup-prod-failed-runs rings: Something failed in a run/),
    ]);
  });
});
