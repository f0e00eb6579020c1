/** What lies in the Recycle Bin, told with the way out of it. */

import { formatInstant } from '../policy/instant.ts';

export interface InRecycleBin {
  readonly kind: 'image' | 'snapshot';
  readonly id: string;
  /** ms since the epoch: then it is gone. */
  readonly until?: number;
}

/** `ami-… is in the Recycle Bin until …: aws ec2 restore-image-from-recycle-bin …`. */
export function binnedText({ kind, id, until }: InRecycleBin, region: string): string {
  const end = until === undefined ? '' : ` until ${formatInstant(until)}`;
  return `${id} is in the Recycle Bin${end}: aws ec2 restore-${kind}-from-recycle-bin --${kind}-id ${id} --region ${region}`;
}
