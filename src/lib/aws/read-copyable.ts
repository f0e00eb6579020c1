/** Snapshots with what stands against copying them, and the copies that are being made. */

import type { Image as Ec2Image, Snapshot as Ec2Snapshot } from '@aws-sdk/client-ec2';
import type { Snapshot } from '../plan/inventory.ts';
import type { Clients } from './clients.ts';
import { everyImage } from './read-images.ts';
import { everySnapshot, toSnapshot } from './read-snapshots.ts';
import { optional } from './shapes.ts';

export interface CopyableSnapshot extends Snapshot {
  readonly encrypted: boolean;
  /** ARN of its key. */
  readonly key?: string;
  readonly isArchived: boolean;
  /** ms since the epoch: until then an archived one can be read. */
  readonly readableUntil?: number;
}

/** Every snapshot that the account owns in the Region. */
export function listCopyableSnapshots(clients: Pick<Clients, 'ec2'>): AsyncGenerator<CopyableSnapshot> {
  return everySnapshot(clients, [], (snapshot) => ({
    ...toSnapshot(snapshot),
    encrypted: snapshot.Encrypted ?? false,
    isArchived: snapshot.StorageTier === 'archive',
    ...optional('key', snapshot.KmsKeyId),
    ...optional('readableUntil', snapshot.RestoreExpiryTime?.getTime()),
  }));
}

/** EC2's arbitrary volume of copies. */
const NO_VOLUME = 'vol-ffffffff';

/** How many copies of snapshots EC2 is making, those of AMIs left out. */
export function countSnapshotCopies(clients: Pick<Clients, 'ec2'>): Promise<number> {
  const isCopy = ({ VolumeId, Description = '' }: Ec2Snapshot): boolean =>
    VolumeId === NO_VOLUME && !Description.startsWith('Copied for DestinationAmi ami-');
  return count(everySnapshot(clients, [{ name: 'status', values: ['pending'] }], isCopy));
}

/** How many copies of AMIs EC2 is making. */
export function countImageCopies(clients: Pick<Clients, 'ec2'>): Promise<number> {
  const isCopy = ({ SourceImageId }: Ec2Image): boolean => SourceImageId !== undefined;
  return count(everyImage(clients, [{ name: 'state', values: ['pending'] }], isCopy));
}

async function count(answers: AsyncIterable<boolean>): Promise<number> {
  let yes = 0;
  for await (const answer of answers) yes += Number(answer);
  return yes;
}
