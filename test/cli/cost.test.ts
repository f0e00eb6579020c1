import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { DAY, HOUR, MINUTE, POLICIES, Scenario } from '../support/scenario.ts';
import { parseJson, type PlanAnswer } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';
import type { CostJson } from '../../src/lib/report/cost-json.ts';

const BLOCK = 524_288;
const GB = 2 ** 30;

interface World {
  readonly scenario: Scenario;
  readonly web: string;
  readonly volume: string;
  readonly file: string;
  readonly cost: (args?: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
  readonly json: (...args: string[]) => Promise<CostJson>;
}

/**
 * Four nights of AMIs of a web server with one volume of 1 GiB. It has blocks 0 to 9 in the first night; until the second
 * 0 and 1 are rewritten and 10 is new, until the third 0 and 5 are rewritten, until the fourth nothing is. Three are kept.
 */
async function world(options: ConstructorParameters<typeof Scenario>[0] = {}): Promise<World> {
  const scenario = new Scenario({ settings: { pageSize: 1000 }, ...options });
  const { region, clock } = scenario;
  const { id: web, volumeIds } = region.runInstance({
    tags: { Backup: 'nightly' },
    volumes: [{ device: '/dev/xvda', sizeGiB: 1, type: 'gp3' }],
  });
  const [volume = ''] = volumeIds;
  for (const written of [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 10], [0, 5], []]) {
    if (written.length > 0) region.writeBlocks(volume, written);
    await scenario.backup('nightly');
    clock.advance(DAY);
  }
  region.calls.length = 0;
  const file = await fileWith(options.policies ?? POLICIES);
  const cost: World['cost'] = (args = [], shell = {}) =>
    run(['cost', '--policies', file, ...args], { scenario, ...shell });
  const json: World['json'] = async (...args) => parseJson<CostJson>((await cost([...args, '--json'])).out);
  return { scenario, web, volume, file, cost, json };
}

const same = (blocks: number): object => ({
  low: blocks * BLOCK,
  middle: blocks * BLOCK,
  high: blocks * BLOCK,
});

function blockCalls({ region }: Scenario): string[] {
  return region.calls.filter(({ service }) => service === 'ebs').map(({ command }) => command);
}

test('--exact counts each stored block once, now and after the pending prune', async () => {
  const { web, json, scenario } = await world();
  const answer = await json('--exact', '--yes');
  expect(answer).toMatchObject({ version: 1, deployment: 'test', basis: 'exact', assumptions: [] });
  expect(answer.rows).toHaveLength(1);
  expect(answer.rows[0]).toMatchObject({
    policy: 'nightly',
    source: web,
    basis: 'exact',
    // 10 blocks of the first night, 3 of the second, 2 of the third, none of the fourth.
    now: { points: 4, snapshots: 4, fullBytes: (10 + 11 + 11 + 11) * BLOCK, standardBytes: same(15) },
    // The first night goes, and with it only its own blocks 0 and 1.
    afterPrune: { points: 3, snapshots: 3, fullBytes: 33 * BLOCK, standardBytes: same(13) },
  });
  const usd = answer.total.now.usdPerMonth?.middle ?? 0;
  expect(usd).toBeCloseTo((15 * BLOCK * 0.05) / GB, 12);
  const ids = scenario.region.snapshots().map(({ id }) => id);
  expect(answer.snapshots).toEqual(
    [
      [10, 2, 10],
      [3, 1, 11],
      [2, 0, 11],
      [0, 0, 11],
    ].map(([billed = 0, frees = 0, full = 0], at) => ({
      id: ids[at],
      billedBytes: billed * BLOCK,
      freesBytes: frees * BLOCK,
      fullBytes: full * BLOCK,
    })),
  );
});

