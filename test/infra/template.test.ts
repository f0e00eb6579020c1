import { describe, expect, test } from 'vitest';
import { POLICIES, parse } from '../support/scenario.ts';
import {
  REGION,
  namesOf,
  propertiesOf,
  regionOf,
  resourcesOf,
  resourcesOfType,
  statementsOf,
  trustOf,
  type Template,
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
  });

  test('ask for a run of the scheduler’s own slot', () => {
    expect(scheduleNamed('backup-payments')).toMatchObject({
      Target: {
        Arn: 'BackupLambdaFunction.Arn',
        Input:
          '{"job":"backup","policy":"payments","slot":"<aws.scheduler.scheduled-time>","trigger":"schedule"}',
      },
    });
    expect(scheduleNamed('prune')).toMatchObject({
      Target: {
        Arn: 'PruneLambdaFunction.Arn',
        Input: '{"job":"prune","slot":"<aws.scheduler.scheduled-time>","trigger":"schedule"}',
      },
    });
    expect(scheduleNamed('register-policies')).toMatchObject({
      Target: {
        Arn: 'RegisterDashpoliciesLambdaFunction.Arn',
        Input: '{"job":"register-policies","slot":"<aws.scheduler.scheduled-time>","trigger":"schedule"}',
      },
    });
  });

  test('retry for an hour at most, and hand over to a dead-letter queue', () => {
    const RetryPolicy = { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 30 };
    expect(schedules.map(({ Target }) => Target)).toMatchObject([
      { RoleArn: 'BackupScheduleRole.Arn', DeadLetterConfig: { Arn: 'BackupUndelivered.Arn' }, RetryPolicy },
      { RoleArn: 'BackupScheduleRole.Arn', DeadLetterConfig: { Arn: 'BackupUndelivered.Arn' }, RetryPolicy },
      { RoleArn: 'PruneScheduleRole.Arn', DeadLetterConfig: { Arn: 'PruneUndelivered.Arn' }, RetryPolicy },
      {
        RoleArn: 'RegisterPoliciesScheduleRole.Arn',
        DeadLetterConfig: { Arn: 'RegisterPoliciesUndelivered.Arn' },
        RetryPolicy,
      },
    ]);
  });
});

describe.each([
  { job: 'Backup', invokes: 'BackupLambdaFunction.Arn' },
  { job: 'Prune', invokes: 'PruneLambdaFunction.Arn' },
  { job: 'RegisterPolicies', invokes: 'RegisterDashpoliciesLambdaFunction.Arn' },
])('the role of the schedules of $job', ({ job, invokes }) => {
  test('may invoke that one function and send to that one queue', () => {
    expect(statementsOf(template, `${job}ScheduleRole`)).toMatchObject([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: [invokes] },
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
});

describe('queues', () => {
  test('are standard ones, encrypted, and hold a message for 14 days', () => {
    const rest = { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true };
    expect(resourcesOfType(template, 'AWS::SQS::Queue')).toEqual([
      { QueueName: 'ec2-backup-prod-backup-failed', ...rest },
      { QueueName: 'ec2-backup-prod-backup-undelivered', ...rest },
      { QueueName: 'ec2-backup-prod-prune-failed', ...rest },
      { QueueName: 'ec2-backup-prod-prune-undelivered', ...rest },
      { QueueName: 'ec2-backup-prod-register-policies-failed', ...rest },
      { QueueName: 'ec2-backup-prod-register-policies-undelivered', ...rest },
    ]);
  });
});

describe('names', () => {
  const long = 'x'.repeat(32);
  const longestFile = parse(`
version: 1
deployment: ${long}
policies:
  ${long}: { backup: image, schedule: every 1 hours, keep: { last: 1 } }
defaultPolicies:
  volume: { every: 1d, keep: { within: 7d } }
  instance: { every: 1d, keep: { within: 7d } }
`);
  const longest = resourcesOf(longestFile);

  test.each([
    { what: 'a schedule', type: 'AWS::Scheduler::Schedule', key: 'Name', limit: 64 },
    { what: 'a schedule group', type: 'AWS::Scheduler::ScheduleGroup', key: 'Name', limit: 64 },
    { what: 'a queue', type: 'AWS::SQS::Queue', key: 'QueueName', limit: 80 },
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
    expect(names).toHaveLength(3);
    for (const name of names) expect(name).toMatch(/^[0-9A-Za-z_-]{1,64}$/);
  });

  test('of roles are CloudFormation’s, or have the Region in them: a deployment may be in several of an account', () => {
    const names = resourcesOfType(longest, 'AWS::IAM::Role').flatMap(({ RoleName: name }) =>
      typeof name === 'string' ? [name] : [],
    );
    expect(names).toEqual([`${long}-${REGION}-dlm-snapshots`, `${long}-${REGION}-dlm-images`]);
    // The longest Region of today is us-isof-south-1.
    for (const name of names) expect(name.replace(REGION, 'us-isof-south-1')).toMatch(/^.{1,64}$/);
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
  return ['AWS::SQS::Queue', 'AWS::Scheduler::ScheduleGroup', 'AWS::IAM::Role'].flatMap((type) =>
    resourcesOfType(made, type).flatMap(
      ({ Name, QueueName, RoleName }) => Name ?? QueueName ?? RoleName ?? [],
    ),
  );
}

describe('the Region when nobody names one', () => {
  const target = (region: string): string => `{ account: "111122223333", region: ${region} }`;
  const withTargets = (...regions: string[]): ReturnType<typeof parse> =>
    parse(`${POLICIES}\ntargets: [${regions.map(target).join(', ')}]\n`);

  test('is that of the policy file’s targets', () => {
    expect(regionOf(withTargets('eu-west-1'), ['serverless', 'deploy'])).toBe('eu-west-1');
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
