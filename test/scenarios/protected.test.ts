import { describe, expect, test } from 'vitest';
import { DAY, HOUR, Scenario } from '../support/scenario.ts';
import { at, changes, ends, ids, only, reasonsFor, verdicts } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

/** Backups of one instance with two volumes, one a day. */
async function history(policy: 'nightly' | 'sets', days: number): Promise<Scenario> {
  const scenario = new Scenario({ policies: POLICIES });
  const volumes = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));
  scenario.region.runInstance({ tags: { Backup: policy }, volumes });
  await scenario.backupEvery(DAY, days, policy);
  return scenario;
}

describe('a locked snapshot', () => {
  test.each(['nightly', 'sets'] as const)(
    '[H28] keeps its whole %s backup until the lock ends',
    async (policy) => {
      const scenario = await history(policy, 3);
      const locked = at(scenario.region.snapshots(), 1);
      const expiresOn = scenario.clock.now() + 3 * DAY;
      scenario.region.lockSnapshot(locked.id, { mode: 'compliance', expiresOn });
      for (let run = 0; run < 3; run += 1) {
        const { plan, outcomes } = await scenario.prune();
        expect(verdicts(plan)[0]).toBe('11-22T03:00 keep: locked until 2026-11-28T03:00:00Z');
        expect(outcomes.every(({ status }) => status === 'done')).toBe(true);
        scenario.clock.advance(DAY - 1);
      }
      expect(scenario.region.snapshots()).toHaveLength(4);
      scenario.clock.set(expiresOn);
      expect(ends((await scenario.prune()).outcomes)).not.toEqual([]);
      expect(scenario.region.snapshots()).toHaveLength(2);
    },
  );
});

describe('deregistration protection', () => {
  test('[H28] keeps the AMI with that reason, and no error is repeated for ever', async () => {
    const scenario = await history('nightly', 3);
    const guarded = at(scenario.region.images(), 0).id;
    scenario.region.protectImage(guarded, 'enabled-without-cooldown');
    for (let run = 0; run < 4; run += 1) {
      const { plan, outcomes } = await scenario.prune();
      expect(reasonsFor(guarded, plan)).toEqual(['deregistration protected']);
      expect(outcomes.filter(({ status }) => status !== 'done')).toEqual([]);
      scenario.clock.advance(6 * HOUR);
    }
    scenario.region.unprotectImage(guarded);
    expect(ends((await scenario.prune()).outcomes)).toEqual(['deregister-image done']);
    expect(ids(scenario.region.images())).not.toContain(guarded);
  });

  test('[H28] with a cooldown holds for a day after it was turned off', async () => {
    const scenario = await history('nightly', 2);
    const guarded = at(scenario.region.images(), 0).id;
    scenario.region.protectImage(guarded, 'enabled-with-cooldown');
    scenario.region.unprotectImage(guarded);
    for (let hour = 0; hour < 24; hour += 6) {
      expect(reasonsFor(guarded, (await scenario.prune()).plan)).toEqual(['deregistration protected']);
      scenario.clock.advance(6 * HOUR);
    }
    expect(ends((await scenario.prune()).outcomes)).toEqual(['deregister-image done']);
  });

  test('[H28] turned on between plan and apply is one failed item', async () => {
    const scenario = await history('nightly', 4);
    const ahead = await scenario.prune({ policy: 'sets' });
    expect(ahead.outcomes).toEqual([]);
    const guarded = at(scenario.region.images(), 1).id;
    scenario.region.faults = (call) => {
      if (call.command === 'DeregisterImage' && scenario.region.images().length === 4)
        scenario.region.protectImage(guarded, 'enabled-without-cooldown');
      return undefined;
    };
    const { outcomes } = await scenario.prune();
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    expect(scenario.region.snapshots().filter(({ imageIds }) => imageIds.includes(guarded))).toHaveLength(2);
  });
});

