/** Commands that outlast a run, and lists that lag behind them: the next round goes on, and nothing is made twice. */

import { describe, expect, test } from 'vitest';
import { applyBackup, planBackupRun, runBackup, type BackupReport } from '../../src/lib/run/backup.ts';
import { ended } from '../support/hooking.ts';
import { HOUR, MINUTE, START } from '../support/scenario.ts';
import { Watched } from '../support/watched.ts';
import { addWindows, bySetOf, sentAndMade, vssPolicies, windows, type Windows } from '../support/vss.ts';

const SECOND = 1000;
const SLOW = { create: 12 * MINUTE, tag: 10 * SECOND, end: 10 * SECOND };

/** As a Lambda has it: nine minutes of its quarter of an hour. */
function round({ scenario }: Windows, minutes = 9): Promise<BackupReport> {
  const { context, clock } = scenario;
  const deadline = clock.now() + minutes * MINUTE;
  return runBackup({ policy: 'win', slot: START, trigger: 'schedule' }, { ...context, deadline });
}

describe('a command that outlasts a run', () => {
  test('is left for the next round, which follows it and sends nothing', async () => {
    const place = windows({ vss: { takes: SLOW } });
    const first = await round(place);
    expect(ended(first)).toEqual([
      expect.stringMatching(
        /^postponed \| VSS was told, and command \S+ has not ended yet \(it is InProgress\): a later run looks at it again$/,
      ),
    ]);
    expect(bySetOf(place.scenario)).toEqual({ theirs: [], ours: [] });
    expect(ended(await round(place))).toEqual(['done']);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
    expect(bySetOf(place.scenario).theirs).toHaveLength(4);
  });

  test('and has made its snapshots by then counts as made: the next round sends nothing', async () => {
    const place = windows({ vss: { takes: { create: MINUTE, tag: 5 * SECOND, end: HOUR } } });
    expect(ended(await round(place))).toEqual([expect.stringMatching(/^postponed/)]);
    expect(ended(await round(place))).toEqual(['already-done']);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
  });

  test('and fails then is followed by one of our own, in the round that sees it', async () => {
    const place = windows({ vss: { makes: 'none', takes: SLOW } });
    await round(place);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
    const later: string[][] = [];
    for (let more = 0; more < 3; more += 1) later.push(ended(await round(place)));
    expect(later.map(([text = '']) => text.split(' ')[0])).toEqual(['done', 'already-done', 'already-done']);
    expect(sentAndMade(place.scenario)).toEqual([1, 1]);
    expect(bySetOf(place.scenario).ours).toHaveLength(4);
  });

  test('and never ends is never followed by one of our own', async () => {
    const place = windows({ vss: { takes: { ...SLOW, create: 10 * HOUR } } });
    for (let rounds = 0; rounds < 6; rounds += 1)
      expect(ended(await round(place))).toEqual([expect.stringMatching(/^postponed \| VSS was told/)]);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
  });

  test('ends its machine’s turn without a deadline, too: a person is told', async () => {
    const place = windows({ vss: { takes: { ...SLOW, create: 10 * HOUR } } });
    expect(ended(await place.scenario.backup('win'))).toEqual([expect.stringMatching(/^postponed/)]);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
    expect(place.scenario.clock.now() - START).toBeLessThan(HOUR);
  });

  test('holds up no other machine', async () => {
    const place = windows();
    const { instance } = addWindows(place.scenario);
    place.scenario.region.hooks.setVss({ takes: SLOW }, instance);
    const { outcomes } = await round(place);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['done', 'postponed']);
    const again = await round(place);
    expect(again.outcomes.map(({ status }) => status).sort()).toEqual(['already-done', 'done']);
    expect(sentAndMade(place.scenario)).toEqual([2, 0]);
  });
});

describe('a command that is timed out', () => {
  test('but has made its set is a backup by what that says', async () => {
    const place = windows({ vss: { ends: 'Execution Timed Out' } });
    expect(ended(await round(place))).toEqual(['done']);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
  });

  test('and has tagged nothing, with onFailure: skip, is none', async () => {
    const policies = vssPolicies('skip');
    const place = windows({
      policies,
      vss: { ends: 'Execution Timed Out', makes: 'crash', marks: 'nothing' },
    });
    expect(ended(await round(place))).toEqual([
      expect.stringMatching(/^failed \| VSS: ExecutionTimedOut, and not every snapshot is marked/),
    ]);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
  });
});

