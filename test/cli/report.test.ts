import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CostJson } from '../../src/lib/report/cost-json.ts';
import { formatUsd } from '../../src/lib/report/cost-text.ts';
import { reportPage, REPORT_MARK } from '../../src/lib/report/report-html.ts';
import { readReportFacts } from '../../src/lib/run/report.ts';
import { DAY, HOUR, POLICIES, Scenario } from '../support/scenario.ts';
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

  test('a folder is no file, and one that is not there is an error; nothing is left behind', async () => {
    const { folder, report } = await world();
    expect(await report('--out', folder)).toMatchObject({ code: 2 });
    const { code, notes } = await report('--out', join(folder, 'none', 'report.html'));
    expect(code).toBe(1);
    expect(notes).toContain('cannot write');
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
