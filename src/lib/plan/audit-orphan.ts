/** What an orphan is, and what those are found in. */

import type { Place, PolicyFile } from '../policy/policy.ts';
import type { CliCommand } from './cli-command.ts';
import type { Image, Snapshot } from './inventory.ts';
import type { LifecyclePolicy } from './lifecycle-policy.ts';
import type { PrunePlan } from './plan-prune.ts';
import { NOTHING_STORED, plusStored, type StoredBytes } from './snapshot-prices.ts';

export const HELD = 'keep it: somebody holds it by a tag';

/** There it is looked at what holds, locks or uses it. */
export const BY_HAND = 'for commands see handover';

export type OrphanCause =
  'failed' | 'policy gone' | 'source gone' | 'copies gone' | 'AMI gone' | 'left alone' | 'DLM leftover';

export interface Orphan {
  /** A recovery point's, an AMI's or a snapshot's. */
  readonly id: string;
  /** What others own is never touched. */
  readonly isOurs: boolean;
  readonly cause: OrphanCause;
  /** The cause in words. */
  readonly detail: string;
  readonly policy?: string;
  readonly source?: string;
  /** Those that are deleted with it. */
  readonly snapshots: readonly string[];
  /** Its share of the bill. A block is in that of the oldest snapshot that refers to it. */
  readonly stored: StoredBytes;
  /** What the bill falls by when it alone is deleted. */
  readonly frees: StoredBytes;
  /** The proposed action in words. */
  readonly action: string;
  /** What carries it out, where a command of AWS does. */
  readonly command?: CliCommand;
  /** The prune would delete it now. */
  readonly isPruned: boolean;
}

export interface DescribedSnapshot extends Snapshot {
  readonly description: string;
}

export interface OrphansInput {
  readonly file: PolicyFile;
  readonly place: Place;
  readonly now: number;
  readonly plan: PrunePlan;
  /** Ids of the instances and volumes that exist. */
  readonly sources: ReadonlySet<string>;
  /** All that the account owns here. */
  readonly images: readonly Image[];
  readonly snapshots: readonly DescribedSnapshot[];
  readonly lifecyclePolicies: readonly LifecyclePolicy[];
  /** AMIs in the Recycle Bin; absent when that could not be read. */
  readonly binned?: ReadonlySet<string>;
  /** By snapshot. */
  readonly stored: ReadonlyMap<string, StoredBytes>;
  /** Of the same snapshots as `stored`. */
  readonly freed: (deleted: readonly Pick<Orphan, 'id' | 'snapshots'>[]) => StoredBytes;
}

/** What one of these ids with these snapshots costs. */
export function costsOf(
  id: string,
  snapshots: readonly string[],
  { stored, freed }: OrphansInput,
): Pick<Orphan, 'snapshots' | 'stored' | 'frees'> {
  return {
    snapshots,
    stored: snapshots.reduce(
      (sum, part) => plusStored(sum, stored.get(part) ?? NOTHING_STORED),
      NOTHING_STORED,
    ),
    frees: freed([{ id, snapshots }]),
  };
}
