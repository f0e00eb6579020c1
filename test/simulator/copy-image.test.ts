import { CopyImageCommand, DeregisterImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { copyImage, newCopyPlaces, newImage, type CopyPlaces } from './copying-support.ts';
import { MINUTE, outcomeOf, present } from './support.ts';

const VOLUMES = [
  { device: '/dev/xvda', sizeGiB: 8, type: 'gp3' },
  { device: '/dev/sdf', sizeGiB: 100, type: 'io2', iops: 4000 },
] as const;

async function described({ other }: CopyPlaces, id: string): Promise<object> {
  const { Images = [] } = await other.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
  return present(Images[0]);
}

describe('the copy of an image', () => {
  test('is pending for its duration, then like its source but for its origin and its tags', async () => {
    const places = newCopyPlaces({ copyDuration: 30 * MINUTE });
    const image = await newImage(places, { volumes: VOLUMES });
    const Tags = [{ Key: 'kind', Value: 'copy' }];
    const TagSpecifications = [{ ResourceType: 'image' as const, Tags }];
    const id = await copyImage(places.other, image, { TagSpecifications });
    places.clock.advance(30 * MINUTE - 1);
    expect(await described(places, id)).toMatchObject({
      State: 'pending',
      BlockDeviceMappings: [{ Ebs: { SnapshotId: undefined } }, { Ebs: { SnapshotId: undefined } }],
    });
    places.clock.advance(1);
    const copies = places.other.snapshots();
    expect(await described(places, id)).toMatchObject({
      State: 'available',
      Name: image.name,
      OwnerId: '111122223333',
      SourceImageId: image.id,
      SourceImageRegion: 'ap-northeast-2',
      SourceInstanceId: undefined,
      RootDeviceName: '/dev/xvda',
      Tags,
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { SnapshotId: copies[0]?.id, VolumeSize: 8, VolumeType: 'gp3' } },
        { DeviceName: '/dev/sdf', Ebs: { SnapshotId: copies[1]?.id, VolumeSize: 100, Iops: 4000 } },
      ],
    });
    expect(copies.map(({ state, sizeGiB }) => [state, sizeGiB])).toEqual([
      ['completed', 8],
      ['completed', 100],
    ]);
  });

  test('has snapshots of its own from the start, with the tags that the call gives and an arbitrary volume', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places, { volumes: VOLUMES });
    const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: [{ Key: 'kind', Value: 'copy' }] }];
    const id = await copyImage(places.other, image, { TagSpecifications });
    const copies = places.other.snapshots();
    expect(copies).toHaveLength(2);
    for (const copy of copies) {
      expect(copy).toMatchObject({ state: 'pending', volumeId: 'vol-ffffffff', tags: { kind: 'copy' } });
      expect(copy.description).toMatch(
        new RegExp(`^Copied for DestinationAmi ${id} from SourceAmi ${image.id} `),
      );
    }
    expect(places.home.snapshots().map(({ id: own }) => own)).toEqual(image.snapshotIds);
  });

  test('of another name may lie in the same Region', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    expect(await outcomeOf(copyImage(places.home, image))).toBe('InvalidAMIName.Duplicate');
    expect(await outcomeOf(copyImage(places.home, image, { Name: 'prod/twice' }))).toBe('ok');
  });

  test('can be launched when its source is gone', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    const id = await copyImage(places.other, image);
    places.clock.advance(10 * MINUTE);
    await places.home.ec2.send(
      new DeregisterImageCommand({ ImageId: image.id, DeleteAssociatedSnapshots: true }),
    );
    expect(await described(places, id)).toMatchObject({ State: 'available' });
    expect(places.other.snapshots().map(({ state }) => state)).toEqual(['completed']);
  });
});

describe('a second call', () => {
  test('with the same token makes nothing, also when the first answer was lost', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    places.other.faults = onCommand('CopyImage', 1, { kind: 'lost-answer' });
    const ClientToken = 'a'.repeat(64);
    expect(await outcomeOf(copyImage(places.other, image, { ClientToken }))).toBe('TimeoutError');
    const id = await copyImage(places.other, image, { ClientToken });
    expect(places.other.images().map((one) => one.id)).toEqual([id]);
  });

  test.each([
    [
      'the same token and another input',
      { ClientToken: 'one', Description: 'x' },
      'IdempotentParameterMismatch',
    ],
    ['another token', { ClientToken: 'two' }, 'InvalidAMIName.Duplicate'],
    ['no token', {}, 'InvalidAMIName.Duplicate'],
    ['a token of 65 characters', { ClientToken: 'a'.repeat(65) }, 'InvalidParameterValue'],
  ])('with %s is refused', async (_title, input, code) => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    await copyImage(places.other, image, { ClientToken: 'one' });
    expect(await outcomeOf(copyImage(places.other, image, input))).toBe(code);
    expect(places.other.images()).toHaveLength(1);
  });
});

