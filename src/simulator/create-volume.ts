import type { CreateVolumeRequest, Volume } from '@aws-sdk/client-ec2';
import { once } from './client-tokens.ts';
import { SECOND } from './clock.ts';
import { renderVolume } from './describe-volumes.ts';
import { SimulatedServiceError } from './errors.ts';
import { zonesOf } from './instance-types.ts';
import { VOLUME_ID, find } from './lookup.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import { readTagSpecifications } from './tags.ts';
import { checkPerformance, makeVolume, usableSnapshot } from './volume-making.ts';
import type { Command } from './world.ts';

const CREATING = 10 * SECOND;

/** From a snapshot: no caller makes empty ones. */
export const createVolume: Command<CreateVolumeRequest, Volume> = {
  parameters: {
    SnapshotId: true,
    AvailabilityZone: true,
    VolumeType: true,
    Iops: true,
    Throughput: true,
    ClientToken: true,
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  run(world, input) {
    const id = once(world, { command: 'CreateVolume', input }, () => {
      const zone = input.AvailabilityZone ?? '';
      if (!zonesOf(world).includes(zone))
        throw new SimulatedServiceError('InvalidZone.NotFound', `The zone '${zone}' does not exist.`);
      const order = {
        type: input.VolumeType,
        iops: input.Iops,
        throughput: input.Throughput,
        zone,
        tags: readTagSpecifications(input.TagSpecifications, ['volume'], world.settings.maxTags).get(
          'volume',
        ),
        availableFrom: world.now() + CREATING,
      };
      checkPerformance(order);
      return makeVolume(world, usableSnapshot(world, input.SnapshotId), order).id;
    });
    const time = world.now();
    return renderVolume(find(id, { shelf: world.store.volumes, kind: VOLUME_ID, time }), time);
  },
};
