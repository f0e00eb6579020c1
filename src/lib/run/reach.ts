/** How a job gets into a place. */

import { assumeRole } from '../aws/assume-role.ts';
import type { Access, Clients } from '../aws/clients.ts';
import { describeError } from '../aws/errors.ts';
import { readAccount } from '../aws/read-account.ts';
import { partitionOf } from '../aws/regions.ts';
import { allPlaces, copyPlaces, isAtHome, sourcePlaces, targetOf } from '../policy/places.ts';
import type { Place, PolicyFile, Target } from '../policy/policy.ts';
import { ConfigurationError, ReadError } from './errors.ts';
import { formatPlace } from './place.ts';
import type { Job } from './request.ts';

/** Makes clients; the simulated account answers it too. */
export type Connect = (access: Access) => Clients;

export interface Reached {
  readonly place: Place;
  readonly clients: Clients;
}

export interface Home {
  readonly file: PolicyFile;
  readonly region: string;
  readonly connect: Connect;
}

/** The account and Region that the function runs in. */
export async function homeOf({ region, connect }: Home): Promise<Place> {
  return { account: await readAccount(connect({ region })), region };
}

/** Where a job runs: where backups are made, where copies go, or wherever there is something of ours. */
export async function placesOf(home: Home, job: Job): Promise<readonly Place[]> {
  const { file } = home;
  const here = await homeIfNeeded(home);
  switch (job) {
    case 'backup':
    case 'register-policies':
      return sourcePlaces(file, here);
    case 'replicate':
      return copyPlaces(file, here);
    default:
      return allPlaces(file, here);
  }
}

/** Asked for only where backups are made at home. */
async function homeIfNeeded(home: Home): Promise<Place> {
  return isAtHome(home.file) ? homeOf(home) : { account: '', region: home.region };
}

/**
 * Clients for a place, with the job's role there where the file names one. The account that they lead to is asked for
 * and compared before anything else is: a ConfigurationError where it is another, or where the place is no target.
 */
export async function reach(job: Job, place: Place, home: Home): Promise<Reached> {
  const here = await homeIfNeeded(home);
  const clients = home.connect(accessOf(job, targetFor(place, home.file, here), home));
  const account = await accountOf(clients, place);
  if (account === place.account) return { place: { account, region: place.region }, clients };
  const why = `the credentials for ${formatPlace(place)} are of account ${account}`;
  throw new ConfigurationError(`${why}, expected ${place.account}: does its target need a rolePrefix?`);
}

async function accountOf(clients: Clients, place: Place): Promise<string> {
  try {
    return await readAccount(clients);
  } catch (error) {
    const message = `cannot get into ${formatPlace(place)}, so nothing is done there: ${describeError(error)}`;
    throw new ReadError(message, { cause: error });
  }
}

function targetFor(place: Place, file: PolicyFile, here: Place): Target {
  const target = targetOf(file, place, here);
  if (target) return target;
  // Without targets the credentials alone tell where it runs, and they are compared.
  if (isAtHome(file)) return place;
  const expected = allPlaces(file, here).map(formatPlace).join('; ');
  throw new ConfigurationError(
    `${formatPlace(place)} is no target of the policy file, expected one of ${expected}`,
  );
}

function accessOf(job: Job, { account, region, rolePrefix, externalId }: Target, home: Home): Access {
  if (rolePrefix === undefined) return { region };
  const arn = roleArn({ account, region, rolePrefix }, job);
  const sessionName = `ec2-backup-${home.file.deployment}-${job}`;
  const role = { arn, sessionName, ...(externalId !== undefined && { externalId }) };
  return { region, credentials: () => assumeRole(home.connect({ region: home.region }), role) };
}

/** The role of a job in a target. */
export function roleArn(
  { account, region, rolePrefix }: Required<Pick<Target, 'account' | 'region' | 'rolePrefix'>>,
  job: Job,
): string {
  return `arn:${partitionOf(region)}:iam::${account}:role/${rolePrefix}-${job}`;
}
