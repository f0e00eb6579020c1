import { partition } from '@aws-sdk/core/client';
import { nearest } from '../policy/suggest.ts';

/** Whether this version of the SDK has the Region on its list. */
export function isKnownRegion(region: string): boolean {
  // For an unknown name `partition` guesses by its form; only a listed one has a description.
  return 'description' in partition(region);
}

/** The Region that was probably meant, when one has nearly this name. */
export function nearestRegion(name: string): string | undefined {
  return nearest(name, knownRegions());
}

const AREAS = 'af ap ca cn eu eu-isoe eusc-de il me mx sa us us-gov us-iso us-isob us-isof'.split(' ');
const DIRECTIONS = 'central east north northeast northwest south southeast southwest west'.split(' ');

/** The SDK keeps its list to itself: of all that may be names, those that it knows. */
function knownRegions(): string[] {
  return AREAS.flatMap((area) =>
    DIRECTIONS.flatMap((direction) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${area}-${direction}-${n}`)),
  ).filter(isKnownRegion);
}

/** `aws`, `aws-cn`, …: what ARNs of the Region start with. */
export function partitionOf(region: string): string {
  return partition(region).name;
}
