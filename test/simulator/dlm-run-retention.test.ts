import type { Schedule } from '@aws-sdk/client-dlm';
import { describe, expect, test } from 'vitest';
import {
  addPolicy,
  addVolume,
  DAY,
  HOUR,
  minuteOf,
  newDlmPlace,
  schedule,
  START,
  startsOf,
  TARGET,
  type DlmPlace,
} from './dlm-run-support.ts';

const days = (Interval: number): Schedule['RetainRule'] => ({ Interval, IntervalUnit: 'DAYS' });
const byAge = (age: number): Schedule[] => [schedule({ RetainRule: days(age) })];

/** The days of November 2026 that snapshots are from. */
function daysLeft({ region }: DlmPlace): number[] {
  return region.snapshots().map(({ startedAt }) => new Date(startedAt).getUTCDate());
}

describe('retention by count', () => {
  test('deletes the oldest beyond the count when a new one is made', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place);
    place.clock.advance(2 * DAY);
    expect(daysLeft(place)).toEqual([22, 23]);
    place.clock.set(START + 2 * DAY + 3 * HOUR - 1);
    expect(daysLeft(place)).toEqual([22, 23]);
    place.clock.advance(1);
    expect(daysLeft(place)).toEqual([23, 24]);
    expect(place.region.lifecycleActivity(id)).toEqual({
      ResourcesTargeted: 3,
      SnapshotsCreateCompleted: 3,
      SnapshotsDeleteCompleted: 1,
    });
  });

  test('counts each source and each policy for itself', () => {
    const place = newDlmPlace({ volumeSnapshotLimits: false });
    const [first] = [addVolume(place), addVolume(place)];
    addPolicy(place);
    addPolicy(place, { schedules: [schedule({ RetainRule: { Count: 1 } })] });
    place.clock.advance(5 * DAY);
    const ofFirst = place.region.snapshots().filter(({ volumeId }) => volumeId === first);
    expect(startsOf(ofFirst)).toEqual(['2026-11-25T03:00', '2026-11-26T03:00', '2026-11-26T03:00']);
    expect(place.region.snapshots()).toHaveLength(6);
  });

  test('counts a set of an instance as one', () => {
    const place = newDlmPlace();
    const volumes = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));
    place.region.runInstance({ tags: TARGET, volumes });
    addPolicy(place, { kind: 'INSTANCE' });
    place.clock.advance(5 * DAY);
    expect(daysLeft(place)).toEqual([25, 25, 26, 26]);
  });

  test('deregisters AMIs and deletes their snapshots', () => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    const id = addPolicy(place, { kind: 'IMAGE' });
    place.clock.advance(5 * DAY);
    expect(place.region.images().map(({ createdAt }) => minuteOf(createdAt))).toEqual([
      '2026-11-25T03:00',
      '2026-11-26T03:00',
    ]);
    expect(daysLeft(place)).toEqual([25, 26]);
    expect(place.region.lifecycleActivity(id)).toMatchObject({ ImagesDeregisterCompleted: 3 });
  });

  test('counts only what is still there', () => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place);
    place.clock.advance(2 * DAY);
    const [, newest] = place.region.snapshots();
    place.region.deleteSnapshotByHand(newest?.id ?? '');
    place.clock.advance(DAY);
    expect(daysLeft(place)).toEqual([22, 24]);
  });

  test('goes by the count as it is when something is made', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules: [schedule({ RetainRule: { Count: 4 } })] });
    place.clock.advance(4 * DAY);
    place.region.editLifecyclePolicy(id, {
      details: { Schedules: [schedule({ RetainRule: { Count: 1 } })] },
    });
    expect(daysLeft(place)).toEqual([22, 23, 24, 25]);
    place.clock.advance(DAY);
    expect(daysLeft(place)).toEqual([26]);
  });

  test('deletes nothing more once the volume is deleted', () => {
    const place = newDlmPlace();
    const volume = addVolume(place);
    addPolicy(place);
    place.clock.advance(3 * DAY);
    place.region.deleteVolume(volume);
    place.clock.advance(400 * DAY);
    expect(daysLeft(place)).toEqual([23, 24]);
  });

  test('stops creating and deleting while disabled, and goes on after', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place);
    place.clock.advance(2 * DAY);
    place.region.editLifecyclePolicy(id, { state: 'DISABLED' });
    place.clock.advance(2 * DAY);
    expect(daysLeft(place)).toEqual([22, 23]);
    place.region.editLifecyclePolicy(id, { state: 'ENABLED' });
    place.clock.advance(DAY);
    expect(daysLeft(place)).toEqual([23, 26]);
  });
});

