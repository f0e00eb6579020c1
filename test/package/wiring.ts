/** The wiring of the packaged template, followed from end to end. Part of package.test.ts, which packages once for all. */

import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/lib/report/metrics.ts';
import { JOBS } from '../../src/lib/run/request.ts';
import type { Template } from '../support/cloudformation.ts';
import { isAllowed } from '../support/iam.ts';
import { propertiesOf, resourcesOfType, statementsOf } from '../support/template.ts';

// As much of CloudFormation's shapes as is followed here; cfn-lint checks them.
interface Schedule {
  readonly Name: string;
  readonly Target: {
    readonly Arn: string;
    readonly RoleArn: string;
    readonly Input: string;
    readonly SqsParameters: { readonly MessageGroupId: string };
    readonly DeadLetterConfig: { readonly Arn: string };
  };
}

interface Queue {
  readonly QueueName: string;
  readonly FifoQueue?: boolean;
  readonly ContentBasedDeduplication?: boolean;
  readonly VisibilityTimeout?: number;
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

type RuleTarget = Omit<Schedule['Target'], 'RoleArn'>;

interface QueuePolicy {
  readonly Queues: readonly string[];
  readonly PolicyDocument: {
    readonly Statement: readonly {
      readonly Action: string;
      readonly Resource: string;
      readonly Condition: { readonly ArnEquals: { readonly 'aws:SourceArn': readonly string[] } };
    }[];
  };
}

interface Mapping {
  readonly EventSourceArn: string;
  readonly FunctionName: string;
  readonly BatchSize: number;
}

interface LambdaFunction {
  readonly FunctionName: string;
  readonly Role: string;
  readonly Timeout: number;
  readonly RecursiveLoop: string;
}

interface Alarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

/** `template` is there when the tests run. */
export function wiring(template: () => Template): void {
  const all = <T>(type: string): T[] => resourcesOfType(template(), type) as T[];
  const queueAt = (reference: string): Queue => propertiesOf(template(), idOf(reference)) as unknown as Queue;
  const functionAt = (reference: string): LambdaFunction =>
    propertiesOf(template(), idOf(reference)) as unknown as LambdaFunction;
  const may = (role: string, action: string, resource: string): boolean =>
    isAllowed(statementsOf(template(), idOf(role)), { action, resource, context: {} });
  const mappingsOf = (queue: string): Mapping[] =>
    all<Mapping>('AWS::Lambda::EventSourceMapping').filter(({ EventSourceArn }) => EventSourceArn === queue);
  const alarmsOn = (metric: string, value: string): Alarm[] =>
    all<Alarm>('AWS::CloudWatch::Alarm').filter(
      ({ MetricName, Dimensions }) =>
        MetricName === metric && Dimensions.some(({ Value }) => Value === value),
    );

  describe('the wiring', () => {
    test('leads from every schedule by its queue to the function of its job', () => {
      const schedules = all<Schedule>('AWS::Scheduler::Schedule');
      expect(schedules.length).toBeGreaterThan(JOBS.length);
      for (const { Name, Target } of schedules) {
        const { job, policy } = JSON.parse(Target.Input) as { job: string; policy?: string };
        const [mapping, ...others] = mappingsOf(Target.Arn);
        expect(others).toEqual([]);
        expect(functionAt(mapping?.FunctionName ?? Name).FunctionName).toBe(`ec2-backup-test-${job}`);
        expect(Target.SqsParameters.MessageGroupId).toBe(`fan-out/${policy ?? job}`);
        expect(queueAt(Target.Arn)).toMatchObject({ FifoQueue: true, ContentBasedDeduplication: true });
      }
    });

    test('lets every schedule send there, and to a standard queue that rings what could not be sent', () => {
      for (const { Name, Target } of all<Schedule>('AWS::Scheduler::Schedule')) {
        const { Arn, RoleArn, DeadLetterConfig } = Target;
        expect(may(RoleArn, 'sqs:SendMessage', Arn), Name).toBe(true);
        expect(may(RoleArn, 'sqs:SendMessage', DeadLetterConfig.Arn), Name).toBe(true);
        const undelivered = queueAt(DeadLetterConfig.Arn);
        expect(undelivered).not.toHaveProperty('FifoQueue');
        expect(alarmsOn('ApproximateNumberOfMessagesVisible', undelivered.QueueName)).toHaveLength(1);
      }
    });

    test('lets every rule, and nobody else, send where its event leads, and rings what could not be sent', () => {
      const rules = Object.entries(template().Resources).filter(
        ([, { Type }]) => Type === 'AWS::Events::Rule',
      );
      expect(rules.length).toBeGreaterThan(0);
      const policies = all<QueuePolicy>('AWS::SQS::QueuePolicy');
      const sendersTo = (queue: string): string[] =>
        policies
          .filter(({ Queues }) => Queues.includes(idOf(queue)))
          .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
          .filter(({ Resource, Action }) => Resource === queue && Action === 'sqs:SendMessage')
          .flatMap(({ Condition }) => Condition.ArnEquals['aws:SourceArn']);
      for (const [id] of rules) {
        const { Targets } = propertiesOf(template(), id) as unknown as {
          readonly Targets: readonly RuleTarget[];
        };
        expect(Targets).toHaveLength(1);
        for (const { Arn, Input, SqsParameters, DeadLetterConfig } of Targets) {
          const { job } = JSON.parse(Input) as { job: string };
          const [mapping] = mappingsOf(Arn);
          expect(functionAt(mapping?.FunctionName ?? id).FunctionName).toBe(`ec2-backup-test-${job}`);
          expect(SqsParameters.MessageGroupId).toBe(`fan-out/${job}`);
          expect(queueAt(Arn)).toMatchObject({ FifoQueue: true, ContentBasedDeduplication: true });
          const ids = rules.map(([rule]) => `${rule}.Arn`);
          expect(sendersTo(Arn)).toEqual(ids);
          expect(sendersTo(DeadLetterConfig.Arn)).toEqual(ids);
          const undelivered = queueAt(DeadLetterConfig.Arn);
          expect(undelivered).not.toHaveProperty('FifoQueue');
          expect(alarmsOn('ApproximateNumberOfMessagesVisible', undelivered.QueueName)).toHaveLength(1);
        }
      }
    });

    test('has one queue for each job, read by its function one request at a time', () => {
      const mappings = all<Mapping>('AWS::Lambda::EventSourceMapping');
      const functions = mappings.map(({ FunctionName }) => functionAt(FunctionName).FunctionName);
      expect(functions.sort()).toEqual(JOBS.map((job) => `ec2-backup-test-${job}`).sort());
      for (const { BatchSize, EventSourceArn, FunctionName } of mappings) {
        expect(BatchSize).toBe(1);
        const { Role } = functionAt(FunctionName);
        for (const action of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'SendMessage'])
          expect(may(Role, `sqs:${action}`, EventSourceArn), `${FunctionName} ${action}`).toBe(true);
      }
    });

    test('hides a request until the function that has it must be done, and lets that one go on', () => {
      for (const { EventSourceArn, FunctionName } of all<Mapping>('AWS::Lambda::EventSourceMapping')) {
        const { Timeout, RecursiveLoop } = functionAt(FunctionName);
        expect(queueAt(EventSourceArn).VisibilityTimeout).toBeGreaterThan(Timeout);
        expect(RecursiveLoop).toBe('Allow');
      }
    });

    test('leads what fails three times to a dead-letter queue of its own, which rings', () => {
      const dead = all<Mapping>('AWS::Lambda::EventSourceMapping').map(({ EventSourceArn }) => {
        const { RedrivePolicy } = queueAt(EventSourceArn);
        expect(RedrivePolicy?.maxReceiveCount).toBe(3);
        const { FifoQueue, QueueName } = queueAt(RedrivePolicy?.deadLetterTargetArn ?? '');
        expect(FifoQueue).toBe(true);
        expect(alarmsOn('ApproximateNumberOfMessagesVisible', QueueName)).toHaveLength(1);
        return QueueName;
      });
      expect(new Set(dead).size).toBe(JOBS.length);
    });

    test('has no queue that nobody reads and that does not ring', () => {
      const read = all<Mapping>('AWS::Lambda::EventSourceMapping').map(
        ({ EventSourceArn }) => queueAt(EventSourceArn).QueueName,
      );
      const silent = all<Queue>('AWS::SQS::Queue')
        .map(({ QueueName }) => QueueName)
        .filter((name) => !read.includes(name))
        .filter((name) => alarmsOn('ApproximateNumberOfMessagesVisible', name).length === 0);
      // The digest reads it.
      expect(silent).toEqual(['ec2-backup-test-reports']);
    });

    test('tells functions only of queues and topics that they may send to or read', () => {
      for (const [id, one] of Object.entries(template().Resources)) {
        if (one.Type !== 'AWS::Lambda::Function') continue;
        const { Environment, Role } = propertiesOf(template(), id) as {
          readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
          readonly Role: string;
        };
        const { POLICIES_SHA256: _, ...where } = Environment.Variables;
        for (const [name, value] of Object.entries(where)) {
          const actions = ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sns:Publish'];
          const allowed = actions.filter((action) =>
            may(Role, action, action.startsWith('sns:') ? value : `${value}.Arn`),
          );
          expect(allowed, `${id} ${name}`).not.toEqual([]);
        }
      }
    });

    test('has alarms on metrics only that the code or AWS sends', () => {
      const alarms = all<Alarm>('AWS::CloudWatch::Alarm');
      const sent = METRICS.map(({ name, dimensions }) => `${name} ${[...dimensions].sort().join()}`);
      const ours = alarms.filter(({ Namespace }) => Namespace === 'ec2-backup');
      const looked = ours.map(
        ({ MetricName, Dimensions }) =>
          `${MetricName} ${Dimensions.map(({ Name }) => Name)
            .sort()
            .join()}`,
      );
      expect(looked.length).toBeGreaterThan(8);
      expect(looked.filter((one) => !sent.includes(one))).toEqual([]);
      const others = alarms.filter(({ Namespace }) => Namespace !== 'ec2-backup');
      expect(new Set(others.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`))).toEqual(
        new Set([
          'AWS/Lambda Errors',
          'AWS/SQS ApproximateAgeOfOldestMessage',
          'AWS/SQS ApproximateNumberOfMessagesVisible',
        ]),
      );
    });
  });
}

/** Of `BackupQueue.Arn`, or of the id itself. */
function idOf(reference: string): string {
  return reference.replace(/\.Arn$/, '');
}
