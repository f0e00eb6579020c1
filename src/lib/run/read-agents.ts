import { describeError } from '../aws/errors.ts';
import { listAgents } from '../aws/read-agents.ts';
import type { Agents } from '../plan/hooked.ts';
import type { RunContext } from './context.ts';

/**
 * Which instances Systems Manager reaches. Where it does not say, the problem is the answer: by what a policy says of its hooks
 * its instances are then backed up all the same, or not.
 */
export async function readAgents({ clients }: RunContext, instances: readonly string[]): Promise<Agents> {
  const pings = new Map<string, string>();
  try {
    for await (const { instance, ping } of listAgents(clients, instances)) pings.set(instance, ping);
  } catch (error) {
    return { problem: describeError(error) };
  }
  return { pings };
}
