import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CostJson } from '../../src/lib/report/cost-json.ts';
import { formatUsd } from '../../src/lib/report/cost-text.ts';
import { reportPage, REPORT_MARK } from '../../src/lib/report/report-html.ts';
import { readReportFacts } from '../../src/lib/run/report.ts';
import { DAY, HOUR, POLICIES, Scenario } from '../support/scenario.ts';
import { copiedPolicies, Copying, EAST } from '../support/copying.ts';
import { parseJson, type PlanAnswer } from './answers.ts';
import { fileWith, mutatingCalls, run } from './fake-shell.ts';

/** Blocks of 512 KiB. */
const FOUR_GIB = Array.from({ length: 8192 }, (_, block) => block);

async function world(name = 'web') {
  const scenario = new Scenario({ settings: { pageSize: 1000 } });
  const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly', Name: name } });
  for (const { id: volume } of scenario.region.volumes()) scenario.region.writeBlocks(volume, FOUR_GIB);
  await scenario.backupEvery(DAY, 4, 'nightly');
  scenario.clock.advance(9 * HOUR);
  scenario.region.calls.length = 0;
  const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-report-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const policies = await fileWith(POLICIES);
  const out = join(folder, 'report.html');
  const report = (...args: string[]) => run(['report', '--policies', policies, ...args], { scenario });
  return { scenario, id, folder, out, policies, report };
}

