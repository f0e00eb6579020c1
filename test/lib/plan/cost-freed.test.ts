import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SizedSnapshot } from '../../../src/lib/plan/cost-estimate.ts';
import { freeingOf, freeingOfEach } from '../../../src/lib/plan/cost-freed.ts';
import { storedBySnapshot } from '../../../src/lib/plan/cost-rows.ts';
import {
  exactly,
  GB,
  NOTHING,
  NOTHING_STORED,
  plusStored,
  type StoredBytes,
} from '../../../src/lib/plan/snapshot-prices.ts';
import { sized } from '../../support/sized.ts';

function stored(snapshots: readonly SizedSnapshot[]): StoredBytes {
  return [...storedBySnapshot(snapshots).values()].reduce(plusStored, NOTHING_STORED);
}

const standard = (low: number, middle: number, high: number): StoredBytes => ({
  standard: { low: low * GB, middle: middle * GB, high: high * GB },
  archive: NOTHING,
});

describe('the deletion of', () => {
  const lineage = [sized('a', 0), sized('b', 1), sized('c', 2)];
  const freeing = freeingOf(lineage);

  test('the oldest frees what was rewritten since, and not what it is billed for', () => {
    expect(storedBySnapshot(lineage).get('a')).toEqual(standard(100, 100, 100));
    expect(freeing(['a'])).toEqual(standard(0, 2, 100));
  });

  test('the newest frees what it alone holds', () => {
    expect(freeing(['c'])).toEqual(standard(0, 2, 100));
  });

  test('all of a volume frees all that is stored', () => {
    expect(freeing(['c', 'a', 'b'])).toEqual(standard(100, 104, 300));
  });

  test('what is not known, and of nothing, frees nothing', () => {
    expect([freeing(['z']), freeing([])]).toEqual([NOTHING_STORED, NOTHING_STORED]);
  });

  test('an archived one frees all of it: it shares nothing', () => {
    const archived = sized('x', 1, { isArchived: true, isRestored: true });
    expect(freeingOf([...lineage, archived])(['x'])).toEqual({
      standard: exactly(100 * GB),
      archive: exactly(100 * GB),
    });
  });

  test('one of a size that EC2 does not say never frees less than nothing', () => {
    const unknown = { ...sized('b', 1) } as { -readonly [K in keyof SizedSnapshot]: SizedSnapshot[K] };
    delete unknown.fullBytes;
    const larger = sized('c', 2, { fullBytes: 150 * GB });
    expect(freeingOf([sized('a', 0), unknown, larger])(['b']).standard.low).toBe(0);
  });

  test('what others hold is not reckoned with: each group is as if it were alone', () => {
    const each = freeingOfEach([[sized('a', 0)], [sized('z', 1)]]);
    expect(each(['a'])).toEqual(standard(100, 100, 100));
    expect(each(['a', 'z'])).toEqual(standard(200, 200, 200));
  });
});

test('what is freed is what is stored with it less what is stored without, whatever is deleted', () => {
  const snapshots = fc.array(fc.record({ size: fc.nat(200), volume: fc.nat(1), goes: fc.boolean() }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(snapshots, (all) => {
      const made = all.map(({ size, volume, goes }, day) => ({
        goes,
        one: sized(`s${day}`, day, { fullBytes: size * GB, lineage: `vol-${volume}` }),
      }));
      const gone = made.filter(({ goes }) => goes).map(({ one }) => one.id);
      const { low, middle, high } = freeingOf(made.map(({ one }) => one))(gone).standard;
      const before = stored(made.map(({ one }) => one)).standard;
      const after = stored(made.filter(({ goes }) => !goes).map(({ one }) => one)).standard;
      expect(middle).toBe(before.middle - after.middle);
      // Its sizes may tell that the most is less than what is likely: then the range is as wide as to hold it.
      expect(high).toBe(Math.max(middle, before.high - after.high));
      expect(0 <= low && low <= middle).toBe(true);
    }),
  );
});
