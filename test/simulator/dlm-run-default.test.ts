import { describe, expect, test } from 'vitest';
import {
  addDefaultPolicy,
  addVolume,
  DAY,
  newDlmPlace,
  START,
  startsOf,
  type DlmPlace,
} from './dlm-run-support.ts';

/** How many whole days after START each snapshot was made. */
function daysLeft({ region }: DlmPlace): number[] {
  return region.snapshots().map(({ startedAt }) => Math.floor((startedAt - START) / DAY));
}

describe('the default policy of volumes', () => {
  test('backs up every volume once a day, at a time of its own, whatever its tags', () => {
    const place = newDlmPlace();
    const volumes = [addVolume(place, {}), addVolume(place)];
    const id = addDefaultPolicy(place, 'VOLUME');
    place.clock.advance(3 * DAY);
    expect(daysLeft(place)).toEqual([0, 0, 1, 1, 2, 2]);
    const times = new Set(startsOf(place.region.snapshots()).map((start) => start.slice(10)));
    expect(times.size).toBe(1);
    expect(new Set(place.region.snapshots().map(({ volumeId }) => volumeId))).toEqual(new Set(volumes));
    const [first] = place.region.snapshots();
    expect(first?.tags).toEqual({
      'aws:dlm:lifecycle-policy-id': id,
      'aws:dlm:managed': 'true',
      'aws:dlm:expirationTime': new Date((first?.startedAt ?? 0) + 7 * DAY).toISOString(),
    });
  });

  test.each([1, 2, 3, 7])('with an interval of %i days runs that often', (CreateInterval) => {
    const place = newDlmPlace();
    addVolume(place);
    addDefaultPolicy(place, 'VOLUME', { CreateInterval, RetainInterval: 14 });
    place.clock.advance(13 * DAY);
    const expected = Array.from({ length: 13 }, (_, day) => day).filter((day) => day % CreateInterval === 0);
    expect(daysLeft(place)).toEqual(expected);
  });

  test.each([
    ['passes over a volume with a younger snapshot of somebody else', START, 0],
    ['takes one whose snapshot is older than the interval', START - 2 * DAY, 1],
  ])('%s', (_, startedAt, made) => {
    const place = newDlmPlace();
    const volumeId = addVolume(place);
    const id = addDefaultPolicy(place, 'VOLUME');
    place.region.createForeignSnapshot({ volumeId, startedAt });
    place.clock.advance(DAY);
    expect(place.region.lifecycleActivity(id).SnapshotsCreateCompleted ?? 0).toBe(made);
  });

  test('leaves out boot volumes, volume types and tags as excluded', () => {
    const place = newDlmPlace();
    place.region.runInstance({
      volumes: [
        { device: '/dev/xvda', sizeGiB: 1 },
        { device: '/dev/sdf', sizeGiB: 2 },
      ],
    });
    place.region.createVolume({ sizeGiB: 3, type: 'st1' });
    place.region.createVolume({ sizeGiB: 4, tags: { Tmp: '1' } });
    place.region.createVolume({ sizeGiB: 5, tags: { Tmp: '2' } });
    addDefaultPolicy(place, 'VOLUME', {
      Exclusions: {
        ExcludeBootVolumes: true,
        ExcludeVolumeTypes: ['st1'],
        ExcludeTags: [{ Key: 'Tmp', Value: '1' }],
      },
    });
    place.clock.advance(DAY);
    expect(place.region.snapshots().map(({ sizeGiB }) => sizeGiB)).toEqual([2, 5]);
  });

  test('copies tags when told to', () => {
    const place = newDlmPlace();
    addVolume(place, { Name: 'disk' });
    addDefaultPolicy(place, 'VOLUME', { CopyTags: true });
    place.clock.advance(DAY);
    expect(place.region.snapshots()[0]?.tags).toMatchObject({ Name: 'disk' });
  });

  test('keeps for the days it says, and copies for as long', () => {
    const place = newDlmPlace();
    addVolume(place);
    addDefaultPolicy(place, 'VOLUME', {
      RetainInterval: 3,
      CrossRegionCopyTargets: [{ TargetRegion: 'us-east-1' }],
    });
    place.clock.advance(10 * DAY);
    expect(daysLeft(place)).toEqual([7, 8, 9]);
    expect(place.other.snapshots()).toHaveLength(3);
  });
});

