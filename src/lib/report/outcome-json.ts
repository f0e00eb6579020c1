import type { Refusal } from '../plan/plan-prune.ts';
import type { Skipped } from '../plan/actions.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import type { RecycleBinJson } from './bin-text.ts';
import { countOutcomes, type Outcome, type OutcomeCounts } from '../run/outcome.ts';

export interface RunParts {
  readonly place: Place;
  readonly deployment: string;
  readonly outcomes: readonly Outcome[];
  readonly skipped: readonly Skipped[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly Skipped[];
  /** Absent: nothing was to be deleted. */
  readonly recycleBin?: RecycleBinJson | undefined;
}

export interface RunJson extends Omit<RunParts, 'outcomes' | 'recycleBin'> {
  readonly version: 1;
  readonly outcomes: readonly (Omit<Outcome, 'slot'> & { readonly slot: string })[];
  readonly counts: OutcomeCounts;
  readonly recycleBin?: RecycleBinJson;
}

/** What a run did. Scripts rely on this shape: fields may be added, none renamed or removed. */
export function runJson({ outcomes, recycleBin, ...rest }: RunParts): RunJson {
  return {
    version: 1,
    ...rest,
    outcomes: outcomes.map((outcome) => ({ ...outcome, slot: formatInstant(outcome.slot) })),
    counts: countOutcomes(outcomes),
    ...(recycleBin && { recycleBin }),
  };
}
