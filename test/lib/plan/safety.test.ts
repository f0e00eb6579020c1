import { describe, expect, test } from 'vitest';
import { NOT_NEEDED, pinsOf, visiblePins, type SafetyChecks } from '../../../src/lib/plan/safety.ts';
import { instant, point } from '../../support/points.ts';

const AMI = point({ id: 'ami-1', snapshotIds: ['snap-1', 'snap-2'] });
const SET = point({ kind: 'snapshots', id: 'snap-1', snapshotIds: ['snap-1', 'snap-2'] });

function checks(over: Partial<SafetyChecks> = {}): SafetyChecks {
  return { ...NOT_NEEDED, users: new Map([['ami-1', []]]), ...over };
}

test('nothing pins a point that nobody uses', () => {
  expect(pinsOf(AMI, { deployment: 'prod', lifts: false }, checks())).toEqual([]);
  expect(pinsOf(SET, { deployment: 'prod', lifts: false }, checks({ users: new Map() }))).toEqual([]);
});

test('[H6] each user of the AMI is named', () => {
  const users = new Map([['ami-1', ['arn:aws:ec2:::launch-template/lt-1', 'arn:aws:ec2:::instance/i-9']]]);
  expect(pinsOf(AMI, { deployment: 'prod', lifts: false }, checks({ users }))).toEqual([
    'in use by arn:aws:ec2:::launch-template/lt-1',
    'in use by arn:aws:ec2:::instance/i-9',
  ]);
});

describe('[H6] no answer means in use', () => {
  test.each([
    ['of who uses the AMI', AMI, { users: new Map() }],
    ['of who uses this one of the AMIs', AMI, { users: new Map([['ami-2', []]]) }],
    ['of locks', AMI, { locks: undefined }],
    ['of the Recycle Bin', AMI, { recycleBin: undefined }],
    ['of locks, for a set', SET, { locks: undefined }],
    ['of the Recycle Bin, for a set', SET, { recycleBin: undefined }],
  ])('%s', (_, of, missing) => {
    expect(pinsOf(of, { deployment: 'prod', lifts: false }, checks(missing))).toEqual([
      'in use: could not be checked',
    ]);
  });

  test('what is known all the same is told too', () => {
    expect(
      pinsOf({ ...AMI, hold: 'audit' }, { deployment: 'prod', lifts: false }, checks({ locks: undefined })),
    ).toEqual(['held: audit', 'in use: could not be checked']);
  });
});

describe('[H28] protected', () => {
  test('by a lock on any snapshot, with its end', () => {
    const locks = new Map([['snap-2', instant('2027-01-01')]]);
    expect(pinsOf(AMI, { deployment: 'prod', lifts: false }, checks({ locks }))).toEqual([
      'locked until 2027-01-01T00:00:00Z',
    ]);
    expect(pinsOf(SET, { deployment: 'prod', lifts: false }, checks({ locks }))).toEqual([
      'locked until 2027-01-01T00:00:00Z',
    ]);
  });

  test('by a lock whose end is not known', () => {
    const locks = new Map([['snap-1', undefined]]);
    expect(pinsOf(AMI, { deployment: 'prod', lifts: false }, checks({ locks }))).toEqual([
      'locked until (EC2 does not say)',
    ]);
  });

  test('said once where two snapshots have the same lock', () => {
    const until = instant('2027-01-01');
    const locks = new Map([
      ['snap-1', until],
      ['snap-2', until],
    ]);
    expect(pinsOf(AMI, { deployment: 'prod', lifts: false }, checks({ locks }))).toEqual([
      'locked until 2027-01-01T00:00:00Z',
    ]);
  });

  test('by a part of it in the Recycle Bin, told by its name', () => {
    const recycleBin = new Set(['prod/daily-ami/i-1/20261122T030000Z']);
    expect(pinsOf(AMI, { deployment: 'prod', lifts: false }, checks({ recycleBin }))).toEqual([
      'in the Recycle Bin',
    ]);
    expect(pinsOf(AMI, { deployment: 'test', lifts: false }, checks({ recycleBin }))).toEqual([]);
  });
});

describe('pins that tags and lists show', () => {
  test.each([
    ['a hold with its reason', { hold: 'audit 2026' }, ['held: audit 2026']],
    ['a hold without one', { hold: '' }, ['held: (no reason given)']],
    ['[H28] deregistration protection', { deregistrationProtected: true }, ['deregistration protected']],
    [
      '[H7] AMIs that map a leftover',
      { mappedBy: ['ami-8', 'ami-9'] },
      ['in use by ami-8', 'in use by ami-9'],
    ],
    [
      '[H29] a snapshot of somebody else, which would be deleted with the AMI',
      { foreignSnapshots: ['snap-9'] },
      ['maps snap-9, which is not of this deployment'],
    ],
    ['all together', { hold: 'x', deregistrationProtected: true }, ['held: x', 'deregistration protected']],
    ['none', {}, []],
  ])('%s', (_, over, pins) => {
    expect(visiblePins({ ...AMI, ...over }, { lifts: false })).toEqual(pins);
    expect(pinsOf({ ...AMI, ...over }, { deployment: 'prod', lifts: false }, checks())).toEqual(pins);
  });
});
