import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts';
import { SECOND } from './clock.ts';
import { SimulatedServiceError } from './errors.ts';
import { trusts } from './trust.ts';
import type { Command, World } from './world.ts';

const SHORTEST = 900;
const LONGEST = 43_200;
const DEFAULT = 3_600;

/** A role of any account of the organisation. Its credentials are found again by `organisation.session`. */
export const assumeRole: Command<AssumeRoleRequest, AssumeRoleResponse> = {
  parameters: { RoleArn: true, RoleSessionName: true, ExternalId: true, DurationSeconds: true },
  run(world, input, { caller }) {
    const { RoleArn: arn, RoleSessionName: name, ExternalId: externalId } = input;
    check('roleArn', arn, /^arn:[\w-]+:iam::\d{12}:role\/.{1,1000}$/);
    check('roleSessionName', name, /^[\w+=,.@-]{2,64}$/);
    if (externalId !== undefined) check('externalId', externalId, /^[\w+=,.@:/-]{2,1224}$/);
    const { DurationSeconds: seconds = DEFAULT } = input;
    if (!Number.isInteger(seconds) || seconds < SHORTEST || seconds > LONGEST)
      throw invalid('durationSeconds', String(seconds), `${SHORTEST} to ${LONGEST}`);
    checkTrust(world, input, caller);
    return answer(world, input, seconds);
  },
};

function checkTrust(world: World, input: AssumeRoleRequest, caller: string): void {
  const { RoleArn: arn = '', RoleSessionName: name = '', ExternalId: externalId } = input;
  const role = world.organisation.role(arn);
  const keys = {
    'aws:principalarn': caller,
    'sts:rolesessionname': name,
    ...(externalId !== undefined && { 'sts:externalid': externalId }),
  };
  if (role !== undefined && trusts(role.trust, { principal: { arn: caller }, keys })) return;
  const message = `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
  throw new SimulatedServiceError('AccessDenied', message, 403);
}

function answer(world: World, input: AssumeRoleRequest, seconds: number): AssumeRoleResponse {
  const { RoleArn: arn = '', RoleSessionName: name = '' } = input;
  const account = arn.split(':')[4] ?? '';
  const expiresAt = world.now() + seconds * SECOND;
  // The account stands in the key, as in real ones, where it takes more to read it.
  const accessKeyId = `ASIA${account}${String(world.ids.number()).padStart(8, '0')}`;
  world.organisation.open(accessKeyId, { account, roleArn: arn, sessionName: name, expiresAt });
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: 'simulated',
      SessionToken: `simulated ${accessKeyId}`,
      Expiration: new Date(expiresAt),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${world.organisation.role(arn)?.id ?? ''}:${name}`,
      Arn: `arn:aws:sts::${account}:assumed-role/${arn.split('/').at(-1) ?? ''}/${name}`,
    },
  };
}

function check(member: string, value: string | undefined, pattern: RegExp): void {
  if (value === undefined || !pattern.test(value)) throw invalid(member, String(value), pattern.source);
}

function invalid(member: string, value: string, expected: string): SimulatedServiceError {
  const message = `Value '${value}' at '${member}' failed to satisfy constraint: expected ${expected}`;
  return new SimulatedServiceError('ValidationError', message, 400);
}
