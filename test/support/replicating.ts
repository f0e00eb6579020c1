/** Sources in one place, with policies that copy what is made of them to another. */

import { run, type Ended } from '../cli/fake-shell.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import { SimulatedProcess } from '../../src/simulator/process.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { simulatedConnect } from './environment.ts';
import { fileWith } from '../cli/fake-shell.ts';
import { DATABASE_VOLUMES } from './restoring.ts';
import { HOUR, MINUTE, Scenario } from './scenario.ts';

export const HOME = '111122223333';
export const AWAY = '444455556666';
export const OTHER = 'us-east-1';

/** A policy of each kind, copied to `copies`, a list in YAML's flow style. */
export function policiesCopied(copies: string, rest = ''): string {
  return `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 }, copies: ${copies} }
  sets: { backup: snapshots, schedule: every 6 hours, keep: { last: 3 }, copies: ${copies} }
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 2 }, copies: ${copies} }
prune: { schedule: every 6 hours, maxShare: 30% }
${rest}`;
}

/** What the caller in the home account is, to whom the other account gives its roles. */
const CALLER = `arn:aws:iam::${HOME}:role/ec2-backup-test-replicate`;

export interface ReplicatingOptions {
  readonly policies: string;
  readonly settings?: Partial<SimulatorSettings>;
  /** Encrypts the volumes of the database that are encrypted; the key of EBS unless given. */
  readonly keyOf?: (home: SimulatedRegion) => string;
}

/** A home account with two Regions, another account that gives it roles, and their clock. */
export class Replicating {
  readonly scenario: Scenario;
  readonly organisation = new SimulatedOrganisation();
  readonly away: SimulatedAccount;
  /** An instance, and a volume on its own. */
  readonly database: string;
  readonly disk: string;

  constructor({ policies, settings, keyOf }: ReplicatingOptions) {
    const { organisation } = this;
    const regions = ['ap-northeast-2', OTHER];
    this.scenario = new Scenario({ policies, regions, organisation, ...(settings && { settings }) });
    const { clock } = this.scenario;
    const all = { pageSize: 2, emptyPages: true, throttle: false, ...settings };
    this.away = new SimulatedAccount({ clock, account: AWAY, regions, organisation, settings: all });
    const statement = { Effect: 'Allow', Principal: { AWS: CALLER }, Action: 'sts:AssumeRole' };
    this.away.region(OTHER).createRole({
      name: 'ec2-backup-replicate',
      trust: { Statement: [statement] },
    });
    const { region } = this.scenario;
    const keyArn = keyOf?.(region);
    const launchedAt = clock.now() - HOUR;
    this.database = region.runInstance({
      tags: { Name: 'db', Team: 'payments', 'Backup:nightly': 'true', 'Backup:sets': 'true' },
      volumes: DATABASE_VOLUMES.map((volume) => ({
        ...volume,
        ...('encrypted' in volume && keyArn !== undefined && { keyArn }),
      })),
      instanceType: 'm5.large',
      securityGroups: [region.launching.createSecurityGroup()],
      keyName: 'ops',
      launchedAt,
    }).id;
    this.disk = region.createVolume({
      sizeGiB: 30,
      type: 'gp3',
      iops: 4000,
      tags: { Name: 'logs', 'Backup:disks': 'true' },
      createdAt: launchedAt,
    });
  }

  /** A Region of the home account, or of the other one. */
  region(name: string, account = HOME): SimulatedRegion {
    return (account === HOME ? this.scenario.account : this.away).region(name);
  }

  /** The surroundings of a run in a place by its own account. */
  contextIn(name: string, account = HOME): RunContext {
    const { clients } = this.region(name, account);
    const { file, clock } = this.scenario;
    return { file, place: { account, region: name }, clients, clock };
  }

  /** One good point of each policy. */
  async backUp(): Promise<void> {
    const { scenario } = this;
    for (const policy of ['nightly', 'sets', 'disks']) {
      await scenario.backup(policy);
      scenario.clock.advance(10 * MINUTE);
    }
  }

  /** `ec2-backup replicate` in a process of its own, from the home account. */
  async replicate(policies: string, { faults }: { readonly faults?: FaultPlan } = {}): Promise<Replicated> {
    const process = new SimulatedProcess(CALLER);
    if (faults) process.faults = faults;
    const { scenario, away, organisation } = this;
    const at = simulatedConnect({ home: scenario.account, others: [away], organisation, process });
    const region = scenario.region.name;
    const clients = scenario.region.clientsOf(process);
    const answer = (): Promise<typeof clients> => Promise.resolve(clients);
    const path = await fileWith(policies);
    const ended = await run(['replicate', '--policies', path, '--yes', '--json'], {
      scenario,
      connect: () => Promise.resolve({ region, clients, at, deployment: answer, blocks: answer }),
    });
    return { ...ended, calls: process.calls };
  }
}

export interface Replicated extends Ended {
  /** How many calls were sent, in all places. */
  readonly calls: number;
}

/** Runs it and lets the copies become complete, until one run after the last has nothing more to do. */
export async function replicateAll(place: Replicating, policies: string): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    const { code, out, notes } = await place.replicate(policies);
    if (code !== 0) throw new Error(`replicate ended with ${code}: ${out}${notes}`);
    place.scenario.clock.advance(30 * MINUTE);
  }
}

/** The states of the parts of each copied point, those with the most parts first. */
export function copiesIn(region: SimulatedRegion): readonly (readonly string[])[] {
  const copies = new Map<string, string[]>();
  for (const { tags, state } of [...region.images(), ...region.snapshots()]) {
    const from = tags['ec2-backup:copied-from'];
    if (from !== undefined) copies.set(from, [...(copies.get(from) ?? []), state].sort());
  }
  return [...copies.values()].sort((a, b) => b.length - a.length);
}

/** What there is of one good point of each policy: an AMI of four volumes, a set of them, and a volume. */
export const ALL_COPIED = [
  ['available', 'completed', 'completed', 'completed', 'completed'],
  ['completed', 'completed', 'completed', 'completed'],
  ['completed'],
];
