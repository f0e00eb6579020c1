/** The commands that copy recovery points to another place, and let another account do so. */

import { CopyImageCommand, CopySnapshotCommand, type TagSpecification } from '@aws-sdk/client-ec2';
import type { CopyAction, CopyImageAction, CopySnapshotAction, ShareAction } from '../plan/actions.ts';
import type { Clients } from './clients.ts';
import { changeSharing } from './mutate-sharing.ts';
import { required } from './shapes.ts';

/**
 * Starts one copy, sent to the destination, and answers its id. `token` makes a CopyImage that is sent again the same one;
 * CopySnapshot takes none, and is never retried by the SDK.
 */
export function copy(clients: Clients, action: CopyAction, token: string): Promise<string> {
  return action.action === 'copy-image' ? copyImage(clients, action, token) : copySnapshot(clients, action);
}

async function copyImage({ ec2 }: Clients, action: CopyImageAction, token: string): Promise<string> {
  const { id, from, name, tags } = action;
  const answer = await ec2.send(
    new CopyImageCommand({
      SourceImageId: id,
      SourceRegion: from.region,
      Name: name,
      Description: `Copy of ${id} of ${from.account} in ${from.region} by ec2-backup`,
      ClientToken: token,
      TagSpecifications: [tagSpecification('image', tags), tagSpecification('snapshot', tags)],
      ...encryptionOf(action),
    }),
  );
  return required(answer.ImageId, 'ImageId of CopyImage');
}

async function copySnapshot({ ec2Once }: Clients, action: CopySnapshotAction): Promise<string> {
  const { id, from, description, tags } = action;
  const answer = await ec2Once.send(
    new CopySnapshotCommand({
      SourceSnapshotId: id,
      SourceRegion: from.region,
      Description: description,
      TagSpecifications: [tagSpecification('snapshot', tags)],
      ...encryptionOf(action),
    }),
  );
  return required(answer.SnapshotId, 'SnapshotId of CopySnapshot');
}

/** `Encrypted: false` is refused for what is encrypted, and says nothing of what is not. */
function encryptionOf({ encrypted, key }: CopyAction): { Encrypted?: true; KmsKeyId?: string } {
  return { ...(encrypted && { Encrypted: true }), ...(key !== undefined && { KmsKeyId: key }) };
}

/** Sent to where it is. May be repeated. */
export function share(clients: Clients, { action, id, account }: ShareAction): Promise<void> {
  const operation = action.startsWith('un') ? 'remove' : 'add';
  return changeSharing(clients, id, { operation, accounts: [account] });
}

function tagSpecification(type: 'image' | 'snapshot', tags: CopyAction['tags']): TagSpecification {
  return { ResourceType: type, Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
}
