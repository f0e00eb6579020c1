import type { Schedule, Script } from '@aws-sdk/client-dlm';
import { DescribeImagesCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
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
} from './dlm-run-support.ts';

const days = (Interval: number) => ({ Interval, IntervalUnit: 'DAYS' as const });
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555';

describe('copies to other Regions', () => {
  test('are made when the snapshot is complete, and kept for a time of their own', () => {
    const place = newDlmPlace();
    addVolume(place, { ...TARGET, Name: 'disk' });
    const CrossRegionCopyRules = [
      { Target: 'us-east-1', Encrypted: true, CmkArn: KEY, CopyTags: true, RetainRule: days(5) },
    ];
    const id = addPolicy(place, { schedules: [schedule({ CopyTags: true, CrossRegionCopyRules })] });
    place.clock.set(START + 3 * HOUR);
    expect(place.other.snapshots()).toEqual([]);
    place.clock.set(START + 4 * HOUR);
    const [source] = place.region.snapshots();
    expect(place.other.snapshots()).toMatchObject([
      {
        description: `[Copied ${source?.id} from eu-west-1] ${source?.description}`,
        state: 'completed',
        encrypted: true,
        keyArn: KEY,
        tags: {
          Name: 'disk',
          'aws:dlm:lifecycle-policy-id': id,
          'aws:dlm:lifecycle-schedule-name': 'Daily',
          'aws:dlm:managed': 'true',
          'aws:dlm:expirationTime': '2026-11-27T03:03:00.000Z',
        },
      },
    ]);
    place.clock.set(START + 9 * DAY + 4 * HOUR);
    expect(place.region.snapshots()).toHaveLength(2);
    expect(place.other.snapshots()).toHaveLength(5);
    expect(place.region.lifecycleActivity(id)).toEqual({
      ResourcesTargeted: 10,
      SnapshotsCreateCompleted: 10,
      SnapshotsDeleteCompleted: 8,
      SnapshotsCopiedRegionCompleted: 10,
      SnapshotsCopiedRegionDeleteCompleted: 5,
    });
  });

  test('carry no tags of the user unless the rule says so', () => {
    const place = newDlmPlace();
    addVolume(place, { ...TARGET, Name: 'disk' });
    const CrossRegionCopyRules = [{ Target: 'us-east-1', Encrypted: false, RetainRule: days(5) }];
    addPolicy(place, { schedules: [schedule({ CopyTags: true, CrossRegionCopyRules })] });
    place.clock.advance(4 * HOUR);
    expect(place.other.snapshots()[0]).toMatchObject({ encrypted: false, keyArn: undefined });
    expect(place.other.snapshots()[0]?.tags).not.toHaveProperty('Name');
  });

  test.each([
    ['the account has no such Region', 'ap-south-1', undefined],
    ['the snapshot fails', 'us-east-1', 'fails'],
    ['the snapshot is gone', 'us-east-1', 'goes'],
  ])('fail, and are counted, when %s', (_, Target, what) => {
    const place = newDlmPlace();
    addVolume(place);
    const CrossRegionCopyRules = [{ Target, Encrypted: false, RetainRule: days(5) }];
    const id = addPolicy(place, { schedules: [schedule({ CrossRegionCopyRules })] });
    place.clock.set(START + 3 * HOUR);
    const made = place.region.snapshots()[0]?.id ?? '';
    if (what === 'fails') place.region.failSnapshot(made);
    if (what === 'goes') place.region.deleteSnapshotByHand(made);
    place.clock.advance(HOUR);
    expect(place.other.snapshots()).toEqual([]);
    expect(place.region.lifecycleActivity(id)).toMatchObject({ SnapshotsCopiedRegionFailed: 1 });
  });

  test('of AMIs are neither protected nor shared nor deprecated as the original is by then', () => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    const CrossRegionCopyRules = [{ TargetRegion: 'us-east-1', Encrypted: true, RetainRule: days(5) }];
    addPolicy(place, { kind: 'IMAGE', schedules: [schedule({ CrossRegionCopyRules })] });
    place.clock.set(START + 3 * HOUR);
    const id = place.region.images()[0]?.id ?? '';
    place.region.protectImage(id, 'enabled-without-cooldown');
    place.region.protecting.shareImage(id, ['444455556666']);
    place.region.protecting.deprecate(id, START + DAY);
    place.clock.advance(HOUR);
    expect(place.other.images()).toMatchObject([
      { state: 'available', isProtected: false, sharedWith: [], deprecatedAt: undefined },
    ]);
    expect(place.region.images()).toMatchObject([
      { isProtected: true, sharedWith: ['444455556666'], deprecatedAt: START + DAY },
    ]);
  });

  test('of AMIs have a name, snapshots and a deprecation of their own', () => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    const CrossRegionCopyRules = [
      { TargetRegion: 'us-east-1', Encrypted: true, RetainRule: days(5), DeprecateRule: days(2) },
    ];
    const id = addPolicy(place, { kind: 'IMAGE', schedules: [schedule({ CrossRegionCopyRules })] });
    place.clock.advance(4 * HOUR);
    const [image] = place.region.images();
    const [copy] = place.other.images();
    const [snapshot] = place.other.snapshots();
    expect(copy).toMatchObject({
      name: image?.name,
      state: 'available',
      snapshotIds: [snapshot?.id],
      deprecatedAt: START + 2 * DAY + 3 * HOUR + 4 * 60_000,
    });
    expect(snapshot).toMatchObject({ encrypted: true, tags: { 'aws:dlm:lifecycle-policy-id': id } });
    place.clock.advance(9 * DAY);
    expect(place.other.images()).toHaveLength(5);
    expect(place.other.snapshots()).toHaveLength(5);
    expect(place.region.lifecycleActivity(id)).toMatchObject({
      ImagesCopiedRegionCompleted: 10,
      ImagesCopiedRegionDeregisterCompleted: 5,
    });
  });
});

