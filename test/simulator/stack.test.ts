import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { onNth } from '../../src/simulator/faults.ts';
import { SimulatedProcess } from '../../src/simulator/process.ts';
import type { SimulatedStack } from '../../src/simulator/stack.ts';
import type { HandlerOf } from '../../src/simulator/stack-functions.ts';
import type { StackTemplate } from '../../src/simulator/stack-template.ts';
import { NO_TROUBLE, type StackTrouble } from '../../src/simulator/stack-trouble.ts';
import { DAY, HOUR, MINUTE, newPlace, present, SECOND, START, type TestPlace } from './support.ts';

const FIFO = { FifoQueue: true, ContentBasedDeduplication: true };

function alarmOn(metric: object, rest: object = {}): object {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      Period: 300,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: ['Topic'],
      ...metric,
      ...rest,
    },
  };
}

function onQueue(name: string, MetricName: string): object {
  return { Namespace: 'AWS/SQS', MetricName, Dimensions: [{ Name: 'QueueName', Value: name }] };
}

const OURS = {
  Namespace: 'ec2-backup',
  MetricName: 'FailedRuns',
  Dimensions: [{ Name: 'deployment', Value: 'test' }],
};
const ERRORS = {
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: 'ec2-backup-test-backup' }],
};

/** A schedule, its queues and function, and alarms; `AtOnce` messages at a time. */
function template(queue: object = {}, schedule: object = {}): StackTemplate {
  const Resources = {
    BackupQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'backup.fifo',
        ...FIFO,
        DelaySeconds: 60,
        VisibilityTimeout: 1200,
        RedrivePolicy: { deadLetterTargetArn: 'BackupDeadLetters.Arn', maxReceiveCount: 3 },
        ...queue,
      },
    },
    BackupDeadLetters: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: 'dead.fifo', ...FIFO, MessageRetentionPeriod: 14 * 24 * 3600 },
    },
    BackupUndelivered: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'undelivered' } },
    BackupSchedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'cron(0 * * * ? *)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: 'BackupQueue.Arn',
          Input: '{"slot":"<aws.scheduler.scheduled-time>"}',
          SqsParameters: { MessageGroupId: 'fan-out/nightly' },
          RetryPolicy: { MaximumEventAgeInSeconds: 7200 },
          DeadLetterConfig: { Arn: 'BackupUndelivered.Arn' },
        },
        ...schedule,
      },
    },
    BackupRole: {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'test-backup', Path: '/ec2-backup/test/' },
    },
    BackupLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'ec2-backup-test-backup', Role: 'BackupRole.Arn', Timeout: 900 },
    },
    BackupMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        BatchSize: 1,
        EventSourceArn: 'BackupQueue.Arn',
        FunctionName: 'BackupLambdaFunction',
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'alarms' } },
    DeadAlarm: alarmOn(onQueue('dead.fifo', 'ApproximateNumberOfMessagesVisible')),
    LateAlarm: alarmOn(onQueue('backup.fifo', 'ApproximateAgeOfOldestMessage'), { Threshold: 3600 }),
    ErrorsAlarm: alarmOn(ERRORS, { Statistic: 'Sum', Period: 3600 }),
    FailedAlarm: alarmOn(OURS, { Period: 3600, EvaluationPeriods: 2, DatapointsToAlarm: 1 }),
    SilenceAlarm: alarmOn(OURS, {
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Period: 3600,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    }),
  };
  return { Resources } as StackTemplate;
}

const hourly = (_: string, __: string, after: number): number => (Math.floor(after / HOUR) + 1) * HOUR;
const never = (): undefined => undefined;

interface Deployed extends TestPlace {
  readonly stack: SimulatedStack;
  /** Puts a message into the queue as a person would, in a group of its own kind. */
  readonly send: (body: string, group: string) => void;
}

interface Deployment {
  readonly queue?: object;
  readonly schedule?: object;
  readonly nextFiring?: typeof hourly | typeof never;
  readonly trouble?: Partial<StackTrouble>;
  readonly latency?: number;
}

function deploy(handler: (place: TestPlace) => HandlerOf, deployment: Deployment = {}): Deployed {
  const place = newPlace({ latency: deployment.latency ?? 0 });
  const stack = place.region.deploy({
    template: template(deployment.queue, deployment.schedule),
    handlers: { BackupLambdaFunction: handler(place) },
    nextFiring: deployment.nextFiring ?? never,
    trouble: { ...NO_TROUBLE, ...deployment.trouble },
  });
  const send = (MessageBody: string, MessageGroupId: string): void => {
    void place.region.sqs.send(
      new SendMessageCommand({ QueueUrl: stack.ref('BackupQueue'), MessageBody, MessageGroupId }),
    );
  };
  return { ...place, stack, send };
}

