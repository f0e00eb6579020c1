import type { PolicyDetails, Schedule } from '@aws-sdk/client-dlm';
import { decide } from './iam.ts';
import type { LifecyclePolicyRecord, RoleRecord } from './records.ts';
import { trusts, type Trusted } from './trust.ts';
import type { World } from './world.ts';

const SERVICE = 'dlm.amazonaws.com';

/** Policies fire for years on end under one role and the same details; both are replaced, never changed. */
const ALLOWED = new WeakMap<RoleRecord, WeakMap<PolicyDetails, boolean>>();

/** Whether the policy's role exists, trusts DLM for this policy, and may do what the policy needs. */
export function roleSuffices(world: World, policy: LifecyclePolicyRecord): boolean {
  const role = [...world.roles.values()].find(({ arn }) => arn === policy.roleArn);
  if (role === undefined) return false;
  const known = ALLOWED.get(role) ?? new WeakMap<PolicyDetails, boolean>();
  ALLOWED.set(role, known);
  const suffices = known.get(policy.details) ?? allows(role, world, policy);
  known.set(policy.details, suffices);
  return suffices;
}

function allows(role: RoleRecord, world: World, policy: LifecyclePolicyRecord): boolean {
  const isAllowed = (action: string): boolean => decide(role, action) === 'allowed';
  return trusts(role.trust, requestOf(world, policy)) && neededActions(policy).every(isAllowed);
}

/** The actions that change something. What only reads is not looked at. */
function neededActions({ details, defaultPolicy }: LifecyclePolicyRecord): readonly string[] {
  const isImage = details.PolicyType === 'IMAGE_MANAGEMENT' || defaultPolicy === 'INSTANCE';
  const isSet = details.ResourceTypes?.[0] === 'INSTANCE';
  const create = isImage ? 'CreateImage' : isSet ? 'CreateSnapshots' : 'CreateSnapshot';
  const actions = [create, 'CreateTags', 'DeleteSnapshot', ...(isImage ? ['DeregisterImage'] : [])];
  const more = (details.Schedules ?? []).flatMap((schedule) => actionsOf(schedule, isImage));
  if ((details.CrossRegionCopyTargets ?? []).length > 0) more.push(isImage ? 'CopyImage' : 'CopySnapshot');
  const scripts = scripted(details) ? ['ssm:SendCommand'] : [];
  return [...new Set([...actions, ...more])].map((action) => `ec2:${action}`).concat(scripts);
}

function actionsOf(schedule: Schedule, isImage: boolean): string[] {
  const actions: string[] = [];
  if ((schedule.CrossRegionCopyRules ?? []).length > 0) actions.push(isImage ? 'CopyImage' : 'CopySnapshot');
  if ((schedule.ShareRules ?? []).length > 0) actions.push('ModifySnapshotAttribute');
  if (schedule.FastRestoreRule) actions.push('EnableFastSnapshotRestores', 'DisableFastSnapshotRestores');
  if (schedule.ArchiveRule) actions.push('ModifySnapshotTier');
  const copied = (schedule.CrossRegionCopyRules ?? []).some(({ DeprecateRule: rule }) => rule !== undefined);
  if (schedule.DeprecateRule || copied) actions.push('EnableImageDeprecation');
  return actions;
}

function scripted({ Schedules: schedules = [] }: PolicyDetails): boolean {
  return schedules.some(({ CreateRule: rule }) => (rule?.Scripts ?? []).length > 0);
}

/** What DLM says of itself when it takes the role, by condition key in lower case. */
function requestOf(world: World, { id }: LifecyclePolicyRecord): Trusted {
  return {
    principal: { service: SERVICE },
    keys: { 'aws:sourceaccount': world.account, 'aws:sourcearn': world.arn('dlm', `policy/${id}`) },
  };
}
