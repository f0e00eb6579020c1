/**
 * What one rehearsal needs next, from what there is of it and what was learned of it in this run. There is no other state:
 * whoever comes next, after whatever died, goes on by this.
 */

import { formatInstant } from '../policy/instant.ts';
import type { Policy } from '../policy/policy.ts';
import type { RehearsalFacts, Verdict } from './rehearsal-marks.ts';
import { without, type EgressRule } from './rehearse-egress.ts';
import type { Result } from './restorable.ts';
import type { ImageOrder } from './restore-plan.ts';

/** What exists of a rehearsal. */
export interface Rehearsal extends RehearsalFacts {
  readonly groups: readonly RehearsalGroup[];
  /** Temporary AMIs. */
  readonly images: readonly { readonly id: string; readonly state: string }[];
  /** Ended ones too, as long as EC2 shows them. */
  readonly instances: readonly RehearsalInstance[];
}

export interface RehearsalGroup {
  readonly id: string;
  readonly egress: readonly EgressRule[];
}

export interface RehearsalInstance {
  readonly id: string;
  readonly state: string;
  readonly stateReason?: string;
}

/** How the instance is launched. */
export interface RehearsalLaunch {
  /** The recovery point's AMI, or what a temporary one is made of. */
  readonly image: { readonly id: string } | ImageOrder;
  readonly devices: readonly string[];
  readonly type: string;
  readonly subnet: string;
  readonly vpc: string;
  readonly egress: readonly EgressRule[];
}

export interface CommandState {
  readonly id: string;
  /** Undefined while it is under way. */
  readonly end?: Verdict;
}

/** What was looked up, or has happened, in this run. */
export interface Known {
  readonly launch?: Result<RehearsalLaunch>;
  /** Whether the point's tag says how this rehearsal ended. */
  readonly isJudged?: boolean;
  readonly checks?: string;
  /** The document that runs commands there; `none` while no agent is heard of. */
  readonly document?: string;
  readonly command?: CommandState | 'none';
  readonly verdict?: Verdict;
  readonly isTagged?: boolean;
}

export type Step =
  | { readonly step: 'wait'; readonly until: string }
  | { readonly step: 'done' }
  | { readonly step: 'look'; readonly at: 'point' | 'launch' | 'checks' | 'agent' | 'command' }
  | { readonly step: 'judge'; readonly verdict: Verdict }
  | { readonly step: 'tag-result'; readonly verdict: Verdict }
  | { readonly step: 'create-group'; readonly launch: RehearsalLaunch }
  | {
      readonly step: 'revoke-egress' | 'allow-egress';
      readonly group: string;
      readonly rule: EgressRule;
    }
  | { readonly step: 'register-image'; readonly order: ImageOrder }
  | {
      readonly step: 'run-instance';
      readonly launch: RehearsalLaunch;
      readonly image: string;
      readonly group: string;
    }
  | {
      readonly step: 'send-command';
      readonly instance: string;
      readonly document: string;
      readonly text: string;
    }
  | { readonly step: 'terminate-instance' | 'deregister-image' | 'delete-group'; readonly id: string };

export interface Circumstances {
  /** Absent: the policy, or its rehearsals, are no longer in the file. */
  readonly policy?: Policy;
  readonly known: Known;
  /** ms since the epoch. */
  readonly now: number;
}

/** Whether nothing of it is left but what EC2 still shows of an ended instance. */
export function isOver({ groups, images, instances }: Rehearsal): boolean {
  return groups.length === 0 && images.length === 0 && !instances.some(isLive);
}

function isLive({ state }: RehearsalInstance): boolean {
  return state !== 'terminated' && state !== 'shutting-down';
}

export function nextStep(rehearsal: Rehearsal, given: Circumstances): Step {
  const { known } = given;
  const { verdict } = known;
  if (verdict && verdict.isUntried !== true && known.isTagged !== true)
    return { step: 'tag-result', verdict };
  const live = rehearsal.instances.find(isLive);
  if (live) return withInstance(live, rehearsal, given);
  const isWanted = given.policy?.rehearse !== undefined && known.verdict === undefined;
  if (!isWanted) return cleanUp(rehearsal);
  const [ended] = rehearsal.instances;
  if (ended) return afterInstance(ended, rehearsal, given);
  return beforeInstance(rehearsal, given);
}

