import {
  DescribeImageAttributeCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotTierStatusCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  DisableImageDeregistrationProtectionCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  EnableImageDeregistrationProtectionCommand,
  LockSnapshotCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  ModifySnapshotTierCommand,
  UnlockSnapshotCommand,
} from '@aws-sdk/client-ec2';
import type { SimulatedClients } from '../../src/simulator/clients.ts';
import { toTheEnd } from './paging.ts';
import { GetRuleCommand, ListRulesCommand } from './rbin-commands.ts';
import { DAY, HOUR, type TestPlace } from './support.ts';

type Clients = Pick<SimulatedClients, 'ec2' | 'rbin'>;

/** Everything that keeps an image or a snapshot, or hides it, and what is known of it then. */
export async function protect(place: TestPlace, clients: Clients): Promise<void> {
  await lock(place, clients);
  await archive(place, clients);
  await keepImage(place, clients);
  await share(place, clients);
  await askBin(place, clients);
}

async function lock({ region, clock }: TestPlace, { ec2 }: Clients): Promise<void> {
  const SnapshotId = region.createForeignSnapshot();
  const days = { SnapshotId, LockDuration: 1 };
  await ec2.send(new LockSnapshotCommand({ ...days, LockMode: 'governance' }));
  await ec2.send(new UnlockSnapshotCommand({ SnapshotId }));
  await ec2.send(new LockSnapshotCommand({ ...days, LockMode: 'compliance', CoolOffPeriod: 1 }));
  const SnapshotIds = [SnapshotId];
  await toTheEnd((page) => ec2.send(new DescribeLockedSnapshotsCommand({ ...page, SnapshotIds })));
  clock.advance(HOUR);
  await ec2.send(new LockSnapshotCommand({ ...days, LockMode: 'compliance' }));
}

async function archive({ region }: TestPlace, { ec2 }: Clients): Promise<void> {
  const SnapshotId = region.createForeignSnapshot();
  await ec2.send(new ModifySnapshotTierCommand({ SnapshotId, StorageTier: 'archive' }));
  await toTheEnd((page) => ec2.send(new DescribeSnapshotTierStatusCommand({ ...page })));
}

async function keepImage({ region, clock }: TestPlace, { ec2 }: Clients): Promise<void> {
  const ImageId = region.registerImage({ name: 'kept' });
  const DeprecateAt = new Date(clock.now() + DAY);
  await ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId, WithCooldown: true }));
  const Attribute = 'deregistrationProtection' as const;
  await ec2.send(new DescribeImageAttributeCommand({ ImageId, Attribute }));
  await ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId }));
  await ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt }));
  await ec2.send(new DisableImageDeprecationCommand({ ImageId }));
  await ec2.send(new DisableImageCommand({ ImageId }));
  await ec2.send(new EnableImageCommand({ ImageId }));
}

async function share({ region }: TestPlace, { ec2 }: Clients): Promise<void> {
  const ImageId = region.registerImage({ name: 'shown' });
  const SnapshotId = region.createForeignSnapshot();
  const change = { Add: [{ UserId: '444455556666' }] };
  await ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: change }));
  await ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission: change }));
  const Attribute = 'createVolumePermission' as const;
  await ec2.send(new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute }));
  await ec2.send(new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }));
}

async function askBin({ region }: TestPlace, { rbin }: Clients): Promise<void> {
  const tags = [{ key: 'kind', value: 'backup' }];
  const [kind, days] = ['EC2_IMAGE' as const, 7];
  const ids = [
    region.protecting.addBinRule({ kind, days, tags, description: 'ours', availableIn: HOUR }),
    region.protecting.addBinRule({ kind, days, excludeTags: tags, unlockDelay: 7 }),
  ];
  const request = { ResourceType: kind, MaxResults: 1 };
  await toTheEnd((page) => rbin.send(new ListRulesCommand({ ...request, ...page })));
  for (const Identifier of ids) await rbin.send(new GetRuleCommand({ Identifier }));
}
