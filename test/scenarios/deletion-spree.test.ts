import { describe, expect, test } from 'vitest';
import { madeLately, refusal } from '../../src/lib/plan/guard.ts';
import { runBackup } from '../../src/lib/run/backup.ts';
import { ConfigurationError } from '../../src/lib/run/errors.ts';
import { resolvePlace } from '../../src/lib/run/place.ts';
import { planPruneRun, runPrune } from '../../src/lib/run/prune.ts';
import { DAY, HOUR, MINUTE, Scenario, START } from '../support/scenario.ts';
import { ends, only, verdicts } from './story.ts';

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

describe('a deletion spree', () => {
  test('[H35] by a bad edit is refused as a whole, says why, and runs only with its exact count', async () => {
    const scenario = await history('{ daily: 30 }', 4, 30);
    scenario.edit(policies('{ daily: 3 }'));
    const refused = await scenario.prune();
    expect(refused.plan.actions).toEqual([]);
    expect(refused.outcomes).toEqual([]);
    expect(only(refused.plan.refused)).toEqual({
      policy: 'nightly',
      deletions: 108,
      reason:
        'would delete 108 of 120 points; expected at most 36, the largest of 20, 30% of them (36) and three times the 8 made in 26 h or since its last slot (24)',
    });
    expect(
      refused.plan.verdicts.filter(({ verdict }) => verdict.reasons[0]?.startsWith('refused: ')),
    ).toHaveLength(108);
    for (const accept of [0, 1, 107, 109, 120]) {
      const { plan } = await scenario.prune({ policy: 'nightly', accept });
      expect(only(plan.refused).reason).toBe(`would delete 108 points, but ${accept} were accepted`);
    }
    expect(scenario.region.images()).toHaveLength(120);

    const accepted = await scenario.prune({ policy: 'nightly', accept: 108 });
    expect(ends(accepted.outcomes)).toEqual(Array(108).fill('deregister-image done'));
    expect(scenario.region.images()).toHaveLength(12);
  });

  test('[H35] of one policy leaves the others to their own bounds', async () => {
    const two = (keep: string): string =>
      policies(keep).replace(
        'prune:',
        '  weekly: { backup: image, schedule: cron(0 5 * * ? *), keep: { last: 2 } }\nprune:',
      );
    const scenario = await history('{ daily: 30 }', 2, 20);
    scenario.edit(two('{ daily: 30 }'));
    scenario.region.runInstance({ tags: { Backup: 'weekly' } });
    for (let day = 20; day < 24; day += 1) {
      scenario.clock.set(START + day * DAY + 2 * HOUR);
      await scenario.backup('weekly');
    }
    scenario.clock.advance(HOUR);
    scenario.edit(two('{ daily: 1 }'));
    const { plan, outcomes } = await scenario.prune();
    expect(plan.refused.map(({ policy }) => policy)).toEqual(['nightly']);
    expect(outcomes.map(({ policy, status }) => `${policy} ${status}`)).toEqual([
      'weekly done',
      'weekly done',
    ]);
  });

  test('[H35] by a clock that is a year ahead is refused, and what it made is kept but counts for nothing', async () => {
    const scenario = await history('{ within: 14d }', 3, 14);
    const { clock } = scenario;
    const ahead = { now: () => clock.now() + 365 * DAY, sleep: (ms: number) => clock.sleep(ms) };
    const wrong = { ...scenario.context, clock: ahead };
    await runBackup({ policy: 'nightly', slot: ahead.now(), trigger: 'manual' }, wrong);
    clock.advance(HOUR);
    const spree = await runPrune({}, wrong);
    expect(only(spree.plan.refused)).toMatchObject({ policy: 'nightly', deletions: 42 });
    expect(spree.outcomes).toEqual([]);
    expect(scenario.region.images()).toHaveLength(45);

    const { plan } = await scenario.prune();
    expect(plan.actions).toEqual([]);
    expect(verdicts(plan).filter((line) => line.endsWith('keep: in the future'))).toHaveLength(3);
    expect(verdicts(plan).filter((line) => line.endsWith('keep: within 14d'))).toHaveLength(42);
  });

  test('[H35] a slot of the future is refused before anything is read', async () => {
    const scenario = await history('{ daily: 3 }', 1, 1);
    const before = scenario.region.calls.length;
    await expect(scenario.backup('nightly', { slot: scenario.clock.now() + MINUTE + 1 })).rejects.toThrow(
      /is in the future/,
    );
    expect(scenario.region.calls).toHaveLength(before);
  });

  test('[H35] in the wrong account or Region is impossible where the file names its targets', async () => {
    const targets =
      'targets: [{ account: "444455556666", region: ap-northeast-2, rolePrefix: ec2-backup }, { account: "111122223333", region: us-east-1 }]\n';
    const scenario = new Scenario({ policies: policies('{ daily: 1 }', targets) });
    const resolve = (region = 'ap-northeast-2', { clients, file } = scenario): Promise<unknown> =>
      resolvePlace(clients, region, file);
    await expect(resolve()).rejects.toThrow(ConfigurationError);
    await expect(resolve()).rejects.toThrow(
      "Region ap-northeast-2 is no target of account 111122223333, expected one of the policy file's targets: account 444455556666, Region ap-northeast-2; account 111122223333, Region us-east-1",
    );
    expect(await resolve('us-east-1')).toEqual({ account: '111122223333', region: 'us-east-1' });
    const stranger = new Scenario({ policies: policies('{ daily: 1 }', targets), account: '999988887777' });
    await expect(resolve('ap-northeast-2', stranger)).rejects.toThrow(
      'the credentials are of account 999988887777',
    );
    for (const { region } of [scenario, stranger]) {
      expect(new Set(region.calls.map(({ command }) => command))).toEqual(new Set(['GetCallerIdentity']));
    }
  });
});

