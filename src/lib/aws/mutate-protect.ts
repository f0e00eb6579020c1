/** The commands that lock, protect, age, share and set aside parts of recovery points. Each may be repeated. */

import {
  CreateTagsCommand,
  DisableImageCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  EnableImageDeregistrationProtectionCommand,
  LockSnapshotCommand,
  ModifySnapshotTierCommand,
} from '@aws-sdk/client-ec2';
import type { LockAction } from '../plan/protect-actions.ts';
import type { Tag } from '../plan/restore-sheet.ts';
import type { Clients } from './clients.ts';

export async function lockSnapshot(
  { ec2 }: Clients,
  { id, mode, until, coolOff }: LockAction,
): Promise<void> {
  await ec2.send(
    new LockSnapshotCommand({
      SnapshotId: id,
      LockMode: mode,
      ExpirationDate: new Date(until),
      ...(coolOff !== undefined && { CoolOffPeriod: coolOff }),
    }),
  );
}

export async function protectImage({ ec2 }: Clients, id: string): Promise<void> {
  await ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId: id, WithCooldown: false }));
}

/** `at` in ms since the epoch; EC2 rounds it to the minute. */
export async function deprecateImage({ ec2 }: Clients, id: string, at: number): Promise<void> {
  await ec2.send(new EnableImageDeprecationCommand({ ImageId: id, DeprecateAt: new Date(at) }));
}

export async function archiveSnapshot({ ec2 }: Clients, id: string): Promise<void> {
  await ec2.send(new ModifySnapshotTierCommand({ SnapshotId: id, StorageTier: 'archive' }));
}

export async function disableImage({ ec2 }: Clients, id: string): Promise<void> {
  await ec2.send(new DisableImageCommand({ ImageId: id }));
}

export async function enableImage({ ec2 }: Clients, id: string): Promise<void> {
  await ec2.send(new EnableImageCommand({ ImageId: id }));
}

export async function tagPart({ ec2 }: Clients, id: string, { key, value }: Tag): Promise<void> {
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: key, Value: value }] }));
}
