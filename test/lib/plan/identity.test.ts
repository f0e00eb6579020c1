import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backupName, identityKey } from '../../../src/lib/plan/identity.ts';
import { instant } from '../../support/points.ts';

const SLOT = instant('2026-11-22T18:00Z');

test('[H31] a backup is named by deployment, policy, source and slot', () => {
  expect(backupName('prod', { policy: 'daily-ami', source: 'i-0123456789abcdef0', slot: SLOT })).toBe(
    'prod/daily-ami/i-0123456789abcdef0/20261122T180000Z',
  );
});

test('[H31] every name is of characters that an AMI may have, and at most 127 of them', () => {
  const name = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
  const source = fc
    .tuple(fc.constantFrom('i', 'vol'), fc.stringMatching(/^[0-9a-f]{17}$/))
    .map((parts) => parts.join('-'));
  const slot = fc.integer({ min: 0, max: instant('2199-12-31') });
  fc.assert(
    fc.property(name, name, source, slot, (deployment, policy, id, time) => {
      expect(backupName(deployment, { policy, source: id, slot: time })).toMatch(
        /^[A-Za-z0-9_./()-]{3,127}$/,
      );
    }),
  );
});

test('identities are equal exactly when their keys are', () => {
  const key = (policy: string, source: string, slot = SLOT): string => identityKey({ policy, source, slot });
  expect(key('a', 'i-1')).toBe(key('a', 'i-1'));
  expect(new Set([key('a', 'i-1'), key('b', 'i-1'), key('a', 'i-2'), key('a', 'i-1', SLOT + 1)]).size).toBe(
    4,
  );
});