interface Event {
  readonly Records: readonly {
    readonly body: string;
    readonly eventSource: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
}

/** Notes `<minutes since the start> <body>` and then does as told. */
function noting(
  seen: string[],
  then: (body: string, place: TestPlace) => Promise<void> = () => Promise.resolve(),
): (place: TestPlace) => HandlerOf {
  return (place) => () => async (event) => {
    const [record] = (event as Event).Records;
    const { body } = present(record);
    seen.push(`${(place.clock.now() - START) / MINUTE} ${body}`);
    await then(body, place);
  };
}

describe('a schedule', () => {
  test('sends the time it was due at, and the function gets it as a message of its queue', async () => {
    const events: unknown[] = [];
    const { stack } = deploy(() => () => (event) => Promise.resolve(events.push(event)), {
      nextFiring: hourly,
    });
    await stack.run(2.5 * HOUR);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      Records: [
        {
          body: '{"slot":"2026-11-22T01:00:00Z"}',
          eventSource: 'aws:sqs',
          attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'fan-out/nightly' },
        },
      ],
    });
    expect(stack.queue('BackupQueue').messages).toEqual([]);
  });

  test('that delivers twice within five minutes is heard once, and later twice; one that comes late says when it was due', async () => {
    const seen: string[] = [];
    const delays = [[0, 4 * MINUTE], [0, 6 * MINUTE], [90 * MINUTE]];
    const { stack } = deploy(noting(seen), {
      nextFiring: hourly,
      trouble: { deliveries: () => delays.shift() ?? [] },
    });
    await stack.run(4.9 * HOUR);
    expect(seen).toEqual([
      '61 {"slot":"2026-11-22T01:00:00Z"}',
      '121 {"slot":"2026-11-22T02:00:00Z"}',
      '127 {"slot":"2026-11-22T02:00:00Z"}',
      '271 {"slot":"2026-11-22T03:00:00Z"}',
    ]);
  });

  test('that could not deliver puts its message into its dead-letter queue when its time is over', async () => {
    const { stack } = deploy(noting([]), { nextFiring: hourly, trouble: { deliveries: () => [] } });
    await stack.run(3 * HOUR - 1);
    expect(stack.queue('BackupUndelivered').messages).toEqual([]);
    await stack.run(1);
    expect(stack.queue('BackupUndelivered').messages.map(({ body }) => body)).toEqual([
      '{"slot":"2026-11-22T01:00:00Z"}',
    ]);
  });
});

