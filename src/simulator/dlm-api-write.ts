import type {
  CreateLifecyclePolicyRequest,
  PolicyDetails,
  UpdateLifecyclePolicyRequest,
} from '@aws-sdk/client-dlm';
import { completeCustom, completeDefault } from './dlm-api-defaults.ts';
import { mergeDetails, refuseFixedChanges } from './dlm-api-merge.ts';
import { changeLifecyclePolicy, presentLifecyclePolicies } from './dlm-api-records.ts';
import { limitProblems, type StructureLimit } from './dlm-limits-check.ts';
import { checkDefaultDetails, checkOnePlace, defaultKindOf, simplifiedOf } from './dlm-limits-default.ts';
import { checkCustomDetails } from './dlm-limits-details.ts';
import { missing, refuseGiven } from './dlm-limits-rules.ts';
import { SIMPLIFIED_FIELDS } from './dlm-limits.ts';
import { invalidRequest, limitExceeded } from './errors.ts';
import type { LifecyclePolicyRecord } from './records.ts';
import type { World } from './world.ts';

/** What a request holds by itself, with every problem in one message. @throws InvalidRequestException */
export function checkLimits(limit: StructureLimit, input: object): void {
  const problems = limitProblems(limit, input);
  if (problems.length === 0) return;
  const required = problems.filter((problem) => problem.missing).map(({ path }) => path.replace(/^.*\./, ''));
  throw invalidRequest(
    problems.map(({ path, problem }) => `${path} ${problem}`).join('; '),
    required.length > 0 ? { RequiredParameters: required } : {},
  );
}

/**
 * A new lifecycle policy. DLM does not look at the role.
 * @throws InvalidRequestException, LimitExceededException for the quota
 */
export function addLifecyclePolicy(world: World, input: CreateLifecyclePolicyRequest): LifecyclePolicyRecord {
  // The caller keeps its input, and may change it.
  const request = structuredClone(input);
  const kind = defaultKindOf(request);
  const details = completeDetails({ ...request.PolicyDetails, ...simplifiedOf(request) }, kind, world.now());
  refuseTooMany(world, kind);
  const now = world.now();
  const policy: LifecyclePolicyRecord = {
    id: world.ids.next('policy'),
    createdAt: now,
    modifiedAt: now,
    description: request.Description ?? '',
    state: request.State ?? 'ENABLED',
    statusMessage: undefined,
    roleArn: request.ExecutionRoleArn ?? '',
    tags: new Map(Object.entries(request.Tags ?? {})),
    defaultPolicy: kind,
    details,
    stateSince: now,
    deletedAt: undefined,
  };
  world.store.lifecyclePolicies.set(policy.id, policy);
  return policy;
}

function refuseTooMany(world: World, kind: 'VOLUME' | 'INSTANCE' | undefined): void {
  const present = presentLifecyclePolicies(world);
  const { maxLifecyclePolicies } = world.settings;
  if (present.length >= maxLifecyclePolicies) {
    throw limitExceeded(
      `The Region has ${present.length} lifecycle policies, the limit is ${maxLifecyclePolicies}`,
      'Policy',
    );
  }
  const other = present.find(({ defaultPolicy }) => defaultPolicy === kind);
  if (kind !== undefined && other !== undefined) {
    // The real code is not known.
    throw world.opaque(`There is a default policy for ${kind} already: ${other.id}`);
  }
}

/** @throws InvalidRequestException, also for what cannot be changed after creation */
export function updateLifecyclePolicy(
  world: World,
  policy: LifecyclePolicyRecord,
  input: Omit<UpdateLifecyclePolicyRequest, 'PolicyId'>,
): void {
  const request = structuredClone(input);
  const details = updatedDetails(world, policy, request);
  const { State: state, Description: description, ExecutionRoleArn: role } = request;
  changeLifecyclePolicy(world, policy, (changed) => {
    changed.details = details;
    changed.description = description ?? changed.description;
    changed.roleArn = role ?? changed.roleArn;
    changed.modifiedAt = world.now();
    if (state === undefined || state === changed.state) return;
    changed.state = state;
    changed.statusMessage = undefined;
    changed.stateSince = world.now();
  });
}

function updatedDetails(
  world: World,
  { id, details: old, defaultPolicy: kind }: LifecyclePolicyRecord,
  request: Omit<UpdateLifecyclePolicyRequest, 'PolicyId'>,
): PolicyDetails {
  checkOnePlace(request);
  const { PolicyDetails: given } = request;
  if (kind === undefined) {
    refuseGiven(request, SIMPLIFIED_FIELDS, { at: '', reason: 'only default policies take it' });
    // PolicyDetails.Parameters: not to be omitted for a policy that was made or modified in the console.
    const isFromConsole = world.store.consoleLifecyclePolicies.has(id) && old.Parameters !== undefined;
    if (isFromConsole && given !== undefined && given.Parameters === undefined) {
      throw missing('PolicyDetails', 'Parameters');
    }
  }
  if (given !== undefined) refuseFixedChanges(old, given);
  const merged =
    given === undefined
      ? { ...old, ...simplifiedOf(request) }
      : mergeDetails(old, given, world.settings.lifecycleMerge);
  return completeDetails(merged, kind, world.now());
}

/** Complete and checked. @throws InvalidRequestException */
function completeDetails(
  details: PolicyDetails,
  kind: LifecyclePolicyRecord['defaultPolicy'],
  now: number,
): PolicyDetails {
  if (kind !== undefined) {
    const complete = completeDefault(details, kind);
    checkDefaultDetails(complete);
    return complete;
  }
  const complete = completeCustom(details, now);
  checkCustomDetails(complete, now);
  return complete;
}
