/** What must never come of protecting: a backup lost, something of a person's undone, a lock that the file does not say. */

import { describe, expect, test } from 'vitest';
import { listLocks } from '../../src/lib/aws/read-snapshots.ts';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import type { ProtectPlan } from '../../src/lib/plan/plan-protect.ts';
import { applyProtect, planProtectRun } from '../../src/lib/run/protect.ts';
import type { ImageView } from '../../src/simulator/views.ts';
import { copiedPolicies, Copying, EAST, HOME } from '../support/copying.ts';
import { endsOf, planned, policiesWith, protect, protecting } from '../support/protecting.ts';
import { DAY, HOUR, type Scenario } from '../support/scenario.ts';
import { reasonsFor } from './story.ts';

const WORDS = { image: 'removal: { disableFor: 2d }', keep: '{ last: 1 }' };

function oldest({ region }: Pick<Scenario, 'region'>): ImageView {
  const [image] = [...region.images()].sort((a, b) => a.createdAt - b.createdAt);
  if (!image) throw new Error('there is no image');
  return image;
}

/** Of each lock in force its state and the year of its end. */
async function locksOf({ region }: Scenario): Promise<string[]> {
  const found: string[] = [];
  for await (const { state, until = 0 } of listLocks(region.clients))
    found.push(`${state} ${formatInstant(until).slice(0, 4)}`);
  return [...new Set(found)].sort();
}

describe('what is set aside', () => {
  test('[H13] stays as the last good one of a source that is gone for some days only', async () => {
    const words = { ...WORDS, image: `${WORDS.image}, releaseAfterSourceGone: 90d` };
    const { scenario, source } = await protecting(words);
    const { region, clock } = scenario;
    const { id } = oldest(scenario);
    await protect(scenario);
    region.deregisterByHand(region.images().find((image) => image.id !== id)?.id ?? '');
    region.terminateInstance(source);
    clock.advance(3 * DAY);
    await scenario.prune({ policy: 'nightly' });
    expect(region.has(id)).toBe(true);
  });

  test('[H25] stays while its copy is wanted, and is enabled for that', async () => {
    const text = copiedPolicies(`[{ region: ${EAST.region}, keep: { last: 5 } }]`, '{ last: 1 }');
    const place = new Copying(text.replace('backup: image,', 'backup: image, removal: { disableFor: 2d },'));
    const { region, clock } = place.scenario;
    region.runInstance({ tags: { 'Backup:images': 'true' }, volumes: [{ device: '/dev/xvda', sizeGiB: 8 }] });
    for (let day = 0; day < 2; day += 1) {
      await place.backUp('images');
      clock.advance(HOUR);
      await place.copy(EAST);
      clock.advance(DAY - HOUR);
    }
    const { id } = oldest(place.scenario);
    const run = async () =>
      endsOf(await applyProtect(await planProtectRun({}, place.contextIn(HOME)), place.contextIn(HOME)));
    expect(await run()).toEqual(['disable-image done']);
    const there = place.region(EAST);
    const copy = there.images().find(({ tags }) => tags['ec2-backup:copied-from']?.endsWith(id));
    there.deregisterByHand(copy?.id ?? '');
    clock.advance(3 * DAY);
    await place.prune(HOME, { policy: 'images' });
    expect(region.has(id)).toBe(true);
    expect(await run()).toEqual(['enable-image done']);
    // What is left of the lost one goes first.
    await place.prune(EAST, { policy: 'images' });
    await place.copy(EAST);
    clock.advance(HOUR);
    expect(there.images().some(({ tags }) => tags['ec2-backup:copied-from']?.endsWith(id))).toBe(true);
    expect(await run()).toEqual(['disable-image done']);
  });
});

describe('what somebody has enabled', () => {
  test.each([
    ['removal has left the file', policiesWith({ keep: '{ last: 1 }' })],
    [
      'the policy is retired',
      policiesWith(WORDS)
        .replace(/ {2}nightly: .*\n/, '')
        .replace('prune:', 'retired:\n  nightly: { keep: { last: 1 } }\nprune:'),
    ],
  ])('stays when %s', async (_, edited) => {
    const { scenario } = await protecting(WORDS);
    const { id } = oldest(scenario);
    await protect(scenario);
    scenario.region.enableImage(id);
    scenario.clock.advance(DAY);
    scenario.edit(edited);
    const { plan } = await scenario.prune();
    expect(reasonsFor(id, plan)).toEqual(['enabled again after it was disabled']);
    expect(scenario.region.has(id)).toBe(true);
  });
});

