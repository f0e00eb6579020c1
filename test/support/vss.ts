/** A Windows machine that makes its snapshots itself, by Amazon's document for VSS. */

import type { VssBehaviour } from '../../src/simulator/ssm-vss.ts';
import type { SnapshotView } from '../../src/simulator/views.ts';
import { DATABASE_VOLUMES } from './restoring.ts';
import { HOUR, Scenario, type ScenarioOptions } from './scenario.ts';

export const VSS = 'AWSEC2-VssInstallAndSnapshot';

export function vssPolicies(onFailure = 'crash-consistent', rest = ''): string {
  return `
version: 1
deployment: test
policies:
  win:
    backup: snapshots
    schedule: every 6 hours
    keep: { last: 3 }
    hooks: { document: ${VSS}, onFailure: ${onFailure} }
    ${rest}
`;
}

export interface Windows {
  readonly scenario: Scenario;
  readonly instance: string;
  readonly volumes: readonly string[];
}

export interface WindowsOptions extends ScenarioOptions {
  readonly tags?: Readonly<Record<string, string>>;
  readonly vss?: Partial<VssBehaviour>;
}

/** One that is online. */
export function windows({ tags = {}, vss, ...options }: WindowsOptions = {}): Windows {
  const scenario = new Scenario({ policies: vssPolicies(), ...options });
  if (vss) scenario.region.hooks.setVss(vss);
  return { scenario, ...addWindows(scenario, tags) };
}

export function addWindows(
  { region, clock }: Scenario,
  tags: Readonly<Record<string, string>> = {},
): Omit<Windows, 'scenario'> {
  const { id, volumeIds } = region.runInstance({
    tags: { Name: 'sql', Backup: 'win', Team: 'payments', ...tags },
    volumes: DATABASE_VOLUMES,
    instanceType: 'm5.large',
    securityGroups: [region.launching.createSecurityGroup(), region.launching.createSecurityGroup()],
    keyName: 'ops',
    profile: 'sql',
    launchedAt: clock.now() - HOUR,
  });
  region.hooks.setAgent(id, 'online', 'Windows');
  return { instance: id, volumes: volumeIds };
}

/** How many commands were sent, and how many creating calls of our own. */
export function sentAndMade({ region }: Scenario): readonly [sent: number, made: number] {
  const count = (wanted: string): number => region.calls.filter(({ command }) => command === wanted).length;
  return [count('SendCommand'), count('CreateSnapshots')];
}

/** What Windows made, and what we made. */
export function bySetOf({ region }: Scenario): {
  readonly theirs: readonly SnapshotView[];
  readonly ours: readonly SnapshotView[];
} {
  const all = region.snapshots();
  return {
    theirs: all.filter(({ tags }) => tags['AwsVssConfig'] !== undefined),
    ours: all.filter(({ tags }) => tags['AwsVssConfig'] === undefined),
  };
}