describe('a command that has expired', () => {
  const EXPIRES = { takes: { ...SLOW, create: 13 * MINUTE }, expires: 12 * MINUTE };

  test.each(['crash-consistent', 'skip'])(
    'while Windows was at it (onFailure: %s) is waited for: its set is the only one',
    async (onFailure) => {
      const place = windows({ policies: vssPolicies(onFailure), vss: EXPIRES });
      const words: string[] = [];
      for (let rounds = 0; rounds < 3; rounds += 1) words.push(...ended(await round(place)));
      expect(words).toEqual([expect.stringMatching(/^postponed/), 'done', 'already-done']);
      expect(sentAndMade(place.scenario)).toEqual([1, 0]);
      expect(bySetOf(place.scenario).theirs).toHaveLength(4);
    },
  );

  test.each(['crash-consistent', 'skip'])(
    'and made nothing (onFailure: %s) is followed by one set, when it can make none any more',
    async (onFailure) => {
      const place = windows({ policies: vssPolicies(onFailure), vss: { ...EXPIRES, makes: 'none' } });
      const { scenario } = place;
      for (let rounds = 0; rounds < 4; rounds += 1)
        expect(ended(await round(place))).toEqual([expect.stringMatching(/^postponed/)]);
      expect(sentAndMade(scenario)).toEqual([1, 0]);
      scenario.region.hooks.setVss({
        makes: 'application',
        takes: { ...SLOW, create: MINUTE },
        expires: Infinity,
      });
      expect(ended(await round(place))).toEqual([expect.stringMatching(/^done/)]);
      expect(scenario.clock.now() - START).toBeGreaterThanOrEqual(37 * MINUTE);
      expect(scenario.region.snapshots()).toHaveLength(4);
    },
  );

  test('as its machine stopped after it had made its set is a backup by that', async () => {
    const place = windows({ vss: { takes: { create: MINUTE, tag: 5 * SECOND, end: HOUR } } });
    const { scenario, instance } = place;
    const { context, clock } = scenario;
    // Planned while it ran, and stopped while it is followed.
    const plan = await planBackupRun({ policy: 'win', slot: START, trigger: 'schedule' }, context);
    let isStopped = false;
    const stopping = {
      now: () => clock.now(),
      sleep: async (ms: number) => {
        await clock.sleep(ms);
        if (isStopped || clock.now() < START + 2 * MINUTE) return;
        isStopped = true;
        scenario.region.stopInstance(instance);
      },
    };
    expect(ended(await applyBackup(plan, { ...context, clock: stopping }))).toEqual(['done']);
    expect(isStopped).toBe(true);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    expect(bySetOf(scenario).theirs).toHaveLength(4);
  });
});

describe('lists that lag behind', () => {
  const settings = { readLag: 4 * MINUTE, pageSize: 20, emptyPages: false };

  test('are waited for, as long as the run has time', async () => {
    const place = windows({ settings });
    expect(ended(await round(place))).toEqual(['done']);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
  });

  test('longer than the run has leave it to the next round, which makes no second set', async () => {
    const place = windows({ settings });
    expect(ended(await round(place, 3))).toEqual([
      'unknown | VSS: Success, but what it made is not listed yet',
    ]);
    expect(ended(await round(place, 3))).toEqual(['already-done']);
    expect(ended(await round(place, 3))).toEqual(['already-done']);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
    expect(place.scenario.region.snapshots()).toHaveLength(4);
  });

  test.each(['crash-consistent', 'skip'])(
    'do not make a command that was cut short (onFailure: %s) look like one that ended when it had installed',
    async (onFailure) => {
      const place = windows({
        settings,
        policies: vssPolicies(onFailure),
        vss: { ends: 'Execution Timed Out', takes: { ...SLOW, create: 8 * MINUTE } },
      });
      const words: string[] = [];
      for (let rounds = 0; rounds < 3; rounds += 1) words.push(...ended(await round(place)));
      expect(words.at(-1)).toBe('already-done');
      expect(sentAndMade(place.scenario)).toEqual([1, 0]);
      expect(bySetOf(place.scenario).theirs).toHaveLength(4);
    },
  );

  test('do not make a set that has failed look like none', async () => {
    const place = windows({ settings, vss: { ends: 'Failed', makes: 'crash' } });
    expect(ended(await round(place))).toEqual([
      expect.stringMatching(/^done \| only crash-consistent: VSS: Failed with exit code 1/),
    ]);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
  });
});

