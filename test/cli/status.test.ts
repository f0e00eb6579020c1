import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/lib/run/context.ts';
import { statusText } from '../../src/lib/report/status-text.ts';
import type { StatusJson } from '../../src/lib/report/status-json.ts';
import { readStatus } from '../../src/lib/run/status.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { DAY, HOUR, MINUTE, POLICIES, START, Scenario } from '../support/scenario.ts';
import { Watched } from '../support/watched.ts';
import { parseJson, type PlanAnswer } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';

interface World {
  readonly scenario: Watched;
  readonly web: string;
  readonly file: string;
  readonly status: (args?: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
  readonly json: () => Promise<StatusJson>;
}

/** Three nights of AMIs of two servers, the sets of one of them, and three points of a policy that is not in the file. */
async function world(): Promise<World> {
  const scenario = new Watched({
    policies: POLICIES.replace(
      'retired:',
      '  gone: { backup: volume, schedule: every 24 hours, keep: { last: 9 } }\nretired:',
    ),
  });
  const { region, clock } = scenario;
  const web = region.runInstance({ tags: { 'Backup:nightly': 'true', 'Backup:sets': 'true' } }).id;
  region.runInstance({ tags: { Backup: 'nightly' } });
  const volume = region.createVolume({ sizeGiB: 1, tags: { Backup: 'gone' } });
  for (let night = 0; night < 3; night += 1) {
    await scenario.nightly('nightly');
    await scenario.backup('gone');
    clock.set(START + (night + 1) * DAY);
  }
  region.deleteVolume(volume);
  await scenario.nightly('nightly');
  await scenario.backup('sets', { slot: START + 3 * DAY - 3 * HOUR });
  clock.set(START + 3 * DAY + 30 * MINUTE);
  scenario.edit(POLICIES);
  const file = await fileWith(POLICIES);
  const status: World['status'] = (args = [], options = {}) =>
    run(['status', '--policies', file, ...args], { scenario, ...options });
  return {
    scenario,
    web,
    file,
    status,
    json: async () => parseJson<StatusJson>((await status(['--json'])).out),
  };
}

describe('the screen', () => {
  test('has each policy with its sources, points, age against the promise and next run, and the total below', async () => {
    const { status } = await world();
    const { code, out } = await status();
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.replaceAll(/ {2,}/g, ' | ')),
    ).toEqual([
      'account 111122223333, Region ap-northeast-2, deployment test, 2026-11-25T03:30Z',
      '',
      'policy | sources | backed up | missed | points | furthest behind | promised | next run',
      'nightly | 2 | 2 | 0 | 8 | 30 min | within 24 h | 2026-11-26T03:00Z (in 23 h)',
      'sets | 1 | 1 | 0 | 1 | 3 h | within 9 h | 2026-11-25T06:00Z (in 2 h)',
      'disks | 0 | 0 | 0 | 0 | - | within 27 h | 2026-11-26T00:00Z (in 20 h)',
      'payments | 0 | 0 | 0 | 0 | - | within 15 h | 2026-11-25T12:00Z (in 8 h)',
      'gone | - | not in the file | - | 3',
      '',
      'Total: 2 of 2 sources backed up as promised by all policies that they ask for; 12 recovery points; nothing urgent.',
      '',
      'Policies that are not in the policy file: what they made is kept for ever (1)',
      ' | gone: made 3 backups',
      ' | To do: Write them under retired, with how long to keep what they made.',
    ]);
  });

  test.each([
    [108, 'policy | sources | backed up | missed | points | furthest behind | promised | next run'],
    [80, 'policy | sources | backed up | missed | points | furthest behind | next run'],
    [60, 'policy | sources | backed up | missed | furthest behind'],
    [52, 'policy | sources | backed up | furthest behind'],
  ])('of %i columns leaves out what is worth least, and nothing wraps', async (columns, head) => {
    const { status } = await world();
    const { out } = await status([], { screen: true, size: { columns, rows: 24 } });
    const [, , first = '', ...others] = out.split('\n');
    expect(first.replaceAll(/ {2,}/g, ' | ')).toBe(head);
    const rows = [first, ...others.slice(0, 5)];
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(columns);
    expect(rows[1]).toMatch(/^nightly +2 +2 /);
    expect(rows[5]).toMatch(/^gone +- +not in the file/);
  });

