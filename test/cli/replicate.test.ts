/** `ec2-backup replicate`. */

import { expect, test } from 'vitest';
import { Scenario } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { fileWith, run, type Ended } from './fake-shell.ts';

const ACCOUNT = '111122223333';
const POLICIES = `
version: 1
deployment: test
policies:
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 3 }, copies: [{ region: us-east-1 }, { region: us-west-2, keep: { last: 1 } }] }
  local: { backup: volume, schedule: every 24 hours, keep: { last: 3 } }
`;

/** Two disks with a good point each, and how to call the command. */
async function world(policies = POLICIES) {
  const scenario = new Scenario({ policies, regions: ['ap-northeast-2', 'us-east-1', 'us-west-2'] });
  for (let disk = 0; disk < 2; disk += 1)
    scenario.region.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } });
  await scenario.backup('disks');
  scenario.clock.advance(600_000);
  const file = await fileWith(policies);
  const there = (region: string) => scenario.account.region(region);
  return {
    scenario,
    there,
    command: (args: readonly string[], answer?: boolean): Promise<Ended> =>
      run([...args, '--policies', file], {
        scenario,
        ...(answer !== undefined && { interactive: true, answer }),
      }),
  };
}

test('shows what would be copied where and asks once; yes does it', async () => {
  const { there, command } = await world();
  const { code, out, questions } = await command(['replicate'], true);
  expect(code).toBe(0);
  expect(questions).toEqual(['Carry out 4 actions of 2 places now?']);
  expect(out).toMatch(
    /^Copies of what is made from account 111122223333, Region ap-northeast-2, deployment test\nCopies to 111122223333\/us-east-1: 2 to make\n/,
  );
  expect(out).toContain('from 111122223333/ap-northeast-2  disks');
  expect(out).toContain('Outcome: 2 done');
  expect(['us-east-1', 'us-west-2'].map((region) => there(region).snapshots().length)).toEqual([2, 2]);
});

test('no does nothing, and neither does a dry run', async () => {
  const { there, command } = await world();
  expect((await command(['replicate'], false)).code).toBe(1);
  const dry = await command(['replicate', '--dry-run', '--json']);
  expect(dry.code).toBe(0);
  expect(parseJson(dry.out)).toMatchObject({
    version: 1,
    deployment: 'test',
    places: [
      { place: { account: ACCOUNT, region: 'us-east-1' }, counts: { copy: 2, copied: 0 } },
      { place: { account: ACCOUNT, region: 'us-west-2' }, counts: { copy: 2 } },
    ],
    unreached: [],
  });
  expect(there('us-east-1').snapshots()).toEqual([]);
});

test('asks nothing when there is nothing to do, and answers as JSON what it did', async () => {
  const { command, scenario } = await world();
  const first = parseJson(await command(['replicate', '--yes', '--json']).then(({ out }) => out));
  expect(first).toMatchObject({
    counts: { done: 4, failed: 0 },
    places: [{ copies: [{ status: 'copy' }, {}] }, {}],
  });
  scenario.clock.advance(3_600_000);
  const again = await command(['replicate'], true);
  expect(again.questions).toEqual([]);
  expect(again.out).toContain('Copies to 111122223333/us-east-1: 0 to make, 2 copied');
});

test('a place that cannot be read is told, fails the command, and leaves the others alone', async () => {
  const { there, command } = await world();
  there('us-east-1').faults = () => ({ kind: 'unavailable', accepted: false });
  const { code, out } = await command(['replicate', '--yes']);
  expect(code).toBe(3);
  expect(out).toContain('Copies to 111122223333/us-east-1: nothing is copied there: ');
  expect(there('us-west-2').snapshots()).toHaveLength(2);
});

test.each([
  [['--policy', 'local'], 'policy local has no copies: expected `copies` in the policy file'],
  [['--policy', 'diskz'], 'did you mean disks'],
])('%j is refused', async (args, message) => {
  const { command, scenario } = await world();
  const { code, notes } = await command(['replicate', '--yes', ...args]);
  expect(code).toBe(2);
  expect(notes).toContain(message);
  expect(scenario.account.region('us-east-1').calls).toEqual([]);
});

test('is refused without a word where nobody can be asked', async () => {
  const { command } = await world();
  expect((await command(['replicate'])).code).toBe(2);
});

test('list shows where a point was copied from, as text and as JSON', async () => {
  const { scenario, command } = await world();
  await command(['replicate', '--yes']);
  const [original] = scenario.region.snapshots();
  const { out } = await command(['list', '--region', 'us-east-1']);
  expect(out).toContain(`(copied from 111122223333/ap-northeast-2, ${original?.id ?? ''})`);
  const json = parseJson((await command(['list', '--region', 'us-east-1', '--json'])).out);
  expect(json).toMatchObject({
    points: [{ copiedFrom: { place: { account: ACCOUNT, region: 'ap-northeast-2' } } }, {}],
  });
});

test('prune at the source looks at the copies first', async () => {
  const { scenario, command } = await world(
    POLICIES.replace('keep: { last: 3 }, copies', 'keep: { last: 1 }, copies').replace(
      '{ region: us-east-1 }',
      '{ region: us-east-1, keep: { last: 2 } }',
    ),
  );
  await scenario.backup('disks');
  scenario.clock.advance(600_000);
  const { out } = await command(['prune', '--dry-run']);
  expect(out).toContain('to be copied to 111122223333/us-east-1: 2');
});
