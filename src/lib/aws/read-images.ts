import { DescribeImagesCommand, type Image as Ec2Image } from '@aws-sdk/client-ec2';
import type { Image } from '../plan/inventory.ts';
import type { ListClients } from './clients.ts';
import { everyPage, readItems, type Page } from './pages.ts';
import { everyPart } from './parts.ts';
import { optional, required, toEc2Filters, toTags, type Filter } from './shapes.ts';

const PAGE = 1000;

/** Every AMI that the account owns in the Region and that matches, disabled and deprecated ones too. */
export function listImages(clients: ListClients, filters: readonly Filter[] = []): AsyncGenerator<Image> {
  return everyImage(clients, filters, toImage);
}

/** The same of those that another account may use. */
export function listSharedImages(
  clients: ListClients,
  account: string,
  filters: readonly Filter[],
): AsyncGenerator<Image> {
  return everyImage(clients, filters, toImage, account);
}

/** The same, each read by `read`; of those only that `sharedWith` may use, where it is given. */
export function everyImage<T>(
  { ec2, inParts }: ListClients,
  filters: readonly Filter[],
  read: (image: Ec2Image) => T,
  sharedWith?: string,
): AsyncGenerator<T> {
  const page = async (token: string | undefined, narrowed: readonly Filter[]): Promise<Page<Ec2Image>> => {
    const answer = await ec2.send(
      new DescribeImagesCommand({
        Owners: ['self'],
        IncludeDisabled: true,
        IncludeDeprecated: true,
        MaxResults: PAGE,
        ...toEc2Filters(narrowed),
        ...(sharedWith !== undefined && { ExecutableUsers: [sharedWith] }),
        ...optional('NextToken', token),
      }),
    );
    return { items: answer.Images ?? [], nextToken: answer.NextToken };
  };
  const list = { idFilter: 'image-id', filters, idOf: ({ ImageId = '' }: Ec2Image) => ImageId, read: page };
  return readItems(inParts ? everyPart(list) : everyPage((token) => page(token, filters)), read);
}

export function toImage(image: Ec2Image): Image {
  const id = required(image.ImageId, 'ImageId');
  return {
    id,
    name: image.Name ?? '',
    state: required(image.State, `State of ${id}`),
    createdAt: image.CreationDate === undefined ? 0 : Date.parse(image.CreationDate) || 0,
    snapshotIds: (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
    tags: toTags(image.Tags),
    ...(image.StateReason?.Message !== undefined && { stateReason: image.StateReason.Message }),
    ...(image.DeregistrationProtection !== undefined && {
      deregistrationProtection: image.DeregistrationProtection,
    }),
  };
}
