/** Looks at everything that a deployment needs and says of each whether it is so, or what to do. Changes nothing. */

import type { Clients } from '../aws/clients.ts';
import type { DeploymentClients } from '../aws/deployment-clients.ts';
import { hintFor, NO_CREDENTIALS } from '../aws/error-hints.ts';
import { describeError, errorCode } from '../aws/errors.ts';
import { readCaller, type Caller } from '../aws/read-account.ts';
import { partitionOf } from '../aws/regions.ts';
import { shapeCalls } from '../aws/shape-calls.ts';
import { accountCheck } from '../plan/doctor-account.ts';
import { fail, ok, skip, warn, type Check } from '../plan/doctor-check.ts';
import { placeCheck } from '../plan/doctor-places.ts';
import { PolicyFileError } from '../policy/load-policies.ts';
import { runningPolicies, type Place, type PolicyFile } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { deploymentChecks, readGroup } from './doctor-deployment.ts';
import { readPlaces } from './doctor-places.ts';
import { hookChecks } from './doctor-hooks.ts';
import { copyChecks } from './doctor-copies.ts';
import { keyChecks } from './doctor-keys.ts';
import { ownPlaceChecks } from './doctor-own-place.ts';
import { ConfigurationError } from './errors.ts';
import { isBackedUp } from './place.ts';
import type { Connect } from './reach.ts';
import { fileRemarks } from './file-remarks.ts';

/** Where doctor looks. */
export interface Examined {
  readonly region: string;
  readonly clients: Clients;
  /** Clients of EC2 and STS for other places. */
  readonly at: Connect;
  deployment(): Promise<DeploymentClients>;
}

export interface DoctorInput extends Pick<RunContext, 'clock' | 'onProgress'> {
  /** How the policy file is called in what is said of it. */
  readonly path: string;
  /** Throws a PolicyFileError for a file that is not valid. */
  readonly load: () => Promise<PolicyFile>;
  /** Throws a ConfigurationError when there is no Region. */
  readonly connect: () => Promise<Examined>;
}

export interface DoctorReport {
  /** Absent without a valid policy file. */
  readonly deployment?: string;
  /** Absent without credentials. */
  readonly place?: Place;
  readonly checks: readonly Check[];
}

export async function examine(input: DoctorInput): Promise<DoctorReport> {
  const { file, checks: fileChecks } = await loadFile(input);
  const { found, checks: callerChecks } = await findCaller(input);
  const checks = [...fileChecks, ...callerChecks];
  const known = {
    ...(file && { deployment: file.deployment }),
    ...(found && { place: { account: found.caller.account, region: found.examined.region } }),
  };
  if (file && found) return { ...known, checks: [...checks, ...(await examinePlace(input, file, found))] };
  const missing = file ? 'credentials and a Region' : 'a valid policy file';
  return { ...known, checks: [...checks, skip('everything else', `not checked: it needs ${missing}`)] };
}

async function examinePlace(
  { clock, onProgress }: DoctorInput,
  file: PolicyFile,
  { examined, caller }: Found,
): Promise<Check[]> {
  const { region } = examined;
  const clients = shapeCalls(examined.clients, { clock, share: file.limits.share });
  const place = { account: caller.account, region, partition: partitionOf(region) };
  const context = { file, place, clients, clock, ...(onProgress && { onProgress }) };
  const deployment = await examined.deployment();
  const group = await readGroup(deployment, file);
  const isHome = 'value' in group && group.value !== undefined;
  const places = await readPlaces(context, examined.at);
  return [
    accountCheck(place, file),
    ...(isBackedUp(file, place) ? await ownPlaceChecks(context, caller, place) : []),
    ...places.map((answer) => placeCheck(answer, isHome)),
    ...(await keyChecks(context, examined.at)),
    ...(await copyChecks(context, examined.at)),
    ...(await hookChecks(context, examined.at)),
    ...(await deploymentChecks(deployment, group, { file, place })),
  ];
}

async function loadFile({
  path,
  load,
}: DoctorInput): Promise<{ readonly file?: PolicyFile; readonly checks: readonly Check[] }> {
  const name = 'policy file';
  try {
    const file = await load();
    const { targets, deployment } = file;
    const policies = runningPolicies(file).length + file.defaultPolicies.length;
    const counts = `${policies} ${policies === 1 ? 'policy' : 'policies'}, ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`;
    return {
      file,
      checks: [
        ok(name, `${path}: ${counts}, deployment ${deployment}`),
        ...fileRemarks(file).map(({ id, reason }) => warn(name, `${id}: ${reason}`)),
      ],
    };
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    return { checks: [fail(name, error.message)] };
  }
}

interface Found {
  readonly examined: Examined;
  readonly caller: Caller;
}

async function findCaller({
  connect,
}: DoctorInput): Promise<{ readonly found?: Found; readonly checks: readonly Check[] }> {
  const name = 'credentials';
  try {
    const examined = await connect();
    const caller = await readCaller(examined.clients);
    const { arn, account } = caller;
    return {
      found: { examined, caller },
      checks: [ok(name, `${arn}, account ${account}, Region ${examined.region}`)],
    };
  } catch (error) {
    return { checks: [fail(name, whyNot(error))] };
  }
}

function whyNot(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  if (errorCode(error) === 'CredentialsProviderError') return `${NO_CREDENTIALS} (${describeError(error)})`;
  return `${describeError(error)}${hintFor(error)}`;
}
