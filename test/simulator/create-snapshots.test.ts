import {
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  DescribeSnapshotsCommand,
  type InstanceSpecification,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { MINUTE, newPlace, outcomeOf, present, SECOND, START } from './support.ts';

function createSet(region: SimulatedRegion, InstanceSpecification: InstanceSpecification): Promise<unknown> {
  return region.ec2.send(new CreateSnapshotsCommand({ InstanceSpecification }));
}

function create(region: SimulatedRegion, VolumeId: string | undefined): Promise<unknown> {
  return region.ec2.send(new CreateSnapshotCommand({ VolumeId }));
}

const THREE = ['/dev/xvda', '/dev/sdf', '/dev/sdg'].map((device) => ({ device, sizeGiB: 8 }));

describe('CreateSnapshots', () => {
  test('takes all volumes of an instance at one instant, with the tags of the call', async () => {
    const { region, clock } = newPlace({ latency: 300 });
    const { id, volumeIds } = region.runInstance({ volumes: THREE });
    const answer = await region.ec2.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: { InstanceId: id },
        Description: 'nightly',
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'a', Value: 'b' }] }],
      }),
    );
    expect(answer.Snapshots?.map(({ VolumeId }) => VolumeId)).toEqual(volumeIds);
    for (const snapshot of answer.Snapshots ?? []) {
      expect(snapshot).toMatchObject({
        State: 'pending',
        StartTime: new Date(START + 300),
        Description: 'nightly',
        OwnerId: '111122223333',
        Tags: [{ Key: 'a', Value: 'b' }],
      });
    }
    clock.advance(3 * MINUTE);
    expect(region.snapshots().map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
  });

  test('leaves out the root by ExcludeBootVolume and data volumes by id', async () => {
    const { region } = newPlace();
    const { id, volumeIds } = region.runInstance({ volumes: THREE });
    const [, second, third] = volumeIds;
    await createSet(region, {
      InstanceId: id,
      ExcludeBootVolume: true,
      ExcludeDataVolumeIds: [present(second)],
    });
    expect(region.snapshots().map(({ volumeId }) => volumeId)).toEqual([third]);
  });

  test('refuses what cannot be excluded', async () => {
    const { region } = newPlace();
    const { id, volumeIds } = region.runInstance({ volumes: THREE });
    const loose = region.createVolume({ sizeGiB: 1 });
    const excluding = (ids: string[]): Promise<string> =>
      outcomeOf(createSet(region, { InstanceId: id, ExcludeDataVolumeIds: ids }));
    expect(await excluding([present(volumeIds[0])])).toBe('InvalidParameterValue');
    expect(await excluding([loose])).toBe('InvalidParameterValue');
    expect(await excluding(['vol-0123456789abcdef0'])).toBe('InvalidVolume.NotFound');
    expect(await excluding(['disk'])).toBe('InvalidVolumeID.Malformed');
    const many = Array.from({ length: 41 }, (_, n) => `vol-${n.toString(16).padStart(17, '0')}`);
    expect(await excluding(many)).toBe('InvalidParameterValue');
    expect(region.snapshots()).toEqual([]);
  });

  test('refuses a set of nothing', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance();
    expect(await outcomeOf(createSet(region, { InstanceId: id, ExcludeBootVolume: true }))).toBe(
      'InvalidParameterValue',
    );
  });

  test('takes the data volumes of an instance with an instance-store root', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance({ rootDevice: 'instance-store', volumes: THREE.slice(1) });
    await createSet(region, { InstanceId: id, ExcludeBootVolume: true });
    expect(region.snapshots()).toHaveLength(2);
  });

  test('refuses an instance that is unknown, gone or not named', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance();
    region.terminateInstance(id);
    expect(await outcomeOf(createSet(region, { InstanceId: id }))).toBe('IncorrectState');
    expect(await outcomeOf(createSet(region, { InstanceId: 'i-0123456789abcdef0' }))).toBe(
      'InvalidInstanceID.NotFound',
    );
    expect(await outcomeOf(createSet(region, { InstanceId: undefined }))).toBe('MissingParameter');
    const none = new CreateSnapshotsCommand({ InstanceSpecification: undefined });
    expect(await outcomeOf(region.ec2.send(none))).toBe('MissingParameter');
  });

  test('fails as a whole when one member fails', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance({ volumes: THREE });
    await createSet(region, { InstanceId: id });
    region.failSnapshot(region.snapshots()[1]?.id ?? '', 'key revoked');
    expect(region.snapshots().map(({ state }) => state)).toEqual(['error', 'error', 'error']);
    const { Snapshots = [] } = await region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    expect(Snapshots.map(({ StateMessage }) => StateMessage)).toEqual(Array(3).fill('key revoked'));
  });

  test('keeps the others when a completed member goes bad', async () => {
    const { region, clock } = newPlace();
    const { id } = region.runInstance({ volumes: THREE });
    await createSet(region, { InstanceId: id });
    clock.advance(3 * MINUTE);
    region.failSnapshot(region.snapshots()[1]?.id ?? '');
    expect(region.snapshots().map(({ state }) => state)).toEqual(['completed', 'error', 'completed']);
  });

  test('makes nothing when the limit of one volume is reached', async () => {
    const { region } = newPlace();
    const { id, volumeIds } = region.runInstance({ volumes: THREE });
    await create(region, volumeIds[2]);
    expect(await outcomeOf(createSet(region, { InstanceId: id }))).toBe(
      'SnapshotCreationPerVolumeRateExceeded',
    );
    expect(region.snapshots()).toHaveLength(1);
  });

  test('takes tags for snapshots only', async () => {
    const { region } = newPlace();
    const { id } = region.runInstance();
    const command = new CreateSnapshotsCommand({
      InstanceSpecification: { InstanceId: id },
      TagSpecifications: [{ ResourceType: 'image', Tags: [] }],
    });
    expect(await outcomeOf(region.ec2.send(command))).toBe('InvalidParameterValue');
  });
});

