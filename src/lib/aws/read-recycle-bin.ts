import { ListImagesInRecycleBinCommand, ListSnapshotsInRecycleBinCommand } from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional } from './shapes.ts';

const PAGE = 1000;

/** Names of the AMIs and descriptions of the snapshots in the Recycle Bin: ours carry the backup's name there. */
export async function* listRecycleBin({ ec2 }: Pick<Clients, 'ec2'>): AsyncGenerator<string> {
  yield* everyPage(async (token) => {
    const answer = await ec2.send(
      new ListImagesInRecycleBinCommand({ MaxResults: PAGE, ...optional('NextToken', token) }),
    );
    return { items: (answer.Images ?? []).flatMap(({ Name }) => Name ?? []), nextToken: answer.NextToken };
  });
  yield* everyPage(async (token) => {
    const answer = await ec2.send(
      new ListSnapshotsInRecycleBinCommand({ MaxResults: PAGE, ...optional('NextToken', token) }),
    );
    const descriptions = (answer.Snapshots ?? []).flatMap(({ Description }) => Description ?? []);
    return { items: descriptions, nextToken: answer.NextToken };
  });
}
