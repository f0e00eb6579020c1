/** The copies that are being made. */

import type { Image as Ec2Image, Snapshot as Ec2Snapshot } from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { everyImage } from './read-images.ts';
import { everySnapshot } from './read-snapshots.ts';

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
