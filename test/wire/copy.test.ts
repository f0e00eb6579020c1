/** Copying to another Region, and sharing: the calls as the SDK sends them, the same on both accounts. */

import {
  CopyImageCommand,
  CopySnapshotCommand,
  CreateImageCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { images, REGION, snapshots, tagsOf, type Account } from './account.ts';
import { onEachBackend } from './backends.ts';

const STRANGER = '444455556666';
const KIND = [{ Key: 'kind', Value: 'copy' }];

const inOther = (account: Account): Account => ({ ...account, ec2: account.otherEc2 });

/** A snapshot of a volume of 5 GiB. */
async function snapshotOf(account: Account): Promise<string> {
  const id = await account.foreignSnapshot({ kind: 'original' });
  await account.settle();
  return id;
}

/** An AMI of two volumes. */
async function imageOf(account: Account): Promise<string> {
  const { id } = await account.launch({ tags: {} });
  const command = new CreateImageCommand({ InstanceId: id, Name: 'wire/web', NoReboot: true });
  const { ImageId = '' } = await account.ec2.send(command);
  await account.settle();
  return ImageId;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

onEachBackend((open) => {
  test('a copied snapshot is of no volume, has the tags of the call and none of its source', async () => {
    const account = await open();
    const SourceSnapshotId = await snapshotOf(account);
    const [source] = await snapshots(account);
    const input = { SourceRegion: REGION, SourceSnapshotId, Description: 'a copy' };
    const answer = await account.otherEc2.send(
      new CopySnapshotCommand({
        ...input,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: KIND }],
      }),
    );
    await account.settle();
    const copies = await snapshots(inOther(account));
    expect(copies.map(({ SnapshotId }) => SnapshotId)).toEqual([answer.SnapshotId]);
    expect(answer.Tags).toEqual(KIND);
    expect(copies[0]).toMatchObject({
      State: 'completed',
      VolumeId: 'vol-ffffffff',
      VolumeSize: source?.VolumeSize,
      Description: 'a copy',
      Encrypted: false,
      Tags: KIND,
    });
    expect(await snapshots(account)).toHaveLength(1);
  });

  test('a second CopySnapshot makes a second copy; CopyImage with the same token does not', async () => {
    const account = await open();
    const SourceSnapshotId = await snapshotOf(account);
    const command = new CopySnapshotCommand({ SourceRegion: REGION, SourceSnapshotId });
    await account.otherEc2.send(command);
    await account.otherEc2.send(command);
    expect(await snapshots(inOther(account))).toHaveLength(2);
    const SourceImageId = await imageOf(account);
    const input = { SourceRegion: REGION, SourceImageId, Name: 'wire/web', ClientToken: 'one' };
    const [first, second] = [
      await account.otherEc2.send(new CopyImageCommand(input)),
      await account.otherEc2.send(new CopyImageCommand(input)),
    ];
    expect(second.ImageId).toBe(first.ImageId);
    const other = new CopyImageCommand({ ...input, ClientToken: 'two' });
    expect(await codeOf(account.otherEc2.send(other))).toBe('InvalidAMIName.Duplicate');
  });

  test('a copied AMI maps copies of its own of every snapshot, with the tags of the call', async () => {
    const account = await open();
    const SourceImageId = await imageOf(account);
    const TagSpecifications = (['image', 'snapshot'] as const).map((ResourceType) => ({
      ResourceType,
      Tags: KIND,
    }));
    const input = { SourceRegion: REGION, SourceImageId, Name: 'wire/web' };
    await account.otherEc2.send(new CopyImageCommand({ ...input, TagSpecifications }));
    await account.settle();
    const [image, more] = await images(inOther(account));
    expect([image?.State, image?.Name, more]).toEqual(['available', 'wire/web', undefined]);
    const copies = await snapshots(inOther(account));
    const mapped = (image?.BlockDeviceMappings ?? []).map(({ DeviceName, Ebs }) => [
      DeviceName,
      copies.find(({ SnapshotId }) => SnapshotId === Ebs?.SnapshotId)?.VolumeSize,
    ]);
    expect(mapped).toEqual([
      ['/dev/sda1', 8],
      ['/dev/sdf', 20],
    ]);
    for (const made of [image, ...copies]) expect(tagsOf(made ?? {})).toEqual({ kind: 'copy' });
    expect(copies.map(({ VolumeId }) => VolumeId)).toEqual(['vol-ffffffff', 'vol-ffffffff']);
  });

  test('a copy is encrypted when asked, and a key asks for that', async () => {
    const account = await open();
    const input = { SourceRegion: REGION, SourceSnapshotId: await snapshotOf(account) };
    await account.otherEc2.send(new CopySnapshotCommand({ ...input, Encrypted: true }));
    expect((await snapshots(inOther(account))).map(({ Encrypted }) => Encrypted)).toEqual([true]);
    const odd = new CopySnapshotCommand({ ...input, KmsKeyId: 'alias/aws/ebs' });
    expect(await codeOf(account.otherEc2.send(odd))).toBe('InvalidParameterDependency');
  });

  test.each([
    ['CopySnapshot', 'InvalidSnapshot.NotFound', 'DryRunOperation'],
    ['CopyImage', 'InvalidAMIID.NotFound', 'DryRunOperation'],
  ])('%s of nothing is %s, a dry run %s', async (call, notFound, dryRun) => {
    const account = await open();
    const [image, snapshot] = [await imageOf(account), await snapshotOf(account)];
    const send = (id: { image: string; snapshot: string }, DryRun: boolean): Promise<unknown> =>
      call === 'CopyImage'
        ? account.otherEc2.send(
            new CopyImageCommand({
              SourceRegion: REGION,
              SourceImageId: id.image,
              Name: 'wire/dry',
              DryRun,
            }),
          )
        : account.otherEc2.send(
            new CopySnapshotCommand({ SourceRegion: REGION, SourceSnapshotId: id.snapshot, DryRun }),
          );
    expect(await codeOf(send({ image, snapshot }, true))).toBe(dryRun);
    const nothing = { image: 'ami-0123456789abcdef0', snapshot: 'snap-0123456789abcdef0' };
    expect(await codeOf(send(nothing, false))).toBe(notFound);
    expect([...(await images(inOther(account))), ...(await snapshots(inOther(account)))]).toEqual([]);
  });

  describe('what is shared with an account is listed for it', () => {
    const sharedImages = async (account: Account): Promise<readonly (string | undefined)[]> =>
      (await images(account, [STRANGER])).map(({ ImageId }) => ImageId);
    const sharedSnapshots = async (account: Account): Promise<readonly (string | undefined)[]> =>
      (await snapshots(account, [STRANGER])).map(({ SnapshotId }) => SnapshotId);

    test('an AMI, until it is not any more', async () => {
      const account = await open();
      const ImageId = await imageOf(account);
      await account.foreignImage('other', {});
      const share = { Add: [{ UserId: STRANGER }] };
      await account.ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: share }));
      expect(await sharedImages(account)).toEqual([ImageId]);
      const unshare = { Remove: [{ UserId: STRANGER }] };
      await account.ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: unshare }));
      expect(await sharedImages(account)).toEqual([]);
    });

    test('a snapshot, until it is not any more', async () => {
      const account = await open();
      const [SnapshotId] = [await snapshotOf(account), await snapshotOf(account)];
      const change = (OperationType: 'add' | 'remove'): Promise<unknown> =>
        account.ec2.send(
          new ModifySnapshotAttributeCommand({
            SnapshotId,
            Attribute: 'createVolumePermission',
            OperationType,
            UserIds: [STRANGER],
          }),
        );
      await change('add');
      await change('add');
      expect(await sharedSnapshots(account)).toEqual([SnapshotId]);
      await change('remove');
      await change('remove');
      expect(await sharedSnapshots(account)).toEqual([]);
    });
  });
});
