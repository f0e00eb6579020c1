/** How the backups of a place stand: read, measure, then ask for what is missing, tell the sources and tell the digest. */

import type { LeftAlone } from '../plan/recovery-points.ts';
import { lifecycleErrors, type LifecycleError } from '../plan/plan-lifecycle.ts';
import { likelyRefusals, type Refusal } from '../plan/plan-prune.ts';
import { watchPlace, type PlaceWatch } from '../plan/watch-place.ts';
import { planStatus, type StatusPlan } from '../plan/watch-status.ts';
import type { Place } from '../policy/policy.ts';
import { applyStatus } from './apply-status.ts';
import type { RunContext } from './context.ts';
import { describeError } from '../aws/errors.ts';
import { backsUpHere } from './elsewhere.ts';
import type { WatchOutcome } from './outcome.ts';
import { readLifecyclePolicies } from './policies.ts';
import { decidePrune, sourceFacts } from './prune.ts';
import { readAllPoints, readAllSources, type Sources } from './read.ts';
import type { RecoveryPoints } from '../plan/recovery-points.ts';
import { placeReport, reportBody } from './watch-report.ts';
import type { RunRequest } from './request.ts';

const HOUR = 3_600_000;

export interface WatchPlan {
  readonly place: Place;
  /** ms since the epoch. */
  readonly measuredAt: number;
  readonly watch: PlaceWatch;
  /** false: only copies are made there, and whatever carries the tags of a policy is no source. */
  readonly backsUp: boolean;
  readonly lifecycleErrors: readonly LifecycleError[];
  /** Prunes that the guard refuses as things are. */
  readonly refused: readonly Refusal[];
  /** What carries the deployment's tag and cannot be judged. */
  readonly leftAlone: readonly LeftAlone[];
  /** Slots to ask for again. */
  readonly requests: readonly PlacedRequest[];
  /** Absent where sources are told nothing. */
  readonly status?: StatusPlan;
}

export type PlacedRequest = RunRequest & { readonly place: Place };

export interface WatchReport {
  readonly plan: WatchPlan;
  readonly outcomes: readonly WatchOutcome[];
}

/** Where what a watch run has to say goes. */
export interface WatchPost {
  /** To the queue of `backup`. */
  ask(requests: readonly PlacedRequest[]): Promise<void>;
  /** To the queue of `digest`. */
  report(body: string): Promise<void>;
}

/** Reads and measures; changes nothing. */
export async function planWatchRun(context: RunContext): Promise<WatchPlan> {
  const [points, sources] = await Promise.all([readAllPoints(context), readAllSources(context)]);
  return decideWatch({ points, sources }, context);
}

/** The same on what has been read already. */
export async function decideWatch(
  read: { readonly points: RecoveryPoints; readonly sources: Sources },
  context: RunContext,
): Promise<WatchPlan> {
  const { file, place, clock } = context;
  const { points, sources } = read;
  const backsUp = await backsUpHere(context);
  const usesDlm = backsUp && file.dlmPolicies.length + file.defaultPolicies.length > 0;
  const errors = usesDlm ? lifecycleErrors(await readLifecyclePolicies(context), file) : [];
  const measuredAt = clock.now();
  const selectable = backsUp ? sources : NOTHING;
  const watch = watchPlace({ file, now: measuredAt, ...selectable, points: points.points });
  return {
    place,
    measuredAt,
    watch,
    backsUp,
    lifecycleErrors: errors,
    refused: await refusedPrunes(read, context),
    leftAlone: points.leftAlone,
    requests: requestsOf(watch, place, measuredAt),
    ...(file.feedbackTag && { status: planStatus({ file, watch, lifecycleErrors: errors }) }),
  };
}

const NOTHING: Sources = { instances: [], volumes: [] };

/** What cannot be sent or written is a failed outcome, and the rest goes on. */
export async function applyWatch(
  plan: WatchPlan,
  context: RunContext,
  post: WatchPost,
): Promise<WatchReport> {
  const asked = await askAgain(plan.requests, post);
  const told = plan.status ? await applyStatus(plan.status, context) : [];
  const outcomes = [...asked, ...told];
  const body = reportBody(placeReport(plan, outcomes, context.file));
  return { plan, outcomes: [...outcomes, await sendReport(body, post)] };
}

/**
 * One request a policy whose sources lack the slot that can still be made. The attempt counts the hours since the slot,
 * so that a second watch run of the hour asks for nothing new.
 */
function requestsOf({ running }: PlaceWatch, place: Place, now: number): PlacedRequest[] {
  return running.flatMap(({ policy, slots: { current }, sources }) => {
    if (current === undefined || !sources.some(({ lacksCurrent }) => lacksCurrent)) return [];
    return [
      {
        job: 'backup',
        policy,
        slot: current,
        trigger: 'schedule',
        place,
        round: 1,
        attempt: 1 + Math.floor((now - current) / HOUR),
        idle: 0,
        dryRun: false,
      },
    ];
  });
}

/** Whether points are in use costs calls, so it is asked only where the answer may matter. */
async function refusedPrunes(
  read: { readonly points: RecoveryPoints; readonly sources: Sources },
  context: RunContext,
): Promise<Refusal[]> {
  const { file, place, clock } = context;
  const facts = sourceFacts(read.sources, file);
  const refused: Refusal[] = [];
  for (const { policy } of likelyRefusals({
    ...read.points,
    file,
    place,
    now: clock.now(),
    sources: facts,
  })) {
    refused.push(...(await decidePrune({ policy }, read, context)).refused);
  }
  return refused;
}

async function askAgain(requests: readonly PlacedRequest[], post: WatchPost): Promise<WatchOutcome[]> {
  const outcomes: WatchOutcome[] = [];
  for (const request of requests) {
    const outcome = { action: 'request-backup', id: request.policy ?? '' } as const;
    outcomes.push({ ...outcome, ...(await endOf(() => post.ask([request]))) });
  }
  return outcomes;
}

async function sendReport(body: string, post: WatchPost): Promise<WatchOutcome> {
  return { action: 'send-report', id: 'digest', ...(await endOf(() => post.report(body))) };
}

async function endOf(work: () => Promise<void>): Promise<Pick<WatchOutcome, 'status' | 'error'>> {
  try {
    await work();
    return { status: 'done' };
  } catch (error) {
    return { status: 'failed', error: describeError(error) };
  }
}
