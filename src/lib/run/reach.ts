/** How a job gets into a place. */

import { assumeRole } from '../aws/assume-role.ts';
import type { Access, Clients } from '../aws/clients.ts';
import { describeError } from '../aws/errors.ts';
import { readAccount } from '../aws/read-account.ts';
import { partitionOf } from '../aws/regions.ts';
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

/** Where to run a job: the file's targets, or home when it names none. */
export async function placesOf(home: Home): Promise<readonly Place[]> {
  const { targets } = home.file;
  return targets.length > 0
    ? targets.map(({ account, region }) => ({ account, region }))
    : [await homeOf(home)];
}

/**
 * Clients for a place, with the job's role there where the file names one. The account that they lead to is asked for
 * and compared before anything else is: a ConfigurationError where it is another, or where the place is no target.
 */
export async function reach(job: Job, place: Place, home: Home): Promise<Reached> {
  const clients = home.connect(accessOf(job, targetOf(place, home.file), home));
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

function targetOf(place: Place, { targets }: PolicyFile): Target {
  const target = targets.find(({ account, region }) => account === place.account && region === place.region);
  if (target) return target;
  if (targets.length === 0) return place;
  const expected = targets.map(formatPlace).join('; ');
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
