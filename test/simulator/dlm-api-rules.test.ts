import {
  CreateLifecyclePolicyCommand,
  type CreateLifecyclePolicyRequest,
  type CreateRule,
  type PolicyDetails,
  type Schedule,
} from '@aws-sdk/client-dlm';
import { describe, expect, test } from 'vitest';
import { defaultPolicy, eventBased, imagePolicy, setPolicy, volumePolicy } from './lifecycle-requests.ts';
import { newPlace } from './support.ts';

interface Refusal {
  readonly message: string;
  readonly required?: readonly string[];
  readonly exclusive?: readonly string[];
}

async function refusalOf(request: CreateLifecyclePolicyRequest): Promise<Refusal> {
  const { region } = newPlace();
  const call = region.dlm.send(new CreateLifecyclePolicyCommand(request));
  const error: unknown = await call.then(
    () => new Error('it was taken'),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    name: 'InvalidRequestException',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });
  expect(region.lifecyclePolicies()).toEqual([]);
  const { message, RequiredParameters, MutuallyExclusiveParameters } = error as Error & {
    RequiredParameters?: string[];
    MutuallyExclusiveParameters?: string[];
  };
  return {
    message,
    ...(RequiredParameters && { required: RequiredParameters }),
    ...(MutuallyExclusiveParameters && { exclusive: MutuallyExclusiveParameters }),
  };
}

type Case = readonly [name: string, request: CreateLifecyclePolicyRequest, message: string];

/** A policy on instances whose first schedule differs. */
const set = (schedule: Schedule): CreateLifecyclePolicyRequest => setPolicy({}, schedule);
const image = (schedule: Schedule): CreateLifecyclePolicyRequest => imagePolicy({}, schedule);
const created = (CreateRule: CreateRule): CreateLifecyclePolicyRequest => set({ CreateRule });
const cron = (expression: string): CreateLifecyclePolicyRequest => created({ CronExpression: expression });

/** A policy on volumes whose only schedule is this. */
function volume(schedule: Schedule): CreateLifecyclePolicyRequest {
  const CreateRule = { CronExpression: 'cron(0 3 1 * ? *)' };
  return volumePolicy({ Schedules: [{ Name: 'base', CreateRule, RetainRule: { Count: 1 }, ...schedule }] });
}

const archive = (rule: Schedule['RetainRule']): Schedule['ArchiveRule'] => ({
  RetainRule: { RetentionArchiveTier: { ...rule } },
});

const days = (Interval: number): { Interval: number; IntervalUnit: 'DAYS' } => ({
  Interval,
  IntervalUnit: 'DAYS',
});

const SHAPES: readonly Case[] = [
  [
    'a description with a full stop',
    { ...setPolicy(), Description: 'a.' },
    'Description is "a.", expected the form',
  ],
  [
    'no role',
    { ...setPolicy(), ExecutionRoleArn: undefined },
    'ExecutionRoleArn is missing, and is required',
  ],
  [
    'five schedules',
    setPolicy({ Schedules: Array.from({ length: 5 }, () => ({})) }),
    'Schedules is 5 items, expected 1 to 4',
  ],
  [
    '46 tags to add',
    set({ TagsToAdd: Array.from({ length: 46 }, (_, i) => ({ Key: `k${i}`, Value: '' })) }),
    'TagsToAdd is 46 items, expected 0 to 45',
  ],
  ['a count of 1001', set({ RetainRule: { Count: 1001 } }), 'RetainRule.Count is 1001, expected 0 to 1000'],
  ['two times', created({ Interval: 24, Times: ['01:00', '13:00'] }), 'Times is 2 items, expected 0 to 1'],
  ['a tag of AWS on the policy', { ...setPolicy(), Tags: { 'aws:dlm': '1' } }, 'Tags, the key is "aws:dlm"'],
];

