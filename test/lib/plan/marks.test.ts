import { describe, expect, test } from 'vitest';
import { readOwnership } from '../../../src/lib/plan/marks.ts';
import { instant, tags } from '../../support/points.ts';

const OWNER = { deployment: 'prod', optInTag: 'Backup' };
const OURS = {
  'ec2-backup:deployment': 'prod',
  'ec2-backup:policy': 'daily-ami',
  'ec2-backup:source': 'i-1',
  'ec2-backup:slot': '2026-11-22T03:00:00Z',
  'ec2-backup:kind': 'image',
};

describe('reads our marks', () => {
  test('of a plain backup', () => {
    expect(readOwnership(tags(OURS), OWNER)).toEqual({
      status: 'ours',
      marks: { policy: 'daily-ami', source: 'i-1', slot: instant('2026-11-22T03:00Z'), kind: 'image' },
    });
  });

  test('with the override and, of a set, the volumes of the sheet', () => {
    const more = {
      'ec2-backup:kind': 'snapshots',
      'ec2-backup:keep': 'daily=14',
      'ec2-backup:volumes': '/dev/xvda=0a,gp3,3000,125;/dev/sdf=0b,st1',
    };
    expect(readOwnership(tags({ ...OURS, ...more }), OWNER)).toMatchObject({
      marks: { keep: 'daily=14', volumes: ['vol-0a', 'vol-0b'] },
    });
  });

  test.each(['Backup:Hold', 'backup:hold', 'BACKUP:HOLD', 'Backup:hold'])('a hold written %s', (key) => {
    expect(readOwnership(tags({ ...OURS, [key]: 'audit' }), OWNER)).toMatchObject({
      marks: { hold: 'audit' },
    });
  });

  test('an empty hold is a hold', () => {
    expect(readOwnership(tags({ ...OURS, 'Backup:Hold': '' }), OWNER)).toMatchObject({ marks: { hold: '' } });
  });

  test.each(['Backup:Holding', 'Hold', 'xBackup:Hold', 'Save:Hold'])('%s is no hold', (key) => {
    const ownership = readOwnership(tags({ ...OURS, [key]: 'audit' }), OWNER);
    expect(ownership.status === 'ours' && 'hold' in ownership.marks).toBe(false);
  });

  test('the prefix of a hold is the deployment’s own', () => {
    const owner = { deployment: 'prod', optInTag: 'Save' };
    expect(readOwnership(tags({ ...OURS, 'save:hold': 'x' }), owner)).toMatchObject({ marks: { hold: 'x' } });
  });
});

describe('[H29] what is not ours', () => {
  test.each([
    ['no tag', {}],
    ['another deployment', { ...OURS, 'ec2-backup:deployment': 'test' }],
    ['a deployment in other letters', { ...OURS, 'ec2-backup:deployment': 'PROD' }],
    ['all but the deployment', { ...OURS, 'ec2-backup:deployment': '' }],
    ['the opt-in tag of a source', { Backup: 'daily-ami' }],
  ])('%s', (_, given) => {
    expect(readOwnership(tags(given), OWNER)).toEqual({ status: 'foreign' });
  });

  test.each([
    ['aws:dlm:lifecycle-policy-id', 'managed by DLM (tag aws:dlm:lifecycle-policy-id)'],
    ['aws:backup:source-resource', 'managed by AWS Backup (tag aws:backup:source-resource)'],
  ])('is what carries %s, even with our tags', (key, reason) => {
    expect(readOwnership(tags({ ...OURS, [key]: 'x' }), OWNER)).toEqual({ status: 'left-alone', reason });
  });

  test('other tags of AWS are no sign of another owner', () => {
    const more = { 'aws:cloudformation:stack-name': 'x', 'aws:autoscaling:groupName': 'y' };
    expect(readOwnership(tags({ ...OURS, ...more }), OWNER).status).toBe('ours');
  });
});

describe('marks that cannot be read are left alone, with the tag, the value and what was expected', () => {
  test.each([
    ['ec2-backup:policy', '', 'tag ec2-backup:policy is "", expected a policy name'],
    ['ec2-backup:policy', 'a b', 'tag ec2-backup:policy is "a b", expected a policy name'],
    ['ec2-backup:source', '', 'tag ec2-backup:source is "", expected an instance or volume id'],
    ['ec2-backup:source', 'i-1 ', 'tag ec2-backup:source is "i-1 ", expected an instance or volume id'],
    ...['$(touch${IFS}/tmp/x)', 'i-1;reboot', 'ami-1', 'web', '<i-1>'].map((source) => [
      'ec2-backup:source',
      source,
      `tag ec2-backup:source is "${source}", expected an instance or volume id`,
    ]),
    [
      'ec2-backup:slot',
      'yesterday',
      'tag ec2-backup:slot is "yesterday", expected a time such as 2026-11-22T18:00:00Z',
    ],
    ['ec2-backup:kind', 'tape', 'tag ec2-backup:kind is "tape", expected image, snapshots, volume'],
  ])('%s=%s', (key, value, reason) => {
    expect(readOwnership(tags({ ...OURS, [key]: value }), OWNER)).toEqual({ status: 'left-alone', reason });
  });

  test.each(['policy', 'source', 'slot', 'kind'])('without ec2-backup:%s', (name) => {
    const given = new Map(tags(OURS));
    given.delete(`ec2-backup:${name}`);
    expect(readOwnership(given, OWNER)).toMatchObject({
      status: 'left-alone',
      reason: expect.stringContaining(`tag ec2-backup:${name} is missing, expected `) as string,
    });
  });
});
