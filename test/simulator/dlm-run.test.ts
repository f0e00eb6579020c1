import { DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import { WorkQueue } from '../../src/simulator/work-queue.ts';
import { completeSettings } from '../../src/simulator/settings.ts';
import { firingTimes, later } from '../../src/simulator/dlm-run-times.ts';
import {
  addPolicy,
  addVolume,
  DAY,
  HOUR,
  MINUTE,
  minuteOf,
  newDlmPlace,
  schedule,
  START,
  startsOf,
  stateOf,
  TARGET,
} from './dlm-run-support.ts';

describe('the clock', () => {
  test('stops at the time of every agent, in order, and shows that time', () => {
    const clock = new SimulatedClock(START);
    const seen: string[] = [];
    const agent = (name: string, times: number[]): void =>
      clock.attach({
        nextAt: () => times[0] ?? Infinity,
        act: () => {
          seen.push(`${name} ${minuteOf(clock.now())}`);
          times.shift();
        },
      });
    agent('a', [START + HOUR, START + 3 * HOUR, START + 9 * HOUR]);
    agent('b', [START + 2 * HOUR]);
    clock.advance(4 * HOUR);
    expect(seen).toEqual(['a 2026-11-22T01:00', 'b 2026-11-22T02:00', 'a 2026-11-22T03:00']);
    expect(clock.now()).toBe(START + 4 * HOUR);
  });

  test('does work in the order of time, and work of one time in the order it was queued', () => {
    const queue = new WorkQueue();
    const done: string[] = [];
    const times = [5, 3, 9, 3, 1, 7, 5, 2, 8, 3];
    times.forEach((at, index) => queue.push(at, () => done.push(`${at} ${index}`)));
    while (queue.nextAt() < Infinity) queue.doFirst();
    expect(done).toEqual(['1 4', '2 7', '3 1', '3 3', '3 9', '5 0', '5 6', '7 5', '8 8', '9 2']);
  });
});

describe('times', () => {
  test.each([
    ['every 6 hours from 03:30', { Interval: 6, Times: ['03:30'] }, ['22T03:30', '22T09:30', '22T15:30']],
    ['every 24 hours', { Interval: 24, Times: ['23:59'] }, ['22T23:59', '23T23:59', '24T23:59']],
    ['a cron', { CronExpression: 'cron(0 3 * * ? *)' }, ['22T03:00', '23T03:00', '24T03:00']],
    ['open steps', { CronExpression: 'cron(0 2/8 * * ? *)' }, ['22T02:00', '22T10:00', '22T18:00']],
    [
      'weekdays from Sunday as 1',
      { CronExpression: 'cron(0 8 ? * 2-3,7 *)' },
      ['23T08:00', '24T08:00', '28T08:00'],
    ],
    ['days by name', { CronExpression: 'cron(0 8 ? * MON,WED *)' }, ['23T08:00', '25T08:00', '30T08:00']],
  ])('fire at %s', (_, rule, expected) => {
    const times = firingTimes(rule);
    const found: string[] = [];
    for (let at: number | undefined = START; at !== undefined && found.length < 3;) {
      at = times.next(at);
      if (at !== undefined) found.push(minuteOf(at).slice(8));
    }
    expect(found).toEqual(expected);
  });

  test.each([
    ['the last day of the month', 'cron(0 0 L * ? *)', '2026-11-30'],
    ['the last Friday', 'cron(0 0 ? * 6L *)', '2026-11-27'],
    ['the second Tuesday', 'cron(0 0 ? * 3#2 *)', '2026-12-08'],
    ['the weekday nearest to the 15th', 'cron(0 0 15W * ? *)', '2026-12-15'],
    ['Saturday', 'cron(0 0 ? * L *)', '2026-11-28'],
  ])('fire on %s', (_, CronExpression, day) => {
    expect(minuteOf(firingTimes({ CronExpression }).next(START) ?? NaN)).toBe(`${day}T00:00`);
  });

  test.each([
    ['3 days', '2026-01-30', 3, 'DAYS', '2026-02-02'],
    ['2 weeks', '2026-01-30', 2, 'WEEKS', '2026-02-13'],
    ['a month after a 31st', '2026-01-31', 1, 'MONTHS', '2026-02-28'],
    ['14 months', '2026-01-15', 14, 'MONTHS', '2027-03-15'],
    ['a year after 29 February', '2028-02-29', 1, 'YEARS', '2029-02-28'],
  ] as const)('go on by %s', (_, from, interval, unit, to) => {
    expect(later(Date.parse(from), { interval, unit })).toBe(Date.parse(to));
  });
});

/** As the settings have it when nobody says otherwise. */
const DEFAULT_DELAY = { lifecycleDelay: completeSettings({}).lifecycleDelay };

describe('a lifecycle policy', () => {
  test('fires at its times, and what it makes is made at those times', () => {
    const place = newDlmPlace();
    const volume = addVolume(place);
    const six = { Interval: 6, IntervalUnit: 'HOURS' as const, Times: ['03:00'] };
    addPolicy(place, { schedules: [schedule({ CreateRule: six, RetainRule: { Count: 10 } })] });
    place.clock.advance(DAY);
    expect(startsOf(place.region.snapshots())).toEqual([
      '2026-11-22T03:00',
      '2026-11-22T09:00',
      '2026-11-22T15:00',
      '2026-11-22T21:00',
    ]);
    expect(new Set(place.region.snapshots().map(({ volumeId }) => volumeId))).toEqual(new Set([volume]));
  });

  test.each(['advance', 'set', 'sleep'] as const)('fires when the clock is moved by %s', async (method) => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place);
    await place.clock[method](method === 'set' ? START + 4 * HOUR : 4 * HOUR);
    expect(startsOf(place.region.snapshots())).toEqual(['2026-11-22T03:00']);
  });

  test('fires when the latency of a call moves the clock, and that call sees it', async () => {
    const place = newDlmPlace({ latency: 2 * MINUTE });
    addVolume(place);
    addPolicy(place);
    place.clock.set(START + 3 * HOUR - MINUTE);
    const { Snapshots } = await place.region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    expect(Snapshots?.map(({ StartTime }) => StartTime?.toISOString())).toEqual(['2026-11-22T03:00:00.000Z']);
  });

  test('starts a few minutes late, the same in every run', () => {
    const minutes = [0, 1].map(() => {
      const place = newDlmPlace(DEFAULT_DELAY);
      addVolume(place);
      addPolicy(place);
      place.clock.advance(4 * HOUR);
      return startsOf(place.region.snapshots());
    });
    expect(minutes[0]).toEqual(minutes[1]);
    expect(minutes[0]).toEqual([expect.stringMatching(/^2026-11-22T03:0[1-9]$/)]);
  });

  test('starts as late as the setting says', () => {
    const place = newDlmPlace({ lifecycleDelay: () => 59 * MINUTE });
    addVolume(place);
    addPolicy(place);
    place.clock.advance(3 * HOUR + 58 * MINUTE);
    expect(place.region.snapshots()).toEqual([]);
    place.clock.advance(MINUTE);
    expect(startsOf(place.region.snapshots())).toEqual(['2026-11-22T03:59']);
  });

  test('does not take a delay of an hour', () => {
    const place = newDlmPlace({ lifecycleDelay: HOUR });
    addPolicy(place);
    expect(() => place.clock.advance(1)).toThrow(/lifecycleDelay is 3600000 ms/);
  });

  test('makes up for nothing from before it was enabled', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { request: { State: 'DISABLED' } });
    place.clock.set(START + DAY + 3 * HOUR);
    place.region.editLifecyclePolicy(id, { state: 'ENABLED' });
    place.clock.advance(HOUR);
    expect(place.region.snapshots()).toEqual([]);
    place.clock.advance(DAY);
    expect(startsOf(place.region.snapshots())).toEqual(['2026-11-24T03:00']);
  });

  test.each([
    ['DISABLED', (place, id) => place.region.editLifecyclePolicy(id, { state: 'DISABLED' })],
    ['ERROR', (place, id) => place.region.breakLifecyclePolicy(id, 'something')],
    ['deleted', (place, id) => place.region.deleteLifecyclePolicyByHand(id)],
  ] satisfies [string, (place: ReturnType<typeof newDlmPlace>, id: string) => void][])(
    'makes nothing while it is %s',
    (_, change) => {
      const place = newDlmPlace();
      addVolume(place);
      const id = addPolicy(place);
      place.clock.advance(DAY);
      change(place, id);
      place.clock.advance(5 * DAY);
      expect(startsOf(place.region.snapshots())).toEqual(['2026-11-22T03:00']);
    },
  );

  test('runs by its new schedule from an edit on', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place);
    place.clock.advance(DAY);
    const later = { Interval: 12, IntervalUnit: 'HOURS' as const, Times: ['08:00'] };
    place.region.editLifecyclePolicy(id, { details: { Schedules: [schedule({ CreateRule: later })] } });
    place.clock.advance(DAY);
    expect(startsOf(place.region.snapshots())).toEqual(['2026-11-23T08:00', '2026-11-23T20:00']);
  });

  test('tries for an hour what EC2 refuses for the moment', () => {
    const place = newDlmPlace();
    addVolume(place);
    const ids = [addPolicy(place), addPolicy(place)];
    place.clock.advance(4 * HOUR);
    expect(startsOf(place.region.snapshots())).toEqual(['2026-11-22T03:00', '2026-11-22T03:10']);
    const activities = ids.map((id) => place.region.lifecycleActivity(id));
    expect(activities[1]).toEqual({ ResourcesTargeted: 1, SnapshotsCreateCompleted: 1 });
  });
});

