/** What the resources of a deployment are called; infra/names.cjs names them so, and a test holds the two together. */

import { hasCopies, hasRehearsals } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import type { LifecyclePlace } from './lifecycle-role.ts';

/** The stack, the group of the schedules and the topic. */
export function stackName(deployment: string): string {
  return `ec2-backup-${deployment}`;
}

/** The queues of a job, by what they hold. */
export interface QueueNames {
  /** Requests that wait for the function. */
  readonly requests: string;
  /** Requests that failed again and again. */
  readonly deadLetters: string;
  /** What Scheduler could not deliver. */
  readonly undelivered: string;
  /** Runs that were invoked by hand and failed. */
  readonly failed: string;
}

export function queueNames(deployment: string, job: string): QueueNames {
  const name = `${stackName(deployment)}-${job}`;
  return {
    requests: `${name}.fifo`,
    deadLetters: `${name}-dead-letters.fifo`,
    undelivered: `${name}-undelivered`,
    failed: `${name}-failed`,
  };
}

export function functionName(deployment: string, job: string): string {
  return `${stackName(deployment)}-${job}`;
}

/** What the names of all alarms begin with. */
export function alarmPrefix(deployment: string): string {
  return `${stackName(deployment)}-`;
}

/** The alarm that rings when a policy selects nothing anywhere. */
export function emptySelectionAlarm(deployment: string, policy: string): string {
  return `${alarmPrefix(deployment)}empty-selection-${policy}`;
}

/** The alarm that rings when the watch has not been in a place. */
export function silenceAlarm(deployment: string, { account, region }: Place): string {
  return `${alarmPrefix(deployment)}silence-${account}-${region}`;
}

/** Those that are made only where the file has something for them to ring of. */
export function alarmsOfWords(file: PolicyFile): readonly string[] {
  const names = [
    ...(file.dlmPolicies.length + file.defaultPolicies.length > 0 ? ['lifecycle-errors'] : []),
    ...(hasCopies(file) ? ['copies-behind', 'failed-copies'] : []),
    ...(file.policies.some(({ hooks }) => hooks) ? ['failed-hooks'] : []),
    ...(hasRehearsals(file) ? ['failed-rehearsals', 'overdue-rehearsals'] : []),
  ];
  return names.map((name) => `${alarmPrefix(file.deployment)}${name}`);
}

export function queueArn(queue: string, { partition, region, account }: LifecyclePlace): string {
  return `arn:${partition}:sqs:${region}:${account}:${queue}`;
}

export function topicArn(deployment: string, { partition, region, account }: LifecyclePlace): string {
  return `arn:${partition}:sns:${region}:${account}:${stackName(deployment)}`;
}
