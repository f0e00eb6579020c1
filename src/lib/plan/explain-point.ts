/** Why a recovery point is there, and until when. Pure: the verdict is that of `plan`, the future that of keptUntil. */

import { samePlace } from '../policy/places.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { nextSlot, slotsBetween } from '../policy/schedule.ts';
import { copyRulesOf } from './copy-rules.ts';
import { keptUntil } from './kept-until.ts';
import { liftsProtection, rulesOfGroup, type PointVerdict, type VerdictInput } from './point-verdicts.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { counts, keepsEverything } from './retention.ts';
import { lockReason, pinsOf, visiblePins, type SafetyChecks } from './safety.ts';

const DAY = 86_400_000;
/** How far ahead is looked, in days: ten years, less where that would judge so many points that it takes over half a minute. */
const FURTHEST = 3653;
const NEAREST = 60;
const MOST_JUDGED = 8_000_000;

/** Where the source of a point is, as far as can be told from its place. */
export type SourceOfPoint = 'asks' | 'asks no more' | 'gone' | 'elsewhere';

export interface PointStory {
  /** What was asked for: the point's own id, or that of one of its snapshots. */
  readonly asked: string;
  readonly entry: PointVerdict;
  readonly policyStands: 'runs' | 'left to DLM' | 'retired' | 'not in the file';
  readonly source: SourceOfPoint;
  /** Who holds, locks, uses or copies it now, whatever retention says. */
  readonly pins: readonly string[];
  /** The tag by which somebody holds a recovery point, such as `Backup:Hold`. */
  readonly holdTag: string;
  /** Where the guard refuses the prune: what `--accept` must name. */
  readonly deletions?: number;
  /** What could not be asked. */
  readonly failures: readonly string[];
  readonly until: Until;
  /** Its snapshots that are in the archive; absent where that could not be read. */
  readonly archived?: readonly string[];
  /** For so long (ms) its AMI is disabled before it is deregistered. */
  readonly disableFor?: number;
}

/** Times in ms since the epoch. */
export type Until =
  /** The next run of prune deletes it; absent when prune never runs again. */
  | { readonly kind: 'goes'; readonly prunedAt?: number }
  | {
      readonly kind: 'until';
      readonly prunedAt: number;
      readonly slot?: number;
      /** Why it is kept last; empty: no rule keeps it today. */
      readonly reasons: readonly string[];
    }
  /** Nothing but somebody's doing, or an edit of the policy file, lets go of it. */
  | { readonly kind: 'stays'; readonly because: string }
  /** Still kept after so many days. */
  | { readonly kind: 'beyond'; readonly days: number; readonly reasons: readonly string[] };

export interface PointQuestion extends VerdictInput {
  readonly asked: string;
  /** As `plan` judges it. */
  readonly entry: PointVerdict;
  /** All recovery points of the place. */
  readonly points: readonly RecoveryPoint[];
  /** Of the point itself, be it a candidate for prune or not. */
  readonly checks: SafetyChecks;
  readonly archived?: readonly string[];
  readonly deletions?: number;
  /** Whether its source exists and asks for its policy here. */
  readonly goesOn: boolean;
}

export function pointStory(question: PointQuestion): PointStory {
  const { asked, entry, file, checks, archived, deletions } = question;
  const { point } = entry;
  const lifts = liftsProtection(point.policy, file);
  const removal = file.policies.find(({ name }) => name === point.policy)?.removal;
  return {
    asked,
    entry,
    policyStands: policyStands(point.policy, file),
    source: sourceOf(question),
    pins: pinsOf(point, { deployment: file.deployment, lifts }, checks),
    holdTag: `${file.optInTag}:Hold`,
    ...(deletions !== undefined && { deletions }),
    failures: checks.failures,
    until: untilOf(question),
    ...(archived && { archived }),
    ...(removal && point.imageId !== undefined && { disableFor: removal.disableFor }),
  };
}

/** The point that an id is of: its own, its AMI's or one of its snapshots'. */
export function pointWith(points: readonly RecoveryPoint[], id: string): RecoveryPoint | undefined {
  return (
    points.find((point) => point.id === id || point.imageId === id) ??
    points.find(({ snapshotIds, foreignSnapshots }) => {
      return snapshotIds.includes(id) && !foreignSnapshots.includes(id);
    })
  );
}

