/** The tags of a copy: all that makes it a recovery point like the one that it is a copy of. */

import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { isCopyable } from './backup-tags.ts';
import { ENCODING } from './escaped-text.ts';
import type { Tags } from './inventory.ts';
import { COPY, copiedFromText, OWN_PREFIX, PROTECT, REHEARSAL, type Owner } from './marks.ts';
import type { Tag } from './restore-sheet.ts';
import { APP_CONSISTENT } from './vss-mark.ts';

/** EC2 takes 50; two are left to the user. */
const MAX_TAGS = 48;

export interface CopyTagFacts {
  readonly owner: Owner;
  /** Of the AMI, or of the snapshot that is copied. */
  readonly tags: Tags;
  readonly from: Place;
  /** The recovery point's id there. */
  readonly point: string;
  /** When its data was taken, in ms since the epoch. */
  readonly takenAt: number;
  /** Of a snapshot, the volume that it is of. */
  readonly volume?: string;
}

export interface CopyTags {
  readonly tags: readonly Tag[];
  /** Keys of the source's own tags for which there was no room. */
  readonly dropped: readonly string[];
}

const OF_THE_ORIGINAL: ReadonlySet<string> = new Set([REHEARSAL.result, PROTECT.disabled, PROTECT.shared]);

/** Ours and the name first, then the source's own while there is room. A hold, or a rehearsal, is of what it was put on. */
export function copyTags({ owner, tags, from, point, takenAt, volume }: CopyTagFacts): CopyTags {
  const all = [...tags].map(([key, value]): Tag => ({ key, value }));
  // By it a copy of what Windows made says what it is.
  const consistency = tags.has(ENCODING) ? APP_CONSISTENT : undefined;
  const ours = [
    ...all.filter(
      ({ key }) =>
        (key.startsWith(OWN_PREFIX) && !OF_THE_ORIGINAL.has(key)) || key === 'Name' || key === consistency,
    ),
    { key: COPY.from, value: copiedFromText(from, point) },
    { key: COPY.taken, value: formatInstant(takenAt) },
    ...(volume === undefined ? [] : [{ key: COPY.volume, value: volume }]),
  ];
  const others = all.filter(({ key }) => isCopyable(key, owner) && key !== consistency);
  const room = Math.max(0, MAX_TAGS - ours.length);
  return {
    tags: [...ours, ...others.slice(0, room)],
    dropped: others.slice(room).map(({ key }) => key),
  };
}