describe('a mapping', () => {
  test('runs a group in order and one at a time, groups side by side up to its concurrency', async () => {
    const seen: string[] = [];
    const slow = noting(seen, (_, { clock }) => clock.sleep(10 * MINUTE));
    const { stack, send } = deploy(slow);
    for (const body of ['a1', 'a2', 'b1', 'c1']) send(body, body.charAt(0));
    await stack.run(HOUR);
    expect(seen).toEqual(['1 a1', '1 b1', '11 a2', '11 c1']);
    expect(stack.invocations.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done']);
  });

  test('shows a message again when its visibility ends, three times, then it is a dead letter and the group goes on', async () => {
    const seen: string[] = [];
    const failing = noting(seen, (body) =>
      body === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(),
    );
    const { stack, send } = deploy(failing);
    send('bad', 'a');
    send('good', 'a');
    await stack.run(2 * HOUR);
    expect(seen).toEqual(['1 bad', '21 bad', '41 bad', '61 good']);
    expect(stack.queue('BackupDeadLetters').messages.map(({ body }) => body)).toEqual(['bad']);
    expect(stack.alarms().get('DeadAlarm')).toEqual([{ from: START + 65 * MINUTE, to: Infinity }]);
    expect(stack.alarms().get('ErrorsAlarm')).toEqual([{ from: START + HOUR, to: START + 2 * HOUR }]);
  });

  test('comes again with a message whose deletion was lost', async () => {
    const seen: string[] = [];
    const losses = [true];
    const { stack, send } = deploy(noting(seen), {
      trouble: { losesDeletion: () => losses.pop() ?? false },
    });
    send('one', 'a');
    await stack.run(HOUR);
    expect(seen).toEqual(['1 one', '21 one']);
  });

  test('is late when told to', async () => {
    const seen: string[] = [];
    const { stack, send } = deploy(noting(seen), { trouble: { pickUpDelay: () => 5 * MINUTE } });
    send('one', 'a');
    await stack.run(HOUR);
    expect(seen).toEqual(['6 one']);
  });
});

describe('an invocation', () => {
  test('is ended with the time of its function: its calls under way have no effect', async () => {
    const left: number[] = [];
    const { stack, send, region } = deploy(
      ({ region: home, clock }) =>
        (process) =>
        async (_, lambda) => {
          left.push(lambda.getRemainingTimeInMillis());
          await clock.sleep(899 * SECOND);
          left.push(lambda.getRemainingTimeInMillis());
          await home.clientsOf(process).ec2.send(new DescribeInstancesCommand({}));
        },
      { latency: 2 * SECOND, queue: { RedrivePolicy: undefined } },
    );
    send('one', 'a');
    await stack.run(19 * MINUTE);
    expect(left).toEqual([900_000, 1000]);
    expect(stack.invocations).toMatchObject([
      { outcome: 'timed out', startedAt: START + MINUTE + 2000, endedAt: START + 16 * MINUTE + 2000 },
    ]);
    expect(region.calls.map(({ command }) => command)).toEqual(['SendMessage']);
  });

  test('ends when its process dies, whatever the handler makes of it, and what it measures then is lost', async () => {
    const { stack, send } = deploy(
      ({ region }) =>
        (process) =>
        async () => {
          const put = stack.metricsOf(process, 'ec2-backup');
          put([{ name: 'FailedRuns', value: 0, dimensions: { deployment: 'test' } }]);
          const list = new DescribeInstancesCommand({});
          await region
            .clientsOf(process)
            .ec2.send(list)
            .catch(() => undefined);
          put([{ name: 'FailedRuns', value: 1, dimensions: { deployment: 'test' } }]);
        },
      { trouble: { faults: () => onNth(1, { kind: 'die', when: 'after' }) } },
    );
    send('one', 'a');
    await stack.run(HOUR);
    expect(stack.invocations.map(({ outcome }) => outcome)).toEqual(['died', 'died', 'died']);
    expect(stack.alarms().get('FailedAlarm')).toEqual([]);
  });

  test('by hand answers how it ended; its process has the role of the function', async () => {
    const roles: (string | undefined)[] = [];
    const { stack } = deploy(() => ({ roleArn }) => () => {
      roles.push(roleArn);
      return Promise.reject(new Error('no'));
    });
    expect(await stack.invoke('BackupLambdaFunction', {})).toMatchObject({ outcome: 'failed' });
    expect(roles).toEqual(['arn:aws:iam::111122223333:role/ec2-backup/test/test-backup']);
    expect(() => stack.invoke('Nothing', {})).toThrow(/no function Nothing/);
  });
});

describe('an alarm', () => {
  test('rings as long as enough of its periods are over its threshold, or silent when silence is what rings', async () => {
    const { stack, clock } = deploy(noting([]));
    const put = stack.metricsOf(new SimulatedProcess(), 'ec2-backup');
    for (let hour = 0; hour < 10; hour += 1) {
      if (hour !== 5 && hour !== 6 && hour !== 7)
        put([{ name: 'FailedRuns', value: hour === 2 ? 3 : 0, dimensions: { deployment: 'test' } }]);
      await clock.sleep(HOUR);
    }
    expect(stack.alarms().get('FailedAlarm')).toEqual([{ from: START + 3 * HOUR, to: START + 5 * HOUR }]);
    expect(stack.alarms().get('SilenceAlarm')).toEqual([{ from: START + 8 * HOUR, to: START + 9 * HOUR }]);
  });

  test('on the age of the oldest message rings while a message waits, and not after', async () => {
    const { stack, send } = deploy(noting([]), { trouble: { pickUpDelay: () => 2 * HOUR } });
    send('one', 'a');
    await stack.run(DAY);
    expect(stack.alarms().get('LateAlarm')).toEqual([
      { from: START + 60 * MINUTE, to: START + 130 * MINUTE },
    ]);
  });
});

test('a topic takes what functions publish to its reference', async () => {
  const { stack, region } = deploy(({ region: home }) => (process) => async () => {
    await home
      .clientsOf(process)
      .sns.send(new PublishCommand({ TopicArn: stack.ref('Topic'), Message: 'm' }));
  });
  await stack.invoke('BackupLambdaFunction', {});
  expect(region.published('alarms')).toEqual([{ at: START, subject: undefined, message: 'm' }]);
});

test('what is not simulated of a template is refused', () => {
  const deployWith =
    (queue: object, schedule: object = {}) =>
    (): Deployed =>
      deploy(noting([]), { queue, schedule });
  expect(deployWith({ KmsMasterKeyId: 'x' })).toThrow('BackupQueue.KmsMasterKeyId is not simulated');
  expect(deployWith({ DelaySeconds: '60' })).toThrow('BackupQueue.DelaySeconds is "60", expected a number');
  expect(deployWith({}, { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } })).toThrow(/Mode is not OFF/);
});
