import {
  CreateImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  type CreateImageCommandInput,
  type Image,
  type Tag,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { MINUTE, newPlace, outcomeOf, present } from './support.ts';

const NAME = 'prod/daily-ami/web/20261122T180000Z';
const VOLUMES = [
  { device: '/dev/xvda', sizeGiB: 8, type: 'gp3', iops: 3000, throughput: 125 },
  { device: '/dev/sdf', sizeGiB: 500, type: 'io2', iops: 6000, encrypted: true },
] as const;

function create(region: SimulatedRegion, input: Partial<CreateImageCommandInput>): Promise<unknown> {
  return region.ec2.send(
    new CreateImageCommand({ InstanceId: undefined, Name: NAME, NoReboot: true, ...input }),
  );
}

async function onlyImage(region: SimulatedRegion): Promise<Image> {
  const { Images = [] } = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  expect(Images).toHaveLength(1);
  return present(Images[0]);
}

const tagsOf = (count: number): Tag[] =>
  Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, Value: 'v' }));

describe('the image', () => {
  test('is pending for its duration, and maps its snapshots only when available', async () => {
    const { region, clock } = newPlace({ imageDuration: 10 * MINUTE });
    const { id } = region.runInstance({ volumes: VOLUMES });
    await create(region, { InstanceId: id });
    clock.advance(10 * MINUTE - 1);
    const pending = await onlyImage(region);
    expect(pending.State).toBe('pending');
    expect(pending.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId)).toEqual([undefined, undefined]);
    clock.advance(1);
    const available = await onlyImage(region);
    expect(available).toMatchObject({
      Name: NAME,
      State: 'available',
      OwnerId: '111122223333',
      SourceInstanceId: id,
      CreationDate: '2026-11-22T00:00:00.000Z',
      RootDeviceName: '/dev/xvda',
      DeregistrationProtection: 'disabled',
    });
    expect(available.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId)).toEqual(
      region.snapshots().map((snapshot) => snapshot.id),
    );
  });

  test('may take a time that depends on which one it is', async () => {
    const { region, clock } = newPlace({ imageDuration: (_id, index) => index * MINUTE });
    const { id } = region.runInstance();
    for (const name of ['prod/0', 'prod/1']) await create(region, { InstanceId: id, Name: name });
    expect(region.images().map(({ state }) => state)).toEqual(['available', 'pending']);
    clock.advance(MINUTE);
    expect(region.images().map(({ state }) => state)).toEqual(['available', 'available']);
  });

  test('has snapshots from the start, with their tags and the description EC2 gives them', async () => {
    const { region } = newPlace();
    const { id, volumeIds } = region.runInstance({ volumes: VOLUMES });
    await create(region, {
      InstanceId: id,
      TagSpecifications: [
        { ResourceType: 'image', Tags: [{ Key: 'of', Value: 'image' }] },
        { ResourceType: 'snapshot', Tags: [{ Key: 'of', Value: 'snapshot' }] },
      ],
    });
    const image = await onlyImage(region);
    expect(image.Tags).toEqual([{ Key: 'of', Value: 'image' }]);
    const { Snapshots = [] } = await region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    expect(Snapshots.map(({ VolumeId }) => VolumeId).sort()).toEqual([...volumeIds].sort());
    for (const snapshot of Snapshots) {
      expect(snapshot).toMatchObject({
        State: 'pending',
        Description: `Created by CreateImage(${id}) for ${image.ImageId ?? ''}`,
        StartTime: new Date('2026-11-22T00:00:00Z'),
        Tags: [{ Key: 'of', Value: 'snapshot' }],
      });
    }
  });

  test('has no tags at all when none were given', async () => {
    const { region } = newPlace();
    await create(region, { InstanceId: region.runInstance().id });
    expect((await onlyImage(region)).Tags).toBeUndefined();
  });

  test('leaves out devices by NoDevice, and keeps or changes DeleteOnTermination', async () => {
    const { region, clock } = newPlace();
    const data = { device: '/dev/sdg', sizeGiB: 1 };
    const { id } = region.runInstance({ volumes: [...VOLUMES, data] });
    await create(region, {
      InstanceId: id,
      BlockDeviceMappings: [
        { DeviceName: '/dev/sdf', NoDevice: '' },
        { DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: true } },
      ],
    });
    clock.advance(4 * MINUTE);
    const { BlockDeviceMappings = [] } = await onlyImage(region);
    expect(BlockDeviceMappings.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.DeleteOnTermination])).toEqual([
      ['/dev/xvda', true],
      ['/dev/sdg', true],
    ]);
    expect(region.snapshots()).toHaveLength(2);
  });

  test('lists instance-store devices without Ebs', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance({ ephemeral: [{ device: '/dev/sdb', virtualName: 'ephemeral0' }] });
    await create(region, { InstanceId: id });
    expect((await onlyImage(region)).BlockDeviceMappings).toContainEqual({
      DeviceName: '/dev/sdb',
      VirtualName: 'ephemeral0',
    });
  });
});