function policyStands(name: string, file: PolicyFile): PointStory['policyStands'] {
  const has = (policies: readonly { readonly name: string }[]): boolean =>
    policies.some((policy) => policy.name === name);
  if (has(file.policies)) return 'runs';
  if (has(file.dlmPolicies)) return 'left to DLM';
  return has(file.retired) ? 'retired' : 'not in the file';
}

function sourceOf({ entry: { point }, sources, goesOn }: PointQuestion): SourceOfPoint {
  if (point.copiedFrom) return 'elsewhere';
  if (!sources.has(point.source)) return 'gone';
  return goesOn ? 'asks' : 'asks no more';
}

function untilOf(question: PointQuestion): Until {
  const { entry, file, now } = question;
  const { point, verdict } = entry;
  if (verdict.decision === 'prune') {
    const prunedAt = nextSlot(file.prune.schedule, file.timezone, now);
    return { kind: 'goes', ...(prunedAt !== undefined && { prunedAt }) };
  }
  const group = groupOf(question);
  const goesOn = backupsGoOn(question);
  const days = horizonOf(group.length, question);
  const { reasons, gone } = keptUntil({ ...question, point, group, goesOn, horizonDays: days });
  if (gone) return lockedUntil(gone.prunedAt, question) ?? { kind: 'until', ...gone, reasons };
  const because = whyForEver(question, group, goesOn);
  return because === undefined ? { kind: 'beyond', days, reasons } : { kind: 'stays', because };
}

/** When no rule keeps it any more but a lock does: with the first run of prune after that. A lock without an end is told beside. */
function lockedUntil(prunedAt: number, { entry: { point }, checks, file }: PointQuestion): Until | undefined {
  const end = Math.max(...point.snapshotIds.map((id) => checks.locks?.get(id) ?? 0));
  if (end < prunedAt) return undefined;
  const later = nextSlot(file.prune.schedule, file.timezone, end);
  return later === undefined ? undefined : { kind: 'until', prunedAt: later, reasons: [lockReason(end)] };
}

/** Every run of prune judges the whole group. */
function horizonOf(points: number, { file, now }: PointQuestion): number {
  const runs = [...slotsBetween(file.prune.schedule, file.timezone, now, now + 7 * DAY)].length;
  const judgedADay = (points * Math.max(1, runs)) / 7;
  return Math.min(FURTHEST, Math.max(NEAREST, Math.floor(MOST_JUDGED / judgedADay)));
}

/** Undefined where time may still let go of it. */
function whyForEver(
  question: PointQuestion,
  group: readonly RecoveryPoint[],
  goesOn: boolean,
): string | undefined {
  const { entry, file } = question;
  const { point } = entry;
  const pins = visiblePins(point, { lifts: liftsProtection(point.policy, file) });
  if (pins.length > 0) return pins.join('; ');
  if (point.state === 'incomplete' || (point.state === 'disabled' && !counts(point)))
    return `it is ${point.state}${point.detail === undefined ? '' : ` (${point.detail})`}, which is somebody's doing`;
  const rules = rulesOfGroup(group, question);
  if ('reason' in rules) return rules.reason;
  return goesOn && keepsEverything(rules) ? 'no rules: its policy keeps everything' : undefined;
}

/** Points are judged with those of their policy and source, made here or copied from the same place. */
function groupOf({ points, entry: { point } }: PointQuestion): readonly RecoveryPoint[] {
  return points.filter(
    ({ policy, source, copiedFrom }) =>
      policy === point.policy && source === point.source && isSameOrigin(copiedFrom, point.copiedFrom),
  );
}

function isSameOrigin(a: RecoveryPoint['copiedFrom'], b: RecoveryPoint['copiedFrom']): boolean {
  return a && b ? samePlace(a.place, b.place) : a === b;
}

/** Of a copy it is not known here whether its source still exists; as long as it is copied, more come. */
function backupsGoOn({ entry: { point }, file, place, goesOn }: PointQuestion): boolean {
  const { copiedFrom, policy } = point;
  if (!copiedFrom) return goesOn;
  const isCopied = copyRulesOf(file, policy, { from: copiedFrom.place, to: place }) !== undefined;
  return isCopied && file.policies.some(({ name }) => name === policy);
}
