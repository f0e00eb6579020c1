import type { Action } from '../plan/actions.ts';
import type { BackupIdentity } from '../plan/identity.ts';
import type { LifecycleAction } from '../plan/plan-lifecycle.ts';

/**
 * `not-attempted`: something that must come first failed. `postponed`: there was no time, or EC2 was busy, and it may be
 * done later. `unknown`: the call had no answer, and only EC2's lists will tell whether it was done.
 */
export type OutcomeStatus = 'done' | 'already-done' | 'failed' | 'not-attempted' | 'postponed' | 'unknown';

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
  /** What somebody should know of it, however it ended. */
  readonly warning?: string;
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

/** How one thing that `watch` or `digest` does ended. */
export interface WatchOutcome {
  readonly action: 'request-backup' | 'tag-status' | 'send-report' | 'publish-digest' | 'delete-report';
  /** The policy that was asked for, the source that was to be tagged, or where it was sent. */
  readonly id: string;
  readonly status: OutcomeStatus;
  readonly error?: string;
}

/** What an outcome says of its action, however that ended. */
export function basicsOf<A extends string>({ action, id, policy, source, slot }: Basics<A>): Basics<A> {
  return { action, id, policy, source, slot };
}

interface Basics<A extends string> extends BackupIdentity {
  readonly action: A;
  readonly id: string;
}

export type OutcomeCounts = Readonly<Record<OutcomeStatus, number>>;

export function countOutcomes(outcomes: readonly Pick<Outcome, 'status'>[]): OutcomeCounts {
  const counts = { done: 0, 'already-done': 0, failed: 0, 'not-attempted': 0, postponed: 0, unknown: 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}

/** A run that ends with one of these has failed. */
export function isFailure({ status }: Pick<Outcome, 'status'>): boolean {
  return status !== 'done' && status !== 'already-done';
}

/** What a later round may still do, or find done. */
export function isLeft({ status }: Pick<Outcome, 'status'>): boolean {
  return status === 'postponed' || status === 'unknown';
}
