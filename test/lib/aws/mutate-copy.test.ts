/** The exact input of every command that copies, or lets others copy. */

import {
  CopyImageCommand,
  CopySnapshotCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { ALL_SERVICES, awsClients, type Clients } from '../../../src/lib/aws/clients.ts';
import { copy, share } from '../../../src/lib/aws/mutate-copy.ts';
import type { CopyImageAction, CopySnapshotAction, ShareAction } from '../../../src/lib/plan/actions.ts';

const ec2Client = new EC2Client({ region: 'us-east-1' });
const onceClient = new EC2Client({ region: 'us-east-1', maxAttempts: 1 });
const ec2 = mockClient(ec2Client);
const once = mockClient(onceClient);
const clients: Clients = {
  ...awsClients({ region: 'us-east-1' }, ALL_SERVICES),
  ec2: ec2Client,
  ec2Once: onceClient,
};

beforeEach(() => {
  ec2.reset();
  once.reset();
});

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1';
const FROM = { account: '111122223333', region: 'ap-northeast-2' };
const BASE = {
  policy: 'nightly',
  source: 'i-1',
  slot: 0,
  from: FROM,
  reason: 'daily 1/7',
  tags: [{ key: 'Name', value: 'web' }],
};
const IMAGE: CopyImageAction = {
  ...BASE,
  action: 'copy-image',
  id: 'ami-1',
  point: 'ami-1',
  name: 'prod/x',
  encrypted: false,
};
const SNAPSHOT: CopySnapshotAction = {
  ...BASE,
  action: 'copy-snapshot',
  id: 'snap-1',
  point: 'snap-1',
  description: 'prod/x',
  encrypted: false,
};
const SENT = [{ Key: 'Name', Value: 'web' }];

describe('an AMI', () => {
  const sent = {
    SourceImageId: 'ami-1',
    SourceRegion: 'ap-northeast-2',
    Name: 'prod/x',
    Description: 'Copy of ami-1 of 111122223333 in ap-northeast-2 by ec2-backup',
    ClientToken: 'token',
    TagSpecifications: [
      { ResourceType: 'image', Tags: SENT },
      { ResourceType: 'snapshot', Tags: SENT },
    ],
  };

  test('is copied under its name, with a token, tagged at once with its snapshots', async () => {
    ec2.on(CopyImageCommand).resolves({ ImageId: 'ami-2' });
    expect(await copy(clients, IMAGE, 'token')).toBe('ami-2');
    expect(ec2.commandCalls(CopyImageCommand).map(({ args }) => args[0].input)).toEqual([sent]);
  });

  test('is encrypted with a key where one is given, else with the default one where that is asked for', async () => {
    ec2.on(CopyImageCommand).resolves({ ImageId: 'ami-2' });
    await copy(clients, { ...IMAGE, encrypted: true, key: KEY }, 'token');
    await copy(clients, { ...IMAGE, encrypted: true }, 'token');
    expect(ec2.commandCalls(CopyImageCommand).map(({ args }) => args[0].input)).toEqual([
      { ...sent, Encrypted: true, KmsKeyId: KEY },
      { ...sent, Encrypted: true },
    ]);
  });

  test('without an id in the answer is an error', async () => {
    ec2.on(CopyImageCommand).resolves({});
    await expect(copy(clients, IMAGE, 'token')).rejects.toThrow('ImageId of CopyImage');
  });
});

test('a snapshot is copied by the client that sends once: there is no token', async () => {
  once.on(CopySnapshotCommand).resolves({ SnapshotId: 'snap-2' });
  expect(await copy(clients, { ...SNAPSHOT, encrypted: true, key: KEY }, 'token')).toBe('snap-2');
  expect(once.commandCalls(CopySnapshotCommand).map(({ args }) => args[0].input)).toEqual([
    {
      SourceSnapshotId: 'snap-1',
      SourceRegion: 'ap-northeast-2',
      Description: 'prod/x',
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: SENT }],
      Encrypted: true,
      KmsKeyId: KEY,
    },
  ]);
  expect(ec2.calls()).toEqual([]);
});

describe('another account', () => {
  const share1 = (action: ShareAction['action'], id: string): ShareAction => ({
    ...BASE,
    action,
    id,
    point: id,
    account: '444455556666',
  });

  test.each([
    ['share-image', 'add'],
    ['unshare-image', 'remove'],
  ] as const)('%s', async (action, operation) => {
    ec2.on(ModifyImageAttributeCommand).resolves({});
    await share(clients, share1(action, 'ami-1'));
    expect(ec2.commandCalls(ModifyImageAttributeCommand).map(({ args }) => args[0].input)).toEqual([
      {
        ImageId: 'ami-1',
        Attribute: 'launchPermission',
        OperationType: operation,
        UserIds: ['444455556666'],
      },
    ]);
  });

  test.each([
    ['share-snapshot', 'add'],
    ['unshare-snapshot', 'remove'],
  ] as const)('%s', async (action, operation) => {
    ec2.on(ModifySnapshotAttributeCommand).resolves({});
    await share(clients, share1(action, 'snap-1'));
    expect(ec2.commandCalls(ModifySnapshotAttributeCommand).map(({ args }) => args[0].input)).toEqual([
      {
        SnapshotId: 'snap-1',
        Attribute: 'createVolumePermission',
        OperationType: operation,
        UserIds: ['444455556666'],
      },
    ]);
  });
});