test('what --exact says is freed is freed: after the prune it is as it was foretold', async () => {
  const { scenario, json } = await world();
  const before = await json('--exact', '--yes');
  await scenario.prune();
  const after = await json('--exact', '--yes');
  expect(after.total.now).toEqual(before.total.afterPrune);
  expect(after.total.afterPrune).toEqual(after.total.now);
});

test('the estimate is marked as one, holds the truth, and asks for nothing that costs money', async () => {
  const { scenario, json, cost } = await world();
  const estimate = await json();
  expect(estimate.basis).toBe('estimate');
  expect(estimate.assumptions.join(' ')).toContain('2 % of its blocks a day');
  expect([estimate.requests, estimate.snapshots]).toEqual([0, []]);
  const { low, middle, high } = estimate.total.now.standardBytes;
  expect([low, high]).toEqual([11 * BLOCK, 43 * BLOCK]);
  expect(low).toBeLessThan(middle);
  expect(15 * BLOCK).toBeGreaterThanOrEqual(low);
  const { out, code, questions } = await cost();
  expect([code, questions]).toEqual([0, []]);
  expect(out).toContain('Estimate, not a bill');
  expect(blockCalls(scenario)).toEqual([]);
});

test('counts the same points as plan keeps and deletes', async () => {
  const { scenario, file, json } = await world();
  const plan = parseJson<PlanAnswer>((await run(['plan', '--policies', file, '--json'], { scenario })).out);
  const { total } = await json();
  expect(total.now.points).toBe(plan.verdicts.length);
  expect(total.afterPrune.points).toBe(plan.verdicts.filter(({ decision }) => decision === 'keep').length);
});

test('--exact first says how many requests it takes and what they cost, then asks, and takes no for an answer', async () => {
  const { scenario, cost } = await world();
  const ended = await cost(['--exact'], { interactive: true, answer: false });
  expect(ended).toMatchObject({ code: 1, questions: ['Read them?'] });
  // What is known already is told all the same.
  expect(ended.out).toBe((await cost()).out);
  expect(ended.out).toContain('Estimate, not a bill');
  expect(ended.notes).toBe(
    'The blocks of 4 snapshots of 1 volume take 4 to 20 requests of the EBS direct APIs: USD <0.0001.\nNo blocks were read: this is the estimate.\n',
  );
  expect(blockCalls(scenario)).toEqual([]);
});

test('with a yes it reads all blocks of the oldest and what changed to each later one', async () => {
  const { scenario, cost } = await world({ settings: { pageSize: 1000, emptyPages: false } });
  const ended = await cost(['--exact'], { interactive: true, answer: true });
  expect(ended.code).toBe(0);
  expect(ended.out).toContain('Exact, from changed blocks');
  expect(ended.out).toContain('4 requests of the EBS direct APIs');
  expect(blockCalls(scenario)).toEqual([
    'ListSnapshotBlocks',
    'ListChangedBlocks',
    'ListChangedBlocks',
    'ListChangedBlocks',
  ]);
});

test('without a terminal --exact needs --yes, and is refused before anything is read', async () => {
  const { scenario, cost } = await world();
  const { code, notes } = await cost(['--exact']);
  expect(code).toBe(2);
  expect(notes).toContain('add --yes, or leave out --exact for an estimate');
  expect(scenario.region.calls).toEqual([]);
});

test('never more requests than were agreed upon: what would take more is estimated', async () => {
  // One block a page, and every third page is empty.
  const { scenario, cost } = await world({ settings: { pageSize: 1 } });
  const { code, notes, out } = await cost(['--exact', '--yes']);
  expect(code).toBe(3);
  expect(notes).toContain('more than the 20 requests that were agreed upon');
  expect(out).toContain('(estimate)');
  expect(blockCalls(scenario)).toHaveLength(20);
});

