import type {
  BlockDeviceMapping,
  DescribeImagesRequest,
  DescribeImagesResult,
  Image,
  ImageState,
} from '@aws-sdk/client-ec2';
import type { Filterable } from './filters.ts';
import { listPage, tokenOf } from './listing.ts';
import { IMAGE_ID } from './lookup.ts';
import { ownerTest } from './owners.ts';
import { FILTERS } from './parameters.ts';
import { deprecationOf, isDisabled, protectionOf } from './protections.ts';
import type { ImageMapping, ImageRecord } from './records.ts';
import { isSharedWithAny } from './sharing.ts';
import { imageState } from './states.ts';
import { toTagList, type Tags } from './tags.ts';
import type { Command, World } from './world.ts';

/** Without `Owners` the public images of others are listed too; disabled ones only with IncludeDisabled. */
export const describeImages: Command<DescribeImagesRequest, DescribeImagesResult> = {
  parameters: {
    ImageIds: true,
    Owners: true,
    ExecutableUsers: true,
    Filters: FILTERS,
    IncludeDeprecated: true,
    IncludeDisabled: true,
    MaxResults: true,
    NextToken: true,
    DryRun: true,
  },
  run(world, input) {
    const time = world.readTime();
    const isOwned = ownerTest(world, input.Owners);
    const page = listPage(world, {
      input,
      shelf: world.store.images,
      ids: { parameter: 'ImageIds', kind: IMAGE_ID, given: input.ImageIds },
      filterable: filterableAt(time),
      where: (image) =>
        isOwned(image) &&
        isSharedWithAny(image, input.ExecutableUsers, time) &&
        (input.IncludeDisabled === true || !isDisabled(image, time)),
    });
    return { Images: page.items.map((image) => render(world, image)), ...tokenOf(page) };
  },
};

function filterableAt(time: number): Filterable<ImageRecord> {
  return {
    command: 'DescribeImages',
    fields: {
      'image-id': (image) => [image.id],
      'block-device-mapping.snapshot-id': (image) => mappedSnapshots(image, time),
      name: (image) => [image.name],
      state: (image) => [imageState(image, time)],
      'source-instance-id': ({ sourceInstanceId: id }) => (id === undefined ? [] : [id]),
    },
    tags: (image) => image.tags.at(time),
  };
}

function mappedSnapshots(image: ImageRecord, time: number): string[] {
  if (!hasMappings(imageState(image, time))) return [];
  return image.mappings.flatMap(({ snapshotId }) => snapshotId ?? []);
}

/** EC2 knows an image's snapshots late: they are in its mappings once it is available. */
function hasMappings(state: ImageState): boolean {
  return state === 'available' || state === 'disabled';
}

/** The newest answer about each image, which holds while these do: lists are read often. */
const RENDERED = new WeakMap<ImageRecord, Rendered>();

interface Rendered {
  readonly state: ImageState;
  readonly tags: Tags;
  readonly protection: string;
  readonly deprecatedAt: number | undefined;
  readonly answer: Image;
}

/** Nobody can change the answer. */
function render(world: World, image: ImageRecord): Image {
  const time = world.readTime();
  const state = imageState(image, time);
  const tags = image.tags.at(time);
  const protection = protectionOf(image, time) ?? 'disabled';
  const deprecatedAt = deprecationOf(image, time);
  const known = RENDERED.get(image);
  if (known?.state === state && known.tags === tags && known.protection === protection) {
    if (known.deprecatedAt === deprecatedAt) return known.answer;
  }
  const answer = Object.freeze(renderAs(world, image, { state, tags, protection, deprecatedAt }));
  RENDERED.set(image, { state, tags, protection, deprecatedAt, answer });
  return answer;
}

function renderAs(
  world: World,
  image: ImageRecord,
  { state, tags, protection, deprecatedAt }: Omit<Rendered, 'answer'>,
): Image {
  const isOwn = image.ownerId === world.account;
  const complete = hasMappings(state);
  return {
    ImageId: image.id,
    ImageLocation: `${image.ownerId}/${image.name}`,
    Name: image.name,
    Description: image.description === '' ? undefined : image.description,
    OwnerId: image.ownerId,
    Public: !isOwn,
    State: state,
    StateReason:
      state === 'failed' ? { Code: 'Client.InternalError', Message: image.stateReason } : undefined,
    CreationDate: new Date(image.createdAt).toISOString(),
    SourceImageId: image.source?.imageId,
    SourceImageRegion: image.source?.region,
    SourceInstanceId: isOwn ? image.sourceInstanceId : undefined,
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: image.mappings.map((mapping) => renderMapping(mapping, complete)),
    // During the cooldown the mode still stands, as deregistering is still refused.
    DeregistrationProtection: isOwn ? protection : undefined,
    DeprecationTime: deprecatedAt === undefined ? undefined : new Date(deprecatedAt).toISOString(),
    ImageType: 'machine',
    Architecture: image.architecture ?? 'x86_64',
    BootMode: image.bootMode,
    EnaSupport: image.enaSupport,
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    Tags: toTagList(tags),
  };
}

function renderMapping(mapping: ImageMapping, complete: boolean): BlockDeviceMapping {
  if (mapping.virtualName !== undefined) {
    return { DeviceName: mapping.device, VirtualName: mapping.virtualName };
  }
  return {
    DeviceName: mapping.device,
    Ebs: {
      SnapshotId: complete ? mapping.snapshotId : undefined,
      VolumeSize: mapping.sizeGiB,
      VolumeType: mapping.type,
      Iops: mapping.iops,
      Throughput: mapping.throughput,
      Encrypted: mapping.encrypted,
      DeleteOnTermination: mapping.deleteOnTermination,
    },
  };
}
