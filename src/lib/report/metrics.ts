/** The metrics by which alarms and the dashboard see the runs, as data, and what each run has to say in them. Pure. */

import { identityKey } from '../plan/identity.ts';
import type { Place } from '../policy/policy.ts';
import { isFailure, isLeft, type LifecycleOutcome, type Outcome } from '../run/outcome.ts';
import { JOBS, type Job } from '../run/request.ts';

export type Dimension = 'deployment' | 'policy' | 'account' | 'region';

export interface MetricRow {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
  readonly dimensions: readonly Dimension[];
  /** The runs that send it. */
  readonly jobs: readonly Job[];
  /** It is only sent when there is something: a metric is paid for by the hour in which it is sent. */
  readonly ifNotZero?: true;
}

const WHOLE = ['deployment'] as const;
const OF_PLACE = ['deployment', 'account', 'region'] as const;
const OF_POLICY = ['deployment', 'policy'] as const;
const OF_BOTH = ['deployment', 'policy', 'account', 'region'] as const;
const WATCH = ['watch'] as const;

/**
 * Every metric with every set of dimensions it is sent with. Those of the whole deployment are sent by each of their runs, also
 * when they are 0, so that an alarm on them has data.
 */
export const METRICS = [
  { name: 'FailedRuns', unit: 'Count', dimensions: WHOLE, jobs: JOBS },
  {
    name: 'ExhaustedRounds',
    unit: 'Count',
    dimensions: WHOLE,
    jobs: ['backup', 'replicate', 'prune', 'register-policies', 'rehearse', 'protect'],
  },
  { name: 'MissedSlots', unit: 'Count', dimensions: WHOLE, jobs: ['backup', 'watch'] },
  { name: 'RefusedPrunes', unit: 'Count', dimensions: WHOLE, jobs: ['prune', 'protect', 'watch'] },
  { name: 'LifecycleErrors', unit: 'Count', dimensions: WHOLE, jobs: ['register-policies', 'watch'] },
  { name: 'CopiesBehind', unit: 'Count', dimensions: WHOLE, jobs: ['replicate'] },
  { name: 'FailedCopies', unit: 'Count', dimensions: WHOLE, jobs: ['replicate'] },
  { name: 'FailedRehearsals', unit: 'Count', dimensions: WHOLE, jobs: ['rehearse'] },
  { name: 'OverdueRehearsals', unit: 'Count', dimensions: WHOLE, jobs: ['rehearse'] },
  { name: 'FailedHooks', unit: 'Count', dimensions: WHOLE, jobs: ['backup'], ifNotZero: true },
  { name: 'Rehearsed', unit: 'Count', dimensions: OF_POLICY, jobs: ['rehearse'], ifNotZero: true },
  { name: 'StaleSources', unit: 'Count', dimensions: WHOLE, jobs: WATCH },
  { name: 'NeverBackedUp', unit: 'Count', dimensions: WHOLE, jobs: WATCH },
  { name: 'FailedPoints', unit: 'Count', dimensions: WHOLE, jobs: WATCH },
  { name: 'LongPendingPoints', unit: 'Count', dimensions: WHOLE, jobs: WATCH },
  { name: 'Watched', unit: 'Count', dimensions: OF_PLACE, jobs: WATCH },
  { name: 'CopiesBehind', unit: 'Count', dimensions: OF_PLACE, jobs: ['replicate'] },
  { name: 'FailedCopies', unit: 'Count', dimensions: OF_PLACE, jobs: ['replicate'] },
  { name: 'SelectedSources', unit: 'Count', dimensions: OF_POLICY, jobs: WATCH },
  { name: 'SelectedSources', unit: 'Count', dimensions: OF_BOTH, jobs: WATCH },
  { name: 'NeverBackedUp', unit: 'Count', dimensions: OF_BOTH, jobs: WATCH, ifNotZero: true },
  { name: 'StaleSources', unit: 'Count', dimensions: OF_BOTH, jobs: WATCH, ifNotZero: true },
  { name: 'OldestAge', unit: 'Seconds', dimensions: OF_BOTH, jobs: WATCH },
  { name: 'FailedPoints', unit: 'Count', dimensions: OF_BOTH, jobs: WATCH, ifNotZero: true },
  { name: 'LongPendingPoints', unit: 'Count', dimensions: OF_BOTH, jobs: WATCH, ifNotZero: true },
  { name: 'MissedSlots', unit: 'Count', dimensions: OF_BOTH, jobs: WATCH, ifNotZero: true },
  { name: 'Leftovers', unit: 'Count', dimensions: OF_BOTH, jobs: WATCH, ifNotZero: true },
  { name: 'BackupsMade', unit: 'Count', dimensions: OF_BOTH, jobs: ['backup'] },
  { name: 'BackupsFailed', unit: 'Count', dimensions: OF_BOTH, jobs: ['backup'] },
  { name: 'PointsPruned', unit: 'Count', dimensions: OF_BOTH, jobs: ['prune'] },
] as const satisfies readonly MetricRow[];

export type MetricName = (typeof METRICS)[number]['name'];