test('a volume that cannot be read is estimated, the others are exact, and the command fails', async () => {
  const { scenario, cost } = await world({ settings: { pageSize: 1000, emptyPages: false } });
  const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backup('nightly');
  scenario.clock.advance(HOUR);
  const refusal = { kind: 'error', name: 'AccessDeniedException', status: 403 } as const;
  scenario.region.faults = onCommand('ListChangedBlocks', 1, refusal);
  const { code, out, notes } = await cost(['--exact', '--yes', '--json']);
  expect(code).toBe(3);
  const answer = parseJson<CostJson>(out);
  expect(answer.basis).toBe('estimate');
  expect(answer.rows.map(({ source, basis }) => [source === id, basis]).sort()).toEqual([
    [false, 'estimate'],
    [true, 'exact'],
  ]);
  expect(answer.warnings.map(({ reason }) => reason).join()).toContain('AccessDeniedException');
  expect(notes).toContain('requests of the EBS direct APIs');
});

test('says first which volumes were not read, and nothing of backups that failed', async () => {
  const { scenario, cost, volume } = await world({ settings: { pageSize: 1000, emptyPages: false } });
  const { region, clock } = scenario;
  for (let failed = 0; failed < 31; failed += 1) {
    await scenario.backup('nightly');
    region.failImage(region.images().at(-1)?.id ?? '', 'no reason');
    clock.advance(DAY);
  }
  const refusal = { kind: 'error', name: 'AccessDeniedException', status: 403 } as const;
  region.faults = onCommand('ListSnapshotBlocks', 1, refusal);
  const { code, notes } = await cost(['--exact', '--yes']);
  expect(code).toBe(3);
  expect(notes).toContain('Take note (1)\n');
  expect(notes).toContain(volume);
  expect(notes).toContain('its blocks were not read, so it is estimated');
  expect(notes).not.toContain('failed');
});

test('--policy notes nothing of other policies', async () => {
  const { scenario, cost } = await world();
  const { region } = scenario;
  region.tag(region.images().at(-1)?.id ?? '', 'ec2-backup:policy', 'gone');
  expect((await cost()).notes).toContain('not in the policy file');
  expect((await cost(['--policy', 'nightly'])).notes).toBe('');
});

test('--policy shows one policy alone, with what it shares with others worked out over all', async () => {
  const { scenario, volume, web, json } = await world();
  scenario.region.tag(web, 'Backup:sets', 'true');
  scenario.region.writeBlocks(volume, [9]);
  await scenario.backup('sets');
  scenario.clock.advance(HOUR);
  const sets = await json('--exact', '--yes', '--policy', 'sets');
  // The set is the fifth snapshot of the volume: only block 9 is its own.
  expect(sets.rows.map(({ policy, now }) => [policy, now.standardBytes])).toEqual([['sets', same(1)]]);
  expect(sets.total.now.points).toBe(1);
  const nightly = await json('--exact', '--yes', '--policy', 'nightly');
  expect(nightly.total.now.standardBytes).toEqual(same(15));
  const both = await json('--exact', '--yes');
  expect(both.total.now.standardBytes).toEqual(same(16));
});

test('a policy that is not in the file is refused with a suggestion, before anything is read', async () => {
  const { scenario, cost } = await world();
  const { code, notes } = await cost(['--policy', 'nigthly']);
  expect(code).toBe(2);
  expect(notes).toContain('did you mean nightly?');
  expect(scenario.region.calls).toEqual([]);
});

test('in a Region without a price it gives sizes, and says that there is no price', async () => {
  const { cost, json } = await world({ regions: ['ap-southeast-5'] });
  const { out } = await cost();
  expect(out).toContain('No price of ap-southeast-5 in the table of');
  expect(out).not.toContain('USD');
  const answer = await json();
  expect([answer.price, answer.total.now.usdPerMonth]).toEqual([undefined, undefined]);
  expect(answer.total.now.standardBytes.high).toBe(43 * BLOCK);
});

