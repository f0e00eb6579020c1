/** Two-phase removal: disabled first, deregistered when nobody missed it, and saved by whoever does. */

import { describe, expect, test } from 'vitest';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { ImageView } from '../../src/simulator/views.ts';
import { aDay, endsOf, planned, policiesWith, protect, protecting } from '../support/protecting.ts';
import { DAY, HOUR, MINUTE, type Scenario } from '../support/scenario.ts';
import { ends, reasonsFor } from './story.ts';

const WORDS = { image: 'removal: { disableFor: 2d }', keep: '{ last: 1 }' };

function oldest({ region }: Scenario): ImageView {
  const [image] = [...region.images()].sort((a, b) => a.createdAt - b.createdAt);
  if (!image) throw new Error('there is no image');
  return image;
}

const prune = (scenario: Scenario) => scenario.prune({ policy: 'nightly' });

describe('an AMI that no rule keeps', () => {
  test('is not deregistered before it was disabled for as long as the policy says', async () => {
    const { scenario } = await protecting(WORDS);
    const { region, clock } = scenario;
    const { id } = oldest(scenario);
    const first = await prune(scenario);
    expect([reasonsFor(id, first.plan), first.outcomes]).toEqual([['to be disabled first'], []]);
    expect(endsOf(await protect(scenario))).toEqual(['disable-image done']);
    const disabledAt = clock.now();
    expect(oldest(scenario)).toMatchObject({
      id,
      state: 'disabled',
      tags: { 'ec2-backup:disabled': formatInstant(disabledAt) },
    });
    expect((await planned(scenario)).actions).toEqual([]);
    clock.set(disabledAt + 2 * DAY - MINUTE);
    const second = await prune(scenario);
    expect(reasonsFor(id, second.plan)).toEqual([
      `disabled, deregistered after ${formatInstant(disabledAt + 2 * DAY)}`,
    ]);
    expect(second.outcomes).toEqual([]);
    clock.set(disabledAt + 2 * DAY);
    expect(ends((await prune(scenario)).outcomes)).toEqual(['deregister-image done']);
    expect(region.has(id)).toBe(false);
  });

  test('is saved by somebody who enables it, for good', async () => {
    const { scenario } = await protecting(WORDS);
    const { id } = oldest(scenario);
    await protect(scenario);
    scenario.region.enableImage(id);
    scenario.clock.advance(10 * DAY);
    const { plan, outcomes } = await prune(scenario);
    expect([reasonsFor(id, plan), outcomes]).toEqual([['enabled again after it was disabled'], []]);
    expect((await planned(scenario)).actions).toEqual([]);
    // Until its tag says otherwise.
    scenario.region.untag(id, 'ec2-backup:disabled');
    expect(endsOf(await protect(scenario))).toEqual(['disable-image done']);
  });

  test('is saved and enabled by a hold', async () => {
    const { scenario } = await protecting(WORDS);
    const { id } = oldest(scenario);
    await protect(scenario);
    scenario.region.tag(id, 'Backup:Hold', 'audit');
    expect(endsOf(await protect(scenario))).toEqual(['enable-image done']);
    scenario.clock.advance(5 * DAY);
    expect((await prune(scenario)).outcomes).toEqual([]);
    expect((await planned(scenario)).actions).toEqual([]);
    expect(oldest(scenario)).toMatchObject({ id, state: 'available' });
  });

  test('[H6] is not disabled while it is in use, or while that cannot be checked', async () => {
    const { scenario } = await protecting(WORDS);
    const { region } = scenario;
    region.faults = ({ command }) =>
      command === 'DescribeImageReferences' ? { kind: 'error', name: 'UnauthorizedOperation' } : undefined;
    expect((await planned(scenario)).actions).toEqual([]);
    region.faults = () => undefined;
    region.runInstance({ imageId: oldest(scenario).id });
    expect((await planned(scenario)).actions).toEqual([]);
  });

  test('stays disabled, and is not enabled, while checks fail', async () => {
    const { scenario } = await protecting(WORDS);
    const { region, clock } = scenario;
    await protect(scenario);
    clock.advance(3 * DAY);
    region.faults = ({ command }) =>
      command === 'DescribeImageReferences' ? { kind: 'error', name: 'UnauthorizedOperation' } : undefined;
    expect((await planned(scenario)).actions).toEqual([]);
    expect(oldest(scenario).state).toBe('disabled');
  });

  test('comes back when retention wants it after all: an edit, or the newer ones are lost', async () => {
    const { scenario } = await protecting(WORDS);
    const { region } = scenario;
    const { id } = oldest(scenario);
    await protect(scenario);
    scenario.edit(policiesWith({ ...WORDS, keep: '{ last: 5 }' }));
    expect(endsOf(await protect(scenario))).toEqual(['enable-image done']);
    expect(oldest(scenario).state).toBe('available');
    scenario.edit(policiesWith(WORDS));
    expect(endsOf(await protect(scenario))).toEqual(['disable-image done']);
    const newer = region.images().find((image) => image.id !== id);
    region.deregisterByHand(newer?.id ?? '');
    // [H13] It is the last good one, disabled or not.
    const { plan } = await prune(scenario);
    expect(reasonsFor(id, plan).join()).toMatch(/^last 1\/1/);
    expect(endsOf(await protect(scenario))).toEqual(['enable-image done']);
  });

  test('is deregistered at once when the policy no longer says so, and what failed at any time', async () => {
    const { scenario } = await protecting(WORDS);
    await protect(scenario);
    scenario.edit(policiesWith({ keep: '{ last: 1 }' }));
    expect(ends((await prune(scenario)).outcomes)).toEqual(['deregister-image done']);
    scenario.edit(policiesWith(WORDS));
    await aDay(scenario);
    scenario.region.failImage(oldest(scenario).id);
    scenario.clock.advance(DAY);
    expect(ends((await prune(scenario)).outcomes)).toEqual(['deregister-image done']);
  });

  test('that somebody else has disabled is theirs', async () => {
    const { scenario } = await protecting(WORDS);
    const { id } = oldest(scenario);
    scenario.region.disableImage(id);
    scenario.clock.advance(9 * DAY);
    expect((await planned(scenario)).actions).toEqual([]);
    expect(reasonsFor(id, (await prune(scenario)).plan)).toEqual(['disabled']);
  });
});

