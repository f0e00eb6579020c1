import {
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  type ModifyImageAttributeCommandInput,
  type ModifySnapshotAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
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

const ADD = { Add: [{ UserId: AWAY }] };
const REMOVE = { Remove: [{ UserId: AWAY }] };

type ImageChange = Partial<ModifyImageAttributeCommandInput>;
type SnapshotChange = Partial<ModifySnapshotAttributeCommandInput>;

const changeImage = ({ home }: CopyPlaces, ImageId: string, input: ImageChange): Promise<unknown> =>
  home.ec2.send(new ModifyImageAttributeCommand({ ImageId, ...input }));

const changeSnapshot = ({ home }: CopyPlaces, SnapshotId: string, input: SnapshotChange): Promise<unknown> =>
  home.ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, ...input }));

/** Ids of the images and snapshots that a list says are shared with the other account. */
async function shared({ home }: CopyPlaces): Promise<(string | undefined)[]> {
  const images = new DescribeImagesCommand({ Owners: ['self'], ExecutableUsers: [AWAY] });
  const { Images = [] } = await home.ec2.send(images);
  const snapshots = new DescribeSnapshotsCommand({ OwnerIds: ['self'], RestorableByUserIds: [AWAY] });
  const { Snapshots = [] } = await home.ec2.send(snapshots);
  return [...Images.map(({ ImageId }) => ImageId), ...Snapshots.map(({ SnapshotId }) => SnapshotId)];
}

describe('another account', () => {
  test('copies an image only when it and all of its snapshots are shared', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places, {
      volumes: [
        { device: '/dev/xvda', sizeGiB: 8 },
        { device: '/dev/sdf', sizeGiB: 9 },
      ],
    });
    const [root, data] = image.snapshotIds;
    expect(await outcomeOf(copyImage(places.away, image))).toBe('InvalidAMIID.NotFound');
    await changeImage(places, image.id, { LaunchPermission: ADD });
    await changeSnapshot(places, present(root), { CreateVolumePermission: ADD });
    expect(await outcomeOf(copyImage(places.away, image))).toBe('InvalidRequest');
    await changeSnapshot(places, present(data), { CreateVolumePermission: ADD });
    expect(await outcomeOf(copyImage(places.away, image))).toBe('ok');
    places.clock.advance(10 * MINUTE);
    expect(places.away.images()).toMatchObject([{ name: image.name, state: 'available', tags: {} }]);
    expect(places.away.snapshots().map(({ state }) => state)).toEqual(['completed', 'completed']);
  });

  test('copies a snapshot only while it is shared, and only with whom it is', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    await changeSnapshot(places, id, { CreateVolumePermission: { Add: [{ UserId: '777788889999' }] } });
    expect(await outcomeOf(copySnapshot(places.away, id))).toBe('InvalidSnapshot.NotFound');
    await changeSnapshot(places, id, { CreateVolumePermission: ADD });
    expect(await outcomeOf(copySnapshot(places.away, id))).toBe('ok');
    places.clock.advance(10 * MINUTE);
    await changeSnapshot(places, id, { CreateVolumePermission: REMOVE });
    expect(await outcomeOf(copySnapshot(places.away, id))).toBe('InvalidSnapshot.NotFound');
    expect(places.away.snapshots().map(({ state }) => state)).toEqual(['completed']);
  });

  test('loses a copy that is under way when it is no longer shared; the owner does not', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    await changeSnapshot(places, id, { CreateVolumePermission: ADD });
    await copySnapshot(places.away, id);
    await copySnapshot(places.other, id);
    await changeSnapshot(places, id, { CreateVolumePermission: REMOVE });
    places.clock.advance(10 * MINUTE);
    expect(places.away.snapshots().map(({ state }) => state)).toEqual(['error']);
    expect(places.other.snapshots().map(({ state }) => state)).toEqual(['completed']);
  });

  test('sees what was shared only after the lag of reads', async () => {
    const places = newCopyPlaces({ readLag: 2 * MINUTE });
    const { id } = await newSnapshot(places);
    await changeSnapshot(places, id, { CreateVolumePermission: ADD });
    expect(await outcomeOf(copySnapshot(places.away, id))).toBe('InvalidSnapshot.NotFound');
    expect(await shared(places)).toEqual([]);
    places.clock.advance(2 * MINUTE);
    expect(await shared(places)).toEqual([id]);
    expect(await outcomeOf(copySnapshot(places.away, id))).toBe('ok');
  });

  test('may not share, nor stop sharing, what is not its own', async () => {
    const places = newCopyPlaces();
    const id = places.home.createForeignSnapshot({ ownerId: AWAY });
    expect(await outcomeOf(changeSnapshot(places, id, { CreateVolumePermission: REMOVE }))).toBe(
      'AuthFailure',
    );
    const image = places.home.registerImage({ name: 'golden', ownerId: AWAY });
    expect(await outcomeOf(changeImage(places, image, { LaunchPermission: ADD }))).toBe('AuthFailure');
  });
});

