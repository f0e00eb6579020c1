import { describe, expect, test } from 'vitest';
import { applyBackup, planBackupRun } from '../../src/lib/run/backup.ts';
import { DAY, HOUR, MINUTE, Scenario, START } from '../support/scenario.ts';
import { changes, ends, errorsOf, ids, only, verdicts } from './story.ts';

function policies(keep: string, more = ''): string {
  return `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: ${keep}${more} }
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: ${keep}${more} }
prune: { schedule: every 6 hours, maxShare: 30% }
`;
}

describe('a source that is gone', () => {
  async function terminated(
    file: string,
    tags: Record<string, string> = {},
  ): Promise<{ scenario: Scenario; id: string }> {
    const scenario = new Scenario({ policies: file });
    const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly', ...tags } });
    await scenario.backupEvery(DAY, 5, 'nightly');
    scenario.region.terminateInstance(id);
    return { scenario, id };
  }

  test('[H9] is judged by the same rules, and 200 days later its newest good backup is still there', async () => {
    const { scenario } = await terminated(policies('{ within: 1d, daily: 2 }'));
    await scenario.prune();
    const kept = ids(scenario.region.images());
    for (let run = 0; run < 20; run += 1) {
      scenario.clock.advance(10 * DAY);
      expect(verdicts((await scenario.prune()).plan)).toEqual([
        '11-25T03:00 keep: daily 2/2',
        '11-26T03:00 keep: daily 1/2; within 1d',
      ]);
    }
    expect(ids(scenario.region.images())).toEqual(kept);
    expect(scenario.region.instances()).toEqual([]);
  });

  test('[H9] keeps its last one too when the newer ones failed', async () => {
    const { scenario, id } = await terminated(policies('{ last: 1 }'));
    for (const image of scenario.region.images().slice(1)) scenario.region.failImage(image.id);
    scenario.clock.advance(200 * DAY);
    await scenario.prune();
    expect(only(scenario.region.images()).name).toBe(`test/nightly/${id}/20261122T030000Z`);
  });

  test('[H9] lets go of everything after releaseAfterSourceGone, and not a day before', async () => {
    const { scenario } = await terminated(policies('{ daily: 2 }', ', releaseAfterSourceGone: 90d'));
    const newest = START + 4 * DAY;
    scenario.clock.set(newest + 90 * DAY);
    await scenario.prune();
    expect(scenario.region.images()).toHaveLength(2);
    scenario.clock.set(newest + 90 * DAY + 1);
    expect(verdicts((await scenario.prune()).plan)).toEqual([
      '11-25T03:00 prune: no rule keeps it',
      '11-26T03:00 prune: no rule keeps it',
    ]);
    expect([...scenario.region.images(), ...scenario.region.snapshots()]).toEqual([]);
  });

  test('[H9] what failed after the newest good one does not put that off', async () => {
    const { scenario } = await terminated(policies('{ daily: 2 }', ', releaseAfterSourceGone: 90d'));
    for (const image of scenario.region.images().slice(3)) scenario.region.failImage(image.id);
    scenario.clock.set(START + 2 * DAY + 90 * DAY);
    expect(verdicts((await scenario.prune()).plan)).toContain('11-24T03:00 keep: daily 1/2');
    scenario.clock.advance(1);
    await scenario.prune();
    expect(scenario.region.images()).toEqual([]);
  });

  test('[H9] a source that is only stopped, or has lost its tag, is never released', async () => {
    const scenario = new Scenario({ policies: policies('{ daily: 1 }', ', releaseAfterSourceGone: 90d') });
    const stopped = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    const untagged = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    await scenario.backupEvery(DAY, 2, 'nightly');
    scenario.region.stopInstance(stopped);
    scenario.region.untag(untagged, 'Backup');
    scenario.clock.advance(300 * DAY);
    await scenario.prune();
    expect(scenario.region.images().map(({ sourceInstanceId }) => sourceInstanceId)).toEqual([
      stopped,
      untagged,
    ]);
  });

  test('[H9] and its own Backup:Keep goes on deciding, as its newest backup remembers it', async () => {
    const { scenario } = await terminated(policies('{ last: 1 }'), { 'Backup:Keep': 'last=4' });
    scenario.clock.advance(200 * DAY);
    expect(verdicts((await scenario.prune()).plan)).toEqual([
      '11-22T03:00 prune: no rule keeps it',
      '11-23T03:00 keep: last 4/4',
      '11-24T03:00 keep: last 3/4',
      '11-25T03:00 keep: last 2/4',
      '11-26T03:00 keep: last 1/4',
    ]);
  });

  test('[H9] a deleted volume as well', async () => {
    const scenario = new Scenario({ policies: policies('{ last: 1 }') });
    const volume = scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
    await scenario.backupEvery(DAY, 3, 'disks');
    scenario.region.deleteVolume(volume);
    scenario.clock.advance(200 * DAY);
    await scenario.prune();
    expect(verdicts((await scenario.prune()).plan)).toEqual(['11-24T03:00 keep: last 1/1']);
  });
});