const POLICIES: readonly Case[] = [
  ['no resource type', setPolicy({ ResourceTypes: undefined }), 'PolicyDetails.ResourceTypes is missing'],
  ['no target tags', setPolicy({ TargetTags: undefined }), 'PolicyDetails.TargetTags is missing'],
  ['no schedules', setPolicy({ Schedules: undefined }), 'PolicyDetails.Schedules is missing'],
  [
    'a target tag with =',
    setPolicy({ TargetTags: [{ Key: 'a=b', Value: 'c' }] }),
    'TargetTags[0].Key is "a=b", expected a key without \\ and =',
  ],
  [
    'a target tag with a backslash',
    setPolicy({ TargetTags: [{ Key: 'a\\b', Value: 'c' }] }),
    'expected a key without',
  ],
  [
    'AMIs of volumes',
    imagePolicy({ ResourceTypes: ['VOLUME'] }),
    'ResourceTypes is VOLUME, but AMI policies target INSTANCE',
  ],
  [
    'AMIs in an Outpost',
    imagePolicy({ ResourceLocations: ['OUTPOST'] }),
    'ResourceLocations is OUTPOST, but AMI policies take CLOUD',
  ],
  [
    'an event in a snapshot policy',
    setPolicy({ EventSource: { Type: 'MANAGED_CWE' } }),
    'EventSource is given, but only event-based',
  ],
  [
    'target tags in an event-based policy',
    eventBased({ TargetTags: [{ Key: 'a', Value: 'b' }] }),
    'TargetTags is given, but event-based',
  ],
  [
    'an event-based policy without an action',
    eventBased({ Actions: undefined }),
    'PolicyDetails.Actions is missing',
  ],
  [
    'no reboot for snapshots',
    setPolicy({ Parameters: { NoReboot: true } }),
    'Parameters.NoReboot is given, but only AMI policies',
  ],
  [
    'a boot volume left out of an AMI',
    imagePolicy({ Parameters: { ExcludeBootVolume: false } }),
    'Parameters.ExcludeBootVolume is given',
  ],
  [
    'a boot volume left out of volumes',
    volumePolicy({ Parameters: { ExcludeBootVolume: true } }),
    'Parameters.ExcludeBootVolume is given',
  ],
  [
    'data volumes left out of volumes',
    volumePolicy({ Parameters: { ExcludeDataVolumeTags: [] } }),
    'Parameters.ExcludeDataVolumeTags is given',
  ],
  [
    'two schedules of one name',
    setPolicy({
      Schedules: [
        ...(setPolicy().PolicyDetails?.Schedules?.slice(1) ?? []),
        ...(setPolicy().PolicyDetails?.Schedules?.slice(1) ?? []),
      ],
    }),
    'by Name, has "weekly" twice',
  ],
  ['a second schedule without a name', set({ Name: undefined }), 'Schedules[0].Name is missing'],
];

