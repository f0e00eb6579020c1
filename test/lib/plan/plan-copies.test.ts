import { describe, expect, test } from 'vitest';
import {
  isBehind,
  planCopies,
  type CopiesInput,
  type CopyVerdict,
} from '../../../src/lib/plan/plan-copies.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import type { Copy } from '../../../src/lib/policy/policy.ts';
import {
  dailyPoints,
  DAY,
  HOUR,
  instant,
  keep,
  NOW,
  PLACE,
  point,
  points,
  policy,
  policyFile,
} from '../../support/points.ts';

const TO = { account: PLACE.account, region: 'us-east-1' };
const AWAY = { account: '444455556666', region: 'us-east-1' };
const SLOT = instant('2026-11-22T03:00Z');

function copy(over: Partial<Copy> = {}): Copy {
  return { region: TO.region, encrypted: false, ...over };
}

/** A copy at the destination of this point. */
function copied(original: RecoveryPoint, over: Partial<RecoveryPoint> = {}): RecoveryPoint {
  const copyOf = { place: PLACE, point: original.id };
  return {
    ...original,
    id: `copy-${original.id}`,
    madeAt: original.madeAt + HOUR,
    ...(original.imageId !== undefined && { imageId: `copy-${original.id}` }),
    copiedFrom: copyOf,
    ...(original.imageId === undefined && { copiedVolumes: original.snapshotIds }),
    ...over,
  };
}

interface World extends Partial<Omit<CopiesInput, 'sources'>> {
  readonly here?: readonly RecoveryPoint[];
  readonly copies?: readonly Copy[];
  readonly keeps?: string;
  readonly facts?: CopiesInput['sources'][number]['snapshots'];
}

function plan({ here = [], copies = [copy()], keeps = 'daily=7', facts = new Map(), ...over }: World = {}) {
  return planCopies({
    file: policyFile({ policies: [policy({ copies, keep: keep(keeps) })] }),
    now: NOW,
    to: TO,
    sources: [{ place: PLACE, points: here, snapshots: facts }],
    made: [],
    inFlight: { snapshots: 0, images: 0 },
    keys: new Map(),
    ...over,
  });
}

/** `status: reason` by day of the slot. */
function told(verdicts: readonly CopyVerdict[]): Record<string, string> {
  return Object.fromEntries(
    verdicts.map(({ point: { slot }, status, reason }) => [
      new Date(slot).toISOString().slice(0, 10),
      `${status}: ${reason}`,
    ]),
  );
}

const three = points(['2026-11-20T03:00Z', '2026-11-21T03:00Z', '2026-11-22T03:00Z']);
const [oldest, middle, newest] = three as [RecoveryPoint, RecoveryPoint, RecoveryPoint];

describe('what is copied', () => {
  test('every good point that the copy’s rules would keep there', () => {
    expect(told(plan({ here: three, copies: [copy({ keep: keep('daily=2') })] }))).toEqual({
      '2026-11-20': 'not kept: no rule keeps it',
      '2026-11-21': 'copy: daily 2/2',
      '2026-11-22': 'copy: daily 1/2',
    });
  });

  test('by the policy’s rules where the copy says none, and by the Backup:Keep that a point remembers', () => {
    expect(told(plan({ here: three, keeps: 'daily=1' }))).toMatchObject({
      '2026-11-21': 'not kept: no rule keeps it',
    });
    const remembers = [oldest, middle, { ...newest, keep: 'daily=3' }];
    expect(told(plan({ here: remembers, keeps: 'daily=1' }))).toMatchObject({
      '2026-11-20': 'copy: daily 3/3',
    });
  });

  test('a copy with rules of its own is not changed by Backup:Keep, and a bad one is no reason to copy everything', () => {
    const remembers = (text: string): RecoveryPoint[] => three.map((one) => ({ ...one, keep: text }));
    const own = [copy({ keep: keep('daily=1') })];
    expect(told(plan({ here: remembers('daily=3'), copies: own }))).toMatchObject({
      '2026-11-21': 'not kept: no rule keeps it',
    });
    expect(told(plan({ here: remembers('dayly=3'), keeps: 'daily=1' }))).toMatchObject({
      '2026-11-21': 'not kept: no rule keeps it',
    });
  });

  test('the newest good point always, whatever the rules, unless a newer one is there', () => {
    expect(
      told(plan({ here: three, copies: [copy({ keep: keep('yearly=1 last=1') })] }))['2026-11-22'],
    ).toMatch(/^copy:/);
    const there = [copied(newest)];
    const verdicts = told(plan({ here: [middle], made: there, copies: [copy({ keep: keep('last=1') })] }));
    expect(verdicts).toEqual({ '2026-11-21': 'not kept: no rule keeps it' });
  });

  test('nothing that is pending, failed, disabled, incomplete, of the future, or a copy itself', () => {
    const states = (['pending', 'failed', 'disabled', 'incomplete'] as const).map((state) => ({
      ...newest,
      state,
    }));
    expect(plan({ here: [...states, copied(newest)] })).toEqual([]);
    expect(told(plan({ here: [point({ slot: NOW + DAY })] }))).toEqual({
      '2026-11-23': 'not kept: in the future',
    });
  });

  test('nothing of a policy without copies to there, nor of a place that is not copied to there', () => {
    expect(plan({ here: three, copies: [copy({ region: 'eu-west-1' })] })).toEqual([]);
    expect(plan({ here: three, to: PLACE, copies: [copy({ region: PLACE.region })] })).toEqual([]);
  });

  test('of two points of a slot the one that was made first', () => {
    const later = { ...newest, id: 'ami-later', imageId: 'ami-later', madeAt: newest.madeAt + HOUR };
    expect(
      plan({ here: [later, newest] }).map(({ point: { id }, status, reason }) => [id, status, reason]),
    ).toEqual([
      ['ami-daily-ami-i-1-1795316400', 'copy', 'daily 1/7'],
      ['ami-later', 'not kept', 'duplicate of slot'],
    ]);
  });
});

