import type { Clients } from '../aws/clients.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';

/** The only source of time for a run: a real clock, or a simulated one. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** What a run says while it works; nothing depends on anybody listening. */
export type Progress =
  | { readonly step: 'read'; readonly what: string; readonly count: number }
  | { readonly step: 'wait'; readonly what: string }
  | { readonly step: 'apply'; readonly done: number; readonly total: number };

/** Everything that a run of any job needs from outside. */
export interface RunContext {
  readonly file: PolicyFile;
  readonly place: Place;
  readonly clients: Clients;
  readonly clock: Clock;
  /**
   * ms since the epoch: what has not been started by then is left for a later round, which may follow at once. Absent:
   * there is time for all, and no later round.
   */
  readonly deadline?: number;
  /** The request was delivered before, to a run that has ended without a word. */
  readonly isRedelivered?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}
