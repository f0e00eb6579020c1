/** Retention of everything in a place: read, plan, guard, apply, report. */

import { groupBy } from '../plan/group-by.ts';
import {
  planPrune,
  pruneCandidates,
  uncheckedReasons,
  type PruneInput,
  type PrunePlan,
} from '../plan/plan-prune.ts';
import type { SourceFacts } from '../plan/point-verdicts.ts';
import type { RecoveryPoints } from '../plan/recovery-points.ts';
import { COPYING_UNCHECKED, UNCHECKED } from '../plan/safety.ts';
import { factsOf } from '../plan/source-facts.ts';
import { keepingPolicies, type PolicyFile } from '../policy/policy.ts';
import { didYouMean } from '../policy/suggest.ts';
import { applyDelete } from './apply-delete.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError } from './errors.ts';
import { isLeft, type Outcome } from './outcome.ts';
import type { Left } from './rounds.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';
import { readSafety } from './read-safety.ts';
import { readAllPoints, readAllSources, type Sources } from './read.ts';

export interface PruneRequest {
  /** Only this policy's points. */
  readonly policy?: string;
  /** How many points somebody has agreed to delete, past the guard. */
  readonly accept?: number;
  /** By policy: how many points the earlier rounds of this slot have left to go. */
  readonly budget?: Readonly<Record<string, number>>;
}

export interface PruneReport {
  readonly plan: PrunePlan;
  readonly outcomes: readonly Outcome[];
}

/** Reads and decides; changes nothing. */
export async function planPruneRun(request: PruneRequest, context: RunContext): Promise<PrunePlan> {
  requireKnownPolicy(context.file, request.policy);
  const [points, sources] = await Promise.all([readAllPoints(context), readAllSources(context)]);
  return decidePrune(request, { points, sources }, context);
}

/** The same decision on what has been read already. */
export async function decidePrune(
  request: PruneRequest,
  read: { readonly points: RecoveryPoints; readonly sources: Sources },
  context: RunContext,
): Promise<PrunePlan> {
  const input: PruneInput = {
    ...request,
    ...read.points,
    file: context.file,
    now: context.clock.now(),
    place: context.place,
    sources: sourceFacts(read.sources, context.file),
  };
  return planPrune(input, await readSafety(context, pruneCandidates(input), input.points));
}

export async function applyPrune(plan: PrunePlan, context: RunContext): Promise<PruneReport> {
  const causes = uncheckedReasons(plan);
  const unchecked = plan.unchecked.map(({ point, verdict }): Outcome => ({
    action: point.imageId === undefined ? 'delete-snapshot' : 'deregister-image',
    id: point.id,
    policy: point.policy,
    source: point.source,
    slot: point.slot,
    status: 'not-attempted',
    error: `whether it is ${unknownOf(verdict.reasons)} could not be checked: ${causes.join('; ')}`,
  }));
  const outcomes = await applyDelete(plan.actions, context);
  await untilListsAreTrue(outcomes, context);
  return { plan, outcomes: [...outcomes, ...unchecked] };
}

function unknownOf(reasons: readonly string[]): string {
  const unknown = [UNCHECKED, COPYING_UNCHECKED].filter((reason) => reasons.includes(reason));
  return unknown.map((reason) => reason.replace(/:.*$/, '')).join(' or ');
}

/** The next round counts what there is to delete: what this one has deleted must not be among it. */
async function untilListsAreTrue(
  outcomes: readonly Outcome[],
  { clock, deadline }: RunContext,
): Promise<void> {
  const goesOn = deadline !== undefined && outcomes.some(isLeft);
  if (goesOn && outcomes.some(({ status }) => status === 'done')) await clock.sleep(READS_TRUSTWORTHY_AFTER);
}

/**
 * What a later round has to do, if anything, with what it may delete of each policy: the allowance less what is gone. A
 * policy that was refused is not among them, as it has lost nothing.
 */
export function leftOfPrune({ plan, outcomes }: PruneReport): Left | undefined {
  if (!outcomes.some(isLeft)) return undefined;
  const pointOf = new Map(plan.actions.map(({ id, point }) => [id, point]));
  const isGone = ({ status }: Outcome): boolean => status === 'done' || status === 'already-done';
  const unfinished = new Set(
    outcomes.filter((one) => !isGone(one)).flatMap(({ id }) => pointOf.get(id) ?? []),
  );
  const gone = groupBy(outcomes.filter(isGone), ({ policy }) => policy);
  const refused = new Set(plan.refused.map(({ policy }) => policy));
  const budget = Object.fromEntries(
    [...plan.allowances]
      .filter(([policy]) => !refused.has(policy))
      .map(([policy, allowed]) => {
        const points = new Set((gone.get(policy) ?? []).flatMap(({ id }) => pointOf.get(id) ?? []));
        const whole = [...points].filter((point) => !unfinished.has(point));
        return [policy, Math.max(0, allowed - whole.length)];
      }),
  );
  return { budget, isIdle: gone.size === 0 };
}

export async function runPrune(request: PruneRequest, context: RunContext): Promise<PruneReport> {
  return applyPrune(await planPruneRun(request, context), context);
}

/** Existing sources with what their own tags say of retention; a terminated instance is gone. */
export function sourceFacts(
  { instances, volumes }: Sources,
  file: PolicyFile,
): ReadonlyMap<string, SourceFacts> {
  const alive = instances.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  return new Map([
    ...alive.map((instance) => [instance.id, factsOf(instance, 'instance', file)] as const),
    ...volumes.map((volume) => [volume.id, factsOf(volume, 'volume', file)] as const),
  ]);
}

/** A ConfigurationError for a policy whose backups nobody keeps by the file; it suggests one. */
export function requireKnownPolicy(file: PolicyFile, name: string | undefined): void {
  const names = keepingPolicies(file).map((policy) => policy.name);
  if (name === undefined || names.includes(name)) return;
  throw new ConfigurationError(
    `policy ${JSON.stringify(name)} is not in the policy file${didYouMean(name, names)}; what such a policy made is kept`,
  );
}
