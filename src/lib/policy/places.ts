/** The places of a policy file: where backups are made, and where copies of them go. Pure. */

import type { Copy, Place, Policy, PolicyFile, Target } from './policy.ts';

export interface Destination {
  readonly place: Place;
  readonly copy: Copy;
}

export function samePlace(a: Place, b: Place): boolean {
  return a.account === b.account && a.region === b.region;
}

/** Whether the Lambdas rehearse anything. */
export function hasRehearsals({ policies }: Pick<PolicyFile, 'policies'>): boolean {
  return policies.some(({ rehearse }) => rehearse !== undefined);
}

/** Backups are made where it runs: the file names no place for them. */
export function isAtHome({ targets }: Pick<PolicyFile, 'targets'>): boolean {
  return targets.every(({ copiesOnly }) => copiesOnly === true);
}

/** Whether anything is copied anywhere. */
export function hasCopies({ policies }: Pick<PolicyFile, 'policies'>): boolean {
  return policies.some(({ copies }) => copies.length > 0);
}

/** Where backups are made: the targets that do not only take copies, or home where the file names none of those. */
export function sourcePlaces(file: PolicyFile, home: Place): readonly Place[] {
  if (isAtHome(file)) return [home];
  return file.targets.filter(({ copiesOnly }) => copiesOnly !== true).map(placeOf);
}

/** Where a policy's backups of a place are copied to. A copy to the place itself is none. */
export function destinationsOf({ copies }: Pick<Policy, 'copies'>, source: Place): readonly Destination[] {
  return copies
    .map((copy) => ({ place: { account: copy.account ?? source.account, region: copy.region }, copy }))
    .filter(({ place }) => !samePlace(place, source));
}

/** Every place that something is copied to, each once. */
export function copyPlaces(file: PolicyFile, home: Place): readonly Place[] {
  const sources = sourcePlaces(file, home);
  return distinct(
    file.policies.flatMap((policy) =>
      sources.flatMap((source) => destinationsOf(policy, source).map(({ place }) => place)),
    ),
  );
}

/** Every place in which there is something of ours: those of the sources, then those that only take copies. */
export function allPlaces(file: PolicyFile, home: Place): readonly Place[] {
  return distinct([...sourcePlaces(file, home), ...file.targets.map(placeOf), ...copyPlaces(file, home)]);
}

/**
 * Where the stack belongs, as far as the file tells, which does not name home: a place that others are entered from. Two
 * stacks would both back up, so what may be no home must not be taken for one.
 */
export function homeSeenFrom(place: Place, file: PolicyFile): 'here' | 'here or elsewhere' | 'elsewhere' {
  const own = file.targets.find((target) => samePlace(target, place));
  const isEntered = own?.rolePrefix !== undefined;
  if (isAtHome(file)) {
    const takesCopies = file.policies.some(({ copies }) => copies.some((copy) => isTo(copy, place)));
    return isEntered || own?.copiesOnly === true || takesCopies ? 'here or elsewhere' : 'here';
  }
  if (!own) return 'elsewhere';
  if (own.copiesOnly) return isEntered ? 'elsewhere' : 'here or elsewhere';
  const others = file.targets.filter((target) => target !== own && target.copiesOnly !== true);
  return isEntered || others.some(({ rolePrefix }) => rolePrefix === undefined)
    ? 'here or elsewhere'
    : 'here';
}

function isTo({ account, region }: Copy, place: Place): boolean {
  return region === place.region && (account === undefined || account === place.account);
}

/**
 * How to get into a place: its target; of one that only takes copies and is no target, as into the others of its account.
 * Undefined where the file gives no way.
 */
export function targetOf(file: PolicyFile, place: Place, home: Place): Target | undefined {
  const exact = file.targets.find((target) => samePlace(target, place));
  if (exact) return exact;
  if (isAtHome(file) && samePlace(home, place)) return place;
  if (!copyPlaces(file, home).some((one) => samePlace(one, place))) return undefined;
  const ofAccount = file.targets.find(({ account }) => account === place.account);
  if (ofAccount === undefined) return { ...place, copiesOnly: true };
  const { rolePrefix, externalId } = ofAccount;
  return {
    ...place,
    ...(rolePrefix !== undefined && { rolePrefix }),
    ...(externalId !== undefined && { externalId }),
    copiesOnly: true,
  };
}

function placeOf({ account, region }: Place): Place {
  return { account, region };
}

function distinct(places: readonly Place[]): readonly Place[] {
  return places.filter((place, index) => places.findIndex((one) => samePlace(one, place)) === index);
}
