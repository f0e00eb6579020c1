/** What there is of moto's is done at once: what is refused, fails or comes late is in test/cli/restore.test.ts. */

import { DescribeVolumesCommand, type Volume } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../cli/answers.ts';
import { fileWith } from '../cli/fake-shell.ts';
import { allPages, images, instance, snapshots, tagsOf, type Account } from './account.ts';
import { onEachBackend } from './backends.ts';
import { backup, POLICIES } from './steps.ts';

interface Answer {
  readonly outcomes: readonly { readonly action: string; readonly status: string; readonly error?: string }[];
  readonly instance?: { readonly id: string };
  readonly volumes: readonly { readonly id: string; readonly device: string }[];
}

async function restore(account: Account, source: string, args: readonly string[]): Promise<Answer> {
  const file = await fileWith(POLICIES);
  const { out, notes } = await account.run([
    'restore',
    source,
    '--policies',
    file,
    '--yes',
    '--json',
    ...args,
  ]);
  if (!out.startsWith('{')) throw new Error(`restore ended without an answer: ${notes}`);
  return parseJson<Answer>(out);
}

async function volumesById({ ec2 }: Account): Promise<ReadonlyMap<string, Volume>> {
  const volumes = await allPages(async (next) => {
    const answer = await ec2.send(new DescribeVolumesCommand({ MaxResults: 500, ...next }));
    return { items: answer.Volumes, token: answer.NextToken };
  });
  return new Map(volumes.map((volume) => [volume.VolumeId ?? '', volume]));
}

/** By device. */
async function volumesOf(account: Account, id: string): Promise<ReadonlyMap<string, Volume>> {
  const { BlockDeviceMappings = [] } = await instance(account, id);
  const volumes = await volumesById(account);
  return new Map(
    BlockDeviceMappings.map(({ DeviceName = '', Ebs }) => [
      DeviceName,
      volumes.get(Ebs?.VolumeId ?? '') ?? {},
    ]),
  );
}

function stepsOf({ outcomes }: Answer): string[] {
  return outcomes.map(({ action, status, error }) => [action, status, error].join(' ').trim());
}

