/** Copies of recovery points in another Region: made, kept, told of and cleaned away. */

import { describe, expect, test } from 'vitest';
import { CopySnapshotCommand } from '@aws-sdk/client-ec2';
import { planBackupRun } from '../../src/lib/run/backup.ts';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { resolvePlace } from '../../src/lib/run/place.ts';
import { planEverything } from '../../src/lib/run/plan.ts';
import type { Place } from '../../src/lib/policy/policy.ts';
import { leftOfReplicate } from '../../src/lib/run/replicate.ts';
import type { RunRequest } from '../../src/lib/run/request.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { AWAY, changesIn, copiedPolicies, Copying, EAST, HOME, statuses, WEST } from '../support/copying.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';

const TO_EAST = `[{ region: ${EAST.region} }]`;

/** Volumes that opt in to `disks`. */
function addDisks({ scenario }: Copying, count: number): string[] {
  return Array.from({ length: count }, () =>
    scenario.region.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } }),
  );
}

function pendingIn(region: SimulatedRegion): number {
  return region.snapshots().filter(({ state }) => state === 'pending').length;
}

describe('a copy', () => {
  test('is a recovery point with the marks, the name and the tags of its original, and says where it is from', async () => {
    const place = new Copying(copiedPolicies(TO_EAST));
    const { region } = place.scenario;
    const id = region.runInstance({
      tags: {
        Name: 'db',
        Team: 'payments',
        'Backup:images': 'true',
        'Backup:sets': 'true',
        'Backup:Keep': 'last=2',
      },
      volumes: [
        { device: '/dev/xvda', sizeGiB: 8 },
        { device: '/dev/sdf', sizeGiB: 100 },
      ],
    }).id;
    await place.backUp('images', 'sets');
    const [image] = region.images();
    if (!image) throw new Error('expected an AMI');
    region.tag(image.id, 'Backup:Hold', 'audit');
    const { outcomes } = await place.copy(EAST);
    expect(outcomes.filter(isFailure)).toEqual([]);
    const there = place.region(EAST);
    const [copy] = there.images();
    const { 'Backup:Hold': _, ...original } = region.images()[0]?.tags ?? {};
    expect(copy?.name).toBe(image.name);
    expect(copy?.tags).toEqual({
      ...original,
      'ec2-backup:copied-from': `${HOME.account}/${HOME.region}/${image.id}`,
      'ec2-backup:taken-at': '2026-11-22T03:00:00Z',
    });
    expect(original).toMatchObject({
      Team: 'payments',
      'ec2-backup:keep': 'last=2',
      'ec2-backup:source': id,
    });
    const ofSet = there.snapshots().filter(({ tags }) => tags['ec2-backup:kind'] === 'snapshots');
    const from = region.snapshots().filter(({ tags }) => tags['ec2-backup:kind'] === 'snapshots');
    expect(ofSet.map(({ tags }) => tags['ec2-backup:volume']).sort()).toEqual(
      from.map(({ volumeId }) => volumeId).sort(),
    );
    expect(new Set(ofSet.map(({ tags }) => tags['ec2-backup:copied-from']))).toEqual(
      new Set([`${HOME.account}/${HOME.region}/${from.map((one) => one.id).sort()[0] ?? ''}`]),
    );
  });

  test('that is under way or done is not made again, and its set is good when all of it is', async () => {
    const place = new Copying(copiedPolicies(TO_EAST), { copyDuration: 3 * HOUR });
    const { region } = place.scenario;
    region.runInstance({
      tags: { 'Backup:images': 'true', 'Backup:sets': 'true' },
      volumes: [
        { device: '/dev/xvda', sizeGiB: 8 },
        { device: '/dev/sdf', sizeGiB: 9 },
      ],
    });
    await place.backUp('images', 'sets');
    await place.copy(EAST);
    const made = changesIn(place.region(EAST)).length;
    expect(made).toBe(3);
    for (let hour = 0; hour < 5; hour += 1) {
      place.clock.advance(HOUR);
      const { plan } = await place.copy(EAST);
      expect(statuses(plan.verdicts)).toEqual({ copied: 2 });
    }
    expect(changesIn(place.region(EAST))).toHaveLength(made);
    expect((await place.plan(EAST)).verdicts.map(({ copy }) => copy?.state)).toEqual(['good', 'good']);
  });

  test('is encrypted where the file says so, with its key', async () => {
    const probe = new Copying(copiedPolicies('[]'));
    const key = probe.region(EAST).keys.create();
    const place = new Copying(copiedPolicies(`[{ region: ${EAST.region}, key: "${key}" }]`));
    expect(place.region(EAST).keys.create()).toBe(key);
    addDisks(place, 1);
    await place.backUp('disks');
    await place.copy(EAST);
    expect(place.region(EAST).snapshots()).toMatchObject([{ encrypted: true, keyArn: key }]);
  });

  test('goes to every place of its policy, each with what that place keeps', async () => {
    const place = new Copying(
      copiedPolicies(`[{ region: ${EAST.region} }, { region: ${WEST.region}, keep: { last: 1 } }]`),
    );
    addDisks(place, 1);
    for (let day = 0; day < 2; day += 1) {
      await place.backUp('disks');
      place.clock.advance(DAY);
    }
    await place.copy(EAST);
    await place.copy(WEST);
    expect([EAST, WEST].map((to) => place.region(to).snapshots().length)).toEqual([2, 1]);
  });
});

