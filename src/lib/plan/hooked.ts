/** Backups of which the instance is told: which can be, and what their tags say afterwards. */

import type { CreateAction, PlannedHooks, Warning } from './actions.ts';
import type { Consistency } from './backup-tags.ts';
import { MARK } from './marks.ts';
import type { BackupPlan } from './plan-backup.ts';

/** An action whose instance is told of it. */
export type HookedAction = Exclude<CreateAction, { action: 'create-snapshot' }> & {
  readonly hooks: PlannedHooks;
};

/** One of which the instance makes the snapshots itself. */
export type VssAction = Extract<CreateAction, { action: 'create-snapshots' }> & {
  readonly hooks: PlannedHooks & Required<Pick<PlannedHooks, 'vss'>>;
};

export function isVssAction(action: CreateAction): action is VssAction {
  return action.action === 'create-snapshots' && action.hooks?.vss !== undefined;
}

/** One that may have been begun so. */
export type BegunAction = Extract<CreateAction, { action: 'create-snapshots' }> &
  Required<Pick<Extract<CreateAction, { action: 'create-snapshots' }>, 'begun'>>;

export function isBegunAction(action: CreateAction): action is BegunAction {
  return action.action === 'create-snapshots' && action.begun !== undefined;
}

export function isHooked(action: CreateAction): action is HookedAction {
  return 'hooks' in action;
}

/** What Systems Manager says of its agents by instance, or why it could not be asked. */
export type Agents = { readonly agents: ReadonlyMap<string, AgentFacts> } | { readonly problem: string };

/** Those that it has never heard of have none. */
export interface AgentFacts {
  /** `Online`, `ConnectionLost`, `Inactive`. */
  readonly ping: string;
  /** `Linux`, `Windows`, `MacOS`; absent where it does not say. */
  readonly platform?: string;
}

/** The plan with what is in the way of each hook, said before anything is frozen. */
export function withAgents<Plan extends BackupPlan>(plan: Plan, agents: Agents): Plan {
  const warnings: Warning[] = [];
  const actions = plan.actions.map((action) => {
    if (!isHooked(action)) return action;
    const obstacle = action.hooks.obstacle ?? obstacleOf(action, agents);
    if (obstacle === undefined) return action;
    const { onFailure } = action.hooks;
    const then =
      onFailure === 'skip' ? 'it is not backed up (onFailure: skip)' : 'its backup is crash-consistent';
    warnings.push({ id: action.source, policy: plan.policy, reason: `${obstacle}: ${then}` });
    return { ...action, hooks: { ...action.hooks, obstacle } };
  });
  return warnings.length === 0 ? plan : { ...plan, actions, warnings: [...plan.warnings, ...warnings] };
}

function obstacleOf(action: HookedAction, agents: Agents): string | undefined {
  if ('problem' in agents)
    return `whether it is online in Systems Manager could not be read: ${agents.problem}`;
  const { ping, platform } = agents.agents.get(action.source) ?? {};
  if (ping !== 'Online') return `not online in Systems Manager: ${ping ?? 'no agent of it is known there'}`;
  if (!isVssAction(action) || platform === 'Windows') return undefined;
  return `Systems Manager says that it is ${platform ?? 'of no platform'}, expected Windows: VSS is of nothing else`;
}

/** The action with another consistency in its tags. */
export function withConsistency<Action extends CreateAction>(
  action: Action,
  consistency: Consistency,
): Action {
  const tags = action.tags.map((tag) =>
    tag.key === MARK.consistency ? { key: tag.key, value: consistency } : tag,
  );
  return { ...action, tags };
}

/** Those of DLM’s contract; others are the script’s own. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  201: 'the pre-script failed',
  202: 'the post-script failed',
  203: 'it had thawed by itself before the post-script came',
  204: 'the pre-script came while a post-script was expected: it is frozen already',
  205: 'the post-script came while a pre-script was expected: it was not frozen',
  206: 'the application is not ready for it',
};

/** `exit code 204: the pre-script came while …`. */
export function exitCodeText(code: number): string {
  const words = EXIT_CODES[code];
  return `exit code ${code}${words === undefined ? '' : `: ${words}`}`;
}
