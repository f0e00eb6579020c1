/** Runs and troubles in any order: what must hold after each run, and once things have come to rest. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clients } from '../../src/lib/aws/clients.ts';
import { planPruneRun } from '../../src/lib/run/prune.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { noFaults, type Fault, type FaultPlan } from '../../src/simulator/faults.ts';
import { buildHistory, HISTORY_NAMES, type History } from '../support/history.ts';
import { HOUR, MINUTE, type Scenario } from '../support/scenario.ts';
import { foreignCalls, foreignState, goodPoints, orphans } from '../support/truth.ts';

const FAULT = fc.constantFrom<Fault>(
  { kind: 'die', when: 'before' },
  { kind: 'die', when: 'after' },
  { kind: 'lost-answer' },
  { kind: 'unavailable', accepted: false },
  { kind: 'unavailable', accepted: true },
  { kind: 'throttle' },
  { kind: 'error', name: 'UnauthorizedOperation', status: 403 },
  { kind: 'fails-later', reason: 'Internal error' },
);

/** One run: after a while, with trouble at some of its calls. */
const RUN = fc.record({
  job: fc.constantFrom('nightly', 'sets', 'disks', 'the same slot again', 'prune'),
  after: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 10, max: 30 * 60 })),
  troubles: fc.array(fc.record({ n: fc.integer({ min: 1, max: 25 }), fault: FAULT }), { maxLength: 2 }),
});

type Run = typeof RUN extends fc.Arbitrary<infer T> ? T : never;

const WORLD = fc.record({
  seed: fc.nat(20),
  pageSize: fc.constantFrom(1, 7, 1000),
  emptyPages: fc.boolean(),
  readLag: fc.constantFrom(0, MINUTE, 4 * MINUTE),
});

const MUTATING = /^(Create|Delete|Deregister)/;

function faultPlan(troubles: Run['troubles']): FaultPlan {
  return ({ n, command }) => {
    const fault = troubles.find((trouble) => trouble.n === n)?.fault;
    // Only what creates something can let it fail later.
    return fault?.kind === 'fails-later' && !command.startsWith('Create') ? undefined : fault;
  };
}

interface Slot {
  readonly policy: string;
  readonly slot: number;
}

async function perform({ job, after, troubles }: Run, scenario: Scenario, last: Slot): Promise<Slot> {
  const { region, clock } = scenario;
  clock.advance(after * MINUTE);
  region.faults = faultPlan(troubles);
  const thisMinute = Math.floor(clock.now() / MINUTE) * MINUTE;
  const wanted = job === 'the same slot again' ? last : { policy: job, slot: thisMinute };
  try {
    if (job === 'prune') await scenario.prune();
    else await scenario.backup(wanted.policy, { slot: wanted.slot, trigger: 'manual' });
  } catch (error) {
    // A run that cannot read, or that is asked for a slot of days ago, ends so; what counts is what it leaves.
    if (!(error instanceof Error && /^(ReadError|ConfigurationError|MissedSlotError)$/.test(error.name)))
      throw error;
  }
  region.revive();
  region.faults = noFaults;
  return job === 'prune' ? last : wanted;
}

/** Prunes what failed, backs everything up once more, prunes again: all of it without trouble. */
async function comeToRest({ scenario }: History): Promise<number> {
  const { clock } = scenario;
  clock.advance(25 * HOUR);
  await scenario.prune();
  clock.advance(10 * MINUTE);
  const slot = Math.floor(clock.now() / MINUTE) * MINUTE;
  for (const policy of HISTORY_NAMES) await scenario.backup(policy, { slot, trigger: 'manual' });
  clock.advance(HOUR);
  await scenario.prune();
  clock.advance(10 * MINUTE);
  return slot;
}

async function changesOf(scenario: Scenario, work: () => Promise<unknown>): Promise<string[]> {
  const before = scenario.region.calls.length;
  await work();
  return scenario.region.calls
    .slice(before)
    .map(({ command }) => command)
    .filter((command) => MUTATING.test(command));
}

test('[H13] [H29] [H35] whatever goes wrong in whatever order, nothing good, newest or foreign is lost, and it ends well', async () => {
  await fc.assert(
    fc.asyncProperty(
      WORLD,
      fc.array(RUN, { minLength: 1, maxLength: 6 }),
      async ({ seed, ...settings }, runs) => {
        const history = await buildHistory(seed, settings);
        const { scenario, foreign } = history;
        const { region } = scenario;
        const untouched = foreignState(region);
        let last: Slot = { policy: 'nightly', slot: history.slot };
        for (const run of runs) {
          const before = goodPoints(region).newest;
          last = await perform(run, scenario, last);
          const after = goodPoints(region).newest;
          for (const [group, slot] of before) expect((after.get(group) ?? '') >= slot, group).toBe(true);
        }
        const slot = await comeToRest(history);
        const { counts, newest } = goodPoints(region);
        expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
        expect(orphans(region)).toEqual([]);
        expect(new Set([...newest.values()].map((text) => Date.parse(text)))).toEqual(new Set([slot]));
        expect(foreignState(region)).toEqual(untouched);
        expect(foreignCalls(region, foreign)).toEqual([]);
        expect(await changesOf(scenario, () => scenario.prune()), 'a second prune').toEqual([]);
        for (const policy of HISTORY_NAMES) {
          const again = (): Promise<unknown> => scenario.backup(policy, { slot, trigger: 'manual' });
          expect(await changesOf(scenario, again), `a second backup of ${policy}`).toEqual([]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('verdicts and actions do not depend on the order in which lists answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(20), fc.integer(), async (seed, order) => {
      const { scenario, slot } = await buildHistory(seed, { pageSize: 1000, emptyPages: false });
      scenario.clock.set(slot + HOUR);
      const inOrder = await planPruneRun({}, scenario.context);
      const context: RunContext = { ...scenario.context, clients: inOrderOf(scenario.clients, order) };
      const shuffled = await planPruneRun({}, context);
      expect(shuffled).toEqual(inOrder);
      expect(inOrder.actions.length).toBeGreaterThan(3);
    }),
    { numRuns: 15 },
  );
});

/** The same answers with every list in an order of its own. */
function inOrderOf(clients: Clients, order: number): Clients {
  const { ec2 } = clients;
  // The SDK's `send` is overloaded by command class; this passes any of them on.
  const send = async (command: Parameters<typeof ec2.send>[0]): Promise<object> => {
    const answer: object = await ec2.send(command);
    return Object.fromEntries(
      Object.entries(answer).map(([key, value]: [string, unknown]) => [
        key,
        Array.isArray(value) ? shuffle(value, order) : value,
      ]),
    );
  };
  const shuffling = { send } as Clients['ec2'];
  return { ...clients, ec2: shuffling, ec2Once: shuffling };
}

function shuffle(items: readonly unknown[], order: number): unknown[] {
  const rank = (index: number): number => Math.imul(index + 1, (order * 2 + 1) ^ 0x9e3779b1) >>> 0;
  return items
    .map((item, index) => ({ item, rank: rank(index) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
