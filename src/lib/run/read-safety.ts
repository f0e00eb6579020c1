/** Asks who uses, locks or still holds the points that retention would prune. What cannot be read stays undefined. */

import { describeError, errorCode } from '../aws/errors.ts';
import { listInstances } from '../aws/read-instances.ts';
import { listRecycleBin } from '../aws/read-recycle-bin.ts';
import { listLocks } from '../aws/read-snapshots.ts';
import { IMAGES_A_CALL, listImageReferences, listAutoScalingUsers } from '../aws/read-users.ts';
import { isRestored, RESTORED } from '../plan/marks.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import { NOT_NEEDED, type SafetyChecks } from '../plan/safety.ts';
import type { RunContext } from './context.ts';
import { readCopying } from './read-copying.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * One reference call for each ten AMIs, the lists of locks, Recycle Bin and Auto Scaling once, and what there is of copies
 * where candidates are copied to. `points` are all there are here of the candidates' policies.
 */
export async function readSafety(
  context: RunContext,
  candidates: readonly RecoveryPoint[],
  points: readonly RecoveryPoint[],
  asks: Asks = { uses: true },
): Promise<SafetyChecks> {
  if (candidates.length === 0) return NOT_NEEDED;
  const copies = await readCopying(context, candidates, points);
  const failures: string[] = [...copies.failures];
  const { clients } = context;
  const fail: Fail = (what, error) => {
    failures.push(`${what} could not be checked, so what depends on it is kept: ${describeError(error)}`);
  };
  const attempt: Attempt = async (what, read) => {
    const attempted = await tried(read);
    if (!attempted.answer) fail(what, attempted.error);
    return attempted;
  };
  const images = candidates.flatMap(({ imageId }) => imageId ?? []);
  const users = asks.uses ? await readUsers(images, context, { attempt, fail }) : new Map<string, never>();
  const locks = await attempt('snapshot locks (DescribeLockedSnapshots)', () =>
    collectAll(listLocks(clients)),
  );
  const recycleBin = await attempt(
    'the Recycle Bin (ListImagesInRecycleBin, ListSnapshotsInRecycleBin)',
    () => collectAll(listRecycleBin(clients)),
  );
  return {
    users,
    locks: locks.answer && new Map(locks.answer.map(({ snapshotId, until }) => [snapshotId, until])),
    recycleBin: recycleBin.answer && new Set(recycleBin.answer),
    copying: copies.copying,
    failures,
  };
}

/** What is asked besides; `uses: false`: no AMI could be checked for users, and who asks says why. */
export interface Asks {
  readonly uses: boolean;
}

interface Attempted<T> {
  readonly answer?: T;
  readonly error?: unknown;
}

/** What fails becomes a failure of the checks. */
type Attempt = <T>(what: string, read: () => Promise<T>) => Promise<Attempted<T>>;
type Fail = (what: string, error: unknown) => void;

async function tried<T>(read: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { answer: await read() };
  } catch (error) {
    return { error };
  }
}

/** The users of each AMI; one that could not be checked is no key. */
async function readUsers(
  images: readonly string[],
  context: RunContext,
  { attempt, fail }: { readonly attempt: Attempt; readonly fail: Fail },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { clients, onProgress } = context;
  const users = new Map<string, string[]>();
  if (images.length === 0) return users;
  const autoScaling = await attempt(
    'Auto Scaling (DescribeLaunchConfigurations, DescribeAutoScalingGroups)',
    () => collectAll(listAutoScalingUsers(clients)),
  );
  if (!autoScaling.answer) return users;
  const restored = restoredInstances(clients, attempt);
  // A missing permission is missing for all, and asking on would only be throttled.
  let refusal: { readonly error: unknown } | undefined;
  const unasked: string[] = [];
  const ask = async (ids: readonly string[]): Promise<void> => {
    if (refusal) {
      unasked.push(...ids);
      return;
    }
    const references = await tried(() => collectAll(listImageReferences(clients, ids)));
    if (references.answer) {
      for (const id of ids) users.set(id, []);
      for (const { imageId, arn } of references.answer) {
        const instance = /:instance\/(i-[0-9a-f]+)$/.exec(arn)?.[1];
        const isOurs = instance !== undefined && (await restored()).has(instance);
        if (!isOurs) users.get(imageId)?.push(arn);
      }
      onProgress?.({ step: 'read', what: `uses of ${images.length} AMIs`, count: users.size });
    } else if (errorCode(references.error).startsWith('InvalidAMIID.')) {
      fail(usesOf(ids), references.error);
      // One AMI that is gone, or that EC2 does not know yet, must not keep nine others for ever.
      if (ids.length > 1) for (const id of ids) await ask([id]);
    } else {
      refusal ??= { error: references.error };
      unasked.push(...ids);
    }
  };
  // Without a deadline: what is not asked would be a failure.
  const { clock } = context;
  await sideBySide(batchesOf(images, IMAGES_A_CALL), { clock }, { work: ask, late: () => undefined });
  // Calls side by side are refused for one reason: said once, not for each ten AMIs.
  if (refusal) fail(usesOf(unasked), refusal.error);
  for (const { imageId, arn } of autoScaling.answer) users.get(imageId)?.push(arn);
  return users;
}

function usesOf(ids: readonly string[]): string {
  const which = ids.length <= IMAGES_A_CALL ? ids.join(', ') : `${ids.length} AMIs`;
  return `uses of ${which} (DescribeImageReferences)`;
}

/**
 * Instances that a restore of ours made and nobody adopted: a test of a backup does not keep it for ever. Asked for once
 * and only when an instance uses an AMI at all; when it cannot be read, every instance counts as a user.
 */
function restoredInstances(
  clients: RunContext['clients'],
  attempt: Attempt,
): () => Promise<ReadonlySet<string>> {
  let asked: Promise<ReadonlySet<string>> | undefined;
  const ask = async (): Promise<ReadonlySet<string>> => {
    const filters = [{ name: 'tag-key', values: [RESTORED.from] }];
    const { answer = [] } = await attempt('instances that were restored (DescribeInstances)', () =>
      collectAll(listInstances(clients, filters)),
    );
    return new Set(answer.filter(({ tags }) => isRestored(tags)).map(({ id }) => id));
  };
  return () => (asked ??= ask());
}

function batchesOf(ids: readonly string[], size: number): (readonly string[])[] {
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < ids.length; at += size) batches.push(ids.slice(at, at + size));
  return batches;
}

async function collectAll<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