describe('sharing', () => {
  test('is listed by the account it is with, and may be said twice', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    const snapshotId = present(image.snapshotIds[0]);
    for (let time = 0; time < 2; time += 1) {
      await changeImage(places, image.id, { LaunchPermission: ADD });
      await changeSnapshot(places, snapshotId, { CreateVolumePermission: ADD });
      expect(await shared(places)).toEqual([image.id, snapshotId]);
      expect(places.home.images()[0]?.sharedWith).toEqual([AWAY]);
    }
    for (let time = 0; time < 2; time += 1) {
      await changeImage(places, image.id, { LaunchPermission: REMOVE });
      await changeSnapshot(places, snapshotId, { CreateVolumePermission: REMOVE });
      expect(await shared(places)).toEqual([]);
    }
  });

  test('may be said in the flat form too', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    const snapshotId = present(image.snapshotIds[0]);
    const [add, remove] = ['add' as const, 'remove' as const];
    const ofImage = { Attribute: 'launchPermission', UserIds: [AWAY] };
    const ofSnapshot = { Attribute: 'createVolumePermission' as const, UserIds: [AWAY] };
    await changeImage(places, image.id, { ...ofImage, OperationType: add });
    await changeSnapshot(places, snapshotId, { ...ofSnapshot, OperationType: add });
    expect(await shared(places)).toEqual([image.id, snapshotId]);
    await changeImage(places, image.id, { ...ofImage, OperationType: remove });
    await changeSnapshot(places, snapshotId, { ...ofSnapshot, OperationType: remove });
    expect(await shared(places)).toEqual([]);
  });

  test('ends when the image is disabled or the snapshot is archived', async () => {
    const places = newCopyPlaces();
    const image = await newImage(places);
    const snapshotId = present(image.snapshotIds[0]);
    await changeImage(places, image.id, { LaunchPermission: ADD });
    await changeSnapshot(places, snapshotId, { CreateVolumePermission: ADD });
    places.home.disableImage(image.id);
    expect(places.home.images()[0]?.sharedWith).toEqual([]);
    places.home.launching.archiveSnapshot(snapshotId);
    expect(places.home.snapshots()[0]?.sharedWith).toEqual([]);
  });

  test('is refused of what EBS encrypted with the key of the account, but not of another key', async () => {
    const places = newCopyPlaces();
    const refused = await newImage(places, {
      volumes: [{ device: '/dev/xvda', sizeGiB: 8, encrypted: true }],
    });
    const keyArn = places.home.keys.create([AWAY]);
    const open = await newImage(places, { volumes: [{ device: '/dev/xvda', sizeGiB: 8, keyArn }] });
    for (const [image, code] of [
      [refused, 'InvalidParameter'],
      [open, 'ok'],
    ] as const) {
      const snapshotId = present(image.snapshotIds[0]);
      expect(await outcomeOf(changeImage(places, image.id, { LaunchPermission: ADD }))).toBe(code);
      expect(await outcomeOf(changeSnapshot(places, snapshotId, { CreateVolumePermission: ADD }))).toBe(code);
    }
    expect(await outcomeOf(changeImage(places, refused.id, { LaunchPermission: REMOVE }))).toBe('ok');
  });

  test.each<[title: string, input: SnapshotChange, code: string]>([
    [
      'a malformed account',
      { CreateVolumePermission: { Add: [{ UserId: 'self' }] } },
      'InvalidUserID.Malformed',
    ],
    [
      'adding and removing at once',
      { CreateVolumePermission: { ...ADD, ...REMOVE } },
      'InvalidParameterCombination',
    ],
    ['nothing', {}, 'InvalidParameterCombination'],
    ['accounts without an operation', { UserIds: [AWAY] }, 'InvalidParameterCombination'],
    [
      'both forms',
      { OperationType: 'add', UserIds: [AWAY], CreateVolumePermission: ADD },
      'InvalidParameterCombination',
    ],
    [
      'another attribute',
      { Attribute: 'productCodes', CreateVolumePermission: ADD },
      'InvalidParameterValue',
    ],
    [
      'no snapshot',
      { SnapshotId: 'snap-0123456789abcdef0', CreateVolumePermission: ADD },
      'InvalidSnapshot.NotFound',
    ],
  ])('is refused: %s', async (_title, input, code) => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    expect(await outcomeOf(changeSnapshot(places, id, input))).toBe(code);
    expect(places.home.snapshots()[0]?.sharedWith).toEqual([]);
  });

  test('with groups, or a list of what all may use, is not simulated', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    const Add = [{ Group: 'all' as const }];
    await expect(changeSnapshot(places, id, { CreateVolumePermission: { Add } })).rejects.toThrow(
      /Add\[0\]\.Group/,
    );
    const list = new DescribeImagesCommand({ ExecutableUsers: ['all'] });
    await expect(places.home.ec2.send(list)).rejects.toThrow(/shared with 'all'/);
  });
});