describe('what is there already', () => {
  test('is copied when it is good, and when it is in the making', () => {
    const made = [copied(oldest), copied(middle, { state: 'pending', detail: 'AMI is pending' })];
    expect(told(plan({ here: three, made }))).toEqual({
      '2026-11-20': `copied: copied: copy-${oldest.id}`,
      '2026-11-21': `copied: being copied: copy-${middle.id} (AMI is pending)`,
      '2026-11-22': 'copy: daily 1/7',
    });
  });

  test('counts, though it is gone at its source', () => {
    const made = [copied(middle)];
    expect(told(plan({ here: [oldest, newest], made, copies: [copy({ keep: keep('daily=2') })] }))).toEqual({
      '2026-11-20': 'not kept: no rule keeps it',
      '2026-11-22': 'copy: daily 1/2',
    });
  });

  test('and was copied from another place says nothing', () => {
    const elsewhere = copied(newest, {
      copiedFrom: { place: { ...PLACE, region: 'eu-west-1' }, point: 'ami-x' },
    });
    expect(told(plan({ here: [newest], made: [elsewhere] }))).toEqual({ '2026-11-22': 'copy: daily 1/7' });
  });

  test('[H27] a failed copy is told with EC2’s own reason, and is made again when it has been cleaned away', () => {
    const failed = copied(newest, {
      state: 'failed',
      detail: 'AMI is failed: Given key ID is not accessible',
    });
    expect(told(plan({ here: [newest], made: [failed] }))).toEqual({
      '2026-11-22': `failed: its copy copy-${newest.id} is failed (AMI is failed: Given key ID is not accessible)`,
    });
    expect(told(plan({ here: [newest] }))).toEqual({ '2026-11-22': 'copy: daily 1/7' });
  });

  test('a good copy beside a failed one is a copy', () => {
    const made = [
      copied(newest, { state: 'failed' }),
      copied(newest, { id: 'ami-again', imageId: 'ami-again' }),
    ];
    expect(told(plan({ here: [newest], made }))).toEqual({ '2026-11-22': 'copied: copied: ami-again' });
  });
});

describe('sets of snapshots', () => {
  const set = point({ kind: 'snapshots', policy: 'daily-ami', snapshotIds: ['snap-a', 'snap-b', 'snap-c'] });

  test('take a call for each snapshot that is not there yet, half-copied ones first, but after a newer one of the source', () => {
    const begun = copied(set, {
      state: 'pending',
      detail: '2 of 3 snapshots copied',
      copiedVolumes: ['vol-a', 'vol-b'],
    });
    const newer = (source: string): RecoveryPoint =>
      point({ kind: 'snapshots', source, slot: SLOT + HOUR, snapshotIds: ['snap-d', 'snap-e'] });
    const inTurn = (here: readonly RecoveryPoint[]): unknown =>
      plan({ here, made: [begun], keeps: 'last=9', inFlight: { snapshots: 18, images: 0 } }).map(
        ({ point: { id }, status, parts, isPartial }) => [id, status, parts, isPartial],
      );
    expect(inTurn([newer('i-2'), set])).toEqual([
      [set.id, 'copy', 1, undefined],
      [newer('i-2').id, 'copy', 1, true],
    ]);
    expect(inTurn([newer('i-1'), set])).toEqual([
      [set.id, 'waiting', undefined, undefined],
      [newer('i-1').id, 'copy', 2, undefined],
    ]);
  });

  test('[H25] never more in flight than EC2 takes at once, those of others counted: the rest waits, oldest last', () => {
    const here = dailyPoints(30, { kind: 'volume', source: 'vol-1' });
    const verdicts = plan({ here, keeps: 'daily=30', inFlight: { snapshots: 15, images: 300 } });
    const copies = verdicts.filter(({ status }) => status === 'copy');
    expect(copies.map(({ point: { slot } }) => slot)).toEqual(here.slice(-5).map(({ slot }) => slot));
    const waiting = verdicts.filter(({ status }) => status === 'waiting');
    expect(waiting).toHaveLength(25);
    expect(waiting[0]?.reason).toBe('EC2 copies at most 20 snapshots of their own at once to a place');
  });

  test('more in flight than the quota says are no room, and images have a quota of their own', () => {
    const volumes = dailyPoints(2, { kind: 'volume', source: 'vol-1' });
    const images = dailyPoints(2);
    const verdicts = plan({ here: [...volumes, ...images], inFlight: { snapshots: 25, images: 299 } });
    expect(verdicts.map(({ point: { kind }, status }) => `${kind} ${status}`)).toEqual([
      'image waiting',
      'image copy',
      'volume waiting',
      'volume waiting',
    ]);
  });
});

