import type { Instance } from '../plan/inventory.ts';
import type { RestorePlan } from '../plan/restore-plan.ts';
import { describeError, isOutcomeUnknown } from '../aws/errors.ts';
import type { OutcomeStatus } from './outcome.ts';

export type RestoreAction =
  | 'register-image'
  | 'run-instance'
  | 'deregister-image'
  | 'check-instance'
  | 'create-volume'
  | 'attach-volume'
  | 'replace-root-volume'
  | 'restore-snapshot-tier';

/** How one step of a restore ended. */
export interface RestoreOutcome {
  readonly action: RestoreAction;
  /** What was made or taken away; what it was to be made of when nothing was. */
  readonly id: string;
  readonly status: OutcomeStatus;
  readonly error?: string;
}

/** What is going to be done, by which mark it is known again, and what the same command has made before. */
export interface RestoreRun {
  readonly plan: RestorePlan;
  /** 32 hexadecimal digits. */
  readonly mark: string;
  readonly alreadyMade?: string;
}

export interface RestoreReport {
  readonly outcomes: readonly RestoreOutcome[];
  /** As it is at the end; absent when none was launched or restarted. */
  readonly instance?: Instance;
  readonly volumes: readonly { readonly id: string; readonly device: string }[];
}

export function failedStep(action: RestoreAction, id: string, error: unknown): RestoreOutcome {
  const status = isOutcomeUnknown(error) && error instanceof Error ? 'unknown' : 'failed';
  return { action, id, status, error: describeError(error) };
}
