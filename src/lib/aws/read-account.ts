import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Clients } from './clients.ts';
import { required } from './shapes.ts';

/** The account, twelve digits, that the credentials belong to. */
export async function readAccount({ sts }: Pick<Clients, 'sts'>): Promise<string> {
  const answer = await sts.send(new GetCallerIdentityCommand({}));
  return required(answer.Account, 'Account of GetCallerIdentity');
}
