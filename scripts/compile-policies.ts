/** The policy file as packaging needs it. Bundled before it is run: packaging has no TypeScript. */

import { loadPolicies } from '../src/lib/policy/load-policies.ts';
import type { PolicyFile, Schedule } from '../src/lib/policy/policy.ts';
import { fileRemarks } from '../src/lib/run/file-remarks.ts';
import { policiesFingerprint } from '../src/lib/run/policies-fingerprint.ts';
import { longestGap } from '../src/lib/policy/schedule.ts';

const HOUR = 3_600_000;

export interface CompiledPolicies {
  readonly file: PolicyFile;
  readonly gaps: Gaps;
  /** Of the file, for the functions to say what they run. */
  readonly fingerprint: string;
  /** What is no mistake for certain, a sentence each. */
  readonly remarks: readonly string[];
}

/** The longest time between two runs of a job, in whole hours: alarms for its silence ring only after that. */
export interface Gaps {
  readonly watch: number;
  readonly replicate: number;
}

/** Throws PolicyFileError with every problem of the file. */
export async function compilePolicies(path: string): Promise<CompiledPolicies> {
  const file = await loadPolicies(path);
  const remarks = fileRemarks(file).map(({ id, reason }) => `${path}: ${id}: ${reason}`);
  return { file, gaps: gapsOf(file), fingerprint: policiesFingerprint(file), remarks };
}

export function gapsOf({ watch, replicate, timezone }: PolicyFile): Gaps {
  const hoursOf = (schedule: Schedule): number => Math.ceil(longestGap(schedule, timezone) / HOUR);
  return { watch: hoursOf(watch.schedule), replicate: hoursOf(replicate.schedule) };
}
