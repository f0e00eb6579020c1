/** What must be known of a recovery point before it may be deleted, beyond its tags and state. */

import { formatInstant } from '../policy/instant.ts';
import type { BackupIdentity } from './identity.ts';
import { backupName } from './identity.ts';
import type { RecoveryPoint } from './recovery-points.ts';

/**
 * Answers of EC2 and Auto Scaling about the points that retention would prune. Whatever could not be read is
 * undefined, and then nothing that depends on it is deleted.
 */
export interface SafetyChecks {
  /** ARNs of what uses an AMI; an AMI that is not a key was not checked. */
  readonly users: ReadonlyMap<string, readonly string[]>;
  /** When the lock of a snapshot ends, undefined when EC2 does not say; snapshots without a lock are no keys. */
  readonly locks: ReadonlyMap<string, number | undefined> | undefined;
  /** Backup names (of AMIs) and descriptions (of snapshots) in the Recycle Bin. */
  readonly recycleBin: ReadonlySet<string> | undefined;
  /** Why points are kept for copies of them, by point id. */
  readonly copying: ReadonlyMap<string, readonly string[]>;
  /** Which checks failed, and how. */
  readonly failures: readonly string[];
}

export const NOT_NEEDED: SafetyChecks = {
  users: new Map(),
  locks: new Map(),
  recycleBin: new Set(),
  copying: new Map(),
  failures: [],
};

export const UNCHECKED = 'in use: could not be checked';
export const COPYING_UNCHECKED = 'being copied: could not be checked';

export interface PinRules {
  /** Deregistration protection is the policy's own: who deletes lifts it. */
  readonly lifts: boolean;
}

/** Reasons why a point must stay whatever retention says; empty when nothing stands against deleting it. */
export function pinsOf(
  point: RecoveryPoint,
  { deployment, lifts }: PinRules & { readonly deployment: string },
  checks: SafetyChecks,
): string[] {
  const pins = [...visiblePins(point, { lifts }), ...(checks.copying.get(point.id) ?? [])];
  const { locks, recycleBin } = checks;
  const users = point.imageId === undefined ? [] : checks.users.get(point.imageId);
  if (!locks || !recycleBin || !users) return [...pins, UNCHECKED];
  for (const user of users) pins.push(`in use by ${user}`);
  for (const id of point.snapshotIds) {
    if (locks.has(id)) pins.push(lockReason(locks.get(id)));
  }
  if (recycleBin.has(backupName(deployment, point satisfies BackupIdentity))) pins.push(binReason(point));
  return [...new Set(pins)];
}

/** Of snapshots that an AMI has left behind only that can have the name: the snapshots themselves are there. */
function binReason({ kind, imageId }: RecoveryPoint): string {
  const isLeftover = kind === 'image' && imageId === undefined;
  return isLeftover ? 'AMI in the Recycle Bin' : 'in the Recycle Bin';
}

/** The pins that tags and lists show without asking further. */
export function visiblePins(point: RecoveryPoint, { lifts }: PinRules): readonly string[] {
  const { hold, mappedBy, foreignSnapshots } = point;
  const isProtected = point.deregistrationProtected && (!lifts || point.protectionLingers === true);
  const isFree = hold === undefined && !isProtected;
  // Nearly all of a hundred thousand points: no array for each.
  if (isFree && mappedBy.length === 0 && foreignSnapshots.length === 0) return NO_PINS;
  return [
    ...(hold === undefined ? [] : [`held: ${hold === '' ? '(no reason given)' : hold}`]),
    ...(isProtected ? ['deregistration protected'] : []),
    ...mappedBy.map((image) => `in use by ${image}`),
    // Deregistering would delete them too, and nothing is deleted that does not carry our tag.
    ...foreignSnapshots.map((id) => `maps ${id}, which is not of this deployment`),
  ];
}

const NO_PINS: readonly string[] = [];

export function lockReason(until: number | undefined): string {
  return `locked until ${until === undefined ? '(EC2 does not say)' : formatInstant(until)}`;
}
