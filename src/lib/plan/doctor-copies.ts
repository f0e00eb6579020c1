/** Whether what exists could be copied: who copies is asked by DryRun, and the originals' keys by KMS. Pure. */

import { destinationsOf, sourcePlaces } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { fail, ok, skip, unread, warn, type Check, type Reading } from './doctor-check.ts';
import type { FoundKey } from './doctor-keys.ts';
import { permissionOf, type CallAnswer } from './doctor-permissions.ts';

export interface CopyRoute {
  readonly from: Place;
  readonly to: Place;
  readonly policies: readonly string[];
}

/** Each pair of places that something is copied between. */
export function copyRoutes(file: PolicyFile, home: Place): readonly CopyRoute[] {
  const routes = new Map<string, CopyRoute & { readonly policies: string[] }>();
  for (const from of sourcePlaces(file, home)) {
    for (const policy of file.policies) {
      for (const { place: to } of destinationsOf(policy, from)) {
        const key = JSON.stringify([from.account, from.region, to.account, to.region]);
        const route = routes.get(key) ?? { from, to, policies: [] };
        route.policies.push(policy.name);
        routes.set(key, route);
      }
    }
  }
  return [...routes.values()];
}

export interface RouteAnswer {
  readonly route: CopyRoute;
  /** Empty where there is no backup yet to ask about. */
  readonly answers: readonly CallAnswer[];
  /** Keys of originals that are to go to another account, with what KMS says. */
  readonly keys: readonly { readonly key: string; readonly found: Reading<FoundKey> }[];
}

export function routeChecks({ route: { from, to }, answers, keys }: RouteAnswer): Check[] {
  const name = `copies ${from.account}/${from.region} to ${to.account}/${to.region}`;
  if (answers.length === 0) return [skip(name, 'not checked: there is no backup yet that could be copied')];
  const allowed = answers.filter(({ answer }) => answer === 'allowed');
  return [
    ...(allowed.length === answers.length
      ? [ok(name, `allowed by EC2's DryRun: ${allowed.map(({ action }) => action).join(', ')}`)]
      : []),
    ...answers.flatMap((one) => (one.answer === 'allowed' ? [] : [refused(name, one)])),
    ...keys.flatMap((one) => keyOfOriginal(name, to, one)),
  ];
}

function refused(name: string, { action, answer, says = '' }: CallAnswer): Check {
  const permission = permissionOf(action);
  if (answer === 'unclear') return warn(name, `${permission} could not be checked: EC2 answers ${says}`);
  return fail(name, `${permission} is denied to who copies (${says}): nothing is copied`);
}

/** The account's own key for EBS can be used by no other account: EC2 refuses to share what it encrypts. */
function keyOfOriginal(name: string, to: Place, { key, found }: RouteAnswer['keys'][number]): Check[] {
  if (!('value' in found)) {
    if (found.isDenied)
      return [
        unread(name, { ...found, problem: `key ${key} of originals: ${found.problem}` }, 'kms:DescribeKey'),
      ];
    return [fail(name, `key ${key} of originals cannot be found (${found.problem})`)];
  }
  const { manager, state } = found.value;
  if (state !== 'Enabled') return [fail(name, `key ${key} of originals is ${state}: enable it`)];
  if (manager !== 'AWS') return [];
  return [
    fail(
      name,
      `backups are encrypted with the AWS-managed key ${key}, which account ${to.account} can never use: encrypt the volumes with a customer-managed key`,
    ),
  ];
}