describe('the default policy of instances', () => {
  test('makes AMIs of every instance without a younger one', () => {
    const place = newDlmPlace();
    const { id: covered } = place.region.runInstance();
    const { id: bare } = place.region.runInstance();
    place.region.runInstance({ tags: { Tmp: '1' } });
    place.region.registerImage({ name: 'by-hand', sourceInstanceId: covered });
    const id = addDefaultPolicy(place, 'INSTANCE', {
      Exclusions: { ExcludeTags: [{ Key: 'Tmp', Value: '1' }] },
    });
    place.clock.advance(DAY);
    const made = place.region.images().filter(({ tags }) => tags['aws:dlm:lifecycle-policy-id'] === id);
    expect(made.map(({ sourceInstanceId }) => sourceInstanceId)).toEqual([bare]);
    expect(place.region.lifecycleActivity(id)).toEqual({ ResourcesTargeted: 1, ImagesCreateCompleted: 1 });
  });
});

describe('extended deletion', () => {
  const endings: [string, (place: DlmPlace, id: string, volume: string) => void][] = [
    ['the source is deleted', (place, _, volume) => place.region.deleteVolume(volume)],
    ['the policy is disabled', ({ region }, id) => region.editLifecyclePolicy(id, { state: 'DISABLED' })],
    ['the policy breaks', ({ region }, id) => region.breakLifecyclePolicy(id, 'something')],
    ['the policy is deleted', ({ region }, id) => region.deleteLifecyclePolicyByHand(id)],
  ];

  test.each(endings)('leaves nothing behind once %s', (_, end) => {
    const place = newDlmPlace();
    const volume = addVolume(place);
    const id = addDefaultPolicy(place, 'VOLUME', { ExtendDeletion: true });
    place.clock.advance(3 * DAY);
    end(place, id, volume);
    place.clock.advance(4 * DAY);
    expect(daysLeft(place).length).toBeGreaterThan(0);
    place.clock.advance(10 * DAY);
    expect(daysLeft(place)).toEqual([]);
  });

  test.each([
    ['the source is deleted', [2]],
    ['the policy is disabled', [0, 1, 2]],
    ['the policy breaks', [0, 1, 2]],
    ['the policy is deleted', [0, 1, 2]],
  ])('when not asked for, leaves days %j once %s', (ending, left) => {
    const place = newDlmPlace();
    const volume = addVolume(place);
    const id = addDefaultPolicy(place, 'VOLUME');
    place.clock.advance(3 * DAY);
    endings.find(([name]) => name === ending)?.[1](place, id, volume);
    place.clock.advance(100 * DAY);
    expect(daysLeft(place)).toEqual(left);
  });

  test('takes the last one when the source is deleted long after it expired', () => {
    const place = newDlmPlace();
    const volume = addVolume(place);
    addDefaultPolicy(place, 'VOLUME', { ExtendDeletion: true });
    place.clock.advance(DAY);
    const covers = (): string => place.region.createForeignSnapshot({ volumeId: volume });
    // Others back it up every day from now on, so that DLM makes nothing more.
    for (let day = 0; day < 20; day += 1) {
      covers();
      place.clock.advance(DAY / 2);
    }
    const own = (): number =>
      place.region.snapshots().filter(({ tags }) => tags['aws:dlm:managed'] === 'true').length;
    expect(own()).toBe(1);
    place.region.deleteVolume(volume);
    place.clock.advance(2 * DAY);
    expect(own()).toBe(0);
  });
});
