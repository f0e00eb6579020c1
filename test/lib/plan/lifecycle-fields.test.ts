import { describe, expect, test } from 'vitest';
import { fieldsOf } from '../../../src/lib/plan/lifecycle-fields.ts';

/** What we would send, with every list and switch said. */
const SENT = {
  PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
  PolicyLanguage: 'STANDARD',
  ResourceTypes: ['INSTANCE'],
  ResourceLocations: ['CLOUD'],
  TargetTags: [
    { Key: 'Backup', Value: 'data' },
    { Key: 'Backup:data', Value: 'true' },
  ],
  Schedules: [
    {
      Name: 'base',
      CopyTags: false,
      TagsToAdd: [
        { Key: 'Team', Value: 'a' },
        { Key: 'Cost', Value: '42' },
      ],
      VariableTags: [],
      CreateRule: { Interval: 6, IntervalUnit: 'HOURS', Times: ['03:00'], Scripts: [] },
      RetainRule: { Count: 7 },
      CrossRegionCopyRules: [
        {
          Target: 'eu-west-1',
          Encrypted: false,
          CopyTags: false,
          RetainRule: { Interval: 7, IntervalUnit: 'DAYS' },
        },
      ],
      ShareRules: [{ TargetAccounts: ['222222222222', '111111111111'] }],
    },
    { Name: 'weekly', CreateRule: { CronExpression: 'cron(0  3 ? * SUN *)' }, RetainRule: { Count: 4 } },
  ],
  Parameters: { ExcludeBootVolume: false, ExcludeDataVolumeTags: [{ Key: 'Backup:Exclude', Value: 'true' }] },
};

describe('the fields of a lifecycle policy', () => {
  test('are what was said, by the names of schedules and Regions, without defaults and empty lists', () => {
    expect(Object.fromEntries(fieldsOf(SENT))).toEqual({
      'Parameters.ExcludeDataVolumeTags': 'Backup:Exclude=true',
      ResourceTypes: 'INSTANCE',
      'Schedules[base].CreateRule.Interval': '6',
      'Schedules[base].CreateRule.Times': '03:00',
      'Schedules[base].CrossRegionCopyRules[eu-west-1].Encrypted': 'false',
      'Schedules[base].CrossRegionCopyRules[eu-west-1].RetainRule.Interval': '7',
      'Schedules[base].CrossRegionCopyRules[eu-west-1].RetainRule.IntervalUnit': 'DAYS',
      'Schedules[base].RetainRule.Count': '7',
      'Schedules[base].ShareRules[0].TargetAccounts': '111111111111, 222222222222',
      'Schedules[base].TagsToAdd': 'Cost=42, Team=a',
      'Schedules[weekly].CreateRule.CronExpression': 'cron(0 3 ? * SUN *)',
      'Schedules[weekly].RetainRule.Count': '4',
      TargetTags: 'Backup:data=true, Backup=data',
    });
  });

  test('are the same whatever DLM filled in and however it ordered what it answers', () => {
    const answered = {
      ...SENT,
      TargetTags: SENT.TargetTags.toReversed(),
      Parameters: { ...SENT.Parameters, NoReboot: true },
      SomethingNew: { Deep: ['x'] },
      Schedules: SENT.Schedules.toReversed().map((schedule) => ({
        CopyTags: false,
        TagsToAdd: [],
        ...schedule,
        FutureRule: { Count: 3 },
        CreateRule: { Location: 'CLOUD', ...schedule.CreateRule },
        ...(schedule.ShareRules && { ShareRules: [{ TargetAccounts: ['111111111111', '222222222222'] }] }),
        ...(schedule.CrossRegionCopyRules && {
          CrossRegionCopyRules: schedule.CrossRegionCopyRules.map(({ Target, ...rule }) => ({
            ...rule,
            TargetRegion: Target,
          })),
        }),
      })),
      EventSource: undefined,
    };
    expect(fieldsOf(answered)).toEqual(fieldsOf(SENT));
  });

  test('tell schedules of one name apart', () => {
    const twice = {
      Schedules: [
        { Name: 'a', RetainRule: { Count: 1 } },
        { Name: 'a', RetainRule: { Count: 2 } },
      ],
    };
    expect([...fieldsOf(twice).keys()]).toEqual([
      'Schedules[a 2].RetainRule.Count',
      'Schedules[a].RetainRule.Count',
    ]);
  });

  test('of a default policy do not depend on whether its type is answered', () => {
    const details = {
      PolicyLanguage: 'SIMPLIFIED',
      ResourceType: 'INSTANCE',
      CreateInterval: 2,
      RetainInterval: 7,
    };
    expect(fieldsOf({ ...details, PolicyType: 'IMAGE_MANAGEMENT' })).toEqual(fieldsOf(details));
    expect(Object.fromEntries(fieldsOf(details))).toEqual({
      CreateInterval: '2',
      PolicyLanguage: 'SIMPLIFIED',
      ResourceType: 'INSTANCE',
    });
  });
});
