import { DescribeVolumesCommand, type Volume as Ec2Volume } from '@aws-sdk/client-ec2';
import type { Volume } from '../plan/inventory.ts';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional, required, toEc2Filters, toTags, type Filter } from './shapes.ts';

const PAGE = 1000;

/** Every volume that matches, attached or not. */
export function listVolumes(
  { ec2 }: Pick<Clients, 'ec2'>,
  filters: readonly Filter[] = [],
): AsyncGenerator<Volume> {
  return everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeVolumesCommand({
        MaxResults: PAGE,
        ...toEc2Filters(filters),
        ...optional('NextToken', token),
      }),
    );
    return { items: (answer.Volumes ?? []).map(toVolume), nextToken: answer.NextToken };
  });
}

function toVolume(volume: Ec2Volume): Volume {
  const id = required(volume.VolumeId, 'VolumeId');
  return {
    id,
    state: required(volume.State, `State of ${id}`),
    type: volume.VolumeType ?? '',
    sizeGiB: volume.Size ?? 0,
    tags: toTags(volume.Tags),
    ...optional('iops', volume.Iops),
    ...optional('throughput', volume.Throughput),
    ...optional('zone', volume.AvailabilityZone),
    ...optional('attachment', attachmentOf(volume)),
    ...optional('createdAt', volume.CreateTime?.getTime()),
  };
}

function attachmentOf({ Attachments }: Ec2Volume): Volume['attachment'] {
  const [attachment] = Attachments ?? [];
  if (attachment?.InstanceId === undefined) return undefined;
  return { instanceId: attachment.InstanceId, device: attachment.Device ?? '' };
}
