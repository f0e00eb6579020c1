/** Any edit between the words that protect: apply, and the plan is empty; nothing is ever deleted by it, or unlocked. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endsOf, planned, policiesWith, protect, protecting, type Words } from '../support/protecting.ts';
import { HOUR, type Scenario } from '../support/scenario.ts';

const ACCOUNTS = ['222233334444', '333344445555', '444455556666'];
const word = (texts: readonly string[]) => fc.constantFrom('', ...texts);
const share = fc
  .option(fc.subarray(ACCOUNTS), { nil: undefined })
  .map((accounts) => (accounts ? `share: [${accounts.map((one) => `"${one}"`).join(', ')}]` : ''));
const lock = word([
  'lock: { mode: governance, for: 3d }',
  'lock: { mode: governance, for: 20d }',
  'lock: { mode: compliance, for: 9d }',
  'lock: { mode: compliance, for: 12d, coolOff: 4h }',
]);

const image = fc
  .tuple(
    lock,
    share,
    word(['protect: true', 'protect: false']),
    word(['deprecateAfter: 1d', 'deprecateAfter: 30d']),
    word(['removal: { disableFor: 1h }', 'removal: { disableFor: 9d }']),
  )
  .map((words) => words.filter((text) => text !== '').join(', '));
const sets = fc
  .tuple(lock, share, word(['archiveAfter: 1d', 'archiveAfter: 3d']))
  .map((words) => words.filter((text) => text !== '').join(', '));
const keep = fc.constantFrom('{ last: 9, monthly: 12 }', '{ last: 2, monthly: 12 }', '{ monthly: 12 }');
const words: fc.Arbitrary<Words> = fc.record({ image, sets, keep });

test('an edit, one run, and nothing more is to be done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(words, { minLength: 2, maxLength: 4 }), async (edits) => {
      const { scenario } = await protecting(
        {},
        {
          days: 5,
          prepare: ({ region }) => region.keys.setDefault(region.keys.create(ACCOUNTS)),
        },
      );
      const { region, clock } = scenario;
      const before = {
        images: idsOf(scenario.region.images()),
        snapshots: idsOf(scenario.region.snapshots()),
      };
      for (const edit of edits) {
        scenario.edit(policiesWith(edit));
        const locked = lockedOf(scenario);
        const report = await protect(scenario);
        expect(endsOf(report).filter((end) => !end.endsWith(' done'))).toEqual([]);
        expect((await planned(scenario)).actions).toEqual([]);
        expect(lockedOf(scenario)).toEqual(expect.arrayContaining(locked));
        // What goes to the archive takes hours, and loses its shares on the way.
        clock.advance(12 * HOUR);
        await protect(scenario);
        expect((await planned(scenario)).actions).toEqual([]);
      }
      expect({ images: idsOf(region.images()), snapshots: idsOf(region.snapshots()) }).toEqual(before);
      for (const { sharedWith, tags } of [...region.images(), ...region.snapshots()])
        expect(toldOf(tags)).toEqual(expect.arrayContaining([...sharedWith]));
    }),
    { numRuns: 40, seed: 20261128 },
  );
}, 120_000);

const idsOf = (parts: readonly { readonly id: string }[]): string[] => parts.map(({ id }) => id).sort();

const lockedOf = ({ region }: Scenario): string[] =>
  region.snapshots().flatMap(({ id, isLocked }) => (isLocked ? id : []));

function toldOf(tags: Readonly<Record<string, string>>): string[] {
  return (tags['ec2-backup:shared'] ?? '').split(' ').filter((account) => account !== '');
}
