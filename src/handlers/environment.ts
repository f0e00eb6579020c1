/** What a handler needs from outside; the deployed function makes it from its own surroundings, tests their own. */

import { Logger } from '@aws-lambda-powertools/logger';
import { awsClients, type Clients } from '../lib/aws/clients.ts';
import { formatInstant } from '../lib/policy/instant.ts';
import type { PolicyFile } from '../lib/policy/policy.ts';
import { runFailure, type LogRecord } from '../lib/report/log-records.ts';
import type { Clock, RunContext } from '../lib/run/context.ts';
import { ConfigurationError } from '../lib/run/errors.ts';
import { formatPlace, resolvePlace } from '../lib/run/place.ts';
import type { Job, RunRequest } from '../lib/run/request.ts';

export interface Environment {
  readonly file: PolicyFile;
  readonly region: string;
  readonly clients: Clients;
  readonly clock: Clock;
  /** Writes records as JSON lines, each with the correlation fields. */
  readonly log: (records: Iterable<LogRecord>, correlation: Readonly<Record<string, unknown>>) => void;
}

/** The surroundings of a deployed function. */
export function lambdaEnvironment(file: PolicyFile): Environment {
  const region = process.env['AWS_REGION'];
  if (region === undefined) throw new ConfigurationError('AWS_REGION is not set, expected it from Lambda');
  return {
    file,
    region,
    clients: awsClients(region),
    clock: {
      now: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    log: jsonLog(),
  };
}

/** The context of one run. The account is asked for and compared before anything is read or changed. */
export async function runContext(request: RunRequest, environment: Environment): Promise<RunContext> {
  const { file, region, clients, clock } = environment;
  const place = await resolvePlace(clients, region, file);
  const asked = request.place ?? place;
  if (asked.account !== place.account || asked.region !== place.region) {
    throw new ConfigurationError(
      `the request is for ${formatPlace(asked)}, but this function runs in ${formatPlace(place)}`,
    );
  }
  return { file, place, clients, clock };
}

/** Fields that tie all lines of a run together. */
export function correlationOf(request: RunRequest, { place, file }: RunContext): Record<string, unknown> {
  return {
    deployment: file.deployment,
    job: request.job,
    ...(request.policy !== undefined && { policy: request.policy }),
    run: formatInstant(request.slot),
    dryRun: request.dryRun,
    trigger: request.trigger,
    account: place.account,
    region: place.region,
  };
}

/** Runs a handler's work; what it throws is a line of the log before it is Lambda's. */
export async function withFailureLog<T>(
  environment: Environment,
  job: Job,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { file, region } = environment;
    environment.log([runFailure(error)], { deployment: file.deployment, job, region });
    throw error;
  }
}

function jsonLog(): Environment['log'] {
  const logger = new Logger({ serviceName: 'ec2-backup' });
  return (records, correlation) => {
    for (const { level, message, fields } of records) logger[level](message, { ...correlation, ...fields });
  };
}
