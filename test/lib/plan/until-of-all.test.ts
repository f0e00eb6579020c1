import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptUntilOf } from '../../../src/lib/plan/kept-until.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import { untilOfAll } from '../../../src/lib/plan/until-of-all.ts';
import { DAY, keep, NOW, PLACE, point, policy, policyFile } from '../../support/points.ts';

const FILE = policyFile({
  policies: [
    policy({ keep: keep('daily=3 weekly=2'), releaseAfterSourceGone: 10 * DAY }),
    policy({ name: 'data-6h', keep: keep('within=2d') }),
  ],
});
const SOURCES = new Map([
  ['i-1', {}],
  ['i-2', {}],
  ['i-3', { keep: 'last=1' }],
  ['i-4', { problem: 'unclear' }],
]);

/** So few kinds of everything that many groups are nearly alike. */
const made = fc.record({
  policy: fc.constantFrom('daily-ami', 'daily-ami', 'data-6h', 'lost'),
  source: fc.constantFrom('i-1', 'i-2', 'i-3', 'i-4', 'i-gone'),
  day: fc.integer({ min: 0, max: 3 }),
  state: fc.constantFrom<RecoveryPoint['state']>('good', 'good', 'good', 'good', 'failed', 'pending'),
  hold: fc.constantFrom(undefined, undefined, undefined, 'audit'),
  late: fc.constantFrom(0, 1),
});

test('groups that are taken for alike are: each fares as it does alone', () => {
  fc.assert(
    fc.property(fc.array(made, { maxLength: 24, size: 'max' }), (all) => {
      const points = all.map(({ day, late, hold, ...rest }, index) =>
        point({
          ...rest,
          id: `ami-${index}`,
          slot: NOW - day * DAY,
          madeAt: NOW - day * DAY + late * 60_000,
          ...(hold !== undefined && { hold }),
        }),
      );
      const input = { file: FILE, now: NOW, place: PLACE, sources: SOURCES, horizonDays: 21 };
      const goesOn = (group: readonly RecoveryPoint[]): boolean => group[0]?.source !== 'i-gone';
      const found = untilOfAll(points, { ...input, goesOn });
      expect(found.size).toBe(points.length);
      for (const { policy: name, source } of points) {
        const group = points.filter((one) => one.policy === name && one.source === source);
        for (const [id, answer] of keptUntilOf(group, { ...input, goesOn: goesOn(group) })) {
          const { reasons, ...rest } = answer;
          expect(found.get(id)).toEqual({ keptToday: reasons.length > 0, ...rest });
        }
      }
    }),
    { numRuns: 25 },
  );
});
