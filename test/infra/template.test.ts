import { describe, expect, test } from 'vitest';
import { POLICIES, parse } from '../support/scenario.ts';
import { ACCOUNT, REGION, stackOf, type Template } from '../support/cloudformation.ts';
import {
  namesOf,
  placeRoles,
  propertiesOf,
  regionOf,
  resourcesOf,
  resourcesOfType,
  statementsOf,
  trustOf,
} from '../support/template.ts';

const ZONES = `
version: 1
deployment: prod
timezone: Asia/Seoul
policies:
  daily-ami: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  payments: { backup: snapshots, schedule: every 6 hours from 01:30, timezone: America/New_York, keep: { last: 3 } }
  hourly-data: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
prune: { schedule: cron(15 * * * ? *) }
registerPolicies: { schedule: cron(45 4 * * ? *) }
watch: { schedule: every 2 hours from 00:20, digest: cron(30 7 ? * MON-FRI *) }
`;

const template = resourcesOf(parse(ZONES));
const schedules = resourcesOfType(template, 'AWS::Scheduler::Schedule');

function scheduleNamed(name: string): Readonly<Record<string, unknown>> | undefined {
  return schedules.find(({ Name }) => Name === name);
}

describe('schedules', () => {
  test('are one a policy of the Lambdas’ and one for each other job, in a group of their own', () => {
    expect(schedules.map(({ Name, GroupName }) => `${String(GroupName)} ${String(Name)}`)).toEqual([
      'ScheduleGroup backup-daily-ami',
      'ScheduleGroup backup-payments',
      'ScheduleGroup prune',
      'ScheduleGroup register-policies',
      'ScheduleGroup watch',
      'ScheduleGroup digest',
    ]);
    expect(propertiesOf(template, 'ScheduleGroup')).toEqual({ Name: 'ec2-backup-prod' });
  });

  test('[H22] run at the policy’s time in the policy’s zone, to the minute', () => {
    expect(scheduleNamed('backup-daily-ami')).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Seoul',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(scheduleNamed('backup-payments')).toMatchObject({
      ScheduleExpression: 'cron(30 1,7,13,19 * * ? *)',
      ScheduleExpressionTimezone: 'America/New_York',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(scheduleNamed('prune')).toMatchObject({
      ScheduleExpression: 'cron(15 * * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Seoul',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(scheduleNamed('register-policies')).toMatchObject({
      ScheduleExpression: 'cron(45 4 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Seoul',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(scheduleNamed('watch')).toMatchObject({
      ScheduleExpression: 'cron(20 0,2,4,6,8,10,12,14,16,18,20,22 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Seoul',
    });
    expect(scheduleNamed('digest')).toMatchObject({
      ScheduleExpression: 'cron(30 7 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'Asia/Seoul',
    });
  });

  test.each([
    {
      name: 'backup-payments',
      queue: 'BackupQueue',
      group: 'fan-out/payments',
      says: '"policy":"payments",',
    },
    { name: 'prune', queue: 'PruneQueue', group: 'fan-out/prune', says: '' },
    {
      name: 'register-policies',
      queue: 'RegisterPoliciesQueue',
      group: 'fan-out/register-policies',
      says: '',
    },
    { name: 'watch', queue: 'WatchQueue', group: 'fan-out/watch', says: '' },
    { name: 'digest', queue: 'DigestQueue', group: 'fan-out/digest', says: '' },
  ])(
    '$name asks $queue for a run of the scheduler’s own slot, in no place yet',
    ({ name, queue, group, says }) => {
      const job = name.startsWith('backup-') ? 'backup' : name;
      expect(scheduleNamed(name)).toMatchObject({
        Target: {
          Arn: `${queue}.Arn`,
          Input: `{"job":"${job}",${says}"slot":"<aws.scheduler.scheduled-time>","trigger":"schedule"}`,
          SqsParameters: { MessageGroupId: group },
        },
      });
    },
  );

  test('retry for as long as a slot can be made, and hand over to a dead-letter queue', () => {
    const targets = schedules.map(({ Target }) => Target as Readonly<Record<string, unknown>>);
    for (const { RetryPolicy } of targets)
      expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
    expect(targets).toMatchObject([
      { RoleArn: 'BackupScheduleRole.Arn', DeadLetterConfig: { Arn: 'BackupUndelivered.Arn' } },
      { RoleArn: 'BackupScheduleRole.Arn', DeadLetterConfig: { Arn: 'BackupUndelivered.Arn' } },
      { RoleArn: 'PruneScheduleRole.Arn', DeadLetterConfig: { Arn: 'PruneUndelivered.Arn' } },
      {
        RoleArn: 'RegisterPoliciesScheduleRole.Arn',
        DeadLetterConfig: { Arn: 'RegisterPoliciesUndelivered.Arn' },
      },
      { RoleArn: 'WatchScheduleRole.Arn', DeadLetterConfig: { Arn: 'WatchUndelivered.Arn' } },
      { RoleArn: 'DigestScheduleRole.Arn', DeadLetterConfig: { Arn: 'DigestUndelivered.Arn' } },
    ]);
  });
});

describe.each(['Backup', 'Prune', 'RegisterPolicies', 'Watch', 'Digest'])(
  'the role of the schedules of %s',
  (job) => {
    test('may send to that one queue, and hand over to its dead-letter queue', () => {
      expect(statementsOf(template, `${job}ScheduleRole`)).toMatchObject([
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: [`${job}Queue.Arn`] },
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: [`${job}Undelivered.Arn`] },
      ]);
    });

    test('is taken on by schedules of this group in this account only', () => {
      expect(trustOf(template, `${job}ScheduleRole`)).toEqual([
        {
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:SourceArn': 'ScheduleGroup.Arn' },
          },
        },
      ]);
    });
  },
);

describe('queues', () => {
  test.each([
    { id: 'Backup', job: 'backup' },
    { id: 'Prune', job: 'prune' },
    { id: 'RegisterPolicies', job: 'register-policies' },
    { id: 'Watch', job: 'watch' },
    { id: 'Digest', job: 'digest' },
  ])('of $job: its requests, dead letters, undelivered and failed ones, each encrypted', ({ id, job }) => {
    const name = `ec2-backup-prod-${job}`;
    expect(propertiesOf(template, `${id}Queue`)).toEqual({
      QueueName: `${name}.fifo`,
      FifoQueue: true,
      ContentBasedDeduplication: true,
      DelaySeconds: 30,
      MessageRetentionPeriod: 345_600,
      RedrivePolicy: { deadLetterTargetArn: `${id}DeadLetters.Arn`, maxReceiveCount: 3 },
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 1200,
    });
    const forFourteenDays = { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true };
    expect(propertiesOf(template, `${id}DeadLetters`)).toEqual({
      QueueName: `${name}-dead-letters.fifo`,
      FifoQueue: true,
      ...forFourteenDays,
    });
    expect(propertiesOf(template, `${id}Undelivered`)).toEqual({
      QueueName: `${name}-undelivered`,
      ...forFourteenDays,
    });
    expect(propertiesOf(template, `${id}Failed`)).toEqual({
      QueueName: `${name}-failed`,
      ...forFourteenDays,
    });
  });

  test('are 33, with the one of the reports, which are kept for two days', () => {
    expect(resourcesOfType(template, 'AWS::SQS::Queue')).toHaveLength(33);
    expect(propertiesOf(template, 'Reports')).toEqual({
      QueueName: 'ec2-backup-prod-reports',
      MessageRetentionPeriod: 172_800,
      SqsManagedSseEnabled: true,
    });
  });

  test('hand one request at a time to their function, for at most 20 places at once', () => {
    expect(resourcesOfType(template, 'AWS::Lambda::EventSourceMapping')).toEqual(
      [
        ['BackupQueue', 'BackupLambdaFunction'],
        ['ReplicateQueue', 'ReplicateLambdaFunction'],
        ['PruneQueue', 'PruneLambdaFunction'],
        ['RegisterPoliciesQueue', 'RegisterDashpoliciesLambdaFunction'],
        ['WatchQueue', 'WatchLambdaFunction'],
        ['DigestQueue', 'DigestLambdaFunction'],
        ['RehearseQueue', 'RehearseLambdaFunction'],
        ['ProtectQueue', 'ProtectLambdaFunction'],
      ].map(([queue = '', name]) => ({
        BatchSize: 1,
        EventSourceArn: `${queue}.Arn`,
        FunctionName: name,
        ScalingConfig: { MaximumConcurrency: 20 },
      })),
    );
  });
});

describe('the topic', () => {
  const told = resourcesOf(parse(`${ZONES}notify: [ops@example.com, night@example.com]\n`));

  test('is what alarms of this account may publish to, and nobody else by its policy', () => {
    expect(propertiesOf(told, 'Topic')).toMatchObject({ TopicName: 'ec2-backup-prod' });
    expect(propertiesOf(told, 'TopicPolicy')).toMatchObject({
      Topics: ['Topic'],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: 'Topic',
            Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
          },
        ],
      },
    });
  });

  test('has a subscription for each address of the file', () => {
    expect(resourcesOfType(told, 'AWS::SNS::Subscription')).toEqual([
      { TopicArn: 'Topic', Protocol: 'email', Endpoint: 'ops@example.com' },
      { TopicArn: 'Topic', Protocol: 'email', Endpoint: 'night@example.com' },
    ]);
    expect(resourcesOfType(template, 'AWS::SNS::Subscription')).toEqual([]);
  });

  test('asks nobody to confirm again when addresses change places', () => {
    const turned = resourcesOf(parse(`${ZONES}notify: [night@example.com, ops@example.com]\n`));
    const subscriptions = (made: Template): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(made.Resources).filter(([, { Type }]) => Type === 'AWS::SNS::Subscription'),
      );
    expect(subscriptions(turned)).toEqual(subscriptions(told));
  });
});