describe('retention by age', () => {
  test('deletes when the time has come', () => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place, { schedules: byAge(2) });
    place.clock.set(START + 2 * DAY + 3 * HOUR - 1);
    expect(daysLeft(place)).toEqual([22, 23]);
    place.clock.advance(1);
    expect(daysLeft(place)).toEqual([23, 24]);
  });

  test('keeps the last until there is a newer one when the age is shorter than the frequency', () => {
    const place = newDlmPlace();
    addVolume(place);
    const weekly = { CronExpression: 'cron(0 3 ? * SUN *)' };
    addPolicy(place, { schedules: [schedule({ CreateRule: weekly, RetainRule: days(1) })] });
    place.clock.set(START + 7 * DAY + 3 * HOUR - 1);
    expect(daysLeft(place)).toEqual([22]);
    place.clock.advance(1);
    expect(daysLeft(place)).toEqual([29]);
  });

  test.each([
    ['the volume is deleted', 'VOLUME'],
    ['the instance is terminated', 'INSTANCE'],
    ['the instance of AMIs is terminated', 'IMAGE'],
  ] as const)('deletes all but the last once %s', (_, kind) => {
    const place = newDlmPlace();
    const source = kind === 'VOLUME' ? addVolume(place) : place.region.runInstance({ tags: TARGET }).id;
    addPolicy(place, { kind, schedules: byAge(3) });
    place.clock.advance(3 * DAY);
    if (kind === 'VOLUME') place.region.deleteVolume(source);
    else place.region.terminateInstance(source);
    expect(daysLeft(place)).toEqual([22, 23, 24]);
    place.clock.advance(DAY);
    expect(daysLeft(place)).toEqual([23, 24]);
    place.clock.advance(400 * DAY);
    expect(daysLeft(place)).toEqual([24]);
  });

  test('holds a changed age for new ones only', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules: byAge(4) });
    place.clock.advance(2 * DAY);
    place.region.editLifecyclePolicy(id, { details: { Schedules: byAge(1) } });
    place.clock.advance(2 * DAY);
    // The first two are of the old age: until the 26th and the 27th.
    expect(daysLeft(place)).toEqual([22, 23, 25]);
    place.clock.advance(DAY);
    expect(daysLeft(place)).toEqual([23, 26]);
  });

  test.each(['DISABLED', 'ERROR'])('keeps for good what expires while the policy is %s', (state) => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules: byAge(3) });
    place.clock.advance(3 * DAY);
    if (state === 'ERROR') place.region.breakLifecyclePolicy(id, 'something');
    else place.region.editLifecyclePolicy(id, { state: 'DISABLED' });
    // The one of the 22nd expires meanwhile, those of the 23rd and the 24th do not.
    place.clock.advance(DAY);
    place.region.editLifecyclePolicy(id, { state: 'ENABLED' });
    place.clock.advance(2 * DAY);
    expect(daysLeft(place)).toEqual([22, 26, 27]);
  });
});

describe('what DLM lets go', () => {
  test.each([
    ['by count', [schedule()]],
    ['by age', byAge(2)],
  ])('everything %s of a deleted policy', (_, schedules) => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules });
    place.clock.advance(2 * DAY);
    place.region.deleteLifecyclePolicyByHand(id);
    place.clock.advance(400 * DAY);
    expect(daysLeft(place)).toEqual([22, 23]);
  });

  test.each([
    ['by count', { Count: 2 }],
    ['by age', days(2)],
  ])('everything %s of a schedule that is renamed', (_, RetainRule) => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules: [schedule({ RetainRule })] });
    place.clock.advance(2 * DAY);
    const renamed = schedule({ Name: 'Renamed', RetainRule });
    place.region.editLifecyclePolicy(id, { details: { Schedules: [renamed] } });
    place.clock.advance(6 * DAY);
    expect(daysLeft(place)).toEqual([22, 23, 28, 29]);
  });

  test.each([
    ['by count', { Count: 2 }],
    ['by age', days(2)],
  ])('everything %s of sources whose target tag is no longer one', (_, RetainRule) => {
    const place = newDlmPlace();
    addVolume(place, { Backup: 'yes', Team: 'a' });
    addVolume(place, { Team: 'b' });
    const TargetTags = [
      { Key: 'Team', Value: 'a' },
      { Key: 'Team', Value: 'b' },
    ];
    const id = addPolicy(place, { schedules: [schedule({ RetainRule })], details: { TargetTags } });
    place.clock.advance(2 * DAY);
    const details = { TargetTags: [...TargetTags.slice(1), { Key: 'Backup', Value: 'yes' }] };
    place.region.editLifecyclePolicy(id, { details });
    place.clock.advance(6 * DAY);
    const left = (sizes: number[]): number[] => sizes.sort((a, b) => a - b);
    // Those of the first volume from before stay; it is a target again by another tag.
    expect(left(daysLeft(place))).toEqual([22, 23, 28, 28, 29, 29]);
  });

  test.each([
    ['locked', (place: DlmPlace, id: string) => place.region.lockSnapshot(id, LOCK)],
    [
      'in use by an AMI',
      (place: DlmPlace, id: string) => place.region.registerImage({ name: 'mine', snapshotIds: [id] }),
    ],
  ])('a snapshot that is %s, which EC2 refuses to delete', (_, hold) => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place);
    place.clock.advance(DAY);
    hold(place, place.region.snapshots()[0]?.id ?? '');
    place.clock.advance(3 * DAY);
    expect(daysLeft(place)).toEqual([22, 24, 25]);
    expect(place.region.lifecycleActivity(id)).toMatchObject({
      SnapshotsDeleteFailed: 2,
      SnapshotsDeleteCompleted: 1,
    });
  });

  test('but a lock only for as long as it lasts', () => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place, { schedules: byAge(2) });
    place.clock.advance(DAY);
    place.region.lockSnapshot(place.region.snapshots()[0]?.id ?? '', LOCK);
    place.clock.advance(5 * DAY);
    expect(daysLeft(place)).toEqual([22, 26, 27]);
    place.clock.advance(8 * DAY);
    expect(daysLeft(place)).toEqual([4, 5]);
  });

  test('an AMI that is protected', () => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    const id = addPolicy(place, { kind: 'IMAGE' });
    place.clock.advance(DAY);
    place.region.protectImage(place.region.images()[0]?.id ?? '', 'enabled-without-cooldown');
    place.clock.advance(3 * DAY);
    expect(daysLeft(place)).toEqual([22, 24, 25]);
    expect(place.region.lifecycleActivity(id)).toMatchObject({ ImagesDeregisterFailed: 2 });
  });
});

