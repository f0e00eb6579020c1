import { ListImagesInRecycleBinCommand, ListSnapshotsInRecycleBinCommand } from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional } from './shapes.ts';

const PAGE = 1000;

/** An AMI or snapshot in the Recycle Bin. */
export interface Binned {
  readonly kind: 'image' | 'snapshot';
  readonly id: string;
  /** The AMI's name, the snapshot's description: ours carry the backup's name there. Empty where there is none. */
  readonly name: string;
  /** ms since the epoch: then it is gone. */
  readonly until?: number;
}

/** Names of the AMIs and descriptions of the snapshots in the Recycle Bin. */
export async function* listRecycleBin(clients: Pick<Clients, 'ec2'>): AsyncGenerator<string> {
  for await (const { name } of listBinned(clients)) yield name;
}

/** What has a name or a description, of everything in the Recycle Bin. */
export async function* listBinned(clients: Pick<Clients, 'ec2'>): AsyncGenerator<Binned> {
  for await (const binned of listBin(clients)) if (binned.name !== '') yield binned;
}

/** Everything in the Recycle Bin. */
export async function* listBin({ ec2 }: Pick<Clients, 'ec2'>): AsyncGenerator<Binned> {
  yield* everyPage(async (token) => {
    const answer = await ec2.send(
      new ListImagesInRecycleBinCommand({ MaxResults: PAGE, ...optional('NextToken', token) }),
    );
    const items = (answer.Images ?? []).map(({ ImageId = '', Name = '', RecycleBinExitTime }) => {
      return { kind: 'image' as const, id: ImageId, name: Name, ...exit(RecycleBinExitTime) };
    });
    return { items, nextToken: answer.NextToken };
  });
  yield* everyPage(async (token) => {
    const answer = await ec2.send(
      new ListSnapshotsInRecycleBinCommand({ MaxResults: PAGE, ...optional('NextToken', token) }),
    );
    const items = (answer.Snapshots ?? []).map(
      ({ SnapshotId = '', Description = '', RecycleBinExitTime }) => {
        return { kind: 'snapshot' as const, id: SnapshotId, name: Description, ...exit(RecycleBinExitTime) };
      },
    );
    return { items, nextToken: answer.NextToken };
  });
}

function exit(time: Date | undefined): { readonly until?: number } {
  return optional('until', time?.getTime());
}
