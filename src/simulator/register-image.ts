import type { BlockDeviceMapping, RegisterImageRequest, RegisterImageResult } from '@aws-sdk/client-ec2';
import { SECOND } from './clock.ts';
import { checkName } from './create-image.ts';
import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import type { ImageMapping } from './records.ts';
import { addImage } from './stock.ts';
import { TagHistory, readTagSpecifications } from './tags.ts';
import { checkPerformance, usableSnapshot } from './volume-making.ts';
import type { Command, World } from './world.ts';

const REGISTERING = 10 * SECOND;

/** There is no client token: only the name tells a second call from the first. */
export const registerImage: Command<RegisterImageRequest, RegisterImageResult> = {
  parameters: {
    Name: true,
    Description: true,
    Architecture: true,
    BootMode: true,
    EnaSupport: true,
    VirtualizationType: true,
    RootDeviceName: true,
    BlockDeviceMappings: {
      DeviceName: true,
      Ebs: { SnapshotId: true, VolumeType: true, Iops: true, Throughput: true, DeleteOnTermination: true },
    },
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  run(world, input) {
    const name = checkName(world, input.Name);
    const root = input.RootDeviceName;
    if (root === undefined) throw missingParameter('RootDeviceName');
    const mappings = (input.BlockDeviceMappings ?? []).map((mapping) => readMapping(world, mapping));
    if (!mappings.some(({ device }) => device === root))
      throw new SimulatedServiceError('InvalidBlockDeviceMapping', `No mapping of the root device '${root}'`);
    if (new Set(mappings.map(({ device }) => device)).size < mappings.length)
      throw invalidValue('A device is mapped twice');
    const tags = readTagSpecifications(input.TagSpecifications, ['image'], world.settings.maxTags);
    const now = world.now();
    const id = world.ids.next('ami');
    addImage(world, {
      id,
      createdAt: now,
      goneAt: undefined,
      tags: new TagHistory(now, tags.get('image')),
      ownerId: world.account,
      name,
      description: input.Description ?? '',
      sourceInstanceId: undefined,
      rootDeviceName: root,
      mappings,
      availableAt: now + REGISTERING,
      failsAt: undefined,
      stateReason: undefined,
      // EC2's own default, from the time before others.
      architecture: input.Architecture ?? 'i386',
      bootMode: input.BootMode,
      enaSupport: input.EnaSupport,
    });
    return { ImageId: id };
  },
};

function readMapping(world: World, { DeviceName: device, Ebs: ebs }: BlockDeviceMapping): ImageMapping {
  if (device === undefined || ebs === undefined)
    throw missingParameter('BlockDeviceMapping.DeviceName or Ebs');
  const order = { type: ebs.VolumeType ?? 'standard', iops: ebs.Iops, throughput: ebs.Throughput };
  checkPerformance(order);
  const snapshot = usableSnapshot(world, ebs.SnapshotId);
  return {
    ...order,
    device,
    snapshotId: snapshot.id,
    sizeGiB: snapshot.sizeGiB,
    encrypted: snapshot.encrypted,
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
  };
}
