/** Snapshots with what DescribeSnapshots says of their sizes and tiers. */

import type { Image as Ec2Image, Snapshot as Ec2Snapshot } from '@aws-sdk/client-ec2';
import type { DescribedSnapshot } from '../plan/audit-orphan.ts';
import { COPY } from '../plan/marks.ts';
import type { ListClients } from './clients.ts';
import { everyImage } from './read-images.ts';
import { everySnapshot, toSnapshot } from './read-snapshots.ts';
import { optional, required, type Filter } from './shapes.ts';

/** EC2's arbitrary volume id of copies. */
const NO_VOLUME = 'vol-ffffffff';

export interface SnapshotSize {
  readonly id: string;
  /** EC2's state name: pending, completed, error, … */
  readonly state: string;
  readonly startedAt: number;
  /** Of a copy its original's; absent where EC2 does not say, as for the snapshots of a copied AMI. */
  readonly volumeId?: string;
  readonly fullBytes?: number;
  readonly volumeBytes: number;
  readonly isArchived: boolean;
  readonly isRestored: boolean;
}

/** A snapshot with its size and description, all of one answer. */
export interface DescribedSize {
  readonly snapshot: DescribedSnapshot;
  readonly size: SnapshotSize;
}

/** Every snapshot that the account owns in the Region, or those that filters let through. */
export function listDescribedSizes(
  clients: ListClients,
  filters: readonly Filter[] = [],
): AsyncGenerator<DescribedSize> {
  return everySnapshot(clients, filters, (answer) => ({
    snapshot: { ...toSnapshot(answer), description: answer.Description ?? '' },
    size: toSize(answer),
  }));
}

/** The device that each snapshot of an AMI is of. */
export interface ImageDevices {
  readonly id: string;
  readonly devices: readonly { readonly device: string; readonly snapshotId: string }[];
}

export function listImageDevices(
  clients: ListClients,
  filters: readonly Filter[],
): AsyncGenerator<ImageDevices> {
  return everyImage(clients, filters, toDevices);
}

function toSize(snapshot: Ec2Snapshot): SnapshotSize {
  const id = required(snapshot.SnapshotId, 'SnapshotId');
  const volume = snapshot.Tags?.find(({ Key }) => Key === COPY.volume)?.Value ?? snapshot.VolumeId;
  return {
    id,
    state: required(snapshot.State, `State of ${id}`),
    startedAt: snapshot.StartTime?.getTime() ?? 0,
    ...optional('volumeId', volume === NO_VOLUME ? undefined : volume),
    ...optional('fullBytes', snapshot.FullSnapshotSizeInBytes),
    volumeBytes: (snapshot.VolumeSize ?? 0) * 2 ** 30,
    isArchived: snapshot.StorageTier === 'archive',
    isRestored: snapshot.RestoreExpiryTime !== undefined,
  };
}

function toDevices({ ImageId, BlockDeviceMappings = [] }: Ec2Image): ImageDevices {
  return {
    id: required(ImageId, 'ImageId'),
    devices: BlockDeviceMappings.flatMap(({ DeviceName, Ebs }) =>
      DeviceName === undefined || Ebs?.SnapshotId === undefined
        ? []
        : [{ device: DeviceName, snapshotId: Ebs.SnapshotId }],
    ),
  };
}
