/** Protecting, ageing, sharing and setting aside what was made: read, plan, apply, report. */

import { groupBy } from '../plan/group-by.ts';
import { keptUntilOf } from '../plan/kept-until.ts';
import { planProtect, type ProtectPlan } from '../plan/plan-protect.ts';
import type { PointVerdict } from '../plan/point-verdicts.ts';
import { planPrune, pruneCandidates, retentionVerdicts, type PruneInput } from '../plan/plan-prune.ts';
import { ARCHIVED_AT_LEAST, dueForArchive, type Movable } from '../plan/protect-archive.ts';
import type { ProtectFacts } from '../plan/protect-facts.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { applyActions, type ProtectOutcome } from './apply-protect.ts';
import type { RunContext } from './context.ts';
import { isLeft } from './outcome.ts';
import { requireKnownPolicy, sourceFacts } from './prune.ts';
import { readCopying } from './read-copying.ts';
import { readProtectFacts } from './read-protect.ts';
import { readSafety } from './read-safety.ts';
import { readAllPoints, readAllSources } from './read.ts';
import type { Left } from './rounds.ts';

const DAY = 86_400_000;

export interface ProtectRequest {
  /** Only this policy's points. */
  readonly policy?: string;
  /** How many AMIs somebody has agreed to have disabled, past the guard. */
  readonly accept?: number;
}

export interface ProtectReport {
  readonly plan: ProtectPlan;
  readonly outcomes: readonly ProtectOutcome[];
}

/** Reads and decides; changes nothing. */
export async function planProtectRun(request: ProtectRequest, context: RunContext): Promise<ProtectPlan> {
  const { file, clock, place } = context;
  const { policy, accept } = request;
  requireKnownPolicy(file, policy);
  const [read, sources] = await Promise.all([readAllPoints(context), readAllSources(context)]);
  const input: PruneInput = {
    ...read,
    file,
    place,
    now: clock.now(),
    sources: sourceFacts(sources, file),
    ...(policy !== undefined && { policy }),
  };
  const candidates = pruneCandidates(input);
  const verdicts = await judge(input, candidates, context);
  const facts = await readProtectFacts(context);
  return planProtect({
    file,
    now: input.now,
    place,
    verdicts,
    letGo: new Set(candidates.map(({ id }) => id)),
    facts: { ...facts, ...(await archivable(input, facts, context)) },
    ...(accept !== undefined && { accept }),
  });
}

/** A removal waits for what only AWS knows, as a prune does. What is protected does not: retention alone says what stays. */
async function judge(
  input: PruneInput,
  candidates: readonly RecoveryPoint[],
  context: RunContext,
): Promise<readonly PointVerdict[]> {
  const { file, points } = input;
  const isRemoved = ({ policy }: RecoveryPoint): boolean => hasRemoval(file, policy);
  const removed = points.filter(isRemoved);
  const checks = await readSafety(context, candidates.filter(isRemoved), points);
  return [
    ...planPrune({ ...input, points: removed }, checks).verdicts,
    ...retentionVerdicts({ ...input, points: points.filter((point) => !isRemoved(point)) }),
  ];
}

function hasRemoval({ policies }: PolicyFile, name: string): boolean {
  return policies.some((policy) => policy.name === name && policy.removal);
}

/** Which of the points whose time has come stay long enough, and which are still to be copied. */
async function archivable(
  input: PruneInput,
  facts: Movable,
  context: RunContext,
): Promise<Pick<ProtectFacts, 'staysLong' | 'copying'>> {
  const { file, now, points } = input;
  const after = new Map(file.policies.map(({ name, archiveAfter }) => [name, archiveAfter]));
  const due = points.filter((point) => {
    const age = after.get(point.policy);
    return age !== undefined && dueForArchive(point, age, { ...facts, now });
  });
  if (due.length === 0) return { staysLong: new Set(), copying: new Map() };
  const { copying } = await readCopying(context, due, points);
  return { staysLong: stayingLong(due, input), copying };
}

function stayingLong(due: readonly RecoveryPoint[], input: PruneInput): ReadonlySet<string> {
  const { now, points, sources } = input;
  const horizonDays = ARCHIVED_AT_LEAST / DAY + 1;
  const stays = new Set<string>();
  const keyOf = ({ policy, source }: RecoveryPoint): string => `${policy} ${source}`;
  // What stays for a hold alone is let go when that is taken away.
  const unheld = points.filter(({ copiedFrom }) => !copiedFrom).map(({ hold: _, ...point }) => point);
  const groups = groupBy(unheld, keyOf);
  for (const [key, ofGroup] of groupBy(due, keyOf)) {
    const asked = new Set(ofGroup.map(({ id }) => id));
    const goesOn = sources.has(ofGroup[0]?.source ?? '');
    for (const [id, { gone }] of keptUntilOf(groups.get(key) ?? [], { ...input, horizonDays, goesOn }, asked))
      if (!gone || gone.prunedAt - now >= ARCHIVED_AT_LEAST) stays.add(id);
  }
  return stays;
}

export async function applyProtect(plan: ProtectPlan, context: RunContext): Promise<ProtectReport> {
  return { plan, outcomes: await applyActions(plan.actions, context) };
}

export function leftOfProtect({ outcomes }: ProtectReport): Left | undefined {
  if (!outcomes.some(isLeft)) return undefined;
  return { isIdle: !outcomes.some(({ status }) => status === 'done') };
}
