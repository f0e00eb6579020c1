import type { Clients } from '../aws/clients.ts';
import { readAccount } from '../aws/read-account.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { ConfigurationError } from './errors.ts';

export function formatPlace({ account, region }: Place): string {
  return `account ${account}, Region ${region}`;
}

/**
 * The place that the credentials and the Region lead to. Where the policy file names targets it must be one of them:
 * a ConfigurationError otherwise, before anything is read or changed.
 */
export async function resolvePlace(clients: Clients, region: string, file: PolicyFile): Promise<Place> {
  const account = await readAccount(clients);
  const { targets } = file;
  const isTarget = targets.some((target) => target.account === account && target.region === region);
  if (targets.length === 0 || isTarget) return { account, region };
  const expected = targets.map(formatPlace).join('; ');
  const what = targets.some((target) => target.account === account)
    ? `Region ${region} is no target of account ${account}`
    : `the credentials are of account ${account}`;
  throw new ConfigurationError(`${what}, expected one of the policy file's targets: ${expected}`);
}
