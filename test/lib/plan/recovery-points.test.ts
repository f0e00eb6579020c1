import { describe, expect, test } from 'vitest';
import { readOwnership, type Ownership } from '../../../src/lib/plan/marks.ts';
import {
  assemblePoints,
  type Owned,
  type RecoveryPoint,
  type RecoveryPoints,
} from '../../../src/lib/plan/recovery-points.ts';
import type { Image, Snapshot } from '../../../src/lib/plan/inventory.ts';
import {
  DATA_VOLUME,
  DAY,
  FOREIGN,
  HOUR,
  image,
  instant,
  NOW,
  ours,
  ROOT_VOLUME,
  snapshot,
  tags,
} from '../../support/points.ts';

const SLOT = instant('2026-11-22T03:00Z');
const A_DAY_LATER = instant('2026-11-23T03:00:12Z');

function assemble(
  images: readonly Owned<Image>[],
  snapshots: readonly Owned<Snapshot>[],
  now = NOW,
): RecoveryPoints {
  return assemblePoints(images, snapshots, now);
}

function only({ points }: RecoveryPoints): RecoveryPoint {
  expect(points).toHaveLength(1);
  const [point] = points;
  if (!point) throw new Error('no point');
  return point;
}

/** The states of all points by id. */
function states({ points }: RecoveryPoints): Record<string, string> {
  return Object.fromEntries(points.map(({ id, state }) => [id, state]));
}

describe('an AMI with its snapshots', () => {
  test('is one good point when it is available and all its snapshots are completed', () => {
    const point = only(
      assemble([image({ snapshotIds: ['snap-2', 'snap-1'] })], [snapshot(), snapshot({ id: 'snap-2' })]),
    );
    expect(point).toEqual({
      policy: 'daily-ami',
      source: 'i-1',
      slot: SLOT,
      id: 'ami-1',
      kind: 'image',
      state: 'good',
      madeAt: instant('2026-11-22T03:00:10Z'),
      imageId: 'ami-1',
      snapshotIds: ['snap-1', 'snap-2'],
      deregistrationProtected: false,
      foreignSnapshots: [],
      mappedBy: [],
    });
  });

  test.each([
    ['[H3] pending', { state: 'pending' }, 'pending', 'AMI is pending'],
    ['transient', { state: 'transient' }, 'pending', 'AMI is transient'],
    [
      '[H4] failed',
      { state: 'failed', stateReason: 'Client.InternalError' },
      'failed',
      'AMI is failed: Client.InternalError',
    ],
    ['[H4] error', { state: 'error' }, 'failed', 'AMI is error'],
    ['invalid', { state: 'invalid' }, 'failed', 'AMI is invalid'],
    ['[H28] disabled', { state: 'disabled' }, 'disabled', 'AMI is disabled'],
    [
      'of a state to come',
      { state: 'hibernating' },
      'pending',
      'AMI is hibernating, a state this version does not know',
    ],
    ['without a snapshot', { snapshotIds: [] }, 'pending', 'the AMI maps no snapshot'],
  ])('%s', (_, over, state, detail) => {
    expect(only(assemble([image(over)], [snapshot()]))).toMatchObject({ state, detail });
  });

  test.each([
    ['pending', 'pending', 'snap-1 is pending'],
    ['error', 'failed', 'snap-1 is in state error'],
    ['recoverable', 'pending', 'snap-1 is recoverable'],
    ['recovering', 'pending', 'snap-1 is recovering'],
  ])('[H5] is not good while one of its snapshots is %s', (snapshotState, state, detail) => {
    const assembled = assemble(
      [image({ snapshotIds: ['snap-1', 'snap-2'] })],
      [snapshot({ state: snapshotState }), snapshot({ id: 'snap-2' })],
    );
    expect(only(assembled)).toMatchObject({ state, detail });
  });

  test('[H5] an error goes before what is only pending', () => {
    const assembled = assemble(
      [image({ snapshotIds: ['snap-1', 'snap-2'] })],
      [snapshot({ state: 'pending' }), snapshot({ id: 'snap-2', state: 'error' })],
    );
    expect(only(assembled).state).toBe('failed');
  });

  test.each([
    [24 * HOUR, 'pending', 'snap-1, which the AMI maps, is not visible yet'],
    [24 * HOUR + 1, 'incomplete', 'snap-1, which the AMI maps, does not exist'],
  ])('[H5] a missing snapshot %i ms after it was made: %s', (age, state, detail) => {
    const made = instant('2026-11-22T03:00:10Z');
    expect(only(assemble([image()], [], made + age))).toMatchObject({ state, detail });
  });

  test('a snapshot that another AMI maps too does not hold it back: deregistering spares that one', () => {
    const other = image({ id: 'ami-2', name: 'by hand', ownership: FOREIGN });
    const point = only(assemble([image(), other], [snapshot()]));
    expect(point).toMatchObject({ id: 'ami-1', mappedBy: [] });
  });

  test('[H29] a snapshot that it maps but that is not ours is named', () => {
    const assembled = assemble(
      [image({ snapshotIds: ['snap-2', 'snap-1'] })],
      [snapshot({ ownership: FOREIGN }), snapshot({ id: 'snap-2' })],
    );
    expect(only(assembled).foreignSnapshots).toEqual(['snap-1']);
  });

  test.each([
    [undefined, false],
    ['disabled', false],
    ['enabled', true],
    ['enabled-with-cooldown', true],
  ])('[H28] deregistration protection %s', (deregistrationProtection, expected) => {
    const protectedImage = image({ ...(deregistrationProtection && { deregistrationProtection }) });
    expect(only(assemble([protectedImage], [snapshot()])).deregistrationProtected).toBe(expected);
  });
});

