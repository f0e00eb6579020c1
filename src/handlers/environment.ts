/** What a handler needs from outside; the deployed function makes it from its own surroundings, tests their own. */

import { Logger } from '@aws-lambda-powertools/logger';
import { awsClients, awsMessageClients, type MessageClients, type Service } from '../lib/aws/clients.ts';
import type { PolicyFile } from '../lib/policy/policy.ts';
import type { LogRecord } from '../lib/report/log-records.ts';
import type { MetricRecord } from '../lib/report/metrics.ts';
import type { Clock } from '../lib/run/context.ts';
import { ConfigurationError } from '../lib/run/errors.ts';
import type { Connect } from '../lib/run/reach.ts';
import { writeMetrics } from './metrics.ts';

export interface Environment extends MessageClients {
  readonly file: PolicyFile;
  /** The Region that the function runs in. */
  readonly region: string;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly addresses: Addresses;
  /** Writes records as JSON lines, each with the correlation fields. */
  readonly log: (records: Iterable<LogRecord>, correlation: Readonly<Record<string, unknown>>) => void;
  readonly metrics: (records: readonly MetricRecord[]) => void;
}

/** Where the function's messages go; each function is told those that it needs. */
export interface Addresses {
  /** URL of the job's own queue. */
  readonly queue?: string;
  /** URL of the queue of `backup`. */
  readonly backupQueue?: string;
  /** URL of the queue from `watch` to `digest`. */
  readonly reportsQueue?: string;
  /** ARN of the topic for people. */
  readonly topic?: string;
}

/** The surroundings of a deployed function, with clients of the services that its job calls. */
export function lambdaEnvironment(file: PolicyFile, services: readonly Service[]): Environment {
  const { AWS_REGION: region, QUEUE_URL, BACKUP_QUEUE_URL, REPORTS_QUEUE_URL, TOPIC_ARN } = process.env;
  if (region === undefined) throw new ConfigurationError('AWS_REGION is not set, expected it from Lambda');
  return {
    file,
    region,
    connect: (access) => awsClients(access, services),
    ...awsMessageClients(region),
    clock: {
      now: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    addresses: {
      ...(QUEUE_URL !== undefined && { queue: QUEUE_URL }),
      ...(BACKUP_QUEUE_URL !== undefined && { backupQueue: BACKUP_QUEUE_URL }),
      ...(REPORTS_QUEUE_URL !== undefined && { reportsQueue: REPORTS_QUEUE_URL }),
      ...(TOPIC_ARN !== undefined && { topic: TOPIC_ARN }),
    },
    log: jsonLog(),
    metrics: writeMetrics,
  };
}

/** An address that the function cannot do without; a ConfigurationError when it was not told. */
export function requireAddress(addresses: Addresses, name: keyof Addresses): string {
  const address = addresses[name];
  if (address !== undefined) return address;
  const variables = {
    queue: 'QUEUE_URL',
    backupQueue: 'BACKUP_QUEUE_URL',
    reportsQueue: 'REPORTS_QUEUE_URL',
    topic: 'TOPIC_ARN',
  };
  throw new ConfigurationError(`${variables[name]} is not set, expected it from the deployment`);
}

function jsonLog(): Environment['log'] {
  const logger = new Logger({ serviceName: 'ec2-backup' });
  return (records, correlation) => {
    for (const { level, message, fields } of records) logger[level](message, { ...correlation, ...fields });
  };
}