describe('the archive', () => {
  const monthly = { CronExpression: 'cron(0 3 1 * ? *)' };
  const archiving = (RetainRule: Schedule['RetainRule'], RetentionArchiveTier: object): Schedule[] => [
    schedule({ CreateRule: monthly, RetainRule, ArchiveRule: { RetainRule: { RetentionArchiveTier } } }),
  ];
  const monthsBy = (place: ReturnType<typeof newDlmPlace>, tier: string): string[] =>
    startsOf(place.region.snapshots().filter((one) => one.tier === tier)).map((start) => start.slice(0, 7));

  test('takes what is beyond the count, and keeps a count of its own', async () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules: archiving({ Count: 2 }, { Count: 3 }) });
    place.clock.set(Date.UTC(2027, 7, 2));
    expect(monthsBy(place, 'standard')).toEqual(['2027-07', '2027-08']);
    expect(monthsBy(place, 'archive')).toEqual(['2027-04', '2027-05', '2027-06']);
    expect(place.region.snapshots()[0]?.tags).toMatchObject({ 'aws:dlm:archived': 'true' });
    const { Snapshots } = await place.region.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    expect(Snapshots?.map(({ StorageTier }) => StorageTier).sort()).toEqual([
      'archive',
      'archive',
      'archive',
      'standard',
      'standard',
    ]);
    expect(place.region.lifecycleActivity(id)).toEqual({
      ResourcesTargeted: 9,
      SnapshotsCreateCompleted: 9,
      SnapshotsArchiveCompleted: 7,
      SnapshotsDeleteCompleted: 4,
    });
  });

  test('takes what is of age, and keeps it for an age of its own', () => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place, { schedules: archiving(days(45), days(90)) });
    place.clock.set(Date.UTC(2027, 7, 2));
    expect(monthsBy(place, 'standard')).toEqual(['2027-07', '2027-08']);
    expect(monthsBy(place, 'archive')).toEqual(['2027-04', '2027-05', '2027-06']);
  });

  test.each([
    ['a count of 0', { Count: 0 }, { Count: 3 }],
    ['an age of 0', days(0), days(90)],
  ])('with %s takes a snapshot as soon as it is complete', (_, retain, archive) => {
    const place = newDlmPlace();
    addVolume(place);
    addPolicy(place, { schedules: archiving(retain, archive) });
    place.clock.set(Date.UTC(2026, 11, 1, 3));
    expect(monthsBy(place, 'standard')).toEqual(['2026-12']);
    place.clock.advance(3 * 60_000);
    expect(monthsBy(place, 'archive')).toEqual(['2026-12']);
  });

  test('never gives up the last of a volume that is gone', () => {
    const place = newDlmPlace();
    const volume = addVolume(place);
    addPolicy(place, { schedules: archiving(days(1), days(90)) });
    place.clock.set(Date.UTC(2027, 1, 2));
    place.region.deleteVolume(volume);
    place.clock.advance(400 * DAY);
    expect(monthsBy(place, 'archive')).toEqual(['2027-02']);
  });

  test('lets go what is in it when the policy is disabled', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules: archiving(days(1), days(90)) });
    place.clock.set(Date.UTC(2027, 1, 2));
    place.region.editLifecyclePolicy(id, { state: 'DISABLED' });
    place.clock.advance(HOUR);
    place.region.editLifecyclePolicy(id, { state: 'ENABLED' });
    place.clock.set(Date.UTC(2027, 7, 2));
    expect(monthsBy(place, 'archive').slice(0, 2)).toEqual(['2026-12', '2027-01']);
  });

  test('refuses a locked snapshot', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place, { schedules: archiving({ Count: 1 }, { Count: 3 }) });
    place.clock.set(Date.UTC(2026, 11, 2));
    const expiresOn = Date.UTC(2027, 11, 1);
    place.region.lockSnapshot(place.region.snapshots()[0]?.id ?? '', { mode: 'compliance', expiresOn });
    place.clock.set(Date.UTC(2027, 0, 2));
    expect(monthsBy(place, 'standard')).toEqual(['2026-12', '2027-01']);
    expect(place.region.lifecycleActivity(id)).toMatchObject({ SnapshotsArchiveFailed: 1 });
  });
});

