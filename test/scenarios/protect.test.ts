/** Locks, protection, deprecation, the archive and sharing: set as the policy says, once, and never undone by us. */

import { describe, expect, test } from 'vitest';
import { listLocks } from '../../src/lib/aws/read-snapshots.ts';
import { compareText } from '../../src/lib/plan/order.ts';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { aDay, endsOf, planned, policiesWith, protect, protecting } from '../support/protecting.ts';
import { DAY, HOUR, MINUTE, START, type Scenario } from '../support/scenario.ts';
import { ends, reasonsFor } from './story.ts';

/** Every lock in force. */
async function locksOf(region: SimulatedRegion): Promise<{ state: string; until: string }[]> {
  const found: { state: string; until: string }[] = [];
  for await (const { state, until = 0 } of listLocks(region.clients))
    found.push({ state, until: formatInstant(until) });
  return found.sort((a, b) => compareText(a.until, b.until));
}

async function expectSettled(scenario: Scenario): Promise<void> {
  expect((await planned(scenario)).actions).toEqual([]);
}

describe('a file without such words', () => {
  test('asks for nothing and changes nothing', async () => {
    const { scenario } = await protecting({});
    scenario.region.calls.length = 0;
    expect(await protect(scenario)).toEqual({
      plan: { actions: [], refused: [], warnings: [] },
      outcomes: [],
    });
    expect(
      scenario.region.calls.map(({ command }) => command).filter((name) => !name.startsWith('Describe')),
    ).toEqual([]);
  });
});

describe('lock', () => {
  test('[H28] locks every snapshot of what is kept from its slot on, once, and prunes wait for its end', async () => {
    const { scenario } = await protecting({
      image: 'lock: { mode: governance, for: 5d }',
      keep: '{ last: 1 }',
    });
    const { region, clock } = scenario;
    expect(endsOf(await protect(scenario))).toEqual(['lock-snapshot done']);
    expect(await locksOf(region)).toEqual([
      // Of the one that no rule keeps nothing is locked.
      { state: 'governance', until: formatInstant(START + DAY + 5 * DAY) },
      { state: 'governance', until: formatInstant(START + DAY + 5 * DAY) },
    ]);
    await expectSettled(scenario);
    await aDay(scenario);
    expect(endsOf(await protect(scenario))).toEqual(['lock-snapshot done']);
    const { plan } = await scenario.prune({ policy: 'nightly' });
    const [first] = region.images();
    expect(reasonsFor(first?.id ?? '', plan)).toEqual([`locked until ${formatInstant(START + 6 * DAY)}`]);
    clock.set(START + 6 * DAY + MINUTE);
    expect(ends((await scenario.prune({ policy: 'nightly' })).outcomes)).toEqual(['deregister-image done']);
  });

  test('is made longer by an edit, and never shorter', async () => {
    const { scenario } = await protecting({ sets: 'lock: { mode: governance, for: 5d }' }, { days: 1 });
    await protect(scenario);
    scenario.edit(policiesWith({ sets: 'lock: { mode: governance, for: 9d }' }));
    expect(endsOf(await protect(scenario))).toEqual(['lock-snapshot done']);
    const longer = await locksOf(scenario.region);
    expect(longer.map(({ until }) => until)).toEqual(Array(2).fill(formatInstant(START + HOUR + 9 * DAY)));
    scenario.edit(policiesWith({ sets: 'lock: { mode: governance, for: 2d }' }));
    expect((await protect(scenario)).outcomes).toEqual([]);
    scenario.edit(policiesWith());
    expect((await protect(scenario)).outcomes).toEqual([]);
    expect(await locksOf(scenario.region)).toEqual(longer);
  });

  test('becomes a compliance lock with a cooling-off period, and not the other way', async () => {
    const { scenario } = await protecting({ sets: 'lock: { mode: governance, for: 5d }' }, { days: 1 });
    await protect(scenario);
    scenario.edit(policiesWith({ sets: 'lock: { mode: compliance, for: 9d, coolOff: 2h }' }));
    await protect(scenario);
    const until = formatInstant(START + HOUR + 9 * DAY);
    expect(await locksOf(scenario.region)).toEqual(Array(2).fill({ state: 'compliance-cooloff', until }));
    await expectSettled(scenario);
    scenario.clock.advance(3 * HOUR);
    await expectSettled(scenario);
    scenario.edit(policiesWith({ sets: 'lock: { mode: compliance, for: 20d, coolOff: 2h }' }));
    expect(endsOf(await protect(scenario))).toEqual(['lock-snapshot done']);
    scenario.edit(policiesWith({ sets: 'lock: { mode: governance, for: 40d }' }));
    expect((await protect(scenario)).outcomes).toEqual([]);
    expect(new Set((await locksOf(scenario.region)).map(({ state }) => state))).toEqual(
      new Set(['compliance']),
    );
  });

  test('locks nothing that is pending, and nothing that would be over within a day', async () => {
    const { scenario } = await protecting({ image: 'lock: { mode: governance, for: 2d }' }, { days: 1 });
    scenario.clock.advance(HOUR);
    expect((await planned(scenario)).actions).toEqual([]);
    await scenario.backup('nightly');
    expect((await planned(scenario)).actions).toEqual([]);
    scenario.clock.advance(1);
    expect((await planned(scenario)).actions).toEqual([]);
  });
});

