import type { Schedule } from '@aws-sdk/client-dlm';
import { describe, expect, test } from 'vitest';
import {
  addDefaultPolicy,
  addPolicy,
  addVolume,
  DAY,
  HOUR,
  newDlmPlace,
  schedule,
  startsOf,
  stateOf,
  TARGET,
  type PolicySpec,
} from './dlm-run-support.ts';

const NO_PERMISSION = 'ERROR Role provided does not have sufficient permissions';
const ACCOUNT = '111122223333';
const trustWith = (statement: object): object => ({
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'dlm.amazonaws.com' }, Action: 'sts:AssumeRole', ...statement },
  ],
});

describe('the role of a lifecycle policy', () => {
  test('is looked at when the policy fires, not before', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place);
    place.region.deleteRole('dlm');
    place.clock.advance(3 * HOUR - 1);
    expect(stateOf(place, id)).toBe('ENABLED');
    place.clock.advance(1);
    expect(stateOf(place, id)).toBe(NO_PERMISSION);
    expect(place.region.snapshots()).toEqual([]);
  });

  test('is used again once it is there and the policy is enabled again', () => {
    const place = newDlmPlace();
    addVolume(place);
    const id = addPolicy(place);
    place.region.deleteRole('dlm');
    place.clock.advance(DAY);
    place.region.createRole({ name: 'dlm' });
    place.clock.advance(DAY);
    expect(place.region.snapshots()).toEqual([]);
    place.region.editLifecyclePolicy(id, { state: 'ENABLED' });
    place.clock.advance(DAY);
    expect(stateOf(place, id)).toBe('ENABLED');
    expect(startsOf(place.region.snapshots())).toEqual(['2026-11-24T03:00']);
  });

  test.each([
    ['nothing but the service', {}, true],
    ['the account', { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }, true],
    ['another account', { Condition: { StringEquals: { 'aws:SourceAccount': '999999999999' } } }, false],
    [
      'the policies of the account, in other letters',
      { Condition: { ArnLike: { 'AWS:sourcearn': `arn:aws:dlm:eu-west-1:${ACCOUNT}:policy/*` } } },
      true,
    ],
    [
      'the policies of another Region',
      { Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:dlm:us-east-1:${ACCOUNT}:policy/*` } } },
      false,
    ],
    ['an unknown condition', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, false],
    ['several actions', { Action: ['sts:TagSession', 'sts:AssumeRole'] }, true],
    ['another action', { Action: 'sts:TagSession' }, false],
    ['another service', { Principal: { Service: ['ec2.amazonaws.com'] } }, false],
    ['a denial', { Effect: 'Deny' }, false],
  ])('trusting %s: %#', (_, statement, suffices) => {
    const place = newDlmPlace();
    addVolume(place);
    const roleArn = place.region.createRole({ name: 'other', trust: trustWith(statement) });
    const id = addPolicy({ ...place, roleArn });
    place.clock.advance(4 * HOUR);
    expect(stateOf(place, id)).toBe(suffices ? 'ENABLED' : NO_PERMISSION);
  });

  const create = ['ec2:CreateTags', 'ec2:DeleteSnapshot'];
  const oneDay = { Interval: 1, IntervalUnit: 'DAYS' as const };
  const copy: Partial<Schedule> = {
    CrossRegionCopyRules: [{ Target: 'us-east-1', Encrypted: false, RetainRule: oneDay }],
  };
  const imageCopy: Partial<Schedule> = {
    CrossRegionCopyRules: [{ TargetRegion: 'us-east-1', Encrypted: false, RetainRule: oneDay }],
  };
  const zone: Partial<Schedule> = { FastRestoreRule: { Count: 1, AvailabilityZones: ['eu-west-1a'] } };
  const script: Partial<Schedule> = {
    CreateRule: { CronExpression: 'cron(0 3 * * ? *)', Scripts: [{ ExecutionHandler: 'my-freeze' }] },
  };
  const archive: Partial<Schedule> = {
    CreateRule: { CronExpression: 'cron(0 3 1 * ? *)' },
    ArchiveRule: { RetainRule: { RetentionArchiveTier: { Count: 3 } } },
  };
  const image = ['ec2:CreateImage', 'ec2:DeregisterImage'];
  const share: Partial<Schedule> = { ShareRules: [{ TargetAccounts: ['444455556666'] }] };
  const needs: [string, PolicySpec['kind'], Partial<Schedule>, string[]][] = [
    ['snapshots of volumes', 'VOLUME', {}, ['ec2:CreateSnapshot']],
    ['sets of instances', 'INSTANCE', {}, ['ec2:CreateSnapshots']],
    ['AMIs', 'IMAGE', {}, image],
    ['copies', 'VOLUME', copy, ['ec2:CreateSnapshot', 'ec2:CopySnapshot']],
    ['copies of AMIs', 'IMAGE', imageCopy, [...image, 'ec2:CopyImage']],
    ['sharing', 'VOLUME', share, ['ec2:CreateSnapshot', 'ec2:ModifySnapshotAttribute']],
    [
      'fast restore',
      'VOLUME',
      zone,
      ['ec2:CreateSnapshot', 'ec2:EnableFastSnapshotRestores', 'ec2:DisableFastSnapshotRestores'],
    ],
    ['the archive', 'VOLUME', archive, ['ec2:CreateSnapshot', 'ec2:ModifySnapshotTier']],
    ['deprecation', 'IMAGE', { DeprecateRule: { Count: 1 } }, [...image, 'ec2:EnableImageDeprecation']],
    [
      'deprecation of copies',
      'IMAGE',
      {
        CrossRegionCopyRules: imageCopy.CrossRegionCopyRules?.map((rule) => ({
          ...rule,
          DeprecateRule: oneDay,
        })),
      },
      [...image, 'ec2:CopyImage', 'ec2:EnableImageDeprecation'],
    ],
    ['scripts', 'INSTANCE', script, ['ec2:CreateSnapshots', 'ssm:SendCommand']],
  ];

  test.each(needs)('may do what %s need, and not one action less', (_, kind, changes, actions) => {
    const all = [...create, ...actions];
    const statesWithout = (missing: string | undefined): string => {
      const place = newDlmPlace();
      const allow = all.filter((action) => action !== missing);
      const roleArn = place.region.createRole({ name: 'least', allow });
      const id = addPolicy({ ...place, roleArn }, { kind: kind ?? 'VOLUME', schedules: [schedule(changes)] });
      place.clock.advance(10 * DAY);
      return stateOf(place, id);
    };
    expect(statesWithout(undefined)).toBe('ENABLED');
    expect(all.map(statesWithout)).toEqual(all.map(() => NO_PERMISSION));
  });

  test('is needed by default policies too', () => {
    const place = newDlmPlace();
    const roleArn = place.region.createRole({ name: 'least', allow: ['ec2:*'], deny: ['ec2:createimage'] });
    const ids = [
      addDefaultPolicy({ ...place, roleArn }, 'VOLUME'),
      addDefaultPolicy({ ...place, roleArn }, 'INSTANCE'),
    ];
    place.clock.advance(DAY);
    // Denied is the one action for AMIs; a volume's snapshots go on.
    expect(ids.map((id) => stateOf(place, id))).toEqual(['ENABLED', NO_PERMISSION]);
  });
});

describe('the quota of snapshots', () => {
  test('stops the policy when it would be exceeded', () => {
    const place = newDlmPlace({ maxSnapshots: 4 });
    addVolume(place);
    addVolume(place);
    const id = addPolicy(place, { schedules: [schedule({ RetainRule: { Count: 9 } })] });
    place.clock.advance(2 * DAY);
    expect(stateOf(place, id)).toBe('ENABLED');
    place.clock.advance(DAY);
    expect(stateOf(place, id)).toBe('ERROR Maximum allowed active snapshot limit exceeded');
    expect(place.region.snapshots()).toHaveLength(4);
  });

  test('does not count what is deleted', () => {
    const place = newDlmPlace({ maxSnapshots: 3 });
    place.region.runInstance({ tags: TARGET });
    const id = addPolicy(place, { kind: 'INSTANCE' });
    place.clock.advance(60 * DAY);
    expect(stateOf(place, id)).toBe('ENABLED');
    expect(place.region.snapshots()).toHaveLength(2);
  });
});