const SCHEDULES: readonly Case[] = [
  ['no creation rule', set({ CreateRule: undefined }), 'Schedules[0].CreateRule is missing'],
  ['no retention rule', set({ RetainRule: undefined }), 'Schedules[0].RetainRule is missing'],
  ['neither cron nor interval', created({}), 'CreateRule.CronExpression or '],
  [
    'cron and interval',
    created({ CronExpression: 'cron(0 3 * * ? *)', Interval: 1 }),
    'has CronExpression and Interval',
  ],
  [
    'cron and times',
    created({ CronExpression: 'cron(0 3 * * ? *)', Times: ['03:00'] }),
    'has CronExpression and Times',
  ],
  ['every 5 hours', created({ Interval: 5 }), 'Interval is 5, expected one of 1, 2, 3, 4, 6, 8, 12, 24'],
  [
    'a cron of every 30 minutes',
    cron('cron(0/30 * * * ? *)'),
    'expected an interval between 1 hour and 1 year',
  ],
  [
    'a cron twice in one hour of a month',
    cron('cron(0,59 3 1 * ? *)'),
    'expected an interval between 1 hour and 1 year',
  ],
  [
    'a cron of every 29 February',
    cron('cron(0 3 29 2 ? *)'),
    'expected an interval between 1 hour and 1 year',
  ],
  ['a cron of both days', cron('cron(0 3 * * * *)'), 'expected cron(minute hour'],
  ['a cron of five fields', cron('cron(0 3 1 JAN,JUL ?)'), 'expected cron(minute hour'],
  ['a cron of hour 25', cron('cron(0 25 * * ? *)'), 'expected cron(minute hour'],
  ['count and interval', set({ RetainRule: { Count: 1, ...days(1) } }), 'RetainRule has Count and Interval'],
  [
    'an interval without its unit',
    set({ RetainRule: { Interval: 1 } }),
    'RetainRule.IntervalUnit is missing',
  ],
  [
    'a unit without its interval',
    set({ RetainRule: { IntervalUnit: 'DAYS' } }),
    'RetainRule.Interval is missing',
  ],
  [
    '101 years',
    set({ RetainRule: { Interval: 101, IntervalUnit: 'YEARS' } }),
    'is 101 YEARS, expected 1 to 100',
  ],
  [
    '1201 months',
    set({ RetainRule: { Interval: 1201, IntervalUnit: 'MONTHS' } }),
    'is 1201 MONTHS, expected 1 to 1200',
  ],
  [
    '5201 weeks',
    set({ RetainRule: { Interval: 5201, IntervalUnit: 'WEEKS' } }),
    'is 5201 WEEKS, expected 1 to 5200',
  ],
  ['36501 days', set({ RetainRule: days(36501) }), 'is 36501 DAYS, expected 1 to 36500'],
  [
    'a count of 0 without an archive',
    set({ RetainRule: { Count: 0 } }),
    'RetainRule.Count is 0, expected 1 or more',
  ],
  [
    '0 days without an archive',
    image({ RetainRule: days(0), DeprecateRule: undefined }),
    'is 0 DAYS, expected 1 to 36500',
  ],
  [
    'a tag of AWS',
    set({ TagsToAdd: [{ Key: 'AWS:a', Value: '' }] }),
    'keys that begin with aws: are reserved',
  ],
  [
    'a tag value of 257 characters',
    set({ TagsToAdd: [{ Key: 'a', Value: 'x'.repeat(257) }] }),
    'is longer than 256',
  ],
  ['a tag twice', set({ TagsToAdd: [{ Key: 'Instance', Value: '' }] }), 'has "Instance" twice'],
  [
    'a variable that DLM does not have',
    set({ VariableTags: [{ Key: 'a', Value: '$(name)' }] }),
    'Value is "$(name)", expected one of $(instance-id), $(timestamp)',
  ],
  [
    'variable tags on volumes',
    volume({ VariableTags: [{ Key: 'a', Value: '$(timestamp)' }] }),
    'VariableTags is given, but only policies that target instances',
  ],
];