describe('protect', () => {
  test('[H28] protects AMIs, and only the prune that deletes one lifts it', async () => {
    const { scenario } = await protecting({ image: 'protect: true', keep: '{ last: 2 }' });
    const { region } = scenario;
    expect(endsOf(await protect(scenario))).toEqual(['protect-image done']);
    expect(region.images().every(({ isProtected }) => isProtected)).toBe(true);
    await expectSettled(scenario);
    await aDay(scenario);
    await protect(scenario);
    const { outcomes } = await scenario.prune({ policy: 'nightly' });
    expect(ends(outcomes)).toEqual(['deregister-image done']);
    expect(region.images().map(({ isProtected }) => isProtected)).toEqual([true, true]);
    expect(
      region.calls.filter(({ command }) => command === 'DisableImageDeregistrationProtection'),
    ).toHaveLength(1);
  });

  test('a run that dies between lifting and deleting is finished by the next one', async () => {
    const { scenario } = await protecting({ image: 'protect: true', keep: '{ last: 1 }' });
    const { region } = scenario;
    for (const { id } of region.images()) region.protectImage(id, 'enabled-without-cooldown');
    region.faults = ({ command }) =>
      command === 'DeregisterImage' ? { kind: 'die', when: 'before' } : undefined;
    await scenario.prune({ policy: 'nightly' });
    region.revive();
    region.faults = () => undefined;
    // What is about to go is not protected anew.
    await expectSettled(scenario);
    expect(ends((await scenario.prune({ policy: 'nightly' })).outcomes)).toEqual(['deregister-image done']);
  });

  test('a hold is a hold, and its protection stays', async () => {
    const { scenario } = await protecting({ image: 'protect: true', keep: '{ last: 2 }' });
    const { region } = scenario;
    await protect(scenario);
    scenario.edit(policiesWith({ image: 'protect: true', keep: '{ last: 1 }' }));
    const [first] = region.images();
    region.tag(first?.id ?? '', 'Backup:Hold', 'audit');
    await scenario.prune({ policy: 'nightly' });
    expect(region.has(first?.id ?? '')).toBe(true);
    await expectSettled(scenario);
    expect(region.images().every(({ isProtected }) => isProtected)).toBe(true);
  });

  test('that is left out respects whoever protects one, and protect: false lifts it', async () => {
    const { scenario } = await protecting({ keep: '{ last: 1 }' });
    const { region } = scenario;
    const [first] = region.images();
    region.protectImage(first?.id ?? '', 'enabled-without-cooldown');
    await scenario.prune({ policy: 'nightly' });
    expect(region.has(first?.id ?? '')).toBe(true);
    scenario.edit(policiesWith({ image: 'deprecateAfter: 2d', keep: '{ last: 1 }' }));
    expect((await planned(scenario)).warnings).toMatchObject([
      { id: 'nightly', reason: expect.stringContaining('protect: false lets prunes lift that') as string },
    ]);
    scenario.edit(policiesWith({ image: 'protect: false', keep: '{ last: 1 }' }));
    expect(ends((await scenario.prune({ policy: 'nightly' })).outcomes)).toEqual(['deregister-image done']);
    expect(region.images().map(({ isProtected }) => isProtected)).toEqual([false]);
  });

  test('with a cooldown that somebody has set it stays: it could not be deregistered for a day', async () => {
    const { scenario } = await protecting({ image: 'protect: true', keep: '{ last: 1 }' });
    const { region } = scenario;
    const [first] = region.images();
    region.protectImage(first?.id ?? '', 'enabled-with-cooldown');
    const { plan } = await scenario.prune({ policy: 'nightly' });
    expect(reasonsFor(first?.id ?? '', plan)).toEqual(['deregistration protected']);
  });
});

describe('deprecateAfter', () => {
  test('deprecates each AMI by its slot, follows edits, and settles', async () => {
    const { scenario } = await protecting({ image: 'deprecateAfter: 2d', keep: '{ last: 9 }' }, { days: 4 });
    const { region, clock } = scenario;
    const dates = () => region.images().map(({ deprecatedAt = 0 }) => (deprecatedAt - START) / DAY);
    expect(endsOf(await protect(scenario))).toEqual(['deprecate-image done']);
    const soon = (clock.now() + 5 * MINUTE - START) / DAY;
    expect(dates()).toEqual([soon, soon, soon, 5]);
    await expectSettled(scenario);
    scenario.edit(policiesWith({ image: 'deprecateAfter: 8d', keep: '{ last: 9 }' }));
    await protect(scenario);
    expect(dates()).toEqual([8, 9, 10, 11]);
    scenario.edit(policiesWith({ image: 'deprecateAfter: 6d', keep: '{ last: 9 }' }));
    await protect(scenario);
    expect(dates()).toEqual([6, 7, 8, 9]);
    await expectSettled(scenario);
    clock.set(START + 20 * DAY);
    await expectSettled(scenario);
  });
});

