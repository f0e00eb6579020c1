import type { DescribeVolumesRequest, DescribeVolumesResult, Volume, VolumeState } from '@aws-sdk/client-ec2';
import type { Filterable } from './filters.ts';
import { listPage, tokenOf } from './listing.ts';
import { VOLUME_ID } from './lookup.ts';
import { FILTERS } from './parameters.ts';
import type { VolumeRecord } from './records.ts';
import { toTagList } from './tags.ts';
import type { Command } from './world.ts';

export const describeVolumes: Command<DescribeVolumesRequest, DescribeVolumesResult> = {
  parameters: { VolumeIds: true, Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    const time = world.readTime();
    const page = listPage(world, {
      input,
      shelf: world.store.volumes,
      ids: { parameter: 'VolumeIds', kind: VOLUME_ID, given: input.VolumeIds },
      filterable: filterableAt(time),
    });
    return { Volumes: page.items.map((volume) => renderVolume(volume, time)), ...tokenOf(page) };
  },
};

function filterableAt(time: number): Filterable<VolumeRecord> {
  return {
    command: 'DescribeVolumes',
    fields: {
      'volume-id': (volume) => [volume.id],
      status: (volume) => [statusOf(volume, time)],
      'attachment.instance-id': ({ attachment }) => (attachment === undefined ? [] : [attachment.instanceId]),
    },
    tags: (volume) => volume.tags.at(time),
  };
}

function statusOf({ attachment, availableFrom = 0 }: VolumeRecord, time: number): VolumeState {
  if (attachment !== undefined) return 'in-use';
  return time < availableFrom ? 'creating' : 'available';
}

/** A volume as it was at a time. */
export function renderVolume(volume: VolumeRecord, time: number): Volume {
  const { attachment } = volume;
  return {
    VolumeId: volume.id,
    State: statusOf(volume, time),
    SnapshotId: volume.snapshotId,
    Size: volume.sizeGiB,
    VolumeType: volume.type,
    Iops: volume.iops,
    Throughput: volume.throughput,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.keyArn,
    AvailabilityZone: volume.zone,
    CreateTime: new Date(volume.createdAt),
    Attachments:
      attachment === undefined
        ? []
        : [
            {
              VolumeId: volume.id,
              InstanceId: attachment.instanceId,
              Device: attachment.device,
              State: 'attached',
              AttachTime: new Date(attachment.attachedAt),
              DeleteOnTermination: attachment.deleteOnTermination,
            },
          ],
    Tags: toTagList(volume.tags.at(time)),
  };
}
