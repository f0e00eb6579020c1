import type {
  DescribeKeyRequest,
  DescribeKeyResponse,
  GenerateDataKeyWithoutPlaintextRequest,
} from '@aws-sdk/client-kms';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import { allows, keyOf } from './kms-keys.ts';
import type { KeyRecord } from './records.ts';
import type { Command } from './world.ts';

/** A key of another account by its ARN only. */
export const describeKey: Command<DescribeKeyRequest, DescribeKeyResponse> = {
  parameters: { KeyId: true },
  run(world, { KeyId: name = '' }) {
    const key = keyOf(world, name);
    // Of a key elsewhere nobody learns whether it is there.
    if (key === undefined ? isElsewhere(name, world.account) : !allows(key, world.account, 'describe'))
      throw denied('DescribeKey', name);
    if (key === undefined) throw unknown(name);
    return { KeyMetadata: render(key) };
  },
};

/** Asked by DryRun whether it would; nobody makes data keys here. */
export const generateDataKeyWithoutPlaintext: Command<GenerateDataKeyWithoutPlaintextRequest, never> = {
  parameters: { KeyId: true, KeySpec: true, DryRun: true },
  run(world, { KeyId: name = '', DryRun }) {
    const key = keyOf(world, name);
    if (key === undefined ? isElsewhere(name, world.account) : !allows(key, world.account, 'use'))
      throw denied('GenerateDataKeyWithoutPlaintext', name);
    if (key === undefined) throw unknown(name);
    if (key.state !== 'Enabled')
      throw new SimulatedServiceError('DisabledException', `${name} is ${key.state}.`);
    if (DryRun !== true) throw invalidValue('Data keys are not simulated, expected DryRun');
    const message = 'The request would have succeeded, but the DryRun option is set.';
    throw new SimulatedServiceError('DryRunOperationException', message);
  },
};

function denied(action: string, name: string): SimulatedServiceError {
  const message = `User is not authorized to perform: kms:${action} on resource: ${name}`;
  return new SimulatedServiceError('AccessDeniedException', message);
}

function unknown(name: string): SimulatedServiceError {
  return new SimulatedServiceError('NotFoundException', `Key '${name}' does not exist`);
}

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
