import { DescribeKeyCommand, GenerateDataKeyWithoutPlaintextCommand } from '@aws-sdk/client-kms';
import type { Clients } from './clients.ts';
import { describeError, errorCode } from './errors.ts';
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

/**
 * Why these credentials may not use a key, by KMS's own dry run; undefined when they may. A key's policy can allow use
 * through EC2 alone, so that this is no proof.
 */
export async function obstacleOfKey({ kms }: Pick<Clients, 'kms'>, key: string): Promise<string | undefined> {
  try {
    await kms.send(
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId: key, KeySpec: 'AES_256', DryRun: true }),
    );
  } catch (error) {
    return errorCode(error) === 'DryRunOperationException' ? undefined : describeError(error);
  }
  return 'KMS answered a dry run without the error that it has for every dry run';
}