const RULES: readonly Case[] = [
  [
    'fast restore of AMIs',
    image({ FastRestoreRule: { Count: 1, AvailabilityZones: ['eu-west-1a'] } }),
    'FastRestoreRule is given, but only snapshot policies',
  ],
  [
    'fast restore in no zone',
    set({ FastRestoreRule: { Count: 1 } }),
    'FastRestoreRule.AvailabilityZones or ',
  ],
  [
    'fast restore by zone name and id',
    set({
      FastRestoreRule: { Count: 1, AvailabilityZones: ['eu-west-1a'], AvailabilityZoneIds: ['euw1-az1'] },
    }),
    'has AvailabilityZones and AvailabilityZoneIds',
  ],
  [
    'fast restore without a period',
    set({ FastRestoreRule: { AvailabilityZones: ['eu-west-1a'] } }),
    'FastRestoreRule.Count or ',
  ],
  [
    'sharing of AMIs',
    image({ ShareRules: [{ TargetAccounts: ['444455556666'] }] }),
    'ShareRules is given, but only snapshot policies',
  ],
  [
    'an account twice',
    set({ ShareRules: [{ TargetAccounts: ['444455556666', '444455556666'] }] }),
    'has "444455556666" twice',
  ],
  [
    'unsharing without a unit',
    set({ ShareRules: [{ TargetAccounts: ['444455556666'], UnshareInterval: 1 }] }),
    'ShareRules[0].UnshareIntervalUnit is missing',
  ],
  [
    'a TargetRegion for snapshots',
    set({ CrossRegionCopyRules: [{ TargetRegion: 'eu-west-1', Encrypted: true }] }),
    'TargetRegion is given, but snapshot policies take Target',
  ],
  [
    'a Target for AMIs',
    image({ CrossRegionCopyRules: [{ Target: 'eu-west-1', Encrypted: true }] }),
    'Target is given, but AMI policies take TargetRegion',
  ],
  [
    'a copy to nowhere',
    set({ CrossRegionCopyRules: [{ Encrypted: true }] }),
    'CrossRegionCopyRules[0].Target is missing',
  ],
  [
    'a copy kept for 101 years',
    set({
      CrossRegionCopyRules: [
        { Target: 'eu-west-1', Encrypted: true, RetainRule: { Interval: 101, IntervalUnit: 'YEARS' } },
      ],
    }),
    'is 101 YEARS',
  ],
  [
    'copies to one Region twice',
    set({
      CrossRegionCopyRules: [
        { Target: 'eu-west-1', Encrypted: true },
        { Target: 'eu-west-1', Encrypted: false },
      ],
    }),
    'has "eu-west-1" twice',
  ],
  [
    'a snapshot copy that is deprecated',
    set({ CrossRegionCopyRules: [{ Target: 'eu-west-1', Encrypted: true, DeprecateRule: days(1) }] }),
    'only AMI policies take it',
  ],
  [
    'an AMI copy deprecated after its end',
    image({
      CrossRegionCopyRules: [
        { TargetRegion: 'eu-west-1', Encrypted: true, RetainRule: days(9), DeprecateRule: days(10) },
      ],
    }),
    'is 10 DAYS, expected no more than the RetainRule',
  ],
  [
    'deprecated snapshots',
    set({ DeprecateRule: { Count: 1 } }),
    'DeprecateRule is given, but only AMI policies',
  ],
  ['AMIs deprecated after their end', image({ DeprecateRule: days(31) }), 'is 31 DAYS, expected no more'],
  [
    'more AMIs deprecated than kept',
    image({ RetainRule: { Count: 3 }, DeprecateRule: { Count: 4 } }),
    'is 4, expected no more',
  ],
  [
    'AMIs deprecated by count and kept by age',
    image({ DeprecateRule: { Count: 4 } }),
    'DeprecateRule must have Interval and IntervalUnit',
  ],
  [
    'AMIs deprecated after 11 years',
    image({
      RetainRule: { Interval: 20, IntervalUnit: 'YEARS' },
      DeprecateRule: { Interval: 11, IntervalUnit: 'YEARS' },
    }),
    'is 11 YEARS, expected 1 to 10',
  ],
  [
    'an archive of sets',
    set({ ArchiveRule: archive(days(90)) }),
    'ArchiveRule is given, but only policies that target volumes',
  ],
  [
    'an archive of AMIs',
    image({ ArchiveRule: archive(days(90)) }),
    'ArchiveRule is given, but only snapshot policies',
  ],
  [
    'an archive for 89 days',
    volume({ RetainRule: days(1), ArchiveRule: archive(days(89)) }),
    'keeps 89 days, expected 90 or more',
  ],
  ['an archive of two months', volume({ ArchiveRule: archive({ Count: 2 }) }), 'days, expected 90 or more'],
  [
    'an archive by age of what is kept by count',
    volume({ ArchiveRule: archive(days(90)) }),
    'must have Count',
  ],
  [
    'an archive of every week',
    volume({ CreateRule: { CronExpression: 'cron(0 3 ? * SUN *)' }, ArchiveRule: archive({ Count: 100 }) }),
    'fires more often than every 28 days',
  ],
  [
    'nothing kept outside the archive, but shared',
    volume({
      RetainRule: { Count: 0 },
      ArchiveRule: archive({ Count: 12 }),
      ShareRules: [{ TargetAccounts: ['444455556666'] }],
    }),
    'Count is 0, expected 1 or more',
  ],
  [
    'an archive beside a second schedule',
    volumePolicy({
      Schedules: [
        volume({ ArchiveRule: archive({ Count: 4 }) }).PolicyDetails?.Schedules?.[0] ?? {},
        { ...volume({}).PolicyDetails?.Schedules?.[0], Name: 'other' },
      ],
    }),
    'only a policy with one schedule takes it',
  ],
];

const handler = (ExecutionHandler: string): { ExecutionHandler: string } => ({ ExecutionHandler });

