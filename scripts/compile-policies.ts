/** The policy file as packaging needs it. Bundled before it is run: packaging has no TypeScript. */

import { loadPolicies } from '../src/lib/policy/load-policies.ts';
import type { PolicyFile } from '../src/lib/policy/policy.ts';
import { longestGap } from '../src/lib/policy/schedule.ts';

const HOUR = 3_600_000;

export interface CompiledPolicies {
  readonly file: PolicyFile;
  /** The longest time between two runs of the watch, in whole hours. */
  readonly watchGap: number;
}

/** Throws PolicyFileError with every problem of the file. */
export async function compilePolicies(path: string): Promise<CompiledPolicies> {
  const file = await loadPolicies(path);
  return { file, watchGap: watchGapOf(file) };
}

export function watchGapOf({ watch, timezone }: PolicyFile): number {
  return Math.ceil(longestGap(watch.schedule, timezone) / HOUR);
}