describe('CreateSnapshot', () => {
  test('snapshots one volume, attached or not', async () => {
    const { region } = newPlace();
    const volume = region.createVolume({ sizeGiB: 20, encrypted: true });
    const answer = await region.ec2.send(new CreateSnapshotCommand({ VolumeId: volume, Description: 'd' }));
    expect(answer).toMatchObject({
      VolumeId: volume,
      VolumeSize: 20,
      Encrypted: true,
      State: 'pending',
      Description: 'd',
    });
    expect(answer.SnapshotId).toBe(region.snapshots()[0]?.id);
  });

  test.each([
    [undefined, 'MissingParameter'],
    ['disk', 'InvalidVolumeID.Malformed'],
    ['vol-0123456789abcdef0', 'InvalidVolume.NotFound'],
  ])('of %s is refused with %s', async (id, error) => {
    expect(await outcomeOf(create(newPlace().region, id))).toBe(error);
  });
});

describe('the limits of a volume', () => {
  test('one snapshot in 15 seconds', async () => {
    const { region, clock } = newPlace();
    const volume = region.createVolume({ sizeGiB: 8 });
    await create(region, volume);
    clock.advance(15 * SECOND - 1);
    expect(await outcomeOf(create(region, volume))).toBe('SnapshotCreationPerVolumeRateExceeded');
    clock.advance(1);
    expect(await outcomeOf(create(region, volume))).toBe('ok');
  });

  test.each([
    ['gp3', 5],
    ['io2', 5],
    ['st1', 1],
    ['sc1', 1],
  ] as const)('%s: %i pending', async (type, most) => {
    const { region, clock } = newPlace({ snapshotDuration: 60 * MINUTE });
    const volume = region.createVolume({ sizeGiB: 500, type });
    for (let count = 0; count < most; count += 1) {
      expect(await outcomeOf(create(region, volume))).toBe('ok');
      clock.advance(15 * SECOND);
    }
    expect(await outcomeOf(create(region, volume))).toBe('ConcurrentSnapshotLimitExceeded');
    clock.advance(60 * MINUTE);
    expect(await outcomeOf(create(region, volume))).toBe('ok');
  });

  test('count snapshots in error until they are deleted, and deleted ones until they would have completed', async () => {
    const { region, clock } = newPlace();
    const volume = region.createVolume({ sizeGiB: 500, type: 'st1' });
    await create(region, volume);
    const first = region.snapshots()[0]?.id ?? '';
    region.failSnapshot(first);
    clock.advance(60 * MINUTE);
    expect(await outcomeOf(create(region, volume))).toBe('ConcurrentSnapshotLimitExceeded');
    region.deleteSnapshotByHand(first);
    expect(await outcomeOf(create(region, volume))).toBe('ok');
    region.deleteSnapshotByHand(region.snapshots()[0]?.id ?? '');
    clock.advance(MINUTE);
    expect(await outcomeOf(create(region, volume))).toBe('ConcurrentSnapshotLimitExceeded');
    clock.advance(2 * MINUTE);
    expect(await outcomeOf(create(region, volume))).toBe('ok');
  });

  test('count the snapshots of images', async () => {
    const { region } = newPlace();
    const { id, volumeIds } = region.runInstance();
    await region.ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'prod/a' }));
    expect(await outcomeOf(create(region, volumeIds[0]))).toBe('SnapshotCreationPerVolumeRateExceeded');
  });

  test('are switched off by a setting', async () => {
    const { region } = newPlace({ volumeSnapshotLimits: false });
    const volume = region.createVolume({ sizeGiB: 8 });
    for (let count = 0; count < 8; count += 1) expect(await outcomeOf(create(region, volume))).toBe('ok');
  });
});
