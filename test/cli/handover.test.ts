import { expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { copiedPolicies, EAST } from '../support/copying.ts';
import { wordsOf } from '../support/command-line.ts';
import { DAY, HOUR, POLICIES, Scenario } from '../support/scenario.ts';
import { commandLine, tagCommand, untagCommand } from '../../src/lib/plan/cli-command.ts';
import type { HandoverJson } from '../../src/lib/report/handover-json.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended } from './fake-shell.ts';

async function handover(scenario: Scenario, text = POLICIES, ...args: string[]): Promise<Ended> {
  return run(['handover', '--policies', await fileWith(text), ...args], { scenario });
}

test('in an empty account it says that nothing is left', async () => {
  const scenario = new Scenario();
  const { code, out } = await handover(scenario);
  expect(code).toBe(0);
  expect(out).toContain(
    'Nothing of deployment test is left in account 111122223333, Region ap-northeast-2.\nOther Regions and accounts have each to be asked: --region,',
  );
  const answer = parseJson<HandoverJson>((await handover(scenario, POLICIES, '--json')).out);
  expect([answer.groups, answer.total.standardBytes.high]).toEqual([[], 0]);
});

test('prints for each group what it costs and the command for each, and changes nothing', async () => {
  const scenario = new Scenario();
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backupEvery(DAY, 2, 'nightly');
  const { code, out, notes } = await handover(scenario);
  expect([code, notes]).toEqual([0, '']);
  expect(out).toMatch(/AMIs, with their snapshots \(2\): [\d.]+ GiB, USD [\d.]+ \(.*\) a month/);
  for (const { id } of scenario.region.images()) {
    const command = `aws ec2 deregister-image --region ap-northeast-2 --image-id ${id} --delete-associated-snapshots`;
    expect(out.split('\n').filter((line) => line.trim() === command)).toHaveLength(1);
  }
  expect(out).toContain('Estimate, not a bill');
  expect(out).toContain('This is a list: nothing is changed.');
  // Only the two backups.
  expect(mutatingCalls(scenario)).toEqual(['CreateImage', 'CreateImage']);
});

test('says of each backup of what and when it is, those of one source together, the newest first', async () => {
  const scenario = new Scenario();
  const web = scenario.region.runInstance({ tags: { Backup: 'nightly', Name: 'web-1' } }).id;
  const db = scenario.region.runInstance({ tags: { Backup: 'nightly', Name: ' ' } }).id;
  await scenario.backupEvery(DAY, 2, 'nightly');
  const { out } = await handover(scenario);
  const lines = out.split('\n').filter((line) => line.includes(' nightly of i-'));
  const ofWeb = [
    `nightly of ${web} (web-1), 2026-11-23T03:00:00Z`,
    `nightly of ${web} (web-1), 2026-11-22T03:00:00Z`,
  ];
  const ofDb = [`nightly of ${db}, 2026-11-23T03:00:00Z`, `nightly of ${db}, 2026-11-22T03:00:00Z`];
  const expected = web < db ? [...ofWeb, ...ofDb] : [...ofDb, ...ofWeb];
  expect(lines.map((line) => line.trim().split(/ {2,}/)[1])).toEqual(expected);
  expect(out).toContain('.groups[] | select(.kind == "images").remove[]');
});

test('says how much less a group frees while what is above it is kept', async () => {
  const scenario = new Scenario();
  scenario.region.runInstance({ tags: { 'Backup:nightly': 'true', 'Backup:sets': 'true' } });
  await scenario.backup('nightly');
  scenario.clock.advance(HOUR);
  await scenario.backupEvery(DAY, 2, 'sets');
  const { out } = await handover(scenario);
  const found = [
    /\(1\): .*?USD ([\d.]+)/,
    /\(2\): .*?USD ([\d.]+)/,
    /what is above, it takes .*?USD ([\d.]+)/,
  ];
  const [images = NaN, sets = NaN, alone = NaN] = found.map((pattern) => Number(pattern.exec(out)?.[1]));
  // The AMI is the oldest of the volume: its share of the bill is nearly all, and the sets take that on when it goes.
  expect(images).toBeLessThan(sets / 10);
  expect(alone).toBeLessThan(sets / 10);
  expect(out).toContain('once the groups above it are removed');
});

test('names the other places of the deployment, which it does not look at', async () => {
  const scenario = new Scenario({ policies: copiedPolicies(`[{ region: ${EAST.region} }]`) });
  const { out } = await handover(scenario, copiedPolicies(`[{ region: ${EAST.region} }]`));
  expect(out).toContain(`ec2-backup handover --region ${EAST.region}`);
});

test('what may be in use and could not be checked is not offered for removal', async () => {
  const scenario = new Scenario();
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backupEvery(DAY, 1, 'nightly');
  const refusal = { kind: 'error', name: 'UnauthorizedOperation', status: 403 } as const;
  scenario.region.faults = onCommand('DescribeImageReferences', 1, refusal);
  const { out, notes } = await handover(scenario);
  expect(out).not.toContain('deregister-image');
  expect(out).toContain('in use: could not be checked');
  expect(notes).toContain('DescribeImageReferences');
});

test('an AMI that others have made of a set keeps the set, and is not touched itself', async () => {
  const scenario = new Scenario();
  scenario.region.runInstance({ tags: { Backup: 'sets' } });
  await scenario.backupEvery(DAY, 1, 'sets');
  const [snapshot] = scenario.region.snapshots();
  const theirs = scenario.region.registerImage({ name: 'theirs', snapshotIds: [snapshot?.id ?? ''] });
  const { out } = await handover(scenario);
  expect(out).toContain(`in use by ${theirs}`);
  expect(out).not.toContain('delete-snapshot');
  expect(out).not.toContain('deregister-image');
});

test('a list that fails ends it: what is left out would be billed for ever', async () => {
  const scenario = new Scenario();
  const refusal = { kind: 'error', name: 'UnauthorizedOperation', status: 403 } as const;
  scenario.region.faults = onCommand('GetLifecyclePolicies', 1, refusal);
  const { code, out, notes } = await handover(scenario);
  expect([code, out]).toEqual([1, '']);
  expect(notes).toContain('cannot list the lifecycle policies');
});

test('what a shell would read otherwise is quoted', () => {
  const command = untagCommand({ region: 'eu-west-1' }, ['i-1'], ["it's; rm -rf $HOME", 'Backup:Status']);
  const line = commandLine(command);
  expect(wordsOf(line)).toEqual(command);
  expect(line).toContain(`'[{"Key":"it'\\''s; rm -rf $HOME"},{"Key":"Backup:Status"}]'`);
});

test('what the short form of a tag cannot hold is written as JSON', () => {
  const tags = [{ key: 'ec2-backup:policy', value: "a,Value='b" }];
  const command = tagCommand({ region: 'eu-west-1' }, ['ami-1'], tags);
  expect(command.at(-1)).toBe(`[{"Key":"ec2-backup:policy","Value":"a,Value='b"}]`);
  expect(wordsOf(commandLine(command))).toEqual(command);
});