describe('a policy on volumes', () => {
  test('takes every volume that carries at least one of its tags exactly', () => {
    const place = newDlmPlace();
    const tagsOf: Record<string, Record<string, string>> = {
      one: { Team: 'payments' },
      other: { Tier: 'gold', Team: 'else' },
      none: { Team: 'Payments' },
      bare: {},
    };
    const volumes = Object.entries(tagsOf).map(([name, tags]) => ({ name, id: addVolume(place, tags) }));
    const TargetTags = [
      { Key: 'Team', Value: 'payments' },
      { Key: 'Tier', Value: 'gold' },
    ];
    const id = addPolicy(place, { details: { TargetTags } });
    place.clock.advance(4 * HOUR);
    const made = place.region
      .snapshots()
      .map(({ volumeId }) => volumes.find((one) => one.id === volumeId)?.name);
    expect(made).toEqual(['one', 'other']);
    expect(place.region.lifecycleActivity(id)).toEqual({ ResourcesTargeted: 2, SnapshotsCreateCompleted: 2 });
  });

  test('tags what it makes, and copies the tags of the volume but those of services', () => {
    const place = newDlmPlace();
    addVolume(place, { ...TARGET, Name: 'disk', Cost: 'theirs', 'aws:cloudformation:stack-id': 'x' });
    const tagged = schedule({ CopyTags: true, TagsToAdd: [{ Key: 'Cost', Value: '42' }] });
    const id = addPolicy(place, { schedules: [tagged] });
    place.clock.advance(4 * HOUR);
    expect(place.region.snapshots()).toMatchObject([
      {
        description: `Created for policy: ${id} schedule: Daily`,
        tags: {
          Backup: 'yes',
          Name: 'disk',
          Cost: '42',
          'aws:dlm:lifecycle-policy-id': id,
          'aws:dlm:lifecycle-schedule-name': 'Daily',
          'aws:dlm:managed': 'true',
        },
      },
    ]);
    expect(Object.keys(place.region.snapshots()[0]?.tags ?? {})).toHaveLength(6);
  });

  test('says when it expires if it goes by age', () => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place, { schedules: [schedule({ RetainRule: { Interval: 3, IntervalUnit: 'DAYS' } })] });
    place.clock.advance(4 * HOUR);
    expect(place.region.snapshots()[0]?.tags).toMatchObject({
      'aws:dlm:expirationTime': '2026-11-25T03:00:00.000Z',
    });
  });

  test('fails on more tags than EC2 takes', () => {
    const place = newDlmPlace({ maxTags: 3 });
    addVolume(place, { ...TARGET, A: '1', B: '2' });
    const id = addPolicy(place, {
      schedules: [schedule({ CopyTags: true, TagsToAdd: [{ Key: 'C', Value: '3' }] })],
    });
    place.clock.advance(4 * HOUR);
    expect(place.region.snapshots()).toEqual([]);
    expect(place.region.lifecycleActivity(id)).toEqual({ ResourcesTargeted: 1, SnapshotsCreateFailed: 1 });
    expect(stateOf(place, id)).toBe('ENABLED');
  });
});

