/**
 * For every call of a run: the process dies before or after it, its answer is lost, EC2 is unavailable or throttles.
 * The run is repeated as its message says, and what there is in the end is what a run without any trouble leaves.
 */

import { describe, expect, test } from 'vitest';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { noFaults, onCommand, onNth, type Fault } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { fileWith, run as runCommand } from '../cli/fake-shell.ts';
import { buildHistory, HISTORY_NAMES, HISTORY_POLICIES, type History } from '../support/history.ts';
import { HOUR, MINUTE, Scenario, START } from '../support/scenario.ts';
import { endState, foreignCalls, foreignState, goodPoints, orphans } from '../support/truth.ts';

const FAULTS: readonly [title: string, fault: Fault][] = [
  ['the process dies before it', { kind: 'die', when: 'before' }],
  ['the process dies after it', { kind: 'die', when: 'after' }],
  ['its answer is lost', { kind: 'lost-answer' }],
  ['EC2 is unavailable and does not take it', { kind: 'unavailable', accepted: false }],
  ['EC2 is unavailable but takes it', { kind: 'unavailable', accepted: true }],
  ['it is throttled', { kind: 'throttle' }],
];

const UP_TO_DATE: Partial<SimulatorSettings> = { pageSize: 20, emptyPages: false };
const LAGGING: Partial<SimulatorSettings> = { ...UP_TO_DATE, readLag: 4 * MINUTE };
const LAGS = [
  { lag: 'reads are up to date', settings: UP_TO_DATE },
  { lag: 'reads lag by 4 minutes', settings: LAGGING },
];

const CASES = LAGS.flatMap(({ lag, settings }) =>
  FAULTS.map(([title, fault], seed) => ({ title: `${title}, ${lag}`, fault, settings, seed })),
);

/** Trouble with the n-th call of a run. */
interface Trouble {
  readonly n: number;
  readonly fault: Fault;
}

/** Runs with trouble at one call, then what puts it right. */
type Job = (history: History, trouble?: Trouble) => Promise<Played>;

interface Played {
  /** How many calls the part with trouble made. */
  readonly calls: number;
  /** What there is after the parts without trouble. */
  readonly states: readonly (readonly string[])[];
}

