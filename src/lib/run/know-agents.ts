import { describeError } from '../aws/errors.ts';
import { listAgents } from '../aws/read-agents.ts';
import { isHooked, withAgents, type AgentFacts, type Agents } from '../plan/hooked.ts';
import type { BackupPlan } from '../plan/plan-backup.ts';
import type { RunContext } from './context.ts';

/** Plans with what is in the way of their hooks. Systems Manager is asked once, for those that are to be told and no others. */
export async function knowAgents(
  plans: readonly BackupPlan[],
  context: RunContext,
): Promise<readonly BackupPlan[]> {
  const told = plans.flatMap(({ actions }) => actions.filter(isHooked).map(({ source }) => source));
  if (told.length === 0) return plans;
  const agents = await readAgents([...new Set(told)], context);
  return plans.map((plan) => withAgents(plan, agents));
}

/**
 * Where Systems Manager does not say, the problem is the answer: by what a policy says of its hooks its instances are then backed
 * up all the same, or not.
 */
async function readAgents(instances: readonly string[], { clients }: RunContext): Promise<Agents> {
  const agents = new Map<string, AgentFacts>();
  try {
    for await (const { instance, ...facts } of listAgents(clients, instances)) agents.set(instance, facts);
  } catch (error) {
    return { problem: describeError(error) };
  }
  return { agents };
}
