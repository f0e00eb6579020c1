import { contentOf } from './block-content.ts';
import { noteCopy } from './copies-in-flight.ts';
import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { defaultKey, isUsable, keyOf } from './kms-keys.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { accountsOf } from './sharing.ts';
import { isReadable } from './states.ts';
import { TagHistory, type Tags } from './tags.ts';
import type { World } from './world.ts';

/** EC2's arbitrary volume id of copies. */
export const NO_VOLUME = 'vol-ffffffff';

/** What EC2 says of a key that is missing, disabled or not for the caller, once a copy has failed. */
const NO_KEY = 'Given key ID is not accessible';

/** What is to be copied, and the Region of its account. */
export interface Source<R> {
  readonly home: World;
  readonly resource: R;
}

/** The same Region of all accounts, the caller's own first. @throws InvalidParameterValue for one that nobody has */
export function sourceWorlds(world: World, region: string | undefined): readonly World[] {
  if (region === undefined || region === '') throw missingParameter('SourceRegion');
  const homes = world.organisation.worldsOf(region);
  if (homes.length === 0) throw invalidValue(`Invalid value '${region}' for SourceRegion.`);
  return homes.toSorted((a, b) => Number(b.account === world.account) - Number(a.account === world.account));
}

/** Whether the caller's account has or was given it. What was shared just now may not be seen yet. */
export function isOpenTo(world: World, { home, resource }: Source<ImageRecord | SnapshotRecord>): boolean {
  if (resource.ownerId === world.account) return true;
  return resource.ownerId === home.account && accountsOf(resource, home.readTime()).includes(world.account);
}

/** What the caller says about encryption, for all snapshots of one copy. */
export interface Encryption {
  readonly Encrypted?: boolean | undefined;
  readonly KmsKeyId?: string | undefined;
}

/** @throws when a key is given for a copy that is not to be encrypted */
export function checkEncryption({ Encrypted: encrypted, KmsKeyId: key }: Encryption): void {
  if (key !== undefined && encrypted !== true)
    throw new SimulatedServiceError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
}

/** What a new copy is to be. */
export interface SnapshotCopyOrder {
  readonly id: string;
  readonly source: Source<SnapshotRecord>;
  readonly encryption: Encryption;
  readonly description: string;
  readonly tags: Tags | undefined;
  readonly completesAt: number;
  /** Why it is to fail, when a fault says so. */
  readonly failure: string | undefined;
}

/** A copy that begins now. KMS is asked later: a key that cannot be used shows in its end. */
export function makeCopy(world: World, order: SnapshotCopyOrder): SnapshotRecord {
  const { id, source, completesAt } = order;
  const now = world.now();
  const { encrypted, keyArn, failure } = encryptionOf(world, order);
  const set: SnapshotRecord[] = [];
  const copy: SnapshotRecord = {
    id,
    createdAt: now,
    goneAt: undefined,
    tags: new TagHistory(now, order.tags),
    ownerId: world.account,
    volumeId: NO_VOLUME,
    content: contentOf(source.resource),
    sizeGiB: source.resource.sizeGiB,
    encrypted,
    keyArn,
    description: order.description,
    completesAt,
    set,
    failsAt: failure === undefined ? undefined : completesAt,
    stateMessage: failure,
  };
  set.push(copy);
  return copy;
}

/** Puts it in the account, bound to what it is copied from until it is complete. */
export function startCopy(
  world: World,
  { source, copy, image }: { source: Source<SnapshotRecord>; copy: SnapshotRecord; image?: ImageRecord },
): void {
  const borrower = source.home.account === world.account ? undefined : world.account;
  world.store.snapshots.add(copy);
  noteCopy(source.resource, { borrower, copy, image }, world.now());
}

type Encrypted = Pick<SnapshotRecord, 'encrypted' | 'keyArn'> & { readonly failure: string | undefined };

function encryptionOf(world: World, { source, encryption, failure }: SnapshotCopyOrder): Encrypted {
  const { encrypted: wasEncrypted, keyArn: oldKey } = source.resource;
  if (encryption.Encrypted === false && wasEncrypted)
    throw invalidValue(`The snapshot '${source.resource.id}' is encrypted: its copy is, too.`);
  if (encryption.Encrypted !== true && !wasEncrypted) return { encrypted: false, keyArn: undefined, failure };
  const { KmsKeyId: name } = encryption;
  const key = name === undefined ? defaultKey(world) : keyOf(world, name);
  const opens =
    !wasEncrypted || isUsable(oldKey === undefined ? undefined : keyOf(source.home, oldKey), world.account);
  const keyArn = key?.arn ?? name;
  return {
    encrypted: true,
    keyArn,
    failure: failure ?? (opens && isUsable(key, world.account) ? undefined : NO_KEY),
  };
}

/** @throws when it is in the archive */
export function checkReadable(world: World, snapshot: SnapshotRecord): void {
  if (!isReadable(snapshot, world.now())) throw world.opaque(`The snapshot '${snapshot.id}' is archived`);
}

/** @throws ResourceLimitExceeded */
export function checkRoom(what: string, pending: number, most: number): void {
  if (pending >= most)
    throw new SimulatedServiceError(
      'ResourceLimitExceeded',
      `Too many ${what} in progress. The limit is ${most} in this destination region.`,
    );
}
