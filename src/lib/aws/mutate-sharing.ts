import {
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  type OperationType,
} from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';

/** Lets accounts use an AMI or a snapshot, or no longer. May be repeated. */
export async function changeSharing(
  { ec2 }: Clients,
  id: string,
  { operation, accounts }: { readonly operation: OperationType; readonly accounts: readonly string[] },
): Promise<void> {
  const change = { OperationType: operation, UserIds: [...accounts] };
  if (id.startsWith('ami-')) {
    await ec2.send(
      new ModifyImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission', ...change }),
    );
  } else {
    const Attribute = 'createVolumePermission';
    await ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId: id, Attribute, ...change }));
  }
}
