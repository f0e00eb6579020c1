import type { DescribeKeyRequest, DescribeKeyResponse } from '@aws-sdk/client-kms';
import { SimulatedServiceError } from './errors.ts';
import { allows, keyOf } from './kms-keys.ts';
import type { KeyRecord } from './records.ts';
import type { Command } from './world.ts';

/** A key of another account by its ARN only. */
export const describeKey: Command<DescribeKeyRequest, DescribeKeyResponse> = {
  parameters: { KeyId: true },
  run(world, { KeyId: name = '' }) {
    const key = keyOf(world, name);
    // Of a key elsewhere nobody learns whether it is there.
    if (key === undefined ? isElsewhere(name, world.account) : !allows(key, world.account, 'describe')) {
      const message = `User is not authorized to perform: kms:DescribeKey on resource: ${name}`;
      throw new SimulatedServiceError('AccessDeniedException', message);
    }
    if (key === undefined)
      throw new SimulatedServiceError('NotFoundException', `Key '${name}' does not exist`);
    return { KeyMetadata: render(key) };
  },
};

function isElsewhere(name: string, account: string): boolean {
  return name.startsWith('arn:') && name.split(':')[4] !== account;
}

function render(key: KeyRecord): DescribeKeyResponse['KeyMetadata'] {
  return {
    AWSAccountId: key.account,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: new Date(key.createdAt),
    Enabled: key.state === 'Enabled',
    Description: key.manager === 'AWS' ? 'Default key that protects my EBS volumes' : '',
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}
