/** What to do so that DLM holds what the policy file says: create, update, replace, delete, or leave alone and say why. */

import type { PolicyFile } from '../policy/policy.ts';
import type { Skipped, Warning } from './actions.ts';
import { groupBy } from './group-by.ts';
import { cureOf } from './lifecycle-cure.ts';
import { driftOf, unchangeable, type Drift } from './lifecycle-drift.ts';
import type { LifecyclePolicy, WantedLifecyclePolicy } from './lifecycle-policy.ts';
import { MARK } from './marks.ts';
import { compareText } from './order.ts';

interface ActionBase {
  /** The policy's name in the file. */
  readonly policy: string;
  readonly reason: string;
}

export interface CreateLifecycleAction extends ActionBase {
  readonly action: 'create-lifecycle-policy';
  readonly wanted: WantedLifecyclePolicy;
}

export interface UpdateLifecycleAction extends ActionBase {
  readonly action: 'update-lifecycle-policy';
  readonly id: string;
  readonly wanted: WantedLifecyclePolicy;
  readonly drift: readonly Drift[];
}

export interface DeleteLifecycleAction extends ActionBase {
  readonly action: 'delete-lifecycle-policy';
  readonly id: string;
  /** The policy is made anew directly after. */
  readonly isReplaced: boolean;
}

export type LifecycleAction = CreateLifecycleAction | UpdateLifecycleAction | DeleteLifecycleAction;

/** A policy of the file that is not what it should be, and that this run does not change. */
export interface LifecycleRefusal {
  readonly policy: string;
  readonly id?: string;
  readonly reason: string;
}

/** A lifecycle policy of ours that DLM says is in ERROR. */
export interface LifecycleError {
  readonly policy: string;
  readonly id: string;
  readonly statusMessage: string;
  readonly cure: string;
}

export interface LifecyclePlan {
  /** In the order in which they are carried out: what is put right or made, then what goes. */
  readonly actions: readonly LifecycleAction[];
  readonly unchanged: readonly { readonly policy: string; readonly id: string }[];
  readonly refused: readonly LifecycleRefusal[];
  readonly errors: readonly LifecycleError[];
  readonly warnings: readonly Warning[];
  readonly skipped: readonly Skipped[];
}

export interface LifecycleInput {
  readonly file: PolicyFile;
  /** Where the lifecycle policies are. */
  readonly region: string;
  readonly wanted: readonly WantedLifecyclePolicy[];
  /** Every lifecycle policy of the place. */
  readonly existing: readonly LifecyclePolicy[];
  /** What is wrong with the role of a policy, by the policy's name. */
  readonly roleProblems: ReadonlyMap<string, string>;
  /** Policies whose lifecycle policy may be deleted and made anew. */
  readonly replace: readonly string[];
}

export function planLifecycle(input: LifecycleInput): LifecyclePlan {
  const { file, wanted, existing } = input;
  const ours = existing.filter((policy) => isOurs(policy, file));
  const byName = groupBy(ours, ({ tags }) => tags.get(MARK.policy) ?? '');
  const parts = [
    ...wanted.map((one) => planWanted(one, byName.get(one.policy) ?? [], input)),
    ...[...byName].map(([name, found]) => planUnwanted(name, found, input)),
  ];
  const all = parts.flatMap((part) => part.actions ?? []);
  const refused = parts.flatMap((part) => part.refused ?? []);
  const removals = all.filter(isRemoval);
  return {
    // A new policy before its predecessor goes: should the first fail, the other still makes backups.
    actions: [...all.filter((action) => !isRemoval(action)), ...(refused.length === 0 ? removals : [])],
    unchanged: parts.flatMap((part) => part.unchanged ?? []),
    refused: [...refused, ...(refused.length === 0 ? [] : removals.map((one) => spared(one, refused)))],
    errors: lifecycleErrors(existing, file),
    warnings: overlaps(input).sort((a, b) => compareText(a.id, b.id)),
    skipped: parts.flatMap((part) => part.skipped ?? []),
  };
}

