import type {
  ModifyImageAttributeRequest,
  ModifySnapshotAttributeRequest,
  OperationType,
} from '@aws-sdk/client-ec2';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import type { Shape } from './parameters.ts';
import { isDisabled } from './protections.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';
import { findOwnImage, findOwnSnapshot } from './remove.ts';
import { accountsOf, setSharing } from './sharing.ts';
import { snapshotIdsOf } from './stock.ts';
import type { Command, World } from './world.ts';

const MODIFICATIONS: Shape = { Add: { UserId: true }, Remove: { UserId: true } };
const MOST_CHANGES = 500;

/** Shares an image with accounts, or no longer, in either form of the request. Groups are not simulated. */
export const modifyImageAttribute: Command<ModifyImageAttributeRequest, object> = {
  parameters: {
    ImageId: true,
    Attribute: true,
    OperationType: true,
    UserIds: true,
    LaunchPermission: MODIFICATIONS,
    DryRun: true,
  },
  run(world, input) {
    const image = findOwnImage(world, input.ImageId);
    const change = readChange({ ...input, modifications: input.LaunchPermission }, 'launchPermission');
    if (change.added.length > 0) {
      // EC2 says that it cannot be, not with which code.
      if (isDisabled(image, world.now())) throw world.opaque(`The image '${image.id}' is disabled`);
      for (const id of snapshotIdsOf(image))
        checkShareable(world, world.store.snapshots.get(id, world.now()));
    }
    apply(world, image, change);
    return {};
  },
};

/** Lets accounts make volumes and copies of a snapshot, or no longer. */
export const modifySnapshotAttribute: Command<ModifySnapshotAttributeRequest, object> = {
  parameters: {
    SnapshotId: true,
    Attribute: true,
    OperationType: true,
    UserIds: true,
    CreateVolumePermission: MODIFICATIONS,
    DryRun: true,
  },
  run(world, input) {
    const snapshot = findOwnSnapshot(world, input.SnapshotId);
    const change = readChange(
      { ...input, modifications: input.CreateVolumePermission },
      'createVolumePermission',
    );
    if (change.added.length + change.removed.length > MOST_CHANGES)
      throw invalidValue(`More than ${MOST_CHANGES} modifications of '${snapshot.id}'.`);
    if (change.added.length > 0 && change.removed.length > 0)
      throw combination('Permissions cannot be added and removed by one call.');
    if (change.added.length > 0) checkShareable(world, snapshot);
    apply(world, snapshot, change);
    return {};
  },
};

interface Change {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface Permission {
  readonly UserId?: string | undefined;
}

interface ChangeRequest {
  readonly Attribute?: string | undefined;
  readonly OperationType?: OperationType | undefined;
  readonly UserIds?: readonly string[] | undefined;
  readonly modifications:
    { readonly Add?: Permission[] | undefined; readonly Remove?: Permission[] | undefined } | undefined;
}

function readChange(request: ChangeRequest, attribute: string): Change {
  const { Attribute: given, OperationType: operation, UserIds: ids = [], modifications } = request;
  if (given !== undefined && given !== attribute)
    throw invalidValue(`The attribute '${given}' is not simulated.`);
  if (ids.length > 0 === (modifications !== undefined) || ids.length > 0 !== (operation !== undefined))
    throw combination(`Expected either OperationType with UserIds, or the changes of ${attribute}.`);
  const accounts = (list: readonly Permission[] = []): string[] => list.map(({ UserId: id = '' }) => id);
  const added = operation === 'add' ? ids : accounts(modifications?.Add);
  const removed = operation === 'remove' ? ids : accounts(modifications?.Remove);
  for (const account of [...added, ...removed]) {
    if (!/^\d{12}$/.test(account))
      throw new SimulatedServiceError('InvalidUserID.Malformed', `Invalid user id: "${account}"`);
  }
  return { added, removed };
}

/** Removing what is not there, and adding what is, changes nothing. */
function apply(world: World, resource: ImageRecord | SnapshotRecord, { added, removed }: Change): void {
  const kept = accountsOf(resource).filter((account) => !removed.includes(account));
  setSharing(resource, [...new Set([...kept, ...added])], world.now());
}

/** Nobody else can decrypt with the key that EBS makes for an account, and the archive is nobody else's. */
function checkShareable(world: World, snapshot: SnapshotRecord | undefined): void {
  if (snapshot === undefined) return;
  const key = snapshot.keyArn === undefined ? undefined : world.store.keys.get(snapshot.keyArn);
  if (key?.manager === 'AWS') {
    const message = "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.";
    throw new SimulatedServiceError('InvalidParameter', message);
  }
  if (snapshot.archival !== undefined) throw world.opaque(`The snapshot '${snapshot.id}' is archived`);
}

function combination(message: string): SimulatedServiceError {
  return new SimulatedServiceError('InvalidParameterCombination', message);
}