  test('says what is stale, never backed up, failed and refused, and ends with 3', async () => {
    const { scenario, status, web } = await world();
    const { region, clock } = scenario;
    region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backup('nightly', { slot: clock.now() });
    const failed = region.images().at(-1);
    region.failImage(failed?.id ?? '', 'Internal error');
    const never = region.runInstance({ tags: { Team: 'payments' } }).id;
    clock.advance(2 * DAY);
    const { code, out } = await status();
    expect(code).toBe(3);
    expect(out).toContain('Stale: no good backup of the slot that is due (4)');
    expect(out).toContain(
      `  ${web} (nightly): newest good backup 2026-11-25T03:30Z, expected 2026-11-26T03:00Z`,
    );
    expect(out).toContain(`  ${never} (payments)`);
    expect(out).toContain(
      `${failed?.id ?? ''} (nightly): backup of ${failed?.sourceInstanceId ?? ''}, slot 2026-11-25T03:30Z: AMI is failed`,
    );
    expect(out).toMatch(
      /Total: 0 of 4 sources backed up as promised by all policies that they ask for; \d+ recovery points; .*1 failed backup\./,
    );
    expect(out.indexOf('Total:')).toBeLessThan(out.indexOf('Stale:'));
  });

  test('what is stale or was never backed up is backed up by hand, in the same words as in the report; no deployment is taken for granted', async () => {
    const { scenario, status, file } = await world();
    const { region, clock } = scenario;
    region.runInstance({ tags: { Team: 'payments' } });
    clock.advance(2 * DAY);
    const { out } = await status();
    const report = await run(['report', '--policies', file, '--markdown'], { scenario });
    for (const heading of ['Stale: ', 'Never backed up']) {
      const [, told = ''] = out.split(new RegExp(`^${heading}`, 'm'));
      const [, cure = ''] = /^  To do: (.*)$/m.exec(told) ?? [];
      expect(cure).toMatch(/: npx ec2-backup backup --policy POLICY --source ID$/);
      expect(cure).toContain('Where ec2-backup is deployed, its watch asks');
      expect(report.out).toContain(cure);
    }
  });

  test('says which prune the guard refuses, and that alone is nothing stale', async () => {
    const scenario = new Scenario({ policies: POLICIES.replace('daily: 3', 'daily: 60') });
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backupEvery(DAY, 40, 'nightly');
    await scenario.backup('nightly');
    scenario.clock.advance(HOUR);
    const file = await fileWith(POLICIES);
    const { code, out } = await run(['status', '--policies', file], { scenario });
    expect(code).toBe(0);
    expect(out).toContain(
      'Prunes that the guard refuses: nothing of these policies is deleted (1)\n  nightly: ',
    );
    expect(out).toContain('41 recovery points; 1 refused prune.');
  });

  test('of an empty account says that nothing asks to be backed up, and ends with 0', async () => {
    const scenario = new Scenario();
    const file = await fileWith(POLICIES);
    const { code, out } = await run(['status', '--policies', file], { scenario });
    expect(code).toBe(0);
    expect(out).toContain('Total: 0 of 0 sources backed up as promised; 0 recovery points; no problems.');
    expect(out).toContain('Nothing asks to be backed up: ec2-backup explain ID says why');
  });

  test('of a file with retired policies alone promises nothing', async () => {
    const file = await fileWith('version: 1\ndeployment: test\nretired: { old: { keep: { last: 1 } } }\n');
    const { code, out } = await run(['status', '--policies', file], { scenario: new Scenario() });
    expect(code).toBe(0);
    expect(out).toContain('No policy backs anything up here.');
  });

  test('of a thousand problems is still one screen, and --json has them all', async () => {
    const scenario = new Scenario({ settings: { pageSize: 1000 } });
    for (let made = 0; made < 1000; made += 1) scenario.region.runInstance({ tags: { Backup: 'nigthly' } });
    const file = await fileWith(POLICIES);
    const { out } = await run(['status', '--policies', file], { scenario });
    expect(out.split('\n').length).toBeLessThan(24);
    expect(out).toContain('… and 996 more; --json lists all');
    const answer = parseJson<StatusJson>(
      (await run(['status', '--policies', file, '--json'], { scenario })).out,
    );
    expect(answer.findings['bad-tags']).toHaveLength(1000);
  });