describe('a steady state', () => {
  test('[H35] of 60 daily sources and a prune every 6 hours is never refused', async () => {
    const scenario = await history('{ daily: 2 }', 60, 1);
    let deleted = 0;
    for (let day = 1; day < 10; day += 1) {
      scenario.clock.set(START + day * DAY);
      await scenario.backup('nightly');
      for (let round = 0; round < 4; round += 1) {
        const { plan } = await scenario.prune();
        expect(plan.refused).toEqual([]);
        deleted += plan.actions.length;
        scenario.clock.advance(5 * HOUR);
      }
    }
    expect(deleted).toBe(60 * 8);
    expect(scenario.region.images()).toHaveLength(120);
  });

  test.each([
    { keep: 'daily 1', kept: 1 },
    { keep: 'daily 7', kept: 7 },
    { keep: 'daily 7, weekly 4, monthly 12', kept: 21 },
  ])('[H35] of 10,000 daily sources that keep $keep is within the bounds of the guard', ({ kept }) => {
    const sources = 10_000;
    const now = START + 2 * HOUR;
    const slots = Array.from({ length: kept + 1 }, (_, day) => START - day * DAY).flatMap((slot) =>
      Array<number>(sources).fill(slot),
    );
    const made = madeLately(slots, now, START);
    expect(made).toBe(sources);
    const of = (deletions: number): string | undefined =>
      refusal({ deletions, points: slots.length, made, maxShare: 0.3 });
    expect(of(sources)).toBeUndefined();
    // Two missed days are caught up with; what no steady state makes is not.
    expect(of(3 * sources)).toBeUndefined();
    const spree = Math.max(3 * sources, 0.3 * slots.length) + 1;
    expect(of(spree)).toBeDefined();
  });

  test('[H35] planning again after it was read is the same plan', async () => {
    const scenario = await history('{ daily: 2 }', 5, 5);
    const [first, second] = [
      await planPruneRun({}, scenario.context),
      await planPruneRun({}, scenario.context),
    ];
    expect(second).toEqual(first);
  });
});
