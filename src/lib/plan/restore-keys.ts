/** The KMS keys that a restore needs: EC2 finds one that cannot be used only when it launches, and says little of it. */

import type { Ground, KeyFacts, Restorables } from './restorable.ts';
import type { RestoreTarget } from './restore-plan.ts';

/** ARNs of the keys of these snapshots, in order. */
export function keysOf(snapshotIds: readonly string[], { snapshots }: Restorables): readonly string[] {
  return [...new Set(snapshotIds.flatMap((id) => snapshots.get(id)?.key ?? []))].sort();
}

/** Those that what is restored needs. */
export function neededKeys(
  target: RestoreTarget,
  point: readonly string[],
  restorables: Restorables,
): readonly string[] {
  return keysOf(snapshotsOf(target, point), restorables);
}

function snapshotsOf(target: RestoreTarget, point: readonly string[]): readonly string[] {
  switch (target.as) {
    case 'volumes':
      return target.volumes.map(({ snapshotId }) => snapshotId);
    case 'in-place':
      return 'snapshot' in target.from ? [target.from.snapshot] : point;
    case 'instance':
      return 'volumes' in target.image ? target.image.volumes.map(({ snapshotId }) => snapshotId) : point;
  }
}

/** Why it cannot be restored: a key is gone or switched off. */
export function keyProblems(needed: readonly string[], { keys }: Pick<Ground, 'keys'>): string[] {
  return needed.flatMap((arn) => {
    const facts = keys.get(arn);
    if (facts?.isMissing === true)
      return [`key ${arn}, which its data is encrypted with, does not exist: without it nobody can read it`];
    if (facts?.state === undefined || facts.state === 'Enabled') return [];
    return [
      `key ${arn}, which its data is encrypted with, is ${facts.state}, expected Enabled${cure(facts)}`,
    ];
  });
}

function cure({ state }: KeyFacts): string {
  if (state === 'Disabled') return ': enable it (aws kms enable-key)';
  return state === 'PendingDeletion' ? ': save it now (aws kms cancel-key-deletion, then enable-key)' : '';
}

/** What may stand against it and cannot be told from here. */
export function keyNotes(needed: readonly string[], { keys }: Pick<Ground, 'keys'>): string[] {
  return needed.flatMap((arn) => {
    const obstacle = keys.get(arn)?.obstacle;
    if (obstacle === undefined) return [];
    return [
      `key ${arn} may not be yours to use (${obstacle}): unless its policy lets you use it through EC2, what is made of it ends at once`,
    ];
  });
}