describe('names', () => {
  const long = 'x'.repeat(32);
  const longestFile = parse(`
version: 1
deployment: ${long}
policies:
  ${long}: { backup: image, schedule: every 1 hours, keep: { last: 1 }, copies: [{ region: us-isof-south-2 }] }
defaultPolicies:
  volume: { every: 1d, keep: { within: 7d } }
  instance: { every: 1d, keep: { within: 7d } }
targets:
  - { account: "111122223333", region: us-isof-south-1 }
  - { account: "444455556666", region: us-isof-south-1, rolePrefix: ${'y'.repeat(46)} }
`);
  const longest = resourcesOf(longestFile);

  test.each([
    { what: 'a schedule', type: 'AWS::Scheduler::Schedule', key: 'Name', limit: 64 },
    { what: 'a schedule group', type: 'AWS::Scheduler::ScheduleGroup', key: 'Name', limit: 64 },
    { what: 'a queue', type: 'AWS::SQS::Queue', key: 'QueueName', limit: 80 },
    { what: 'an alarm', type: 'AWS::CloudWatch::Alarm', key: 'AlarmName', limit: 255 },
    { what: 'the dashboard', type: 'AWS::CloudWatch::Dashboard', key: 'DashboardName', limit: 255 },
    { what: 'the topic', type: 'AWS::SNS::Topic', key: 'TopicName', limit: 256 },
  ])(
    'of $what are within $limit characters for the longest names of policies.yml',
    ({ type, key, limit }) => {
      const names = resourcesOfType(longest, type).map((properties) => String(properties[key]));
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(name).toMatch(new RegExp(`^[0-9A-Za-z_.-]{1,${limit}}$`));
    },
  );

  test('of the functions are within 64 characters for the longest deployment', () => {
    const names = Object.values(namesOf(longestFile).functions);
    expect(names).toHaveLength(8);
    for (const name of names) expect(name).toMatch(/^[0-9A-Za-z_-]{1,64}$/);
  });

  test('of functions’ and DLM’s roles have the Region in them: a deployment may be in several of an account', () => {
    const names = (made: Template): string[] =>
      resourcesOfType(made, 'AWS::IAM::Role').flatMap(({ RoleName: name }) =>
        typeof name === 'string' ? [name] : [],
      );
    const ours = ['backup', 'replicate', 'prune', 'register', 'watch', 'digest', 'rehearse', 'protect'].map(
      (job) => `${long}-${REGION}-${job}`,
    );
    expect(names(longest)).toEqual([
      ...ours,
      `${long}-us-isof-south-1-dlm-snapshots`,
      `${long}-us-isof-south-1-dlm-images`,
    ]);
    const elsewhere = names(stackOf(placeRoles(longestFile), { HomeAccount: ACCOUNT, HomeRegion: REGION }));
    expect(elsewhere).toHaveLength(7);
    // The longest Region of today is us-isof-south-1.
    for (const name of [...names(longest), ...elsewhere])
      expect(name.replace(REGION, 'us-isof-south-1')).toMatch(/^[\w+=,.@-]{1,64}$/);
  });

  test('of two deployments in one account have nothing in common', () => {
    const other = resourcesOf(parse(ZONES.replace('prod', 'staging')));
    const common = namesIn(other).filter((name) => namesIn(template).includes(name));
    expect(common).toEqual([]);
  });

  test('of policies that differ in a hyphen stay apart', () => {
    const policy = '{ backup: image, schedule: every 1 hours, keep: { last: 1 } }';
    const names = ['ab', 'a-b', 'a--b', 'a-dash', 'adash-', 'prune'];
    const text = names.map((name) => `  ${name}: ${policy}`).join('\n');
    const made = resourcesOf(parse(`version: 1\ndeployment: prod\npolicies:\n${text}\n`));
    const ids = Object.keys(made.Resources).filter((id) => id.startsWith('BackupScheduleOf'));
    expect(ids).toHaveLength(names.length);
    for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{1,255}$/);
  });
});

