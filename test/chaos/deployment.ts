/** The product as it is deployed: infra's own template on two simulated accounts, with the real handlers. */

import { createRequire } from 'node:module';
import { backupHandler } from '../../src/handlers/backup-job.ts';
import { digestHandler } from '../../src/handlers/digest-job.ts';
import type { Environment } from '../../src/handlers/environment.ts';
import type { Handler } from '../../src/handlers/job.ts';
import { pruneHandler } from '../../src/handlers/prune-job.ts';
import { replicateHandler } from '../../src/handlers/replicate-job.ts';
import { protectHandler } from '../../src/handlers/protect-job.ts';
import { rehearseHandler } from '../../src/handlers/rehearse-job.ts';
import { registerPoliciesHandler } from '../../src/handlers/register-policies-job.ts';
import { watchHandler } from '../../src/handlers/watch-job.ts';
import type { Place, PolicyFile } from '../../src/lib/policy/policy.ts';
import { nextSlot } from '../../src/lib/policy/schedule.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import type { SimulatedProcess } from '../../src/simulator/process.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { gapsOf, type Gaps } from '../../scripts/compile-policies.ts';
import type { SimulatedStack } from '../../src/simulator/stack.ts';
import type { StackTemplate } from '../../src/simulator/stack-template.ts';
import type { StackTrouble } from '../../src/simulator/stack-trouble.ts';
import { stackOf, type Template } from '../support/cloudformation.ts';
import { simulatedConnect } from '../support/environment.ts';
import type { Tellings } from './tellings.ts';

const load = createRequire(import.meta.url);
const { resourcesOf } = load('../../infra/resources.cjs') as {
  resourcesOf: (file: PolicyFile, gaps: Gaps) => Template;
};
const { placeRoles } = load('../../infra/place-roles.cjs') as { placeRoles: (file: PolicyFile) => Template };
const { ID, namesOf } = load('../../infra/names.cjs') as {
  ID: Readonly<Record<string, Readonly<Record<'function' | 'role' | 'queue', string>>>>;
  namesOf: (file: PolicyFile) => { readonly functions: Readonly<Record<string, string>> };
};

/** Where the functions run, which is a place too. */
export const HOME = { account: '111122223333', region: 'ap-northeast-2' };
export const AWAY = { account: '444455556666', region: 'us-east-1' };

/** As places are named here. */
export function keyOf({ account, region }: Place): string {
  return `${account}/${region}`;
}

const HANDLERS: Readonly<Record<string, (environment: Environment) => Handler>> = {
  backup: backupHandler,
  replicate: replicateHandler,
  prune: pruneHandler,
  'register-policies': registerPoliciesHandler,
  watch: watchHandler,
  rehearse: rehearseHandler,
  protect: protectHandler,
  digest: digestHandler,
};

export interface Deployment {
  readonly clock: SimulatedClock;
  readonly stack: SimulatedStack;
  /** Where backups are made, by the place as `account/region`. */
  readonly regions: ReadonlyMap<string, SimulatedRegion>;
  /** Those, and the places that only take copies. */
  readonly everywhere: ReadonlyMap<string, SimulatedRegion>;
}

export interface DeploymentOptions {
  /** The policy file that the functions of an instant have in them. All of them ask for the same template. */
  readonly fileAt: (now: number) => PolicyFile;
  readonly start: number;
  readonly settings: Partial<SimulatorSettings>;
  readonly trouble: (clock: SimulatedClock) => StackTrouble;
  /** Of the functions, in seconds. */
  readonly timeout: number;
  /** Hears all that they log. */
  readonly tellings: Tellings;
  /** Places besides home and away, of the same accounts. */
  readonly others?: readonly Place[];
}

