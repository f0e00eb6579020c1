import { expect, test } from 'vitest';
import type { DeleteAction } from '../../../src/lib/plan/actions.ts';
import { BlockSet } from '../../../src/lib/plan/block-set.ts';
import { BLOCK_SIZE, type BlockSnapshot } from '../../../src/lib/plan/cost-blocks.ts';
import type { SizedSnapshot } from '../../../src/lib/plan/cost-estimate.ts';
import { costRows, totalOf } from '../../../src/lib/plan/cost-rows.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import { exactly, NOTHING } from '../../../src/lib/plan/snapshot-prices.ts';
import { point } from '../../support/points.ts';

const DAY = 86_400_000;
const FIRST = Date.UTC(2026, 10, 20, 3);

function sized(id: string, day: number, blocks: number, rest: Partial<SizedSnapshot> = {}): SizedSnapshot {
  const at = FIRST + day * DAY;
  return {
    id,
    lineage: 'vol-1',
    startedAt: at,
    takenAt: at,
    fullBytes: blocks * BLOCK_SIZE,
    volumeBytes: 100 * BLOCK_SIZE,
    isArchived: false,
    isRestored: false,
    isCompleted: true,
    ...rest,
  };
}

function made(policy: string, day: number, snapshot: string): RecoveryPoint {
  return point({ id: `ami-${snapshot}`, policy, slot: FIRST + day * DAY, snapshotIds: [snapshot] });
}

function deregister(snapshot: string): DeleteAction {
  return {
    action: 'deregister-image',
    policy: 'hourly',
    source: 'i-1',
    slot: FIRST,
    id: `ami-${snapshot}`,
    point: `ami-${snapshot}`,
    snapshots: [snapshot],
    reason: 'no rule keeps it',
  };
}

function block(id: string, changed: readonly number[], startsAnew = false): BlockSnapshot {
  return { id, changed: new BlockSet(changed), removed: new BlockSet(), startsAnew };
}

const blocks = (count: number): { standard: object; archive: object } => ({
  standard: exactly(count * BLOCK_SIZE),
  archive: NOTHING,
});

/** Two policies take turns on one volume: hourly a and c, nightly b. Four blocks, one rewritten each day. */
const TWO_POLICIES = {
  points: [made('hourly', 0, 'a'), made('nightly', 1, 'b'), made('hourly', 2, 'c')],
  snapshots: [sized('a', 0, 4), sized('b', 1, 4), sized('c', 2, 4)],
  blocks: new Map([['vol-1', [block('a', [0, 1, 2, 3], true), block('b', [0]), block('c', [1])]]]),
};

test('blocks that two policies share are counted once, with the oldest snapshot that holds them', () => {
  const rows = costRows({ ...TWO_POLICIES, actions: [] });
  expect(rows.map(({ policy, now, isExact }) => [policy, now.points, now.stored, isExact])).toEqual([
    ['hourly', 2, blocks(4 + 1), true],
    ['nightly', 1, blocks(1), true],
  ]);
  expect(totalOf(rows.map(({ now }) => now))).toEqual({
    points: 3,
    snapshots: 3,
    fullBytes: 12 * BLOCK_SIZE,
    stored: blocks(6),
  });
});

test('after the prune the blocks of what goes are with the next snapshot, of whatever policy', () => {
  const rows = costRows({ ...TWO_POLICIES, actions: [deregister('a')] });
  expect(rows.map(({ policy, later }) => [policy, later.points, later.snapshots, later.stored])).toEqual([
    ['hourly', 1, 1, blocks(1)],
    // Of a only its own block 0 is gone; 1, 2 and 3 are now billed with b.
    ['nightly', 1, 1, blocks(4)],
  ]);
  expect(rows.map(({ later }) => later.fullBytes)).toEqual([4 * BLOCK_SIZE, 4 * BLOCK_SIZE]);
});

test('an archived snapshot is full, in its own tier, and none of the volume is shared with it', () => {
  const { points, blocks: read } = TWO_POLICIES;
  const [a, , c] = read.get('vol-1') ?? [];
  if (!a || !c) throw new Error('no blocks');
  const rows = costRows({
    points,
    actions: [],
    snapshots: [sized('a', 0, 4), sized('b', 1, 4, { isArchived: true }), sized('c', 2, 4)],
    blocks: new Map([['vol-1', [a, block('c', [0, 1])]]]),
  });
  expect(rows.map(({ now, isExact }) => [now.stored, isExact])).toEqual([
    [blocks(4 + 2), true],
    [{ standard: NOTHING, archive: exactly(4 * BLOCK_SIZE) }, true],
  ]);
});

test('one that is back from the archive for a while is billed in both tiers', () => {
  const [row] = costRows({
    points: [made('nightly', 0, 'a')],
    actions: [],
    snapshots: [sized('a', 0, 4, { isArchived: true, isRestored: true })],
  });
  expect(row?.now.stored).toEqual({
    standard: exactly(4 * BLOCK_SIZE),
    archive: exactly(4 * BLOCK_SIZE),
  });
});

test('without blocks it is an estimate, and only a snapshot that is alone is certain', () => {
  const rows = costRows({
    points: [made('nightly', 0, 'a'), made('nightly', 1, 'b')],
    actions: [{ ...deregister('a'), policy: 'nightly' }],
    snapshots: [sized('a', 0, 100), sized('b', 1, 100)],
  });
  expect(
    rows.map(({ now, later, isExact }) => [now.stored.standard, later.stored.standard, isExact]),
  ).toEqual([
    [
      { low: 100 * BLOCK_SIZE, middle: 102 * BLOCK_SIZE, high: 200 * BLOCK_SIZE },
      exactly(100 * BLOCK_SIZE),
      false,
    ],
  ]);
});

test('what was not read of a lineage is estimated beside what was, and the row says that it is no exact one', () => {
  const [row] = costRows({
    points: [made('nightly', 0, 'a'), made('nightly', 1, 'b')],
    actions: [],
    snapshots: [sized('a', 0, 100), sized('b', 1, 100, { isCompleted: false })],
    blocks: new Map([['vol-1', [block('a', [0, 1, 2], true)]]]),
  });
  expect(row?.now.stored.standard).toEqual({
    low: 3 * BLOCK_SIZE,
    middle: 5 * BLOCK_SIZE,
    high: 103 * BLOCK_SIZE,
  });
  expect(row?.isExact).toBe(false);
});

test('a snapshot that is of no recovery point has a row of its own, so that the total is all that is paid', () => {
  const rows = costRows({
    points: [made('nightly', 0, 'a')],
    actions: [],
    snapshots: [sized('a', 0, 4), sized('lost', 0, 7, { lineage: 'vol-2' })],
  });
  expect(rows.map(({ policy, source, now }) => [policy, source, now.points, now.stored])).toEqual([
    ['nightly', 'i-1', 1, blocks(4)],
    [undefined, undefined, 0, blocks(7)],
  ]);
});

test('a point whose snapshots are all missing is counted, and costs nothing', () => {
  const [row] = costRows({ points: [made('nightly', 0, 'a')], actions: [], snapshots: [] });
  expect(row?.now).toMatchObject({ points: 1, snapshots: 0, fullBytes: 0, stored: blocks(0) });
});