describe('[H25] copies take hours', () => {
  test('never more than 20 at once, those of others counted, and never the same ones again', async () => {
    const place = new Copying(copiedPolicies(TO_EAST), { copyDuration: 50 * MINUTE });
    const there = place.region(EAST);
    const disks = addDisks(place, 45);
    const stranger = place.scenario.region.createVolume({ sizeGiB: 1, tags: {} });
    await place.backUp('disks');
    const foreign = place.scenario.region.createForeignSnapshot({ volumeId: stranger });
    place.clock.advance(10 * MINUTE);
    for (let copy = 0; copy < 5; copy += 1) {
      await there.clients.ec2.send(
        new CopySnapshotCommand({ SourceRegion: HOME.region, SourceSnapshotId: foreign }),
      );
    }
    const atOnce: number[] = [];
    for (let sweep = 0; sweep < 8; sweep += 1) {
      const { outcomes, limited } = await place.copy(EAST);
      expect([...outcomes.filter(isFailure), ...limited]).toEqual([]);
      atOnce.push(pendingIn(there));
      place.clock.advance(30 * MINUTE);
    }
    expect(Math.max(...atOnce)).toBe(20);
    place.clock.advance(HOUR);
    const { verdicts } = await place.plan(EAST);
    expect(statuses(verdicts)).toEqual({ copied: 45 });
    const copied = there.snapshots().flatMap(({ tags }) => tags['ec2-backup:volume'] ?? []);
    expect(copied.sort()).toEqual([...disks].sort());
  });

  test('a limit lower than that is nobody’s failure: the rest waits for a later run', async () => {
    const place = new Copying(copiedPolicies(TO_EAST), { maxSnapshotCopies: 2, copyDuration: HOUR });
    addDisks(place, 5);
    await place.backUp('disks');
    const first = await place.copy(EAST);
    expect(first.outcomes.filter(isFailure)).toEqual([]);
    expect(first.outcomes.filter(({ status }) => status === 'done')).toHaveLength(2);
    expect(first.limited).toHaveLength(3);
    for (let sweep = 0; sweep < 3; sweep += 1) {
      place.clock.advance(2 * HOUR);
      await place.copy(EAST);
    }
    expect(place.region(EAST).snapshots()).toHaveLength(5);
  });

  test('what waits is asked for in rounds for a while, then left to the schedule, and that is no failure', async () => {
    const place = new Copying(copiedPolicies(TO_EAST), { copyDuration: 6 * HOUR });
    addDisks(place, 21);
    await place.backUp('disks');
    const request = {
      job: 'replicate',
      slot: place.clock.now(),
      round: 1,
      idle: 0,
      attempt: 0,
      dryRun: false,
      trigger: 'schedule',
    } as const satisfies RunRequest;
    const first = await place.copy(EAST);
    expect(leftOfReplicate(first, request)).toEqual({ isIdle: false });
    place.clock.advance(MINUTE);
    const second = await place.copy(EAST);
    expect(leftOfReplicate(second, { ...request, round: 2 })).toEqual({ isIdle: true });
    expect(leftOfReplicate(second, { ...request, round: 12, idle: 10 })).toBeUndefined();
    expect(second.outcomes).toEqual([]);
  });

  test('a set of more volumes than EC2 copies at once is copied over several runs, and is good when it is whole', async () => {
    const place = new Copying(copiedPolicies(TO_EAST), { copyDuration: 30 * MINUTE });
    const volumes = Array.from({ length: 24 }, (_, index) => ({
      device: `/dev/sd${String.fromCodePoint(98 + index)}`,
      sizeGiB: 1,
    }));
    place.scenario.region.runInstance({ tags: { Backup: 'sets' }, volumes });
    await place.backUp('sets');
    await place.copy(EAST);
    place.clock.advance(HOUR);
    const [half] = (await place.plan(EAST)).verdicts;
    expect(half).toMatchObject({
      status: 'copy',
      parts: 4,
      copy: { state: 'pending', detail: '20 of 24 snapshots copied' },
    });
    await place.copy(EAST);
    place.clock.advance(HOUR);
    const [whole] = (await place.plan(EAST)).verdicts;
    expect(whole).toMatchObject({ status: 'copied', copy: { state: 'good' } });
    expect(place.region(EAST).snapshots()).toHaveLength(24);
  });

  test('a set of which the rest never comes is a failure after three days, cleaned away, and copied anew', async () => {
    const place = new Copying(copiedPolicies(TO_EAST));
    place.scenario.region.runInstance({
      tags: { Backup: 'sets' },
      volumes: [
        { device: '/dev/xvda', sizeGiB: 8 },
        { device: '/dev/sdf', sizeGiB: 9 },
      ],
    });
    await place.backUp('sets');
    await place.copy(EAST);
    const there = place.region(EAST);
    place.clock.advance(HOUR);
    there.deleteSnapshotByHand(there.snapshots()[0]?.id ?? '');
    place.clock.advance(2 * DAY);
    expect((await place.prune(EAST)).outcomes).toEqual([]);
    place.clock.advance(DAY);
    expect((await place.prune(EAST)).outcomes).toMatchObject([{ action: 'delete-snapshot', status: 'done' }]);
    expect((await place.copy(EAST)).outcomes).toHaveLength(2);
  });

  test('a point is not pruned while a copy of it is pending, and is when that is done', async () => {
    const place = new Copying(
      copiedPolicies(`[{ region: ${EAST.region}, keep: { last: 3 } }]`, '{ last: 1 }'),
      { copyDuration: 3 * HOUR },
    );
    addDisks(place, 1);
    await place.backUp('disks');
    await place.copy(EAST);
    place.clock.advance(MINUTE);
    await place.backUp('disks');
    await place.backUp('disks');
    const pruned = await place.prune(HOME);
    expect(pruned.plan.verdicts.map(({ verdict }) => verdict.reasons)).toEqual([
      ['being copied'],
      [`to be copied to ${EAST.account}/${EAST.region}`],
      ['last 1/1'],
    ]);
    expect(pruned.outcomes).toEqual([]);
    place.clock.advance(4 * HOUR);
    await place.copy(EAST);
    place.clock.advance(4 * HOUR);
    expect((await place.prune(HOME)).outcomes.map(({ status }) => status)).toEqual(['done', 'done']);
    expect(
      place
        .region(EAST)
        .snapshots()
        .map(({ state }) => state),
    ).toEqual(['completed', 'completed', 'completed']);
  });

  test('nothing of a policy is pruned where it cannot be seen what is copied, and the run fails', async () => {
    const place = new Copying(copiedPolicies(TO_EAST, '{ last: 1 }'));
    addDisks(place, 1);
    await place.backUp('disks');
    await place.backUp('disks');
    for (const close of [
      () => place.closed.add(EAST.region),
      () => (place.region(EAST).faults = () => ({ kind: 'unavailable', accepted: false })),
    ]) {
      close();
      const { plan, outcomes } = await place.prune(HOME);
      expect(plan.verdicts[0]?.verdict).toEqual({
        decision: 'keep',
        reasons: ['being copied: could not be checked'],
      });
      expect(outcomes).toMatchObject([{ status: 'not-attempted' }]);
      expect(outcomes[0]?.error).toMatch(
        /^whether it is being copied could not be checked: copies in account 111122223333, Region us-east-1 could not be checked/,
      );
      place.closed.clear();
    }
    expect(place.scenario.region.snapshots()).toHaveLength(2);
  });
});

