/** Retention of all points: grouped by policy and source, judged by the rules that hold for the group today. */

import { parseKeep } from '../policy/keep.ts';
import { keepingPolicies, type Place, type PolicyFile, type RetiredPolicy } from '../policy/policy.ts';
import { previousSlot } from '../policy/schedule.ts';
import { copyRulesOf, inOrderMade, newestOf, rememberedKeep, type Override } from './copy-rules.ts';
import { groupBy } from './group-by.ts';
import type { CopiedFrom } from './marks.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { counts, keepsEverything, retain, type RetentionRules, type Verdict } from './retention.ts';
import { visiblePins } from './safety.ts';

const DAY = 86_400_000;

export interface PointVerdict {
  readonly point: RecoveryPoint;
  readonly verdict: Verdict;
}

export interface SourceFacts {
  /** Its `Backup:Keep`, as written. */
  readonly keep?: string;
  /** A tag of it that cannot be understood: while there is one, nothing of the source is pruned. */
  readonly problem?: string;
}

export interface VerdictInput {
  readonly file: PolicyFile;
  readonly now: number;
  /** Where the points are. */
  readonly place: Place;
  /** Every instance and volume that exists, by id. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
}

/** One verdict a point. Points that stay for a reason of their own carry it beside those of the rules. */
export function groupVerdicts(points: readonly RecoveryPoint[], input: VerdictInput): PointVerdict[] {
  const judged: PointVerdict[] = [];
  // One key after the other: a key put together for each of a million points costs more than their verdicts.
  for (const [policy, ofPolicy] of groupBy(points, ({ policy: name }) => name)) {
    const openSlot = openSlotOf(policy, input);
    const lifts = liftsProtection(policy, input.file);
    for (const group of groupBy(ofPolicy, groupKey).values()) {
      for (const entry of judgeGroup(group, input))
        judged.push(withVisiblePins(whileOpen(entry, openSlot), lifts));
    }
  }
  return judged;
}

/** Whether prunes of a policy lift the deregistration protection of what they delete: it says so, or that there is to be none. */
export function liftsProtection(name: string, { policies, retired }: PolicyFile): boolean {
  return [...policies, ...retired].find((policy) => policy.name === name)?.protect !== undefined;
}

/** Copies are kept apart from what was made here, and by where they come from. */
export function groupKey({ source, copiedFrom }: RecoveryPoint): string {
  if (!copiedFrom) return source;
  const { account, region } = copiedFrom.place;
  return `${source} ${account} ${region}`;
}

/** The slot of a policy that runs can still be asked for: it is the last one, and its day is not over. */
function openSlotOf(name: string, { file, now }: VerdictInput): number | undefined {
  const policy = file.policies.find((one) => one.name === name);
  const slot = policy && previousSlot(policy.schedule, policy.timezone, now);
  return slot !== undefined && now - slot <= DAY ? slot : undefined;
}

/** A backup by hand may outdo that of the slot. It stays all the same: a request that comes again would make it anew. */
function whileOpen(entry: PointVerdict, openSlot: number | undefined): PointVerdict {
  const { point, verdict } = entry;
  const isOutdone = point.slot === openSlot && point.state === 'good' && verdict.decision === 'prune';
  if (!isOutdone || verdict === PRUNE_DUPLICATE) return entry;
  return { point, verdict: { decision: 'keep', reasons: ['slot not over'] } };
}

function judgeGroup(group: readonly RecoveryPoint[], input: VerdictInput): PointVerdict[] {
  const [first] = group;
  if (!first) return [];
  const found = rulesOfGroup(group, input);
  if ('reason' in found) return keepAll(group, found.reason);
  const rules: RetentionRules = { ...found, now: input.now, source: first.source };
  const judged = judgeBy(rules, group);
  return group.some(({ disowned }) => disowned) ? spareDisowned(judged, group, rules) : judged;
}

function judgeBy(rules: RetentionRules, group: readonly RecoveryPoint[]): PointVerdict[] {
  const { unique, duplicates } = separateDuplicates(group, rules);
  const verdicts = retain(unique, rules);
  const judged: PointVerdict[] = [];
  unique.forEach((point, index) => {
    const verdict = verdicts[index];
    if (verdict) judged.push({ point, verdict });
  });
  for (const point of duplicates) judged.push({ point, verdict: PRUNE_DUPLICATE });
  return judged;
}

/**
 * What VSS disowns goes no sooner than it would if it were good: whoever may tag it could else have the last backup deleted
 * that there is. The others are judged without it.
 */
function spareDisowned(
  judged: readonly PointVerdict[],
  group: readonly RecoveryPoint[],
  rules: RetentionRules,
): PointVerdict[] {
  const asIfGood = group.map((point): RecoveryPoint =>
    point.disowned ? { ...point, state: 'good' } : point,
  );
  const verdicts = new Map(judgeBy(rules, asIfGood).map(({ point, verdict }) => [point.id, verdict]));
  return judged.map(({ point, verdict }) => {
    const isSpared = point.disowned && verdicts.get(point.id)?.decision !== 'prune';
    return { point, verdict: isSpared && verdict.decision === 'prune' ? KEEP_DISOWNED : verdict };
  });
}

const KEEP_DISOWNED: Verdict = { decision: 'keep', reasons: ['not application-consistent'] };

/** The rules that hold for a group, or why all of it is kept. */
type GroupRules = Omit<RetentionRules, 'now' | 'source'> | { readonly reason: string };

/** Of points of one policy and source, made here or copied from one other place; an empty group has none. */
export function rulesOfGroup(group: readonly RecoveryPoint[], input: VerdictInput): GroupRules {
  const [first] = group;
  const policy = first && findPolicy(input.file, first.policy);
  if (!policy) return { reason: `policy ${first?.policy ?? ''} not in the file` };
  return first.copiedFrom
    ? rulesOfCopies(group, first.copiedFrom, input)
    : rulesOfSource(group, policy, input);
}

function rulesOfSource(group: readonly RecoveryPoint[], policy: Rules, input: VerdictInput): GroupRules {
  const { file, sources } = input;
  const problem = sources.get(group[0]?.source ?? '')?.problem;
  if (problem !== undefined) return { reason: `bad ${file.optInTag}: ${problem}` };
  const override = keepOverride(group, sources);
  if (override && !override.ok) return badKeep(file, override.problem);
  const { timezone } = policy;
  return { keep: override?.value ?? policy.keep, timezone, released: isReleased(group, policy, input) };
}

/** Whether their source still exists is not known here, and means nothing: copies have rules of their own. */
function rulesOfCopies(
  group: readonly RecoveryPoint[],
  { place: from }: CopiedFrom,
  { file, place: to }: VerdictInput,
): GroupRules {
  const rules = copyRulesOf(file, group[0]?.policy ?? '', { from, to });
  if (!rules) return { reason: `copies to ${to.account}/${to.region} not in the file` };
  const override = rememberedKeep(group, rules);
  if (override && !override.ok) return badKeep(file, override.problem);
  return { keep: override?.value ?? rules.keep, timezone: rules.timezone };
}

function badKeep({ optInTag }: PolicyFile, problem: string): GroupRules {
  return { reason: `bad ${optInTag}:Keep: ${problem}` };
}

const PRUNE_DUPLICATE: Verdict = { decision: 'prune', reasons: ['duplicate of slot'] };

type Rules = Pick<RetiredPolicy, 'keep' | 'timezone' | 'releaseAfterSourceGone'>;

function findPolicy(file: PolicyFile, name: string): Rules | undefined {
  return keepingPolicies(file).find((policy) => policy.name === name);
}

/** The source's own tag; of a gone source, the tag that its newest point remembers. */
function keepOverride(
  group: readonly RecoveryPoint[],
  sources: ReadonlyMap<string, SourceFacts>,
): Override | undefined {
  const source = sources.get(group[0]?.source ?? '');
  const text = source ? source.keep : newestOf(group)?.keep;
  return text === undefined ? undefined : parseKeep(text);
}

function keepAll(group: readonly RecoveryPoint[], reason: string): PointVerdict[] {
  return group.map((point) => ({ point, verdict: { decision: 'keep', reasons: [reason] } }));
}

interface Separated {
  readonly unique: readonly RecoveryPoint[];
  readonly duplicates: readonly RecoveryPoint[];
}

/** Of several good points of one slot the first made counts. Those of the future are kept, all of them. */
function separateDuplicates(group: readonly RecoveryPoint[], rules: RetentionRules): Separated {
  if (keepsEverything(rules) || !hasTwoOfASlot(group)) return { unique: group, duplicates: [] };
  const slots = new Set<number>();
  const unique: RecoveryPoint[] = [];
  const duplicates: RecoveryPoint[] = [];
  for (const point of inOrderMade(group)) {
    const isCounted = counts(point) && point.slot <= rules.now;
    if (isCounted && slots.has(point.slot)) duplicates.push(point);
    else unique.push(point);
    if (isCounted) slots.add(point.slot);
  }
  return { unique, duplicates };
}

function hasTwoOfASlot(group: readonly RecoveryPoint[]): boolean {
  return new Set(group.map(({ slot }) => slot)).size < group.length;
}

function isReleased(
  points: readonly RecoveryPoint[],
  policy: Rules,
  { sources, now }: VerdictInput,
): boolean {
  const [first] = points;
  if (!first || policy.releaseAfterSourceGone === undefined || sources.has(first.source)) return false;
  const newest = points.reduce((latest, point) => (counts(point) ? Math.max(latest, point.slot) : latest), 0);
  return now - newest > policy.releaseAfterSourceGone;
}

function withVisiblePins(entry: PointVerdict, lifts: boolean): PointVerdict {
  const { point, verdict } = entry;
  const pins = visiblePins(point, { lifts });
  if (pins.length === 0) return entry;
  const reasons = verdict.decision === 'keep' ? [...verdict.reasons, ...pins] : pins;
  return { point, verdict: { decision: 'keep', reasons } };
}
