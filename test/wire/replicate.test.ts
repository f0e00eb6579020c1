/** `ec2-backup replicate` to another Region of the account and to another account, on both accounts. */

import { expect, test } from 'vitest';
import { parseJson } from '../cli/answers.ts';
import { fileWith } from '../cli/fake-shell.ts';
import { ACCOUNT, AWAY, images, OTHER_REGION, REGION, snapshots, tagsOf, type Account } from './account.ts';
import { onEachBackend } from './backends.ts';
import { backupSlots, lastHours, POLICIES } from './steps.ts';

const COPIED = POLICIES.replaceAll(/ \}\n/g, `, copies: [{ region: ${OTHER_REGION} }] }\n`);
const TO_AWAY = `copies: [{ account: "${AWAY}", region: ${OTHER_REGION} }]`;
const COPIED_AWAY = `${POLICIES.replaceAll(/ \}\n/g, `, ${TO_AWAY} }\n`)}targets:
  - { account: "${ACCOUNT}", region: ${REGION} }
  - { account: "${AWAY}", region: ${OTHER_REGION}, rolePrefix: ec2-backup, copiesOnly: true }
`;

const inAway = (account: Account): Account => ({ ...account, ec2: account.awayEc2 });
const inOther = (account: Account): Account => ({ ...account, ec2: account.otherEc2 });

interface Answer {
  readonly places: readonly Place[];
}

interface Place {
  readonly outcomes: readonly { readonly action: string; readonly status: string; readonly error?: string }[];
}

async function replicate(
  account: Account,
  policies = COPIED,
): Promise<{ readonly code: number | null; readonly done: readonly string[] }> {
  const file = await fileWith(policies);
  const { code, out, notes } = await account.run(['replicate', '--policies', file, '--yes', '--json']);
  if (!out.startsWith('{')) throw new Error(`replicate ended with ${code} and no answer: ${notes}`);
  const outcomes = parseJson<Answer>(out).places.flatMap((place) => place.outcomes);
  await account.settle();
  return {
    code,
    done: outcomes.map(({ action, status, error }) => [action, status, error].join(' ').trim()),
  };
}

onEachBackend((open) => {
  test('copies what is good to the other Region, whole, with its tags and where it came from; once', async () => {
    const account = await open();
    const { id } = await account.launch({
      tags: { 'Backup:images': 'true', 'Backup:sets': 'true', Team: 'web' },
    });
    const disk = await account.createVolume({ Backup: 'disks' });
    const [slot = ''] = lastHours(account, 1);
    const [image] = await backupSlots(account, 'images', [slot]);
    for (const policy of ['sets', 'disks']) await backupSlots(account, policy, [slot]);
    const { code, done } = await replicate(account);
    expect([code, [...done].sort()]).toEqual([
      0,
      ['copy-image done', 'copy-snapshot done', 'copy-snapshot done', 'copy-snapshot done'],
    ]);
    const [copy, more] = await images(inOther(account));
    expect(more).toBeUndefined();
    expect(tagsOf(copy ?? {})).toMatchObject({
      'ec2-backup:policy': 'images',
      'ec2-backup:source': id,
      'ec2-backup:slot': slot,
      'ec2-backup:copied-from': `${ACCOUNT}/${REGION}/${image}`,
      Team: 'web',
    });
    expect(copy?.BlockDeviceMappings).toHaveLength(2);
    const copies = (await snapshots(inOther(account))).map(tagsOf);
    expect(copies.map((tags) => `${tags['ec2-backup:policy']} ${tags['ec2-backup:source']}`).sort()).toEqual(
      [`disks ${disk}`, `images ${id}`, `images ${id}`, `sets ${id}`, `sets ${id}`].sort(),
    );
    expect(await replicate(account)).toEqual({ code: 0, done: [] });
    expect(await snapshots(inOther(account))).toHaveLength(5);
  });

  test.each(['CopyImage', 'CopySnapshot'])(
    '[H2] doubles nothing when the answer to %s is lost',
    async (call) => {
      const account = await open();
      await account.launch({ tags: { Backup: call === 'CopyImage' ? 'images' : 'sets' } });
      await backupSlots(account, call === 'CopyImage' ? 'images' : 'sets', lastHours(account, 1));
      await account.loseAnswer(call);
      await replicate(account);
      await replicate(account);
      expect(await images(inOther(account))).toHaveLength(call === 'CopyImage' ? 1 : 0);
      expect(await snapshots(inOther(account))).toHaveLength(2);
    },
  );

  test('shares with another account, copies there in the name of its role, and shares no longer', async () => {
    const account = await open();
    const { id } = await account.launch({ tags: { 'Backup:images': 'true', 'Backup:sets': 'true' } });
    const [slot = ''] = lastHours(account, 1);
    const [image] = await backupSlots(account, 'images', [slot]);
    await backupSlots(account, 'sets', [slot]);
    const sharedWith = async () => [
      ...(await images(account, [AWAY])),
      ...(await snapshots(account, [AWAY])),
    ];
    const first = await replicate(account, COPIED_AWAY);
    expect([first.code, [...first.done].sort()]).toEqual([
      0,
      [
        'copy-image done',
        ...Array<string>(2).fill('copy-snapshot done'),
        'share-image done',
        ...Array<string>(4).fill('share-snapshot done'),
      ],
    ]);
    expect(await sharedWith()).toHaveLength(5);
    const [copy, more] = await images(inAway(account));
    expect([copy?.OwnerId, more]).toEqual([AWAY, undefined]);
    expect(tagsOf(copy ?? {})).toMatchObject({
      'ec2-backup:source': id,
      'ec2-backup:slot': slot,
      'ec2-backup:copied-from': `${ACCOUNT}/${REGION}/${image}`,
    });
    const there = await snapshots(inAway(account));
    expect(there.map(({ OwnerId }) => OwnerId)).toEqual(Array(4).fill(AWAY));
    const mapped = copy?.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId) ?? [];
    expect(mapped.filter((part) => there.some(({ SnapshotId }) => SnapshotId === part))).toHaveLength(2);
    // Neither at home nor in the other Region of this account.
    expect([(await images(account)).length, await images(inOther(account))]).toEqual([1, []]);
    const second = await replicate(account, COPIED_AWAY);
    expect([second.code, [...second.done].sort()]).toEqual([
      0,
      ['unshare-image done', ...Array<string>(4).fill('unshare-snapshot done')],
    ]);
    expect(await sharedWith()).toEqual([]);
    expect(await replicate(account, COPIED_AWAY)).toEqual({ code: 0, done: [] });
    expect(await snapshots(inAway(account))).toHaveLength(4);
  });

  test.each(['ModifyImageAttribute', 'ModifySnapshotAttribute', 'AssumeRole', 'CopyImage'])(
    '[H2] copies once to another account when the answer to %s is lost',
    async (call) => {
      const account = await open();
      await account.launch({ tags: { Backup: 'images' } });
      await backupSlots(account, 'images', lastHours(account, 1));
      await account.loseAnswer(call);
      for (let run = 0; run < 3; run += 1) await replicate(account, COPIED_AWAY);
      expect(await images(inAway(account))).toHaveLength(1);
      expect(await snapshots(inAway(account))).toHaveLength(2);
      expect([...(await images(account, [AWAY])), ...(await snapshots(account, [AWAY]))]).toEqual([]);
    },
  );
});