describe('[H26] the source of a copy is gone', () => {
  test('and the copies are kept all the same, by rules of their own, and never the last one deleted', async () => {
    const place = new Copying(
      copiedPolicies(`[{ region: ${EAST.region}, keep: { last: 2 } }]`).replace(
        'backup: volume,',
        'backup: volume, releaseAfterSourceGone: 1d,',
      ),
    );
    const [disk = ''] = addDisks(place, 1);
    for (let day = 0; day < 3; day += 1) {
      await place.backUp('disks');
      await place.copy(EAST);
      place.clock.advance(DAY);
    }
    const { region } = place.scenario;
    region.deleteVolume(disk);
    place.clock.advance(5 * DAY);
    await place.prune(HOME);
    expect(region.snapshots()).toEqual([]);
    const pruned = await place.prune(EAST);
    expect(pruned.plan.verdicts.map(({ verdict }) => verdict.reasons)).toEqual([
      ['no rule keeps it'],
      ['last 2/2'],
      ['last 1/2'],
    ]);
    place.clock.advance(365 * DAY);
    expect((await place.prune(EAST)).outcomes).toEqual([]);
    expect(place.region(EAST).snapshots()).toHaveLength(2);
    expect((await place.plan(EAST)).verdicts).toEqual([]);
  });

  test('from the file: the copies of a policy that has none there any more are kept, and told of', async () => {
    const place = new Copying(copiedPolicies(TO_EAST));
    addDisks(place, 1);
    await place.backUp('disks');
    await place.copy(EAST);
    place.clock.advance(DAY);
    place.scenario.edit(copiedPolicies(`[{ region: ${WEST.region} }]`, '{ last: 1 }'));
    const { plan, outcomes } = await place.prune(EAST);
    expect(outcomes).toEqual([]);
    expect(plan.verdicts.map(({ verdict }) => verdict.reasons)).toEqual([
      [`copies to ${EAST.account}/${EAST.region} not in the file`],
    ]);
    expect(plan.warnings).toMatchObject([
      {
        id: 'disks',
        reason: expect.stringMatching(
          /^has no copies to 111122223333\/us-east-1 in the policy file: the 1 that are here are kept/,
        ) as string,
      },
    ]);
  });

  test('retired: its copies follow the rules of its retirement', async () => {
    const place = new Copying(copiedPolicies(TO_EAST));
    addDisks(place, 1);
    for (let day = 0; day < 2; day += 1) {
      await place.backUp('disks');
      await place.copy(EAST);
      place.clock.advance(DAY);
    }
    const policies = copiedPolicies(TO_EAST).replace(/\n {2}disks: .*\n/, '\n');
    place.scenario.edit(`${policies}retired:\n  disks: { keep: { last: 1 } }\n`);
    expect((await place.prune(EAST)).outcomes).toMatchObject([{ action: 'delete-snapshot', status: 'done' }]);
  });
});

