import type { CopyImageRequest, CopyImageResult } from '@aws-sdk/client-ec2';
import { once } from './client-tokens.ts';
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
import { checkName } from './create-image.ts';
import { SimulatedServiceError } from './errors.ts';
import { IMAGE_ID, checkId } from './lookup.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import type { ImageMapping, ImageRecord, SnapshotRecord } from './records.ts';
import { lengthOf } from './settings.ts';
import { newSnapshotId } from './snapshot-making.ts';
import { imageState } from './states.ts';
import { addImage, snapshotIdsOf } from './stock.ts';
import { TagHistory, readTagSpecifications, type Tags } from './tags.ts';
import type { Command, World } from './world.ts';

/** Sent to the destination. Neither tags nor permissions come along. */
export const copyImage: Command<CopyImageRequest, CopyImageResult> = {
  parameters: {
    SourceRegion: true,
    SourceImageId: true,
    Name: true,
    Description: true,
    ClientToken: true,
    Encrypted: true,
    KmsKeyId: true,
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  creates: true,
  run(world, input, { failure }) {
    return { ImageId: once(world, { command: 'CopyImage', input }, () => copy(world, input, failure)) };
  },
};

function copy(world: World, input: CopyImageRequest, failure: string | undefined): string {
  const source = findSource(world, input);
  const snapshots = sourceSnapshots(world, source);
  checkEncryption(input);
  const name = checkName(world, input.Name);
  const tags = readTagSpecifications(input.TagSpecifications, ['image', 'snapshot'], world.settings.maxTags);
  const pending = world.store.imageCopies.filter((image) => isPending(image, world.now()));
  checkRoom('image copies', pending.length, world.settings.maxImageCopies);
  const image = make(world, { source, snapshots, name, tags, input, failure });
  world.store.imageCopies = [...pending, image];
  return image.id;
}

function isPending(image: ImageRecord, now: number): boolean {
  return image.goneAt === undefined && imageState(image, now) === 'pending';
}

function findSource(world: World, input: CopyImageRequest): Source<ImageRecord> {
  const homes = sourceWorlds(world, input.SourceRegion);
  const id = checkId(IMAGE_ID, input.SourceImageId, 'SourceImageId');
  const now = world.now();
  for (const home of homes) {
    const resource = home.store.images.get(id, now);
    if (resource === undefined || !isOpenTo(world, { home, resource })) continue;
    const state = imageState(resource, now);
    if (state !== 'available')
      throw new SimulatedServiceError('InvalidAMIID.Unavailable', `The image id '[${id}]' is ${state}`);
    return { home, resource };
  }
  throw new SimulatedServiceError(IMAGE_ID.notFound, `The image id '[${id}]' does not exist`);
}

/** By id. An image may be shared without its storage. */
function sourceSnapshots(
  world: World,
  { home, resource: image }: Source<ImageRecord>,
): ReadonlyMap<string, SnapshotRecord> {
  const found = snapshotIdsOf(image).map((id): [string, SnapshotRecord] => {
    const snapshot = home.store.snapshots.get(id, world.now());
    if (snapshot === undefined) throw world.opaque(`The snapshot '${id}' of '${image.id}' does not exist`);
    if (!isOpenTo(world, { home, resource: snapshot })) {
      const message = 'You do not have permission to access the storage of this ami';
      throw new SimulatedServiceError('InvalidRequest', message);
    }
    checkReadable(world, snapshot);
    return [id, snapshot];
  });
  return new Map(found);
}

interface ImageCopyOrder {
  readonly source: Source<ImageRecord>;
  readonly snapshots: ReadonlyMap<string, SnapshotRecord>;
  readonly name: string;
  readonly tags: ReadonlyMap<string, Tags>;
  readonly input: CopyImageRequest;
  readonly failure: string | undefined;
}

function make(world: World, order: ImageCopyOrder): ImageRecord {
  const { source, input } = order;
  const now = world.now();
  const id = world.ids.next('ami');
  const availableAt = now + lengthOf(world.settings.copyDuration, id, world.store.imagesMade);
  world.store.imagesMade += 1;
  const copies = copySnapshots(world, { ...order, id, availableAt });
  const failure =
    order.failure ?? [...copies.values()].find(({ failsAt }) => failsAt !== undefined)?.stateMessage;
  const { rootDeviceName, mappings, architecture, bootMode, enaSupport, description } = source.resource;
  const image: ImageRecord = {
    id,
    createdAt: now,
    goneAt: undefined,
    tags: new TagHistory(now, order.tags.get('image')),
    ownerId: world.account,
    name: order.name,
    description: input.Description ?? description,
    sourceInstanceId: undefined,
    source: { region: source.home.region, imageId: source.resource.id },
    rootDeviceName,
    ...(architecture !== undefined && { architecture }),
    bootMode,
    enaSupport,
    mappings: mappings.map((mapping) => copyMapping(mapping, copies)),
    availableAt,
    failsAt: failure === undefined ? undefined : availableAt,
    stateReason: failure,
  };
  for (const [snapshotId, copy] of copies) {
    const resource = order.snapshots.get(snapshotId);
    if (resource !== undefined) startCopy(world, { source: { home: source.home, resource }, copy, image });
  }
  addImage(world, image);
  return image;
}

function copySnapshots(
  world: World,
  order: ImageCopyOrder & { readonly id: string; readonly availableAt: number },
): ReadonlyMap<string, SnapshotRecord> {
  const { source, input, failure } = order;
  const copies = [...order.snapshots].map(([snapshotId, resource]): [string, SnapshotRecord] => [
    snapshotId,
    makeCopy(world, {
      id: newSnapshotId(world).id,
      source: { home: source.home, resource },
      encryption: input,
      description: `Copied for DestinationAmi ${order.id} from SourceAmi ${source.resource.id} for SourceSnapshot ${snapshotId}. Task created on ${world.now()}.`,
      tags: order.tags.get('snapshot'),
      completesAt: order.availableAt,
      failure,
    }),
  ]);
  return new Map(copies);
}

function copyMapping(mapping: ImageMapping, copies: ReadonlyMap<string, SnapshotRecord>): ImageMapping {
  const copy = mapping.snapshotId === undefined ? undefined : copies.get(mapping.snapshotId);
  return copy === undefined ? mapping : { ...mapping, snapshotId: copy.id, encrypted: copy.encrypted };
}
