import type { Skipped } from '../plan/actions.ts';
import type { Rehearsal, RehearsalLaunch, Step } from '../plan/plan-rehearse.ts';
import type { RehearsalFacts, Verdict } from '../plan/rehearsal-marks.ts';
import type { OutcomeStatus } from './outcome.ts';

export type RehearseAction = Exclude<Step['step'], 'wait' | 'done' | 'judge'> | 'clean-up';

/** How one step of a rehearsal ended. */
export interface RehearseOutcome {
  readonly action: RehearseAction;
  /** What was made, changed or taken away; the rehearsal when there was nothing yet. */
  readonly id: string;
  readonly status: OutcomeStatus;
  readonly error?: string;
  /** `<policy>/<slot>` */
  readonly rehearsal: string;
}

export interface RehearsePlan {
  /** Those of before, with what each needs next. */
  readonly ongoing: readonly { readonly rehearsal: Rehearsal; readonly next: Step }[];
  /** One that begins now. */
  readonly start?: { readonly rehearsal: Rehearsal; readonly launch: RehearsalLaunch };
  readonly notes: readonly string[];
  /** Sources whose turn it was, and why another one took it. */
  readonly skipped: readonly Skipped[];
  /** Policies of which a rehearsal is due and was not made. Absent: it was not looked. */
  readonly overdue?: readonly string[];
}

export interface Judged {
  readonly rehearsal: RehearsalFacts;
  readonly verdict: Verdict;
}

export interface RehearseReport {
  readonly plan: RehearsePlan;
  readonly outcomes: readonly RehearseOutcome[];
  /** Those that ended in this run. */
  readonly judged: readonly Judged[];
  readonly waiting: readonly { readonly rehearsal: string; readonly until: string }[];
  /** Something is to be gone on with in a minute. */
  readonly isLeft: boolean;
}