/** What somebody reads. */
function wordsOf(page: string): string {
  return page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('the page', () => {
  test('is written as one file that loads nothing, and the account is left as it is', async () => {
    const { scenario, id, folder, out, report } = await world();
    const ended = await report('--out', out);
    expect(ended).toMatchObject({
      code: 0,
      out: `Wrote ${out}. It is one file, and asks for nothing when it is opened.\n`,
    });
    const page = await readFile(out, 'utf8');
    expect(page).toContain(id);
    expect(page).not.toMatch(/(?:src|srcset|action)="|<link|@import|url\(|<iframe|<img/);
    expect(page).toContain('content="default-src &#39;none&#39;;');
    expect(mutatingCalls(scenario)).toEqual([]);
    expect(await readdir(folder)).toEqual(['report.html']);
  });

  test('replaces an earlier report, and an empty file', async () => {
    const { out, report } = await world();
    await writeFile(out, '');
    expect((await report('--out', out)).code).toBe(0);
    const first = await readFile(out, 'utf8');
    expect(first.slice(0, 1024)).toContain(REPORT_MARK);
    expect((await report('--out', out)).code).toBe(0);
  });

  test('never replaces a file of another kind, and says so before anything is read; --force does', async () => {
    const { scenario, out, report } = await world();
    await writeFile(out, `my thesis, which is about ${' '.repeat(2000)}${REPORT_MARK}`);
    const { code, notes } = await report('--out', out);
    expect(code).toBe(2);
    expect(notes).toContain('a file that ec2-backup report has not made');
    expect(await readFile(out, 'utf8')).toMatch(/^my thesis/);
    expect(scenario.region.calls).toEqual([]);
    expect((await report('--out', out, '--force')).code).toBe(0);
    expect(await readFile(out, 'utf8')).toContain('<title>Backups of test');
  });

  test('a folder is no file, and one that is not there is said before anything is read', async () => {
    const { scenario, folder, report } = await world();
    expect(await report('--out', folder)).toMatchObject({ code: 2 });
    const path = join(folder, 'none', 'report.html');
    const { code, notes } = await report('--out', path);
    expect([code, scenario.region.calls]).toEqual([2, []]);
    expect(notes.trim()).toBe(
      `ec2-backup: --out "${path}" cannot be written: there is no folder ${join(folder, 'none')}`,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('a policy that is not in the file is refused before anything is read', async () => {
    const { scenario, out, report } = await world();
    const { code, notes } = await report('--out', out, '--policy', 'nigthly');
    expect([code, scenario.region.calls]).toEqual([2, []]);
    expect(notes).toContain('did you mean nightly?');
  });

  test('never grows over its limit: fewer rows are shown, and it says what is left out', async () => {
    const scenario = new Scenario({ settings: { pageSize: 1000 } });
    for (let n = 0; n < 40; n += 1) {
      scenario.region.runInstance({ tags: { Backup: 'nightly', Name: '<&"\'>'.repeat(51) } });
    }
    await scenario.backup('nightly');
    scenario.clock.advance(HOUR);
    const facts = await readReportFacts(scenario.context);
    const whole = Buffer.byteLength(reportPage(facts, undefined));
    const cut = reportPage(facts, undefined, 150_000);
    expect(whole).toBeGreaterThan(300_000);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(150_000);
    expect(wordsOf(cut)).toMatch(/The worst \d+ rows are shown; \d+ more are left out/);
    expect(wordsOf(cut)).toContain('Backed up as promised 40 of 40');
  });
});

describe('figures', () => {
  test('are those of plan and of cost', async () => {
    const { scenario, policies, out, report } = await world();
    await report('--out', out);
    const page = await readFile(out, 'utf8');
    const plan = parseJson<PlanAnswer>(
      (await run(['plan', '--policies', policies, '--json'], { scenario })).out,
    );
    const going = plan.verdicts.filter(({ decision }) => decision === 'prune').length;
    expect([plan.verdicts.length, going]).toEqual([4, 1]);
    expect(wordsOf(page)).toContain('Recovery points 4 1 goes with the next prune');
    const cost = parseJson<CostJson>(
      (await run(['cost', '--policies', policies, '--json'], { scenario })).out,
    );
    const usd = formatUsd(cost.total.now.usdPerMonth?.middle ?? NaN);
    expect(page).toContain(usd);
    expect((await report('--markdown')).out).toContain(`, ${usd} (`);
  });
});

describe('--markdown', () => {
  test('and --out contradict each other, before anything is read', async () => {
    const { scenario, folder, out, report } = await world();
    const ended = await report('--markdown', '--out', out);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.notes).toContain('--markdown prints the report, and --out writes the page');
    expect(scenario.region.calls).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('prints the same facts, and writes no file', async () => {
    const { id, folder, report } = await world();
    const { code, out } = await report('--markdown');
    expect([code, await readdir(folder)]).toEqual([0, []]);
    expect(out).toContain('# Backups of test in 111122223333/ap-northeast-2');
    expect(out).toContain('- 1 of 1 source backed up as promised');
    expect(out).toMatch(
      new RegExp(`^\\| web \\(${id}\\) \\| nightly \\| as promised \\| 33 h old \\| 4 \\| .*✓✓✓✓○ \\|$`, 'm'),
    );
  });

  test.each([
    { title: 'markup', name: '<script>alert(1)</script>', shown: '&lt;script&gt;alert(1)&lt;/script&gt;' },
    { title: 'a cell of its own', name: 'a | b\nc', shown: 'a \\| b\\\\u000ac' },
    {
      title: 'a link and a mention',
      name: '[x](https://e.vil) @all',
      shown: '\\[x\\](https:&#47;&#47;e.vil) &#64;all',
    },
    {
      title: 'a link without a scheme',
      name: 'www.evil.com WWW.e.vil',
      shown: 'www&#46;evil.com WWW&#46;e.vil',
    },
    { title: 'a formula', name: '$x$', shown: '\\$x\\$' },
    { title: 'stars and ticks', name: '**`b`**', shown: '\\*\\*\\`b\\`\\*\\*' },
  ])('a name cannot be $title', async ({ name, shown }) => {
    const { id, report } = await world(name);
    expect((await report('--markdown')).out).toContain(`| ${shown} (${id}) |`);
  });
});

test.each([
  '🦖'.repeat(256),
  '</style><script>alert(1)</script>',
  '" onmouseover="alert(1)',
  "javascript:alert('1')",
])('[H34] %s as a name is text on the page', async (name) => {
  const { out, report } = await world(name);
  expect((await report('--out', out)).code).toBe(0);
  const page = await readFile(out, 'utf8');
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/ onmouseover="|href="(?!#)/);
  expect(page).not.toContain('�');
});

test('docs/report.md and docs/cost.md name the right to every call that is made', async () => {
  const { scenario, out, report } = await world();
  await report('--out', out);
  const docs = await Promise.all(
    ['report', 'cost'].map((name) => readFile(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')),
  );
  const made = new Set(scenario.region.calls.map(({ service, command }) => `${service}:${command}`));
  expect(made.size).toBeGreaterThan(6);
  for (const action of made) expect(docs.join('\n')).toContain(`\`${action}\``);
});

describe('what could not be checked', () => {
  test.each([
    ['DescribeImageReferences', 'DescribeImageReferences'],
    ['DescribeLaunchConfigurations', 'Auto Scaling'],
    ['DescribeAutoScalingGroups', 'Auto Scaling'],
    ['DescribeLockedSnapshots', 'snapshot locks'],
    ['ListImagesInRecycleBin', 'the Recycle Bin'],
    ['ListSnapshotsInRecycleBin', 'the Recycle Bin'],
  ])('%s is denied: the first problem, and a note, whatever the form', async (denied, words) => {
    const { scenario, out, report } = await world();
    const refusal = { kind: 'error', name: 'UnauthorizedOperation', status: 403 } as const;
    scenario.region.faults = ({ command }) => (command === denied ? refusal : undefined);
    const markdown = await report('--markdown');
    expect(markdown.code).toBe(0);
    expect(markdown.notes).toContain(words);
    expect(markdown.notes).toContain('could not be checked, so what depends on it is kept');
    const [, first = ''] = markdown.out.split(/^## Problems$/m);
    expect(first.trim().split('\n')[0]).toMatch(
      /^### Could not be checked: how much the next prune deletes is not known \(\d+\)$/,
    );
    expect(first).toMatch(new RegExp(`^- .*${words}.* could not be checked`, 'm'));
    expect(first).toContain('1 point may go besides those that are counted.');
    const page = await report('--out', out);
    expect(page.notes).toContain(words);
    const text = wordsOf(await readFile(out, 'utf8'));
    expect(text).toMatch(/Urgent problems [1-9]/);
    expect(text).toMatch(
      new RegExp(`Problems Could not be checked: how much .*${words}.* could not be checked`),
    );
  });

  test('when everything could be, nothing is noted', async () => {
    const { report } = await world();
    const { notes, out } = await report('--markdown');
    expect([notes, /could not be checked/i.test(out)]).toEqual(['', false]);
  });
});

test('what is not urgent is counted beside what is: nothing of either, or so many', async () => {
  const { scenario, out, report } = await world();
  await report('--out', out);
  expect(wordsOf(await readFile(out, 'utf8'))).toContain('Urgent problems 0 and no others');
  scenario.region.tag(scenario.region.images()[0]?.id ?? '', 'ec2-backup:kind', 'tape');
  await report('--out', out);
  expect(wordsOf(await readFile(out, 'utf8'))).toMatch(/Urgent problems 0 and [1-9] not urgent/);
});

describe('policies that DLM runs', () => {
  const LEFT_TO_DLM = `
version: 1
deployment: test
policies:
  hourly: { engine: dlm, backup: image, schedule: every 1 hours, keep: { last: 24 } }
`;
  const NOT_COUNTED = 'Not counted: what Amazon DLM makes for hourly (ec2-backup handover shows it).';

  async function dlmOnly(policies = LEFT_TO_DLM) {
    const scenario = new Scenario({ policies, settings: { pageSize: 1000 } });
    scenario.createDlmRoles();
    await scenario.registerPolicies();
    scenario.region.runInstance({ tags: { Backup: 'hourly' } });
    await scenario.clock.sleep(5 * HOUR);
    expect(scenario.region.images().length).toBeGreaterThan(2);
    const file = await fileWith(policies);
    return { scenario, ask: (...args: string[]) => run([...args, '--policies', file], { scenario }) };
  }

  test('their sources and points do not count as none: the report says what it leaves out', async () => {
    const { ask } = await dlmOnly();
    const { out } = await ask('report', '--markdown');
    expect(out).not.toContain('No source asks for a backup');
    expect(out).toContain('- 0 of 0 sources backed up as promised, 1 more source left to DLM');
    expect(out).toContain(`- ${NOT_COUNTED}`);
    expect(out).toContain(
      `Every source that asks for a backup is left to DLM, and ec2-backup itself has made no recovery point. ${NOT_COUNTED}`,
    );
    expect(out).toContain(
      `Nothing is stored that ec2-backup itself has made: no recovery points. ${NOT_COUNTED}`,
    );
    expect(out).toMatch(/^\| hourly \|.*\| 1 source \|.*\| not counted \|$/m);
  });

  test('the page says the same', async () => {
    const { ask } = await dlmOnly();
    const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-report-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await ask('report', '--out', join(folder, 'r.html'));
    const text = wordsOf(await readFile(join(folder, 'r.html'), 'utf8'));
    expect(text).not.toContain('No source asks for a backup');
    expect(text).toContain('0 sources, 1 more source left to DLM');
    expect(text.split(NOT_COUNTED)).toHaveLength(4);
  });

  test('cost says what it leaves out, with rows and without, and of other policies nothing', async () => {
    const { ask } = await dlmOnly();
    const { out } = await ask('cost');
    expect(out).toContain('Nothing is stored that ec2-backup itself has made: no recovery points.');
    expect(out).toContain(NOT_COUNTED);
    expect(parseJson<CostJson>((await ask('cost', '--json')).out).notCounted).toEqual(['hourly']);
    const both = `${LEFT_TO_DLM}  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }\n`;
    const more = await dlmOnly(both);
    more.scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await more.scenario.backup('nightly');
    await more.scenario.clock.sleep(HOUR);
    expect((await more.ask('cost')).out).toContain(NOT_COUNTED);
    expect((await more.ask('cost', '--policy', 'nightly')).out).not.toContain('Not counted');
  });
});

describe('a place that only takes copies', () => {
  test('promises nothing and has no next run, as status says', async () => {
    const policies = copiedPolicies(`[{ region: ${EAST.region} }]`);
    const place = new Copying(policies, { pageSize: 1000 });
    place.scenario.region.runInstance({ tags: { 'Backup:images': 'true' } });
    const args = ['--policies', await fileWith(policies), '--region', EAST.region];
    const ask = (...command: string[]) => run([...command, ...args], { scenario: place.scenario });
    expect((await ask('report', '--markdown')).out).toContain(
      'Only copies are made here, and there is none.',
    );
    await place.backUp('images');
    await place.copy(EAST);
    place.clock.advance(HOUR);
    const { out, notes } = await ask('report', '--markdown');
    expect(notes).toBe('');
    expect(out).toContain('- only copies are made here: what is backed up is told where it is');
    expect(out).not.toMatch(/sources? backed up as promised/);
    expect(out).toMatch(/^\| images \| copies only: makes none here \|  \|  \|  \|  \|  \| 1 \|$/m);
    expect(out).not.toContain('| sets |');
    expect((await ask('status')).out).toMatch(/^images +- +copies only/m);
    const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-report-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await ask('report', '--out', join(folder, 'r.html'));
    const text = wordsOf(await readFile(join(folder, 'r.html'), 'utf8'));
    expect(text).toContain('Backed up as promised – only copies are made here');
    expect(text).toContain('images copies only: makes none here');
    expect(text).not.toMatch(/\d of \d|sets/);
  });
});

test.each([' ', '\u200b', '\u00a0\u2060', '\u3164', '\u2800'])(
  'a name of nothing that can be seen (%j) is none: the id stands for it',
  async (name) => {
    const { id, out, report } = await world(name);
    await report('--out', out);
    const page = await readFile(out, 'utf8');
    expect(page).toMatch(new RegExp(`<a href="#s0"\\s*><bdi>${id}</bdi></a`));
    expect(page).toContain(`<h3><bdi>${id}</bdi></h3>`);
    expect((await report('--markdown')).out).toContain(`| ${id} | nightly |`);
  },
);

test('a name keeps its direction to itself, and marks of direction and zero width are shown', async () => {
  const { out, report } = await world('\u05d0\u05d1\u200f x\u200by\u061c');
  await report('--out', out);
  const page = await readFile(out, 'utf8');
  const shown = '\u05d0\u05d1\\u200f x\\u200by\\u061c';
  expect(page).toContain(`<h3><bdi>${shown}</bdi></h3>`);
  expect(page).not.toMatch(/[\u200b\u200e\u200f\u061c]/);
});

test('joiners stay: emoji and some scripts are written with them', async () => {
  const { out, report } = await world('👩‍💻 می‌خواهم');
  await report('--out', out);
  expect(await readFile(out, 'utf8')).toContain('👩‍💻 می‌خواهم');
});

test('a slot of a far-off time is in the table, and neither draws nor says anything', async () => {
  const { scenario, id, out, report } = await world();
  const said: unknown[] = [];
  for (const method of ['log', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((...words) => void said.push(words));
  onTestFinished(() => void vi.restoreAllMocks());
  const { region } = scenario;
  const [first, second] = region.images().filter(({ tags }) => tags['ec2-backup:source'] === id);
  for (const [image, slot] of [
    [first, '0001-01-01T00:00:00Z'],
    [second, '2031-01-01T00:00:00Z'],
  ] as const)
    for (const part of [image?.id ?? '', ...(image?.snapshotIds ?? [])])
      region.tag(part, 'ec2-backup:slot', slot);
  const { code, notes } = await report('--out', out);
  expect([code, notes, said]).toEqual([0, '', []]);
  const text = wordsOf(await readFile(out, 'utf8'));
  expect(text).toContain('0001-01-01T00:00Z');
  expect(text).toContain('1 point of a far-off time: only in the table.');
});