describe('a policy of snapshots on instances', () => {
  const VOLUMES = [
    { device: '/dev/xvda', sizeGiB: 8 },
    { device: '/dev/sdf', sizeGiB: 20 },
    { device: '/dev/sdg', sizeGiB: 30, tags: { Role: 'scratch' } },
  ];

  test.each([
    ['all volumes at one instant', {}, [8, 20, 30]],
    ['no boot volume', { ExcludeBootVolume: true }, [20, 30]],
    ['no data volume by tag', { ExcludeDataVolumeTags: [{ Key: 'Role', Value: 'scratch' }] }, [8, 20]],
    ['not with another value', { ExcludeDataVolumeTags: [{ Key: 'Role', Value: 'data' }] }, [8, 20, 30]],
  ])('makes one set of %s', (_, Parameters, sizes) => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET, volumes: VOLUMES });
    const id = addPolicy(place, { kind: 'INSTANCE', details: { Parameters } });
    place.clock.advance(4 * HOUR);
    expect(place.region.snapshots().map(({ sizeGiB }) => sizeGiB)).toEqual(sizes);
    expect(new Set(startsOf(place.region.snapshots()))).toEqual(new Set(['2026-11-22T03:00']));
    expect(place.region.lifecycleActivity(id)).toEqual({
      ResourcesTargeted: 1,
      SnapshotsCreateCompleted: sizes.length,
    });
  });

  test('makes nothing and counts a failure when no volume is left', () => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    const id = addPolicy(place, { kind: 'INSTANCE', details: { Parameters: { ExcludeBootVolume: true } } });
    place.clock.advance(4 * HOUR);
    expect(place.region.snapshots()).toEqual([]);
    expect(place.region.lifecycleActivity(id)).toEqual({ ResourcesTargeted: 1, SnapshotsCreateFailed: 1 });
  });

  test('takes running and stopped instances only', () => {
    const place = newDlmPlace();
    const states = ['running', 'stopped', 'pending', 'stopping'] as const;
    for (const state of states) place.region.runInstance({ tags: TARGET, state });
    const gone = place.region.runInstance({ tags: TARGET });
    place.clock.set(START + 3 * HOUR - MINUTE);
    place.region.terminateInstance(gone.id);
    addPolicy(place, { kind: 'INSTANCE' });
    place.clock.advance(HOUR);
    expect(place.region.snapshots()).toHaveLength(2);
  });

  test('fills in the variables of tags, and copies the tags of each volume', () => {
    const place = newDlmPlace();
    const { id: instance } = place.region.runInstance({ tags: { ...TARGET, Name: 'web' }, volumes: VOLUMES });
    const VariableTags = [
      { Key: 'Instance', Value: '$(instance-id)' },
      { Key: 'Made', Value: '$(timestamp)' },
    ];
    addPolicy(place, { kind: 'INSTANCE', schedules: [schedule({ VariableTags, CopyTags: true })] });
    place.clock.advance(4 * HOUR);
    const [first, , third] = place.region.snapshots();
    expect(first?.tags).toMatchObject({ Instance: instance, Made: '2026-11-22T03:00:00.000Z' });
    expect(first?.tags).not.toHaveProperty('Name');
    expect(third?.tags).toMatchObject({ Role: 'scratch', Instance: instance });
  });
});

