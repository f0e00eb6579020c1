/** Copies put together into recovery points, and kept by rules of their own. */

import { describe, expect, test } from 'vitest';
import type { Marks } from '../../../src/lib/plan/marks.ts';
import { pointWarnings } from '../../../src/lib/plan/point-warnings.ts';
import { countPoints } from '../../../src/lib/plan/watch-points.ts';
import { groupVerdicts } from '../../../src/lib/plan/point-verdicts.ts';
import { assemblePoints, type Owned, type RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import { choosePoint, takenAt } from '../../../src/lib/plan/restore-point.ts';
import type { Snapshot } from '../../../src/lib/plan/inventory.ts';
import type { PolicyFile } from '../../../src/lib/policy/policy.ts';
import {
  dailyPoints,
  DATA_VOLUME,
  DAY,
  HOUR,
  image,
  instant,
  keep,
  NOW,
  ours,
  PLACE,
  point,
  policy,
  policyFile,
  retired,
  ROOT_VOLUME,
  snapshot,
} from '../../support/points.ts';

const EAST = { account: PLACE.account, region: 'us-east-1' };
const FROM = { place: PLACE, point: 'snap-0' };
const SET: Partial<Marks> = { kind: 'snapshots', volumes: [ROOT_VOLUME, DATA_VOLUME], copiedFrom: FROM };

function part(id: string, volumeId: string, over: Partial<Owned<Snapshot>> = {}): Owned<Snapshot> {
  return snapshot({ id, volumeId, startedAt: NOW - HOUR, ownership: ours(SET), ...over });
}

function assembled(...parts: Owned<Snapshot>[]): unknown {
  return assemblePoints([], parts, NOW).points.map(({ id, state, detail, copiedVolumes }) => [
    id,
    state,
    detail,
    copiedVolumes,
  ]);
}

describe('a set of copies', () => {
  test('is one point, however far apart its parts were started', () => {
    const late = part('snap-b', DATA_VOLUME, { startedAt: NOW });
    expect(assembled(part('snap-a', ROOT_VOLUME), late)).toEqual([
      ['snap-a', 'good', undefined, [ROOT_VOLUME, DATA_VOLUME].sort()],
    ]);
  });

  test('waits for its other parts for three days, and then has failed', () => {
    const at = (age: number): unknown =>
      assembled(
        part('snap-a', ROOT_VOLUME, {
          startedAt: NOW - age,
          ownership: ours({ ...SET, slot: NOW - 30 * DAY }),
        }),
      );
    expect(at(3 * DAY)).toEqual([['snap-a', 'pending', '1 of 2 snapshots copied', [ROOT_VOLUME]]]);
    expect(at(3 * DAY + 1)).toEqual([
      ['snap-a', 'failed', `${DATA_VOLUME} is missing from it`, [ROOT_VOLUME]],
    ]);
  });

  test('has failed when a part has, with EC2’s reason', () => {
    const broken = part('snap-a', ROOT_VOLUME, {
      state: 'error',
      stateReason: 'Given key ID is not accessible',
    });
    expect(assembled(broken)).toEqual([
      ['snap-a', 'failed', 'snap-a is in state error: Given key ID is not accessible', [ROOT_VOLUME]],
    ]);
  });

  test('with a second copy of a volume is two, of which the first is completed', () => {
    const parts = [
      part('snap-a', ROOT_VOLUME),
      part('snap-x', ROOT_VOLUME, { startedAt: NOW - 1 }),
      part('snap-b', DATA_VOLUME, { startedAt: NOW }),
    ];
    expect(assembled(...parts)).toMatchObject([
      ['snap-a', 'good', undefined, [ROOT_VOLUME, DATA_VOLUME].sort()],
      ['snap-x', 'pending', '1 of 2 snapshots copied', [ROOT_VOLUME]],
    ]);
  });

  test('is apart from the set of another place, and from what was made here', () => {
    const other = { ...SET, copiedFrom: { ...FROM, place: EAST } };
    const parts = [
      part('snap-a', ROOT_VOLUME),
      part('snap-b', ROOT_VOLUME, { ownership: ours(other) }),
      part('snap-c', ROOT_VOLUME, { ownership: ours({ kind: 'snapshots', volumes: [ROOT_VOLUME] }) }),
    ];
    expect(
      assemblePoints([], parts, NOW).points.map(({ id, copiedFrom }) => [id, copiedFrom?.place.region]),
    ).toEqual([
      ['snap-a', PLACE.region],
      ['snap-b', EAST.region],
      ['snap-c', undefined],
    ]);
  });
});

test('a copied AMI is a point with where it is from, and its snapshots are no leftovers while it is pending', () => {
  const marks = ours({ copiedFrom: FROM });
  const pending = image({ state: 'pending', snapshotIds: [], ownership: marks });
  const { points } = assemblePoints([pending], [snapshot({ ownership: marks })], NOW);
  expect(points).toMatchObject([{ id: 'ami-1', state: 'pending', copiedFrom: FROM }]);
});

test('the data of a copy is as old as its original says, or as the slot where that is not known', () => {
  const taken = instant('2026-11-22T04:00Z');
  expect(takenAt(point({ copiedFrom: { ...FROM, takenAt: taken }, madeAt: NOW }))).toBe(taken);
  expect(takenAt(point({ copiedFrom: FROM, madeAt: NOW }))).toBe(instant('2026-11-22T03:00Z'));
  const at = taken - 1;
  const found = choosePoint(
    { points: [point({ copiedFrom: { ...FROM, takenAt: taken } })] },
    { source: 'i-1', at },
  );
  expect(found).toEqual({
    ok: false,
    problems: [
      'i-1 has no recovery point with data of 2026-11-22T03:59:59Z or before: the oldest, ami-daily-ami-i-1-1795316400, is of 2026-11-22T04:00:00Z',
    ],
  });
});

describe('copies are kept', () => {
  function reasons(all: readonly RecoveryPoint[], file: PolicyFile, place = EAST): string[] {
    const sources = new Map([['i-1', { keep: 'last=1', problem: 'of the source alone' }]]);
    return groupVerdicts(all, { file, now: NOW, place, sources }).map(({ verdict }) =>
      verdict.reasons.join('; '),
    );
  }
  const copies = (over: Partial<RecoveryPoint> = {}): RecoveryPoint[] =>
    dailyPoints(3, { copiedFrom: FROM, ...over });
  const withCopy = (rules?: string): PolicyFile =>
    policyFile({
      policies: [
        policy({
          keep: keep('last=1'),
          releaseAfterSourceGone: 1,
          copies: [
            { region: EAST.region, encrypted: false, ...(rules !== undefined && { keep: keep(rules) }) },
          ],
        }),
      ],
    });

  test('by rules of their own, whatever becomes of their source', () => {
    expect(reasons(copies(), withCopy('last=2'))).toEqual(['no rule keeps it', 'last 2/2', 'last 1/2']);
  });

  test('as their policy keeps where they have none, or as the Backup:Keep says that the newest remembers', () => {
    expect(reasons(copies(), withCopy())).toEqual(['no rule keeps it', 'no rule keeps it', 'last 1/1']);
    expect(reasons(copies({ keep: 'last=3' }), withCopy())).toEqual(['last 3/3', 'last 2/3', 'last 1/3']);
    expect(reasons(copies({ keep: 'last=3' }), withCopy('last=1'))).toEqual([
      'no rule keeps it',
      'no rule keeps it',
      'last 1/1',
    ]);
    expect(reasons(copies({ keep: 'lost' }), withCopy())[0]).toMatch(/^bad Backup:Keep: /);
  });

  test('all of them where the file has no such copies, and as a retired policy says', () => {
    const none = 'copies to 111122223333/us-west-2 not in the file';
    expect(reasons(copies(), withCopy(), { ...EAST, region: 'us-west-2' })).toEqual([none, none, none]);
    const rested = policyFile({
      policies: [],
      retired: [retired({ name: 'daily-ami', keep: keep('last=1') })],
    });
    expect(reasons(copies(), rested)).toEqual(['no rule keeps it', 'no rule keeps it', 'last 1/1']);
    const gone = policyFile({ policies: [] });
    expect(reasons(copies(), gone)[0]).toBe('policy daily-ami not in the file');
  });

  test('apart from those of another place and from what was made here', () => {
    const elsewhere = { place: { ...PLACE, region: 'eu-west-1' }, point: 'ami-x' };
    const all = [...copies(), ...copies({ copiedFrom: elsewhere })];
    expect(reasons(all, withCopy()).filter((reason) => reason === 'last 1/1')).toHaveLength(2);
  });
});

test('a copy takes too long when it is pending for a day itself, however old its slot is', () => {
  const long = point({ copiedFrom: FROM, state: 'pending', slot: NOW - 30 * DAY, madeAt: NOW - DAY - 1 });
  const fresh = { ...long, madeAt: NOW - HOUR };
  const told = (one: RecoveryPoint): string[] =>
    pointWarnings([{ point: one, verdict: { decision: 'keep', reasons: ['pending'] } }], {
      file: policyFile({ policies: [policy({ copies: [{ region: EAST.region, encrypted: false }] })] }),
      now: NOW,
      place: EAST,
    }).map(({ reason }) => reason);
  expect(told(long)).toEqual([
    'copy of the backup of i-1, slot 2026-10-23T12:00:00Z, is pending for over 24 h',
  ]);
  expect(told(fresh)).toEqual([]);
  const waiting = (one: RecoveryPoint): unknown =>
    countPoints([one], NOW, new Map()).get('daily-ami')?.longPending.length;
  expect([waiting(long), waiting(fresh)]).toEqual([1, 0]);
});
