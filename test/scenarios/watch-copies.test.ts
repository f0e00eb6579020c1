/** What `watch` and the digest make of a place in which nothing is backed up: it only takes copies. */

import { CopySnapshotCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, START } from '../support/scenario.ts';
import { Watched } from '../support/watched.ts';
import { only } from './story.ts';

const ACCOUNT = '111122223333';
const VAULT = { account: ACCOUNT, region: 'us-east-1' };

const POLICIES = `
version: 1
deployment: test
policies:
  disks: { backup: volume, schedule: every 12 hours from 01:00, keep: { last: 2 }, copies: [{ region: us-east-1 }] }
feedbackTag: true
`;
const TARGETS = `targets:
  - { account: "${ACCOUNT}", region: ap-northeast-2 }
  - { account: "${ACCOUNT}", region: us-east-1, copiesOnly: true }
`;

/** A source that is backed up, and in the other place a volume that looks like one. */
async function backedUp(policies: string): Promise<Watched> {
  const watched = new Watched({
    policies,
    regions: ['ap-northeast-2', VAULT.region],
    start: START - 2 * HOUR,
  });
  watched.region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
  vaultOf(watched).createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
  vaultOf(watched).createVolume({ sizeGiB: 8, tags: { Backup: 'disk' } });
  await watched.nightly('disks');
  watched.clock.set(START + 9 * HOUR + 40 * MINUTE);
  return watched;
}

const vaultOf = ({ account }: Watched): ReturnType<Watched['account']['region']> =>
  account.region(VAULT.region);

describe.each([
  { named: 'is a target', policies: POLICIES + TARGETS },
  { named: 'is only named by a copy', policies: POLICIES },
])('a place that only takes copies and $named', ({ policies }) => {
  test('has no sources: none is missed, asked for, tagged, or counted', async () => {
    const watched = await backedUp(policies);
    const { metrics, records, measured } = await watched.watch(VAULT);
    expect(measured('NeverBackedUp')).toBe(0);
    expect(measured('StaleSources')).toBe(0);
    expect(measured('MissedSlots')).toBe(0);
    expect(metrics.filter(({ name }) => name === 'SelectedSources')).toEqual([]);
    expect(watched.asked).toEqual([]);
    expect(records.filter(({ level }) => level !== 'info')).toEqual([]);
    for (const { tags } of vaultOf(watched).volumes()) expect(tags).not.toHaveProperty('Backup:Status');
  });

  test('is watched all the same, and a copy that failed is told', async () => {
    const watched = await backedUp(policies);
    const source = only(watched.region.snapshots());
    const vault = vaultOf(watched);
    const { SnapshotId = '' } = await vault.ec2.send(
      new CopySnapshotCommand({
        SourceRegion: watched.region.name,
        SourceSnapshotId: source.id,
        TagSpecifications: [
          {
            ResourceType: 'snapshot',
            Tags: [
              ...Object.entries(source.tags).map(([Key, Value]) => ({ Key, Value })),
              { Key: 'ec2-backup:copied-from', Value: `${ACCOUNT}/${watched.region.name}/${source.id}` },
            ],
          },
        ],
      }),
    );
    vault.failSnapshot(SnapshotId);
    watched.clock.advance(HOUR);
    const { measured } = await watched.watch(VAULT);
    expect(measured('Watched', undefined)).toBe(1);
    expect(measured('FailedPoints')).toBe(1);
  });

  test('is a place of the digest, also when nobody has heard of it', async () => {
    const watched = await backedUp(policies);
    await watched.watch();
    await watched.digest();
    expect(only(watched.letters).message).toContain(
      `${ACCOUNT} ${VAULT.region}: nothing was ever heard of it`,
    );
    await watched.watch();
    await watched.watch(VAULT);
    await watched.digest();
    const letter = watched.letters.at(-1);
    expect(letter?.subject).toBe('ec2-backup test: the one source is backed up');
    expect(letter?.message).toContain('1 of 1 source in 2 places are backed up');
    expect(letter?.message).not.toContain('find nothing to back up');
  });
});

test('where backups are made, the same is told of a tag that is wrong', async () => {
  const watched = await backedUp(POLICIES);
  watched.region.createVolume({ sizeGiB: 8, tags: { Backup: 'disk' } });
  const { records, measured } = await watched.watch();
  expect(measured('SelectedSources', 'disks')).toBe(1);
  expect(records.filter(({ fields }) => fields['finding'] === 'bad-tags')).toHaveLength(1);
});
