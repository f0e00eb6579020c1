import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Clients } from './clients.ts';
import { required } from './shapes.ts';

/** Whose credentials these are. */
export interface Caller {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

export async function readCaller({ sts }: Pick<Clients, 'sts'>): Promise<Caller> {
  const answer = await sts.send(new GetCallerIdentityCommand({}));
  return {
    account: required(answer.Account, 'Account of GetCallerIdentity'),
    arn: required(answer.Arn, 'Arn of GetCallerIdentity'),
  };
}

/** The account, twelve digits, that the credentials belong to. */
export async function readAccount(clients: Pick<Clients, 'sts'>): Promise<string> {
  return (await readCaller(clients)).account;
}
