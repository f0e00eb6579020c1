import type { CreateLifecyclePolicyRequest, PolicyDetails } from '@aws-sdk/client-dlm';
import {
  changeLifecyclePolicy,
  presentLifecyclePolicies,
  presentLifecyclePolicy,
  removeLifecyclePolicy,
  setLifecycleState,
} from './dlm-api-records.ts';
import { addLifecyclePolicy, checkLimits, updateLifecyclePolicy } from './dlm-api-write.ts';
import { CREATE_REQUEST, UPDATE_REQUEST } from './dlm-limits.ts';
import type { LifecyclePolicyRecord, RoleRecord } from './records.ts';
import type { World } from './world.ts';

/** What a user changes in the console. Members of the details that are absent stay; all tags are as given. */
export interface LifecycleEdit {
  readonly details?: PolicyDetails;
  readonly description?: string;
  readonly state?: 'ENABLED' | 'DISABLED';
  readonly tags?: Readonly<Record<string, string>>;
}

export interface RoleSpec {
  readonly name: string;
  /** `/` unless given; the console's own are in `/service-role/`. */
  readonly path?: string;
  /** A policy document. DLM of this account, for all its lifecycle policies, unless given. */
  readonly trust?: object;
  /** Patterns of actions, with `*`; everything unless given. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** Keys of conditions in its policies, which a simulation reports as missing. */
  readonly conditionKeys?: readonly string[];
}

/** The truth now, without lag. Times are milliseconds since the epoch; details are a copy. */
export interface LifecyclePolicyView extends Omit<LifecyclePolicyRecord, 'tags' | 'deletedAt'> {
  readonly tags: Readonly<Record<string, string>>;
}

/** Returns the id. @throws as CreateLifecyclePolicy does */
export function createLifecyclePolicy(world: World, input: CreateLifecyclePolicyRequest): string {
  checkLimits(CREATE_REQUEST, input);
  const { id } = addLifecyclePolicy(world, input);
  world.store.consoleLifecyclePolicies.add(id);
  return id;
}

/** @throws as UpdateLifecyclePolicy does */
export function editLifecyclePolicy(world: World, id: string, edit: LifecycleEdit): void {
  const policy = presentLifecyclePolicy(world, id);
  const request = {
    ...(edit.description !== undefined && { Description: edit.description }),
    ...(edit.state !== undefined && { State: edit.state }),
    ...(edit.details !== undefined && {
      PolicyDetails: { ...policy.details, ...edit.details },
    }),
  };
  checkLimits(UPDATE_REQUEST, { PolicyId: id, ...request });
  updateLifecyclePolicy(world, policy, request);
  world.store.consoleLifecyclePolicies.add(id);
  const { tags } = edit;
  if (tags === undefined) return;
  changeLifecyclePolicy(world, policy, (changed) => {
    changed.tags.clear();
    for (const [key, value] of Object.entries(tags)) changed.tags.set(key, value);
  });
}

export function deleteLifecyclePolicyByHand(world: World, id: string): void {
  removeLifecyclePolicy(world, presentLifecyclePolicy(world, id));
}

/** The policy goes to ERROR, as when DLM may not do what it has to. */
export function breakLifecyclePolicy(world: World, id: string, statusMessage: string): void {
  setLifecycleState(world, presentLifecyclePolicy(world, id), { state: 'ERROR', statusMessage });
}

/** Returns the ARN. @throws when the account has a role of that name */
export function createRole(world: World, spec: RoleSpec): string {
  const { name, path = '/' } = spec;
  if (world.roles.has(name)) throw new Error(`Console: there is a role ${name} already`);
  if (!/^\/(.+\/)?$/.test(path)) {
    throw new Error(`Console: the path of role ${name} is '${path}', expected it to begin and end with /`);
  }
  const role: RoleRecord = {
    id: `AROA${world.ids.uuid().replaceAll('-', '').slice(0, 17).toUpperCase()}`,
    arn: `arn:aws:iam::${world.account}:role${path}${name}`,
    name,
    path,
    createdAt: world.now(),
    trust: spec.trust ?? trustOfDlm(world.account),
    allowed: spec.allow ?? ['*'],
    denied: spec.deny ?? [],
    conditionKeys: spec.conditionKeys ?? [],
  };
  world.roles.set(name, role);
  return role.arn;
}

export function deleteRole(world: World, name: string): void {
  if (!world.roles.delete(name)) throw new Error(`Console: there is no role ${name}`);
}

/** With the conditions that DLM's documentation gives against the confused deputy. */
function trustOfDlm(account: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'dlm.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:aws:dlm:*:${account}:policy/*` },
        },
      },
    ],
  };
}

export function viewLifecyclePolicies(world: World): readonly LifecyclePolicyView[] {
  return presentLifecyclePolicies(world).map((policy) => ({
    id: policy.id,
    createdAt: policy.createdAt,
    modifiedAt: policy.modifiedAt,
    description: policy.description,
    state: policy.state,
    statusMessage: policy.statusMessage,
    roleArn: policy.roleArn,
    tags: Object.fromEntries(policy.tags),
    defaultPolicy: policy.defaultPolicy,
    details: structuredClone(policy.details),
    stateSince: policy.stateSince,
  }));
}
