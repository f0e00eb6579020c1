/** What `serverless deploy` makes of a policy file at home, by the template that infra/ gives it. */

import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import { policiesFingerprint } from '../../src/lib/run/policies-fingerprint.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { stackOf } from './cloudformation.ts';
import { namesOf, resourcesOf } from './template.ts';

// The shapes of CloudFormation's resources, as far as they are read here; cfn-lint checks them.
interface Queue {
  readonly QueueName: string;
  readonly FifoQueue?: boolean;
  readonly ContentBasedDeduplication?: boolean;
  readonly DelaySeconds?: number;
  readonly VisibilityTimeout?: number;
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

interface Schedule {
  readonly Name: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  readonly Target: { readonly Arn: string };
}

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
}

/** The parts that somebody can ask AWS about, with the names of queues where the template has references. */
export interface Deployed {
  /** Of the schedules, and the topic's. */
  readonly name: string;
  /** Dead-letter queues before those that they are of. */
  readonly queues: readonly (Queue & { readonly deadLetters?: string })[];
  readonly schedules: readonly (Schedule & { readonly queue: string })[];
  readonly alarms: readonly Alarm[];
  readonly addresses: readonly string[];
}

export function deployedOf(file: PolicyFile): Deployed {
  const resources = Object.entries(stackOf(resourcesOf(file), {}).Resources);
  const all = <T>(type: string): (readonly [id: string, properties: T])[] =>
    resources.filter(([, { Type }]) => Type === type).map(([id, { Properties }]) => [id, Properties as T]);
  const queues = all<Queue>('AWS::SQS::Queue');
  const names = new Map(queues.map(([id, { QueueName }]) => [`${id}.Arn`, QueueName]));
  const nameOf = (reference: string): string => {
    const name = names.get(reference);
    if (name === undefined) throw new Error(`the template has no queue ${reference}`);
    return name;
  };
  const isLast = ({ RedrivePolicy }: Queue): number => (RedrivePolicy ? 1 : 0);
  return {
    name: `ec2-backup-${file.deployment}`,
    queues: queues
      .map(([, queue]) => queue)
      .sort((a, b) => isLast(a) - isLast(b))
      .map((queue) => {
        const { RedrivePolicy: redrive } = queue;
        return { ...queue, ...(redrive && { deadLetters: nameOf(redrive.deadLetterTargetArn) }) };
      }),
    schedules: all<Schedule>('AWS::Scheduler::Schedule').map(([, schedule]) => ({
      ...schedule,
      queue: nameOf(schedule.Target.Arn),
    })),
    alarms: all<Alarm>('AWS::CloudWatch::Alarm').map(([, alarm]) => alarm),
    addresses: all<{ readonly Endpoint: string }>('AWS::SNS::Subscription').map(
      ([, { Endpoint }]) => Endpoint,
    ),
  };
}

const SECOND = 1000;

/** In a simulated Region: the addresses of `notify` have confirmed their subscription, and every alarm is quiet. */
export function deploy(region: SimulatedRegion, file: PolicyFile): void {
  const { name, queues, schedules, alarms, addresses } = deployedOf(file);
  const { functions, queues: requests } = namesOf(file);
  const { deployment } = region;
  for (const queue of queues) {
    const { deadLetters, RedrivePolicy: redrive } = queue;
    region.createQueue({
      name: queue.QueueName,
      fifo: queue.FifoQueue ?? false,
      contentBasedDeduplication: queue.ContentBasedDeduplication ?? false,
      ...(queue.DelaySeconds !== undefined && { delay: queue.DelaySeconds * SECOND }),
      ...(queue.VisibilityTimeout !== undefined && { visibility: queue.VisibilityTimeout * SECOND }),
      ...(deadLetters !== undefined &&
        redrive && { deadLetters: { name: deadLetters, maxReceiveCount: redrive.maxReceiveCount } }),
    });
  }
  deployment.createScheduleGroup(name);
  for (const schedule of schedules) {
    deployment.createSchedule({
      name: schedule.Name,
      group: name,
      expression: schedule.ScheduleExpression,
      timezone: schedule.ScheduleExpressionTimezone,
      target: region.queue(schedule.queue).arn,
    });
  }
  for (const [job, called] of Object.entries(functions))
    deployment.createFunction(called, [region.queue(requests[job] ?? '').arn], {
      POLICIES_SHA256: policiesFingerprint(file),
    });
  const topic = region.createTopic(name);
  for (const alarm of alarms) {
    const { AlarmName, AlarmDescription } = alarm;
    deployment.createAlarm({ name: AlarmName, description: AlarmDescription, actions: [topic] });
  }
  for (const endpoint of addresses) deployment.subscribe(name, { endpoint });
}
