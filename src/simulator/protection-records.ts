import type { Tags } from './tags.ts';

/** What somebody may do to an image or a snapshot so that it stays. Times are milliseconds since the epoch. */
export interface SnapshotLock {
  readonly mode: 'governance' | 'compliance';
  readonly createdOn: number;
  /** From when the duration counts, of one that was given as a duration. */
  readonly startsOn: number;
  readonly expiresOn: number;
  /** Until when a compliance lock may still be taken back. */
  readonly coolOff: CoolOff | undefined;
}

export interface CoolOff {
  readonly hours: number;
  readonly endsOn: number;
}

/** The way into the archive tier, and out of it for a while. */
export interface Archival {
  readonly startedAt: number;
  readonly completesAt: number;
}

export interface TierRestore {
  readonly startedAt: number;
  readonly completesAt: number;
  readonly expiresAt: number;
}

export type ProtectionMode = 'enabled-with-cooldown' | 'enabled-without-cooldown';

export interface Protection {
  readonly mode: ProtectionMode;
  /** When protection was turned off; a cooldown still holds for 24 hours. */
  readonly endedAt: number | undefined;
}

export type BinKind = 'EC2_IMAGE' | 'EBS_SNAPSHOT';

/** An image or snapshot in the Recycle Bin. */
export interface BinEntry {
  readonly kind: BinKind;
  readonly id: string;
  readonly name: string | undefined;
  readonly description: string;
  readonly volumeId: string | undefined;
  readonly tags: Tags;
  readonly enteredAt: number;
  readonly exitsAt: number;
}

export interface BinTag {
  readonly key: string;
  readonly value: string;
}

/** A retention rule of the Recycle Bin. */
export interface BinRule {
  readonly id: string;
  readonly kind: BinKind;
  readonly days: number;
  readonly description: string;
  /** With any of these, of a rule by tags; of one for the whole Region, none. */
  readonly tags: readonly BinTag[];
  readonly excludeTags: readonly BinTag[];
  /** In days, of a rule that is locked. */
  readonly unlockDelay: number | undefined;
  readonly createdAt: number;
  /** From when it keeps anything. */
  readonly availableAt: number;
  goneAt: number | undefined;
}
