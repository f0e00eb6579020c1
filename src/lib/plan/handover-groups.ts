/** What remains of a deployment besides its backups, with the commands that remove it. */

import type { Place } from '../policy/policy.ts';
import { awsCommand, untagCommand, type CliCommand } from './cli-command.ts';
import { stackName } from './deployment-names.ts';
import { ownRoleCommands } from './handover-roles.ts';
import { item, type HandoverFacts, type HandoverGroup } from './handover-shapes.ts';
import type { Tags } from './inventory.ts';
import { MARK, REHEARSAL, RESTORED } from './marks.ts';
import { statusKey } from './watch-status.ts';

export function stackGroup({ stack, owner, place }: HandoverFacts): HandoverGroup {
  const id = stackName(owner.deployment);
  const group = { kind: 'stack', title: 'The stack', lift: [] } as const;
  const keep =
    'left alone, it goes on making and deleting backups. No backup is part of the stack. The roles under which DLM works are: what DLM is to go on making needs a role of its own: see the lifecycle policies below';
  if (stack === 'not here') return { ...group, items: [], remove: [], keep };
  // First: it would register again and tag again what is removed after it.
  const remove = [['npx', 'serverless', 'remove', '--region', place.region]];
  const what = 'functions, schedules, queues, alarms, topic and roles';
  if (stack !== 'here') {
    const reasons = [`whether it is here could not be read: ${stack.problem}`];
    return { ...group, items: [{ id, what, parts: [], reasons }], remove, keep };
  }
  return { ...group, items: [item(id, what)], remove, keep };
}

const OWN_ROLE =
  '. The commands give them a role of their own, by which DLM goes on without the stack: the stack first, then at once these, or its job puts its own role back. For volumes under a key of yours allow the role the use of the key too';

export function lifecycleGroup({ lifecyclePolicies, place, owner }: HandoverFacts): HandoverGroup {
  const keeping = ownRoleCommands(lifecyclePolicies, { place, deployment: owner.deployment });
  return {
    kind: 'lifecycle-policies',
    title: 'Lifecycle policies in DLM',
    items: lifecyclePolicies.map(({ id, state, tags }) =>
      item(id, `${tags.get(MARK.policy) ?? '(no name)'}, ${state}`),
    ),
    remove: lifecyclePolicies.map(({ id }) =>
      awsCommand(place, 'dlm', 'delete-lifecycle-policy', ['--policy-id', id]),
    ),
    keep: `left alone, DLM goes on making and deleting by them for as long as their role exists; once they are deleted, what they made stays for ever, and handover no longer tells that it was of this deployment (audit tells it as what DLM left): look at it below first${keeping.length === 0 ? '' : OWN_ROLE}`,
    lift: [],
    keeping,
  };
}

export function temporaryGroup({ temporary, place }: HandoverFacts): HandoverGroup {
  const { instances, images, groups } = temporary;
  const ids = ['--instance-ids', ...instances];
  return {
    kind: 'temporary',
    title: 'Left by rehearsals and restores',
    items: [
      ...instances.map((id) => item(id, 'instance of a rehearsal, with its volumes')),
      ...images.map((id) => item(id, 'temporary AMI; its snapshots are those of a backup')),
      ...groups.map((id) => item(id, 'security group of a rehearsal')),
    ],
    remove: [
      ...(instances.length === 0
        ? []
        : [
            awsCommand(place, 'ec2', 'terminate-instances', ids),
            ['aws', 'ec2', 'wait', 'instance-terminated', '--region', place.region, ...ids],
          ]),
      // Without its snapshots, which are a backup's.
      ...images.map((id) => awsCommand(place, 'ec2', 'deregister-image', ['--image-id', id])),
      ...groups.map((id) => awsCommand(place, 'ec2', 'delete-security-group', ['--group-id', id])),
    ],
    keep: 'left alone, instances and volumes are billed, and the AMIs keep backups from being deleted',
    lift: [],
  };
}

/** EC2 takes 1000 resources a call; a line for a shell is better shorter. */
const IDS_A_COMMAND = 100;

function untagAll(place: Place, ids: readonly string[], keys: readonly string[]): CliCommand[] {
  const commands: CliCommand[] = [];
  for (let at = 0; at < ids.length; at += IDS_A_COMMAND)
    commands.push(untagCommand(place, ids.slice(at, at + IDS_A_COMMAND), keys));
  return commands;
}

export function statusGroup(facts: HandoverFacts): HandoverGroup {
  const { place, owner } = facts;
  const key = statusKey(owner);
  // A restored one has all our tags taken off at once.
  const restored = new Set(restoredFrom(facts).map(({ id }) => id));
  const told = alive(facts).filter(
    ({ id, tags }) => tags.has(key) && !restored.has(id) && !tags.has(MARK.deployment),
  );
  return {
    kind: 'status-tags',
    title: `The tag ${key} on sources`,
    items: told.map(({ id, tags }) => item(id, `${key}=${tags.get(key) ?? ''}`)),
    remove: untagAll(
      place,
      told.map(({ id }) => id),
      [key],
    ),
    keep: 'left alone, it says for ever what the last watch saw. Tags that people put on, such as those that opt in, are theirs and do no harm',
    lift: [],
  };
}

export function restoredGroup(facts: HandoverFacts): HandoverGroup {
  const { place, owner } = facts;
  const made = restoredFrom(facts);
  const keys = [...Object.values(RESTORED), statusKey(owner)];
  return {
    kind: 'restored',
    title: 'Restored from its backups: theirs who restored them',
    items: made.map(({ id, tags }) => item(id, `restored from ${tags.get(RESTORED.from) ?? ''}`)),
    // The machines and volumes are somebody's work by now: only the tags are ours.
    remove: untagAll(
      place,
      made.map(({ id }) => id),
      keys,
    ),
    keep: 'the commands take our tags off and leave machines and volumes as they are; left alone, the tags do no harm',
    lift: [],
  };
}

interface Tagged {
  readonly id: string;
  readonly tags: Tags;
}

/** Nothing says of which deployment they are but the recovery point that they were made of. */
function restoredFrom(facts: HandoverFacts): Tagged[] {
  const known = new Set(facts.backups.flatMap(({ id, snapshots }) => [id, ...snapshots]));
  return alive(facts).filter(
    ({ tags }) =>
      known.has(tags.get(RESTORED.from) ?? '') && !tags.has(REHEARSAL.key) && !tags.has(MARK.deployment),
  );
}

/** What may be of this deployment or of another: the recovery point that would tell is gone. */
export function restoredOfNobody(facts: HandoverFacts): string[] {
  const known = new Set(restoredFrom(facts).map(({ id }) => id));
  return alive(facts)
    .filter(({ id, tags }) => tags.has(RESTORED.from) && !tags.has(REHEARSAL.key) && !known.has(id))
    .filter(({ tags }) => !tags.has(MARK.deployment))
    .map(({ id }) => id);
}

function alive({ instances, volumes }: Pick<HandoverFacts, 'instances' | 'volumes'>): Tagged[] {
  const running = instances.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  return [...running, ...volumes];
}
