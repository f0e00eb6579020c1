/** Histories of changed blocks, worked out by hand. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockSet } from '../../../src/lib/plan/block-set.ts';
import { billLineage, storedBlocks, type BlockSnapshot } from '../../../src/lib/plan/cost-blocks.ts';

interface Written {
  readonly id: string;
  readonly changed: readonly number[];
  readonly removed?: readonly number[];
  readonly anew?: true;
}

function lineage(...written: readonly Written[]): BlockSnapshot[] {
  return written.map(({ id, changed, removed = [], anew }, at) => ({
    id,
    changed: new BlockSet(changed),
    removed: new BlockSet(removed),
    startsAnew: at === 0 || anew === true,
  }));
}

const without =
  (...ids: readonly string[]) =>
  (id: string) =>
    !ids.includes(id);

/** id: [billed, frees, full] */
function bill(
  snapshots: readonly BlockSnapshot[],
  exists?: (id: string) => boolean,
): Record<string, number[]> {
  return Object.fromEntries(
    billLineage(snapshots, exists).map(({ id, billed, frees, full }) => [id, [billed, frees, full]]),
  );
}

/**
 * Monday has 0-9. By Tuesday 0 and 1 are rewritten and 10 is new; by Wednesday 0 is rewritten again and 5 is.
 * Stored: ten blocks of Monday, three of Tuesday, two of Wednesday, which are fifteen versions of eleven blocks.
 */
const WEEK = lineage(
  { id: 'mon', changed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
  { id: 'tue', changed: [0, 1, 10] },
  { id: 'wed', changed: [0, 5] },
);

test('the first snapshot is billed in full, the later ones for what was rewritten or is new', () => {
  expect(bill(WEEK)).toEqual({
    // Only Monday has its own 0 and 1; 5 is Tuesday's too, the rest everybody's.
    mon: [10, 2, 10],
    // Only Tuesday has its own 0; 1 and 10 are Wednesday's too.
    tue: [3, 1, 11],
    wed: [2, 2, 11],
  });
  expect(storedBlocks(billLineage(WEEK))).toBe(15);
});

test('deleting the middle snapshot hands the blocks that the next one needs on to that one', () => {
  // Gone is Tuesday's own 0. Wednesday's now are 0, 1, 5 and 10.
  expect(bill(WEEK, without('tue'))).toEqual({ mon: [10, 3, 10], wed: [4, 4, 11] });
  expect(storedBlocks(billLineage(WEEK, without('tue')))).toBe(14);
});

test('deleting the oldest makes the next one full, and takes off the bill only what nobody else holds', () => {
  // Gone are Monday's 0 and 1.
  expect(bill(WEEK, without('mon'))).toEqual({ tue: [11, 2, 11], wed: [2, 2, 11] });
  expect(storedBlocks(billLineage(WEEK, without('mon')))).toBe(13);
});

test('what is left alone is full and nobody shares it', () => {
  expect(bill(WEEK, without('mon', 'tue'))).toEqual({ wed: [11, 11, 11] });
  expect(bill(WEEK, without('tue', 'wed'))).toEqual({ mon: [10, 10, 10] });
  expect(bill(WEEK, without('mon', 'tue', 'wed'))).toEqual({});
});

test('a snapshot of a volume that nothing was written to costs nothing', () => {
  const idle = lineage({ id: 'a', changed: [0, 1, 2] }, { id: 'b', changed: [] }, { id: 'c', changed: [] });
  expect(bill(idle)).toEqual({ a: [3, 0, 3], b: [0, 0, 3], c: [0, 0, 3] });
  // Whichever goes, the three blocks stay; the oldest that is left is billed for them.
  expect(bill(idle, without('a'))).toEqual({ b: [3, 0, 3], c: [0, 0, 3] });
});

test('a block that is rewritten every day is stored once for each snapshot', () => {
  const hot = lineage({ id: 'a', changed: [7] }, { id: 'b', changed: [7] }, { id: 'c', changed: [7] });
  expect(bill(hot)).toEqual({ a: [1, 1, 1], b: [1, 1, 1], c: [1, 1, 1] });
});

test('a block that is gone is not billed with the later snapshots, and stays with the earlier ones', () => {
  const trimmed = lineage({ id: 'a', changed: [0, 1, 2] }, { id: 'b', changed: [0, 1], removed: [1] });
  expect(bill(trimmed)).toEqual({ a: [3, 2, 3], b: [1, 1, 2] });
});

test('[copies] the first copy to another Region is full, those after it are not', () => {
  const copies = lineage({ id: 'a', changed: [0, 1, 2, 3] }, { id: 'b', changed: [3, 4] });
  expect(bill(copies)).toEqual({ a: [4, 1, 4], b: [2, 2, 5] });
});

test('[copies] a copy that shares nothing with the one before it is full again', () => {
  const copies = lineage(
    { id: 'a', changed: [0, 1, 2, 3] },
    { id: 'b', changed: [0, 1, 2, 3, 4], anew: true },
    { id: 'c', changed: [4] },
  );
  expect(bill(copies)).toEqual({ a: [4, 4, 4], b: [5, 1, 5], c: [1, 1, 5] });
  // The first of the new lineage goes: the next one shares nothing with the old lineage either.
  expect(bill(copies, without('b'))).toEqual({ a: [4, 4, 4], c: [5, 5, 5] });
});

test('far apart blocks of the largest volume are as good as any', () => {
  const last = 64 * 1024 * 2048 - 1;
  const wide = lineage({ id: 'a', changed: [0, last] }, { id: 'b', changed: [last] });
  expect(bill(wide)).toEqual({ a: [2, 1, 2], b: [1, 1, 2] });
});

/** Writes between snapshots, as lists of block indices, and which snapshots are left. */
const histories = fc.tuple(
  fc.array(fc.uniqueArray(fc.nat(40), { maxLength: 12 }), { minLength: 1, maxLength: 8 }),
  fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
);

test('whatever was written and deleted: every stored version is counted once, and deleting frees what is said', () => {
  fc.assert(
    fc.property(histories, ([writes, left]) => {
      const snapshots = lineage(...writes.map((changed, at) => ({ id: `s${at}`, changed })));
      const exists = (id: string): boolean => left[Number(id.slice(1))] === true;
      const billed = billLineage(snapshots, exists);
      expect(storedBlocks(billed)).toBe(versionsHeld(writes, exists).size);
      for (const { id, frees } of billed) {
        const after = versionsHeld(writes, (other) => exists(other) && other !== id);
        expect(storedBlocks(billed) - after.size).toBe(frees);
      }
    }),
    { numRuns: 500 },
  );
});

/** By counting: every version of a block that a snapshot which is left holds. */
function versionsHeld(writes: readonly (readonly number[])[], exists: (id: string) => boolean): Set<string> {
  const now = new Map<number, number>();
  const held = new Set<string>();
  for (const [at, written] of writes.entries()) {
    for (const block of written) now.set(block, at);
    if (exists(`s${at}`)) for (const [block, version] of now) held.add(`${block}@${version}`);
  }
  return held;
}
