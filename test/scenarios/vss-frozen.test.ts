/** What the freezing of Windows did not come to: never called more than it is, and never deleted sooner for that. */

import { describe, expect, test } from 'vitest';
import { readAllPoints } from '../../src/lib/run/read.ts';
import { ended } from '../support/hooking.ts';
import { DAY, HOUR, START, type Scenario } from '../support/scenario.ts';
import { sentAndMade, vssPolicies, windows } from '../support/vss.ts';

const SKIP = vssPolicies('skip');
const UNMARKED = 'VSS: Success, and not every snapshot is marked AppConsistent=True';

async function states({ context }: Scenario): Promise<unknown[]> {
  const { points } = await readAllPoints(context);
  return points.map(({ state, consistency }) => [state, consistency]);
}

describe('a freeze that fails', () => {
  test.each(['False', 'nothing'] as const)(
    'leaves a crash-consistent backup (AppConsistent: %s), with a warning',
    async (marks) => {
      const { scenario } = windows({ vss: { makes: 'crash', marks } });
      expect(ended(await scenario.backup('win'))).toEqual([`done | only crash-consistent: ${UNMARKED}`]);
      expect(sentAndMade(scenario)).toEqual([1, 0]);
      scenario.clock.advance(HOUR);
      expect(await states(scenario)).toEqual([['good', 'crash']]);
    },
  );

  test('with onFailure: skip is no backup: pending for a while, then failed, and never made twice', async () => {
    const { scenario } = windows({ policies: SKIP, vss: { makes: 'crash' } });
    const [text = ''] = ended(await scenario.backup('win', { slot: START }));
    expect(text).toContain(`failed | ${UNMARKED}: snap-`);
    expect(text).toContain('do not count as a backup (onFailure: skip)');
    expect(await states(scenario)).toEqual([['pending', undefined]]);
    scenario.clock.advance(HOUR);
    expect(await states(scenario)).toEqual([['failed', 'crash']]);
    // As `watch` asks for it, hourly.
    expect(ended(await scenario.backup('win', { slot: START }))).toEqual([text]);
    expect(sentAndMade(scenario)).toEqual([1, 0]);
    expect(scenario.region.snapshots()).toHaveLength(4);
  });

  test.each(['False', undefined])(
    'with onFailure: skip and somebody who makes AppConsistent %s of all sets, nothing goes sooner than if it were good',
    async (value) => {
      const { scenario } = windows({ policies: SKIP });
      const { region, clock } = scenario;
      const nights: string[][] = [];
      for (let night = 0; night < 5; night += 1) {
        const before = new Set(region.snapshots().map(({ id }) => id));
        await scenario.backup('win');
        const made = region.snapshots().map(({ id }) => id);
        nights.push(made.filter((id) => !before.has(id)));
        clock.advance(6 * HOUR);
      }
      for (const id of nights.flat()) {
        if (value === undefined) region.untag(id, 'AppConsistent');
        else region.tag(id, 'AppConsistent', value);
      }
      clock.advance(5 * DAY);
      const { plan } = await scenario.prune();
      // `last: 3`, by which the first two would be gone anyway.
      expect(region.snapshots().map(({ id }) => id)).toEqual(nights.slice(2).flat());
      expect(plan.verdicts.flatMap(({ verdict }) => verdict.reasons)).toContain('not application-consistent');
      expect(await states(scenario)).toEqual(Array(3).fill(['failed', 'crash']));
    },
  );

  test('with onFailure: skip does not pile up where VSS always fails', async () => {
    const { scenario } = windows({ policies: SKIP, vss: { makes: 'crash', marks: 'nothing' } });
    for (let slot = 0; slot < 12; slot += 1) {
      await scenario.backup('win');
      scenario.clock.advance(6 * HOUR);
      await scenario.prune();
    }
    scenario.clock.advance(2 * DAY);
    await scenario.prune();
    expect(scenario.region.snapshots()).toHaveLength(3 * 4);
  });

  test('with onFailure: skip never counts for retention', async () => {
    const { scenario } = windows({ policies: SKIP });
    await scenario.backup('win');
    scenario.region.hooks.setVss({ makes: 'crash' });
    for (let slot = 0; slot < 5; slot += 1) {
      scenario.clock.advance(6 * HOUR);
      await scenario.backup('win');
    }
    scenario.clock.advance(2 * DAY);
    await scenario.prune();
    const left = scenario.region.snapshots();
    expect(left.filter(({ tags }) => tags['AppConsistent'] === 'True')).toHaveLength(4);
  });
});
