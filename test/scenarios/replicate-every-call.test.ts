/** A replication that dies, or hears no answer, at any of its calls: the next ones finish it and double nothing. */

import { describe, expect, test } from 'vitest';
import { READS_TRUSTWORTHY_AFTER } from '../../src/lib/run/read-lag.ts';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { runPrune } from '../../src/lib/run/prune.ts';
import type { Fault, FaultPlan } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { ALL_COPIED, AWAY, copiesIn, OTHER, policiesCopied, Replicating } from '../support/replicating.ts';
import { DAY, MINUTE } from '../support/scenario.ts';

interface Case {
  readonly title: string;
  readonly policies: string;
  readonly there: (place: Replicating) => SimulatedRegion;
  /** The same as Region and account. */
  readonly whereabouts: readonly [region: string, account?: string];
}

const CASES: readonly Case[] = [
  {
    title: 'to another Region',
    policies: policiesCopied(`[{ region: ${OTHER} }]`),
    there: (place) => place.region(OTHER),
    whereabouts: [OTHER],
  },
  {
    title: 'to another account',
    policies: policiesCopied(
      `[{ account: "${AWAY}", region: ${OTHER} }]`,
      `targets:\n  - { account: "${AWAY}", region: ${OTHER}, rolePrefix: ec2-backup, copiesOnly: true }\n`,
    ),
    there: (place) => place.region(OTHER, AWAY),
    whereabouts: [OTHER, AWAY],
  },
];

const FAULTS: readonly { readonly title: string; readonly fault: Fault }[] = [
  { title: 'death before', fault: { kind: 'die', when: 'before' } },
  { title: 'death after', fault: { kind: 'die', when: 'after' } },
  { title: '[H2] a lost answer', fault: { kind: 'lost-answer' } },
  { title: '[H2] an error after acceptance', fault: { kind: 'unavailable', accepted: true } },
  { title: 'an error before acceptance', fault: { kind: 'unavailable', accepted: false } },
  { title: '[H18] a throttled call', fault: { kind: 'throttle' } },
];

/** What was made and what is shared, whatever the ids are. */
function contents({ scenario }: Replicating): unknown {
  const { region } = scenario;
  return [...region.images(), ...region.snapshots()].map(({ id, state, tags, sharedWith }) => ({
    id,
    state,
    tags,
    sharedWith,
  }));
}

describe.each(CASES)(
  '$title',
  ({ policies, there, whereabouts }) => {
    async function world(): Promise<Replicating> {
      const place = new Replicating({
        policies,
        settings: { readLag: 4 * MINUTE },
        keyOf: (home) => home.keys.create([AWAY]),
      });
      await place.backUp();
      return place;
    }

    /** The next run comes when lists show everything; answers the exit code of the last. */
    async function finish(place: Replicating): Promise<number | null> {
      let code: number | null = null;
      for (let round = 0; round < 4; round += 1) {
        place.scenario.clock.advance(round === 0 ? READS_TRUSTWORTHY_AFTER : 15 * MINUTE);
        ({ code } = await place.replicate(policies));
      }
      return code;
    }

    test.each(FAULTS)('$title at each call', async ({ fault }) => {
      const trial = await world();
      const { calls, code } = await trial.replicate(policies);
      expect(code).toBe(0);
      expect(calls).toBeGreaterThan(10);
      for (let at = 1; at <= calls; at += 1) await breakAt(at, fault);
    });

    test.each([
      { title: 'death after', fault: { kind: 'die', when: 'after' } },
      { title: '[H2] a lost answer', fault: { kind: 'lost-answer' } },
    ] as const)('$title at each copy, then by hand again at once', async ({ fault }) => {
      const trial = await world();
      let sent = 0;
      const copies: number[] = [];
      const note: FaultPlan = ({ command }) => {
        sent += 1;
        if (command.startsWith('Copy')) copies.push(sent);
        return undefined;
      };
      await trial.replicate(policies, { faults: note });
      expect(copies.length).toBeGreaterThanOrEqual(6);
      for (const at of copies.slice(0, 6)) {
        const place = await world();
        const faulty: FaultPlan = ({ n }) => (n === at ? fault : undefined);
        await place.replicate(policies, { faults: faulty }).catch(() => undefined);
        // The lists do not show it yet, and CopySnapshot has no token: it may be copied twice, and never not at all.
        await place.replicate(policies).catch(() => undefined);
        const where = `call ${at}`;
        expect([where, await finish(place)]).toEqual([where, 0]);
        expect(copiesIn(there(place)).flat().length).toBeLessThanOrEqual(2 * ALL_COPIED.flat().length);
        // What is twice there is pruned where it is, and nothing else.
        place.scenario.clock.advance(4 * DAY);
        const { outcomes } = await runPrune({}, place.contextIn(...whereabouts));
        expect([where, outcomes.filter(isFailure)]).toEqual([where, []]);
        expect([where, copiesIn(there(place))]).toEqual([where, ALL_COPIED]);
      }
    });

    async function breakAt(at: number, fault: Fault): Promise<void> {
      const place = await world();
      const before = contents(place);
      await place
        .replicate(policies, { faults: ({ n }) => (n === at ? fault : undefined) })
        .catch(() => undefined);
      const where = `call ${at}`;
      expect([where, await finish(place)]).toEqual([where, 0]);
      expect([where, copiesIn(there(place))]).toEqual([where, ALL_COPIED]);
      expect([where, contents(place)]).toEqual([where, before]);
    }
  },
  240_000,
);