describe('snapshots of one CreateSnapshots', () => {
  const set = (over: Partial<Owned<Snapshot>> = {}, volumes = [ROOT_VOLUME, DATA_VOLUME]): Owned<Snapshot> =>
    snapshot({ ownership: ours({ kind: 'snapshots', volumes }), ...over });

  test('are one good point named by the lowest id when each volume of the sheet has one', () => {
    const point = only(assemble([], [set({ id: 'snap-2' }), set({ id: 'snap-1', volumeId: DATA_VOLUME })]));
    expect(point).toMatchObject({ id: 'snap-1', state: 'good', snapshotIds: ['snap-1', 'snap-2'] });
    expect(point.imageId).toBeUndefined();
  });

  test('[H4] one in error fails the whole', () => {
    const assembled = assemble([], [set(), set({ id: 'snap-2', volumeId: DATA_VOLUME, state: 'error' })]);
    expect(only(assembled)).toMatchObject({ state: 'failed', detail: 'snap-2 is in state error' });
  });

  test('[H4] one in error fails it before anything else is known of it', () => {
    const broken = set({ state: 'error' });
    expect(only(assemble([], [broken])).state).toBe('failed');
    const unread = set({ state: 'error', ownership: ours({ kind: 'snapshots' }) });
    expect(only(assemble([], [unread])).state).toBe('failed');
  });

  test('one pending leaves the whole pending', () => {
    const assembled = assemble([], [set(), set({ id: 'snap-2', volumeId: DATA_VOLUME, state: 'pending' })]);
    expect(only(assembled).state).toBe('pending');
  });

  test.each([
    [instant('2026-11-23T03:00:12Z'), 'pending', `${DATA_VOLUME} is not visible yet`],
    [instant('2026-11-23T03:00:12.001Z'), 'failed', `${DATA_VOLUME} is missing from it`],
  ])('[H8] a volume is missing, exactly 24 h after and just over: %i', (now, state, detail) => {
    expect(only(assemble([], [set()], now))).toMatchObject({ state, detail });
  });

  test('are never taken for leftovers when the sheet cannot be read', () => {
    const unread = set({ ownership: ours({ kind: 'snapshots' }) });
    expect(only(assemble([], [unread], NOW + 90 * DAY))).toMatchObject({
      state: 'pending',
      detail: 'its restore sheet cannot be read, so what belongs to it is not known',
    });
  });

  test('a volume that was attached in between does no harm', () => {
    const parts = [
      set(),
      set({ id: 'snap-2', volumeId: DATA_VOLUME }),
      set({ id: 'snap-3', volumeId: 'vol-c' }),
    ];
    expect(only(assemble([], parts)).state).toBe('good');
  });

  test('made twice, 15 s apart, are two points of one slot', () => {
    const second = instant('2026-11-22T03:00:27Z');
    const parts = [
      set({ id: 'snap-4', volumeId: DATA_VOLUME, startedAt: second }),
      set({ id: 'snap-1' }),
      set({ id: 'snap-2', volumeId: DATA_VOLUME }),
      set({ id: 'snap-3', startedAt: second }),
    ];
    const { points } = assemble([], parts);
    expect(points.map(({ id, state, snapshotIds }) => ({ id, state, snapshotIds }))).toEqual([
      { id: 'snap-1', state: 'good', snapshotIds: ['snap-1', 'snap-2'] },
      { id: 'snap-3', state: 'good', snapshotIds: ['snap-3', 'snap-4'] },
    ]);
  });

  test.each([
    [14_999, ['snap-1']],
    [15_000, ['snap-1', 'snap-2']],
  ])('%i ms apart are these sets, for EC2 takes a volume again after 15 s only', (apart, ids) => {
    const start = instant('2026-11-22T03:00:12Z');
    const parts = [set(), set({ id: 'snap-2', volumeId: DATA_VOLUME, startedAt: start + apart })];
    expect(assemble([], parts).points.map(({ id }) => id)).toEqual(ids);
  });

  test('of two runs at nearly the same time are told apart by their volumes', () => {
    const parts = [
      set({ id: 'snap-1' }),
      set({ id: 'snap-2', volumeId: DATA_VOLUME }),
      set({ id: 'snap-3', startedAt: instant('2026-11-22T03:00:14Z') }),
      set({ id: 'snap-4', startedAt: instant('2026-11-22T03:00:14Z'), volumeId: DATA_VOLUME }),
    ];
    expect(states(assemble([], parts))).toEqual({ 'snap-1': 'good', 'snap-3': 'good' });
  });

  test('two snapshots of one volume at one time are two points', () => {
    const single = (id: string): Owned<Snapshot> => set({ id }, [ROOT_VOLUME]);
    expect(states(assemble([], [single('snap-1'), single('snap-2')]))).toEqual({
      'snap-1': 'good',
      'snap-2': 'good',
    });
  });

  test('[H6] an AMI that somebody made from one of them is named', () => {
    const byHand = image({ id: 'ami-9', snapshotIds: ['snap-2'], ownership: FOREIGN });
    const gone = image({ id: 'ami-8', snapshotIds: ['snap-1'], state: 'deregistered', ownership: FOREIGN });
    const assembled = assemble([byHand, gone], [set(), set({ id: 'snap-2', volumeId: DATA_VOLUME })]);
    expect(only(assembled).mappedBy).toEqual(['ami-9']);
  });
});