describe('archiveAfter', () => {
  const KEEP = '{ daily: 5, monthly: 12 }';

  test('archives what stays long, and never what is let go before the archive pays', async () => {
    const { scenario } = await protecting({ sets: 'archiveAfter: 3d', keep: KEEP }, { days: 12 });
    const { region, clock } = scenario;
    await scenario.prune({ policy: 'sets' });
    const { outcomes } = await protect(scenario);
    clock.advance(12 * HOUR);
    // The last of November and, as the oldest of all, the first.
    const archived = region.snapshots().filter(({ tier }) => tier === 'archive');
    expect(new Set(archived.map(({ tags }) => tags['ec2-backup:slot']))).toEqual(
      new Set(['2026-11-22T04:00:00Z', '2026-11-30T04:00:00Z']),
    );
    expect(outcomes.map(({ action }) => action)).toEqual(Array(4).fill('archive-snapshot'));
    await expectSettled(scenario);
    // Neither do AMIs' snapshots ever.
    expect(
      region
        .images()
        .flatMap(({ snapshotIds }) => snapshotIds)
        .filter((id) => archived.some((one) => one.id === id)),
    ).toEqual([]);
  });

  test('waits for EC2, which archives 25 at a time, and goes on', async () => {
    const { scenario } = await protecting({ sets: 'archiveAfter: 1d', keep: '{ daily: all }' }, { days: 16 });
    const { outcomes, plan } = await protect(scenario);
    expect(outcomes).toHaveLength(24);
    expect(plan.warnings.map(({ reason }) => reason)).toContain(
      'not archived yet: EC2 archives 25 snapshots of an account at a time',
    );
    expect(endsOf({ plan, outcomes })).toEqual(['archive-snapshot done']);
    scenario.clock.advance(12 * HOUR);
    expect(endsOf(await protect(scenario))).toEqual(['archive-snapshot done']);
    scenario.clock.advance(12 * HOUR);
    await expectSettled(scenario);
  });
});

describe('share', () => {
  const [ONE, TWO] = ['222233334444', '333344445555'];
  const share = (...accounts: string[]): string => `share: [${accounts.map((one) => `"${one}"`).join(', ')}]`;
  const withKey = (scenario: Scenario): void =>
    scenario.region.keys.setDefault(scenario.region.keys.create([ONE, TWO]));
  const sharedOf = ({ region }: Scenario): readonly (readonly string[])[] => [
    ...new Set([...region.images(), ...region.snapshots()].map(({ sharedWith }) => sharedWith)),
  ];

  test('shares AMIs and snapshots, and takes back what it has shared and nothing else', async () => {
    const { scenario } = await protecting(
      { image: share(ONE, TWO), sets: share(ONE, TWO) },
      { days: 1, prepare: withKey },
    );
    const { region } = scenario;
    const [image] = region.images();
    region.protecting.shareImage(image?.id ?? '', ['999900001111']);
    expect(endsOf(await protect(scenario))).toEqual(['share-with done']);
    const rest = region.snapshots();
    expect(region.images()[0]?.sharedWith).toEqual(['999900001111', ONE, TWO]);
    expect(rest.every(({ sharedWith }) => sharedWith.join() === [ONE, TWO].join())).toBe(true);
    await expectSettled(scenario);
    scenario.edit(policiesWith({ image: share(TWO) }));
    expect(endsOf(await protect(scenario))).toEqual(['share-with done']);
    expect(region.images()[0]?.sharedWith).toEqual(['999900001111', TWO]);
    await expectSettled(scenario);
    scenario.edit(policiesWith());
    await protect(scenario);
    expect(region.images()[0]?.sharedWith).toEqual(['999900001111']);
    expect(region.snapshots().flatMap(({ sharedWith }) => sharedWith)).toEqual([]);
    await expectSettled(scenario);
  });

  test('says what cannot be shared, and shares the rest', async () => {
    const { scenario } = await protecting({ image: share(ONE) }, { days: 1 });
    const { plan } = await protect(scenario);
    expect(plan.actions).toEqual([]);
    expect(plan.warnings).toMatchObject([
      { policy: 'nightly', reason: expect.stringContaining('AWS-managed key of its account') as string },
    ]);
    expect(sharedOf(scenario).flat()).toEqual([]);
  });

  test('survives death at each of its calls without sharing what nobody remembers', async () => {
    const trial = await protecting({ image: share(ONE) }, { days: 1, prepare: withKey });
    trial.scenario.region.calls.length = 0;
    await protect(trial.scenario);
    const calls = trial.scenario.region.calls.length;
    for (let at = 1; at <= calls; at += 1) {
      const { scenario } = await protecting({ image: share(ONE) }, { days: 1, prepare: withKey });
      const { region } = scenario;
      region.calls.length = 0;
      const first = region.calls.length;
      let n = first;
      region.faults = () => (++n === at ? { kind: 'die', when: 'after' } : undefined);
      await protect(scenario).catch(() => undefined);
      region.revive();
      region.faults = () => undefined;
      scenario.edit(policiesWith());
      await protect(scenario);
      expect([at, sharedOf(scenario).flat()]).toEqual([at, []]);
    }
  });
});