describe('is refused, and makes nothing:', () => {
  test.each([
    ['a Region that nobody has', { SourceRegion: 'eu-west-1' }, 'InvalidParameterValue'],
    ['no Region', { SourceRegion: undefined }, 'MissingParameter'],
    ['a malformed id', { SourceImageId: 'image-1' }, 'InvalidAMIID.Malformed'],
    ['an image that is not there', { SourceImageId: 'ami-0123456789abcdef0' }, 'InvalidAMIID.NotFound'],
    ['a name with a colon', { Name: 'prod:web' }, 'InvalidAMIName.Malformed'],
    ['a key without encryption', { KmsKeyId: 'alias/aws/ebs' }, 'InvalidParameterDependency'],
    [
      'tags of instances',
      { TagSpecifications: [{ ResourceType: 'instance' as const }] },
      'InvalidParameterValue',
    ],
    ['a dry run', { DryRun: true }, 'DryRunOperation'],
  ])('%s', async (_title, input, code) => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    expect(await outcomeOf(copyImage(places.other, image, input))).toBe(code);
    expect(places.other.images()).toEqual([]);
    expect(places.other.snapshots()).toEqual([]);
  });

  test.each([
    ['pending', 'InvalidAMIID.Unavailable', 'ok'],
    ['failed', 'InvalidAMIID.Unavailable', 'InvalidAMIID.Unavailable'],
    ['disabled', 'ok', 'InvalidAMIID.Unavailable'],
  ])('an image that is %s', async (state, before, after) => {
    const places = newCopyPlaces({ imageDuration: 90 * MINUTE });
    const image = await newImage(places);
    if (state === 'failed') places.home.failImage(image.id);
    if (state === 'disabled') places.clock.advance(30 * MINUTE);
    expect(await outcomeOf(copyImage(places.other, image))).toBe(before);
    places.clock.advance(30 * MINUTE);
    if (state === 'disabled') places.home.disableImage(image.id);
    expect(await outcomeOf(copyImage(places.other, { ...image, name: 'prod/later' }))).toBe(after);
  });

  test('an image whose snapshot is gone or archived, with a code that nobody knows', async () => {
    const places = newCopyPlaces();
    const [gone, archived] = [await newImage(places), await newImage(places)];
    places.home.deleteSnapshotByHand(present(gone.snapshotIds[0]));
    places.home.disableImage(archived.id);
    places.home.launching.archiveSnapshot(present(archived.snapshotIds[0]));
    places.home.enableImage(archived.id);
    expect(await outcomeOf(copyImage(places.other, gone))).toMatch(/^Client\.Opaque\./);
    expect(await outcomeOf(copyImage(places.other, archived))).toMatch(/^Client\.Opaque\./);
  });

  test('one more than the copies that may be under way, until one is done or gone', async () => {
    const places = newCopyPlaces({ maxImageCopies: 2 });
    const image = await newImage(places);
    const copy = (Name: string): Promise<string> => copyImage(places.other, image, { Name });
    const first = await copy('copy-1');
    await copy('copy-2');
    expect(await outcomeOf(copy('copy-3'))).toBe('ResourceLimitExceeded');
    places.other.deregisterByHand(first);
    expect(await outcomeOf(copy('copy-3'))).toBe('ok');
    expect(await outcomeOf(copy('copy-4'))).toBe('ResourceLimitExceeded');
    places.clock.advance(10 * MINUTE);
    expect(await outcomeOf(copy('copy-4'))).toBe('ok');
  });

  test('a parameter that is not simulated, as CopyImageTags', async () => {
    const places = newCopyPlaces();
    const { id: SourceImageId } = await newImage(places);
    const input = { SourceRegion: 'ap-northeast-2', SourceImageId, Name: 'prod/a', CopyImageTags: true };
    await expect(places.other.ec2.send(new CopyImageCommand(input))).rejects.toThrow(
      /CopyImage\.CopyImageTags/,
    );
  });
});

describe('a copy fails', () => {
  test('as a fault says, with the reason, and keeps its name', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    places.other.faults = onCommand('CopyImage', 1, { kind: 'fails-later', reason: 'Internal error' });
    const id = await copyImage(places.other, image);
    expect(await described(places, id)).toMatchObject({ State: 'pending' });
    places.clock.advance(10 * MINUTE);
    expect(await described(places, id)).toMatchObject({
      State: 'failed',
      StateReason: { Message: 'Internal error' },
    });
    expect(places.other.snapshots().map(({ state }) => state)).toEqual(['error']);
    expect(await outcomeOf(copyImage(places.other, image))).toBe('InvalidAMIName.Duplicate');
  });

  test('when its source is deleted under it', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places, { volumes: VOLUMES });
    const id = await copyImage(places.other, image);
    places.clock.advance(MINUTE);
    await places.home.ec2.send(
      new DeregisterImageCommand({ ImageId: image.id, DeleteAssociatedSnapshots: true }),
    );
    expect(await described(places, id)).toMatchObject({ State: 'failed' });
    expect(places.other.snapshots().map(({ state }) => state)).toEqual(['error', 'error']);
  });

  test('but not when only the image of its snapshots goes', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    const id = await copyImage(places.other, image);
    await places.home.ec2.send(new DeregisterImageCommand({ ImageId: image.id }));
    places.clock.advance(10 * MINUTE);
    expect(await described(places, id)).toMatchObject({ State: 'available' });
  });
});