describe('the Recycle Bin', () => {
  test('[H28] takes what is pruned, and later runs leave it in peace', async () => {
    const scenario = await history('nightly', 3);
    scenario.region.addRecycleBinRule('EC2_IMAGE', 7);
    scenario.region.addRecycleBinRule('EBS_SNAPSHOT', 14);
    expect(ends((await scenario.prune()).outcomes)).toEqual(Array(2).fill('deregister-image done'));
    expect(
      scenario.region
        .binned()
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual([...Array<string>(4).fill('EBS_SNAPSHOT'), ...Array<string>(2).fill('EC2_IMAGE')]);
    for (let day = 0; day < 20; day += 1) {
      const { plan, outcomes } = await scenario.prune();
      expect([plan.actions, outcomes, plan.warnings]).toEqual([[], [], []]);
      scenario.clock.advance(DAY);
    }
    expect(scenario.region.binned()).toEqual([]);
  });

  test('[H28] with an AMI that somebody may still restore keeps its snapshots until it is gone', async () => {
    const scenario = await history('nightly', 2);
    const gone = at(scenario.region.images(), 0);
    scenario.region.addRecycleBinRule('EC2_IMAGE', 7);
    scenario.region.deregisterByHand(gone.id);
    const [leftover = ''] = [...gone.snapshotIds].sort();
    for (let day = 0; day < 7; day += 1) {
      expect(reasonsFor(leftover, (await scenario.prune()).plan)).toEqual(['AMI in the Recycle Bin']);
      scenario.clock.advance(DAY);
    }
    expect(ends((await scenario.prune()).outcomes)).toEqual(Array(2).fill('delete-snapshot done'));
    expect(scenario.region.snapshots()).toHaveLength(2);
  });

  test('[H28] with one part of a set keeps the rest of it', async () => {
    const scenario = await history('sets', 2);
    const [part, rest] = scenario.region.snapshots();
    scenario.region.addRecycleBinRule('EBS_SNAPSHOT', 7);
    scenario.region.deleteSnapshotByHand(part?.id ?? '');
    expect(reasonsFor(rest?.id ?? '', (await scenario.prune()).plan)).toEqual(['in the Recycle Bin']);
    expect(ids(scenario.region.snapshots())).toContain(rest?.id);
    scenario.clock.advance(8 * DAY);
    await scenario.prune();
    expect(ids(scenario.region.snapshots())).not.toContain(rest?.id);
  });
});

describe('a disabled AMI', () => {
  test('[H28] is seen, kept, and its snapshots are not taken for leftovers', async () => {
    const scenario = await history('nightly', 3);
    const [first = '', second = '', third = ''] = ids(scenario.region.images());
    scenario.region.disableImage(first);
    scenario.region.disableImage(third);
    scenario.clock.advance(30 * DAY);
    const { plan } = await scenario.prune();
    expect(reasonsFor(first, plan)).toEqual(['disabled']);
    // It cannot be launched, so the older one is the last that can be restored.
    expect(reasonsFor(second, plan)).toEqual(['last 1/1']);
    expect(reasonsFor(third, plan)).toEqual(['disabled']);
    expect(changes(scenario.region)).toEqual(Array(3).fill('CreateImage'));
    for (const { command, input } of scenario.region.calls) {
      if (command === 'DescribeImages')
        expect(input).toMatchObject({ IncludeDisabled: true, Owners: ['self'] });
    }
    scenario.region.enableImage(third);
    expect(reasonsFor(third, (await scenario.prune()).plan)).toEqual(['last 1/1']);
  });

  test('[H28] still is the backup of its slot: it is not made again', async () => {
    const scenario = await history('nightly', 1);
    const slot = scenario.clock.now() - DAY;
    scenario.region.disableImage(only(scenario.region.images()).id);
    scenario.clock.set(slot + DAY);
    expect(ends((await scenario.backup('nightly', { slot, trigger: 'manual' })).outcomes)).toEqual([
      'create-image already-done',
    ]);
  });
});

describe('a held backup', () => {
  test.each(['image', 'snapshot'] as const)(
    '[H28] by the tag on its %s stays as a whole, and still counts',
    async (part) => {
      const scenario = await history('nightly', 4);
      const [oldest, , , newest] = scenario.region.images();
      const held = part === 'image' ? oldest?.id : oldest?.snapshotIds[1];
      scenario.region.tag(held ?? '', 'Backup:Hold', 'legal');
      const { plan } = await scenario.prune();
      expect(reasonsFor(oldest?.id ?? '', plan)).toEqual(['held: legal']);
      expect(ids(scenario.region.images())).toEqual([oldest?.id, newest?.id]);
      scenario.region.untag(held ?? '', 'Backup:Hold');
      expect(ends((await scenario.prune()).outcomes)).toEqual(['deregister-image done']);
    },
  );

  test('[H28] from the start, by a run that says so', async () => {
    const scenario = await history('sets', 1);
    await scenario.backup('sets', { hold: 'before the upgrade' });
    scenario.clock.advance(DAY);
    await scenario.backupEvery(DAY, 3, 'sets');
    expect(verdicts((await scenario.prune()).plan)).toEqual([
      '11-22T03:00 prune: no rule keeps it',
      '11-23T03:00 keep: held: before the upgrade',
      '11-24T03:00 prune: no rule keeps it',
      '11-25T03:00 prune: no rule keeps it',
      '11-26T03:00 keep: last 1/1',
    ]);
    expect(scenario.region.snapshots()).toHaveLength(4);
  });
});