describe('a snapshot of one volume', () => {
  test.each([
    ['completed', 'good'],
    ['pending', 'pending'],
    ['error', 'failed'],
  ])('%s is %s', (state, expected) => {
    const one = snapshot({ state, ownership: ours({ kind: 'volume', source: DATA_VOLUME }) });
    expect(only(assemble([], [one]))).toMatchObject({ id: 'snap-1', kind: 'volume', state: expected });
  });
});

describe('[H8] leftovers', () => {
  test.each([
    ['24 h old may only be ahead of their AMI', A_DAY_LATER, 'pending', 'its AMI is not visible yet'],
    ['older than 24 h are what an AMI has left behind', A_DAY_LATER + 1, 'failed', 'its AMI is gone'],
  ])('snapshots %s', (_, now, state, detail) => {
    const parts = [snapshot(), snapshot({ id: 'snap-2', volumeId: DATA_VOLUME })];
    expect(only(assemble([], parts, now))).toMatchObject({
      id: 'snap-1',
      kind: 'image',
      state,
      detail,
      snapshotIds: ['snap-1', 'snap-2'],
    });
  });

  test('the age is that of the snapshot when it is younger than its slot', () => {
    const late = snapshot({ startedAt: SLOT + 20 * HOUR });
    expect(only(assemble([], [late], SLOT + 30 * HOUR)).state).toBe('pending');
  });

  test.each(['pending', 'available', 'failed', 'disabled', 'transient'])(
    'there are none while an AMI of the slot is %s, mapped or not',
    (state) => {
      const { points } = assemble([image({ state, snapshotIds: [] })], [snapshot()], NOW + 90 * DAY);
      expect(points.map(({ id }) => id)).toEqual(['ami-1']);
    },
  );

  test('nor while a deregistered AMI of the slot can still be seen, which is no point itself', () => {
    const gone = image({ state: 'deregistered' });
    expect(assemble([gone], [snapshot()], NOW + 90 * DAY).points).toEqual([]);
  });

  test('an AMI of another slot does not count', () => {
    const other = image({
      id: 'ami-2',
      snapshotIds: ['snap-2'],
      ownership: ours({ slot: SLOT + DAY }),
    });
    const parts = [snapshot(), snapshot({ id: 'snap-2', ownership: ours({ slot: SLOT + DAY }) })];
    expect(states(assemble([other], parts, NOW + 90 * DAY))).toEqual({ 'ami-2': 'good', 'snap-1': 'failed' });
  });

  test('[H7] one that another AMI still maps is a point that names it', () => {
    const byHand = image({ id: 'ami-9', ownership: FOREIGN });
    expect(only(assemble([byHand], [snapshot()], NOW + 90 * DAY))).toMatchObject({
      state: 'failed',
      mappedBy: ['ami-9'],
    });
  });

  test('one that an AMI of ours of another slot maps is that AMI’s', () => {
    const other = image({ id: 'ami-2', ownership: ours({ slot: SLOT + DAY }) });
    expect(states(assemble([other], [snapshot()], NOW + 90 * DAY))).toEqual({ 'ami-2': 'good' });
  });
});

