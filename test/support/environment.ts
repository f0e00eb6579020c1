/** The surroundings of a handler on the simulated account. */

import type { Environment } from '../../src/handlers/environment.ts';
import type { Access, Clients } from '../../src/lib/aws/clients.ts';
import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import type { LogRecord } from '../../src/lib/report/log-records.ts';
import type { MetricRecord } from '../../src/lib/report/metrics.ts';
import type { Connect } from '../../src/lib/run/reach.ts';
import type { SimulatedAccount } from '../../src/simulator/account.ts';
import type { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import type { SimulatedProcess } from '../../src/simulator/process.ts';

export interface SimulatedHome {
  /** The one that the function runs in. */
  readonly home: SimulatedAccount;
  readonly others?: readonly SimulatedAccount[];
  readonly organisation?: SimulatedOrganisation;
  /** The one that the calls are counted of; the account's own unless given. */
  readonly process?: SimulatedProcess;
}

const NAMES: readonly (keyof Clients)[] = [
  'ec2',
  'ec2Once',
  'autoScaling',
  'sts',
  'dlm',
  'dlmOnce',
  'iam',
  'kms',
  'ssm',
  'ssmOnce',
  'rbin',
];

/** Clients as the SDK would make them: credentials are asked for with the first call, and lead to their account. */
export function simulatedConnect({ home, others = [], organisation, process }: SimulatedHome): Connect {
  const clientsIn = (account: SimulatedAccount, region: string): Clients => {
    const there = account.region(region);
    return process ? there.clientsOf(process) : there.clients;
  };
  return ({ region, credentials }: Access) => {
    if (!credentials) return clientsIn(home, region);
    let found: Promise<Clients> | undefined;
    const find = async (): Promise<Clients> => {
      const { accessKeyId } = await credentials();
      const account = organisation?.session(accessKeyId)?.account;
      const there = [home, ...others].find((one) => one.account === account);
      if (!there) throw new Error(`nobody gave the credentials ${accessKeyId}`);
      return clientsIn(there, region);
    };
    const of = (name: keyof Clients): { send: (command: never) => Promise<never> } => ({
      send: async (command) => {
        const { send } = (await (found ??= find()))[name] as { send: (command: never) => Promise<never> };
        return send(command);
      },
    });
    return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as unknown as Clients;
  };
}

export interface Recorded {
  readonly environment: Environment;
  readonly records: LogRecord[];
  readonly metrics: MetricRecord[];
}

export interface Surroundings extends SimulatedHome {
  readonly file: PolicyFile;
  readonly region: string;
  readonly clock: SimulatedClock;
  readonly addresses?: Environment['addresses'];
}

/** An environment that writes down what is logged and measured. */
export function recordedEnvironment(given: Surroundings): Recorded {
  const records: LogRecord[] = [];
  const metrics: MetricRecord[] = [];
  const there = given.home.region(given.region);
  const { sqs, sns } = given.process ? there.clientsOf(given.process) : there.clients;
  const environment: Environment = {
    file: given.file,
    region: given.region,
    connect: simulatedConnect(given),
    sqs,
    sns,
    clock: given.clock,
    addresses: given.addresses ?? {},
    log: (some) => records.push(...some),
    metrics: (some) => metrics.push(...some),
  };
  return { environment, records, metrics };
}
