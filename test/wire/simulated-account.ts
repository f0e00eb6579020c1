/** The simulated account, with the command line in the same process. */

import { DeregisterImageCommand } from '@aws-sdk/client-ec2';
import type { Connection } from '../../src/cli/shell.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import type { SimulatedClock } from '../../src/simulator/clock.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import { run } from '../cli/fake-shell.ts';
import { simulatedConnect } from '../support/environment.ts';
import { MINUTE, parse, Scenario } from '../support/scenario.ts';
import { ACCOUNT, AWAY, OTHER_REGION, REGION, type Account, type Launch } from './account.ts';

/** Small pages, empty ones too, as launcher.py makes them. */
export function simulatedAccount(): Account {
  const organisation = new SimulatedOrganisation();
  const regions = [REGION, OTHER_REGION];
  const scenario = new Scenario({ account: ACCOUNT, regions, organisation });
  const { clock, region } = scenario;
  const away = awayAccount(clock, organisation);
  const other = scenario.account.region(OTHER_REGION);
  const there = away.region(OTHER_REGION);
  return {
    ec2: region.ec2,
    otherEc2: other.ec2,
    awayEc2: there.ec2,
    now: () => clock.now(),
    settle: () => done(() => clock.advance(10 * MINUTE)),
    age: (ms) => done(() => clock.advance(ms)),
    loseAnswer: (action) =>
      done(() => {
        const plan = losesAnswer(action);
        for (const one of [region, other, there]) one.faults = plan;
      }),
    run: (args) =>
      run(args, {
        scenario,
        connect: (name) => Promise.resolve(connectionTo(scenario, { name, away, organisation })),
      }),
    context: (policies) => ({ ...scenario.context, file: parse(policies) }),
    openToAgents: () => Promise.resolve(openToAgents(region)),
    launch: (launch) => Promise.resolve(region.runInstance(instanceSpec(launch))),
    createVolume: (tags) =>
      Promise.resolve(region.createVolume({ sizeGiB: 5, type: 'gp3', iops: 3000, tags })),
    terminate: (id) => done(() => region.terminateInstance(id)),
    detach: (_, id) => done(() => region.detachVolume(id)),
    tag: (id, key, value) => done(() => region.tag(id, key, value)),
    foreignSnapshot: (tags) => Promise.resolve(region.createForeignSnapshot({ tags })),
    foreignImage: (name, tags) => Promise.resolve(region.registerImage({ name, tags })),
    launchTemplate: (imageId) => {
      const id = region.createLaunchTemplate('web', imageId);
      region.newLaunchTemplateVersion(id, 'ami-0123456789abcdef0');
      return Promise.resolve(id);
    },
    deregisterByHand: async (id) => {
      await region.ec2.send(new DeregisterImageCommand({ ImageId: id }));
    },
  };
}

/** With a role for whoever is of ACCOUNT. */
function awayAccount(clock: SimulatedClock, organisation: SimulatedOrganisation): SimulatedAccount {
  const regions = [REGION, OTHER_REGION];
  const settings = { pageSize: 2, emptyPages: true, throttle: false };
  const away = new SimulatedAccount({ clock, account: AWAY, regions, organisation, settings });
  const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
  const trust = { Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
  away.region(OTHER_REGION).createRole({ name: 'ec2-backup-replicate', trust });
  return away;
}

function connectionTo(
  scenario: Scenario,
  {
    name = REGION,
    away,
    organisation,
  }: {
    readonly name: string | undefined;
    readonly away: SimulatedAccount;
    readonly organisation: SimulatedOrganisation;
  },
): Connection {
  const { clients } = scenario.account.region(name);
  const at = simulatedConnect({ home: scenario.account, others: [away], organisation });
  const all = () => Promise.resolve(clients);
  return { region: name, clients, at, deployment: all, blocks: all };
}

/** What the console does, it does at once. */
function done(work: () => void): Promise<void> {
  work();
  return Promise.resolve();
}

function instanceSpec({ tags, imageId }: Launch): Parameters<Scenario['region']['runInstance']>[0] {
  return {
    tags,
    ...(imageId !== undefined && { imageId }),
    keyName: 'deploy',
    volumes: [
      { device: '/dev/sda1', sizeGiB: 8, type: 'gp3', iops: 3000 },
      { device: '/dev/sdf', sizeGiB: 20, type: 'gp3', iops: 3000 },
    ],
  };
}

/** Its instances need no profile of IAM's. */
function openToAgents({ launching }: Scenario['region']): string {
  const group = launching.createSecurityGroup();
  for (const service of ['ssm', 'ssmmessages'])
    launching.createEndpoint({ service, type: 'Interface', groups: [group] });
  launching.createEndpoint({ service: 's3', type: 'Gateway' });
  return group;
}

/** Of one call in whatever place. */
function losesAnswer(action: string): FaultPlan {
  let isLost = false;
  return ({ command, input }) => {
    if (isLost || command !== action || isDryRun(input)) return undefined;
    isLost = true;
    return { kind: 'lost-answer' };
  };
}

function isDryRun(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'DryRun' in input && input.DryRun === true;
}
