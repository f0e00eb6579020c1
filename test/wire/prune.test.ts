import { expect, test } from 'vitest';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import { fileWith } from '../cli/fake-shell.ts';
import { everything, images, snapshots, tagsOf, type Account } from './account.ts';
import { onEachBackend } from './backends.ts';
import { backupSlots, DAY, lastHours, plan, POLICIES, prune } from './steps.ts';

/** Four hours of AMIs of an instance, of which the policy keeps two; oldest first. */
async function fourImages(account: Account): Promise<{ readonly web: string; readonly made: string[] }> {
  const { id } = await account.launch({ tags: { Backup: 'images' } });
  return { web: id, made: await backupSlots(account, 'images', lastHours(account, 4)) };
}

async function imageIds(account: Account): Promise<(string | undefined)[]> {
  return (await images(account)).map(({ ImageId }) => ImageId).sort();
}

onEachBackend((open) => {
  test('prunes AMIs with their snapshots by the rules of the policy, and once more nothing', async () => {
    const account = await open();
    const { made } = await fourImages(account);
    const { code, answer } = await prune(account);
    expect([code, answer.counts]).toMatchObject([0, { done: 2, failed: 0, 'not-attempted': 0 }]);
    expect(answer.outcomes.map(({ action, id }) => `${action} ${id}`)).toEqual(
      made.slice(0, 2).map((id) => `deregister-image ${id}`),
    );
    expect(await imageIds(account)).toEqual(made.slice(2).sort());
    expect(await snapshots(account)).toHaveLength(4);
    expect((await prune(account)).answer.outcomes).toEqual([]);
  });

  test('prunes sets and single snapshots whole', async () => {
    const account = await open();
    await account.launch({ tags: { Backup: 'sets' } });
    await account.createVolume({ Backup: 'disks' });
    const slots = lastHours(account, 3);
    await backupSlots(account, 'sets', slots);
    await backupSlots(account, 'disks', slots);
    const { code, answer } = await prune(account);
    expect([code, answer.counts]).toMatchObject([0, { done: 6, failed: 0 }]);
    const left = (await snapshots(account)).map(tagsOf);
    expect(left.map((tags) => `${tags['ec2-backup:policy']} ${tags['ec2-backup:slot']}`).sort()).toEqual([
      `disks ${slots[2]}`,
      `sets ${slots[2]}`,
      `sets ${slots[2]}`,
    ]);
  });

  test('plan and list give each point its verdict and reason', async () => {
    const account = await open();
    const { web, made } = await fourImages(account);
    const { answer } = await plan(account);
    expect(answer.verdicts.map(({ id, decision, reasons }) => [id, decision, ...reasons])).toEqual([
      [made[0], 'prune', 'no rule keeps it'],
      [made[1], 'prune', 'no rule keeps it'],
      [made[2], 'keep', 'last 2/2'],
      [made[3], 'keep', 'last 1/2'],
    ]);
    const { code, out } = await account.run(['list', web, '--policies', await fileWith(POLICIES)]);
    expect(code).toBe(0);
    const [title, ...lines] = out.trimEnd().split('\n');
    expect(title).toBe(`${web}, policy images: 4 recovery points`);
    expect(lines.map((line) => line.trim().split(/ {2,}/)).map(([id, , , ...rest]) => [id, ...rest])).toEqual(
      [
        [made[3], 'good', 'keep', 'last 1/2'],
        [made[2], 'good', 'keep', 'last 2/2'],
        [made[1], 'good', 'prune', 'no rule keeps it'],
        [made[0], 'good', 'prune', 'no rule keeps it'],
      ],
    );
  });

  test('keeps what is held, also where the tag is on one snapshot only', async () => {
    const account = await open();
    const { made } = await fourImages(account);
    const [oldest = '', second = ''] = made;
    await account.tag(oldest, 'Backup:Hold', 'audit');
    const image = (await images(account)).find(({ ImageId }) => ImageId === second);
    await account.tag(image?.BlockDeviceMappings?.[1]?.Ebs?.SnapshotId ?? '', 'Backup:Hold', 'audit');
    const { code, answer } = await prune(account);
    expect([code, answer.outcomes]).toEqual([0, []]);
    expect(await imageIds(account)).toEqual(made.toSorted());
  });

  test('[H29] leaves alone what is not its own', async () => {
    const account = await open();
    const { made } = await fourImages(account);
    const [oldest = ''] = made;
    const marks = tagsOf((await images(account)).find(({ ImageId }) => ImageId === oldest) ?? {});
    await account.foreignSnapshot({ Name: 'by hand' });
    await account.foreignSnapshot({ ...marks, 'ec2-backup:deployment': 'other' });
    await account.foreignSnapshot({ ...marks, 'aws:dlm:lifecycle-policy-id': 'policy-0123456789abcdef0' });
    await account.foreignSnapshot({ ...marks, 'aws:backup:source-resource': 'i-0123456789abcdef0' });
    await account.foreignImage('by-hand', { Name: 'by hand' });
    await account.foreignImage('of-another-deployment', { ...marks, 'ec2-backup:deployment': 'other' });
    await account.age(2 * DAY);
    const before = await everything(account);
    const gone = (await images(account))
      .filter(({ ImageId }) => made.slice(0, 2).includes(ImageId ?? ''))
      .flatMap(({ ImageId, BlockDeviceMappings }) => [
        ImageId,
        ...(BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.SnapshotId),
      ]);
    expect((await prune(account)).code).toBe(0);
    expect(await everything(account)).toEqual(
      before.filter((line) => !gone.some((id) => id !== undefined && line.startsWith(id))),
    );
  });

  test('[H6] keeps an AMI that an instance was started from, and names it', async () => {
    const account = await open();
    const { made } = await fourImages(account);
    const [oldest = ''] = made;
    const user = await account.launch({ tags: {}, imageId: oldest });
    const { answer } = await plan(account);
    expect(answer.verdicts.find(({ id }) => id === oldest)?.reasons).toEqual([
      `in use by arn:aws:ec2:ap-northeast-2:111122223333:instance/${user.id}`,
    ]);
    expect((await prune(account)).answer.outcomes.map(({ id }) => id)).toEqual([made[1]]);
  });

  test('[H6] keeps an AMI that an older version of a launch template names', async () => {
    const account = await open();
    const { made } = await fourImages(account);
    const [oldest = ''] = made;
    const template = await account.launchTemplate(oldest);
    const { answer } = await plan(account);
    expect(answer.verdicts.find(({ id }) => id === oldest)?.reasons).toEqual([
      `in use by arn:aws:ec2:ap-northeast-2:111122223333:launch-template/${template}`,
    ]);
    expect((await prune(account)).answer.outcomes.map(({ id }) => id)).toEqual([made[1]]);
  });

  test('[H8] deletes the snapshots that a deregistered AMI left behind, a day later', async () => {
    const account = await open();
    const { made } = await fourImages(account);
    const [oldest = ''] = made;
    const image = (await images(account)).find(({ ImageId }) => ImageId === oldest);
    const left = (image?.BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.SnapshotId ?? '');
    await account.deregisterByHand(oldest);
    const longAgo = formatInstant(account.now() - 30 * DAY);
    for (const id of left) await account.tag(id, 'ec2-backup:slot', longAgo);
    const soon = await prune(account);
    expect(soon.answer.outcomes.map(({ id }) => id)).toEqual([made[1]]);
    await account.age(2 * DAY);
    const later = await prune(account);
    expect(later.code).toBe(0);
    expect(later.answer.outcomes.map(({ action, id }) => `${action} ${id}`)).toEqual(
      left.toSorted().map((id) => `delete-snapshot ${id}`),
    );
    expect(await snapshots(account)).toHaveLength(4);
  });

  test('[H9] goes on by the same rules when the instance is terminated', async () => {
    const account = await open();
    const { web, made } = await fourImages(account);
    await account.terminate(web);
    expect((await prune(account)).answer.counts).toMatchObject({ done: 2, failed: 0 });
    expect(await imageIds(account)).toEqual(made.slice(2).sort());
  });
});