describe('[H27] a key that cannot be used', () => {
  const withKey = (key: string): string => copiedPolicies(`[{ region: ${EAST.region}, key: "${key}" }]`);

  test('fails the copy later: the next run tells why, prune cleans it away, and with the key it is made again', async () => {
    const key = new Copying(copiedPolicies('[]')).region(EAST).keys.create();
    const place = new Copying(withKey(key));
    const there = place.region(EAST);
    there.keys.create();
    there.keys.setState(key, 'Disabled');
    const { region } = place.scenario;
    region.runInstance({
      tags: { 'Backup:images': 'true', 'Backup:sets': 'true' },
      volumes: [{ device: '/dev/xvda', sizeGiB: 8 }],
    });
    await place.backUp('images', 'sets');
    expect((await place.copy(EAST)).outcomes.map(({ status }) => status)).toEqual(['done', 'done']);
    place.clock.advance(HOUR);
    const { verdicts } = await place.plan(EAST);
    expect(
      verdicts.map(({ status, reason }) => `${status}: ${reason.replaceAll(/(ami|snap)-[0-9a-f]+/g, '$1')}`),
    ).toEqual([
      'failed: its copy ami is failed (AMI is failed: Given key ID is not accessible)',
      'failed: its copy snap is failed (snap is in state error: Given key ID is not accessible)',
    ]);
    expect((await place.copy(EAST)).outcomes).toEqual([]);
    place.clock.advance(DAY);
    const cleaned = await place.prune(EAST);
    expect(cleaned.outcomes.filter(isFailure)).toEqual([]);
    expect(there.snapshots()).toEqual([]);
    there.keys.setState(key, 'Enabled');
    // EC2 holds the name of a deregistered AMI for a while.
    place.clock.advance(10 * MINUTE);
    const again = await place.copy(EAST);
    expect(again.outcomes.filter(isFailure)).toEqual([]);
    place.clock.advance(HOUR);
    expect((await place.plan(EAST)).verdicts.map(({ copy }) => copy?.state)).toEqual(['good', 'good']);
  });
});