  test('[H34] huge and hostile names neither widen it nor move the cursor', async () => {
    const { scenario, status } = await world();
    const { region } = scenario;
    const long = 'p'.repeat(256);
    for (const { id, tags } of region.snapshots())
      if (tags['ec2-backup:policy'] === 'gone') region.tag(id, 'ec2-backup:policy', long);
    region.runInstance({ tags: { Backup: '\u001b[2J\u202e\n'.repeat(30), Name: long } });
    const { out } = await status();
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    expect(out).toContain(`${'p'.repeat(39)}…`);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(300);
  });

  test('in colours is the same text in the same columns', async () => {
    const { scenario } = await world();
    scenario.clock.advance(3 * DAY);
    const status = await readStatus(scenario.context);
    const colour = (text: string): string => `\u001b[31m${text}\u001b[39m`;
    const same = (text: string): string => text;
    const painted = statusText(status, {
      bold: colour,
      dim: colour,
      good: colour,
      bad: colour,
      warn: colour,
    });
    const plain = statusText(status, { bold: same, dim: same, good: same, bad: same, warn: same });
    expect(painted.join('\n')).not.toBe(plain.join('\n'));
    expect(painted.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(plain);
  });

  test('of a place that only takes copies calls nothing stale', async () => {
    const policies = `${POLICIES}targets: [{ account: "111122223333", region: us-east-1 }, { account: "111122223333", region: ap-northeast-2, copiesOnly: true }]\n`;
    const scenario = new Scenario({ policies, regions: ['ap-northeast-2', 'us-east-1'] });
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    scenario.clock.advance(3 * DAY);
    const { code, out } = await run(['status', '--policies', await fileWith(policies)], { scenario });
    expect(code).toBe(0);
    expect(out).toContain('Total: only copies are made here; 0 recovery points; no problems.');
    expect(out).toContain('Also of this deployment: account 111122223333, Region us-east-1.');
  });
});

describe('its numbers', () => {
  test('are those that plan, list, watch, digest and explain show', async () => {
    const { scenario, file, json, web } = await world();
    scenario.clock.advance(2 * HOUR);
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    const status = await json();
    const answer = async <T>(...args: string[]): Promise<T> =>
      parseJson<T>((await run([...args, '--policies', file, '--json'], { scenario })).out);

    const { verdicts } = await answer<PlanAnswer>('plan');
    const { points } = await answer<{ points: readonly { policy: string; source: string }[] }>('list');
    expect([status.points, verdicts.length, points.length]).toEqual([12, 12, 12]);
    for (const { policy, points: counted } of [...status.policies, ...status.resting]) {
      expect(verdicts.filter((one) => one.policy === policy)).toHaveLength(counted);
      expect(points.filter((one) => one.policy === policy)).toHaveLength(counted);
    }

    const watched = await scenario.watch();
    expect(watched.measured('StaleSources')).toBe(status.findings.stale.length);
    expect(watched.measured('NeverBackedUp')).toBe(status.findings.never.length);
    for (const { policy, sources } of status.policies)
      expect(watched.measured('SelectedSources', policy)).toBe(sources);

    await scenario.digest();
    const letter = scenario.letters.at(-1)?.message ?? '';
    expect(letter).toContain(
      `${status.backedUp} of ${status.sources} sources in 1 place are backed up as their policies promise`,
    );
    for (const { policy, sources, fresh, missed, points: counted } of status.policies)
      expect(letter).toMatch(new RegExp(`^ *${policy} +${sources} +${fresh} +${missed} +${counted} `, 'm'));

    const { backedUpBy } = await answer<{ backedUpBy: readonly { policy: string; points: number }[] }>(
      'explain',
      web,
    );
    expect(backedUpBy.map(({ policy, points: counted }) => [policy, counted])).toEqual([
      ['nightly', points.filter((one) => one.source === web && one.policy === 'nightly').length],
      ['sets', points.filter((one) => one.source === web && one.policy === 'sets').length],
    ]);
  });

  test('cost no call more for many sources than for one, besides the pages of the lists', async () => {
    const calls = async (sources: number): Promise<number> => {
      const scenario = new Scenario({ settings: { pageSize: 1000, emptyPages: false } });
      for (let made = 0; made < sources; made += 1)
        scenario.region.runInstance({ tags: { Backup: 'nightly' } });
      await scenario.backup('nightly');
      scenario.clock.advance(HOUR);
      scenario.region.calls.length = 0;
      await readStatus(scenario.context);
      expect(mutatingCalls(scenario)).toEqual([]);
      return scenario.region.calls.length;
    };
    expect(await calls(100)).toBe(await calls(1));
  });
});

