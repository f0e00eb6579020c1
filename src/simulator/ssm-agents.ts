import type { PlatformType } from '@aws-sdk/client-ssm';
import { SECOND } from './clock.ts';
import type { InstanceRecord } from './records.ts';
import { instanceState } from './states.ts';
import type { World } from './world.ts';

/** What Systems Manager finds on instances that RunInstances has launched with a profile. */
export interface Agents {
  readonly isOnline: boolean;
  readonly platform: PlatformType;
  /** Of each command. */
  readonly exitCode: number;
  readonly output: string;
  /** How long each command takes, in ms. */
  readonly takes: number;
}

export const AGENTS: Agents = {
  isOnline: true,
  platform: 'Linux',
  exitCode: 0,
  output: 'all is well\n',
  takes: 20 * SECOND,
};

/** From running to the agent's first word. */
const REGISTERING = 30 * SECOND;

/** An agent that answers; what the console says of one instance goes before what holds for all. */
export function isOnline(world: World, instance: InstanceRecord): boolean {
  const now = world.now();
  if (instanceState(instance, now) !== 'running') return false;
  if (instance.ssm !== undefined) return true;
  const { runsFrom, profile } = instance;
  if (runsFrom === undefined || profile === undefined) return false;
  return world.store.agents.isOnline && now >= runsFrom + REGISTERING;
}

/** How a command ends there. */
export function resultOn(world: World, { ssm }: InstanceRecord): Pick<Agents, 'exitCode' | 'output'> {
  const { exitCode, output } = world.store.agents;
  return ssm === 'failing' ? { exitCode: 1, output: 'it fails\n' } : { exitCode, output };
}