test('[H35] an edit that would disable too many is refused, told, and accepted by its exact count', async () => {
  const { scenario } = await protecting({ ...WORDS, keep: '{ last: all }' }, { days: 30 });
  scenario.edit(policiesWith(WORDS));
  const { plan, outcomes } = await protect(scenario);
  expect(outcomes).toEqual([]);
  expect(plan.refused).toMatchObject([
    {
      policy: 'nightly',
      deletions: 29,
      reason: expect.stringContaining('would disable 29 of 30 points') as string,
    },
  ]);
  expect((await protect(scenario, { policy: 'nightly', accept: 28 })).outcomes).toEqual([]);
  expect((await protect(scenario, { policy: 'nightly', accept: 29 })).outcomes).toHaveLength(29);
});

const FAULTS: readonly { readonly title: string; readonly fault: Fault }[] = [
  { title: 'death before', fault: { kind: 'die', when: 'before' } },
  { title: 'death after', fault: { kind: 'die', when: 'after' } },
  { title: '[H2] a lost answer', fault: { kind: 'lost-answer' } },
  { title: '[H2] an error after acceptance', fault: { kind: 'unavailable', accepted: true } },
];

const EVERYTHING = {
  image:
    'lock: { mode: governance, for: 9d }, protect: true, deprecateAfter: 8d, removal: { disableFor: 2d }, share: ["222233334444"]',
  sets: 'lock: { mode: compliance, for: 9d, coolOff: 1h }, archiveAfter: 1d, share: ["222233334444"]',
  keep: '{ last: 2, monthly: 12 }',
};

describe('death and lost answers', () => {
  async function world(): Promise<Scenario> {
    const { scenario } = await protecting(EVERYTHING, {
      days: 4,
      settings: { readLag: 20_000 },
      prepare: ({ region }) => region.keys.setDefault(region.keys.create(['222233334444'])),
    });
    return scenario;
  }

  test.each(FAULTS)(
    '$title at each call: the next run converges, and nothing is lost',
    async ({ fault }) => {
      const trial = await world();
      trial.region.calls.length = 0;
      await protect(trial);
      const calls = trial.region.calls.length;
      expect(calls).toBeGreaterThan(40);
      const end = await settled(trial);
      for (let at = 1; at <= calls; at += 1) {
        const scenario = await world();
        const { region, clock } = scenario;
        const points = region.images().length;
        let n = 0;
        region.faults = () => {
          n += 1;
          return n === at ? fault : undefined;
        };
        await protect(scenario).catch(() => undefined);
        region.revive();
        region.faults = () => undefined;
        clock.advance(MINUTE);
        const where = `call ${at}`;
        expect([where, await settled(scenario)]).toEqual([where, end]);
        expect([where, region.images().length]).toEqual([where, points]);
      }
    },
    120_000,
  );

  /** What there is once nothing more is to be done. */
  async function settled(scenario: Scenario): Promise<object> {
    for (let run = 0; run < 6; run += 1) {
      await protect(scenario);
      scenario.clock.advance(12 * HOUR);
    }
    expect((await planned(scenario)).actions).toEqual([]);
    const { region } = scenario;
    return {
      images: region
        .images()
        .map(({ state, isProtected, sharedWith }) => ({ state, isProtected, sharedWith })),
      snapshots: region.snapshots().map(({ tier, isLocked, sharedWith }) => ({ tier, isLocked, sharedWith })),
    };
  }
});
