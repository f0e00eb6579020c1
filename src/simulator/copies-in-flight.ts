import type { ImageRecord, Resource, SnapshotRecord } from './records.ts';
import { imageState, snapshotState } from './states.ts';

/** One snapshot that is being copied to an account, alone or for the copy of an image. */
export interface Copying {
  /** Undefined within one account, which needs nobody's leave. */
  readonly borrower: string | undefined;
  readonly copy: SnapshotRecord;
  readonly image: ImageRecord | undefined;
}

/** What is being copied from each snapshot, in the order of starting. */
const UNDER_WAY = new WeakMap<Resource, readonly Copying[]>();

export function noteCopy(source: SnapshotRecord, copying: Copying, now: number): void {
  const others = (UNDER_WAY.get(source) ?? []).filter(({ copy }) => snapshotState(copy, now) === 'pending');
  UNDER_WAY.set(source, [...others, copying]);
}

interface Loss {
  readonly now: number;
  readonly reason: string;
  /** Which accounts lose the source; all unless given, its own among them. */
  readonly where?: (account: string) => boolean;
}

/** Ends what is still being copied from a snapshot, and the images that it is for. Of an image nothing is copied. */
export function failCopies(source: Resource, { now, reason, where }: Loss): void {
  for (const { borrower, copy, image } of UNDER_WAY.get(source) ?? []) {
    const isLost = where === undefined || (borrower !== undefined && where(borrower));
    if (!isLost || snapshotState(copy, now) !== 'pending') continue;
    copy.failsAt = now;
    copy.stateMessage = reason;
    if (image === undefined || imageState(image, now) !== 'pending') continue;
    image.failsAt = now;
    image.stateReason = reason;
  }
}
