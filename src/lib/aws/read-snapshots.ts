import {
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotsCommand,
  type LockedSnapshotsInfo,
  type Snapshot as Ec2Snapshot,
} from '@aws-sdk/client-ec2';
import type { Snapshot } from '../plan/inventory.ts';
import { COPY } from '../plan/marks.ts';
import type { Clients, ListClients } from './clients.ts';
import { everyPage, readItems, type Page } from './pages.ts';
import { everyPart } from './parts.ts';
import { optional, required, toEc2Filters, toTags, type Filter } from './shapes.ts';

const PAGE = 1000;

/** Every snapshot that the account owns in the Region and that matches. */
export function listSnapshots(
  clients: ListClients,
  filters: readonly Filter[] = [],
): AsyncGenerator<Snapshot> {
  return everySnapshot(clients, filters, toSnapshot);
}

/** The same of those that another account may make volumes and copies of. */
export function listSharedSnapshots(
  clients: ListClients,
  account: string,
  filters: readonly Filter[],
): AsyncGenerator<Snapshot> {
  return everySnapshot(clients, filters, toSnapshot, account);
}

/** The same, each read by `read`; of those only that `sharedWith` may copy, where it is given. */
export function everySnapshot<T>(
  { ec2, inParts }: ListClients,
  filters: readonly Filter[],
  read: (snapshot: Ec2Snapshot) => T,
  sharedWith?: string,
): AsyncGenerator<T> {
  const page = async (token: string | undefined, narrowed: readonly Filter[]): Promise<Page<Ec2Snapshot>> => {
    const answer = await ec2.send(
      new DescribeSnapshotsCommand({
        OwnerIds: ['self'],
        MaxResults: PAGE,
        ...toEc2Filters(narrowed),
        ...(sharedWith !== undefined && { RestorableByUserIds: [sharedWith] }),
        ...optional('NextToken', token),
      }),
    );
    return { items: answer.Snapshots ?? [], nextToken: answer.NextToken };
  };
  const list = {
    idFilter: 'snapshot-id',
    filters,
    idOf: ({ SnapshotId = '' }: Ec2Snapshot) => SnapshotId,
    read: page,
  };
  return readItems(inParts ? everyPart(list) : everyPage((token) => page(token, filters)), read);
}

export interface SnapshotLock {
  readonly snapshotId: string;
  /** EC2's word: governance, compliance-cooloff, compliance. */
  readonly state: string;
  /** ms since the epoch; absent while EC2 does not say, as for a snapshot that is still pending. */
  readonly until?: number;
}

/** Every lock that is in force. */
export async function* listLocks({ ec2 }: Pick<Clients, 'ec2'>): AsyncGenerator<SnapshotLock> {
  const locks = everyPage(async (token) => {
    const answer = await ec2.send(
      new DescribeLockedSnapshotsCommand({ MaxResults: PAGE, ...optional('NextToken', token) }),
    );
    return { items: answer.Snapshots ?? [], nextToken: answer.NextToken };
  });
  for await (const lock of locks) {
    if (lock.LockState !== 'expired') yield toLock(lock);
  }
}

function toLock({ SnapshotId, LockExpiresOn, LockState }: LockedSnapshotsInfo): SnapshotLock {
  return {
    snapshotId: required(SnapshotId, 'SnapshotId of a lock'),
    state: required(LockState, `LockState of ${SnapshotId ?? ''}`),
    ...optional('until', LockExpiresOn?.getTime()),
  };
}

/** @throws for one without an id or a state, which EC2 always sends */
export function toSnapshot(snapshot: Ec2Snapshot): Snapshot {
  const id = required(snapshot.SnapshotId, 'SnapshotId');
  const tags = toTags(snapshot.Tags);
  return {
    id,
    state: required(snapshot.State, `State of ${id}`),
    startedAt: snapshot.StartTime?.getTime() ?? 0,
    ...optional('stateReason', snapshot.StateMessage),
    // EC2 gives copies an arbitrary one.
    volumeId: tags.get(COPY.volume) ?? snapshot.VolumeId ?? '',
    tags,
  };
}
