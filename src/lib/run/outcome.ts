import type { Action } from '../plan/actions.ts';
import type { LifecycleAction } from '../plan/plan-lifecycle.ts';

export type OutcomeStatus = 'done' | 'already-done' | 'failed' | 'not-attempted';

/** How one action ended. */
export interface Outcome {
  readonly action: Action['action'];
  /** What was made or deleted; the source when nothing was made. */
  readonly id: string;
  readonly status: OutcomeStatus;
  /** Why it failed or was not attempted. */
  readonly error?: string;
  readonly policy: string;
  readonly source: string;
  /** ms since the epoch. */
  readonly slot: number;
  /** Snapshots that were made by it, or deleted with it. */
  readonly snapshots?: readonly string[];
}

/** How one change of a lifecycle policy ended. */
export interface LifecycleOutcome {
  readonly action: LifecycleAction['action'];
  /** The lifecycle policy's id; the policy's name when none was made. */
  readonly id: string;
  /** The policy's name in the file. */
  readonly policy: string;
  readonly status: OutcomeStatus;
  readonly error?: string;
}

export type OutcomeCounts = Readonly<Record<OutcomeStatus, number>>;

export function countOutcomes(outcomes: readonly Pick<Outcome, 'status'>[]): OutcomeCounts {
  const counts = { done: 0, 'already-done': 0, failed: 0, 'not-attempted': 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}

/** A run with one of these has failed. */
export function isFailure({ status }: Pick<Outcome, 'status'>): boolean {
  return status === 'failed' || status === 'not-attempted';
}
