/** All that `audit` says of one place. */

import type { Place } from '../policy/policy.ts';
import type { Coverage } from './audit-coverage.ts';
import type { Freed } from './audit-freed.ts';
import type { Orphan } from './audit-orphan.ts';
import type { Check } from './doctor-check.ts';
import { NOTHING_STORED, plusStored, type StoredBytes } from './snapshot-prices.ts';

export interface Audit {
  readonly place: Place;
  readonly deployment: string;
  readonly coverage: Coverage;
  readonly orphans: readonly Orphan[];
  /** What the bill falls by without them. */
  readonly freed: Freed;
  /** How what is deployed and what DLM holds differ from the policy file. */
  readonly drift: readonly Check[];
  readonly warnings: readonly string[];
}

/** Their share of the bill. */
export function storedInOrphans(orphans: readonly Orphan[]): StoredBytes {
  return orphans.reduce((sum, { stored }) => plusStored(sum, stored), NOTHING_STORED);
}