/** Those of this deployment that DLM has put into ERROR. */
export function lifecycleErrors(
  existing: readonly LifecyclePolicy[],
  file: Pick<PolicyFile, 'deployment'>,
): LifecycleError[] {
  return existing.filter((policy) => isOurs(policy, file)).flatMap(errorsOf);
}

/** Whether a lifecycle policy carries this deployment's tag. */
export function isOurs({ tags }: LifecyclePolicy, { deployment }: Pick<PolicyFile, 'deployment'>): boolean {
  return tags.get(MARK.deployment) === deployment;
}

type Part = Partial<LifecyclePlan>;

function isRemoval(action: LifecycleAction): action is DeleteLifecycleAction {
  return action.action === 'delete-lifecycle-policy' && !action.isReplaced;
}

/** What is refused may be the new name of what is to go, which then is all that makes backups. */
function spared(
  { policy, id, reason }: DeleteLifecycleAction,
  refused: readonly LifecycleRefusal[],
): LifecycleRefusal {
  const names = [...new Set(refused.map((one) => one.policy))].join(', ');
  return { policy, id, reason: `${reason}, but nothing is deleted while ${names} cannot be put right` };
}

function planWanted(
  wanted: WantedLifecyclePolicy,
  found: readonly LifecyclePolicy[],
  input: LifecycleInput,
): Part {
  const { policy } = wanted;
  const [existing, ...more] = found;
  if (more.length > 0) return refused(policy, severalMatches(found));
  const problem = copiesToItself(wanted, input.region) ?? input.roleProblems.get(policy);
  if (!existing) {
    const stranger = standsInTheWay(wanted, input);
    if (stranger !== undefined || problem !== undefined) return refused(policy, stranger ?? problem ?? '');
    return { actions: [{ action: 'create-lifecycle-policy', policy, reason: 'not in DLM', wanted }] };
  }
  const { id } = existing;
  if (problem !== undefined) return refused(policy, problem, id);
  const drift = driftOf(existing, wanted);
  if (drift.length === 0) return { unchanged: [{ policy, id }] };
  const fixed = unchangeable(drift);
  const isToBeReplaced = input.replace.includes(policy);
  if (fixed.length === 0 && !isToBeReplaced) {
    return { actions: [{ action: 'update-lifecycle-policy', policy, id, reason: 'drift', wanted, drift }] };
  }
  const why = fixed.length === 0 ? 'as asked' : `DLM cannot change ${fixed.map(driftText).join(', ')}`;
  if (!isToBeReplaced) return refused(policy, needsReplacement(policy, why), id);
  return {
    actions: [
      { action: 'delete-lifecycle-policy', policy, id, reason: `replaced: ${why}`, isReplaced: true },
      { action: 'create-lifecycle-policy', policy, reason: `replaces ${id}`, wanted },
    ],
  };
}

/** `Schedules[base].RetainRule.Count is 7, wanted 14`. */
export function driftText({ field, is, wanted }: Drift): string {
  return `${field} is ${is ?? 'not set'}, wanted ${wanted ?? 'none'}`;
}

function needsReplacement(policy: string, why: string): string {
  return (
    `${why}: give the policy a new name, or let the lifecycle policy be deleted and made anew (--replace ${policy}); ` +
    'what it made stays either way, and DLM no longer deletes it'
  );
}

function severalMatches(found: readonly LifecyclePolicy[]): string {
  const ids = found.map(({ id }) => id).sort(compareText);
  return `${ids.length} lifecycle policies carry its tags (${ids.join(', ')}), expected one: every backup is made ${ids.length} times; delete all but one in DLM`;
}

/** A lifecycle policy that is not ours and yet leaves no room for this one. */
function standsInTheWay(
  wanted: WantedLifecyclePolicy,
  { file, existing }: LifecycleInput,
): string | undefined {
  const unmarked = existing.filter(({ tags }) => !tags.has(MARK.deployment) || !tags.has(MARK.policy));
  const its = unmarked.find(
    (other) =>
      other.description === wanted.description ||
      (isOurs(other, file) && sharedTargets(other, wanted).length > 0),
  );
  if (its) {
    const how = its.description === wanted.description ? 'has its description' : 'backs up what it does';
    return `${its.id} ${how} but not its tags: put the tags ${MARK.deployment}=${file.deployment} and ${MARK.policy}=${wanted.policy} back on it, or delete it`;
  }
  if (wanted.details.PolicyLanguage !== 'SIMPLIFIED') return undefined;
  const kind = wanted.details.ResourceType;
  const rival = existing.find(({ isDefault, details }) => isDefault && details['ResourceType'] === kind);
  return (
    rival &&
    `${rival.id} already is the default policy for ${kind}, of which a Region has one, and it is not of this deployment: delete it, or take the default policy out of the file`
  );
}

