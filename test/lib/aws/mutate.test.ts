/** The exact input of every command that changes an account. */

import {
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { ALL_SERVICES, awsClients, type Clients } from '../../../src/lib/aws/clients.ts';
import { create, deleteSnapshot, deregisterImage, tagSources } from '../../../src/lib/aws/mutate.ts';
import type {
  CreateImageAction,
  CreateSnapshotsAction,
  DeregisterImageAction,
} from '../../../src/lib/plan/actions.ts';

const ec2Client = new EC2Client({ region: 'ap-northeast-2' });
const onceClient = new EC2Client({ region: 'ap-northeast-2', maxAttempts: 1 });
const ec2 = mockClient(ec2Client);
const once = mockClient(onceClient);
const clients: Clients = {
  ...awsClients({ region: 'ap-northeast-2' }, ALL_SERVICES),
  ec2: ec2Client,
  ec2Once: onceClient,
};

beforeEach(() => {
  ec2.reset();
  once.reset();
});

const IDENTITY = { policy: 'nightly', source: 'i-0123456789abcdef0', slot: Date.UTC(2026, 10, 22, 18) };
const TAGS = [
  { key: 'ec2-backup:deployment', value: 'prod' },
  { key: 'Name', value: 'web' },
];
const SENT_TAGS = [
  { Key: 'ec2-backup:deployment', Value: 'prod' },
  { Key: 'Name', Value: 'web' },
];
const NAME = 'prod/nightly/i-0123456789abcdef0/20261122T180000Z';

const IMAGE: CreateImageAction = {
  ...IDENTITY,
  action: 'create-image',
  reason: 'opted in',
  tags: TAGS,
  name: NAME,
  reboot: false,
  excludedDevices: [],
};
const SET: CreateSnapshotsAction = {
  ...IDENTITY,
  action: 'create-snapshots',
  reason: 'opted in',
  tags: TAGS,
  description: NAME,
  excludeBootVolume: false,
  excludedVolumes: [],
  volumes: [],
};

/** The inputs that reached a client. */
function inputsOf(client: typeof once): unknown[] {
  return client.calls().map(({ args: [command] }) => command.input);
}

describe('[H2] creating calls go to the client that never retries, with all tags in them', () => {
  test('CreateImage does not reboot, and tags the AMI and its snapshots', async () => {
    once.on(CreateImageCommand).resolves({ ImageId: 'ami-1' });
    expect(await create(clients, IMAGE)).toEqual({ ids: ['ami-1'], missing: [] });
    expect(inputsOf(once)).toEqual([
      {
        InstanceId: 'i-0123456789abcdef0',
        Name: NAME,
        Description: 'Backup of i-0123456789abcdef0 by ec2-backup',
        NoReboot: true,
        TagSpecifications: [
          { ResourceType: 'image', Tags: SENT_TAGS },
          { ResourceType: 'snapshot', Tags: SENT_TAGS },
        ],
      },
    ]);
    expect(ec2.calls()).toHaveLength(0);
  });

  test('CreateImage with reboot and excluded devices says both', async () => {
    once.on(CreateImageCommand).resolves({ ImageId: 'ami-1' });
    await create(clients, { ...IMAGE, reboot: true, excludedDevices: ['/dev/sdf', '/dev/sdg'] });
    expect(inputsOf(once)).toEqual([
      expect.objectContaining({
        NoReboot: false,
        BlockDeviceMappings: [
          { DeviceName: '/dev/sdf', NoDevice: '' },
          { DeviceName: '/dev/sdg', NoDevice: '' },
        ],
      }),
    ]);
  });

  test('[H15] CreateSnapshots is one call for all volumes of the instance', async () => {
    once
      .on(CreateSnapshotsCommand)
      .resolves({ Snapshots: [{ SnapshotId: 'snap-1' }, { SnapshotId: 'snap-2' }] });
    expect(await create(clients, SET)).toEqual({ ids: ['snap-1', 'snap-2'], missing: [] });
    expect(inputsOf(once)).toEqual([
      {
        InstanceSpecification: { InstanceId: 'i-0123456789abcdef0' },
        Description: NAME,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: SENT_TAGS }],
      },
    ]);
  });

  test('CreateSnapshots leaves out the root by its switch and others by id', async () => {
    once.on(CreateSnapshotsCommand).resolves({ Snapshots: [] });
    await create(clients, { ...SET, excludeBootVolume: true, excludedVolumes: ['vol-2'] });
    expect(inputsOf(once)).toEqual([
      expect.objectContaining({
        InstanceSpecification: {
          InstanceId: 'i-0123456789abcdef0',
          ExcludeBootVolume: true,
          ExcludeDataVolumeIds: ['vol-2'],
        },
      }),
    ]);
  });

  test('CreateSnapshot of a volume', async () => {
    once.on(CreateSnapshotCommand).resolves({ SnapshotId: 'snap-1' });
    const { reason, tags } = SET;
    const made = await create(clients, {
      ...IDENTITY,
      source: 'vol-0123456789abcdef0',
      action: 'create-snapshot',
      reason,
      tags,
      description: NAME,
    });
    expect(made).toEqual({ ids: ['snap-1'], missing: [] });
    expect(inputsOf(once)).toEqual([
      {
        VolumeId: 'vol-0123456789abcdef0',
        Description: NAME,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: SENT_TAGS }],
      },
    ]);
    expect(ec2.calls()).toHaveLength(0);
  });

  test('an answer without the id of what was made is an error that says so', async () => {
    once.on(CreateImageCommand).resolves({});
    await expect(create(clients, IMAGE)).rejects.toThrow('EC2 answered ImageId of CreateImage empty');
  });
});

