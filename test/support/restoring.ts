/** An instance worth restoring, backed up both ways. */

import { HOUR, MINUTE, Scenario, type ScenarioOptions } from './scenario.ts';

export interface Restoring {
  readonly scenario: Scenario;
  /** The instance. */
  readonly source: string;
  readonly subnet: string;
  readonly group: string;
}

/** A restore that asks for nothing but an instance, as the command line does by default. */
export const PLAIN_RESTORE = {
  as: 'instance',
  tags: [],
  withProfile: false,
  withAddress: false,
  adopt: false,
  machine: {},
  restoreDays: 7,
} as const;

export const DATABASE_VOLUMES = [
  { device: '/dev/xvda', sizeGiB: 8, type: 'gp3', iops: 3000, throughput: 125, encrypted: true },
  { device: '/dev/sdf', sizeGiB: 200, type: 'io2', iops: 8000, encrypted: true },
  { device: '/dev/sdg', sizeGiB: 500, type: 'st1' },
  { device: '/dev/sdh', sizeGiB: 50, type: 'gp2', iops: 150 },
] as const;

/** A database of four volumes in a subnet of its own, tagged for both kinds of backup and for nobody else. */
export function database(options: ScenarioOptions = {}, prepare?: (scenario: Scenario) => void): Restoring {
  const scenario = new Scenario(options);
  const { region } = scenario;
  prepare?.(scenario);
  const subnet = region.launching.createSubnet({ zone: 'ap-northeast-2b' });
  const group = region.launching.createSecurityGroup();
  const { id: source } = region.runInstance({
    tags: {
      Name: 'db',
      Team: 'payments',
      'Backup:nightly': 'true',
      'Backup:sets': 'true',
      'Backup:Keep': 'last=9',
    },
    volumes: DATABASE_VOLUMES,
    instanceType: 'm5.large',
    subnet,
    zone: 'ap-northeast-2b',
    securityGroups: [group],
    profile: 'db',
    keyName: 'ops',
    privateIp: '10.0.9.9',
    // Long enough ago for any list to show it.
    launchedAt: scenario.clock.now() - HOUR,
  });
  return { scenario, source, subnet, group };
}

/** One AMI of it, and a set an hour later; both good. */
export async function backedUp(
  options: ScenarioOptions = {},
  prepare?: (scenario: Scenario) => void,
): Promise<Restoring & { ami: string; set: string }> {
  const restoring = database(options, prepare);
  const { scenario } = restoring;
  await scenario.backup('nightly');
  scenario.clock.advance(HOUR);
  const { outcomes } = await scenario.backup('sets');
  scenario.clock.advance(10 * MINUTE);
  const [image] = scenario.region.images();
  return { ...restoring, ami: image?.id ?? '', set: outcomes[0]?.id ?? '' };
}