export function deploy(options: DeploymentOptions): Deployment {
  const { fileAt, start, settings, trouble, timeout, tellings, others = [] } = options;
  const file = fileAt(start);
  const clock = new SimulatedClock(start);
  const organisation = new SimulatedOrganisation();
  const accountOf = ({ account, region }: Place): SimulatedAccount => {
    const regions = [region, ...others.filter((one) => one.account === account).map((one) => one.region)];
    return new SimulatedAccount({ clock, organisation, settings, account, regions });
  };
  const [home, away] = [accountOf(HOME), accountOf(AWAY)];
  const region = home.region(HOME.region);
  const there = away.region(AWAY.region);
  createRoles(file, there);
  let stack: SimulatedStack | undefined = undefined;
  const environmentOf = (process: SimulatedProcess): Environment => {
    if (stack === undefined) throw new Error('nothing is invoked before the stack is there');
    const { sqs, sns } = region.clientsOf(process);
    return {
      file: fileAt(clock.now()),
      region: HOME.region,
      connect: simulatedConnect({ home, others: [away], organisation, process }),
      sqs,
      sns,
      clock,
      addresses: {
        backupQueue: stack.ref('BackupQueue'),
        reportsQueue: stack.ref('Reports'),
        topic: stack.ref('Topic'),
      },
      log: (records, correlation) => {
        if (!process.dead) tellings.hear(records, correlation, clock.now());
      },
      metrics: stack.metricsOf(process, 'ec2-backup'),
    };
  };
  const handlers = Object.entries(HANDLERS).map(([job, make]) => {
    const handlerOf = (process: SimulatedProcess): Handler => {
      const environment = environmentOf(process);
      const queue = stack?.ref(ID[job]?.queue ?? '') ?? '';
      return make({ ...environment, addresses: { ...environment.addresses, queue } });
    };
    return [ID[job]?.function ?? '', handlerOf] as const;
  });
  stack = region.deploy({
    template: templateOf(file, timeout),
    handlers: Object.fromEntries(handlers),
    nextFiring,
    trouble: trouble(clock),
  });
  const regions = new Map([
    [keyOf(HOME), region],
    [keyOf(AWAY), there],
  ]);
  const beside = others.map((place) => {
    const account = place.account === HOME.account ? home : away;
    return [keyOf(place), account.region(place.region)] as const;
  });
  return { clock, stack, regions, everywhere: new Map([...regions, ...beside]) };
}

/** All seeds live through the same weeks: what was found once serves the next ones. */
const firings = new Map<string, number | undefined>();

function nextFiring(cron: string, zone: string, after: number): number | undefined {
  const key = `${cron} ${zone} ${after}`;
  if (!firings.has(key)) firings.set(key, nextSlot({ text: cron, cron }, zone, after));
  return firings.get(key);
}

/** With the functions, which Serverless adds to it. */
function templateOf(file: PolicyFile, timeout: number): StackTemplate {
  const { Resources } = stackOf(resourcesOf(file, gapsOf(file)), {});
  const functions = Object.keys(HANDLERS).map((job) => {
    const Properties = {
      FunctionName: namesOf(file).functions[job],
      Role: `${ID[job]?.role}.Arn`,
      Timeout: timeout,
    };
    return [ID[job]?.function ?? '', { Type: 'AWS::Lambda::Function', Properties }] as const;
  });
  return { Resources: { ...Resources, ...Object.fromEntries(functions) } };
}

/** The roles of the other account, as its StackSet makes them. */
function createRoles(file: PolicyFile, region: SimulatedRegion): void {
  const given = { HomeAccount: HOME.account, HomeRegion: HOME.region };
  for (const { Type, Properties } of Object.values(
    stackOf(placeRoles(file), given, AWAY.account).Resources,
  )) {
    const { RoleName: name, Path: path, AssumeRolePolicyDocument: trust } = Properties;
    if (Type !== 'AWS::IAM::Role' || typeof name !== 'string' || typeof trust !== 'object' || trust === null)
      continue;
    region.createRole({ name, trust, ...(typeof path === 'string' && { path }) });
  }
}
