/** What to prune now: one verdict for each recovery point, then the calls that carry the verdicts out. */

import type { Place, PolicyFile } from '../policy/policy.ts';
import type { DeleteAction, Skipped, Warning } from './actions.ts';
import { previousSlot } from '../policy/schedule.ts';
import { allowance, madeLately, refusal, type GuardInput } from './guard.ts';
import { groupBy } from './group-by.ts';
import { compareText } from './order.ts';
import { groupVerdicts, liftsProtection, type PointVerdict, type SourceFacts } from './point-verdicts.ts';
import type { LeftAlone, RecoveryPoint } from './recovery-points.ts';
import { pointWarnings } from './point-warnings.ts';
import { inTwoPhases } from './removal.ts';
import { COPYING_UNCHECKED, pinsOf, UNCHECKED, type SafetyChecks } from './safety.ts';

export interface PruneInput {
  readonly file: PolicyFile;
  readonly now: number;
  readonly place: Place;
  readonly points: readonly RecoveryPoint[];
  readonly leftAlone: readonly LeftAlone[];
  /** Every instance and volume that exists, by id. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** Only this policy's points. */
  readonly policy?: string;
  /** The exact number of points whose deletion was accepted beforehand. */
  readonly accept?: number;
  /** By policy: how many points the earlier rounds of this slot have left to go. */
  readonly budget?: Readonly<Record<string, number>>;
}

export interface Refusal {
  readonly policy: string;
  readonly reason: string;
  /** How many points would be deleted: what `--accept` must name. */
  readonly deletions: number;
}

export interface PrunePlan {
  /** By policy and source, oldest first. */
  readonly actions: readonly DeleteAction[];
  readonly verdicts: readonly PointVerdict[];
  /** Points that would be pruned if it could be known that nobody uses or copies them. */
  readonly unchecked: readonly PointVerdict[];
  readonly refused: readonly Refusal[];
  /** By policy: how many points may go in this slot, this run's included. */
  readonly allowances: ReadonlyMap<string, number>;
  readonly skipped: readonly Skipped[];
  readonly warnings: readonly Warning[];
}

/** Why it is not known whether something is in use, locked or still needed: each a sentence. */
export function uncheckedReasons({ warnings }: Pick<PrunePlan, 'warnings'>): string[] {
  return warnings
    .filter(({ id, policy }) => id === OF_NO_POINT && policy === undefined)
    .map(({ reason }) => reason);
}

/** What stands in the place of a point's id. */
const OF_NO_POINT = 'prune';

/** The points that retention lets go, before anybody is asked whether they are in use. */
export function pruneCandidates(input: PruneInput): readonly RecoveryPoint[] {
  return retentionVerdicts(input)
    .filter(({ verdict }) => verdict.decision === 'prune')
    .map(({ point }) => point);
}

/** Policies that the guard may refuse: none but these, and fewer when some of their points turn out to be in use. */
export function likelyRefusals(input: PruneInput): Refusal[] {
  return guardPolicies(retentionVerdicts(input), input).flatMap(({ refused }) => refused ?? []);
}

/** The whole plan, once the candidates have been looked at. */
export function planPrune(input: PruneInput, checks: SafetyChecks): PrunePlan {
  const { file } = input;
  const pinned = retentionVerdicts(input)
    .map((entry) => pin(entry, file, checks))
    .map((entry) => inTwoPhases(entry, input));
  const guarded = guardPolicies(pinned, input);
  const refused = guarded.flatMap(({ refused: one }) => one ?? []);
  const refusedPolicies = new Map(refused.map(({ policy, reason }) => [policy, reason]));
  const verdicts = pinned.map((entry) => refuse(entry, refusedPolicies));
  return {
    actions: verdicts.filter(({ verdict }) => verdict.decision === 'prune').flatMap(deleteActions),
    verdicts,
    unchecked: verdicts.filter(({ verdict }) => verdict.reasons.some(isUnchecked)),
    refused,
    allowances: new Map(guarded.map(({ policy, allowed }) => [policy, allowed])),
    skipped: input.leftAlone
      .map(({ id, reason }) => ({ id, reason }))
      .sort((a, b) => compareText(a.id, b.id)),
    warnings: [
      ...checks.failures.map((reason) => ({ id: OF_NO_POINT, reason })),
      ...pointWarnings(verdicts, input),
    ],
  };
}