describe('a misspelt opt-in', () => {
  const WRONG: readonly { name: string; tags: Record<string, string>; told: RegExp; kept: RegExp }[] = [
    {
      name: 'policy',
      tags: { Backup: 'nigthly' },
      told: /"Backup" names "nigthly", no policy of the file.*did you mean.*nightly/,
      kept: /^bad Backup: .*nigthly/,
    },
    {
      name: 'policy in the long form',
      tags: { 'Backup:nightli': 'true' },
      told: /"Backup:nightli" names no policy.*did you mean.*nightly/,
      kept: /^bad Backup: .*nightli/,
    },
    {
      name: 'value of the long form',
      tags: { 'Backup:nightly': 'ture' },
      told: /"Backup:nightly" is "ture", expected true or false/,
      kept: /^bad Backup: .*ture/,
    },
    {
      name: 'Keep',
      tags: { Backup: 'nightly', 'Backup:Keep': 'daily=0' },
      told: /"Backup:Keep": .*every backup of it is kept/,
      kept: /^bad Backup:Keep: /,
    },
    {
      name: 'word Keep',
      tags: { Backup: 'nightly', 'Backup:Kep': 'last=9' },
      told: /"Backup:Kep" names no policy.*did you mean.*Keep/,
      kept: /^bad Backup: .*Kep/,
    },
  ];

  test.each(WRONG)(
    '[H10] $name is reported, nothing of that source is pruned, all others go on',
    async (row) => {
      const scenario = new Scenario({ policies: policies('{ last: 1 }') });
      const [wrong, right] = [1, 2].map(
        () => scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id,
      );
      await scenario.backupEvery(DAY, 3, 'nightly');
      scenario.region.untag(wrong ?? '', 'Backup');
      for (const [key, value] of Object.entries(row.tags)) scenario.region.tag(wrong ?? '', key, value);

      const { plan, outcomes } = await scenario.backup('nightly', { sources: [right ?? ''] });
      expect(plan.tagProblems).toEqual([{ id: wrong, reason: expect.stringMatching(row.told) as string }]);
      expect(ends(outcomes)).toEqual(['create-image done']);
      scenario.clock.advance(HOUR);

      const pruned = await scenario.prune();
      const ofWrong = pruned.plan.verdicts.filter(({ point }) => point.source === wrong);
      expect(ofWrong).toHaveLength(3);
      for (const { verdict } of ofWrong) {
        expect(verdict.decision).toBe('keep');
        expect(only(verdict.reasons)).toMatch(row.kept);
      }
      expect(ends(pruned.outcomes)).toEqual(Array(3).fill('deregister-image done'));
      expect(pruned.outcomes.every(({ source }) => source === right)).toBe(true);
    },
  );

  test('[H10] put right again, the rules go on', async () => {
    const scenario = new Scenario({ policies: policies('{ last: 1 }') });
    const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backupEvery(DAY, 3, 'nightly');
    scenario.region.tag(id, 'Backup', 'nigthly');
    expect((await scenario.prune()).plan.actions).toEqual([]);
    scenario.region.tag(id, 'Backup', 'nightly');
    expect((await scenario.prune()).plan.actions).toHaveLength(2);
  });
});