describe('sharing', () => {
  const ACCOUNTS = ['444455556666', '777788889999'];

  test('is with the accounts of the rule, for as long as it says', () => {
    const place = newDlmPlace();
    addVolume(place);
    const ShareRules = [
      { TargetAccounts: ACCOUNTS, UnshareInterval: 7, UnshareIntervalUnit: 'DAYS' as const },
    ];
    const id = addPolicy(place, { schedules: [schedule({ RetainRule: { Count: 9 }, ShareRules })] });
    place.clock.set(START + 7 * DAY + 3 * HOUR - 1);
    const accounts = (): number[] =>
      place.region
        .snapshots()
        .map(({ sharedWith }) => sharedWith.filter((one) => ACCOUNTS.includes(one)).length);
    expect(accounts()).toEqual([2, 2, 2, 2, 2, 2, 2]);
    place.clock.advance(1);
    expect(accounts()).toEqual([0, 2, 2, 2, 2, 2, 2, 2]);
    expect(place.region.lifecycleActivity(id)).toMatchObject({ SnapshotsShared: 8, SnapshotsUnshared: 2 });
  });

  test('is for good without an interval', () => {
    const place = newDlmPlace();
    const volume = addVolume(place);
    addPolicy(place, { schedules: [schedule({ ShareRules: [{ TargetAccounts: ACCOUNTS.slice(0, 1) }] })] });
    place.clock.advance(DAY);
    place.region.deleteVolume(volume);
    place.clock.advance(400 * DAY);
    expect(place.region.snapshots()[0]?.sharedWith).toEqual(['444455556666']);
  });
});

describe('fast restore', () => {
  const zonesOf = (place: ReturnType<typeof newDlmPlace>): number[] =>
    place.region.snapshots().map(({ fastRestoreZones }) => fastRestoreZones.length);

  test.each([
    ['the newest by count', { Count: 2 }, [0, 0, 2, 2]],
    ['the young by age', days(3), [0, 2, 2, 2]],
  ])('is on for %s', (_, rule, expected) => {
    const place = newDlmPlace();
    addVolume(place);
    const FastRestoreRule = { ...rule, AvailabilityZones: ['eu-west-1a', 'eu-west-1b'] };
    addPolicy(place, { schedules: [schedule({ RetainRule: { Count: 5 }, FastRestoreRule })] });
    place.clock.advance(3 * DAY + 4 * HOUR);
    expect(zonesOf(place)).toEqual(expected);
  });
});