describe('holds and overrides', () => {
  test.each([
    ['the AMI', { hold: 'audit' }, {}, {}],
    ['a mapped snapshot', {}, { hold: 'audit' }, {}],
    ['a snapshot not mapped yet', {}, {}, { hold: 'audit' }],
  ])('a hold on %s holds the whole point', (_, onImage, onMapped, onUnmapped) => {
    const assembled = assemble(
      [image({ ownership: ours(onImage) })],
      [
        snapshot({ ownership: ours(onMapped) }),
        snapshot({ id: 'snap-2', ownership: ours(onUnmapped), volumeId: DATA_VOLUME }),
      ],
    );
    expect(only(assembled).hold).toBe('audit');
  });

  test('a hold on one snapshot of a set holds the set', () => {
    const set = { kind: 'snapshots', volumes: [ROOT_VOLUME, DATA_VOLUME] } as const;
    const assembled = assemble(
      [],
      [
        snapshot({ ownership: ours(set) }),
        snapshot({ id: 'snap-2', volumeId: DATA_VOLUME, ownership: ours({ ...set, hold: '' }) }),
      ],
    );
    expect(only(assembled).hold).toBe('');
  });

  test('the override that was recorded goes with the point', () => {
    const point = only(assemble([image({ ownership: ours({ keep: 'daily=14' }) })], [snapshot()]));
    expect(point.keep).toBe('daily=14');
  });
});