function withInstance(instance: RehearsalInstance, rehearsal: Rehearsal, given: Circumstances): Step {
  const { policy, known } = given;
  if (policy?.rehearse === undefined || known.verdict) return { step: 'terminate-instance', id: instance.id };
  // Whoever told the result may have died before it ended the instance: it is not told again, nor otherwise.
  if (known.isJudged === undefined) return { step: 'look', at: 'point' };
  if (known.isJudged) return { step: 'terminate-instance', id: instance.id };
  const { state } = instance;
  if (state === 'pending') return waitOr(rehearsal, given, `${instance.id} runs`);
  if (state !== 'running') return fails(`${instance.id} is ${state}, expected running`);
  if (known.checks === undefined) return { step: 'look', at: 'checks' };
  if (known.checks !== 'ok')
    return waitOr(rehearsal, given, `the status checks of ${instance.id}, now ${known.checks}, pass`);
  const { command: text } = policy.rehearse;
  if (text === undefined) return judge({ isOk: true, what: 'both status checks passed' });
  return withCommand(text, instance, { rehearsal, given });
}

interface Running {
  readonly rehearsal: Rehearsal;
  readonly given: Circumstances;
}

function withCommand(text: string, instance: RehearsalInstance, { rehearsal, given }: Running): Step {
  const { known } = given;
  if (known.document === undefined) return { step: 'look', at: 'agent' };
  if (known.document === 'none')
    return waitOr(rehearsal, given, `the agent of Systems Manager on ${instance.id} is online`);
  const { command } = known;
  if (command === undefined) return { step: 'look', at: 'command' };
  if (command === 'none') {
    if (given.now >= rehearsal.deadline) return waitOr(rehearsal, given, 'the command is sent');
    return { step: 'send-command', instance: instance.id, document: known.document, text };
  }
  return command.end ? judge(command.end) : waitOr(rehearsal, given, `command ${command.id} ends`);
}

/** What somebody has terminated, this deployment included, says nothing of the backup. */
function afterInstance(ended: RehearsalInstance, rehearsal: Rehearsal, { known }: Circumstances): Step {
  const { id, stateReason = '' } = ended;
  if (stateReason === '' || stateReason.startsWith('Client.UserInitiatedShutdown')) return cleanUp(rehearsal);
  if (known.isJudged === undefined) return { step: 'look', at: 'point' };
  return known.isJudged ? cleanUp(rehearsal) : fails(`${id} ended by itself: ${stateReason}`);
}

function beforeInstance(rehearsal: Rehearsal, given: Circumstances): Step {
  const { known, now } = given;
  if (known.isJudged === undefined) return { step: 'look', at: 'point' };
  if (known.isJudged) return cleanUp(rehearsal);
  if (now >= rehearsal.deadline)
    return judge({
      isOk: false,
      isUntried: true,
      what: `not launched by ${formatInstant(rehearsal.deadline)}`,
    });
  const { launch } = known;
  if (launch === undefined) return { step: 'look', at: 'launch' };
  if (!launch.ok) return fails(launch.problems.join('; '));
  return launchStep(launch.value, rehearsal, given);
}

/** Nothing is launched before its group lets it go nowhere else. */
function launchStep(launch: RehearsalLaunch, rehearsal: Rehearsal, given: Circumstances): Step {
  const [group] = rehearsal.groups;
  if (!group) return { step: 'create-group', launch };
  // One by one: of several EC2 takes none away, or adds none, when it does not know or knows one of them.
  const [surplus] = without(group.egress, launch.egress);
  if (surplus) return { step: 'revoke-egress', group: group.id, rule: surplus };
  const [missing] = without(launch.egress, group.egress);
  if (missing) return { step: 'allow-egress', group: group.id, rule: missing };
  if ('id' in launch.image) return { step: 'run-instance', launch, image: launch.image.id, group: group.id };
  const [image] = rehearsal.images;
  if (!image) return { step: 'register-image', order: launch.image };
  if (image.state === 'pending')
    return waitOr(rehearsal, given, `the temporary AMI ${image.id} is available`);
  if (image.state !== 'available') return fails(`the temporary AMI ${image.id} is ${image.state}`);
  return { step: 'run-instance', launch, image: image.id, group: group.id };
}

function cleanUp({ groups, images, instances }: Rehearsal): Step {
  const [image] = images;
  if (image) return { step: 'deregister-image', id: image.id };
  const [group] = groups;
  if (!group) return { step: 'done' };
  // EC2 deletes no group that an instance still has.
  const ending = instances.find(({ state }) => state !== 'terminated');
  if (ending) return { step: 'wait', until: `${ending.id} is terminated` };
  return { step: 'delete-group', id: group.id };
}

function waitOr({ deadline }: Rehearsal, { now }: Circumstances, until: string): Step {
  if (now < deadline) return { step: 'wait', until };
  return fails(`not done by ${formatInstant(deadline)}, waiting until ${until}`);
}

function fails(what: string): Step {
  return judge({ isOk: false, what });
}

function judge(verdict: Verdict): Step {
  return { step: 'judge', verdict };
}