describe('the instance', () => {
  test.each([
    ['is rebooted unless told otherwise', undefined, 'running', 1],
    ['is rebooted when told so', false, 'running', 1],
    ['is not rebooted with NoReboot', true, 'running', 0],
    ['is not rebooted when it is stopped', undefined, 'stopped', 0],
  ] as const)('%s', async (_title, NoReboot, state, reboots) => {
    const { region } = newPlace();
    const { id } = region.runInstance({ state });
    await create(region, { InstanceId: id, NoReboot });
    expect(region.instances()[0]?.reboots).toBe(reboots);
  });

  test.each(['pending', 'stopping', 'shutting-down', 'terminated'] as const)(
    'in the state %s is refused',
    async (state) => {
      const { region } = newPlace();
      const { id } = region.runInstance({ state });
      expect(await outcomeOf(create(region, { InstanceId: id }))).toBe('IncorrectState');
    },
  );

  test('with an instance-store root is refused, with a code that no caller can match', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance({ rootDevice: 'instance-store' });
    const first = await outcomeOf(create(region, { InstanceId: id }));
    const second = await outcomeOf(create(region, { InstanceId: id }));
    expect(first).toMatch(/^Client\.Opaque\.\d+$/);
    expect(second).not.toBe(first);
  });

  test.each([
    ['missing', undefined, 'MissingParameter'],
    ['not an id', 'web-1', 'InvalidInstanceID.Malformed'],
    ['unknown', 'i-0123456789abcdef0', 'InvalidInstanceID.NotFound'],
  ])('that is %s is refused', async (_title, InstanceId, error) => {
    expect(await outcomeOf(create(newPlace().region, { InstanceId }))).toBe(error);
  });
});

describe('the name', () => {
  test.each([
    ['ab', 'InvalidAMIName.Malformed'],
    ['abc', 'ok'],
    ['a'.repeat(127), 'ok'],
    ['a'.repeat(128), 'InvalidAMIName.Malformed'],
    ['prod/2026-11-22T18:00', 'InvalidAMIName.Malformed'],
    ['prod web', 'InvalidAMIName.Malformed'],
    [undefined, 'InvalidAMIName.Malformed'],
  ])('%s: %s', async (Name, outcome) => {
    const { region } = newPlace();
    expect(await outcomeOf(create(region, { InstanceId: region.runInstance().id, Name }))).toBe(outcome);
  });

  test('is taken while its image is pending, available, disabled or failed', async () => {
    const { region, clock } = newPlace();
    const { id } = region.runInstance();
    const again = (): Promise<string> => outcomeOf(create(region, { InstanceId: id }));
    await create(region, { InstanceId: id });
    expect(await again()).toBe('InvalidAMIName.Duplicate');
    clock.advance(4 * MINUTE);
    expect(await again()).toBe('InvalidAMIName.Duplicate');
    const imageId = region.images()[0]?.id ?? '';
    region.disableImage(imageId);
    expect(await again()).toBe('InvalidAMIName.Duplicate');
    region.enableImage(imageId);
    region.failImage(imageId);
    expect(await again()).toBe('InvalidAMIName.Duplicate');
    expect(region.images()).toHaveLength(1);
  });

  test('is free 5 minutes after its image is deregistered', async () => {
    const { region, clock } = newPlace();
    const { id } = region.runInstance();
    await create(region, { InstanceId: id });
    region.deregisterByHand(region.images()[0]?.id ?? '');
    clock.advance(5 * MINUTE - 1);
    expect(await outcomeOf(create(region, { InstanceId: id }))).toBe('InvalidAMIName.Duplicate');
    clock.advance(1);
    expect(await outcomeOf(create(region, { InstanceId: id }))).toBe('ok');
  });

  test('is not taken by an image of another account', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance();
    region.registerImage({ name: NAME, ownerId: '999988887777' });
    expect(await outcomeOf(create(region, { InstanceId: id }))).toBe('ok');
  });
});

