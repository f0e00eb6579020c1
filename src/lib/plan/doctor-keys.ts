/** The keys that copies are to be encrypted with: one that cannot be used is found by EC2 only after a copy was begun. */

import { copyPlaces, destinationsOf, samePlace, sourcePlaces } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { fail, listed, ok, unread, warn, type Check, type Reading } from './doctor-check.ts';

/** A key that the file names, where it is used and for which policies. */
export interface CopyKey {
  /** ARN. */
  readonly key: string;
  readonly place: Place;
  readonly policies: readonly string[];
}

/** What KMS says of one. */
export interface FoundKey {
  readonly manager: 'AWS' | 'CUSTOMER';
  /** KMS's own word: Enabled, Disabled, PendingDeletion, … */
  readonly state: string;
}

/** Each key once for each place that it is used in. */
export function copyKeys(file: PolicyFile, home: Place): readonly CopyKey[] {
  const sources = sourcePlaces(file, home);
  return copyPlaces(file, home).flatMap((place) => {
    const policies = new Map<string, Set<string>>();
    for (const policy of file.policies) {
      for (const { copy } of sources
        .flatMap((source) => destinationsOf(policy, source))
        .filter((to) => samePlace(to.place, place))) {
        if (copy.key !== undefined)
          policies.set(copy.key, (policies.get(copy.key) ?? new Set<string>()).add(policy.name));
      }
    }
    return Array.from(policies, ([key, names]) => ({ key, place, policies: [...names] }));
  });
}

/** `found` is undefined where nobody got into the place: the check of the place says so. */
export function keyCheck({ key, place, policies }: CopyKey, found: Reading<FoundKey> | undefined): Check[] {
  if (!found) return [];
  const name = `key ${place.account} ${place.region}`;
  const which = `${key}, for copies of ${listed(policies)},`;
  if (!('value' in found)) {
    if (found.isDenied)
      return [unread(name, { ...found, problem: `${which} ${found.problem}` }, 'kms:DescribeKey')];
    return [
      fail(name, `${which} cannot be found (${found.problem}): name one of that Region in the policy file`),
    ];
  }
  const { manager, state } = found.value;
  if (state !== 'Enabled')
    return [fail(name, `${which} is ${state}: no copy under it completes. Enable it, or name another one`)];
  if (manager === 'AWS')
    return [
      warn(
        name,
        `${which} is managed by AWS: no other account can ever use what is encrypted with it. Name a customer-managed key if that may be needed`,
      ),
    ];
  return [ok(name, `${which} is enabled`)];
}
