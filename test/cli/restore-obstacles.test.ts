import { describe, expect, test } from 'vitest';
import { backedUp, type Restoring } from '../support/restoring.ts';
import { OTHER, policiesCopied, replicateAll, Replicating } from '../support/replicating.ts';
import { DAY, MINUTE, POLICIES } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended } from './fake-shell.ts';

interface World extends Restoring {
  readonly ami: string;
  readonly set: string;
  /** The customer-managed key of its encrypted volumes. */
  readonly key: string;
  readonly restore: (...args: string[]) => Promise<Ended>;
}

async function world(): Promise<World> {
  let key = '';
  const made = await backedUp({}, ({ region }) => {
    key = region.keys.create();
    region.keys.setDefault(key);
  });
  const file = await fileWith(POLICIES);
  const restore = (...args: string[]): Promise<Ended> =>
    run(['restore', made.source, '--policies', file, ...args], { scenario: made.scenario });
  made.scenario.region.calls.length = 0;
  return { ...made, key, restore };
}

const started = ({ scenario }: World): number =>
  scenario.region.instances().filter(({ tags }) => 'ec2-backup:restored-by' in tags).length;

describe('[H27] the key of a backup is looked at before anything starts', () => {
  test.each([
    ['Disabled', 'is Disabled, expected Enabled: enable it (aws kms enable-key)'],
    ['PendingDeletion', 'is PendingDeletion, expected Enabled: save it now (aws kms cancel-key-deletion'],
  ] as const)('one that is %s', async (state, says) => {
    const place = await world();
    place.scenario.region.keys.setState(place.key, state);
    for (const point of [place.ami, place.set]) {
      const { code, out, notes } = await place.restore('--point', point, '--yes');
      expect([code, out]).toEqual([2, '']);
      expect(notes).toContain(
        `nothing was started: key ${place.key}, which its data is encrypted with, ${says}`,
      );
    }
    expect(mutatingCalls(place.scenario)).toEqual([]);
  });

  test('one that is gone', async () => {
    const place = await world();
    place.scenario.region.keys.remove(place.key);
    const { code, notes } = await place.restore('--yes');
    expect(code).toBe(2);
    expect(notes).toContain('does not exist: without it nobody can read it');
    expect(mutatingCalls(place.scenario)).toEqual([]);
  });

  test('one without a grant: the plan says so, and the launch tells it as failed', async () => {
    const place = await world();
    place.scenario.region.keys.deny(place.key, 'use');
    const planned = await place.restore('--point', place.ami, '--dry-run');
    expect(planned.code).toBe(0);
    expect(planned.out).toContain(`key ${place.key} may not be yours to use (AccessDeniedException`);
    expect(mutatingCalls(place.scenario)).toEqual(['RunInstances']);
    const { code, out } = await place.restore('--point', place.ami, '--yes', '--json');
    expect(code).toBe(3);
    expect(parseJson<{ outcomes: { error?: string }[] }>(out).outcomes.at(-1)?.error).toMatch(
      /expected running: Client.InternalError: Client error on launch/,
    );
  });

  test('one that nobody may look at is no obstacle of its own', async () => {
    const place = await world();
    place.scenario.region.keys.deny(place.key, 'describe');
    const { code, out } = await place.restore('--point', place.ami, '--yes');
    expect(out).toContain('may not be yours to use (AccessDeniedException');
    expect(code).toBe(0);
  });

  test('of volumes alone, only the keys of those that are made', async () => {
    const place = await world();
    place.scenario.region.keys.setState(place.key, 'Disabled');
    const only = (device: string): Promise<Ended> =>
      place.restore('--point', place.set, '--volumes', '--device', device, '--yes');
    expect((await only('/dev/sdf')).notes).toContain(`key ${place.key}`);
    expect((await only('/dev/sdg')).code).toBe(0);
  });

  test('a root volume in place', async () => {
    const place = await world();
    place.scenario.region.keys.setState(place.key, 'Disabled');
    const { code, notes } = await place.restore('--in-place', '--yes');
    expect(code).toBe(2);
    expect(notes).toContain(`key ${place.key}, which its data is encrypted with, is Disabled`);
  });
});

test('a point that is pending is told from one that failed', async () => {
  const place = await world();
  const { scenario } = place;
  scenario.clock.advance(DAY);
  await scenario.backup('nightly');
  const [pending] = scenario.region.images().filter(({ state }) => state === 'pending');
  const { code, notes } = await place.restore('--point', pending?.id ?? '', '--yes');
  expect(code).toBe(2);
  expect(notes).toContain('is pending');
  expect(started(place)).toBe(0);
  scenario.clock.advance(30 * MINUTE);
  expect((await place.restore('--point', pending?.id ?? '', '--yes')).code).toBe(0);
});

test('[H28] a locked point is restored as any other, and stays locked', async () => {
  const place = await world();
  const { region, clock } = place.scenario;
  for (const { id } of region.snapshots())
    region.lockSnapshot(id, { mode: 'compliance', expiresOn: clock.now() + 30 * DAY });
  expect((await place.restore('--point', place.set, '--yes')).code).toBe(0);
  expect((await place.restore('--point', place.ami, '--yes')).code).toBe(0);
  expect(started(place)).toBe(2);
  expect(region.snapshots().every(({ isLocked }) => isLocked)).toBe(true);
});

test('a point that is in another place is told with that place, having looked there', async () => {
  const file = await fileWith(policiesCopied(`[{ region: ${OTHER} }]`));
  const place = new Replicating({ policies: policiesCopied(`[{ region: ${OTHER} }]`) });
  await place.backUp();
  await replicateAll(place, policiesCopied(`[{ region: ${OTHER} }]`));
  const [copy] = place.region(OTHER).images();
  for (const { id } of place.scenario.region.images()) place.scenario.region.deregisterByHand(id);
  const { code, notes } = await run(
    ['restore', place.database, '--point', copy?.id ?? '', '--policies', file, '--yes'],
    { scenario: place.scenario },
  );
  expect(code).toBe(2);
  expect(notes).toContain(
    `Region ${OTHER} has ${copy?.id ?? ''} of slot 2026-11-22T03:00:00Z: restore it there, with --region ${OTHER}`,
  );
});