describe('tags', () => {
  const CASES: readonly [title: string, tags: Tag[], outcome: string][] = [
    ['50 are taken', tagsOf(50), 'ok'],
    ['51 are refused', tagsOf(51), 'TagLimitExceeded'],
    ['a key of aws: is refused', [{ Key: 'aws:x', Value: '' }], 'InvalidParameterValue'],
    ['a key of 128 characters is taken', [{ Key: 'k'.repeat(128), Value: '' }], 'ok'],
    ['a key of 129 characters is refused', [{ Key: 'k'.repeat(129), Value: '' }], 'InvalidParameterValue'],
    ['a value of 256 emoji is taken', [{ Key: 'k', Value: '😀'.repeat(256) }], 'ok'],
    ['a value of 257 characters is refused', [{ Key: 'k', Value: 'v'.repeat(257) }], 'InvalidParameterValue'],
    ['an empty key is refused', [{ Key: '', Value: 'v' }], 'InvalidParameterValue'],
    [
      'a key given twice is refused',
      [
        { Key: 'k', Value: '1' },
        { Key: 'k', Value: '2' },
      ],
      'InvalidParameterValue',
    ],
    [
      'keys that differ in case are two',
      [
        { Key: 'k', Value: '1' },
        { Key: 'K', Value: '2' },
      ],
      'ok',
    ],
  ];
  test.each(CASES)('%s', async (_title, Tags, outcome) => {
    const { region } = newPlace();
    const { id } = region.runInstance();
    const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags }];
    expect(await outcomeOf(create(region, { InstanceId: id, TagSpecifications }))).toBe(outcome);
    expect(region.images()).toHaveLength(outcome === 'ok' ? 1 : 0);
  });

  test('are for images and snapshots only, each once', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance();
    const volume = [{ ResourceType: 'volume' as const, Tags: tagsOf(1) }];
    const refused = create(region, { InstanceId: id, TagSpecifications: volume });
    expect(await outcomeOf(refused)).toBe('InvalidParameterValue');
    const twice = [1, 2].map((count) => ({ ResourceType: 'image' as const, Tags: tagsOf(count) }));
    expect(await outcomeOf(create(region, { InstanceId: id, TagSpecifications: twice }))).toBe(
      'InvalidParameterValue',
    );
  });
});

describe('mappings', () => {
  test.each([
    ['the root device cannot be left out', { DeviceName: '/dev/xvda', NoDevice: '' }, /^Client\.Opaque\./],
    ['an unknown device is refused', { DeviceName: '/dev/sdz', NoDevice: '' }, /^InvalidParameterValue$/],
    ['a mapping that says nothing is refused', { DeviceName: '/dev/sdf' }, /^InvalidParameterValue$/],
  ])('%s', async (_title, mapping, error) => {
    const { region } = newPlace();
    const { id } = region.runInstance({ volumes: VOLUMES });
    const outcome = await outcomeOf(create(region, { InstanceId: id, BlockDeviceMappings: [mapping] }));
    expect(outcome).toMatch(error);
  });
});

test('a disabled image is listed only with IncludeDisabled', async () => {
  const { region } = newPlace();
  const id = region.registerImage({ name: 'golden' });
  region.disableImage(id);
  const list = async (IncludeDisabled: boolean): Promise<(string | undefined)[]> => {
    const { Images = [] } = await region.ec2.send(
      new DescribeImagesCommand({ Owners: ['self'], IncludeDisabled }),
    );
    return Images.map(({ State }) => State);
  };
  expect(await list(false)).toEqual([]);
  expect(await list(true)).toEqual(['disabled']);
});

test('an image that fails says why, maps no snapshots, and its snapshots end in error', async () => {
  const { region } = newPlace();
  await create(region, { InstanceId: region.runInstance().id });
  region.failImage(region.images()[0]?.id ?? '', 'no key');
  const image = await onlyImage(region);
  expect(image).toMatchObject({ State: 'failed', StateReason: { Message: 'no key' } });
  expect(image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId).toBeUndefined();
  expect(region.snapshots().map(({ state }) => state)).toEqual(['error']);
});
