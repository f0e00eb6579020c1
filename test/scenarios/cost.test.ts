/** What is stored where copies are kept, and over weeks of backups and prunes: worked out by hand, or counted. */

import { expect, test } from 'vitest';
import type { CostJson } from '../../src/lib/report/cost-json.ts';
import { parseJson } from '../cli/answers.ts';
import { fileWith, run } from '../cli/fake-shell.ts';
import { copiedPolicies, Copying, EAST } from '../support/copying.ts';
import { DAY, HOUR, POLICIES, Scenario } from '../support/scenario.ts';

const BLOCK = 524_288;

async function cost(scenario: Scenario, policies: string, ...args: string[]): Promise<CostJson> {
  const file = await fileWith(policies);
  const { out } = await run(['cost', '--policies', file, '--json', ...args], { scenario });
  return parseJson<CostJson>(out);
}

const same = (blocks: number): object => ({
  low: blocks * BLOCK,
  middle: blocks * BLOCK,
  high: blocks * BLOCK,
});

const TO_EAST = copiedPolicies(`[{ region: ${EAST.region} }]`);
const ENCRYPTED = copiedPolicies(`[{ region: ${EAST.region}, encrypted: true }]`);

/** Backs up a volume with these blocks written before, and copies that. */
async function night(
  place: Copying,
  volume: string,
  policy: string,
  written: readonly number[],
): Promise<void> {
  const { scenario, clock } = place;
  scenario.region.writeBlocks(volume, written);
  await place.backUp(policy);
  await place.copy(EAST);
  clock.advance(HOUR);
  await place.copy(EAST);
  clock.advance(DAY - 2 * HOUR);
}

test('copies of a volume in another Region: the first is full, the next holds what changed', async () => {
  const place = new Copying(TO_EAST, { pageSize: 1000 });
  const disk = place.scenario.region.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } });
  await night(place, disk, 'disks', [0, 1, 2, 3]);
  await night(place, disk, 'disks', [3, 4]);
  const there = await cost(place.scenario, TO_EAST, '--exact', '--yes', '--region', EAST.region);
  expect(there).toMatchObject({ basis: 'exact', place: EAST });
  expect(there.rows.map(({ source, now }) => [source, now.points, now.standardBytes])).toEqual([
    [disk, 2, same(4 + 2)],
  ]);
  // Here it is as much again: the two Regions share nothing.
  const here = await cost(place.scenario, TO_EAST, '--exact', '--yes');
  expect(here.total.now).toMatchObject({ points: 2, standardBytes: same(6) });
});

test('a copy under another key shares nothing with the one before: it is full, and so is the first after it', async () => {
  const place = new Copying(TO_EAST, { pageSize: 1000 });
  const disk = place.scenario.region.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } });
  await night(place, disk, 'disks', [0, 1, 2, 3]);
  place.scenario.edit(ENCRYPTED);
  await night(place, disk, 'disks', [3, 4]);
  await night(place, disk, 'disks', [4]);
  const there = await cost(place.scenario, ENCRYPTED, '--exact', '--yes', '--region', EAST.region);
  expect(there.basis).toBe('exact');
  // 4, then all 5 under the new key, then 1.
  expect(there.total.now).toMatchObject({ points: 3, standardBytes: same(4 + 5 + 1) });
  expect(
    there.snapshots.map(({ billedBytes, fullBytes }) => [billedBytes / BLOCK, fullBytes / BLOCK]),
  ).toEqual([
    [4, 4],
    [5, 5],
    [1, 5],
  ]);
});

test('copied AMIs, whose snapshots do not tell their volume, share by device', async () => {
  const place = new Copying(TO_EAST, { pageSize: 1000 });
  const { region } = place.scenario;
  const { id, volumeIds } = region.runInstance({
    tags: { Backup: 'images' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 1 },
      { device: '/dev/sdf', sizeGiB: 1 },
    ],
  });
  const [root = '', data = ''] = volumeIds;
  region.writeBlocks(data, [0, 1, 2, 3, 4, 5, 6]);
  await night(place, root, 'images', [0, 1, 2]);
  await night(place, root, 'images', [2]);
  const there = await cost(place.scenario, TO_EAST, '--exact', '--yes', '--region', EAST.region);
  expect(there.basis).toBe('exact');
  expect(there.rows.map(({ source, now }) => [source, now.points, now.snapshots, now.standardBytes])).toEqual(
    [[id, 2, 4, same(3 + 1 + 7 + 0)]],
  );
  expect(there.requests).toBeGreaterThan(0);
});

/** Every writing of a block that one of the snapshots holds, by what was written when. */
function versionsHeld(
  scenario: Scenario,
  writes: readonly { at: number; blocks: readonly number[] }[],
): number {
  const held = new Set<string>();
  for (const { startedAt } of scenario.region.snapshots()) {
    const now = new Map<number, number>();
    for (const { at, blocks } of writes) if (at <= startedAt) for (const block of blocks) now.set(block, at);
    for (const [block, at] of now) held.add(`${block}@${at}`);
  }
  return held.size;
}

test('two weeks of two policies on one volume, with prunes: what --exact says is what is stored, each night', async () => {
  const scenario = new Scenario({ settings: { pageSize: 1000 } });
  const { region, clock } = scenario;
  const { volumeIds } = region.runInstance({
    tags: { 'Backup:nightly': 'true', 'Backup:sets': 'true' },
    volumes: [{ device: '/dev/xvda', sizeGiB: 1 }],
  });
  const [volume = ''] = volumeIds;
  const writes: { at: number; blocks: readonly number[] }[] = [];
  const write = (...blocks: number[]): void => {
    writes.push({ at: clock.now(), blocks });
    region.writeBlocks(volume, blocks);
  };
  write(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  for (let day = 0; day < 14; day += 1) {
    clock.advance(HOUR);
    write(day, (day * 7) % 10);
    await scenario.backup('nightly');
    clock.advance(6 * HOUR);
    write(day % 3);
    await scenario.backup('sets');
    clock.advance(HOUR);
    const said = await cost(scenario, POLICIES, '--exact', '--yes');
    expect(said.basis).toBe('exact');
    expect(said.total.now.standardBytes.middle).toBe(versionsHeld(scenario, writes) * BLOCK);
    const estimate = (await cost(scenario, POLICIES)).total.now.standardBytes;
    expect(estimate.low).toBeLessThanOrEqual(said.total.now.standardBytes.low);
    expect(estimate.high).toBeGreaterThanOrEqual(said.total.now.standardBytes.high);
    await scenario.prune();
    clock.advance(HOUR);
    expect(versionsHeld(scenario, writes) * BLOCK).toBe(said.total.afterPrune.standardBytes.middle);
    clock.advance(15 * HOUR);
  }
});