/** Names that AWS knows by account or by account and Region; a schedule's is inside its group. */
function namesIn(made: Template): unknown[] {
  const names: readonly [type: string, key: string][] = [
    ['AWS::SQS::Queue', 'QueueName'],
    ['AWS::Scheduler::ScheduleGroup', 'Name'],
    ['AWS::IAM::Role', 'RoleName'],
    ['AWS::SNS::Topic', 'TopicName'],
    ['AWS::CloudWatch::Alarm', 'AlarmName'],
    ['AWS::CloudWatch::Dashboard', 'DashboardName'],
  ];
  return names.flatMap(([type, key]) =>
    resourcesOfType(made, type).flatMap((properties) => properties[key] ?? []),
  );
}

describe('the Region when nobody names one', () => {
  const target = (region: string): string => `{ account: "111122223333", region: ${region} }`;
  const withTargets = (...regions: string[]): ReturnType<typeof parse> =>
    parse(`${POLICIES}\ntargets: [${regions.map(target).join(', ')}]\n`);

  test('is that of the policy file’s targets', () => {
    expect(regionOf(withTargets('eu-west-1'), ['serverless', 'deploy'])).toBe('eu-west-1');
  });

  test('is not that of a target in which each job has another role: the functions need not be there', () => {
    const elsewhere = `{ account: "444455556666", region: us-east-1, rolePrefix: backups }`;
    const both = parse(`${POLICIES}\ntargets: [${target('eu-west-1')}, ${elsewhere}]\n`);
    expect(regionOf(both, ['serverless', 'deploy'])).toBe('eu-west-1');
    expect(() => regionOf(parse(`${POLICIES}\ntargets: [${elsewhere}]\n`), ['serverless', 'deploy'])).toThrow(
      'no Region: name one with --region or AWS_REGION, such as ap-northeast-2',
    );
  });

  test('does not matter for packaging', () => {
    expect(regionOf(parse(POLICIES), ['node', 'serverless', 'package'])).toBe('us-east-1');
  });

  test('is asked for otherwise, and the targets named', () => {
    expect(() => regionOf(parse(POLICIES), ['serverless', 'deploy'])).toThrow(
      'no Region: name one with --region or AWS_REGION, such as ap-northeast-2',
    );
    expect(() => regionOf(withTargets('eu-west-1', 'us-east-1'), ['serverless', 'deploy'])).toThrow(
      'no Region: name one with --region or AWS_REGION, one of the targets eu-west-1, us-east-1',
    );
  });
});