test('a source place that cannot be read fails the run, and nothing is copied on half a list', async () => {
  const place = new Copying(copiedPolicies(TO_EAST));
  addDisks(place, 3);
  await place.backUp('disks');
  place.closed.add(HOME.region);
  const { plan, outcomes } = await place.copy(EAST);
  expect(plan.errors).toEqual([
    `nothing is copied from account ${HOME.account}, Region ${HOME.region}: no way into ${HOME.region}`,
  ]);
  expect(outcomes).toEqual([]);
  place.closed.clear();
  place.region(EAST).faults = () => ({ kind: 'unavailable', accepted: false });
  await expect(place.plan(EAST)).rejects.toThrow('so nothing is done');
});

test('a place that nothing is copied to is refused before anything is read', async () => {
  const place = new Copying(copiedPolicies(TO_EAST));
  await expect(place.plan(WEST)).rejects.toThrow(
    'no policy has copies to account 111122223333, Region us-west-2',
  );
  expect(place.region(WEST).calls).toEqual([]);
});

describe('a place that only takes copies', () => {
  test('has no backups made, whoever asks, and its plan has none', async () => {
    const place = new Copying(copiedPolicies(`[{ account: "${AWAY.account}", region: ${AWAY.region} }]`));
    const there = place.region(AWAY);
    there.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } });
    const request = { policy: 'disks', slot: place.clock.now(), trigger: 'manual' } as const;
    await expect(planBackupRun(request, place.contextIn(AWAY))).rejects.toThrow(
      'account 444455556666, Region us-east-1 only takes copies: nothing is backed up there',
    );
    expect((await planEverything(place.contextIn(AWAY))).backups).toEqual([]);
    expect((await planEverything(place.contextIn(HOME))).backups).toHaveLength(3);
  });

  test('is a place that the command line may look at, and no other is', async () => {
    const { scenario, away } = new Copying(copiedPolicies(TO_EAST));
    const at = (region: string, account = scenario.account): Promise<Place> =>
      resolvePlace(account.region(region).clients, region, scenario.file);
    expect(await at(EAST.region)).toEqual(EAST);
    expect(await at(AWAY.region, away)).toEqual(AWAY);
    await expect(at(WEST.region)).rejects.toThrow('Region us-west-2 is no target of account 111122223333');
  });
});