describe('deprecation', () => {
  test('by age is known to EC2 at once', async () => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    addPolicy(place, {
      kind: 'IMAGE',
      schedules: [schedule({ RetainRule: days(5), DeprecateRule: days(3) })],
    });
    place.clock.advance(DAY);
    expect(place.region.images().map(({ deprecatedAt }) => minuteOf(deprecatedAt ?? 0))).toEqual([
      '2026-11-25T03:00',
    ]);
    const { Images } = await place.region.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    expect(Images?.[0]?.DeprecationTime).toBe('2026-11-25T03:00:00.000Z');
  });

  test('by count is of the oldest of as many as are retained', () => {
    const place = newDlmPlace();
    place.region.runInstance({ tags: TARGET });
    const id = addPolicy(place, {
      kind: 'IMAGE',
      schedules: [schedule({ RetainRule: { Count: 4 }, DeprecateRule: { Count: 1 } })],
    });
    const deprecated = (): boolean[] =>
      place.region.images().map(({ deprecatedAt }) => deprecatedAt !== undefined);
    place.clock.advance(3 * DAY);
    expect(deprecated()).toEqual([false, false, false]);
    place.clock.advance(3 * DAY);
    expect(deprecated()).toEqual([true, false, false, false]);
    expect(place.region.lifecycleActivity(id)).toMatchObject({ EnableImageDeprecationCompleted: 3 });
  });
});

describe('scripts', () => {
  const scripted = (script: Partial<Script> = {}): Schedule[] => [
    schedule({
      CreateRule: {
        CronExpression: 'cron(0 3 * * ? *)',
        Scripts: [{ ExecutionHandler: 'my-freeze', Stages: ['PRE', 'POST'], ...script }],
      },
    }),
  ];
  const VSS: Partial<Script> = { ExecutionHandler: 'AWS_VSS_BACKUP', Stages: undefined };

  test.each([
    ['before and after on an instance that is online', {}, 'online', ['PRE ok', 'POST ok'], 1],
    ['before only', { Stages: ['PRE'] }, 'online', ['PRE ok'], 1],
    ['after only', { Stages: ['POST'] }, 'online', ['POST ok'], 1],
    ['nowhere that is offline, which falls back', {}, 'offline', [], 1],
    ['nowhere that is offline, which skips', { ExecuteOperationOnScriptFailure: false }, 'offline', [], 0],
    [
      'again when they fail, then fall back',
      { MaximumRetryCount: 2 },
      'failing',
      Array(3).fill('PRE failed'),
      1,
    ],
    [
      'and skip the instance when they fail',
      { ExecuteOperationOnScriptFailure: false },
      'failing',
      ['PRE failed'],
      0,
    ],
    [
      'after, with retries, when that fails',
      { Stages: ['POST'], MaximumRetryCount: 1 },
      'failing',
      ['POST failed', 'POST failed'],
      1,
    ],
    ['as VSS, once', VSS, 'online', ['VSS ok'], 1],
  ] satisfies [string, Partial<Script>, 'online' | 'failing' | 'offline', string[], number][])(
    'run %s',
    (_, script, state, runs, made) => {
      const place = newDlmPlace();
      const { id: instance } = place.region.runInstance({ tags: TARGET });
      place.region.setSsm(instance, state);
      addPolicy(place, { kind: 'INSTANCE', schedules: scripted(script) });
      place.clock.advance(4 * HOUR);
      const seen = place.region.scriptRuns().map((run) => `${run.stage} ${run.succeeded ? 'ok' : 'failed'}`);
      expect(seen).toEqual(runs);
      expect(place.region.snapshots()).toHaveLength(made);
    },
  );

  test('say what ran where and when, and are counted', () => {
    const place = newDlmPlace();
    const { id: instanceId } = place.region.runInstance({ tags: TARGET });
    place.region.setSsm(instanceId, 'online');
    const policyId = addPolicy(place, { kind: 'INSTANCE', schedules: scripted() });
    place.clock.advance(4 * HOUR);
    const run = { policyId, instanceId, document: 'my-freeze', at: START + 3 * HOUR, succeeded: true };
    expect(place.region.scriptRuns()).toEqual([
      { ...run, stage: 'PRE' },
      { ...run, stage: 'POST' },
    ]);
    place.region.setSsm(instanceId, 'offline');
    place.clock.advance(DAY);
    expect(place.region.lifecycleActivity(policyId)).toEqual({
      ResourcesTargeted: 2,
      SnapshotsCreateCompleted: 2,
      PreScriptCompleted: 1,
      PostScriptCompleted: 1,
      PreScriptFailed: 1,
    });
  });

  test('do not run on a stopped instance', () => {
    const place = newDlmPlace();
    const { id } = place.region.runInstance({ tags: TARGET });
    place.region.setSsm(id, 'online');
    place.region.stopInstance(id);
    addPolicy(place, { kind: 'INSTANCE', schedules: scripted() });
    place.clock.advance(4 * HOUR);
    expect(place.region.scriptRuns()).toEqual([]);
    expect(place.region.snapshots()).toHaveLength(1);
  });
});