describe('what cannot be backed up', () => {
  test('[H16] an instance-store root is skipped with the reason; the others are made', async () => {
    const scenario = new Scenario();
    const store = scenario.region.runInstance({
      tags: { Backup: 'nightly' },
      rootDevice: 'instance-store',
    }).id;
    const set = scenario.region.runInstance({ tags: { Backup: 'sets' }, rootDevice: 'instance-store' }).id;
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    const { plan, outcomes } = await scenario.backup('nightly');
    expect(plan.skipped).toEqual([
      {
        id: store,
        policy: 'nightly',
        reason: expect.stringContaining('root device is instance-store') as string,
      },
    ]);
    expect(ends(outcomes)).toEqual(['create-image done']);
    expect(only((await scenario.backup('sets')).plan.skipped)).toMatchObject({ id: set });
    expect(changes(scenario.region)).toEqual(['CreateImage']);
  });

  test('[H16] ephemeral mappings are ignored, and such an AMI is good', async () => {
    const scenario = new Scenario();
    const ephemeral = ['ephemeral0', 'ephemeral1'].map((virtualName, index) => ({
      device: `/dev/sd${'bc'[index] ?? ''}`,
      virtualName,
    }));
    scenario.region.runInstance({ tags: { Backup: 'nightly' }, ephemeral });
    await scenario.backup('nightly');
    scenario.clock.advance(HOUR);
    expect(verdicts((await scenario.prune()).plan)).toEqual(['11-22T03:00 keep: daily 1/3']);
    expect(scenario.region.snapshots()).toHaveLength(1);
  });

  test('[H17] instances that are coming or going are skipped by state, the rest is made', async () => {
    const scenario = new Scenario();
    const states = ['pending', 'stopping', 'running', 'stopped'] as const;
    const made = new Map(
      states.map((state) => [scenario.region.runInstance({ tags: { Backup: 'nightly' }, state }).id, state]),
    );
    const terminated = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    scenario.region.terminateInstance(terminated);
    scenario.clock.advance(MINUTE);
    const going = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    scenario.region.terminateInstance(going);
    const { plan, outcomes } = await scenario.backup('nightly');
    const reasons = new Map(plan.skipped.map(({ id, reason }) => [id, reason]));
    expect([...made].map(([id, state]) => [state, reasons.get(id)])).toEqual([
      ['pending', 'instance is pending, expected running or stopped'],
      ['stopping', 'instance is stopping, expected running or stopped'],
      ['running', undefined],
      ['stopped', undefined],
    ]);
    expect(reasons.get(terminated)).toContain('instance is terminated');
    expect(reasons.get(going)).toContain('instance is shutting-down');
    expect(outcomes.map(({ source, status }) => [made.get(source), status]).sort()).toEqual([
      ['running', 'done'],
      ['stopped', 'done'],
    ]);
  });

  test('[H17] a source that vanished between the list and the call is an outcome, not a crash', async () => {
    const scenario = new Scenario();
    const sources = [1, 2, 3]
      .map(() => scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id)
      .sort();
    const request = { policy: 'nightly', slot: scenario.clock.now(), trigger: 'schedule' } as const;
    const plan = await planBackupRun(request, scenario.context);
    scenario.region.terminateInstance(sources[1] ?? '');
    const { outcomes } = await applyBackup(plan, scenario.context);
    expect(outcomes.map(({ source, status }) => [source, status])).toEqual([
      [sources[0], 'done'],
      [sources[1], 'failed'],
      [sources[2], 'done'],
    ]);
    expect(only(errorsOf(outcomes))).toContain('IncorrectState');

    const volume = scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
    const disks = await planBackupRun({ ...request, policy: 'disks' }, scenario.context);
    scenario.region.deleteVolume(volume);
    expect(errorsOf((await applyBackup(disks, scenario.context)).outcomes)).toEqual([
      expect.stringContaining('InvalidVolume.NotFound'),
    ]);
  });
});
