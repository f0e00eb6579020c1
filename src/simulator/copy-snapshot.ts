import type { CopySnapshotRequest, CopySnapshotResult } from '@aws-sdk/client-ec2';
import {
  checkEncryption,
  checkReadable,
  checkRoom,
  isOpenTo,
  makeCopy,
  sourceWorlds,
  startCopy,
  type Source,
} from './copy-making.ts';
import { SimulatedServiceError } from './errors.ts';
import { SNAPSHOT_ID, checkId } from './lookup.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import type { SnapshotRecord } from './records.ts';
import { lengthOf } from './settings.ts';
import { newSnapshotId } from './snapshot-making.ts';
import { snapshotState } from './states.ts';
import { readTagSpecifications, toTagList } from './tags.ts';
import type { Command, World } from './world.ts';

/** Sent to the destination. There is no client token: a second call makes a second copy. */
export const copySnapshot: Command<CopySnapshotRequest, CopySnapshotResult> = {
  parameters: {
    SourceRegion: true,
    SourceSnapshotId: true,
    Description: true,
    Encrypted: true,
    KmsKeyId: true,
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  creates: true,
  run(world, input, { failure }) {
    const source = findSource(world, input);
    checkEncryption(input);
    const tags = readTagSpecifications(input.TagSpecifications, ['snapshot'], world.settings.maxTags).get(
      'snapshot',
    );
    const pending = pendingCopies(world);
    checkRoom('snapshot copies', pending.length, world.settings.maxSnapshotCopies);
    const { id, index } = newSnapshotId(world);
    const { resource, home } = source;
    const copy = makeCopy(world, {
      id,
      source,
      encryption: input,
      description: input.Description ?? `[Copied ${resource.id} from ${home.region}] ${resource.description}`,
      tags,
      completesAt: world.now() + lengthOf(world.settings.copyDuration, id, index),
      failure,
    });
    startCopy(world, { source, copy });
    world.store.snapshotCopies = [...pending, copy];
    return { SnapshotId: id, Tags: toTagList(copy.tags.now()) };
  },
};

/** Those deleted meanwhile go on until they are complete. */
function pendingCopies(world: World): readonly SnapshotRecord[] {
  return world.store.snapshotCopies.filter((copy) => snapshotState(copy, world.now()) === 'pending');
}

function findSource(world: World, input: CopySnapshotRequest): Source<SnapshotRecord> {
  const homes = sourceWorlds(world, input.SourceRegion);
  const id = checkId(SNAPSHOT_ID, input.SourceSnapshotId, 'SourceSnapshotId');
  const now = world.now();
  for (const home of homes) {
    const resource = home.store.snapshots.get(id, now);
    if (resource === undefined || !isOpenTo(world, { home, resource })) continue;
    const state = snapshotState(resource, now);
    if (state !== 'completed')
      throw new SimulatedServiceError('IncorrectState', `Snapshot is in invalid state - ${state}`);
    checkReadable(world, resource);
    return { home, resource };
  }
  throw new SimulatedServiceError(SNAPSHOT_ID.notFound, `The snapshot '${id}' does not exist.`);
}
