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

/** The other places of a deployment, in the name of the same job. */
export interface Elsewhere {
  /** Where the functions, or the command line, run. */
  readonly home: () => Promise<Place>;
  /** Clients for a place; asked twice for one, the same. An error when there is no way in. */
  readonly enter: (place: Place) => Promise<Clients>;
}

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
  /** Absent: the run can get into no other place, and what needs one is not known. */
  readonly elsewhere?: Elsewhere;
  readonly onProgress?: (progress: Progress) => void;
}
