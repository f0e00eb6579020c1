/** moto registers no AMI of given snapshots, so sets come back as volumes here; as instances in test/cli/restore.test.ts. */

import { DescribeVolumesCommand, type Volume } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../cli/answers.ts';
import { fileWith } from '../cli/fake-shell.ts';
import { instance, snapshots, tagsOf, type Account } from './account.ts';
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
  const volumes = new Map<string, Volume>();
  let token: string | undefined;
  do {
    const page = await ec2.send(
      new DescribeVolumesCommand({ MaxResults: 500, ...(token && { NextToken: token }) }),
    );
    for (const volume of page.Volumes ?? []) volumes.set(volume.VolumeId ?? '', volume);
    token = page.NextToken;
  } while (token !== undefined);
  return volumes;
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
  });
});
