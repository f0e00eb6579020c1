import {
  CopyImageCommand,
  CopySnapshotCommand,
  CreateImageCommand,
  CreateSnapshotCommand,
  type CopyImageCommandInput,
  type CopySnapshotCommandInput,
} from '@aws-sdk/client-ec2';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import type { InstanceSpec } from '../../src/simulator/console-instances.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { HOUR, present, START } from './support.ts';

export const AWAY = '444455556666';
const REGIONS = ['ap-northeast-2', 'us-east-1'];

/** Two accounts of one organisation with two Regions each. */
export interface CopyPlaces {
  readonly clock: SimulatedClock;
  readonly home: SimulatedRegion;
  /** The other Region of the same account. */
  readonly other: SimulatedRegion;
  /** The same Region of the other account. */
  readonly away: SimulatedRegion;
}

export function newCopyPlaces(settings: Partial<SimulatorSettings> = {}): CopyPlaces {
  const [clock, organisation] = [new SimulatedClock(START), new SimulatedOrganisation()];
  const account = new SimulatedAccount({ clock, organisation, settings, regions: REGIONS });
  const stranger = new SimulatedAccount({ clock, organisation, settings, account: AWAY, regions: REGIONS });
  return {
    clock,
    home: account.region('ap-northeast-2'),
    other: account.region('us-east-1'),
    away: stranger.region('ap-northeast-2'),
  };
}

/** An image that is available, an hour later. */
export async function newImage({ home, clock }: CopyPlaces, spec: InstanceSpec = {}): Promise<ImageView> {
  const { id } = home.runInstance(spec);
  const command = new CreateImageCommand({
    InstanceId: id,
    Name: `prod/${id}`,
    NoReboot: true,
    TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'Team', Value: 'web' }] }],
  });
  const { ImageId } = await home.ec2.send(command);
  clock.advance(HOUR);
  return present(home.images().find((image) => image.id === ImageId));
}

/** A snapshot that is complete, an hour later. */
export async function newSnapshot(
  { home, clock }: CopyPlaces,
  volume: { readonly encrypted?: boolean; readonly keyArn?: string } = {},
): Promise<SnapshotView> {
  const VolumeId = home.createVolume({ sizeGiB: 10, ...volume });
  const { SnapshotId } = await home.ec2.send(new CreateSnapshotCommand({ VolumeId, Description: 'data' }));
  clock.advance(HOUR);
  return present(home.snapshots().find((snapshot) => snapshot.id === SnapshotId));
}

/** Answers the id of the copy. */
export async function copyImage(
  to: SimulatedRegion,
  image: { readonly id: string; readonly name: string },
  input: Partial<CopyImageCommandInput> = {},
): Promise<string> {
  const SourceRegion = 'ap-northeast-2';
  const command = new CopyImageCommand({ SourceRegion, SourceImageId: image.id, Name: image.name, ...input });
  const { ImageId } = await to.ec2.send(command);
  return present(ImageId);
}

/** Answers the id of the copy. */
export async function copySnapshot(
  to: SimulatedRegion,
  SourceSnapshotId: string,
  input: Partial<CopySnapshotCommandInput> = {},
): Promise<string> {
  const command = new CopySnapshotCommand({ SourceRegion: 'ap-northeast-2', SourceSnapshotId, ...input });
  const { SnapshotId } = await to.ec2.send(command);
  return present(SnapshotId);
}
