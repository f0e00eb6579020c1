/** What a step of a rehearsal has changed, or what its error means. */

import { isDenied } from '../aws/error-hints.ts';
import { describeError, errorCode, isOutcomeUnknown, isPostponed } from '../aws/errors.ts';
import type { Known, Rehearsal, Step } from '../plan/plan-rehearse.ts';
import { rehearsalKey, type Verdict } from '../plan/rehearsal-marks.ts';
import { without } from '../plan/rehearse-egress.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Policy } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';
import type { RehearseOutcome } from './rehearse-outcome.ts';

export interface Rehearsing {
  readonly rehearsal: Rehearsal;
  readonly known: Known;
  readonly policy?: Policy;
}

/** What a step has changed. */
export interface Taken {
  readonly rehearsal?: Partial<Rehearsal>;
  readonly known?: Partial<Known>;
  readonly outcome?: RehearseOutcome;
  /** Nothing more can be done in this round. */
  readonly stops?: true;
}

export type Acting = Exclude<Step, { readonly step: 'wait' | 'done' | 'judge' }>;

export type Changing = Exclude<Acting, { readonly step: 'look' }>;

interface Change {
  readonly now: Rehearsing;
  readonly change: Partial<Rehearsal>;
  readonly status?: RehearseOutcome['status'];
}

export function done(
  { step: action }: Changing,
  id: string,
  { now, change, status = 'done' }: Change,
): Taken {
  const rehearsal = rehearsalKey(now.rehearsal);
  return { rehearsal: change, outcome: { action, id, status, rehearsal } };
}

export function gone(
  step: Extract<Step, { readonly id: string }>,
  status: RehearseOutcome['status'],
  now: Rehearsing,
): Taken {
  const { images, groups } = now.rehearsal;
  const change = {
    images: images.filter(({ id }) => id !== step.id),
    groups: groups.filter(({ id }) => id !== step.id),
  };
  return done(step, step.id, { now, change, status });
}

/** Made by an earlier attempt and not in the lists yet, or not to be had yet: the next round sees more. */
const LATER: Readonly<Partial<Record<Step['step'], readonly string[]>>> = {
  'create-group': ['InvalidGroup.Duplicate'],
  'revoke-egress': ['InvalidGroup.NotFound'],
  'allow-egress': ['InvalidGroup.NotFound'],
  'register-image': ['InvalidAMIName.Duplicate'],
  'run-instance': ['IdempotentParameterMismatch', 'InvalidGroup.NotFound'],
  'send-command': ['InvalidInstanceId'],
  'terminate-instance': ['InvalidInstanceID.NotFound'],
  'delete-group': ['DependencyViolation'],
};

/** An earlier attempt, or somebody else, has done it. */
const ALREADY: Readonly<Partial<Record<Step['step'], readonly string[]>>> = {
  'revoke-egress': ['InvalidPermission.NotFound'],
  'allow-egress': ['InvalidPermission.Duplicate'],
  'tag-result': ['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable', 'InvalidSnapshot.NotFound'],
  'deregister-image': ['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'],
  'delete-group': ['InvalidGroup.NotFound'],
};

/** What the account lacks says nothing of the backup. */
const OF_THE_ACCOUNT: ReadonlySet<string> = new Set([
  'InsufficientCapacity',
  'InsufficientFreeAddressesInSubnet',
  'InsufficientHostCapacity',
  'InsufficientInstanceCapacity',
  'InsufficientVolumeCapacity',
  'InstanceLimitExceeded',
  'OptInRequired',
  'PendingVerification',
  'ResourceLimitExceeded',
  'SecurityGroupLimitExceeded',
  'VcpuLimitExceeded',
  'VolumeLimitExceeded',
]);

interface Failing {
  readonly now: Rehearsing;
  readonly context: RunContext;
}

export async function afterError(step: Acting, error: unknown, { now, context }: Failing): Promise<Taken> {
  const code = errorCode(error);
  if (step.step !== 'look' && ALREADY[step.step]?.includes(code)) return already(step, now);
  const rehearsal = rehearsalKey(now.rehearsal);
  const told = { action: step.step, id: idOf(step, rehearsal), error: describeError(error), rehearsal };
  if (step.step === 'look') return afterLook(step, { told, isBusy: isPostponed(error) }, { now, context });
  if (isPostponed(error) || LATER[step.step]?.includes(code))
    return { outcome: { ...told, status: 'postponed' }, stops: true };
  if (isOutcomeUnknown(error)) {
    // A second one would run beside the first: not before the lists must show it.
    if (step.step === 'send-command') await context.clock.sleep(READS_TRUSTWORTHY_AFTER);
    return { outcome: { ...told, status: 'unknown' }, stops: true };
  }
  const outcome = { ...told, status: 'failed' } as const;
  switch (step.step) {
    case 'tag-result':
      return { outcome, known: { isTagged: true } };
    case 'terminate-instance':
    case 'deregister-image':
    case 'delete-group':
      return { outcome, stops: true };
    default:
      return { outcome, known: { verdict: verdictOf(`${step.step}: ${told.error}`, error) } };
  }
}

function verdictOf(what: string, error: unknown): Verdict {
  const isUntried = isDenied(error) || OF_THE_ACCOUNT.has(errorCode(error));
  return { isOk: false, what, ...(isUntried && { isUntried }) };
}

interface FailedLook {
  readonly told: Omit<RehearseOutcome, 'status'>;
  readonly isBusy: boolean;
}

const LOOKS_AT_INSTANCE: readonly string[] = ['checks', 'agent', 'command'];

/**
 * A list is read again by the next round. An instance that cannot be looked at would run for ever so: after the deadline
 * that is the verdict, unless AWS was only too busy.
 */
function afterLook(
  { at }: Extract<Step, { readonly step: 'look' }>,
  { told, isBusy }: FailedLook,
  { now: { rehearsal }, context: { clock } }: Failing,
): Taken {
  const isRunning = LOOKS_AT_INSTANCE.includes(at) || (at === 'point' && rehearsal.instances.length > 0);
  if (!isRunning || isBusy || clock.now() < rehearsal.deadline)
    return { outcome: { ...told, status: 'postponed' }, stops: true };
  const by = formatInstant(rehearsal.deadline);
  const what = `its ${at} could not be looked at by ${by}: ${told.error}`;
  // The point may have been told already.
  const verdict = { isOk: false, what, ...(at === 'point' && { isUntried: true as const }) };
  return { outcome: { ...told, status: 'failed' }, known: { verdict } };
}

function already(step: Changing, now: Rehearsing): Taken {
  const status = 'already-done';
  switch (step.step) {
    case 'revoke-egress':
    case 'allow-egress':
      return done(step, step.group, { now, change: { groups: egressAfter(step, now) }, status });
    case 'deregister-image':
    case 'delete-group':
    case 'terminate-instance':
      return gone(step, status, now);
    default:
      return { ...done(step, now.rehearsal.point, { now, change: {}, status }), known: { isTagged: true } };
  }
}

function idOf(step: Acting, rehearsal: string): string {
  if ('id' in step) return step.id;
  if ('instance' in step) return step.instance;
  return 'group' in step ? step.group : rehearsal;
}

export function egressAfter(
  step: Extract<Step, { readonly step: 'revoke-egress' | 'allow-egress' }>,
  { rehearsal }: Rehearsing,
): Rehearsal['groups'] {
  const { group: id, rule } = step;
  return rehearsal.groups.map((group) => {
    if (group.id !== id) return group;
    const egress = step.step === 'revoke-egress' ? without(group.egress, [rule]) : [...group.egress, rule];
    return { id, egress };
  });
}
