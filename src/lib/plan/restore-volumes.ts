/** The volumes of a recovery point: which snapshot goes where, and as what. */

import type { Tags } from './inventory.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import type { ImageVolume, Restorables } from './restorable.ts';
import type { MappedVolume } from './restore-plan.ts';
import { readSheet, type SheetVolume } from './restore-sheet.ts';

/** EC2 takes IOPS for these types only; of others it tells how many they have, and refuses to be told. */
const WITH_IOPS: readonly (string | undefined)[] = ['gp3', 'io1', 'io2'];

/** The tags of a point: of its AMI, or of any of its snapshots. */
export function tagsOfPoint(point: RecoveryPoint, { images, snapshots }: Restorables): Tags {
  const [first = ''] = point.snapshotIds;
  const part = point.imageId === undefined ? snapshots.get(first) : images.get(point.imageId);
  return part?.tags ?? new Map<string, string>();
}

/** In the order of the AMI's mappings or of the restore sheet. */
export function volumesOfPoint(point: RecoveryPoint, restorables: Restorables): readonly MappedVolume[] {
  if (point.imageId !== undefined)
    return (restorables.images.get(point.imageId)?.mappings ?? []).map((volume) =>
      mapped(volume, volume.snapshotId),
    );
  const bySource = new Map(point.snapshotIds.map((id) => [restorables.snapshots.get(id)?.volumeId, id]));
  const listed = readSheet(tagsOfPoint(point, restorables)).volumes ?? [];
  return listed.flatMap((volume) => {
    const snapshotId = bySource.get(volume.volumeId);
    return snapshotId === undefined ? [] : mapped(volume, snapshotId);
  });
}

function mapped(
  { device, type, iops, throughput }: SheetVolume | ImageVolume,
  snapshotId: string,
): MappedVolume {
  return {
    device,
    snapshotId,
    ...(type !== undefined && { type }),
    ...(iops !== undefined && WITH_IOPS.includes(type) && { iops }),
    ...(throughput !== undefined && type === 'gp3' && { throughput }),
  };
}
