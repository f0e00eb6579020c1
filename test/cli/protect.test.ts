import { describe, expect, test } from 'vitest';
import { policiesWith, protecting, type Protecting, type Words } from '../support/protecting.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';

interface World extends Protecting {
  readonly protect: (args: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
}

async function world(words: Words): Promise<World> {
  const made = await protecting(words);
  const file = await fileWith(policiesWith(words));
  made.scenario.region.calls.length = 0;
  const protect: World['protect'] = (args, options = {}) =>
    run(['protect', ...args, '--policies', file], { scenario: made.scenario, ...options });
  return { ...made, protect };
}

describe('protect', () => {
  test('shows what it does, asks once, does it, and has nothing left to do', async () => {
    const { protect, scenario } = await world({ image: 'protect: true, deprecateAfter: 9d' });
    const { code, out, questions } = await protect([], { interactive: true, answer: true });
    expect(code).toBe(0);
    expect(questions).toEqual(['Carry out 4 actions in account 111122223333, Region ap-northeast-2?']);
    expect(out).toContain('Policy nightly: 4 actions');
    expect(out).toContain('protect from deregistration');
    expect(out).toContain('deprecate at 2026-12-01T03:00:00Z');
    expect(out).toContain('Outcome: 4 done');
    expect(scenario.region.images().every(({ isProtected }) => isProtected)).toBe(true);
    const again = await protect(['--yes']);
    expect([again.code, again.out]).toEqual([
      0,
      expect.stringContaining('Everything is as the policies say.'),
    ]);
  });

  test('with --dry-run, or a no, changes nothing', async () => {
    const { protect, scenario } = await world({ sets: 'lock: { mode: governance, for: 9d }' });
    const dry = await protect(['--dry-run', '--json']);
    expect(dry.code).toBe(0);
    expect(parseJson(dry.out)).toMatchObject({
      version: 1,
      deployment: 'test',
      actions: [{ action: 'lock-snapshot', mode: 'governance', until: '2026-12-01T04:00:00Z' }, {}, {}, {}],
    });
    expect((await protect([], { interactive: true, answer: false })).code).toBe(1);
    expect(mutatingCalls(scenario)).toEqual([]);
  });

  const COMPLIANCE = { sets: 'lock: { mode: compliance, for: 9d }' };

  test('[H28] asks a second time before it locks what nobody can unlock', async () => {
    const { protect, scenario } = await world(COMPLIANCE);
    const { code, questions } = await protect([], { interactive: true, answer: true });
    expect(code).toBe(0);
    expect(questions[1]).toBe(
      'Lock 4 snapshots in compliance mode, the last until 2026-12-02T04:00:00Z? Nobody can undo it, and each is paid for until then.',
    );
    expect(mutatingCalls(scenario)).toEqual(Array(4).fill('LockSnapshot'));
  });

  test('with --yes alone refuses to lock so, and does it with --lock-for-good', async () => {
    const { protect, scenario } = await world(COMPLIANCE);
    const refused = await protect(['--yes']);
    expect(refused.code).toBe(2);
    expect(refused.notes).toContain('this locks 4 snapshots in compliance mode');
    expect(refused.notes).toContain('add --lock-for-good to --yes');
    expect(mutatingCalls(scenario)).toEqual([]);
    expect((await protect(['--yes', '--lock-for-good'])).code).toBe(0);
    expect(mutatingCalls(scenario)).toHaveLength(4);
  });

  test('says what failed, and ends with 3', async () => {
    const { protect, scenario } = await world({ image: 'protect: true' });
    scenario.region.faults = ({ command }) =>
      command === 'EnableImageDeregistrationProtection'
        ? { kind: 'error', name: 'UnauthorizedOperation', message: 'no', status: 403 }
        : undefined;
    const { code, out } = await protect(['--yes', '--json']);
    expect(code).toBe(3);
    expect(parseJson(out)).toMatchObject({
      counts: { failed: 2 },
      outcomes: [{ error: 'UnauthorizedOperation: no' }, {}],
    });
  });

  test.each([
    { args: ['--policy', 'nightyl', '--yes'], says: 'policy "nightyl" is not in the policy file' },
    { args: ['--accept', '3', '--yes'], says: '--accept goes with --policy' },
    {
      args: ['--policy', 'nightly', '--accept', 'all', '--yes'],
      says: 'expected the exact number of AMIs to disable',
    },
    { args: [], says: 'nobody is here to be asked' },
  ])('refuses $args', async ({ args, says }) => {
    const { protect, scenario } = await world({ image: 'protect: true' });
    const { code, notes } = await protect(args);
    expect(code).toBe(2);
    expect(notes).toContain(says);
    expect(scenario.region.calls).toEqual([]);
  });
});
