import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  CreateImageCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { MINUTE, newPlace, outcomeOf } from './support.ts';

/** The `Name` tags of the instances that pass. */
async function namesOf(region: SimulatedRegion, Filters: Filter[]): Promise<string[]> {
  const { Reservations = [] } = await region.ec2.send(new DescribeInstancesCommand({ Filters }));
  const instances = Reservations.flatMap((reservation) => reservation.Instances ?? []);
  return instances.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === 'Name')?.Value ?? '').sort();
}

const TAGS: readonly Record<string, string>[] = [
  { Name: 'a', Backup: 'daily-ami', Team: 'payments' },
  { Name: 'b', Backup: 'Daily-ami', Team: 'ledger-1' },
  { Name: 'c', 'Backup:daily-ami': 'true', Team: 'a*b' },
  { Name: 'd', Backup: 'daily.ami' },
  { Name: 'e', Backup: 'line\nbreak' },
];

const CASES: readonly [title: string, filters: Filter[], names: string[]][] = [
  ['a value is exact and case-sensitive', [{ Name: 'tag:Backup', Values: ['daily-ami'] }], ['a']],
  ['values are ORed', [{ Name: 'tag:Team', Values: ['payments', 'ledger-1'] }], ['a', 'b']],
  [
    'filters are ANDed',
    [
      { Name: 'tag:Team', Values: ['*'] },
      { Name: 'tag:Backup', Values: ['*aily-ami'] },
    ],
    ['a', 'b'],
  ],
  ['* stands for any characters, line breaks too', [{ Name: 'tag:Backup', Values: ['line*'] }], ['e']],
  ['? stands for one character', [{ Name: 'tag:Backup', Values: ['?aily-ami'] }], ['a', 'b']],
  ['a backslash escapes a wildcard', [{ Name: 'tag:Team', Values: ['a\\*b'] }], ['c']],
  ['a dot is a dot', [{ Name: 'tag:Backup', Values: ['dail*.ami'] }], ['d']],
  ['tag-key looks at keys', [{ Name: 'tag-key', Values: ['Backup:*'] }], ['c']],
  ['a key is case-sensitive', [{ Name: 'tag:backup', Values: ['*'] }], []],
];

test.each(CASES)('%s', async (_title, filters, names) => {
  const { region } = newPlace();
  for (const tags of TAGS) region.runInstance({ tags });
  expect(await namesOf(region, filters)).toEqual(names);
});

test('filters instances by state, id and root device', async () => {
  const { region } = newPlace();
  const { id } = region.runInstance({ tags: { Name: 'up' } });
  region.runInstance({ tags: { Name: 'down' }, state: 'stopped' });
  region.runInstance({ tags: { Name: 'old' }, rootDevice: 'instance-store' });
  expect(await namesOf(region, [{ Name: 'instance-state-name', Values: ['stopped'] }])).toEqual(['down']);
  expect(await namesOf(region, [{ Name: 'instance-id', Values: [id] }])).toEqual(['up']);
  expect(await namesOf(region, [{ Name: 'root-device-type', Values: ['instance-store'] }])).toEqual(['old']);
});

test('filters volumes by status, id and attachment', async () => {
  const { region } = newPlace();
  const { id, volumeIds } = region.runInstance();
  const loose = region.createVolume({ sizeGiB: 10 });
  const idsOf = async (Name: string, value: string): Promise<(string | undefined)[]> => {
    const answer = await region.ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name, Values: [value] }] }),
    );
    return (answer.Volumes ?? []).map(({ VolumeId }) => VolumeId);
  };
  expect(await idsOf('status', 'available')).toEqual([loose]);
  expect(await idsOf('volume-id', loose)).toEqual([loose]);
  expect(await idsOf('attachment.instance-id', id)).toEqual(volumeIds);
});

test('filters images by name, state, id and source, snapshots by status, id, volume and description', async () => {
  const { region, clock } = newPlace();
  const { id, volumeIds } = region.runInstance();
  const made = await region.ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'prod/a' }));
  const imageId = made.ImageId ?? '';
  region.registerImage({ name: 'golden' });
  const images = async (Name: string, value: string): Promise<(string | undefined)[]> => {
    const Filters = [{ Name, Values: [value] }];
    const answer = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
    return (answer.Images ?? []).map(({ Name: name }) => name);
  };
  expect(await images('state', 'pending')).toEqual(['prod/a']);
  expect(await images('name', 'gold*')).toEqual(['golden']);
  expect(await images('image-id', imageId)).toEqual(['prod/a']);
  expect(await images('source-instance-id', id)).toEqual(['prod/a']);
  const snapshots = async (Name: string, value: string): Promise<number> => {
    const Filters = [{ Name, Values: [value] }];
    const answer = await region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }));
    return (answer.Snapshots ?? []).length;
  };
  expect(await snapshots('status', 'pending')).toBe(1);
  expect(await snapshots('volume-id', volumeIds[0] ?? '')).toBe(1);
  expect(await snapshots('description', `*for ${imageId}`)).toBe(1);
  expect(await snapshots('snapshot-id', region.snapshots()[0]?.id ?? '')).toBe(1);
  clock.advance(4 * MINUTE);
  expect(await snapshots('status', 'pending')).toBe(0);
});

describe('limits', () => {
  test('takes 200 values over all filters, and no more', async () => {
    const { region } = newPlace();
    const values = Array.from({ length: 199 }, (_, index) => `v${index}`);
    const send = (more: string[]): Promise<unknown> =>
      region.ec2.send(
        new DescribeInstancesCommand({
          Filters: [
            { Name: 'tag:A', Values: values },
            { Name: 'tag:B', Values: more },
          ],
        }),
      );
    expect(await outcomeOf(send(['x']))).toBe('ok');
    expect(await outcomeOf(send(['x', 'y']))).toBe('FilterLimitExceeded');
  });

  test('refuses a filter without values', async () => {
    const { region } = newPlace();
    const command = new DescribeInstancesCommand({ Filters: [{ Name: 'tag:A', Values: [] }] });
    expect(await outcomeOf(region.ec2.send(command))).toBe('InvalidParameterValue');
  });
});

test('filters images by a snapshot that they map, from when they are available on', async () => {
  const { region, clock } = newPlace();
  const { id } = region.runInstance({});
  const { ImageId = '' } = await region.ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'one' }));
  region.registerImage({ name: 'other' });
  const mapping = async (snapshot: string): Promise<(string | undefined)[]> => {
    const Filters = [{ Name: 'block-device-mapping.snapshot-id', Values: [snapshot] }];
    const { Images = [] } = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
    return Images.map((image) => image.ImageId);
  };
  const [snapshot = 'none'] = region.images().find((image) => image.id === ImageId)?.snapshotIds ?? [];
  expect(await mapping(snapshot)).toEqual([]);
  clock.advance(60 * MINUTE);
  const [made = 'none'] = region.images().find((image) => image.id === ImageId)?.snapshotIds ?? [];
  expect(await mapping(made)).toEqual([ImageId]);
  expect(await mapping('snap-0123456789abcdef0')).toEqual([]);
});
