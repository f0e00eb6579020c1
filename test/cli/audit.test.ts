import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import type { AuditJson } from '../../src/lib/report/audit-json.ts';
import { DAY, HOUR, POLICIES, Scenario } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';

async function audit(
  scenario: Scenario,
  args: readonly string[] = [],
  options: FakeShellOptions = {},
): Promise<Ended> {
  return run(['audit', '--policies', await fileWith(POLICIES), ...args], { scenario, ...options });
}

/** A failed AMI of ours, a good one that prune would delete, and a snapshot of others whose AMI is gone. */
async function world(): Promise<{ scenario: Scenario; failed: string; theirs: string }> {
  const scenario = new Scenario();
  const { region, clock } = scenario;
  region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backup('nightly');
  clock.advance(HOUR);
  const [image] = region.images();
  const failed = image?.id ?? '';
  region.failImage(failed);
  clock.advance(DAY);
  await scenario.backupEvery(DAY, 4, 'nightly');
  clock.advance(HOUR);
  const theirs = region.createForeignSnapshot({
    volumeId: 'vol-0123456789abcdef0',
    description: 'Created by CreateImage(i-0123456789abcdef0) for ami-0123456789abcdef0',
    startedAt: clock.now() - 3 * DAY,
  });
  return { scenario, failed, theirs };
}

const deletions = (scenario: Scenario): string[] =>
  mutatingCalls(scenario).filter((command) => /^(Delete|Deregister)/.test(command));

test('in an empty account it finds nothing but that nothing is deployed', async () => {
  const scenario = new Scenario();
  const { code, out } = await audit(scenario);
  expect(code).toBe(0);
  expect(out).toContain('Not covered: 0 of 0 instances and volumes');
  expect(out).toContain('Covered twice: 0');
  expect(out).toContain('Nobody looks after: 0');
  expect(out).toContain('npx serverless deploy');
  expect(mutatingCalls(scenario)).toEqual([]);
});

test('says of each orphan whose it is, why it is one, what it costs and what to do, and changes nothing', async () => {
  const { scenario, failed, theirs } = await world();
  const { code, out } = await audit(scenario);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`${failed} +ours +failed .*prune deletes it: failed for over 24 h`));
  expect(out).toMatch(
    new RegExp(
      `${theirs} +not ours +AMI gone +[\\d.]+ GiB, USD [\\d.]+ .*aws ec2 delete-snapshot .*${theirs}`,
    ),
  );
  expect(out).toContain('Estimate, not a bill');
  expect(out).toMatch(
    /^Nobody looks after: 2; without them the bill falls by [\d.]+ GiB, USD [\d.]+.* a month$/m,
  );
  expect(out).toContain('what its deletion alone takes off the bill');
  expect(out).toContain('Nothing is changed.');
  expect(deletions(scenario)).toEqual([]);
});

test('what another deployment made is left to its own prune, and no command deletes it', async () => {
  const { scenario } = await world();
  const other = scenario.region.createForeignSnapshot({
    volumeId: 'vol-0123456789abcdef1',
    description: 'Created by CreateImage(i-0123456789abcdef1) for ami-0123456789abcdef1',
    startedAt: scenario.clock.now() - 3 * DAY,
    tags: { 'ec2-backup:deployment': 'other' },
  });
  const { out } = await audit(scenario);
  const line = out.split('\n').find((one) => one.includes(other)) ?? '';
  expect(line).toContain('deployment other made it, and its own prune looks after it');
  expect(line).not.toContain('delete-snapshot');
});

test('what stands among the orphans is not noted again', async () => {
  const { scenario, failed } = await world();
  const { out, notes } = await audit(scenario);
  expect(out.split('\n').filter((line) => line.includes(failed))).toHaveLength(1);
  expect(notes).not.toContain(failed);
});

test('--fix deletes only our own orphans that prune would delete, after a yes', async () => {
  const { scenario, failed, theirs } = await world();
  const before = scenario.region.images().map(({ id }) => id);
  const { code, questions, out } = await audit(scenario, ['--fix'], { interactive: true, answer: true });
  expect(code).toBe(0);
  expect(questions).toEqual([
    'Delete 1 AMI or snapshot of this deployment that nobody looks after in account 111122223333, Region ap-northeast-2?',
  ]);
  expect(out).toContain('Outcome: 1 done');
  expect(out).not.toContain('Nothing is changed');
  // The good one that no rule keeps is left to prune.
  expect(scenario.region.images().map(({ id }) => id)).toEqual(before.filter((id) => id !== failed));
  expect(scenario.region.has(theirs)).toBe(true);
});

test.each([
  ['the answer is no', ['--fix'], { interactive: true, answer: false }, 1],
  ['it is a dry run', ['--fix', '--dry-run'], {}, 0],
  ['nobody is there to be asked', ['--fix'], {}, 2],
  ['consent is given to nothing', ['--yes'], {}, 2],
])('--fix deletes nothing where %s', async (_, args, options, code) => {
  const { scenario } = await world();
  expect((await audit(scenario, args, options)).code).toBe(code);
  expect(deletions(scenario)).toEqual([]);
});

test('--fix deletes nothing when what it would delete changed while the question stood', async () => {
  const { scenario, failed } = await world();
  let lists = 0;
  scenario.region.faults = ({ command }) => {
    // Somebody holds it once it was read for the plan.
    if (command === 'GetLifecyclePolicies' && (lists += 1) === 3)
      scenario.region.tag(failed, 'Backup:Hold', 'wait');
    return undefined;
  };
  const { code, notes } = await audit(scenario, ['--fix'], { interactive: true, answer: true });
  expect([code, deletions(scenario)]).toEqual([1, []]);
  expect(notes).toContain('changed while you were asked');
});

test('--fix deletes nothing that could not be checked, and fails', async () => {
  const { scenario } = await world();
  const refusal = { kind: 'error', name: 'UnauthorizedOperation', status: 403 } as const;
  scenario.region.faults = onCommand('DescribeImageReferences', 1, refusal);
  const { code } = await audit(scenario, ['--fix', '--yes']);
  expect([code, deletions(scenario)]).toEqual([3, []]);
});

test('where the Recycle Bin cannot be read no snapshot of a lost AMI is proposed for deletion', async () => {
  const { scenario, theirs } = await world();
  const refusal = { kind: 'error', name: 'UnauthorizedOperation', status: 403 } as const;
  scenario.region.faults = ({ command }) => (command === 'ListImagesInRecycleBin' ? refusal : undefined);
  const { out } = await audit(scenario, ['--json']);
  const orphan = parseJson<AuditJson>(out).orphans.find(({ id }) => id === theirs);
  expect(orphan?.command).toBeUndefined();
  expect(orphan?.action).toContain('keep it');
});

test('docs/audit.md names the right to every call that is made', async () => {
  const { scenario } = await world();
  scenario.region.calls.length = 0;
  await audit(scenario);
  await run(['handover', '--policies', await fileWith(POLICIES)], { scenario });
  const docs = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const made = new Set(scenario.region.calls.map(({ service, command }) => `${service}:${command}`));
  expect(made.size).toBeGreaterThan(8);
  for (const action of made) expect(docs).toContain(`\`${action}\``);
});
