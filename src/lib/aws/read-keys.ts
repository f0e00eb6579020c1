import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import type { Clients } from './clients.ts';
import { required } from './shapes.ts';

export interface Key {
  readonly arn: string;
  /** AWS: nobody but its account can use it, and its policy cannot be changed. */
  readonly manager: 'AWS' | 'CUSTOMER';
  /** KMS's own word: Enabled, Disabled, PendingDeletion, … */
  readonly state: string;
}

/** A key by its ARN, or in the account by its id or alias. */
export async function readKey({ kms }: Pick<Clients, 'kms'>, key: string): Promise<Key> {
  const { KeyMetadata: metadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }));
  return {
    arn: required(metadata?.Arn, `Arn of ${key}`),
    manager: metadata?.KeyManager === 'AWS' ? 'AWS' : 'CUSTOMER',
    state: required(metadata?.KeyState, `KeyState of ${key}`),
  };
}