describe('what somebody disables after it was wanted again', () => {
  test('is theirs: neither enabled, nor dated, nor deregistered', async () => {
    const { scenario } = await protecting(WORDS);
    const { region, clock } = scenario;
    const { id } = oldest(scenario);
    await protect(scenario);
    scenario.edit(policiesWith({ ...WORDS, keep: '{ last: 2 }' }));
    expect(endsOf(await protect(scenario))).toEqual(['enable-image done']);
    region.disableImage(id);
    clock.advance(HOUR);
    expect((await planned(scenario)).actions).toEqual([]);
    scenario.edit(policiesWith(WORDS));
    expect((await planned(scenario)).actions).toEqual([]);
    clock.advance(9 * DAY);
    const { plan } = await scenario.prune({ policy: 'nightly' });
    expect(reasonsFor(id, plan)).toEqual(['disabled']);
  });
});

describe('no lock', () => {
  test('[H28] is made a compliance lock for longer than the file says', async () => {
    const { scenario } = await protecting({ image: 'lock: { mode: compliance, for: 9d }' });
    const { region, clock } = scenario;
    const [first] = region.snapshots();
    region.lockSnapshot(first?.id ?? '', { mode: 'governance', expiresOn: clock.now() + 3650 * DAY });
    await protect(scenario);
    expect(await locksOf(scenario)).toEqual(['compliance 2026', 'governance 2036']);
  });

  test('is set by a clock that was wrong', async () => {
    const { scenario } = await protecting({ image: 'lock: { mode: compliance, for: 9d }' });
    scenario.region.tag(oldest(scenario).id, 'ec2-backup:slot', '2062-11-22T03:00:00Z');
    await protect(scenario);
    expect(await locksOf(scenario)).toEqual(['compliance 2026']);
  });

  test('is set on what is not of this deployment', async () => {
    const { scenario } = await protecting({ image: 'lock: { mode: compliance, for: 9d }' });
    const { region } = scenario;
    const foreign = region.snapshots().find(({ tags }) => tags['ec2-backup:kind'] === 'image')?.id ?? '';
    region.untag(foreign, 'ec2-backup:deployment');
    expect((await planned(scenario)).actions.filter(({ id }) => id === foreign)).toEqual([]);
  });

  const LONG = {
    image: 'lock: { mode: compliance, for: 300d }',
    sets: 'archiveAfter: 1d',
    keep: '{ last: 1, yearly: 2 }',
  };
  const count = ({ actions }: ProtectPlan, wanted: string): number =>
    actions.filter(({ action }) => action === wanted).length;

  test.each([
    {
      why: 'a tag that cannot be read keeps everything',
      spoil: ({ region }: Scenario, source: string) => region.tag(source, 'Backup:Keep', 'last=oops'),
    },
    {
      why: 'somebody holds it',
      spoil: ({ region }: Scenario) => {
        for (const { id } of [...region.images(), ...region.snapshots()])
          region.tag(id, 'Backup:Hold', 'why');
      },
    },
  ])('or archive comes because $why', async ({ spoil }) => {
    const { scenario, source } = await protecting(LONG, { days: 5 });
    const before = await planned(scenario);
    expect(count(before, 'lock-snapshot')).toBeGreaterThan(0);
    spoil(scenario, source);
    const after = await planned(scenario);
    expect(count(after, 'lock-snapshot')).toBeLessThanOrEqual(count(before, 'lock-snapshot'));
    expect(count(after, 'archive-snapshot')).toBeLessThanOrEqual(count(before, 'archive-snapshot'));
  });
});

test('a snapshot that somebody has made an AMI of is not tried for the archive again and again', async () => {
  const { scenario } = await protecting({ sets: 'archiveAfter: 1d', keep: '{ last: all }' }, { days: 3 });
  const { region } = scenario;
  const first = (await planned(scenario)).actions.find(({ action }) => action === 'archive-snapshot');
  const image = region.registerImage({ name: 'mine', snapshotIds: [first?.id ?? ''] });
  const { plan, outcomes } = await protect(scenario);
  expect(endsOf({ plan, outcomes })).toEqual(['archive-snapshot done']);
  expect(plan.warnings.map(({ reason }) => reason)).toContain(`not archived: ${image} is made of it`);
  scenario.clock.advance(12 * HOUR);
  const again = (await planned(scenario)).actions.map(({ point }) => point);
  expect(again).not.toContain(first?.point);
});