const SCRIPTS: readonly Case[] = [
  [
    'of volumes',
    volume({ CreateRule: { Interval: 24, Scripts: [handler('my-freeze')] } }),
    'Scripts is given, but only policies that target instances',
  ],
  [
    'of AMIs',
    image({ CreateRule: { Interval: 24, Scripts: [handler('my-freeze')] } }),
    'Scripts is given, but only snapshot policies',
  ],
  [
    'for 9 seconds',
    created({ Interval: 24, Scripts: [{ ...handler('my-freeze'), ExecutionTimeout: 9 }] }),
    'ExecutionTimeout is 9, expected 10 to 120',
  ],
  [
    '4 more times',
    created({ Interval: 24, Scripts: [{ ...handler('my-freeze'), MaximumRetryCount: 4 }] }),
    'MaximumRetryCount is 4, expected 0 to 3',
  ],
  [
    'a stage twice',
    created({ Interval: 24, Scripts: [{ ...handler('my-freeze'), Stages: ['PRE', 'PRE'] }] }),
    'has "PRE" twice',
  ],
  [
    'after, with what to do when the one before fails',
    created({
      Interval: 24,
      Scripts: [{ ...handler('my-freeze'), Stages: ['POST'], ExecuteOperationOnScriptFailure: true }],
    }),
    'there is no pre script',
  ],
  [
    'VSS with a timeout',
    created({ Interval: 24, Scripts: [{ ...handler('AWS_VSS_BACKUP'), ExecutionTimeout: 30 }] }),
    'ExecutionTimeout is given, but VSS',
  ],
  [
    'VSS with copied tags',
    created({ Interval: 24, Scripts: [handler('AWS_VSS_BACKUP')] }),
    'CopyTags is true, but VSS',
  ],
  [
    'VSS with data volumes left out',
    set({ CopyTags: false, CreateRule: { Interval: 24, Scripts: [handler('AWS_VSS_BACKUP')] } }),
    'ExcludeDataVolumeTags is given, but VSS',
  ],
];

const simplified = (details: PolicyDetails): CreateLifecyclePolicyRequest => ({
  ...defaultPolicy('VOLUME'),
  RetainInterval: undefined,
  CrossRegionCopyTargets: undefined,
  Exclusions: undefined,
  PolicyDetails: { PolicyLanguage: 'SIMPLIFIED', ...details },
});

const DEFAULTS: readonly Case[] = [
  ['no details at all', { ...setPolicy(), PolicyDetails: undefined }, 'PolicyDetails is missing'],
  [
    'in the body and in the details',
    { ...defaultPolicy('VOLUME'), PolicyDetails: {} },
    'has PolicyDetails and RetainInterval',
  ],
  [
    'fields of a default policy in a custom one',
    { ...setPolicy(), PolicyDetails: undefined, CreateInterval: 1 },
    'CreateInterval is given, but only default policies',
  ],
  [
    'fields of a default policy in custom details',
    setPolicy({ ExtendDeletion: true }),
    'PolicyDetails.ExtendDeletion is given, but only default',
  ],
  [
    'target tags',
    simplified({ TargetTags: [{ Key: 'a', Value: 'b' }] }),
    'TargetTags is given, but only custom policies',
  ],
  [
    'two kinds',
    simplified({ ResourceType: 'INSTANCE' }),
    'DefaultPolicy is VOLUME, but PolicyDetails.ResourceType is INSTANCE',
  ],
  [
    'the other type',
    simplified({ PolicyType: 'IMAGE_MANAGEMENT' }),
    'PolicyType is IMAGE_MANAGEMENT, expected EBS_SNAPSHOT_MANAGEMENT',
  ],
  [
    'the language of custom policies',
    simplified({ PolicyLanguage: 'STANDARD' }),
    'has DefaultPolicy and PolicyLanguage',
  ],
  ['no kind', { ...simplified({}), DefaultPolicy: undefined }, 'PolicyDetails.ResourceType is missing'],
  [
    'every 8 days',
    defaultPolicy('VOLUME', { CreateInterval: 8, RetainInterval: 14 }),
    'CreateInterval is 8, expected 1 to 7',
  ],
  ['kept for a day', defaultPolicy('VOLUME', { RetainInterval: 1 }), 'RetainInterval is 1, expected 2 to 14'],
  [
    'kept for 15 days',
    defaultPolicy('VOLUME', { RetainInterval: 15 }),
    'RetainInterval is 15, expected 2 to 14',
  ],
  [
    'kept no longer than until the next',
    defaultPolicy('VOLUME', { CreateInterval: 5 }),
    'RetainInterval is 5, expected more than the CreateInterval of 5',
  ],
  [
    'boot volumes left out of AMIs',
    defaultPolicy('INSTANCE', { Exclusions: { ExcludeBootVolumes: true } }),
    'ExcludeBootVolumes is given, but only',
  ],
  [
    'volume types left out of AMIs',
    defaultPolicy('INSTANCE', { Exclusions: { ExcludeVolumeTypes: ['gp2'] } }),
    'ExcludeVolumeTypes is given, but only',
  ],
  [
    'a volume type that EC2 does not have',
    defaultPolicy('VOLUME', { Exclusions: { ExcludeVolumeTypes: ['gp9'] } }),
    'ExcludeVolumeTypes has gp9',
  ],
  [
    'a copy to no Region',
    defaultPolicy('VOLUME', { CrossRegionCopyTargets: [{}] }),
    'CrossRegionCopyTargets[0].TargetRegion is missing',
  ],
];

