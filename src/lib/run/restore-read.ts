/** What a restore reads before it is planned. */

import { listBinned, type Binned } from '../aws/read-recycle-bin.ts';
import {
  hasKeyPair,
  isOfferedIn,
  listRootTasks,
  readGroups,
  readSubnet,
  readType,
} from '../aws/read-ground.ts';
import { listInstances } from '../aws/read-instances.ts';
import { listRestorableImages, listRestorableSnapshots, listReturning } from '../aws/read-restorables.ts';
import { listVolumes } from '../aws/read-volumes.ts';
import { describeError } from '../aws/errors.ts';
import type { Instance } from '../plan/inventory.ts';
import { MARK, readOwnership } from '../plan/marks.ts';
import { wishOf, type Wish } from '../plan/plan-restore-instance.ts';
import { assemblePoints, type RecoveryPoint } from '../plan/recovery-points.ts';
import type { Ground, RestoreRequest, Restorables } from '../plan/restorable.ts';
import { keysOf } from '../plan/restore-keys.ts';
import { archivedOf } from '../plan/restore-point.ts';
import { readSheet } from '../plan/restore-sheet.ts';
import { tagsOfPoint } from '../plan/restore-volumes.ts';
import type { RunContext } from './context.ts';
import { ReadError } from './errors.ts';
import { readKeyFacts } from './read-key-facts.ts';
import { readEach } from './read.ts';

/** Every recovery point of one source in the place, with its parts. */
export async function readRestorables(context: RunContext, source: string): Promise<Restorables> {
  const { clients, clock, file } = context;
  const filters = [
    { name: `tag:${MARK.deployment}`, values: [file.deployment] },
    { name: `tag:${MARK.source}`, values: [source] },
  ];
  // Snapshots before images, as everywhere: an AMI made in between is seen with all its snapshots or not at all.
  const snapshots = await readEach(context, 'snapshots', listRestorableSnapshots(clients, filters));
  const images = await readEach(context, 'AMIs', listRestorableImages(clients, filters));
  const owned = <T extends { readonly tags: Instance['tags'] }>(part: T) => ({
    ...part,
    ownership: readOwnership(part.tags, file),
  });
  return {
    points: assemblePoints(images.map(owned), snapshots.map(owned), clock.now()).points,
    images: new Map(images.map((image) => [image.id, image])),
    snapshots: new Map(snapshots.map((snapshot) => [snapshot.id, snapshot])),
  };
}

/** What of a source's backups is in the Recycle Bin. */
export async function readBinned(context: RunContext, source: string): Promise<readonly Binned[]> {
  const { clients, file } = context;
  const binned = await readEach(context, 'Recycle Bin', listBinned(clients));
  const ofSource = new RegExp(`^${file.deployment}/[^/]+/${source}/`);
  const images = binned.filter(({ kind, name }) => kind === 'image' && ofSource.test(name));
  const ids = new Set(images.map(({ id }) => id));
  const ofImage = ({ name }: Binned): boolean => ids.has(/ for (ami-[0-9a-f]+)$/.exec(name)?.[1] ?? '');
  return binned.filter((entry) => images.includes(entry) || ofSource.test(entry.name) || ofImage(entry));
}

interface Found {
  readonly point: RecoveryPoint;
  readonly restorables: Restorables;
  /** Whether KMS is asked if these credentials may use the keys, besides how those are. */
  readonly asksKeys: boolean;
}

/** Whether the account has what the request or the restore sheet names. */
export async function readGround(
  context: RunContext,
  request: RestoreRequest,
  { point, restorables, asksKeys }: Found,
): Promise<Ground> {
  const { clients, clock } = context;
  const wish = wishOf(request, readSheet(tagsOfPoint(point, restorables)));
  const original = await readInstance(context, request.source);
  const attachTo = request.attach === undefined ? undefined : await readInstance(context, request.attach);
  const archived = archivedOf(point, restorables.snapshots, clock.now());
  return {
    ...(original && { original }),
    ...(request.as === 'instance' ? await readSurroundings(context, wish) : NO_SURROUNDINGS),
    ...(attachTo && { attachTo }),
    attachedVolumes: attachTo
      ? await readEach(
          context,
          'volumes',
          listVolumes(clients, [{ name: 'attachment.instance-id', values: [attachTo.id] }]),
        )
      : [],
    rootTasks:
      request.as === 'in-place'
        ? await readEach(context, 'root volume tasks', listRootTasks(clients, request.source))
        : [],
    returning: new Set(
      archived.length === 0 ? [] : await readEach(context, 'storage tiers', listReturning(clients, archived)),
    ),
    keys: await readKeyFacts(context, keysOf(point.snapshotIds, restorables), { asks: asksKeys }),
  };
}

type Surroundings = Pick<Ground, 'subnet' | 'groups' | 'hasKey' | 'type' | 'isOffered'>;

const NO_SURROUNDINGS: Surroundings = { groups: new Map(), hasKey: false, isOffered: false };

async function readSurroundings({ clients, place }: RunContext, wish: Wish): Promise<Surroundings> {
  try {
    const subnet = wish.subnet === undefined ? undefined : await readSubnet(clients, wish.subnet);
    const type = wish.type === undefined ? undefined : await readType(clients, wish.type);
    return {
      ...(subnet && { subnet }),
      ...(type && { type }),
      groups: await readGroups(clients, wish.securityGroups),
      hasKey: wish.key === undefined || (await hasKeyPair(clients, wish.key)),
      isOffered:
        wish.type !== undefined &&
        subnet !== undefined &&
        (await isOfferedIn(clients, wish.type, subnet.zone)),
    };
  } catch (error) {
    const message = `cannot read what account ${place.account} in ${place.region} has for it, so nothing is done: ${describeError(error)}`;
    throw new ReadError(message, { cause: error });
  }
}

/** An instance that exists: a terminated one shows for an hour. */
async function readInstance(context: RunContext, id: string): Promise<Instance | undefined> {
  if (!id.startsWith('i-')) return undefined;
  const filters = [{ name: 'instance-id', values: [id] }];
  const found = await readEach(context, 'instances', listInstances(context.clients, filters));
  return found.find(({ state }) => state !== 'terminated' && state !== 'shutting-down');
}
