/** Whose credentials these are, and whether that is where the policy file wants backups. */

import { allPlaces, isAtHome, samePlace, sourcePlaces } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { fail, ok, type Check } from './doctor-check.ts';

/** A place that is no target is one that the functions of a deployment may work from. */
export function accountCheck(place: Place, file: PolicyFile): Check {
  const { targets } = file;
  const here = `${place.account}, Region ${place.region},`;
  const isOneOf = (places: readonly Place[]): boolean => places.some((one) => samePlace(one, place));
  if (targets.length === 0)
    return ok('account', `the policy file names no targets: account ${here} is what is backed up`);
  if (isOneOf(targets.filter(({ copiesOnly }) => copiesOnly === true)))
    return ok('account', `account ${here} is a target of the policy file that only takes copies`);
  if (isAtHome(file))
    return ok(
      'account',
      `the targets of the policy file only take copies: account ${here} is what is backed up`,
    );
  if (isOneOf(sourcePlaces(file, place)))
    return ok('account', `account ${here} is a target of the policy file`);
  if (isOneOf(allPlaces(file, place)))
    return ok('account', `account ${here} is where the policy file sends copies`);
  if (targets.every(({ rolePrefix }) => rolePrefix !== undefined)) {
    return ok(
      'account',
      `account ${here} is no target: it can be the home of a deployment, which assumes roles`,
    );
  }
  const places = targets.map(({ account, region }) => `${account} ${region}`).join(', ');
  return fail(
    'account',
    `account ${here} is no target of the policy file (${places}): use credentials and a Region of one, or add it`,
  );
}