function copiesToItself({ details }: WantedLifecyclePolicy, region: string): string | undefined {
  const targets =
    details.PolicyLanguage === 'SIMPLIFIED'
      ? details.CrossRegionCopyTargets.map(({ TargetRegion }) => TargetRegion)
      : details.Schedules.flatMap(({ CrossRegionCopyRules: rules }) =>
          rules.map(({ Target, TargetRegion }) => Target ?? TargetRegion),
        );
  if (!targets.includes(region)) return undefined;
  return `its copies go to ${region}, the Region that it is in itself: name another Region under copies`;
}

/** Ours by the tag, and no longer in the file. */
function planUnwanted(
  name: string,
  found: readonly LifecyclePolicy[],
  { file, wanted }: LifecycleInput,
): Part {
  if (wanted.some(({ policy }) => policy === name)) return {};
  if (name === '') {
    const reason = `carries ${MARK.deployment}=${file.deployment} but no ${MARK.policy}, so it is left alone`;
    return { skipped: found.map(({ id }) => ({ id, reason })) };
  }
  const reason = whyUnwanted(name, file);
  return {
    actions: found.map(({ id }) => ({
      action: 'delete-lifecycle-policy',
      policy: name,
      id,
      reason,
      isReplaced: false,
    })),
  };
}

function whyUnwanted(name: string, file: PolicyFile): string {
  if (file.policies.some((policy) => policy.name === name)) return 'the policy now has engine: lambda';
  if (file.retired.some((policy) => policy.name === name)) return 'the policy is retired';
  return 'not in the policy file';
}

function errorsOf({ id, tags, state, statusMessage = '' }: LifecyclePolicy): LifecycleError[] {
  if (state !== 'ERROR') return [];
  return [{ policy: tags.get(MARK.policy) ?? '', id, statusMessage, cure: cureOf(statusMessage) }];
}

/** Lifecycle policies of others that back up by the same tag: double backups. */
function overlaps({ file, wanted, existing }: LifecycleInput): Warning[] {
  const others = existing.filter((policy) => !isOurs(policy, file) && policy.state === 'ENABLED');
  return wanted.flatMap((mine) =>
    others.flatMap((other) => {
      const shared = sharedTargets(other, mine);
      if (shared.length === 0) return [];
      const reason = `also backs up what carries ${shared.join(' or ')}, and is not of this deployment: such sources are backed up twice`;
      return [{ id: other.id, policy: mine.policy, reason }];
    }),
  );
}

/** Tags by which both find the same kind of source, as `key=value`. */
function sharedTargets(other: LifecyclePolicy, { details }: WantedLifecyclePolicy): string[] {
  if (details.PolicyLanguage === 'SIMPLIFIED') return [];
  const mine = new Set(details.TargetTags.map(({ Key, Value }) => `${Key}=${Value}`));
  return targetsOf(other, details.ResourceTypes[0]).filter((tag) => mine.has(tag));
}

function targetsOf({ details }: LifecyclePolicy, kind: string): string[] {
  const { ResourceTypes: kinds, TargetTags: tags } = details;
  if (!Array.isArray(tags) || !Array.isArray(kinds) || !kinds.includes(kind)) return [];
  return tags.flatMap((tag: unknown) =>
    typeof tag === 'object' && tag !== null && 'Key' in tag && 'Value' in tag
      ? [`${String(tag.Key)}=${String(tag.Value)}`]
      : [],
  );
}

function refused(policy: string, reason: string, id?: string): Part {
  return { refused: [{ policy, reason, ...(id !== undefined && { id }) }] };
}