describe('deleting calls', () => {
  const DEREGISTER: DeregisterImageAction = {
    ...IDENTITY,
    action: 'deregister-image',
    id: 'ami-1',
    point: 'ami-1',
    reason: 'no rule keeps it',
    snapshots: ['snap-1', 'snap-2'],
  };

  test('[H7] DeregisterImage deletes the snapshots in the same call, and each code is answered', async () => {
    ec2.on(DeregisterImageCommand).resolves({
      Return: true,
      DeleteSnapshotResults: [
        { SnapshotId: 'snap-1', ReturnCode: 'success' },
        { SnapshotId: 'snap-2', ReturnCode: 'skipped' },
        { SnapshotId: 'snap-3' },
      ],
    });
    expect(await deregisterImage(clients, DEREGISTER)).toEqual([
      { id: 'snap-1', code: 'success' },
      { id: 'snap-2', code: 'skipped' },
      { id: 'snap-3', code: 'no return code' },
    ]);
    expect(inputsOf(ec2)).toEqual([{ ImageId: 'ami-1', DeleteAssociatedSnapshots: true }]);
  });

  test('DeregisterImage that answers false is an error', async () => {
    ec2.on(DeregisterImageCommand).resolves({ Return: false });
    await expect(deregisterImage(clients, DEREGISTER)).rejects.toThrow(
      'EC2 answered false to DeregisterImage of ami-1, expected true',
    );
  });

  test('DeleteSnapshot names one snapshot', async () => {
    ec2.on(DeleteSnapshotCommand).resolves({});
    await deleteSnapshot(clients, {
      ...IDENTITY,
      action: 'delete-snapshot',
      id: 'snap-1',
      point: 'snap-1',
      reason: 'no rule keeps it',
    });
    expect(inputsOf(ec2)).toEqual([{ SnapshotId: 'snap-1' }]);
  });
});

test('tagging sources sets the one tag on all of them in one call', async () => {
  ec2.on(CreateTagsCommand).resolves({});
  await tagSources(clients, ['i-1', 'vol-1'], { key: 'Backup:Status', value: 'ok 2026-11-22T18:00Z' });
  expect(ec2.commandCalls(CreateTagsCommand).map(({ args }) => args[0].input)).toEqual([
    { Resources: ['i-1', 'vol-1'], Tags: [{ Key: 'Backup:Status', Value: 'ok 2026-11-22T18:00Z' }] },
  ]);
});
