import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planBlockCalls } from '../../../src/lib/plan/cost-calls.ts';
import { estimateLineage, type SizedSnapshot } from '../../../src/lib/plan/cost-estimate.ts';
import { exactly, GB, NOTHING, plus } from '../../../src/lib/plan/snapshot-prices.ts';
import { sized } from '../../support/sized.ts';

test('one snapshot is full, and that is no estimate', () => {
  expect(estimateLineage([sized('a', 0)]).get('a')).toEqual(exactly(100 * GB));
});

test('a day later: nothing at the least, all of it at the most, 2 % in between', () => {
  const added = estimateLineage([sized('a', 0), sized('b', 1)]).get('b');
  expect(added).toEqual({ low: 0, middle: 2 * GB, high: 100 * GB });
});

test('what a snapshot is larger by than the one before is its own, for certain', () => {
  const added = estimateLineage([sized('a', 0), sized('b', 1, { fullBytes: 110 * GB })]).get('b');
  expect(added).toEqual({ low: 10 * GB, middle: 12 * GB, high: 110 * GB });
});

test('a block that changes again and again counts once: never more than all of it', () => {
  const [, soon, late] = estimateLineage([sized('a', 0), sized('b', 2), sized('c', 20_000)]).values();
  // 1 - 0.98²
  expect(soon?.middle).toBeCloseTo(3.96 * GB, -1);
  expect(late?.middle).toBe(100 * GB);
});

test('a snapshot whose size EC2 does not say may be as large as its volume', () => {
  const unknown = { ...sized('b', 1) } as { -readonly [K in keyof SizedSnapshot]: SizedSnapshot[K] };
  delete unknown.fullBytes;
  const added = estimateLineage([sized('a', 0), unknown, sized('c', 2)]);
  expect(added.get('b')).toEqual({ low: 0, middle: 102 * GB, high: 200 * GB });
  // Against one of unknown size nothing is certain.
  expect(added.get('c')).toMatchObject({ low: 0, high: 100 * GB });
});

test('the range holds what is in it: from the largest of the snapshots to the sum of them all', () => {
  const sizes = fc.array(fc.nat(1000), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(sizes, (all) => {
      const snapshots = all.map((size, day) => sized(`s${day}`, day, { fullBytes: size * GB }));
      const total = [...estimateLineage(snapshots).values()].reduce(plus, NOTHING);
      expect(total.low).toBeGreaterThanOrEqual(Math.max(...all) * GB);
      expect(total.high).toBe(all.reduce((sum, size) => sum + size, 0) * GB);
      expect(total.low).toBeLessThanOrEqual(total.middle);
      expect(total.middle).toBeLessThanOrEqual(total.high);
    }),
  );
});

/** 100 GiB are 204,800 blocks, which take 21 pages of 10,000; a volume of 200 GiB takes 410 of 1,000. */
test('calls: all blocks of the oldest of a volume, a comparison for each other; at most every page of everything', () => {
  const calls = planBlockCalls([
    sized('c', 2),
    sized('a', 0),
    sized('b', 1),
    sized('other', 0, { lineage: 'vol-2', fullBytes: GB, volumeBytes: 2 * GB }),
  ]);
  expect(calls.lineages.map(({ lineage, snapshots }) => [lineage, ...snapshots.map(({ id }) => id)])).toEqual(
    [
      ['vol-1', 'a', 'b', 'c'],
      ['vol-2', 'other'],
    ],
  );
  expect(calls.least).toBe(21 + 1 + 1 + 1);
  expect(calls.most).toBe(3 * (410 + 2) + (5 + 2));
});

test('calls: what is pending or in the archive is not read, and neither are volumes that nobody asked for', () => {
  const calls = planBlockCalls(
    [
      sized('a', 0),
      sized('b', 1, { isCompleted: false }),
      sized('c', 2, { isArchived: true }),
      sized('other', 0, { lineage: 'vol-2' }),
    ],
    ({ lineage }) => lineage === 'vol-1',
  );
  expect(calls.lineages.map(({ snapshots }) => snapshots.map(({ id }) => id))).toEqual([['a']]);
  expect(planBlockCalls([])).toEqual({ lineages: [], least: 0, most: 0 });
});