describe('an AMI policy', () => {
  test('makes an AMI of the instance, named after policy, instance and time, with its tags', () => {
    const place = newDlmPlace();
    const { id: instance } = place.region.runInstance({ tags: { ...TARGET, Name: 'web' } });
    const id = addPolicy(place, { kind: 'IMAGE', schedules: [schedule({ CopyTags: true })] });
    place.clock.advance(4 * HOUR);
    const [image] = place.region.images();
    expect(image).toMatchObject({
      name: `${id}_${instance}_2026-11-22T03.00.00.000Z`,
      state: 'available',
      sourceInstanceId: instance,
      tags: { Name: 'web', 'aws:dlm:lifecycle-policy-id': id, 'aws:dlm:managed': 'true' },
    });
    expect(place.region.snapshots()).toMatchObject([{ tags: { 'aws:dlm:lifecycle-policy-id': id } }]);
    expect(place.region.lifecycleActivity(id)).toEqual({ ResourcesTargeted: 1, ImagesCreateCompleted: 1 });
  });

  test.each([
    [true, 0],
    [false, 1],
  ])('with NoReboot %s powers a running instance down %i times', (NoReboot, reboots) => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    addPolicy(place, { kind: 'IMAGE', details: { Parameters: { NoReboot } } });
    place.clock.advance(4 * HOUR);
    expect(place.region.instances()[0]?.reboots).toBe(reboots);
  });

  test('counts an instance without an EBS root as failed', () => {
    const place = newDlmPlace();
    place.region.runInstance({
      tags: TARGET,
      rootDevice: 'instance-store',
      volumes: [{ device: '/dev/sdf', sizeGiB: 1 }],
    });
    const id = addPolicy(place, { kind: 'IMAGE' });
    place.clock.advance(4 * HOUR);
    expect(place.region.lifecycleActivity(id)).toEqual({ ResourcesTargeted: 1, ImagesCreateFailed: 1 });
  });
});
