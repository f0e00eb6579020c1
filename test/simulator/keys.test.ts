import {
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import { DescribeKeyCommand, type KeyMetadata } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import {
  AWAY,
  copyImage,
  copySnapshot,
  newCopyPlaces,
  newImage,
  newSnapshot,
  type CopyPlaces,
} from './copying-support.ts';
import { MINUTE, outcomeOf, present } from './support.ts';

const NO_KEY = 'Given key ID is not accessible';

async function describeKey(region: SimulatedRegion, KeyId: string): Promise<KeyMetadata> {
  const { KeyMetadata: metadata } = await region.kms.send(new DescribeKeyCommand({ KeyId }));
  return present(metadata);
}

describe('DescribeKey', () => {
  test('tells the key that EBS made from one that a customer made', async () => {
    const { home } = newCopyPlaces();
    const arn = home.keys.create();
    expect(await describeKey(home, arn)).toMatchObject({
      Arn: arn,
      AWSAccountId: '111122223333',
      KeyManager: 'CUSTOMER',
      Enabled: true,
      KeyState: 'Enabled',
    });
    const managed = await describeKey(home, 'alias/aws/ebs');
    expect(managed).toMatchObject({ Arn: home.keys.managed, KeyManager: 'AWS' });
    expect(await describeKey(home, managed.KeyId ?? '')).toEqual(managed);
  });

  test.each(['Disabled', 'PendingDeletion'] as const)('tells one that is %s', async (state) => {
    const { home } = newCopyPlaces();
    const arn = home.keys.create();
    home.keys.setState(arn, state);
    expect(await describeKey(home, arn)).toMatchObject({ Enabled: false, KeyState: state });
  });

  test('is for the account and those that the key is shared with', async () => {
    const { home, away } = newCopyPlaces();
    const arn = home.keys.create();
    const ask = (): Promise<string> => outcomeOf(describeKey(away, arn));
    expect(await ask()).toBe('AccessDeniedException');
    home.keys.share(arn, AWAY);
    expect(await ask()).toBe('ok');
    home.keys.deny(arn, 'describe');
    expect(await ask()).toBe('AccessDeniedException');
    expect(await outcomeOf(describeKey(home, arn))).toBe('AccessDeniedException');
    home.keys.allow(arn, 'describe');
    home.keys.unshare(arn, AWAY);
    expect(await ask()).toBe('AccessDeniedException');
  });

  test('does not find a key of another Region, nor one that is not there', async () => {
    const { home, other } = newCopyPlaces();
    expect(await outcomeOf(describeKey(home, other.keys.create()))).toBe('NotFoundException');
    expect(await outcomeOf(describeKey(home, 'alias/none'))).toBe('NotFoundException');
  });
});

/** Why the newest copy failed in the end, or its state. */
async function endOf(region: SimulatedRegion, { clock }: CopyPlaces): Promise<string | undefined> {
  const newest = present(region.snapshots().at(-1));
  expect(newest.state).toBe('pending');
  clock.advance(10 * MINUTE);
  const { Snapshots = [] } = await region.ec2.send(
    new DescribeSnapshotsCommand({ SnapshotIds: [newest.id] }),
  );
  return Snapshots[0]?.StateMessage ?? Snapshots[0]?.State;
}

describe('a copy is encrypted', () => {
  test('with the key of EBS in its own Region when its source is', async () => {
    const places = newCopyPlaces();
    const source = await newSnapshot(places, { encrypted: true });
    expect(source).toMatchObject({ encrypted: true, keyArn: places.home.keys.managed });
    await copySnapshot(places.other, source.id);
    expect(places.other.snapshots()[0]).toMatchObject({ encrypted: true, keyArn: places.other.keys.managed });
    expect(await endOf(places.other, places)).toBe('completed');
  });

  test('with the default that was set for EBS, or the key that is asked for', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    const [byDefault, asked] = [places.other.keys.create(), places.other.keys.create()];
    places.other.keys.setDefault(byDefault);
    await copySnapshot(places.other, id);
    await copySnapshot(places.other, id, { Encrypted: true });
    await copySnapshot(places.other, id, { Encrypted: true, KmsKeyId: asked });
    expect(places.other.snapshots().map(({ keyArn }) => keyArn)).toEqual([undefined, byDefault, asked]);
  });

  test('always when its source is', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places, { encrypted: true });
    expect(await outcomeOf(copySnapshot(places.other, id, { Encrypted: false }))).toBe(
      'InvalidParameterValue',
    );
    expect(places.other.snapshots()).toEqual([]);
  });

  test('as an image, in its mappings too', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    const KmsKeyId = places.other.keys.create();
    await copyImage(places.other, image, { Encrypted: true, KmsKeyId });
    places.clock.advance(10 * MINUTE);
    expect(places.other.images()[0]?.state).toBe('available');
    expect(places.other.snapshots()).toMatchObject([{ encrypted: true, keyArn: KmsKeyId }]);
  });
});

describe('[H27] a copy is accepted, and fails in the end', () => {
  test.each<[title: string, keyOf: (places: CopyPlaces) => string]>([
    ['a key that is not there', () => 'arn:aws:kms:us-east-1:111122223333:key/none'],
    ['a key of another Region', ({ home }) => home.keys.create()],
    [
      'a disabled key',
      ({ other }) => {
        const arn = other.keys.create();
        other.keys.setState(arn, 'Disabled');
        return arn;
      },
    ],
    [
      'a key whose policy denies it',
      ({ other }) => {
        const arn = other.keys.create();
        other.keys.deny(arn, 'use');
        return arn;
      },
    ],
  ])('with %s', async (_title, keyOf) => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    const KmsKeyId = keyOf(places);
    await copySnapshot(places.other, id, { Encrypted: true, KmsKeyId });
    expect(await endOf(places.other, places)).toBe(NO_KEY);
  });

  test('when the key of its source cannot be used, whatever its own', async () => {
    const places = newCopyPlaces();
    const keyArn = places.home.keys.create();
    const { id } = await newSnapshot(places, { keyArn });
    const SnapshotId = id;
    const CreateVolumePermission = { Add: [{ UserId: AWAY }] };
    await places.home.ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission }));
    await copySnapshot(places.away, id);
    expect(await endOf(places.away, places)).toBe(NO_KEY);
    places.home.keys.share(keyArn, AWAY);
    await copySnapshot(places.away, id);
    expect(await endOf(places.away, places)).toBe('completed');
  });

  test('as an image, with the snapshot of that key in error and the others complete', async () => {
    const places = newCopyPlaces();
    const keyArn = places.home.keys.create();
    const volumes = [
      { device: '/dev/xvda', sizeGiB: 8 },
      { device: '/dev/sdf', sizeGiB: 9, keyArn },
    ];
    const image = await newImage(places, { volumes });
    places.home.keys.setState(keyArn, 'PendingDeletion');
    await copyImage(places.other, image);
    expect(places.other.images()[0]?.state).toBe('pending');
    places.clock.advance(10 * MINUTE);
    const { Images = [] } = await places.other.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    expect(Images).toMatchObject([{ State: 'failed', StateReason: { Message: NO_KEY } }]);
    expect(places.other.snapshots().map(({ state }) => state)).toEqual(['completed', 'error']);
  });
});
