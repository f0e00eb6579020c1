/** What protecting reads besides the points and the verdicts of retention. */

import { listSharedImages } from '../aws/read-images.ts';
import { listRestorableImages, listRestorableSnapshots, listTiers } from '../aws/read-restorables.ts';
import { listLocks, listSharedSnapshots } from '../aws/read-snapshots.ts';
import { MARK, PROTECT } from '../plan/marks.ts';
import { accountsToAsk } from '../plan/plan-protect.ts';
import type { ImageFacts, ProtectFacts, SnapshotFacts } from '../plan/protect-facts.ts';
import type { RunContext } from './context.ts';
import { readKeys } from './read-copies.ts';
import { readEach } from './read.ts';

export type Read = Omit<ProtectFacts, 'staysLong' | 'copying'>;

/** The deployment's AMIs and snapshots, locks, tiers and shares: each list only where a word of the file needs it. */
export async function readProtectFacts(context: RunContext): Promise<Read> {
  const { file } = context;
  const ours = [{ name: `tag:${MARK.deployment}`, values: [file.deployment] }];
  const snapshots = await readSnapshots(context, ours);
  const images = await readImages(context, ours);
  const hasLocks = file.policies.some(({ lock }) => lock);
  const locks = hasLocks ? await readEach(context, 'snapshot locks', listLocks(context.clients)) : [];
  return {
    snapshots,
    images,
    locks: new Map(
      locks.map(({ snapshotId, state, until }) => [
        snapshotId,
        { state, ...(until !== undefined && { until }) },
      ]),
    ),
    ...(await readTiers(context)),
    ...(await readShares(context, { images, snapshots, ours })),
  };
}

type Filters = Parameters<typeof listRestorableImages>[1];

async function readImages(context: RunContext, ours: Filters): Promise<Map<string, ImageFacts>> {
  const images = new Map<string, ImageFacts>();
  for (const image of await readEach(context, 'AMIs', listRestorableImages(context.clients, ours))) {
    const { id, state, deregistrationProtection: protection = 'disabled', deprecatesAt, tags } = image;
    const told = tags.get(PROTECT.shared);
    images.set(id, {
      state,
      protection,
      ...(deprecatesAt !== undefined && { deprecatesAt }),
      ...(told !== undefined && { told }),
    });
  }
  return images;
}

async function readSnapshots(context: RunContext, ours: Filters): Promise<Map<string, SnapshotFacts>> {
  const snapshots = new Map<string, SnapshotFacts>();
  const listed = listRestorableSnapshots(context.clients, ours);
  for (const { id, state, isArchived, volumeId, key, tags } of await readEach(context, 'snapshots', listed)) {
    const told = tags.get(PROTECT.shared);
    snapshots.set(id, {
      state,
      isArchived,
      volumeId,
      ...(key !== undefined && { key }),
      ...(told !== undefined && { told }),
    });
  }
  return snapshots;
}

async function readTiers(context: RunContext): Promise<Pick<Read, 'archiving' | 'archivedOf' | 'restored'>> {
  const archivedOf = new Map<string, number>();
  const archiving = new Set<string>();
  const restored = new Set<string>();
  const matters = context.file.policies.some(
    ({ archiveAfter, share }) => archiveAfter !== undefined || share,
  );
  if (!matters) return { archiving, archivedOf, restored };
  for (const { id, status, volumeId } of await readEach(
    context,
    'storage tiers',
    listTiers(context.clients),
  )) {
    if (status === 'archival-in-progress') archiving.add(id);
    if (status.startsWith('permanent-restore')) restored.add(id);
    else if (status !== 'archival-failed') archivedOf.set(volumeId, (archivedOf.get(volumeId) ?? 0) + 1);
  }
  return { archiving, archivedOf, restored };
}

interface Parts extends Pick<Read, 'images' | 'snapshots'> {
  readonly ours: Filters;
}

async function readShares(
  context: RunContext,
  { images, snapshots, ours }: Parts,
): Promise<Pick<Read, 'sharedWith' | 'keys'>> {
  const { clients, file } = context;
  const told = [...images.values(), ...snapshots.values()].map((part) => part.told);
  const sharedWith = new Map<string, ReadonlySet<string>>();
  for (const account of accountsToAsk(file, told)) {
    const what = `what account ${account} may use`;
    const shared = [
      ...(await readEach(context, what, listSharedImages(clients, account, ours))),
      ...(await readEach(context, what, listSharedSnapshots(clients, account, ours))),
    ];
    sharedWith.set(account, new Set(shared.map(({ id }) => id)));
  }
  const shares = file.policies.some(({ share = [] }) => share.length > 0);
  const keys = shares ? [...new Set([...snapshots.values()].flatMap(({ key }) => key ?? []))].sort() : [];
  return { sharedWith, keys: (await readKeys(context, keys)).keys };
}
