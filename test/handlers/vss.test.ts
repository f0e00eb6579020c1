/** The function `backup` with VSS: it ends in time whatever Windows does, and its next round goes on. */

import { describe, expect, test } from 'vitest';
import { backupHandler } from '../../src/handlers/backup-job.ts';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import { recordedEnvironment, type Recorded } from '../support/environment.ts';
import { HOUR, MINUTE, START } from '../support/scenario.ts';
import { bySetOf, sentAndMade, vssPolicies, windows, type Windows } from '../support/vss.ts';

const SECOND = 1000;
const LAMBDA = 15 * MINUTE;
/** What a command that has expired may still make is waited for, 37 minutes after it was sent. */
const ROUNDS = 7;

interface Run extends Recorded {
  readonly answer: object;
  /** ms that were left of the Lambda's time. */
  readonly left: number;
}

/** One round, by a message of the queue. */
async function run({ scenario }: Windows, round = 1): Promise<Run> {
  const { region, clock, account: home, file } = scenario;
  const queue = region.createQueue({ name: `backup-${round}.fifo`, fifo: true });
  const recorded = recordedEnvironment({ home, file, clock, region: region.name, addresses: { queue } });
  const place = { account: home.account, region: region.name };
  const request = {
    job: 'backup',
    policy: 'win',
    slot: formatInstant(START),
    trigger: 'schedule',
    place,
    round,
  };
  const end = clock.now() + LAMBDA;
  const answer = await backupHandler(recorded.environment)(
    { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify(request) }] },
    { getRemainingTimeInMillis: () => end - clock.now() },
  );
  return { ...recorded, answer, left: end - clock.now() };
}

function sent({ metrics }: Run): Record<string, number> {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

describe('the function backup with VSS', () => {
  test('says nothing besides where all went well', async () => {
    const ran = await run(windows());
    expect(sent(ran)).toMatchObject({ BackupsMade: 1, BackupsFailed: 0, FailedRuns: 0 });
    expect(sent(ran)).not.toHaveProperty('FailedHooks');
  });

  test('goes on in the next round with a command that outlasts it', async () => {
    const place = windows({ vss: { takes: { create: 12 * MINUTE, tag: SECOND, end: SECOND } } });
    const first = await run(place);
    expect(first.answer).toMatchObject({ answers: [{ goesOnInRound: 2 }] });
    expect(sent(first)).toMatchObject({ BackupsMade: 0, BackupsFailed: 0, FailedRuns: 0 });
    expect(first.left).toBeGreaterThan(0);
    const second = await run(place, 2);
    expect(sent(second)).toMatchObject({ BackupsMade: 1, BackupsFailed: 0 });
    expect(sentAndMade(place.scenario)).toEqual([1, 0]);
  });

  test('counts a set that is only crash-consistent, which has not failed', async () => {
    const ran = await run(windows({ vss: { makes: 'crash' } }));
    expect(sent(ran)).toMatchObject({ BackupsMade: 1, BackupsFailed: 0, FailedHooks: 1 });
  });

  test('with onFailure: skip counts a failed backup', async () => {
    const ran = await run(windows({ policies: vssPolicies('skip'), vss: { makes: 'crash' } }));
    expect(sent(ran)).toMatchObject({ BackupsMade: 0, BackupsFailed: 1, FailedRuns: 1 });
  });

  test.each([
    { title: 'nothing is made', vss: { makes: 'none' } },
    { title: 'nothing is marked', vss: { makes: 'crash', marks: 'nothing' } },
    { title: 'it takes seven minutes', vss: { takes: { create: 7 * MINUTE, tag: SECOND, end: SECOND } } },
    {
      title: 'it fails after eight',
      vss: { makes: 'none', takes: { create: 8 * MINUTE, tag: SECOND, end: SECOND } },
    },
    { title: 'it never ends', vss: { takes: { create: 9 * HOUR, tag: SECOND, end: SECOND } } },
    { title: 'it never arrives', vss: { delivery: 'late' } },
  ] as const)(
    'ends in time where $title, with lists that lag, and makes no second set',
    async ({ vss, title }) => {
      const place = windows({ vss, settings: { readLag: 4 * MINUTE } });
      for (let round = 1; round <= ROUNDS; round += 1)
        expect((await run(place, round)).left).toBeGreaterThan(0);
      const { theirs, ours } = bySetOf(place.scenario);
      const [commands] = sentAndMade(place.scenario);
      expect(commands).toBe(1);
      expect(theirs.length + ours.length).toBe(title === 'it never ends' ? 0 : 4);
    },
  );
});
