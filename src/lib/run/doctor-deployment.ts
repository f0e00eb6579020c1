/** What `npx serverless deploy` made at home: schedules, queues, functions, alarms and who hears of them. */

import type { DeploymentClients } from '../aws/deployment-clients.ts';
import { listAlarms, readSubscriptions } from '../aws/read-alarms.ts';
import { readFunction } from '../aws/read-functions.ts';
import { readQueue } from '../aws/read-queues.ts';
import { readSchedules } from '../aws/read-schedules.ts';
import {
  alarmPrefix,
  functionName,
  queueArn,
  queueNames,
  stackName,
  topicArn,
} from '../plan/deployment-names.ts';
import { alarmChecks, subscriptionChecks, type DeployedAlarm } from '../plan/doctor-alarms.ts';
import { fail, skip, unread, warn, type Check, type Reading } from '../plan/doctor-check.ts';
import { functionChecks } from '../plan/doctor-functions.ts';
import { queueChecks, type JobQueues } from '../plan/doctor-queues.ts';
import { scheduleChecks, type DeployedSchedule } from '../plan/doctor-schedules.ts';
import type { LifecyclePlace } from '../plan/lifecycle-role.ts';
import { homeSeenFrom } from '../policy/places.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { policiesFingerprint } from './policies-fingerprint.ts';
import { reading } from './reading.ts';
import { JOBS } from './request.ts';

/** The schedules of the deployment; undefined when their group does not exist. */
type Group = Reading<readonly DeployedSchedule[] | undefined>;

export function readGroup(clients: DeploymentClients, { deployment }: PolicyFile): Promise<Group> {
  return reading(readSchedules(clients, stackName(deployment)));
}

interface Home {
  readonly file: PolicyFile;
  readonly place: LifecyclePlace;
}

export async function deploymentChecks(
  clients: DeploymentClients,
  group: Group,
  home: Home,
): Promise<Check[]> {
  if ('value' in group && group.value === undefined) return nothingDeployed(home);
  return [
    ...schedules(group, home),
    ...(await queues(clients, home)),
    ...(await functions(clients, home)),
    ...(await alarms(clients, home)),
    ...(await subscriptions(clients, home)),
  ];
}

function nothingDeployed({ file, place }: Home): Check[] {
  const name = 'deployment';
  const nothing = `nothing of ${stackName(file.deployment)} is in account ${place.account}, Region ${place.region}`;
  const homes = {
    here: fail(name, `${nothing}: npx serverless deploy`),
    'here or elsewhere': warn(
      name,
      `${nothing}: as it should be if its home is elsewhere, else npx serverless deploy`,
    ),
    elsewhere: skip(name, `${nothing}: only copies come here`),
  };
  return [
    homes[homeSeenFrom(place, file)],
    ...['schedules', 'queues', 'functions', 'alarms', 'subscriptions'].map((one) =>
      skip(one, 'nothing is deployed here'),
    ),
  ];
}

function schedules(group: Group, { file, place }: Home): Check[] {
  if ('value' in group) return scheduleChecks(group.value ?? [], file, place);
  const actions = 'scheduler:GetScheduleGroup, scheduler:ListSchedules and scheduler:GetSchedule';
  return [unread('schedules', group, actions)];
}

async function queues(clients: DeploymentClients, { file: { deployment }, place }: Home): Promise<Check[]> {
  const all = await reading(
    Promise.all(JOBS.map(async (job) => [job, await readJobQueues(clients, deployment, job)] as const)),
  );
  if (!('value' in all)) return [unread('queues', all, 'sqs:GetQueueUrl and sqs:GetQueueAttributes')];
  return queueChecks(new Map(all.value), deployment, place);
}

async function readJobQueues(
  clients: DeploymentClients,
  deployment: string,
  job: string,
): Promise<JobQueues> {
  const names = queueNames(deployment, job);
  const [requests, deadLetters, undelivered, failed] = await Promise.all(
    [names.requests, names.deadLetters, names.undelivered, names.failed].map((name) =>
      readQueue(clients, name),
    ),
  );
  return { requests, deadLetters, undelivered, failed };
}

async function functions(clients: DeploymentClients, { file, place }: Home): Promise<Check[]> {
  const { deployment } = file;
  const found = await reading(
    Promise.all(
      JOBS.map(async (job) => {
        const name = functionName(deployment, job);
        const queue = queueArn(queueNames(deployment, job).requests, place);
        return [name, await readFunction(clients, { name, queue })] as const;
      }),
    ),
  );
  const actions =
    'lambda:GetFunctionConfiguration, lambda:GetFunctionConcurrency and lambda:ListEventSourceMappings';
  return 'value' in found
    ? functionChecks(new Map(found.value), policiesFingerprint(file))
    : [unread('functions', found, actions)];
}

async function alarms(clients: DeploymentClients, { file, place }: Home): Promise<Check[]> {
  const found = await reading(all(listAlarms(clients, alarmPrefix(file.deployment))));
  if (!('value' in found)) return [unread('alarms', found, 'cloudwatch:DescribeAlarms')];
  return alarmChecks(found.value, file, place);
}

async function all(items: AsyncIterable<DeployedAlarm>): Promise<DeployedAlarm[]> {
  const found: DeployedAlarm[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function subscriptions(clients: DeploymentClients, { file, place }: Home): Promise<Check[]> {
  const found = await reading(readSubscriptions(clients, topicArn(file.deployment, place)));
  if (!('value' in found)) return [unread('subscriptions', found, 'sns:ListSubscriptionsByTopic')];
  return subscriptionChecks(found.value, file);
}
