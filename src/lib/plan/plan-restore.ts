/** One restore: from a recovery point, what is asked and what the account has, to what is done. */

import type { PolicyFile } from '../policy/policy.ts';
import { planInPlace } from './plan-restore-in-place.ts';
import { planInstance, type InstanceInput } from './plan-restore-instance.ts';
import { planVolumes } from './plan-restore-volumes.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import type { Ground, RestoreRequest, Restorables, Result } from './restorable.ts';
import { differencesOf } from './restore-differences.ts';
import { keyNotes, keyProblems, neededKeys } from './restore-keys.ts';
import type { RestorePlan, RestoreTarget } from './restore-plan.ts';
import { archivedOf, takenAt } from './restore-point.ts';
import { readSheet } from './restore-sheet.ts';
import { restoredTags } from './restore-tags.ts';
import { tagsOfPoint } from './restore-volumes.ts';

export interface RestoreInput {
  readonly point: RecoveryPoint;
  readonly restorables: Restorables;
  readonly request: RestoreRequest;
  readonly file: PolicyFile;
  readonly ground: Ground;
  /** ms since the epoch. */
  readonly now: number;
}

export function planRestore(input: RestoreInput): Result<RestorePlan> {
  const { point, restorables, request, file, ground, now } = input;
  const pointTags = tagsOfPoint(point, restorables);
  const of = request.as === 'volumes' ? 'volume' : 'instance';
  const { tags, leftOut } = restoredTags(point, pointTags, { request, file, of });
  const { tags: volumeTags } = restoredTags(point, pointTags, { request, file, of: 'volume' });
  const details = { point, restorables, request, ground, tags, volumeTags, sheet: readSheet(pointTags) };
  const target = targetOf(details);
  if (!target.ok) return target;
  const keys = neededKeys(target.value, point.snapshotIds, restorables);
  const problems = keyProblems(keys, ground);
  if (problems.length > 0) return { ok: false, problems };
  const { id, kind, policy, source, slot } = point;
  const archived = archivedOf(point, restorables.snapshots, now);
  return {
    ok: true,
    value: {
      point: { id, kind, policy, source, slot, takenAt: takenAt(point) },
      target: target.value,
      archived: archived.map((snapshot) => ({ id: snapshot, isReturning: ground.returning.has(snapshot) })),
      restoreDays: request.restoreDays,
      differences: differencesOf(target.value, details),
      comparedWith: ground.original ? 'the original' : 'the restore sheet',
      notes: [...notesOf(target.value, { leftOut, ground, request }), ...keyNotes(keys, ground)],
    },
  };
}

function targetOf(details: InstanceInput): Result<RestoreTarget> {
  switch (details.request.as) {
    case 'instance':
      return planInstance(details);
    case 'volumes':
      return planVolumes(details);
    case 'in-place':
      return planInPlace(details);
  }
}

interface Circumstances {
  readonly leftOut: readonly string[];
  readonly ground: Ground;
  readonly request: RestoreRequest;
}

function notesOf(target: RestoreTarget, { leftOut, ground, request }: Circumstances): string[] {
  const notes: string[] = [];
  if (target.as === 'instance' && 'volumes' in target.image)
    notes.push(
      'an AMI is registered from the snapshots and deregistered again. Billing codes of Windows or Marketplace images can be lost that way: for such machines a policy with backup: image is the better choice',
    );
  if (target.as === 'in-place')
    notes.push(
      `${target.instance} restarts, and what was written to its root volume since then is on ${target.rootVolume} only, which is kept`,
    );
  else if (ground.original) notes.push(`${ground.original.id} still exists: nothing of it is touched`);
  if (leftOut.length > 0)
    notes.push(`without the tags ${leftOut.join(', ')}, for which DLM would back it up; --adopt copies them`);
  if (target.as === 'instance' && !request.adopt)
    notes.push(
      'it is neither backed up nor does it hold its AMI; --adopt makes it a machine like the original',
    );
  return notes;
}
