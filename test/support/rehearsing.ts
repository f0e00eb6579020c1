/** A machine that is backed up, and a subnet to rehearse it in. */

import { applyRehearse, planRehearseRun } from '../../src/lib/run/rehearse.ts';
import type { RehearseReport } from '../../src/lib/run/rehearse-outcome.ts';
import { DATABASE_VOLUMES } from './restoring.ts';
import { HOUR, MINUTE, Scenario, type ScenarioOptions } from './scenario.ts';

export const SUBNET = 'subnet-0aaaaaaaaaaaaaaaa';
export const COMMAND = 'systemctl is-active postgresql';

export function rehearsedPolicies(more = ''): string {
  return `
version: 1
deployment: test
policies:
  nightly:
    backup: image
    schedule: cron(0 3 * * ? *)
    keep: { daily: 3 }
    rehearse: { schedule: cron(0 5 * * ? *), subnet: ${SUBNET} }
  sets:
    backup: snapshots
    schedule: every 6 hours
    keep: { last: 3 }
    rehearse: { schedule: cron(0 6 * * ? *), subnet: ${SUBNET}, command: ${COMMAND} }
${more}`;
}

export interface Rehearsed {
  readonly scenario: Scenario;
  /** The backed-up instance. */
  readonly source: string;
  readonly ami: string;
  readonly set: string;
  /** The security group of the endpoints. */
  readonly endpoints: string;
}

/** One AMI of a machine of four volumes, and an hour later one set; both good. */
export async function rehearsable(options: ScenarioOptions = {}): Promise<Rehearsed> {
  const scenario = new Scenario({ policies: rehearsedPolicies(), ...options });
  const { region } = scenario;
  const { launching } = region;
  launching.createSubnet({ zone: 'ap-northeast-2b', id: SUBNET });
  const endpoints = launching.createSecurityGroup();
  for (const service of ['ssm', 'ssmmessages', 'ec2messages'])
    launching.createEndpoint({ service, type: 'Interface', groups: [endpoints] });
  launching.createEndpoint({ service: 's3', type: 'Gateway' });
  const { id: source } = region.runInstance({
    tags: { Name: 'db', 'Backup:nightly': 'true', 'Backup:sets': 'true' },
    volumes: DATABASE_VOLUMES,
    instanceType: 'm5.large',
    zone: 'ap-northeast-2b',
    subnet: 'subnet-0b1b2c3d4e5f60718',
    profile: 'db',
    keyName: 'ops',
    launchedAt: scenario.clock.now() - HOUR,
  });
  await scenario.backup('nightly');
  scenario.clock.advance(HOUR);
  const { outcomes } = await scenario.backup('sets');
  scenario.clock.advance(10 * MINUTE);
  const [image] = region.images();
  return { scenario, source, ami: image?.id ?? '', set: outcomes[0]?.id ?? '', endpoints };
}

/** One round. Without a policy it is the sweep. */
export async function round(
  scenario: Scenario,
  policy?: string,
  { slot = scenario.clock.now(), round = 1 }: { slot?: number; round?: number } = {},
): Promise<RehearseReport> {
  const request = { slot, round, ...(policy !== undefined && { policy }) };
  return applyRehearse(await planRehearseRun(request, scenario.context), scenario.context);
}

/** Rounds, a minute apart, until nothing is left. */
export async function rehearse(scenario: Scenario, policy?: string): Promise<RehearseReport> {
  const slot = scenario.clock.now();
  let last = await round(scenario, policy, { slot });
  const reports = [last];
  for (let number = 2; last.isLeft && number < 100; number += 1) {
    scenario.clock.advance(MINUTE);
    last = await round(scenario, policy, { slot, round: number });
    reports.push(last);
  }
  return {
    ...last,
    plan: reports[0]?.plan ?? last.plan,
    outcomes: reports.flatMap(({ outcomes }) => outcomes),
    judged: reports.flatMap(({ judged }) => judged),
  };
}