describe('a machine that is stopped while its command is at it', () => {
  const LAGGING = { readLag: 4 * MINUTE, pageSize: 20, emptyPages: false };

  test.each([
    { title: 'lists lag', settings: LAGGING, last: ['done', 'already-done'] },
    { title: 'lists are up to date', settings: { readLag: 0 }, last: ['already-done', 'already-done'] },
  ])('is not backed up beside it ($title)', async ({ settings, last }) => {
    const takes = { create: 8.5 * MINUTE, tag: 5 * SECOND, end: 10 * SECOND };
    const place = windows({ settings, vss: { takes } });
    // A round that ends before the command's end is known.
    expect(ended(await round(place, 8))).toEqual([expect.stringMatching(/^postponed/)]);
    place.scenario.clock.advance(MINUTE);
    place.scenario.region.stopInstance(place.instance);
    place.scenario.clock.advance(2 * MINUTE);
    const words = [...ended(await round(place)), ...ended(await round(place))];
    expect(words).toEqual(last);
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
    expect(bySetOf(place.scenario).theirs).toHaveLength(4);
  });

  test.each(['crash-consistent', 'skip'])(
    'is backed up by our own call (onFailure: %s) once it is sure that it made nothing',
    async (onFailure) => {
      const place = windows({ policies: vssPolicies(onFailure), vss: { takes: { ...SLOW, create: HOUR } } });
      expect(ended(await round(place))).toEqual([expect.stringMatching(/^postponed/)]);
      place.scenario.region.stopInstance(place.instance);
      place.scenario.clock.advance(MINUTE);
      for (let rounds = 0; rounds < 2; rounds += 1)
        expect(ended(await round(place))).toEqual([
          expect.stringMatching(
            /^postponed \| VSS: DeliveryTimedOut, and until .* it may still make snapshots$/,
          ),
        ]);
      expect(sentAndMade(place.scenario)).toEqual([1, 0]);
      expect(ended(await round(place, 20))).toEqual(['done']);
      expect(sentAndMade(place.scenario)).toEqual([1, 1]);
      expect(place.scenario.clock.now() - START).toBeGreaterThanOrEqual(37 * MINUTE);
      expect(bySetOf(place.scenario).ours[0]?.tags['ec2-backup:consistency']).toBe('stopped');
    },
  );

  test('is left for a later run where nobody can say whether it was told', async () => {
    const place = windows();
    place.scenario.region.stopInstance(place.instance);
    place.scenario.region.faults = ({ command }) =>
      command === 'ListCommands' ? { kind: 'throttle' } : undefined;
    expect(ended(await round(place))).toEqual([expect.stringMatching(/^postponed/)]);
    expect(bySetOf(place.scenario)).toEqual({ theirs: [], ours: [] });
    place.scenario.region.faults = () => undefined;
    expect(ended(await round(place))).toEqual(['done']);
    expect(sentAndMade(place.scenario)).toEqual([0, 1]);
  });
});

describe('watch', () => {
  function watched(onFailure: string, makes: 'application' | 'crash' | 'none'): Watched {
    // A slot of the schedule.
    const start = START + 3 * HOUR;
    const place = new Watched({ policies: vssPolicies(onFailure), start, settings: { pageSize: 20 } });
    place.region.hooks.setVss({ makes });
    addWindows(place);
    return place;
  }

  test('asks again for what is no backup, and that makes no second set', async () => {
    const place = watched('skip', 'crash');
    await place.nightly('win').catch(() => undefined);
    for (let hour = 0; hour < 3; hour += 1) {
      place.clock.advance(HOUR);
      await place.watch();
      expect(place.asked).toMatchObject([{ job: 'backup', policy: 'win' }]);
      await place.work();
    }
    expect(sentAndMade(place)).toEqual([1, 0]);
    expect(place.region.snapshots()).toHaveLength(4);
  });

  test('has what failed without a trace made, once it can be', async () => {
    const place = watched('skip', 'none');
    await place.nightly('win').catch(() => undefined);
    place.region.hooks.setVss({ makes: 'application' });
    place.clock.advance(HOUR);
    await place.watch();
    await place.work();
    place.clock.advance(HOUR);
    await place.watch();
    expect(place.asked).toEqual([]);
    expect(sentAndMade(place)).toEqual([2, 0]);
    expect(bySetOf(place).theirs).toHaveLength(4);
  });

  test('is content with a set that is only crash-consistent where that is a backup', async () => {
    const place = watched('crash-consistent', 'crash');
    await place.nightly('win');
    place.clock.advance(HOUR);
    await place.watch();
    expect(place.asked).toEqual([]);
  });
});
