import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, Scenario, START } from '../support/scenario.ts';
import { changes, ends, verdicts } from './story.ts';

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

describe('what is due', () => {
  test('[H23] a daily job less than 24 h after the last one is made, every day', async () => {
    const scenario = new Scenario({ policies: policies('{ daily: 40 }') });
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    for (let day = 0; day < 30; day += 1) {
      const slot = START + day * DAY;
      // Late on even days, on time on odd ones: 23 h 59 min after the last, then 24 h 1 min.
      scenario.clock.set(slot + (day % 2 === 0 ? MINUTE : 0));
      expect(ends((await scenario.backup('nightly', { slot })).outcomes)).toEqual(['create-image done']);
    }
    expect(scenario.region.images()).toHaveLength(30);
  });

  test('[H24] a missed 1st of the month costs no monthly: the classes are what exists makes of them', async () => {
    const keep = '{ monthly: 3 }';
    const scenario = new Scenario({ policies: policies(keep), start: Date.UTC(2026, 8, 1, 3) });
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    while (scenario.clock.now() < Date.UTC(2026, 11, 5)) {
      const date = new Date(scenario.clock.now()).getUTCDate();
      if (date !== 1 && date !== 30 && date !== 31) await scenario.backup('nightly');
      await scenario.prune();
      scenario.clock.advance(DAY);
    }
    await scenario.prune();
    expect(verdicts((await scenario.prune()).plan)).toEqual([
      '10-29T03:00 keep: monthly 3/3',
      '11-29T03:00 keep: monthly 2/3',
      '12-04T03:00 keep: monthly 1/3',
    ]);
  });

  test('[H24] a slot that was missed is not made up for with later data', async () => {
    const scenario = new Scenario();
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    const slot = scenario.clock.now();
    scenario.clock.advance(DAY + HOUR);
    await expect(scenario.backup('nightly', { slot })).rejects.toThrow(
      /policy nightly: slot 2026-11-22T03:00:00Z is missed/,
    );
    await expect(scenario.backup('nightly', { slot, trigger: 'manual' })).rejects.toThrow(/over 24 h later/);
    expect(changes(scenario.region)).toEqual([]);
  });

  test('a slot that a backup by hand has outdone stays until the next one, and a repeated request makes nothing', async () => {
    const scenario = new Scenario({ policies: policies('{ daily: 1 }') });
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    const slot = scenario.clock.now();
    await scenario.backup('nightly', { slot, trigger: 'schedule' });
    scenario.clock.advance(HOUR);
    await scenario.backup('nightly', { slot: slot + HOUR, trigger: 'manual' });
    scenario.clock.advance(HOUR);
    expect(verdicts((await scenario.prune()).plan)).toEqual([
      '11-22T03:00 keep: slot not over',
      '11-22T04:00 keep: daily 1/1',
    ]);
    const again = await scenario.backup('nightly', { slot, trigger: 'schedule' });
    expect(ends(again.outcomes)).toEqual(['create-image already-done']);
    scenario.clock.advance(DAY - HOUR);
    await scenario.backup('nightly', { slot: slot + DAY, trigger: 'schedule' });
    scenario.clock.advance(HOUR);
    expect(verdicts((await scenario.prune()).plan)).toEqual([
      '11-22T03:00 prune: no rule keeps it',
      '11-22T04:00 prune: no rule keeps it',
      '11-23T03:00 keep: daily 1/1',
    ]);
  });
});
