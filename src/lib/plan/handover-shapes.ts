/** What `handover` reads and says. */

import type { Place } from '../policy/policy.ts';
import type { CliCommand } from './cli-command.ts';
import type { SizedSnapshot } from './cost-estimate.ts';
import type { Backup } from './handover-backups.ts';
import type { Instance, Volume } from './inventory.ts';
import type { LifecyclePolicy } from './lifecycle-policy.ts';
import type { Owner } from './marks.ts';
import type { StoredBytes } from './snapshot-prices.ts';

export interface HandoverFacts {
  readonly place: Place;
  readonly owner: Owner;
  readonly stack: StackFound;
  readonly backups: readonly Backup[];
  /** What rehearsals and restores made for a while and did not take away. */
  readonly temporary: Temporary;
  /** The deployment's own. */
  readonly lifecyclePolicies: readonly LifecyclePolicy[];
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  /** The deployment's, by name; absent when it could not be read. */
  readonly binned?: readonly InBin[];
  /** By snapshot, the numbers of `cost`. */
  readonly stored: ReadonlyMap<string, StoredBytes>;
  /** The sizes of the same snapshots; each list is reckoned as if there were no other. */
  readonly sizes: readonly (readonly SizedSnapshot[])[];
  /** Other places where there is something of the deployment. */
  readonly elsewhere: readonly Place[];
  readonly warnings: readonly string[];
}

/** Whether the stack is in this place: its group of schedules tells. */
export type StackFound = 'here' | 'not here' | { readonly problem: string };

export interface Temporary {
  readonly instances: readonly string[];
  readonly images: readonly string[];
  readonly groups: readonly string[];
  /** Marked as a rehearsal's, and it cannot be read of which. */
  readonly unreadable: readonly string[];
}

export interface InBin {
  readonly kind: 'image' | 'snapshot';
  readonly id: string;
  readonly name: string;
  /** Of an AMI, its snapshots that are in there too. */
  readonly parts: readonly string[];
  /** ms since the epoch: then it is gone. */
  readonly until?: number;
}

export type HandoverKind =
  | 'stack'
  | 'lifecycle-policies'
  | 'temporary'
  | 'status-tags'
  | 'restored'
  | 'images'
  | 'snapshots'
  | 'made-by-dlm'
  | 'stays'
  | 'recycle-bin';

export interface HandoverItem {
  readonly id: string;
  /** What it is, in words. */
  readonly what: string;
  /** Snapshots that go with an AMI. */
  readonly parts: readonly string[];
  /** Why no command here removes it, or what of it is not known; empty for what a command removes. */
  readonly reasons: readonly string[];
}

export interface HandoverGroup {
  readonly kind: HandoverKind;
  readonly title: string;
  readonly items: readonly HandoverItem[];
  /** Its share of the bill: absent where nothing is stored by it. A block is in the share of the oldest snapshot that has it. */
  readonly stored?: StoredBytes;
  /** What the bill falls by when it is gone; absent where nothing is stored by it. */
  readonly frees?: {
    /** After the groups above it: what is left of the bill goes with the last one. */
    readonly inOrder: StoredBytes;
    /** And nothing else. */
    readonly alone: StoredBytes;
  };
  /** In this order. */
  readonly remove: readonly CliCommand[];
  /** What it means to leave it. */
  readonly keep: string;
  /** What takes an obstacle away, so that `handover` shows the command that removes it. */
  readonly lift: readonly CliCommand[];
  /** What it takes to keep it, beyond leaving it alone, in this order; absent where that takes nothing. */
  readonly keeping?: readonly CliCommand[];
  /** Removes what nobody can tell what it is: for who has looked. Absent where there is none. */
  readonly byHand?: readonly CliCommand[];
}

export interface Handover {
  readonly place: Place;
  readonly deployment: string;
  /** In the order in which they are to be carried out; none is empty. */
  readonly groups: readonly HandoverGroup[];
  readonly elsewhere: readonly Place[];
  readonly warnings: readonly string[];
}

export function item(id: string, what: string, parts: readonly string[] = []): HandoverItem {
  return { id, what, parts, reasons: [] };
}