/** The process of a run that died ends somehow: what counts is what the next run makes of it. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
  });
}

async function withTrouble(
  { scenario }: History,
  trouble: Trouble | undefined,
  work: () => Promise<void>,
): Promise<number> {
  const { region } = scenario;
  region.faults = trouble ? onNth(trouble.n, trouble.fault) : noFaults;
  const before = region.calls.length;
  await work();
  region.revive();
  region.faults = noFaults;
  return region.calls.length - before;
}

// Each part starts at a time of its own, whatever went before: only then are the ends comparable.
const backupJob: Job = async (history, trouble) => {
  const { scenario, slot } = history;
  const backUpAll = async (): Promise<void> => {
    for (const policy of HISTORY_NAMES) {
      await attempt(() => scenario.backup(policy, { slot }));
      scenario.clock.advance(MINUTE);
    }
  };
  const calls = await withTrouble(history, trouble, backUpAll);
  scenario.clock.set(slot + 10 * MINUTE);
  await backUpAll();
  scenario.clock.set(slot + HOUR);
  const backedUp = endState(scenario.region);
  await scenario.prune();
  return { calls, states: [backedUp, endState(scenario.region)] };
};

const pruneJob: Job = async (history, trouble) => {
  const { scenario, slot } = history;
  scenario.clock.set(slot + HOUR);
  const calls = await withTrouble(history, trouble, () => attempt(() => scenario.prune()));
  scenario.clock.set(slot + HOUR + MINUTE);
  await scenario.prune();
  const prunedAgain = endState(scenario.region);
  scenario.clock.set(slot + HOUR + MINUTE + 25 * HOUR);
  await scenario.prune();
  return { calls, states: [prunedAgain, endState(scenario.region)] };
};

const commandLineJob: Job = async (history, trouble) => {
  const { scenario, slot } = history;
  const file = await fileWith(HISTORY_POLICIES);
  const command = (...args: string[]): Promise<{ readonly code: number }> =>
    runCommand([...args, '--policies', file, '--yes', '--json'], { scenario });
  const backUpAll = async (): Promise<number[]> => {
    const codes: number[] = [];
    for (const policy of HISTORY_NAMES) {
      const at = new Date(slot).toISOString();
      codes.push((await command('backup', '--policy', policy, '--slot', at)).code);
      scenario.clock.advance(MINUTE);
    }
    return codes;
  };
  const calls = await withTrouble(history, trouble, async () => {
    await backUpAll();
  });
  scenario.clock.set(slot + 10 * MINUTE);
  expect(await backUpAll()).toEqual([0, 0, 0]);
  scenario.clock.set(slot + HOUR);
  const backedUp = endState(scenario.region);
  expect((await command('prune')).code).toBe(0);
  return { calls, states: [backedUp, endState(scenario.region)] };
};

async function expectSameEnd(job: Job, { fault, settings, seed }: (typeof CASES)[number]): Promise<void> {
  const calm = await buildHistory(seed, settings);
  const { calls, states } = await job(calm);
  expect(calls).toBeGreaterThan(12);
  for (let n = 1; n <= calls; n += 1) {
    const where = `call ${n} of ${calls}, seed ${seed}`;
    const history = await buildHistory(seed, settings);
    const { region } = history.scenario;
    const [foreign, before] = [foreignState(region), goodPoints(region)];
    const played = await job(history, { n, fault });
    expect(played.states, where).toEqual(states);
    const after = goodPoints(region);
    expect(
      [...after.counts].filter(([, count]) => count > 1),
      `doubles, ${where}`,
    ).toEqual([]);
    expect(orphans(region), `orphans, ${where}`).toEqual([]);
    for (const [group, slot] of before.newest) {
      expect((after.newest.get(group) ?? '') >= slot, `newest of ${group}, ${where}`).toBe(true);
    }
    expect(foreignState(region), where).toEqual(foreign);
    expect(foreignCalls(region, history.foreign), where).toEqual([]);
  }
}

const JOBS = [
  { job: 'a backup of three policies', run: backupJob },
  { job: 'a prune', run: pruneJob },
];

describe.each(JOBS)('[H1] [H2] [H8] $job, at every call', ({ run }) => {
  test.each(CASES)('when $title, the next run puts it right', (trouble) => expectSameEnd(run, trouble));
});

describe('[H1] [H2] three backup commands and a prune command, at every call', () => {
  const some = CASES.filter(({ title }) => /(dies after|lost).*4 minutes/.test(title));
  test.each(some)('when $title, the same commands put it right', (trouble) =>
    expectSameEnd(commandLineJob, trouble),
  );
});

test('the history gives a prune everything that it must tell apart', async () => {
  const { scenario, slot, used } = await buildHistory(0, UP_TO_DATE);
  scenario.clock.set(slot + HOUR);
  const { plan, outcomes } = await scenario.prune();
  const reasonsFor = (decision: string): string[] => [
    ...new Set(
      plan.verdicts
        .filter(({ verdict }) => verdict.decision === decision)
        .flatMap(({ verdict }) => verdict.reasons),
    ),
  ];
  expect(reasonsFor('prune').sort()).toEqual([
    'duplicate of slot',
    'failed for over 24 h',
    'no rule keeps it',
  ]);
  expect(reasonsFor('keep')).toEqual(
    expect.arrayContaining([
      'daily 1/1',
      'last 1/1',
      'held: audit',
      expect.stringMatching(/^in use by arn:/),
    ]),
  );
  expect(new Set(outcomes.map(({ action }) => action))).toEqual(
    new Set(['deregister-image', 'delete-snapshot']),
  );
  expect(plan.skipped).toHaveLength(2);
  expect(scenario.region.images().map(({ id }) => id)).toContain(used);
});

describe('[H2] a lost answer of each creating call', () => {
  const LOST = [
    { policy: 'nightly', command: 'CreateImage' },
    { policy: 'sets', command: 'CreateSnapshots' },
    { policy: 'disks', command: 'CreateSnapshot' },
  ];

  test.each(LOST)(
    '$command says which slot to run again and when, and then it is found',
    async ({ policy, command }) => {
      const { scenario, slot } = await buildHistory(0, LAGGING);
      const { region, clock } = scenario;
      region.faults = onCommand(command, 1, { kind: 'lost-answer' });
      const first = await scenario.backup(policy, { slot });
      const [failure, ...others] = first.outcomes.filter(isFailure);
      expect(others).toEqual([]);
      const [, again, after] =
        /run slot (\S+) again after (\S+) to look it up/.exec(failure?.error ?? '') ?? [];
      expect(Date.parse(again ?? '')).toBe(slot);
      const made = region.calls.length;
      clock.set(Date.parse(after ?? ''));
      const second = await scenario.backup(policy, { slot: Date.parse(again ?? '') });
      expect(second.outcomes.length).toBe(first.outcomes.length);
      expect(second.outcomes.map(({ status }) => status)).toEqual(first.outcomes.map(() => 'already-done'));
      expect(region.calls.slice(made).filter(({ command }) => command.startsWith('Create'))).toEqual([]);
    },
  );

  test('when the slot is run again too early, the double is pruned as a duplicate and one good set stays', async () => {
    const { scenario, slot } = await buildHistory(0, LAGGING);
    const { region, clock } = scenario;
    region.faults = onCommand('CreateSnapshots', 1, { kind: 'lost-answer' });
    await scenario.backup('sets', { slot });
    clock.advance(MINUTE);
    await scenario.backup('sets', { slot });
    clock.set(slot + HOUR);
    const doubled = doublesOf(region, slot);
    expect(doubled.length).toBeGreaterThan(0);
    const { plan } = await scenario.prune();
    const pruned = plan.verdicts.filter(({ verdict }) => verdict.reasons.includes('duplicate of slot'));
    expect(pruned.length).toBeGreaterThanOrEqual(doubled.length);
    const { counts } = goodPoints(region);
    for (const point of doubled) expect(counts.get(point)).toBe(1);
  });

  test('an AMI is not doubled even then: its name is taken', async () => {
    const { scenario, slot } = await buildHistory(0, LAGGING);
    const { region, clock } = scenario;
    region.faults = onCommand('CreateImage', 1, { kind: 'lost-answer' });
    await scenario.backup('nightly', { slot });
    clock.advance(MINUTE);
    const { outcomes } = await scenario.backup('nightly', { slot });
    expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    expect(outcomes[0]?.error).toMatch(
      /is taken by an AMI that is not visible yet: run the slot again later/,
    );
    clock.set(slot + HOUR);
    expect(doublesOf(region, slot)).toEqual([]);
  });

  /** Points that the slot has more than one good one of. */
  function doublesOf(region: SimulatedRegion, slot: number): string[] {
    const ofSlot = [...goodPoints(region).counts].filter(([point]) => point.endsWith(formatInstant(slot)));
    return ofSlot.filter(([, count]) => count > 1).map(([point]) => point);
  }
});

test('two policies of one instance at one instant both get their backup, 15 s apart as EC2 wants', async () => {
  const scenario = new Scenario({ policies: HISTORY_POLICIES });
  scenario.region.runInstance({ tags: { 'Backup:nightly': 'true', 'Backup:sets': 'true' } });
  const image = await scenario.backup('nightly', { slot: START });
  const set = await scenario.backup('sets', { slot: START });
  expect([...image.outcomes, ...set.outcomes].map(({ status }) => status)).toEqual(['done', 'done']);
  expect(scenario.clock.now() - START).toBeGreaterThanOrEqual(15_000);
});
