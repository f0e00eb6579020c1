/** One slot of one policy: read, plan, apply, report. */

import { planBackup, tagProblems, type AlreadyMade, type BackupPlan } from '../plan/plan-backup.ts';
import { askingTags } from '../plan/select-sources.ts';
import { slotProblem } from '../plan/backup-slot.ts';
import type { MadePoint } from '../plan/recovery-points.ts';
import type { Trigger } from '../plan/backup-tags.ts';
import type { Skipped } from '../plan/actions.ts';
import type { BackupKind, Policy, PolicyFile } from '../policy/policy.ts';
import { previousSlot } from '../policy/schedule.ts';
import { didYouMean } from '../policy/suggest.ts';
import { applyCreate, lostSlot } from './apply-create.ts';
import { knowAgents } from './know-agents.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError, MissedSlotError } from './errors.ts';
import { isLeft, type Outcome } from './outcome.ts';
import { formatPlace, isBackedUp } from './place.ts';
import { readPolicySources, readSlotPoints } from './read.ts';
import type { Left } from './rounds.ts';
import { settle } from './settle.ts';

export interface BackupRequest {
  readonly policy: string;
  /** ms since the epoch. */
  readonly slot: number;
  readonly trigger: Trigger;
  /** Only these of the policy's sources. */
  readonly sources?: readonly string[];
  /** Holds what is made, with this reason. */
  readonly hold?: string;
  /** It was asked for again: it leaves the slot to another run that is making it. */
  readonly standsBack?: boolean;
}

export interface BackupRunPlan extends BackupPlan {
  /** Sources with wrong tags, whatever policy they mean. */
  readonly tagProblems: readonly Skipped[];
}

export interface BackupReport {
  readonly plan: BackupRunPlan;
  readonly outcomes: readonly Outcome[];
}

/**
 * Reads and decides; changes nothing. A request that cannot be carried out is a ConfigurationError: an unknown policy,
 * a slot of the future or a missed one, a source that is none of the policy's.
 */
export async function planBackupRun(request: BackupRequest, context: RunContext): Promise<BackupRunPlan> {
  const { file, clock, place } = context;
  const policy = requirePolicy(file, request.policy);
  if (!isBackedUp(file, place))
    throw new ConfigurationError(`${formatPlace(place)} only takes copies: nothing is backed up there`);
  refuseSlot(policy, request, clock.now());
  const before = previousSlot(policy.schedule, policy.timezone, request.slot - 1);
  const [points, sources] = await Promise.all([
    readSlotPoints(context, policy, [request.slot, ...(before === undefined ? [] : [before])]),
    readPolicySources(context, policy),
  ]);
  const sought = planBackup({ ...request, ...sources, policy, file, points });
  refuseUnknownSources(sought, policy, file);
  const [plan = sought] = await knowAgents([sought], context);
  const isBeingMade = request.standsBack === true && isInTheMaking(points, request.slot, clock.now());
  return {
    ...plan,
    ...(isBeingMade && standingBack(plan)),
    tagProblems: tagProblems(file, sources),
  };
}

/** So long after the last backup of a slot, another run may be about to go on with it: a round and what lies between two. */
const ROUND = 20 * 60_000;

function isInTheMaking(points: readonly MadePoint[], slot: number, now: number): boolean {
  return points.some((point) => point.slot === slot && now - point.madeAt < ROUND);
}

/** Two runs of one slot at once would do each other's work. */
function standingBack({ policy, actions, skipped }: BackupPlan): Pick<BackupPlan, 'actions' | 'skipped'> {
  const reason = 'the slot is still being made by another run, which goes on with it';
  return {
    actions: [],
    skipped: [...skipped, ...actions.map(({ source }) => ({ id: source, policy, reason }))],
  };
}

/** Throws a ConfigurationError for a slot of the future, a MissedSlotError for one whose time is over. */
export function refuseSlot(
  policy: Policy,
  { slot, trigger }: Pick<BackupRequest, 'slot' | 'trigger'>,
  now: number,
): void {
  const problem = slotProblem(slot, now, policy, trigger);
  if (!problem) return;
  const message = `policy ${policy.name}: ${problem.message}`;
  throw problem.kind === 'missed' ? new MissedSlotError(message) : new ConfigurationError(message);
}

/** Carries the plan out. */
export async function applyBackup(plan: BackupRunPlan, context: RunContext): Promise<BackupReport> {
  const policy = requirePolicy(context.file, plan.policy);
  const before = plan.alreadyMade.map((made) => alreadyMadeOutcome(made, policy.backup));
  const outcomes = [...before, ...(await applyCreate(plan.actions, context))];
  await settle(outcomes, plan, context);
  return { plan, outcomes };
}

/** What a later round has to do, if anything. */
export function leftOfBackup({ outcomes }: BackupReport): Left | undefined {
  if (!outcomes.some(isLeft)) return undefined;
  return { isIdle: !outcomes.some(({ status }) => status === 'done') };
}

export async function runBackup(request: BackupRequest, context: RunContext): Promise<BackupReport> {
  return applyBackup(await planBackupRun(request, context), context);
}

/** The running policy of that name, or a ConfigurationError that suggests one. */
export function requirePolicy(file: PolicyFile, name: string): Policy {
  const policy = file.policies.find((candidate) => candidate.name === name);
  if (policy) return policy;
  throw new ConfigurationError(`policy ${JSON.stringify(name)} ${whyNot(file, name)}`);
}

function whyNot(file: PolicyFile, name: string): string {
  if (file.retired.some((policy) => policy.name === name)) return 'is retired and makes no backups';
  if (file.dlmPolicies.some((policy) => policy.name === name))
    return 'is run by DLM (engine: dlm), which has no backup on demand: use a policy that the Lambdas run';
  const names = file.policies.map((policy) => policy.name);
  return `is not in the policy file${didYouMean(name, names)}`;
}

function refuseUnknownSources(
  { unknownSources }: BackupPlan,
  policy: Policy,
  { optInTag }: PolicyFile,
): void {
  if (unknownSources.length === 0) return;
  throw new ConfigurationError(
    `not among the sources of policy ${policy.name}: ${unknownSources.join(', ')}; expected ids that exist here and have ${askingTags(policy, optInTag)}`,
  );
}

const ACTION_OF: Record<BackupKind, Outcome['action']> = {
  image: 'create-image',
  snapshots: 'create-snapshots',
  volume: 'create-snapshot',
};

function alreadyMadeOutcome({ source, point }: AlreadyMade, backup: BackupKind): Outcome {
  const common = { action: ACTION_OF[backup], policy: point.policy, source, slot: point.slot, id: point.id };
  if (point.state !== 'failed')
    return {
      ...common,
      status: 'already-done',
      ...(point.consistency === 'crash' && { warning: ONLY_CRASH }),
    };
  return { ...common, status: 'failed', error: lostSlot(point.id, point, point.detail) };
}

const ONLY_CRASH = 'only crash-consistent: VSS did not mark every snapshot AppConsistent=True';