test('an archived snapshot is full in its own tier, and is not read', async () => {
  const scenario = new Scenario({ settings: { pageSize: 1000 } });
  const { region, clock } = scenario;
  const disk = region.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } });
  for (const written of [[0, 1, 2, 3], [0, 4], [1]]) {
    region.writeBlocks(disk, written);
    await scenario.backup('disks');
    clock.advance(DAY);
  }
  const [, second] = region.snapshots();
  const archived = second?.id ?? '';
  region.launching.archiveSnapshot(archived);
  const file = await fileWith(POLICIES);
  const ended = await run(['cost', '--policies', file, '--exact', '--yes', '--json'], { scenario });
  const answer = parseJson<CostJson>(ended.out);
  expect([answer.basis, ended.code]).toEqual(['exact', 0]);
  // The first has four; the third, beside the first, has 0, 1 and 4 of its own. The second is five blocks in the archive.
  expect(answer.total.now).toMatchObject({ standardBytes: same(7), archiveBytes: same(5) });
  expect(answer.total.now.usdPerMonth?.middle).toBeCloseTo((7 * 0.05 + 5 * 0.0125) * (BLOCK / GB), 12);
  const asked = region.calls.filter(({ service }) => service === 'ebs').map(({ input }) => input);
  expect(JSON.stringify(asked)).not.toContain(archived);
});

test('a snapshot that is not complete yet is counted, and makes its row an estimate', async () => {
  const { scenario, json } = await world();
  await scenario.backup('nightly');
  scenario.clock.advance(MINUTE);
  const answer = await json('--exact', '--yes');
  expect(answer.basis).toBe('estimate');
  expect(answer.total.now.standardBytes).toMatchObject({ low: 15 * BLOCK, high: 15 * BLOCK + GB });
});

test('a failed snapshot stores nothing', async () => {
  const { scenario, json } = await world();
  const [first] = scenario.region.snapshots();
  scenario.region.failSnapshot(first?.id ?? '');
  expect((await json()).total.now.snapshots).toBe(3);
});

test('nothing is stored: it says so', async () => {
  const scenario = new Scenario();
  const { code, out } = await run(['cost', '--policies', await fileWith(POLICIES)], { scenario });
  expect(code).toBe(0);
  expect(out).toContain('Nothing is stored: no recovery points.');
  const exact = await run(['cost', '--policies', await fileWith(POLICIES), '--exact', '--yes'], { scenario });
  expect([exact.code, blockCalls(scenario)]).toEqual([0, []]);
});

test('changes nothing', async () => {
  const { scenario, cost } = await world();
  await cost(['--exact', '--yes']);
  expect(mutatingCalls(scenario)).toEqual([]);
});

test('the guard refuses a spree: nothing is said to be saved', async () => {
  const scenario = new Scenario();
  for (let n = 0; n < 15; n += 1) scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backupEvery(DAY, 3, 'nightly');
  scenario.clock.advance(3 * HOUR);
  const file = await fileWith(POLICIES.replace('daily: 3', 'daily: 1'));
  const { out } = await run(['cost', '--policies', file], { scenario });
  expect(out).toContain('Nothing of nightly is pruned (30 points would be)');
  const answer = parseJson<CostJson>((await run(['cost', '--policies', file, '--json'], { scenario })).out);
  expect(answer.total.afterPrune).toEqual(answer.total.now);
});

test('docs/cost.md names the right to every call that is made', async () => {
  const { scenario, cost } = await world();
  await cost(['--exact', '--yes']);
  const docs = await readFile(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  const made = new Set(scenario.region.calls.map(({ service, command }) => `${service}:${command}`));
  expect(made.size).toBeGreaterThan(8);
  for (const action of made) expect(docs).toContain(`\`${action}\``);
});

test('the price says what it rests on', async () => {
  const { json } = await world();
  const { price } = await json();
  expect(price).toMatchObject({ standard: 0.05, basis: 'seen', asOf: '2026-11-28' });
  expect(price?.sources.join()).toContain('ap-northeast-2');
});
