/** Rehearsals: read what there is of them, plan, and do for each what can be done now. */

import { createHash } from 'node:crypto';
import type { Skipped } from '../plan/actions.ts';
import { isOver, nextStep, type Known, type Rehearsal, type Step } from '../plan/plan-rehearse.ts';
import { rehearsalKey } from '../plan/rehearsal-marks.ts';
import {
  canTell,
  isOverdue,
  isRehearsedSince,
  noCandidate,
  rehearsalCandidates,
} from '../plan/rehearse-choice.ts';
import { formatInstant } from '../policy/instant.ts';
import { samePlace } from '../policy/places.ts';
import type { Policy, PolicyFile } from '../policy/policy.ts';
import { previousSlot } from '../policy/schedule.ts';
import { requirePolicy } from './backup.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError } from './errors.ts';
import { formatPlace } from './place.ts';
import type { Judged, RehearseOutcome, RehearsePlan, RehearseReport } from './rehearse-outcome.ts';
import { prepareLaunch, readRehearsables, readRehearsals } from './rehearse-read.ts';
import { takeStep } from './rehearse-take.ts';
import type { Rehearsing } from './rehearse-taken.ts';
import type { Left } from './rounds.ts';

const MINUTE = 60_000;
/** From its beginning a rehearsal has so long. */
const TAKES_AT_MOST = 45 * MINUTE;
/** So long after its deadline what is left of one is still waited for, before it is told as a failure. */
const GRACE = 30 * MINUTE;
/** Of the sources whose turn it is, so many are tried before none can be rehearsed. */
const TRIED = 5;

export interface RehearseRequest {
  /** Absent: nothing is begun, and all rehearsals of the place are followed. */
  readonly policy?: string;
  /** ms since the epoch. */
  readonly slot: number;
  /** From 1; only the first begins one. */
  readonly round: number;
}

/** Reads and decides, and changes nothing. @throws ConfigurationError when none can begin, with everything in its way */
export async function planRehearseRun(request: RehearseRequest, context: RunContext): Promise<RehearsePlan> {
  const policy = request.policy === undefined ? undefined : requireRehearsed(context.file, request.policy);
  if (policy && !isHere(policy, context)) {
    const where = policy.rehearse?.place;
    const there = where ? formatPlace(where) : 'another place';
    return { ...NOTHING, notes: [`policy ${policy.name} is rehearsed in ${there}: nothing to do here`] };
  }
  const { all, unreadable } = await readRehearsals(context);
  const mine = all.filter((one) => policy === undefined || one.policy === policy.name);
  const ongoing = mine
    .filter((rehearsal) => !isOver(rehearsal))
    .map((rehearsal) => ({ rehearsal, next: firstStep(rehearsal, context) }));
  const skipped = unreadable.map((id) => ({
    id,
    reason: 'is marked as of a rehearsal, and its tags do not say of which: look at it and delete it',
  }));
  const plan = { ...NOTHING, ongoing, skipped };
  if (!policy) return { ...plan, overdue: await findOverdue(context) };
  if (ongoing.length > 0 || request.round > 1) return plan;
  const isDone = mine.some(({ slot }) => slot === request.slot);
  return isDone ? { ...plan, notes: [DONE] } : planStart(plan, { policy, slot: request.slot }, context);
}

const NOTHING: RehearsePlan = { ongoing: [], notes: [], skipped: [] };
const DONE = 'the rehearsal of this slot has been made';

/** The policies that are rehearsed in the place. */
export function rehearsedHere({ file, place }: Pick<RunContext, 'file' | 'place'>): readonly Policy[] {
  return file.policies.filter((policy) => policy.rehearse && isHere(policy, { place }));
}

function isHere({ rehearse }: Policy, { place }: Pick<RunContext, 'place'>): boolean {
  return samePlace(rehearse?.place ?? place, place);
}

/** The running policy of that name, or a ConfigurationError where it is none or is not rehearsed. */
export function requireRehearsed(file: PolicyFile, name: string): Policy {
  const policy = requirePolicy(file, name);
  if (policy.rehearse) return policy;
  const others = file.policies.filter(({ rehearse }) => rehearse).map((one) => one.name);
  const expected =
    others.length === 0 ? 'no policy of the file has it' : `expected one of ${others.join(', ')}`;
  throw new ConfigurationError(`policy ${JSON.stringify(name)} has no rehearse: ${expected}`);
}

interface Wanted {
  readonly policy: Policy;
  readonly slot: number;
}

