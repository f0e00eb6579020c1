import type { Action } from '../plan/actions.ts';

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

export type OutcomeCounts = Readonly<Record<OutcomeStatus, number>>;

export function countOutcomes(outcomes: readonly Outcome[]): OutcomeCounts {
  const counts = { done: 0, 'already-done': 0, failed: 0, 'not-attempted': 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}

/** A run with one of these has failed. */
export function isFailure({ status }: Outcome): boolean {
  return status === 'failed' || status === 'not-attempted';
}
