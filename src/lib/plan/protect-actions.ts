/** What protecting does to parts of recovery points. Each may be repeated. */

import type { BackupIdentity } from './identity.ts';

interface ProtectBase extends BackupIdentity {
  /** The AMI or snapshot. */
  readonly id: string;
  /** The recovery point that it is, or is part of. */
  readonly point: string;
  readonly reason: string;
}

export interface LockAction extends ProtectBase {
  readonly action: 'lock-snapshot';
  readonly mode: 'governance' | 'compliance';
  /** ms since the epoch. */
  readonly until: number;
  /** Hours. */
  readonly coolOff?: number;
}

export interface ProtectImageAction extends ProtectBase {
  readonly action: 'protect-image';
}

export interface DeprecateAction extends ProtectBase {
  readonly action: 'deprecate-image';
  /** ms since the epoch, a whole minute. */
  readonly at: number;
}

export interface ArchiveAction extends ProtectBase {
  readonly action: 'archive-snapshot';
}

/** The first step of a removal, or taking it back. */
export interface SetAsideAction extends ProtectBase {
  readonly action: 'disable-image' | 'enable-image';
  /** It is so already, but for the tag that tells since when. */
  readonly isDone?: true;
}

/** Who may use it besides its own account. */
export interface SharingAction extends ProtectBase {
  readonly action: 'share-with';
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** What its tag says of that now; absent without the tag. */
  readonly told?: string;
  readonly tell: string;
}

export type ProtectAction =
  LockAction | ProtectImageAction | DeprecateAction | ArchiveAction | SetAsideAction | SharingAction;