describe('what cannot be copied', () => {
  const key = 'arn:aws:kms:ap-northeast-2:111122223333:key/1';
  const [snapshot = ''] = newest.snapshotIds;
  const encrypted = new Map([[snapshot, { encrypted: true, key, isArchived: false }]]);
  const away = [copy({ account: AWAY.account })];

  test('to another account: what the account’s AWS-managed key encrypts', () => {
    const refused = plan({
      here: [newest],
      copies: away,
      to: AWAY,
      facts: encrypted,
      keys: new Map([[key, 'AWS']]),
    });
    expect(refused[0]).toMatchObject({ status: 'refused' });
    expect(refused[0]?.reason).toBe(
      `${snapshot} is encrypted with the AWS-managed key of account 111122223333, which no other account can use: encrypt the volume with a customer-managed key that account 444455556666 may use`,
    );
  });

  test.each([
    ['with a key of the customer', { to: AWAY, copies: away, keys: new Map([[key, 'CUSTOMER' as const]]) }],
    ['with a key that could not be read', { to: AWAY, copies: away, keys: new Map() }],
    ['in the same account', { keys: new Map([[key, 'AWS' as const]]) }],
  ])('what is encrypted %s is copied', (_, over) => {
    expect(plan({ here: [newest], facts: encrypted, ...over })).toMatchObject([{ status: 'copy' }]);
  });

  test('what is in the archive, and what maps a snapshot that is not ours', () => {
    const archived = new Map([[snapshot, { encrypted: false, isArchived: true }]]);
    expect(told(plan({ here: [newest], facts: archived }))['2026-11-22']).toBe(
      `refused: ${snapshot} is in the archive, from where EC2 copies nothing: bring it back with aws ec2 restore-snapshot-tier --snapshot-id ${snapshot}`,
    );
    const foreign = { ...newest, foreignSnapshots: ['snap-x'] };
    expect(told(plan({ here: [foreign] }))['2026-11-22']).toMatch(
      /^refused: it maps snap-x, which is not of this deployment/,
    );
  });

  test('does not stand in the way of what can be, and is not told where no rule wants it', () => {
    const archived = new Map([[snapshot, { encrypted: false, isArchived: true }]]);
    const last = [copy({ keep: keep('last=1') })];
    expect(told(plan({ here: three, facts: archived, copies: last }))).toMatchObject({
      '2026-11-21': 'copy: last 1/1',
      '2026-11-22': expect.stringMatching(/^refused: /) as string,
    });
    const [old = ''] = oldest.snapshotIds;
    const facts = new Map([[old, { encrypted: false, isArchived: true }]]);
    expect(told(plan({ here: three, facts, copies: last }))).toMatchObject({
      '2026-11-20': 'not kept: no rule keeps it',
    });
  });
});

describe('what is behind', () => {
  const old = point({ slot: NOW - DAY - 1 });
  const behind = (over: World): number =>
    plan({ keeps: 'last=9', ...over }).filter((one) => isBehind(one, NOW)).length;

  test('is what should have been good there for over a day, for whatever reason it is not', () => {
    expect(behind({ here: [old] })).toBe(1);
    expect(behind({ here: [old], inFlight: { snapshots: 20, images: 300 } })).toBe(1);
    expect(behind({ here: [{ ...old, foreignSnapshots: ['snap-x'] }] })).toBe(1);
    expect(behind({ here: [old], made: [copied(old, { state: 'pending' })] })).toBe(1);
    expect(behind({ here: [old], made: [copied(old, { state: 'failed' })] })).toBe(1);
  });

  test('is not what is there, what is not wanted there, nor what is of today', () => {
    expect(behind({ here: [old], made: [copied(old)] })).toBe(0);
    expect(behind({ here: [old, newest], copies: [copy({ keep: keep('last=1') })] })).toBe(0);
    expect(behind({ here: [point({ slot: NOW - DAY })] })).toBe(0);
  });
});