onEachBackend((open) => {
  describe('restore', () => {
    // The accounts have no key pair of the name that their instances carry.
    const NO_KEY = ['--key', ''];

    test('[H1] makes one instance of an AMI whose source is gone, however often it is told to', async () => {
      const account = await open();
      const web = await account.launch({ tags: { Name: 'web', Team: 'shop', Backup: 'images' } });
      const before = await instance(account, web.id);
      await backup(account, 'images');
      await account.terminate(web.id);
      const { outcomes, instance: made } = await restore(account, web.id, NO_KEY);
      expect(outcomes.map(({ action, status }) => `${action} ${status}`)).toEqual([
        'run-instance done',
        'check-instance done',
      ]);
      const restored = await instance(account, made?.id ?? '');
      expect(restored).toMatchObject({ InstanceType: before.InstanceType, SubnetId: before.SubnetId });
      expect(tagsOf(restored)).toMatchObject({ Name: 'web', Team: 'shop' });
      expect(tagsOf(restored)).not.toHaveProperty('Backup');
      expect((await restore(account, web.id, NO_KEY)).instance).toMatchObject({ id: made?.id });
    });

    test('makes the volumes of a set in the zone of the sheet, once', async () => {
      const account = await open();
      const web = await account.launch({ tags: { Name: 'web', Backup: 'sets' } });
      const { Placement } = await instance(account, web.id);
      await backup(account, 'sets');
      const args = ['--volumes', '--device', '/dev/sdf'];
      const { volumes } = await restore(account, web.id, args);
      const made = (await volumesById(account)).get(volumes[0]?.id ?? '');
      const parts = await snapshots(account);
      const data = parts.find(({ VolumeSize }) => VolumeSize === 20);
      expect(made).toMatchObject({
        Size: 20,
        VolumeType: 'gp3',
        SnapshotId: data?.SnapshotId,
        AvailabilityZone: Placement?.AvailabilityZone,
        State: 'available',
      });
      expect((await restore(account, web.id, args)).volumes).toEqual(volumes);
    });

    test('makes one instance of a set, of a temporary AMI that goes again without its snapshots', async () => {
      const account = await open();
      const web = await account.launch({ tags: { Name: 'web', Backup: 'sets' } });
      await backup(account, 'sets');
      const parts = await snapshots(account);
      await account.terminate(web.id);
      const first = await restore(account, web.id, NO_KEY);
      expect(stepsOf(first)).toEqual([
        'register-image done',
        'run-instance done',
        'deregister-image done',
        'check-instance done',
      ]);
      const id = first.instance?.id ?? '';
      const sizes = new Map(parts.map(({ SnapshotId, VolumeSize }) => [SnapshotId, VolumeSize]));
      const made = await volumesOf(account, id);
      expect([...made].map(([device, { Size }]) => [device, Size])).toEqual([
        ['/dev/sda1', 8],
        ['/dev/sdf', 20],
      ]);
      for (const { SnapshotId, Size, VolumeType } of made.values())
        expect([sizes.get(SnapshotId), VolumeType]).toEqual([Size, 'gp3']);
      expect(await images(account)).toEqual([]);
      expect(await snapshots(account)).toEqual(parts);
      expect((await restore(account, web.id, NO_KEY)).instance).toMatchObject({ id });
    });

    test('puts the volume of a set where a bad one was, once', async () => {
      const account = await open();
      const web = await account.launch({ tags: { Name: 'web', Backup: 'sets' } });
      await backup(account, 'sets');
      await account.detach(web.id, web.volumeIds[1] ?? '');
      const args = ['--volumes', '--device', '/dev/sdf', '--attach', web.id];
      const first = await restore(account, web.id, args);
      expect(stepsOf(first)).toEqual(['create-volume done', 'attach-volume done']);
      const attached = (await volumesOf(account, web.id)).get('/dev/sdf');
      expect([attached?.VolumeId, attached?.Size]).toEqual([first.volumes[0]?.id, 20]);
      const again = await restore(account, web.id, args);
      expect(stepsOf(again)).toEqual(['create-volume already-done', 'attach-volume already-done']);
      expect(again.volumes).toEqual(first.volumes);
    });

    test.each(['images', 'sets'])(
      'replaces the root volume in place from %s, once, and keeps the old',
      async (policy) => {
        const account = await open();
        const web = await account.launch({ tags: { Name: 'web', Backup: policy } });
        await backup(account, policy);
        const first = await restore(account, web.id, ['--in-place']);
        expect(stepsOf(first)).toEqual(['replace-root-volume done', 'check-instance done']);
        const root = (await snapshots(account)).find(({ VolumeSize }) => VolumeSize === 8);
        const [old, data] = web.volumeIds;
        const now = await volumesOf(account, web.id);
        expect(now.get('/dev/sda1')).toMatchObject({ SnapshotId: root?.SnapshotId, Size: 8 });
        expect(now.get('/dev/sda1')?.VolumeId).not.toBe(old);
        expect(now.get('/dev/sdf')?.VolumeId).toBe(data);
        expect((await volumesById(account)).get(old ?? '')).toMatchObject({ State: 'available' });
        const again = await restore(account, web.id, ['--in-place']);
        expect(stepsOf(again)).toEqual(['replace-root-volume already-done', 'check-instance done']);
      },
    );

    test.each([
      ['RegisterImage', NO_KEY],
      ['RunInstances', NO_KEY],
      ['DeregisterImage', NO_KEY],
      ['CreateVolume', ['--volumes']],
      ['CreateReplaceRootVolumeTask', ['--in-place']],
    ])('[H1] doubles and leaves nothing when the answer to %s is lost', async (call, args) => {
      const account = await open();
      const web = await account.launch({ tags: { Name: 'web', Backup: 'sets' } });
      await backup(account, 'sets');
      const before = (await volumesById(account)).size;
      await account.loseAnswer(call);
      const first = await restore(account, web.id, args);
      const again = await restore(account, web.id, args);
      expect([again.instance?.id, again.volumes]).toEqual([first.instance?.id, first.volumes]);
      expect(again.outcomes.filter(({ status }) => status === 'failed')).toEqual([]);
      // Of two volumes each, but the root volume alone in place.
      expect((await volumesById(account)).size).toBe(before + (args[0] === '--in-place' ? 1 : 2));
      expect([await images(account), await snapshots(account)]).toMatchObject([[], Array(2).fill({})]);
    });
  });
});