describe.each([
  ['a field by itself', SHAPES],
  ['a policy', POLICIES],
  ['a schedule', SCHEDULES],
  ['a rule', RULES],
  ['scripts', SCRIPTS],
  ['a default policy', DEFAULTS],
])('refuses %s:', (_group, cases) => {
  test.each(cases)('%s', async (_name, request, message) => {
    expect((await refusalOf(request)).message).toContain(message);
  });
});

test('names the parameters that are missing, and those that exclude each other', async () => {
  expect(await refusalOf({ ...setPolicy(), Description: undefined, State: undefined })).toMatchObject({
    required: ['Description', 'State'],
  });
  expect(await refusalOf(set({ RetainRule: { Interval: 1 } }))).toMatchObject({ required: ['IntervalUnit'] });
  expect(await refusalOf(set({ RetainRule: { Count: 1, ...days(1) } }))).toMatchObject({
    exclusive: ['Count', 'Interval'],
  });
});

describe('takes', () => {
  test.each<[name: string, request: CreateLifecyclePolicyRequest]>([
    ['snapshots of volumes that go to the archive at once', volumePolicy()],
    [
      'an archive of three months by count',
      volume({ RetainRule: { Count: 0 }, ArchiveRule: archive({ Count: 3 }) }),
    ],
    ['snapshots of instances', setPolicy()],
    ['AMIs', imagePolicy()],
    [
      'AMIs counted and deprecated by count',
      image({ RetainRule: { Count: 3 }, DeprecateRule: { Count: 3 } }),
    ],
    ['an event-based policy', eventBased()],
    ['a default policy in the body', defaultPolicy('INSTANCE')],
    [
      'a default policy in the details',
      { ...simplified({ ResourceType: 'VOLUME' }), DefaultPolicy: undefined },
    ],
    ['a cron that fires once', cron('cron(0 3 1 1 ? 2030)')],
    ['a cron of every hour', cron('cron(0 * * * ? *)')],
    ['a cron of every year', cron('cron(0 3 31 12 ? *)')],
    ['a cron of the last Friday', cron('cron(0 3 ? * FRIL *)')],
    ['a cron of a step without an end', cron('cron(0 3/6 ? * 2-6 *)')],
    ['100 years', set({ RetainRule: { Interval: 100, IntervalUnit: 'YEARS' } })],
    [
      'VSS',
      setPolicy(
        { Parameters: {} },
        { CopyTags: false, CreateRule: { Interval: 24, Scripts: [handler('AWS_VSS_BACKUP')] } },
      ),
    ],
    ['zones by id', set({ FastRestoreRule: { ...days(3), AvailabilityZoneIds: ['apne2-az1'] } })],
  ])('%s', async (_name, request) => {
    const { region } = newPlace();
    await region.dlm.send(new CreateLifecyclePolicyCommand(request));
    expect(region.lifecyclePolicies()).toHaveLength(1);
  });
});