const LOCK = { mode: 'governance', expiresOn: START + 10 * DAY } as const;

describe('schedules that fire at the same minute', () => {
  const daily = schedule({
    Name: 'Daily',
    RetainRule: { Count: 3 },
    TagsToAdd: [{ Key: 'Daily', Value: '1' }],
  });
  const sundays = { CronExpression: 'cron(0 3 ? * SUN *)' };
  const weekly = schedule({
    Name: 'Weekly',
    CreateRule: sundays,
    RetainRule: { Count: 2 },
    TagsToAdd: [{ Key: 'Weekly', Value: '1' }],
  });

  test('make one snapshot with the tags of all, for the schedule that keeps it longest', () => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place, { schedules: [daily, weekly] });
    place.clock.advance(DAY);
    expect(place.region.snapshots()).toHaveLength(1);
    expect(place.region.snapshots()[0]?.tags).toMatchObject({
      Daily: '1',
      Weekly: '1',
      'aws:dlm:lifecycle-schedule-name': 'Weekly',
    });
  });

  test('keep each its own', () => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place, { schedules: [daily, weekly] });
    place.clock.advance(28 * DAY);
    // Sundays 6 and 13 December for the weekly schedule, the last three other days for the daily one.
    expect(startsOf(place.region.snapshots())).toEqual([
      '2026-12-06T03:00',
      '2026-12-13T03:00',
      '2026-12-17T03:00',
      '2026-12-18T03:00',
      '2026-12-19T03:00',
    ]);
  });

  test.each([
    ['an age of 15 days beats 2 weeks', days(15), '2026-12-07T03:00:00.000Z'],
    ['an age of 2 days does not beat 3 days', days(2), '2026-11-25T03:00:00.000Z'],
  ])('measure by time: %s', (_, RetainRule, expires) => {
    const place = newDlmPlace();
    addVolume(place);
    const schedules = [schedule({ RetainRule: days(3) }), { ...weekly, RetainRule }];
    addPolicy(place, { schedules });
    place.clock.advance(DAY);
    expect(place.region.snapshots().map(({ tags }) => tags['aws:dlm:expirationTime'])).toEqual([expires]);
  });

  test('measure a count by its period', () => {
    const place = newDlmPlace();
    addVolume(place);
    const many = schedule({ Name: 'Many', RetainRule: { Count: 15 } });
    addPolicy(place, { schedules: [weekly, many] });
    place.clock.advance(DAY);
    expect(place.region.snapshots()[0]?.tags['aws:dlm:lifecycle-schedule-name']).toBe('Many');
  });

  test('copy to the Regions of all, each for the longest time', () => {
    const place = newDlmPlace();
    addVolume(place);
    const to = (Interval: number) => ({
      CrossRegionCopyRules: [
        { Target: 'us-east-1', Encrypted: false, RetainRule: { Interval, IntervalUnit: 'DAYS' as const } },
      ],
    });
    addPolicy(place, {
      schedules: [
        { ...daily, ...to(9) },
        { ...weekly, ...to(4) },
      ],
    });
    place.clock.advance(DAY);
    expect(place.other.snapshots().map(({ tags }) => tags['aws:dlm:expirationTime'])).toEqual([
      '2026-12-01T03:03:00.000Z',
    ]);
  });
});
