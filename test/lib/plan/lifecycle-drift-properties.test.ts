/** Whatever is changed in a lifecycle policy by hand is seen: the comparison itself has no blind spot. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultDetails } from '../../../src/lib/plan/lifecycle-default.ts';
import { customDetails } from '../../../src/lib/plan/lifecycle-details.ts';
import { fieldsOf } from '../../../src/lib/plan/lifecycle-fields.ts';
import { anyDefaultPolicy, anyDlmPolicy } from '../../support/dlm-policy-arbitrary.ts';

type Path = readonly (string | number)[];

const details = fc.oneof(
  anyDlmPolicy.map((policy) => customDetails(policy, 'Backup')),
  anyDefaultPolicy.map((policy) => defaultDetails(policy)),
);

function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [path];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** A copy in which one value is another. */
function changed(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return other(value);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? changed(item, rest) : item));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, inner]) => [
      name,
      name === key ? changed(inner, rest) : inner,
    ]),
  );
}

function other(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value + 1 : `${String(value)}x`;
}

test('a change of any one value is drift', () => {
  fc.assert(
    fc.property(details, fc.nat(), (wanted, pick) => {
      // A default policy's type follows from its kind.
      const leaves = leavesOf(wanted).filter(
        ([first]) => !(first === 'PolicyType' && wanted.PolicyLanguage === 'SIMPLIFIED'),
      );
      const path = leaves[pick % leaves.length] ?? [];
      const edited = changed(wanted, path) as object;
      expect(fieldsOf(edited), path.join('.')).not.toEqual(fieldsOf(wanted));
    }),
    { numRuns: 2000 },
  );
});
