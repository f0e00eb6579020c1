/** What must be known of AMIs and snapshots to protect them, besides the verdicts of retention. */

import type { KeyManagers } from './copy-refusal.ts';

export interface ProtectFacts {
  readonly images: ReadonlyMap<string, ImageFacts>;
  readonly snapshots: ReadonlyMap<string, SnapshotFacts>;
  /** By snapshot; those without a lock in force are no keys. */
  readonly locks: ReadonlyMap<string, LockFacts>;
  /** By account of a `share`, or of a tag that tells of one: what it may use now. */
  readonly sharedWith: ReadonlyMap<string, ReadonlySet<string>>;
  readonly keys: KeyManagers;
  /** Snapshots that are on their way into the archive, of whomever. */
  readonly archiving: ReadonlySet<string>;
  /** Snapshots that somebody has brought back from the archive for good. */
  readonly restored: ReadonlySet<string>;
  /** How many snapshots of each volume are in the archive, or on their way. */
  readonly archivedOf: ReadonlyMap<string, number>;
  /** Points that will be kept for as long as the archive is paid for at least, by id. */
  readonly staysLong: ReadonlySet<string>;
  /** Why points are not to change for copies of them, by id. */
  readonly copying: ReadonlyMap<string, readonly string[]>;
}

export interface ImageFacts {
  /** EC2's word. */
  readonly state: string;
  /** EC2's word: disabled, enabled-without-cooldown, … */
  readonly protection: string;
  /** ms since the epoch. */
  readonly deprecatesAt?: number;
  /** What its tag says of whom it is shared with. */
  readonly told?: string;
}

export interface SnapshotFacts {
  readonly state: string;
  readonly isArchived: boolean;
  readonly volumeId: string;
  /** ARN of its key. */
  readonly key?: string;
  readonly told?: string;
}

export interface LockFacts {
  /** EC2's word: governance, compliance-cooloff, compliance. */
  readonly state: string;
  /** ms since the epoch; absent while EC2 does not say. */
  readonly until?: number;
}
