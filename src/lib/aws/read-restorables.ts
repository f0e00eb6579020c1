/** AMIs and snapshots with all that a restore needs to know of them. */

import {
  DescribeSnapshotTierStatusCommand,
  type BlockDeviceMapping,
  type Image as Ec2Image,
  type Snapshot as Ec2Snapshot,
} from '@aws-sdk/client-ec2';
import type { ImageVolume, RestorableImage, RestorableSnapshot } from '../plan/restorable.ts';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { everyImage, toImage } from './read-images.ts';
import { everySnapshot, toSnapshot } from './read-snapshots.ts';
import { optional, toEc2Filters, type Filter } from './shapes.ts';

const PAGE = 1000;

export function listRestorableImages(
  clients: Pick<Clients, 'ec2'>,
  filters: readonly Filter[],
): AsyncGenerator<RestorableImage> {
  return everyImage(clients, filters, toRestorableImage);
}

export function listRestorableSnapshots(
  clients: Pick<Clients, 'ec2'>,
  filters: readonly Filter[],
): AsyncGenerator<RestorableSnapshot> {
  return everySnapshot(clients, filters, toRestorableSnapshot);
}

/** Of some snapshots, those that are on their way back from the archive. */
export async function* listReturning(
  clients: Pick<Clients, 'ec2'>,
  ids: readonly string[],
): AsyncGenerator<string> {
  for await (const { id, status } of listTiers(clients, [{ name: 'snapshot-id', values: ids }])) {
    if (status.endsWith('-restore-in-progress')) yield id;
  }
}

/** A snapshot that was ever archived, and how the last change of its tier stands, in EC2's words. */
export interface TierStatus {
  readonly id: string;
  readonly status: string;
  readonly volumeId: string;
}

export async function* listTiers(
  { ec2 }: Pick<Clients, 'ec2'>,
  filters: readonly Filter[] = [],
): AsyncGenerator<TierStatus> {
  const statuses = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeSnapshotTierStatusCommand({
        MaxResults: PAGE,
        ...toEc2Filters(filters),
        ...optional('NextToken', token),
      }),
    );
    return { items: answer.SnapshotTierStatuses ?? [], nextToken: answer.NextToken };
  });
  for await (const { SnapshotId: id, LastTieringOperationStatus: status = '', VolumeId } of statuses) {
    if (id !== undefined) yield { id, status, volumeId: VolumeId ?? '' };
  }
}

function toRestorableImage(image: Ec2Image): RestorableImage {
  return {
    ...toImage(image),
    machine: {
      ...optional('rootDevice', image.RootDeviceName),
      ...optional('architecture', image.Architecture),
      ...optional('bootMode', image.BootMode),
      ...optional('ena', image.EnaSupport),
    },
    ...optional('deprecatesAt', deprecationOf(image)),
    mappings: (image.BlockDeviceMappings ?? []).flatMap(toMapping),
  };
}

function deprecationOf({ DeprecationTime: time }: Ec2Image): number | undefined {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** Mappings without `Ebs` are instance store. */
function toMapping({ DeviceName, Ebs }: BlockDeviceMapping): ImageVolume[] {
  if (DeviceName === undefined || Ebs?.SnapshotId === undefined) return [];
  return [
    {
      device: DeviceName,
      snapshotId: Ebs.SnapshotId,
      ...optional('type', Ebs.VolumeType),
      ...optional('iops', Ebs.Iops),
      ...optional('throughput', Ebs.Throughput),
    },
  ];
}

function toRestorableSnapshot(snapshot: Ec2Snapshot): RestorableSnapshot {
  return {
    ...toSnapshot(snapshot),
    sizeGiB: snapshot.VolumeSize ?? 0,
    encrypted: snapshot.Encrypted ?? false,
    isArchived: snapshot.StorageTier === 'archive',
    ...optional('key', snapshot.KmsKeyId),
    ...optional('readableUntil', snapshot.RestoreExpiryTime?.getTime()),
  };
}
