import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../src/lib/policy/parse-policies.ts';
import { runBackup } from '../../src/lib/run/backup.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { planEverything } from '../../src/lib/run/plan.ts';
import { runPrune } from '../../src/lib/run/prune.ts';
import { always, at, ends, ids, only, verdicts } from './story.ts';
import { DAY, HOUR, Scenario, START } from '../support/scenario.ts';

function policies(keep: string, more = ''): string {
  return `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: ${keep} }
prune: { schedule: every 6 hours, maxShare: 30% }
${more}`;
}

const QUICK = { pageSize: 1000, emptyPages: false };

/** Instances that have been backed up each day, the last time an hour ago. */
async function history(keep: string, sources: number, days: number): Promise<Scenario> {
  const scenario = new Scenario({ policies: policies(keep), settings: QUICK });
  for (let count = 0; count < sources; count += 1)
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  for (let day = 0; day < days; day += 1) {
    scenario.clock.set(START + day * DAY);
    await scenario.backup('nightly');
  }
  scenario.clock.advance(HOUR);
  return scenario;
}

describe('an edit of retention', () => {
  test('[H11] decides on what exists already; the plan shows what it would delete, and changes nothing', async () => {
    const scenario = await history('{ daily: 10 }', 2, 10);
    expect((await scenario.prune()).plan.actions).toEqual([]);
    scenario.edit(policies('{ daily: 3 }'));

    const { prune } = await planEverything(scenario.context);
    expect(prune.actions).toHaveLength(14);
    expect(verdicts(prune, at(prune.verdicts, 0).point.source)).toEqual([
      ...['22', '23', '24', '25', '26', '27', '28'].map((day) => `11-${day}T03:00 prune: no rule keeps it`),
      '11-29T03:00 keep: daily 3/3',
      '11-30T03:00 keep: daily 2/3',
      '12-01T03:00 keep: daily 1/3',
    ]);
    expect(scenario.region.images()).toHaveLength(20);

    expect(ends((await scenario.prune()).outcomes)).toEqual(Array(14).fill('deregister-image done'));
    expect(scenario.region.images()).toHaveLength(6);
  });

  test('[H11] that keeps more deletes nothing and takes nothing back', async () => {
    const scenario = await history('{ daily: 3 }', 1, 8);
    await scenario.prune();
    scenario.edit(policies('{ daily: 30 }'));
    expect((await scenario.prune()).plan.actions).toEqual([]);
    expect(scenario.region.images()).toHaveLength(3);
  });

  test('[H11] of one source, by its tag, holds for what it has', async () => {
    const scenario = await history('{ daily: 2 }', 2, 6);
    const [own] = scenario.region.instances();
    scenario.region.tag(own?.id ?? '', 'Backup:Keep', 'daily=5');
    const { plan } = await scenario.prune();
    const kept = plan.verdicts.filter(({ verdict }) => verdict.decision === 'keep');
    expect(kept.filter(({ point }) => point.source === own?.id)).toHaveLength(5);
    expect(kept).toHaveLength(7);
  });

  test('[H11] that takes a policy out of the file keeps all that it made, and reports it', async () => {
    const scenario = await history('{ daily: 2 }', 1, 5);
    scenario.edit(policies('{ daily: 2 }').replace('nightly:', 'hourly:'));
    const { plan } = await scenario.prune();
    expect(new Set(plan.verdicts.flatMap(({ verdict }) => verdict.reasons))).toEqual(
      new Set(['policy nightly not in the file']),
    );
    expect(scenario.region.images()).toHaveLength(5);
    scenario.edit(
      policies('{ daily: 2 }', 'retired:\n  nightly2: { keep: { last: 1 } }')
        .replace('nightly:', 'hourly:')
        .replace('nightly2', 'nightly'),
    );
    expect((await scenario.prune()).plan.actions).toHaveLength(4);
  });
});

describe('no retention at all', () => {
  test('[H12] keeps everything, broken and double ones too', async () => {
    const scenario = await history('{}', 2, 30);
    scenario.region.failImage(at(scenario.region.images(), 3).id);
    scenario.clock.advance(400 * DAY);
    const { plan } = await scenario.prune();
    expect(plan.actions).toEqual([]);
    expect(new Set(plan.verdicts.flatMap(({ verdict }) => verdict.reasons))).toEqual(new Set(['no rules']));
    expect(scenario.region.images()).toHaveLength(60);
  });

  test.each(['{ daily: 0 }', '{ last: 0, weekly: 4 }', '{ within: 0d }', '{ daily: -1 }', '{ daily: none }'])(
    '[H12] %s is an error of the file, and no run starts',
    (keep) => {
      const result = parsePolicies(policies(keep));
      expect(result.ok).toBe(false);
      if (!result.ok) expect(only(result.problems).message).toMatch(/expected/);
    },
  );

  test('[H12] nor does a zero in Backup:Keep delete anything', async () => {
    const scenario = await history('{ daily: 1 }', 1, 4);
    const source = only(scenario.region.instances()).id;
    for (const keep of ['daily=0', '', 'all', 'last=0 daily=0', 'within=0d']) {
      scenario.region.tag(source, 'Backup:Keep', keep);
      const { plan } = await scenario.prune();
      expect(plan.actions).toEqual([]);
      for (const { verdict } of plan.verdicts)
        expect(only(verdict.reasons)).toMatch(/^bad Backup:Keep: |^no rules$/);
    }
    expect(scenario.region.images()).toHaveLength(4);
  });
});

describe('the last good backup', () => {
  test.each(['{ within: 2d }', '{ last: 1 }', '{ daily: 1 }', '{ within-hourly: 1h }'])(
    '[H13] outlives two months of failing backups under %s',
    async (keep) => {
      const scenario = await history(keep, 1, 3);
      await scenario.prune();
      const last = at(scenario.region.images(), -1).id;
      scenario.region.faults = always('CreateImage', { kind: 'fails-later', reason: 'no key' });
      for (let day = 3; day < 63; day += 1) {
        scenario.clock.set(START + day * DAY);
        await scenario.backup('nightly');
        scenario.clock.advance(12 * HOUR);
        await scenario.prune();
        expect(ids(scenario.region.images())).toContain(last);
      }
      scenario.edit(policies('{ within: 1h }'));
      await scenario.prune();
      expect(scenario.region.images().filter(({ state }) => state === 'available')).toHaveLength(1);
    },
  );

  test('[H13] is guarded in each Region of its own', async () => {
    const regions = ['ap-northeast-2', 'us-east-1'];
    const scenario = new Scenario({ policies: policies('{ last: 1 }'), regions });
    const contexts = regions.map((name): RunContext => {
      const region = scenario.account.region(name);
      region.runInstance({ tags: { Backup: 'nightly' } });
      return {
        ...scenario.context,
        place: { account: scenario.account.account, region: name },
        clients: region.clients,
      };
    });
    for (const [index, context] of contexts.entries()) {
      // The second Region's only backup is a month older than the first's.
      if (index === 0) scenario.clock.advance(30 * DAY);
      await runBackup({ policy: 'nightly', slot: scenario.clock.now(), trigger: 'schedule' }, context);
      scenario.clock.advance(DAY);
    }
    for (const context of contexts) {
      expect((await runPrune({}, context)).plan.actions).toEqual([]);
    }
    expect(regions.map((name) => scenario.account.region(name).images().length)).toEqual([1, 1]);
  });
});