describe('--watch', () => {
  /** A clock that ends the watch at its nth sleep. */
  function ending(clock: Clock, looks: number, slept: number[], before?: () => void): Clock {
    return {
      now: () => clock.now(),
      sleep: async (ms) => {
        if (ms === MINUTE) {
          slept.push(ms);
          if (slept.length >= looks) throw new Error('ended by the test');
          before?.();
        }
        await clock.sleep(ms);
      },
    };
  }

  test('looks again every minute; a pipe gets no control characters', async () => {
    const { scenario, status } = await world();
    const slept: number[] = [];
    const { out } = await status(['--watch'], { clock: ending(scenario.clock, 3, slept) });
    expect(slept).toEqual([MINUTE, MINUTE, MINUTE]);
    const times = [...out.matchAll(/deployment test, (\S+)$/gm)].map(([, time]) => time);
    expect(times).toEqual(['2026-11-25T03:30Z', '2026-11-25T03:31Z', '2026-11-25T03:32Z']);
    expect(out).not.toContain('\u001b');
  });

  test('clears a terminal before each look', async () => {
    const { scenario, status } = await world();
    const { out } = await status(['--watch'], { screen: true, clock: ending(scenario.clock, 2, []) });
    expect(out.split('\u001b[2J\u001b[H')).toHaveLength(3);
    expect(out.startsWith('\u001b[2J\u001b[H')).toBe(true);
  });

  test('never writes more rows than the screen has, and keeps the policies and the total on it', async () => {
    const { scenario, status } = await world();
    const { region } = scenario;
    for (const tags of [{ Backup: 'nigthly' }, { Backup: 'nightly' }, { Backup: 'sets' }])
      for (let n = 0; n < 5; n += 1) region.runInstance({ tags });
    const size = { columns: 70, rows: 20 };
    const clock = ending(scenario.clock, 1, []);
    const { out } = await status(['--watch'], { screen: true, size, clock });
    const lines = out.replace('\u001b[2J\u001b[H', '').trimEnd().split('\n');
    const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 70)), 0);
    expect(rows).toBeLessThan(20);
    expect(lines[2]).toMatch(/^policy /);
    expect(lines.some((line) => line.startsWith('Total:'))).toBe(true);
    expect(lines.at(-1)).toMatch(/^… and \d+ lines more without --watch$/);
    // Without it all is there.
    expect((await status([], { screen: true, size })).out).not.toContain('without --watch');
  });

  test('goes on after a look that failed, and says so', async () => {
    const { scenario, status } = await world();
    const slept: number[] = [];
    const clock = ending(scenario.clock, 3, slept, () => {
      if (slept.length === 1)
        scenario.region.faults = onCommand('DescribeVolumes', 1, {
          kind: 'error',
          name: 'UnauthorizedOperation',
        });
    });
    const { out, notes } = await status(['--watch'], { clock });
    expect(notes).toContain('cannot list the volumes');
    expect(notes).toContain('trying again');
    expect(out.match(/deployment test, /g)).toHaveLength(2);
  });

  test('goes on when the first look of all fails', async () => {
    const { scenario, status } = await world();
    const slept: number[] = [];
    scenario.region.faults = onCommand('DescribeVolumes', 1, {
      kind: 'error',
      name: 'UnauthorizedOperation',
    });
    const { out, notes } = await status(['--watch'], { clock: ending(scenario.clock, 2, slept) });
    expect(slept).toEqual([MINUTE, MINUTE]);
    expect(notes).toContain('cannot list the volumes');
    expect(notes).toContain('This look failed; trying again in a minute.');
    expect(out.match(/deployment test, /g)).toHaveLength(1);
  });

  test('ends when nobody reads on, as head does', async () => {
    const { scenario, status } = await world();
    const slept: number[] = [];
    const clock = ending(scenario.clock, 9, slept);
    const { code, out } = await status(['--watch'], { clock, isRead: () => slept.length < 2 });
    expect([code, slept.length]).toEqual([0, 2]);
    expect(out.match(/deployment test, /g)).toHaveLength(2);
  });

  test('that cannot look at all ends at once', async () => {
    const { code, out, notes } = await run(['status', '--watch', '--policies', '/nowhere/policies.yml']);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('/nowhere/policies.yml: there is no such file');
  });

  test('and --json contradict each other', async () => {
    const { status } = await world();
    const { code, out, notes } = await status(['--watch', '--json']);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('leave out one');
  });
});