/** One value, ready to be written. */
export interface MetricRecord {
  readonly name: MetricName;
  readonly value: number;
  readonly unit: MetricRow['unit'];
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Where a run ran. */
export interface MetricScope {
  readonly deployment: string;
  readonly place: Place;
}

export interface BackupEnd {
  readonly policy: string;
  readonly outcomes: readonly Outcome[];
  /** The slot was overtaken, or too old: nothing was made. */
  readonly missed?: boolean;
  /** It was the last round, and something was still left. */
  readonly exhausted?: boolean;
}

export function backupMetrics({ deployment, place }: MetricScope, end: BackupEnd): MetricRecord[] {
  const { policy, outcomes, missed = false, exhausted = false } = end;
  const both = { deployment, policy, ...dimensionsOf(place) };
  const failed = failuresOf(end).length;
  // Only what hooks come to is told besides how a backup ended.
  const unsure = outcomes.filter(({ warning }) => warning !== undefined).length;
  return [
    metric('BackupsMade', outcomes.filter(({ status }) => status === 'done').length, both),
    metric('BackupsFailed', failed, both),
    ...(unsure > 0 ? [metric('FailedHooks', unsure, { deployment })] : []),
    failedRuns(deployment, failed > 0),
    metric('MissedSlots', Number(missed), { deployment }),
    metric('ExhaustedRounds', Number(exhausted), { deployment }),
  ];
}

export interface PruneEnd {
  readonly outcomes: readonly Outcome[];
  /** Policies that the guard refused. */
  readonly refused: readonly unknown[];
  readonly exhausted?: boolean;
}

export function pruneMetrics({ deployment, place }: MetricScope, end: PruneEnd): MetricRecord[] {
  const { outcomes, refused, exhausted = false } = end;
  return [
    ...Array.from(prunedByPolicy(outcomes), ([policy, points]) =>
      metric('PointsPruned', points.size, { deployment, policy, ...dimensionsOf(place) }),
    ),
    failedRuns(deployment, failuresOf(end).length > 0),
    metric('RefusedPrunes', refused.length, { deployment }),
    metric('ExhaustedRounds', Number(exhausted), { deployment }),
  ];
}

export interface ReplicateEnd {
  readonly outcomes: readonly Outcome[];
  /** Points that should have been at the destination for a day. */
  readonly behind: number;
  /** Copies that failed and have not been cleaned away. */
  readonly failedCopies: number;
  /** Places that could not be read. */
  readonly errors: readonly unknown[];
  readonly exhausted?: boolean;
}

export function replicateMetrics({ deployment, place }: MetricScope, end: ReplicateEnd): MetricRecord[] {
  const { behind, failedCopies, errors, exhausted = false } = end;
  const ofPlace = { deployment, ...dimensionsOf(place) };
  return [
    metric('CopiesBehind', behind, { deployment }),
    metric('CopiesBehind', behind, ofPlace),
    metric('FailedCopies', failedCopies, { deployment }),
    metric('FailedCopies', failedCopies, ofPlace),
    failedRuns(deployment, errors.length > 0 || failuresOf(end).length > 0),
    metric('ExhaustedRounds', Number(exhausted), { deployment }),
  ];
}

export interface RegisterEnd {
  readonly outcomes: readonly LifecycleOutcome[];
  /** Policies that need somebody's word. */
  readonly refused: readonly unknown[];
  /** Lifecycle policies in ERROR. */
  readonly errors: readonly unknown[];
  readonly exhausted?: boolean;
}

export function registerMetrics(
  { deployment }: Pick<MetricScope, 'deployment'>,
  end: RegisterEnd,
): MetricRecord[] {
  return [
    failedRuns(deployment, end.refused.length > 0 || failuresOf(end).length > 0),
    metric('LifecycleErrors', end.errors.length, { deployment }),
    metric('ExhaustedRounds', Number(end.exhausted ?? false), { deployment }),
  ];
}

/** Of a run of any job; also of one that threw before it had anything else to say. */
export function failedRuns(deployment: string, failed: boolean): MetricRecord {
  return metric('FailedRuns', Number(failed), { deployment });
}

export function metric(
  name: MetricName,
  value: number,
  dimensions: Partial<Readonly<Record<Dimension, string>>>,
): MetricRecord {
  const unit = METRICS.find((row) => row.name === name)?.unit ?? 'Count';
  return { name, value, unit, dimensions };
}

interface Ended<T> {
  readonly outcomes: readonly T[];
  readonly exhausted?: boolean;
}

/** What is left for a later round has not failed, unless there is none. */
function failuresOf<T extends Pick<Outcome, 'status'>>({ outcomes, exhausted = false }: Ended<T>): T[] {
  return outcomes.filter((outcome) => isFailure(outcome) && (exhausted || !isLeft(outcome)));
}

/** A set of several snapshots is one point, whatever number of calls deleted it. */
function prunedByPolicy(outcomes: readonly Outcome[]): ReadonlyMap<string, ReadonlySet<string>> {
  const pruned = new Map<string, Set<string>>();
  for (const outcome of outcomes) {
    if (outcome.status !== 'done') continue;
    const points = pruned.get(outcome.policy) ?? new Set();
    pruned.set(outcome.policy, points.add(identityKey(outcome)));
  }
  return pruned;
}

export function dimensionsOf({ account, region }: Place): Readonly<Record<'account' | 'region', string>> {
  return { account, region };
}
