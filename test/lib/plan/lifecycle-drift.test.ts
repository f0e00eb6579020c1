import { describe, expect, test } from 'vitest';
import {
  driftOf,
  droppedSchedules,
  unchangeable,
  type Drift,
} from '../../../src/lib/plan/lifecycle-drift.ts';
import type { LifecyclePolicy, WantedLifecyclePolicy } from '../../../src/lib/plan/lifecycle-policy.ts';

const ROLE = 'arn:aws:iam::111122223333:role/ec2-backup/prod/prod-ap-northeast-2-dlm-snapshots';

function wanted(details: object = {}, over: Partial<WantedLifecyclePolicy> = {}): WantedLifecyclePolicy {
  return {
    policy: 'data',
    description: 'ec2-backup prod data',
    state: 'ENABLED',
    roleArn: ROLE,
    tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'data' },
    // Only what a test is about.
    details: details as WantedLifecyclePolicy['details'],
    ...over,
  };
}

function existing(details: object = {}, over: Partial<LifecyclePolicy> = {}): LifecyclePolicy {
  const { description, state, roleArn, tags } = wanted();
  return {
    id: 'policy-0123456789abcdef0',
    description,
    state,
    roleArn,
    tags: new Map(Object.entries(tags)),
    isDefault: false,
    details: { ...details },
    ...over,
  };
}

function schedule(name: string, over: object = {}): object {
  return { Name: name, CreateRule: { Interval: 24 }, RetainRule: { Count: 7 }, ...over };
}

describe('drift', () => {
  test('is none where DLM holds what is wanted', () => {
    const details = { Schedules: [schedule('base')] };
    expect(driftOf(existing(details), wanted(details))).toEqual([]);
  });

  test.each<[string, LifecyclePolicy, WantedLifecyclePolicy, Drift[]]>([
    [
      'a description edited by hand',
      existing({}, { description: 'mine' }),
      wanted(),
      [{ field: 'Description', is: 'mine', wanted: 'ec2-backup prod data' }],
    ],
    [
      'a policy disabled by hand',
      existing({}, { state: 'DISABLED' }),
      wanted(),
      [{ field: 'State', is: 'DISABLED', wanted: 'ENABLED' }],
    ],
    [
      'a policy in ERROR',
      existing({}, { state: 'ERROR' }),
      wanted(),
      [{ field: 'State', is: 'ERROR', wanted: 'ENABLED' }],
    ],
    [
      'another role',
      existing({}, { roleArn: 'arn:aws:iam::111122223333:role/mine' }),
      wanted(),
      [{ field: 'ExecutionRoleArn', is: 'arn:aws:iam::111122223333:role/mine', wanted: ROLE }],
    ],
    [
      'a changed count',
      existing({ Schedules: [schedule('base')] }),
      wanted({ Schedules: [schedule('base', { RetainRule: { Count: 14 } })] }),
      [{ field: 'Schedules[base].RetainRule.Count', is: '7', wanted: '14' }],
    ],
    [
      'a rule that somebody added',
      existing({
        Schedules: [schedule('base', { FastRestoreRule: { Count: 1, AvailabilityZones: ['b', 'a'] } })],
      }),
      wanted({ Schedules: [schedule('base')] }),
      [
        { field: 'Schedules[base].FastRestoreRule.AvailabilityZones', is: 'a, b' },
        { field: 'Schedules[base].FastRestoreRule.Count', is: '1' },
      ],
    ],
    [
      'a default that somebody changed, with the default that is wanted',
      existing({ Schedules: [schedule('base', { CopyTags: true })] }),
      wanted({ Schedules: [schedule('base')] }),
      [{ field: 'Schedules[base].CopyTags', is: 'true', wanted: 'false' }],
    ],
  ])('names %s', (_, is, will, drift) => {
    expect(driftOf(is, will)).toEqual(drift);
  });
});

describe('what DLM cannot change', () => {
  const fixed = (is: object, will: object): string[] =>
    unchangeable(driftOf(existing(is), wanted(will))).map(({ field }) => field);

  test.each<[string, object, object, string[]]>([
    ['the policy type', { PolicyType: 'IMAGE_MANAGEMENT' }, {}, ['PolicyType']],
    ['the resource type', { ResourceTypes: ['VOLUME'] }, { ResourceTypes: ['INSTANCE'] }, ['ResourceTypes']],
    [
      'a count to an age',
      { Schedules: [schedule('base')] },
      { Schedules: [schedule('base', { RetainRule: { Interval: 7, IntervalUnit: 'DAYS' } })] },
      ['Schedules[base].RetainRule.Count', 'Schedules[base].RetainRule.Interval'],
    ],
    [
      'an age to a count',
      { Schedules: [schedule('base', { RetainRule: { Interval: 7, IntervalUnit: 'DAYS' } })] },
      { Schedules: [schedule('base')] },
      ['Schedules[base].RetainRule.Count', 'Schedules[base].RetainRule.Interval'],
    ],
  ])('%s', (_, is, will, fields) => {
    expect(fixed(is, will)).toEqual(fields);
  });

  test.each<[string, object, object]>([
    [
      'a count to another',
      { Schedules: [schedule('base')] },
      { Schedules: [schedule('base', { RetainRule: { Count: 1 } })] },
    ],
    [
      'a schedule that comes',
      { Schedules: [schedule('base')] },
      { Schedules: [schedule('base'), schedule('weekly')] },
    ],
    [
      'a schedule that goes',
      { Schedules: [schedule('base'), schedule('weekly')] },
      { Schedules: [schedule('base')] },
    ],
    [
      'one schedule by count that goes while another by age comes',
      { Schedules: [schedule('a')] },
      { Schedules: [schedule('b', { RetainRule: { Interval: 7, IntervalUnit: 'DAYS' } })] },
    ],
  ])('is not %s', (_, is, will) => {
    expect(fixed(is, will)).toEqual([]);
  });
});

describe('dropped schedules', () => {
  const dropped = (is: object, will: object): readonly string[] =>
    droppedSchedules(driftOf(existing(is), wanted(will)));

  test('are those that DLM has and the file does not', () => {
    expect(
      dropped(
        { Schedules: [schedule('base'), schedule('weekly')] },
        { Schedules: [schedule('base'), schedule('daily')] },
      ),
    ).toEqual(['weekly']);
  });

  test('are not those that go over from an interval to a cron', () => {
    const cron = schedule('base', { CreateRule: { CronExpression: 'cron(0 3 * * ? *)' } });
    expect(dropped({ Schedules: [schedule('base')] }, { Schedules: [cron] })).toEqual([]);
    expect(dropped({ Schedules: [cron] }, { Schedules: [schedule('base')] })).toEqual([]);
  });
});
