import { partition } from '@aws-sdk/core/client';

/** Whether this version of the SDK has the Region on its list. */
export function isKnownRegion(region: string): boolean {
  // For an unknown name `partition` guesses by its form; only a listed one has a description.
  return 'description' in partition(region);
}

/** `aws`, `aws-cn`, …: what ARNs of the Region start with. */
export function partitionOf(region: string): string {
  return partition(region).name;
}
