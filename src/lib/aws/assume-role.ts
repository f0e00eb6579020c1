import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Clients, Credentials } from './clients.ts';
import { optional, required } from './shapes.ts';

export interface RoleToAssume {
  readonly arn: string;
  readonly externalId?: string;
  /** Shows in CloudTrail of the other account; at most 64 characters. */
  readonly sessionName: string;
}

/** Credentials of the role, for an hour: no more can be had by a role that assumes another. */
export async function assumeRole(
  { sts }: Pick<Clients, 'sts'>,
  { arn, externalId, sessionName }: RoleToAssume,
): Promise<Credentials> {
  const { Credentials: answer } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: arn,
      RoleSessionName: sessionName,
      ...optional('ExternalId', externalId),
    }),
  );
  if (!answer?.Expiration) throw new Error(`STS answered AssumeRole of ${arn} without credentials`);
  return {
    accessKeyId: required(answer.AccessKeyId, `AccessKeyId of ${arn}`),
    secretAccessKey: required(answer.SecretAccessKey, `SecretAccessKey of ${arn}`),
    sessionToken: required(answer.SessionToken, `SessionToken of ${arn}`),
    expiration: answer.Expiration,
  };
}
