import { CreateImageCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorkQueue } from '../../src/simulator/work-queue.ts';
import { Scenario, START as SCENARIO_START } from '../support/scenario.ts';
import {
  addPolicy,
  addVolume,
  DAY,
  HOUR,
  newDlmPlace,
  schedule,
  stateOf,
  TARGET,
} from './dlm-run-support.ts';

describe('[H29] what DLM made', () => {
  const policies = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 100% }
`;

  test('is never touched by our prune, even with a tag of ours that was copied from the source', async () => {
    const scenario = new Scenario({ policies, settings: { lifecycleDelay: 0 } });
    const { region, clock } = scenario;
    const ours = {
      'ec2-backup:deployment': 'test',
      'ec2-backup:policy': 'disks',
      'ec2-backup:slot': '2026-11-01T03:00:00Z',
      'ec2-backup:kind': 'volume',
    };
    const volume = region.createVolume({ sizeGiB: 8, tags: { ...TARGET, ...ours, Backup: 'disks' } });
    region.tag(volume, 'ec2-backup:source', volume);
    region.runInstance({ tags: { ...TARGET, ...ours, Backup: 'nightly' } });
    const roleArn = region.createRole({ name: 'dlm' });
    const kept = schedule({ CopyTags: true, RetainRule: { Count: 20 }, Name: 'Kept' });
    const TargetTags = ['disks', 'nightly'].map((Value) => ({ Key: 'Backup', Value }));
    const place = { ...newDlmPlace(), region, roleArn };
    addPolicy(place, { schedules: [kept], details: { TargetTags } });
    addPolicy(place, {
      kind: 'IMAGE',
      schedules: [{ ...kept, RetainRule: { Count: 20 } }],
      details: { TargetTags },
    });
    for (let day = 0; day < 10; day += 1) {
      clock.set(SCENARIO_START + day * DAY + 2 * HOUR);
      await scenario.backup('nightly');
      await scenario.backup('disks');
      clock.advance(HOUR);
      const { outcomes } = await scenario.prune();
      expect(outcomes.filter(({ status }) => status !== 'done')).toEqual([]);
    }
    const byDlm = region.snapshots().filter(({ tags }) => tags['aws:dlm:managed'] === 'true');
    expect(byDlm.filter(({ tags }) => tags['ec2-backup:deployment'] === 'test')).not.toEqual([]);
    // One of the volume and one of the instance's AMI a day: all of them, and of ours the last.
    expect(byDlm).toHaveLength(18);
    expect(region.images().filter(({ tags }) => tags['aws:dlm:managed'] === 'true')).toHaveLength(9);
    expect(region.snapshots()).toHaveLength(20);
  });
});

describe('an account with lifecycle policies', () => {
  test('shows what DLM did in one Region to calls in another order of time', async () => {
    const place = newDlmPlace({ readLag: 60_000 });
    addVolume(place);
    addPolicy(place);
    place.clock.advance(3 * HOUR + 30_000);
    const list = async (): Promise<number> => {
      const { Snapshots = [] } = await place.region.ec2.send(
        new DescribeSnapshotsCommand({ OwnerIds: ['self'] }),
      );
      return Snapshots.length;
    };
    // Reads lag behind DLM as behind everybody.
    expect(await list()).toBe(0);
    place.clock.advance(31_000);
    expect(await list()).toBe(1);
  });

  test('goes on beside calls of others on the same sources', async () => {
    const place = newDlmPlace();
    const { id } = place.region.runInstance({ tags: TARGET });
    const policy = addPolicy(place, { kind: 'IMAGE' });
    for (let day = 0; day < 5; day += 1) {
      const Name = `by-hand-${day}`;
      await place.region.ec2.send(new CreateImageCommand({ InstanceId: id, Name }));
      place.clock.advance(DAY);
    }
    expect(place.region.images()).toHaveLength(7);
    expect(stateOf(place, policy)).toBe('ENABLED');
  });

  test('simulates two years of an hourly policy over 50 volumes', () => {
    const place = newDlmPlace({ keepCalls: false });
    for (let index = 0; index < 50; index += 1) addVolume(place);
    const CreateRule = { Interval: 1, IntervalUnit: 'HOURS' as const, Times: ['00:30'] };
    const id = addPolicy(place, { schedules: [schedule({ CreateRule, RetainRule: { Count: 24 } })] });
    place.clock.advance(2 * 365 * DAY);
    const hours = 2 * 365 * 24;
    expect(place.region.lifecycleActivity(id)).toEqual({
      ResourcesTargeted: hours * 50,
      SnapshotsCreateCompleted: hours * 50,
      SnapshotsDeleteCompleted: (hours - 24) * 50,
    });
    expect(place.region.snapshots()).toHaveLength(24 * 50);
  });
});

describe('time', () => {
  const everything = (steps: readonly number[]): unknown => {
    const place = newDlmPlace({ snapshotDuration: 40 * 60_000 });
    const volume = addVolume(place);
    addVolume(place);
    place.region.runInstance({ tags: TARGET });
    const CrossRegionCopyRules = [
      { Target: 'us-east-1', Encrypted: false, RetainRule: { Interval: 2, IntervalUnit: 'DAYS' as const } },
    ];
    const CreateRule = { Interval: 6, IntervalUnit: 'HOURS' as const, Times: ['01:20'] };
    addPolicy(place, {
      schedules: [schedule({ CrossRegionCopyRules }), schedule({ Name: 'Often', CreateRule })],
    });
    addPolicy(place, {
      kind: 'IMAGE',
      schedules: [schedule({ RetainRule: { Interval: 2, IntervalUnit: 'DAYS' } })],
    });
    const end = place.clock.now() + 6 * DAY;
    for (const step of steps) place.clock.set(Math.min(place.clock.now() + step, end));
    place.clock.set(end);
    place.region.deleteVolume(volume);
    place.clock.advance(3 * DAY);
    return [place.region, place.other].map((region) => [region.snapshots(), region.images()]);
  };
  const atOnce = everything([]);

  test('passes in steps of any length to the same end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 * HOUR }), { maxLength: 40 }), (steps) => {
        expect(everything(steps)).toEqual(atOnce);
      }),
      { numRuns: 30 },
    );
  });

  test('is kept by the queue as by a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new WorkQueue();
        const done: (readonly [number, number])[] = [];
        times.forEach((at, index) => queue.push(at, () => done.push([at, index])));
        while (queue.nextAt() < Infinity) queue.doFirst();
        const sorted = times.map((at, index) => [at, index] as const).sort(([a], [b]) => a - b);
        expect(done).toEqual(sorted);
      }),
    );
  });
});
