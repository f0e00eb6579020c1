import type { Clients } from '../aws/clients.ts';
import { readAccount } from '../aws/read-account.ts';
import { allPlaces, isAtHome, samePlace } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { ConfigurationError } from './errors.ts';

export function formatPlace({ account, region }: Place): string {
  return `account ${account}, Region ${region}`;
}

/** Whether sources are backed up there: a place that only takes copies has none of ours. */
export function isBackedUp(file: PolicyFile, place: Place): boolean {
  const target = file.targets.find((one) => samePlace(one, place));
  if (target) return target.copiesOnly !== true;
  return isAtHome(file);
}

/**
 * The place that the credentials and the Region lead to. Where the policy file says where backups are made
 * it must be one of its places: a ConfigurationError otherwise, before anything is read or changed.
 */
export async function resolvePlace(clients: Clients, region: string, file: PolicyFile): Promise<Place> {
  const account = await readAccount(clients);
  const place = { account, region };
  if (isAtHome(file)) return place;
  const { targets } = file;
  const places = allPlaces(file, place);
  if (places.some((one) => samePlace(one, place))) return place;
  const expected = places.map(formatPlace).join('; ');
  const what = targets.some((target) => target.account === account)
    ? `Region ${region} is no target of account ${account}`
    : `the credentials are of account ${account}`;
  throw new ConfigurationError(`${what}, expected one of the policy file's targets: ${expected}`);
}
