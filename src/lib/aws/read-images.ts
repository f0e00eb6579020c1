import { DescribeImagesCommand, type Image as Ec2Image } from '@aws-sdk/client-ec2';
import type { Image } from '../plan/inventory.ts';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional, required, toEc2Filters, toTags, type Filter } from './shapes.ts';

const PAGE = 1000;

/** Every AMI that the account owns in the Region and that matches, disabled and deprecated ones too. */
export function listImages(
  clients: Pick<Clients, 'ec2'>,
  filters: readonly Filter[] = [],
): AsyncGenerator<Image> {
  return everyImage(clients, filters, toImage);
}

/** The same of those that another account may use. */
export function listSharedImages(
  clients: Pick<Clients, 'ec2'>,
  account: string,
  filters: readonly Filter[],
): AsyncGenerator<Image> {
  return everyImage(clients, filters, toImage, account);
}

/** The same, each read by `read`; of those only that `sharedWith` may use, where it is given. */
export function everyImage<T>(
  { ec2 }: Pick<Clients, 'ec2'>,
  filters: readonly Filter[],
  read: (image: Ec2Image) => T,
  sharedWith?: string,
): AsyncGenerator<T> {
  return everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeImagesCommand({
        Owners: ['self'],
        IncludeDisabled: true,
        IncludeDeprecated: true,
        MaxResults: PAGE,
        ...toEc2Filters(filters),
        ...(sharedWith !== undefined && { ExecutableUsers: [sharedWith] }),
        ...optional('NextToken', token),
      }),
    );
    return { items: (answer.Images ?? []).map(read), nextToken: answer.NextToken };
  });
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