function isUnchecked(reason: string): boolean {
  return reason === UNCHECKED || reason === COPYING_UNCHECKED;
}

/** Every verdict of retention alone, by policy, source and slot, oldest first. */
export function retentionVerdicts({ file, now, place, points, sources, policy }: PruneInput): PointVerdict[] {
  const considered = points.filter((point) => policy === undefined || point.policy === policy);
  return groupVerdicts(considered, { file, now, place, sources }).sort(
    (a, b) =>
      compareText(a.point.policy, b.point.policy) ||
      compareText(a.point.source, b.point.source) ||
      a.point.slot - b.point.slot ||
      compareText(a.point.id, b.point.id),
  );
}

function pin(entry: PointVerdict, file: PolicyFile, checks: SafetyChecks): PointVerdict {
  if (entry.verdict.decision === 'keep') return entry;
  const { deployment } = file;
  const pins = pinsOf(entry.point, { deployment, lifts: liftsProtection(entry.point.policy, file) }, checks);
  return pins.length === 0 ? entry : { ...entry, verdict: { decision: 'keep', reasons: pins } };
}

interface Guarded {
  readonly policy: string;
  readonly allowed: number;
  readonly refused: Refusal | undefined;
}

function guardPolicies(verdicts: readonly PointVerdict[], input: PruneInput): Guarded[] {
  const { budget } = input;
  return [...groupBy(verdicts, ({ point }) => point.policy)].map(([policy, entries]) => {
    const deletions = entries.filter(({ verdict }) => verdict.decision === 'prune').length;
    const left = budget?.[policy];
    const guard = {
      ...guardInput(policy, entries, { ...input, deletions }),
      ...(left !== undefined && { budget: left }),
    };
    const reason = refusal(guard);
    if (reason === undefined) return { policy, allowed: allowance(guard), refused: undefined };
    return { policy, allowed: allowance(guard), refused: { policy, reason, deletions } };
  });
}

/** What the guard is asked of one policy's points, of which so many are to go. */
export function guardInput(
  policy: string,
  entries: readonly PointVerdict[],
  {
    file,
    now,
    accept,
    deletions,
  }: Pick<PruneInput, 'file' | 'now' | 'accept'> & { readonly deletions: number },
): GuardInput {
  // What failed or is pending is no reason to delete more.
  const good = entries.filter(({ point }) => point.state === 'good').map(({ point }) => point.slot);
  return {
    deletions,
    points: entries.length,
    made: madeLately(good, now, lastSlotOf(policy, { file, now })),
    maxShare: file.prune.maxShare,
    ...(accept !== undefined && { accept }),
  };
}

function lastSlotOf(name: string, { file, now }: Pick<PruneInput, 'file' | 'now'>): number | undefined {
  const policy = file.policies.find((candidate) => candidate.name === name);
  return policy && previousSlot(policy.schedule, policy.timezone, now);
}

const REFUSED = 'refused: ';

/** Of a verdict's reason, why the guard refuses the prune of the point's policy; undefined when it is another reason. */
export function refusalOf(reason: string): string | undefined {
  return reason.startsWith(REFUSED) ? reason.slice(REFUSED.length) : undefined;
}

function refuse(entry: PointVerdict, refused: ReadonlyMap<string, string>): PointVerdict {
  const reason = refused.get(entry.point.policy);
  if (reason === undefined || entry.verdict.decision === 'keep') return entry;
  return { ...entry, verdict: { decision: 'keep', reasons: [REFUSED + reason] } };
}

function deleteActions({ point, verdict }: PointVerdict): DeleteAction[] {
  const { policy, source, slot, id: pointId } = point;
  const common = { policy, source, slot, point: pointId, reason: verdict.reasons.join('; ') };
  if (point.imageId !== undefined) {
    const lifting = point.deregistrationProtected ? { liftsProtection: true as const } : {};
    const { imageId: id, snapshotIds: snapshots } = point;
    return [{ ...common, action: 'deregister-image', id, snapshots, ...lifting }];
  }
  return point.snapshotIds.map((id) => ({ ...common, action: 'delete-snapshot', id }));
}
