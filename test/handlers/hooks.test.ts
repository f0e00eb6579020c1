/** The function `backup` with hooks: what its log, its metrics and its answer say of a freeze that did not go well. */

import { describe, expect, test } from 'vitest';
import { backupHandler } from '../../src/handlers/backup-job.ts';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import { recordedEnvironment, type Recorded } from '../support/environment.ts';
import { changesOf, hooked, hookedPolicies, type Hooked } from '../support/hooking.ts';
import { MINUTE } from '../support/scenario.ts';

interface Run extends Recorded {
  readonly answer: object;
}

/** One message of the queue, taken by a Lambda of so many minutes. */
async function run({ scenario }: Hooked, minutes = 15): Promise<Run> {
  const { region, clock, account: home, file } = scenario;
  const queue = region.createQueue({ name: 'backup.fifo', fifo: true });
  const recorded = recordedEnvironment({
    home,
    file,
    clock,
    region: region.name,
    addresses: { queue },
  });
  const place = { account: home.account, region: region.name };
  const slot = formatInstant(clock.now());
  const body = JSON.stringify({ job: 'backup', policy: 'db', slot, trigger: 'schedule', place });
  const end = clock.now() + minutes * MINUTE;
  const answer = await backupHandler(recorded.environment)(
    { Records: [{ messageId: '1', eventSource: 'aws:sqs', body }] },
    { getRemainingTimeInMillis: () => end - clock.now() },
  );
  return { ...recorded, answer };
}

function sent({ metrics }: Run): Record<string, number> {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

function notes({ records }: Run): string[] {
  return records
    .filter(({ message }) => message === 'take note')
    .map(({ level, fields }) => `${level} ${String(fields['reason'])}`);
}

describe('the function backup with hooks', () => {
  test('says nothing besides where all went well', async () => {
    const place = hooked();
    const ran = await run(place);
    expect(sent(ran)).toMatchObject({ BackupsMade: 1, BackupsFailed: 0, FailedRuns: 0 });
    expect(sent(ran)).not.toHaveProperty('FailedHooks');
    expect(notes(ran)).toEqual([]);
    expect(changesOf(place.scenario)).toContain('SendCommand post-script');
  });

  test('notes and counts a backup that is only crash-consistent, which has not failed', async () => {
    const place = hooked();
    place.scenario.region.hooks.setScripts({ pre: 'fails' });
    const ran = await run(place);
    expect(sent(ran)).toMatchObject({ BackupsMade: 1, BackupsFailed: 0, FailedRuns: 0, FailedHooks: 1 });
    // A set goes by the first of its snapshots.
    const [id] = place.scenario.region
      .snapshots()
      .map((snapshot) => snapshot.id)
      .sort();
    expect(ran.answer).toMatchObject({
      answers: [{ warnings: [{ id, policy: 'db', reason: expect.stringMatching(/^only crash/) as string }] }],
    });
    expect(notes(ran)).toEqual([
      'warn only crash-consistent: pre-script: Failed with exit code 201: the pre-script failed',
    ]);
  });

  test('notes and counts a thaw that failed', async () => {
    const place = hooked();
    place.scenario.region.hooks.setScripts({ post: 'fails' });
    const ran = await run(place);
    expect(sent(ran)).toMatchObject({ BackupsMade: 1, FailedHooks: 1 });
    expect(notes(ran)).toEqual([
      expect.stringMatching(/^warn its tag says application, but that is not sure: /),
    ]);
  });

  test('with onFailure: skip counts a failed backup, so that the alarm of runs rings', async () => {
    const place = hooked(hookedPolicies('{ document: db-freeze, onFailure: skip }'));
    place.scenario.region.hooks.setScripts({ pre: 'fails' });
    const ran = await run(place);
    expect(sent(ran)).toMatchObject({ BackupsMade: 0, BackupsFailed: 1, FailedRuns: 1 });
  });

  test('leaves for a later round what it has no time left to thaw', async () => {
    const place = hooked();
    const ran = await run(place, 8);
    expect(ran.answer).toMatchObject({ answers: [{ goesOnInRound: 2 }] });
    expect(sent(ran)).toMatchObject({ BackupsMade: 0, BackupsFailed: 0, FailedRuns: 0 });
    expect(changesOf(place.scenario).filter((change) => change.startsWith('SendCommand'))).toEqual([]);
  });
});
