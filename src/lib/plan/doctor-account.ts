/** Whose credentials these are, and whether that is where the policy file wants backups. */

import type { Place, PolicyFile } from '../policy/policy.ts';
import { fail, ok, type Check } from './doctor-check.ts';

/** Whether the command line backs the place up: it is a target, or there are none. */
export function isBackedUp({ account, region }: Place, { targets }: PolicyFile): boolean {
  return (
    targets.length === 0 || targets.some((target) => target.account === account && target.region === region)
  );
}

/** A place that is no target is one that the functions of a deployment may work from. */
export function accountCheck(place: Place, file: PolicyFile): Check {
  const { targets } = file;
  const here = `${place.account}, Region ${place.region},`;
  if (targets.length === 0)
    return ok('account', `the policy file names no targets: account ${here} is what is backed up`);
  if (isBackedUp(place, file)) return ok('account', `account ${here} is a target of the policy file`);
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
