import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { fileWith } from '../cli/fake-shell.ts';
import { everything, images, instance, snapshots, tagsOf, type Account, type Launched } from './account.ts';
import { onEachBackend } from './backends.ts';
import { backup, lastHours, plan, POLICIES } from './steps.ts';

/** What EC2 says of a machine; moto says less. */
function machineOf({
  RootDeviceName: root,
  Architecture: architecture,
  CurrentInstanceBootMode: boot,
  EnaSupport: ena,
}: Instance): string {
  const words = Object.entries({ root, architecture, boot, ena }).filter(([, value]) => value !== undefined);
  return words.map(([word, value]) => `${word}=${value}`).join(';');
}

/** An instance that opted into a policy, with a name and a tag of its own. */
function launchFor(account: Account, policy: string): Promise<Launched> {
  return account.launch({ tags: { Name: 'web', Team: 'shop', Backup: policy } });
}

onEachBackend((open) => {
  describe('plan', () => {
    test('of an empty account has nothing to do', async () => {
      const account = await open();
      const { code, notes, answer } = await plan(account);
      expect([code, notes]).toEqual([0, '']);
      expect(answer).toMatchObject({ actions: [], verdicts: [], skipped: [], refused: [] });
    });

    test('[H10] backs up what opted in, and names what is misspelt', async () => {
      const account = await open();
      const web = await launchFor(account, 'images');
      const db = await account.launch({ tags: { 'Backup:sets': 'true', 'Backup:images': 'true' } });
      const disk = await account.createVolume({ Backup: 'disks' });
      const misspelt = await account.launch({ tags: { Backup: 'image' } });
      const lowercase = await account.launch({ tags: { backup: 'images' } });
      await account.launch({ tags: { Name: 'of no interest' } });
      const { code, answer } = await plan(account);
      expect(code).toBe(0);
      expect(new Set(answer.actions.map(({ action, source }) => `${action} ${source}`))).toEqual(
        new Set([
          `create-image ${web.id}`,
          `create-image ${db.id}`,
          `create-snapshots ${db.id}`,
          `create-snapshot ${disk}`,
        ]),
      );
      expect(new Map(answer.skipped.map(({ id, reason }) => [id, reason]))).toEqual(
        new Map([
          [misspelt.id, 'tag "Backup" names "image", no policy of the file (did you mean images?)'],
          [lowercase.id, expect.stringContaining('Backup')],
        ]),
      );
      expect(await everything(account)).toEqual([]);
    });
  });

  describe('backup: image', () => {
    test('makes one AMI of all volumes, named by its slot', async () => {
      const account = await open();
      const web = await launchFor(account, 'images');
      const [slot = ''] = lastHours(account, 1);
      const { code, answer } = await backup(account, 'images', ['--slot', slot]);
      expect([code, answer.counts]).toMatchObject([0, { done: 1, failed: 0 }]);
      const [image, ...more] = await images(account);
      expect(more).toEqual([]);
      expect(image).toMatchObject({
        ImageId: answer.outcomes[0]?.id,
        Name: `wire/images/${web.id}/${slot.replaceAll(/[-:]/g, '')}`,
        State: 'available',
        SourceInstanceId: web.id,
      });
      const parts = await snapshots(account);
      expect(new Set(parts.map(({ VolumeId }) => VolumeId))).toEqual(new Set(web.volumeIds));
      expect(new Set(image?.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId))).toEqual(
        new Set(parts.map(({ SnapshotId }) => SnapshotId)),
      );
    });

    test('tags the AMI and its snapshots alike: marks, restore sheet, name and the own tags', async () => {
      const account = await open();
      const web = await launchFor(account, 'images');
      const [slot = ''] = lastHours(account, 1);
      await backup(account, 'images', ['--slot', slot]);
      const facts = await instance(account, web.id);
      const expected = {
        'ec2-backup:deployment': 'wire',
        'ec2-backup:policy': 'images',
        'ec2-backup:source': web.id,
        'ec2-backup:slot': slot,
        'ec2-backup:kind': 'image',
        'ec2-backup:trigger': 'manual',
        'ec2-backup:consistency': 'crash',
        'ec2-backup:instance-type': 't3.micro',
        'ec2-backup:subnet': facts.SubnetId,
        'ec2-backup:security-groups': facts.SecurityGroups?.map(({ GroupId }) => GroupId).join(','),
        'ec2-backup:key-name': 'deploy',
        'ec2-backup:zone': facts.Placement?.AvailabilityZone,
        'ec2-backup:private-address': facts.PrivateIpAddress,
        'ec2-backup:machine': machineOf(facts),
        'ec2-backup:volumes': sheetOf(web),
        Name: `web images ${slot}`,
        Team: 'shop',
      };
      const made = [...(await images(account)), ...(await snapshots(account))];
      expect(made.map(tagsOf)).toEqual([expected, expected, expected]);
    });

    test('leaves out a volume that says so', async () => {
      const account = await open();
      const web = await launchFor(account, 'images');
      await account.tag(web.volumeIds[1] ?? '', 'Backup:Exclude', 'true');
      expect((await backup(account, 'images')).code).toBe(0);
      expect((await snapshots(account)).map(({ VolumeId }) => VolumeId)).toEqual([web.volumeIds[0]]);
      const [image] = await images(account);
      expect(image?.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName)).toEqual(['/dev/sda1']);
    });

    test('[H1] takes a name that somebody else has for taken, and says by what', async () => {
      const account = await open();
      const web = await launchFor(account, 'images');
      const [slot = ''] = lastHours(account, 1);
      const name = `wire/images/${web.id}/${slot.replaceAll(/[-:]/g, '')}`;
      const thief = await account.foreignImage(name, { Name: 'not ours' });
      const { code, answer } = await backup(account, 'images', ['--slot', slot]);
      expect(code).toBe(3);
      expect(answer.outcomes).toMatchObject([
        {
          status: 'failed',
          error: `AMI name ${name} is taken by ${thief}, which this deployment did not make`,
        },
      ]);
      expect((await images(account)).map(({ ImageId }) => ImageId)).toEqual([thief]);
    });
  });

  describe('backup: snapshots', () => {
    test('[H15] makes a snapshot of each volume at one instant, with all tags', async () => {
      const account = await open();
      const db = await launchFor(account, 'sets');
      const [slot = ''] = lastHours(account, 1);
      const { code, answer } = await backup(account, 'sets', ['--slot', slot]);
      expect([code, answer.counts]).toMatchObject([0, { done: 1 }]);
      const parts = await snapshots(account);
      expect(new Set(parts.map(({ VolumeId }) => VolumeId))).toEqual(new Set(db.volumeIds));
      expect(new Set(parts.map(({ StartTime }) => StartTime?.getTime())).size).toBe(1);
      for (const tags of parts.map(tagsOf)) {
        expect(tags).toMatchObject({
          'ec2-backup:deployment': 'wire',
          'ec2-backup:kind': 'snapshots',
          'ec2-backup:source': db.id,
          'ec2-backup:slot': slot,
          'ec2-backup:volumes': sheetOf(db),
          Name: `web sets ${slot}`,
          Team: 'shop',
        });
      }
      expect(await images(account)).toEqual([]);
    });

    test.each([
      { title: 'the root volume', excluded: 0, left: 1 },
      { title: 'a data volume', excluded: 1, left: 0 },
    ])('leaves out $title that says so', async ({ excluded, left }) => {
      const account = await open();
      const db = await launchFor(account, 'sets');
      await account.tag(db.volumeIds[excluded] ?? '', 'Backup:Exclude', 'true');
      expect((await backup(account, 'sets')).code).toBe(0);
      expect((await snapshots(account)).map(({ VolumeId }) => VolumeId)).toEqual([db.volumeIds[left]]);
    });
  });

  test('backup: volume makes one snapshot with all tags', async () => {
    const account = await open();
    const disk = await account.createVolume({ Backup: 'disks', Name: 'scratch' });
    const [slot = ''] = lastHours(account, 1);
    const { answer } = await backup(account, 'disks', ['--slot', slot]);
    expect((await snapshots(account)).map((each) => [each.SnapshotId, each.VolumeId, tagsOf(each)])).toEqual([
      [
        answer.outcomes[0]?.id,
        disk,
        {
          'ec2-backup:deployment': 'wire',
          'ec2-backup:policy': 'disks',
          'ec2-backup:source': disk,
          'ec2-backup:slot': slot,
          'ec2-backup:kind': 'volume',
          'ec2-backup:trigger': 'manual',
          'ec2-backup:consistency': 'crash',
          'ec2-backup:zone': 'ap-northeast-2a',
          'ec2-backup:volumes': `=${disk.replace('vol-', '')},gp3,3000`,
          Name: `scratch disks ${slot}`,
        },
      ],
    ]);
  });

  test.each(['images', 'sets', 'disks'])('[H1] the slot of %s once more is already done', async (policy) => {
    const account = await open();
    if (policy === 'disks') await account.createVolume({ Backup: policy });
    else await launchFor(account, policy);
    const [slot = ''] = lastHours(account, 1);
    const first = await backup(account, policy, ['--slot', slot]);
    const before = await everything(account);
    const second = await backup(account, policy, ['--slot', slot]);
    expect([second.code, second.answer.counts]).toMatchObject([0, { done: 0, 'already-done': 1 }]);
    expect(second.answer.outcomes[0]?.id).toBe(first.answer.outcomes[0]?.id);
    expect(await everything(account)).toEqual(before);
  });

  test.each([
    { policy: 'images', action: 'CreateImage', made: 3 },
    { policy: 'sets', action: 'CreateSnapshots', made: 2 },
  ])('[H2] finds what $action made although its answer was lost', async ({ policy, action, made }) => {
    const account = await open();
    await launchFor(account, policy);
    const [slot = ''] = lastHours(account, 1);
    await account.loseAnswer(action);
    const first = await backup(account, policy, ['--slot', slot]);
    expect([first.code, first.answer.counts]).toMatchObject([3, { done: 0, failed: 0, unknown: 1 }]);
    expect(first.answer.outcomes[0]?.error).toMatch(/^outcome unknown, EC2 may have made it: /);
    expect(first.notes).toContain(`--policy ${policy} --slot ${slot}`);
    const second = await backup(account, policy, ['--slot', slot]);
    expect([second.code, second.answer.counts]).toMatchObject([0, { done: 0, 'already-done': 1 }]);
    expect(await everything(account)).toHaveLength(made);
  });

  test('[H20] reaches every source of every page', async () => {
    const account = await open();
    const launched: Launched[] = [];
    for (let n = 0; n < 5; n += 1) launched.push(await launchFor(account, 'images'));
    const { code, answer } = await backup(account, 'images');
    expect([code, answer.counts]).toMatchObject([0, { done: 5, failed: 0 }]);
    const sources = (await images(account)).map(({ SourceInstanceId }) => SourceInstanceId);
    expect(sources.toSorted()).toEqual(launched.map(({ id }) => id).toSorted());
    expect(await snapshots(account)).toHaveLength(10);
  });

  test('--hold is a tag of the AMI and of its snapshots', async () => {
    const account = await open();
    await launchFor(account, 'images');
    await backup(account, 'images', ['--hold', 'before the upgrade']);
    const made = [...(await images(account)), ...(await snapshots(account))];
    expect(made.map((each) => tagsOf(each)['Backup:Hold'])).toEqual(Array(3).fill('before the upgrade'));
  });

  test('--dry-run makes nothing', async () => {
    const account = await open();
    await launchFor(account, 'images');
    const file = await fileWith(POLICIES);
    const ended = await account.run(['backup', '--policies', file, '--policy', 'images', '--dry-run']);
    expect([ended.code, ended.notes]).toEqual([0, 'Dry run: nothing was changed.\n']);
    expect(ended.out).toMatch(/^account 111122223333, Region ap-northeast-2, deployment wire\n/);
    expect(await everything(account)).toEqual([]);
  });

  test('[H35] an account that is no target is refused before anything is made', async () => {
    const account = await open();
    await launchFor(account, 'images');
    const file = await fileWith(
      `${POLICIES}targets: [{ account: "444455556666", region: ap-northeast-2 }]\n`,
    );
    const ended = await account.run(['backup', '--policies', file, '--policy', 'images', '--yes']);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.notes).toContain('the credentials are of account 111122223333, expected one of');
    expect(await everything(account)).toEqual([]);
  });
});

/** The volumes of the restore sheet: device, id, type and IOPS. */
function sheetOf({ volumeIds }: Launched): string {
  const [root = '', data = ''] = volumeIds.map((id) => id.replace('vol-', ''));
  return `/dev/sda1=${root},gp3,3000;/dev/sdf=${data},gp3,3000`;
}
