import {
  CreateImageCommand,
  CreateSnapshotCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  ListImagesInRecycleBinCommand,
  type DescribeInstancesCommandInput,
  type DescribeInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { scatter } from '../../src/simulator/pages.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR, MINUTE, newPlace, outcomeOf, START, type TestPlace } from './support.ts';

function fleetOf(
  count: number,
  settings: Parameters<typeof newPlace>[0] = {},
): TestPlace & { ids: string[] } {
  const place = newPlace(settings);
  const ids = Array.from({ length: count }, () => place.region.runInstance({ launchedAt: START - HOUR }).id);
  return { ...place, ids };
}

/** The instance ids of each page. */
async function pagesOf(
  region: SimulatedRegion,
  input: DescribeInstancesCommandInput = {},
): Promise<string[][]> {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const NextToken = token;
    const answer: DescribeInstancesCommandOutput = await region.ec2.send(
      new DescribeInstancesCommand({ ...input, NextToken }),
    );
    const reservations = answer.Reservations ?? [];
    pages.push(
      reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId)),
    );
    token = answer.NextToken;
  } while (token !== undefined);
  return pages;
}

describe('pages', () => {
  test('hold at most pageSize items, and together everything once', async () => {
    const { region, ids } = fleetOf(5, { pageSize: 2 });
    const pages = await pagesOf(region);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().sort()).toEqual(ids.sort());
  });

  test('honour MaxResults', async () => {
    const { region } = fleetOf(12);
    const pages = await pagesOf(region, { MaxResults: 5 });
    expect(pages.map((page) => page.length)).toEqual([5, 5, 2]);
  });

  test('come empty and with a token when told so, the first one too', async () => {
    const { region, ids } = fleetOf(5, { pageSize: 2, emptyPages: true });
    const pages = await pagesOf(region);
    expect(pages.map((page) => page.length)).toEqual([0, 2, 2, 0, 1]);
    expect(pages.flat().sort()).toEqual(ids.sort());
  });

  test('end when there is nothing, also after an empty page', async () => {
    expect(await pagesOf(fleetOf(0, { emptyPages: true }).region)).toEqual([[], []]);
  });

  test('are not in the order of time, but always in the same', async () => {
    const { region, ids } = fleetOf(20);
    const [first] = await pagesOf(region);
    expect(first).not.toEqual(ids);
    expect(first).not.toEqual([...ids].reverse());
    expect(await pagesOf(region)).toEqual([first]);
  });

  test('answer a repeated token with the same page', async () => {
    const { region } = fleetOf(3, { pageSize: 2 });
    const { NextToken } = await region.ec2.send(new DescribeInstancesCommand({}));
    const again = async (): Promise<unknown> => {
      const answer = await region.ec2.send(new DescribeInstancesCommand({ NextToken }));
      return answer.Reservations;
    };
    expect(await again()).toEqual(await again());
  });

  test('leave out what went meanwhile', async () => {
    const { region } = newPlace({ pageSize: 1 });
    const ids = [1, 2, 3].map((sizeGiB) => region.createVolume({ sizeGiB }));
    const first = await region.ec2.send(new DescribeVolumesCommand({}));
    const [seen] = (first.Volumes ?? []).map(({ VolumeId }) => VolumeId);
    for (const id of ids) if (id !== seen) region.deleteVolume(id);
    const second = await region.ec2.send(new DescribeVolumesCommand({ NextToken: first.NextToken }));
    expect(second.Volumes).toEqual([]);
    expect(second.NextToken).toBeDefined();
  });

  test('hold one instance a reservation', async () => {
    const { region } = fleetOf(3);
    const { Reservations = [] } = await region.ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations.map(({ Instances = [] }) => Instances.length)).toEqual([1, 1, 1]);
    expect(new Set(Reservations.map(({ ReservationId }) => ReservationId)).size).toBe(3);
  });

  const REFUSED: readonly [title: string, input: DescribeInstancesCommandInput, error: string][] = [
    ['an unknown token', { NextToken: 'abc' }, 'InvalidNextToken'],
    ['MaxResults under 5', { MaxResults: 4 }, 'InvalidParameterValue'],
    ['MaxResults over 1000', { MaxResults: 1001 }, 'InvalidParameterValue'],
    [
      'ids together with MaxResults',
      { InstanceIds: ['i-0123456789abcdef0'], MaxResults: 5 },
      'InvalidParameterCombination',
    ],
    ['an id that does not exist', { InstanceIds: ['i-0123456789abcdef0'] }, 'InvalidInstanceID.NotFound'],
    ['an id that is none', { InstanceIds: ['web-1'] }, 'InvalidInstanceID.Malformed'],
  ];
  test.each(REFUSED)('refuse %s', async (_title, input, error) => {
    const { region } = fleetOf(1);
    expect(await outcomeOf(region.ec2.send(new DescribeInstancesCommand(input)))).toBe(error);
  });

  test('refuse a token of another call', async () => {
    const { region } = fleetOf(3, { pageSize: 2 });
    const { NextToken } = await region.ec2.send(new DescribeInstancesCommand({}));
    expect(await outcomeOf(region.ec2.send(new DescribeImagesCommand({ NextToken })))).toBe(
      'InvalidNextToken',
    );
    const Filters = [{ Name: 'tag:A', Values: ['b'] }];
    const other = new DescribeInstancesCommand({ NextToken, Filters });
    expect(await outcomeOf(region.ec2.send(other))).toBe('InvalidNextToken');
  });

  test('do not cut a list by ids', async () => {
    const { region, ids } = fleetOf(5, { pageSize: 2, emptyPages: true });
    const [page, ...rest] = await pagesOf(region, { InstanceIds: ids });
    expect(page?.sort()).toEqual(ids.sort());
    expect(rest).toEqual([]);
  });
});