describe('[H29] what is not ours', () => {
  test('makes no point and is not mentioned', () => {
    expect(assemble([image({ ownership: FOREIGN })], [snapshot({ ownership: FOREIGN })])).toEqual({
      points: [],
      leftAlone: [],
    });
  });

  test('of two deployments each sees only its own', () => {
    const resources = ['prod', 'test'].map((deployment) => ({
      deployment,
      tags: tags({
        'ec2-backup:deployment': deployment,
        'ec2-backup:policy': 'daily-ami',
        'ec2-backup:source': 'i-1',
        'ec2-backup:slot': '2026-11-22T03:00:00Z',
        'ec2-backup:kind': 'image',
      }),
    }));
    const seenBy = (deployment: string): string[] => {
      const owner = { deployment, optInTag: 'Backup' };
      const images = resources.map((resource) =>
        image({
          id: `ami-${resource.deployment}`,
          snapshotIds: [`snap-${resource.deployment}`],
          ownership: readOwnership(resource.tags, owner),
        }),
      );
      const snapshots = resources.map((resource) =>
        snapshot({ id: `snap-${resource.deployment}`, ownership: readOwnership(resource.tags, owner) }),
      );
      return assemble(images, snapshots).points.flatMap(({ id, snapshotIds }) => [id, ...snapshotIds]);
    };
    expect(seenBy('prod')).toEqual(['ami-prod', 'snap-prod']);
    expect(seenBy('test')).toEqual(['ami-test', 'snap-test']);
    expect(seenBy('Prod')).toEqual([]);
  });

  test('what carries our tag but cannot be read is left alone, and said so', () => {
    const reason = 'tag ec2-backup:slot is missing, expected a time such as 2026-11-22T18:00:00Z';
    const unreadable = { status: 'left-alone', reason } as const;
    expect(assemble([image({ ownership: unreadable })], [])).toEqual({
      points: [],
      leftAlone: [{ id: 'ami-1', reason }],
    });
  });

  const LEFT: Ownership = { status: 'left-alone', reason: 'tag ec2-backup:slot is "x"' };

  test('the snapshots of an AMI that is left alone are part of it, and no leftovers of an AMI that is gone', () => {
    const images = [image({ snapshotIds: ['snap-1', 'snap-2'], ownership: LEFT })];
    const snapshots = [snapshot(), snapshot({ id: 'snap-2', ownership: LEFT })];
    expect(assemble(images, snapshots, A_DAY_LATER + 9 * DAY)).toEqual({
      points: [],
      leftAlone: [
        { id: 'ami-1', reason: LEFT.reason },
        { id: 'snap-2', reason: LEFT.reason },
        { id: 'snap-1', reason: 'part of ami-1, which is left alone', partOf: 'ami-1' },
      ],
    });
  });

  test('a snapshot that an AMI of ours maps too is part of that recovery point', () => {
    const images = [image(), image({ id: 'ami-2', ownership: LEFT })];
    const { points, leftAlone } = assemble(images, [snapshot()]);
    expect(points.map(({ id, snapshotIds, state }) => [id, snapshotIds, state])).toEqual([
      ['ami-1', ['snap-1'], 'good'],
    ]);
    expect(leftAlone.map(({ id }) => id)).toEqual(['ami-2']);
  });

  test('a set of snapshots stays a recovery point, in use by an AMI that is left alone', () => {
    const set = ours({ kind: 'snapshots', volumes: [ROOT_VOLUME] });
    const point = only(assemble([image({ ownership: LEFT })], [snapshot({ ownership: set })]));
    expect([point.state, point.mappedBy]).toEqual(['good', ['ami-1']]);
  });

  test('once that AMI is deregistered its snapshots are leftovers as any', () => {
    const images = [image({ ownership: LEFT, state: 'deregistered' })];
    const point = only(assemble(images, [snapshot()], A_DAY_LATER + DAY));
    expect([point.state, point.detail]).toEqual(['failed', 'its AMI is gone']);
  });
});

test('the points do not depend on the order of the lists', () => {
  const kinds = { kind: 'snapshots', volumes: [ROOT_VOLUME, DATA_VOLUME], source: 'i-2' } as const;
  const images = [
    image({ snapshotIds: ['snap-1', 'snap-2'] }),
    image({ id: 'ami-2', state: 'pending', snapshotIds: [], ownership: ours({ slot: SLOT + DAY }) }),
  ];
  const snapshots = [
    snapshot({ ownership: ours({ hold: 'b' }) }),
    snapshot({ id: 'snap-2', ownership: ours({ hold: 'a' }) }),
    snapshot({ id: 'snap-3', ownership: ours({ slot: SLOT + DAY, hold: 'c' }) }),
    snapshot({ id: 'snap-4', ownership: ours({ slot: SLOT + DAY, hold: 'd' }) }),
    snapshot({ id: 'snap-5', ownership: ours(kinds) }),
    snapshot({ id: 'snap-6', ownership: ours(kinds), volumeId: DATA_VOLUME }),
  ];
  const sorted = ({ points }: RecoveryPoints): RecoveryPoint[] =>
    points.toSorted((a, b) => a.id.localeCompare(b.id, 'en'));
  expect(sorted(assemble(images.toReversed(), snapshots.toReversed()))).toEqual(
    sorted(assemble(images, snapshots)),
  );
});

test.each([false, true])(
  'of two AMIs of a slot a held snapshot that neither maps holds both (reversed: %s)',
  (isReversed) => {
    const images = [
      image({ id: 'ami-1', snapshotIds: ['snap-1'] }),
      image({ id: 'ami-2', snapshotIds: ['snap-2'] }),
    ];
    const held = snapshot({ id: 'snap-3', ownership: ours({ hold: 'audit' }) });
    const parts = [snapshot({ id: 'snap-1' }), snapshot({ id: 'snap-2' }), held];
    const { points } = assemble(isReversed ? images.toReversed() : images, parts);
    expect(points.map(({ hold }) => hold)).toEqual(['audit', 'audit']);
  },
);