async function planStart(plan: RehearsePlan, wanted: Wanted, context: RunContext): Promise<RehearsePlan> {
  const { policy, slot } = wanted;
  const all = await readRehearsables(context, policy.name);
  if (isRehearsedSince(all, slot)) return { ...plan, notes: [DONE] };
  const candidates = rehearsalCandidates(all, (source) => hashOf([policy.name, slot, source]));
  if (candidates.length === 0)
    throw new ConfigurationError(`nothing was started: ${noCandidate(policy.name, all)}`);
  const skipped: Skipped[] = [...plan.skipped];
  const problems: string[] = [];
  for (const { id: point, source } of candidates.slice(0, TRIED)) {
    if (!policy.rehearse) break;
    const launch = await prepareLaunch({ source, point }, policy.rehearse, context);
    if (launch.ok) {
      const deadline = Math.floor((context.clock.now() + TAKES_AT_MOST) / 1000) * 1000;
      const facts = { policy: policy.name, slot, point, source, deadline };
      const rehearsal: Rehearsal = { ...facts, groups: [], images: [], instances: [] };
      return { ...plan, skipped, start: { rehearsal, launch: launch.value } };
    }
    const reason = `cannot be rehearsed from ${point}: ${launch.problems.join('; ')}`;
    skipped.push({ id: source, policy: policy.name, reason });
    problems.push(`${source} ${reason}`);
  }
  throw new ConfigurationError(`nothing was started:${problems.map((text) => `\n  - ${text}`).join('')}`);
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function findOverdue(context: RunContext): Promise<readonly string[]> {
  const now = context.clock.now();
  const overdue: string[] = [];
  for (const { name, timezone, rehearse } of rehearsedHere(context)) {
    const slot = rehearse && previousSlot(rehearse.schedule, timezone, now);
    // The list of all points is long: not where the time alone answers.
    if (slot === undefined || !canTell(slot, now)) continue;
    if (isOverdue(await readRehearsables(context, name), { slot, now })) overdue.push(name);
  }
  return overdue;
}

function firstStep(rehearsal: Rehearsal, context: RunContext): Step {
  return nextStep(rehearsal, { ...circumstancesOf(rehearsal, context), known: {} });
}

function circumstancesOf({ policy: name }: Rehearsal, context: RunContext): { policy?: Policy; now: number } {
  const policy = rehearsedHere(context).find((one) => one.name === name);
  return { now: context.clock.now(), ...(policy && { policy }) };
}

/** Takes every rehearsal as far as it gets now. */
export async function applyRehearse(plan: RehearsePlan, context: RunContext): Promise<RehearseReport> {
  const begun = plan.start ? [{ rehearsal: plan.start.rehearsal, known: knownOf(plan.start) }] : [];
  const all = [...plan.ongoing.map(({ rehearsal }) => ({ rehearsal, known: {} })), ...begun];
  const followed: Followed[] = [];
  for (const [index, { rehearsal, known }] of all.entries()) {
    context.onProgress?.({ step: 'apply', done: index, total: all.length });
    followed.push(await follow(rehearsal, known, context));
  }
  return {
    plan,
    outcomes: followed.flatMap(({ outcomes }) => outcomes),
    judged: followed.flatMap(({ judged }) => judged ?? []),
    waiting: followed.flatMap(({ waiting }) => waiting ?? []),
    isLeft: followed.some(({ isLeft }) => isLeft),
  };
}

/** It has just been looked at: what it is launched with, and that it was not judged. */
function knownOf({ launch }: NonNullable<RehearsePlan['start']>): Known {
  return { isJudged: false, launch: { ok: true, value: launch } };
}

interface Followed {
  readonly outcomes: readonly RehearseOutcome[];
  readonly judged?: Judged;
  readonly waiting?: RehearseReport['waiting'][number];
  readonly isLeft: boolean;
}

async function follow(begun: Rehearsal, learned: Known, context: RunContext): Promise<Followed> {
  const outcomes: RehearseOutcome[] = [];
  let now: Rehearsing = { rehearsal: begun, known: learned };
  let judged: Judged | undefined;
  for (;;) {
    const { rehearsal, known } = now;
    const given = circumstancesOf(rehearsal, context);
    const step = nextStep(rehearsal, { ...given, known });
    const sofar = { outcomes, ...(judged && { judged }) };
    if (step.step === 'done') return { ...sofar, isLeft: false };
    if (step.step === 'wait') return afterWait(step.until, rehearsal, { ...sofar, now: given.now });
    if (step.step === 'judge') {
      const { verdict } = step;
      judged = { rehearsal, verdict };
      now = { rehearsal, known: { ...known, verdict } };
      continue;
    }
    const taken = await takeStep(step, { ...now, ...given }, context);
    if (taken.outcome) outcomes.push(taken.outcome);
    const verdict = taken.known?.verdict;
    if (verdict) judged = { rehearsal, verdict };
    if (taken.stops) return { outcomes, ...(judged && { judged }), isLeft: isInTime(rehearsal, given.now) };
    now = { rehearsal: { ...rehearsal, ...taken.rehearsal }, known: { ...known, ...taken.known } };
  }
}

function isInTime({ deadline }: Rehearsal, now: number): boolean {
  return now < deadline + GRACE;
}

interface Sofar extends Omit<Followed, 'isLeft'> {
  readonly now: number;
}

/** What has not come long after the deadline is told as a failure: the next sweep tries again. */
function afterWait(until: string, rehearsal: Rehearsal, { now, outcomes, judged }: Sofar): Followed {
  const key = rehearsalKey(rehearsal);
  const sofar = judged ? { judged } : {};
  if (isInTime(rehearsal, now))
    return { ...sofar, outcomes, waiting: { rehearsal: key, until }, isLeft: true };
  const error = `left since ${formatInstant(rehearsal.deadline)}, waiting until ${until}`;
  const failed = { action: 'clean-up', id: key, status: 'failed', error, rehearsal: key } as const;
  return { ...sofar, outcomes: [...outcomes, failed], isLeft: false };
}

export function leftOfRehearse({ isLeft }: RehearseReport): Left | undefined {
  return isLeft ? {} : undefined;
}