test.each([0, 1, 2, 3, 4, 7, 12, 100, 997])('scatters %i items without losing one', (count) => {
  const items = Array.from({ length: count }, (_, index) => index);
  expect([...scatter(items)].sort((a, b) => a - b)).toEqual(items);
});

describe('owners', () => {
  test('a list without an owner shows the public resources of strangers', async () => {
    const { region } = newPlace();
    const own = region.registerImage({ name: 'golden' });
    const all = await region.ec2.send(new DescribeImagesCommand({}));
    expect(all.Images?.map(({ Public }) => Public).sort()).toEqual([false, true]);
    const mine = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    expect(mine.Images?.map(({ ImageId }) => ImageId)).toEqual([own]);
    const snapshots = await region.ec2.send(new DescribeSnapshotsCommand({}));
    expect(snapshots.Snapshots).toHaveLength(2);
    const ownSnapshots = await region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['111122223333'] }));
    expect(ownSnapshots.Snapshots).toHaveLength(1);
  });

  test('refuses an owner that is none', async () => {
    const { region } = newPlace();
    const command = new DescribeImagesCommand({ Owners: ['me'] });
    expect(await outcomeOf(region.ec2.send(command))).toBe('InvalidParameterValue');
  });
});

describe('read lag', () => {
  const lag = { readLag: 3 * MINUTE };

  test('hides what was just created, for its time, while calls that change see it', async () => {
    const { region, clock, ids } = fleetOf(1, lag);
    const create = new CreateImageCommand({ InstanceId: ids[0], Name: 'prod/web' });
    await region.ec2.send(create);
    const list = async (): Promise<number> => {
      const { Images = [] } = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
      return Images.length;
    };
    clock.advance(3 * MINUTE - 1);
    expect(await list()).toBe(0);
    expect(await outcomeOf(region.ec2.send(create))).toBe('InvalidAMIName.Duplicate');
    expect(region.images()).toHaveLength(1);
    clock.advance(1);
    expect(await list()).toBe(1);
  });

  test('answers NotFound by id for what was just created', async () => {
    const { region, clock } = newPlace(lag);
    const id = region.registerImage({ name: 'golden' });
    const byId = new DescribeImagesCommand({ ImageIds: [id] });
    expect(await outcomeOf(region.ec2.send(byId))).toBe('InvalidAMIID.NotFound');
    clock.advance(3 * MINUTE);
    expect(await outcomeOf(region.ec2.send(byId))).toBe('ok');
  });

  test('still shows what was just deleted, and tags as they were', async () => {
    const { region, clock } = newPlace(lag);
    const volume = region.createVolume({ sizeGiB: 8, tags: { Backup: 'daily' }, createdAt: START - HOUR });
    region.untag(volume, 'Backup');
    region.tag(volume, 'Backup', 'weekly');
    region.deleteVolume(volume);
    const list = async (): Promise<unknown> => {
      const { Volumes = [] } = await region.ec2.send(new DescribeVolumesCommand({}));
      return Volumes.map(({ Tags }) => Tags);
    };
    expect(region.volumes()).toEqual([]);
    expect(await list()).toEqual([[{ Key: 'Backup', Value: 'daily' }]]);
    clock.advance(3 * MINUTE);
    expect(await list()).toEqual([]);
  });

  test('holds for the Recycle Bin, at its entry and its exit', async () => {
    const { region, clock } = newPlace(lag);
    region.addRecycleBinRule('EC2_IMAGE', 1);
    region.deregisterByHand(region.registerImage({ name: 'golden' }));
    const list = async (): Promise<number> => {
      const { Images = [] } = await region.ec2.send(new ListImagesInRecycleBinCommand({}));
      return Images.length;
    };
    expect([region.binned().length, await list()]).toEqual([1, 0]);
    clock.advance(24 * HOUR);
    expect([region.binned().length, await list()]).toEqual([0, 1]);
    clock.advance(3 * MINUTE);
    expect(await list()).toBe(0);
  });

  test('shows each change of a tag after the lag of that change', async () => {
    const { region, clock } = newPlace(lag);
    const volume = region.createVolume({ sizeGiB: 8, createdAt: START - HOUR });
    const values: unknown[] = [];
    for (let minute = 0; minute < 12; minute += 1) {
      region.tag(volume, 'Minute', String(minute));
      const { Volumes = [] } = await region.ec2.send(new DescribeVolumesCommand({}));
      values.push(Volumes[0]?.Tags?.[0]?.Value);
      clock.advance(MINUTE);
    }
    expect(values.slice(3)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
  });

  test('counts the creation of a snapshot, too', async () => {
    const { region, clock } = newPlace(lag);
    const volume = region.createVolume({ sizeGiB: 8 });
    await region.ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
    const list = async (): Promise<(string | undefined)[]> => {
      const { Snapshots = [] } = await region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
      return Snapshots.map(({ State }) => State);
    };
    expect(await list()).toEqual([]);
    clock.advance(3 * MINUTE);
    expect(await list()).toEqual(['pending']);
    clock.advance(3 * MINUTE);
    expect(await list()).toEqual(['completed']);
  });

  test('a filter on a tag finds what had the value when the list was taken, whoever asked before', async () => {
    const { region, clock } = newPlace(lag);
    const id = region.createForeignSnapshot({ startedAt: START - DAY, tags: { Team: 'web' } });
    const found = async (value: string): Promise<(string | undefined)[]> => {
      const Filters = [{ Name: 'tag:Team', Values: [value] }];
      const { Snapshots = [] } = await region.ec2.send(new DescribeSnapshotsCommand({ Filters }));
      return Snapshots.map(({ SnapshotId }) => SnapshotId);
    };
    expect([await found('web'), await found('ops')]).toEqual([[id], []]);
    region.tag(id, 'Team', 'ops');
    expect([await found('web'), await found('ops')]).toEqual([[id], []]);
    clock.advance(3 * MINUTE);
    expect([await found('web'), await found('ops')]).toEqual([[], [id]]);
    region.deleteSnapshotByHand(id);
    expect(await found('ops')).toEqual([id]);
    clock.advance(10 * MINUTE);
    expect([await found('web'), await found('ops')]).toEqual([[], []]);
  });
});
