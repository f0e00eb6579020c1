import { describe, expect, test } from 'vitest';
import { readVssMark, vssConsistency, vssState, type VssMark } from '../../../src/lib/plan/vss-mark.ts';
import { judgeVss } from '../../../src/lib/plan/vss-set.ts';
import { tags } from '../../support/points.ts';

const MINUTE = 60_000;
const YES: VssMark = { isRequired: false, isConsistent: true };
const NO: VssMark = { isRequired: false, isConsistent: false };
const UNSAID: VssMark = { isRequired: false };
const ONLY = { isRequired: true };

describe('the mark of a snapshot', () => {
  test.each([
    ['crash', {}, undefined],
    ['application', { AppConsistent: 'True' }, undefined],
    [undefined, { AppConsistent: 'True' }, undefined],
    ['vss', {}, UNSAID],
    ['vss', { AppConsistent: 'True' }, YES],
    ['vss', { AppConsistent: 'true' }, YES],
    ['vss', { AppConsistent: 'False' }, NO],
    ['vss', { AppConsistent: '' }, NO],
    ['vss-only', { AppConsistent: 'True' }, { ...ONLY, isConsistent: true }],
  ])('of %s with %o is %o', (consistency, given, mark) => {
    expect(readVssMark(consistency, tags(given))).toEqual(mark);
  });
});

describe('a set', () => {
  const GOOD = { state: 'good' } as const;
  const PENDING = { state: 'pending', detail: 'snap-1 is pending' } as const;
  const judged = (marks: readonly VssMark[], age: number | undefined, before = GOOD as never): string =>
    vssState(before, marks, age).state;

  test('is application-consistent only where each snapshot says so', () => {
    expect(vssConsistency([YES, YES])).toBe('application');
    for (const other of [NO, UNSAID, undefined]) expect(vssConsistency([YES, other])).toBe('crash');
  });

  test('is pending while VSS may still say so, and no longer', () => {
    expect(judged([YES, UNSAID], 30 * MINUTE)).toBe('pending');
    expect(judged([YES, NO], MINUTE)).toBe('pending');
    expect(judged([YES, UNSAID], 31 * MINUTE)).toBe('good');
    expect(judged([YES, YES], MINUTE)).toBe('good');
  });

  test('that must be application-consistent has failed when VSS says that it is not, or says nothing', () => {
    for (const other of [{ ...ONLY, isConsistent: false }, ONLY]) {
      expect(judged([{ ...ONLY, isConsistent: true }, other], MINUTE)).toBe('pending');
      expect(vssState(GOOD, [{ ...ONLY, isConsistent: true }, other], 31 * MINUTE)).toMatchObject({
        state: 'failed',
        disowned: true,
      });
    }
    expect(judged([{ ...ONLY, isConsistent: true }], 31 * MINUTE)).toBe('good');
  });

  test('stays what its snapshots make it: pending, with their reason, or failed', () => {
    expect(vssState(PENDING, [UNSAID], MINUTE)).toEqual(PENDING);
    expect(vssState(PENDING, [YES], MINUTE)).toEqual(PENDING);
    const failed = { state: 'failed', detail: 'snap-1 is in state error' } as const;
    expect(vssState(failed, [UNSAID], MINUTE)).toEqual(failed);
  });

  test('that is copied has nothing to wait for', () => {
    expect(judged([UNSAID], undefined)).toBe('good');
    expect(judged([ONLY], undefined)).toBe('failed');
  });
});

describe('what a command came to', () => {
  const part = (volumeId: string, vss: VssMark) => ({ id: `snap-${volumeId}`, volumeId, vss });
  const both = { expected: ['a', 'b'], isTrusted: false };
  const later = { ...both, isTrusted: true };

  test('is waited for while lists may lag, and then is what they show', () => {
    expect(judgeVss([], both)).toBe('wait');
    expect(judgeVss([], later)).toBe('none');
    expect(judgeVss([part('a', YES)], both)).toBe('wait');
    expect(judgeVss([part('a', YES)], later)).toEqual({
      ids: ['snap-a'],
      missing: ['b'],
      isConsistent: true,
    });
    const unsaid = [part('a', YES), part('b', UNSAID)];
    expect(judgeVss(unsaid, both)).toBe('wait');
    expect(judgeVss(unsaid, later)).toMatchObject({ missing: [], isConsistent: false });
  });

  test('is known at once where all is there and said', () => {
    expect(judgeVss([part('b', YES), part('a', YES)], both)).toEqual({
      ids: ['snap-a', 'snap-b'],
      missing: [],
      isConsistent: true,
    });
    expect(judgeVss([part('a', YES), part('b', NO)], both)).toMatchObject({ isConsistent: false });
  });
});
