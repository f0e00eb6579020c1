import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../src/lib/policy/parse-policies.ts';
import { planEverything } from '../../src/lib/run/plan.ts';
import { DAY, HOUR, Scenario, START } from '../support/scenario.ts';
import { changes, ends, ids, only, verdicts } from './story.ts';

/** Texts that have broken other tools, each of at most 256 characters as EC2 counts them. */
const TEXTS: readonly { name: string; text: string }[] = [
  { name: '256 emoji', text: '🦖'.repeat(256) },
  { name: 'joined emoji', text: '👩‍👩‍👧‍👦'.repeat(36) },
  { name: 'control characters', text: 'a\u0000b\u0007c\u001b[31mred\u001b[0m\r\nnext line\ttab' },
  { name: 'right-to-left marks', text: '\u202Eylthgin\u202C \u200F\u2066x\u2069 עברית' },
  { name: 'zero-width characters', text: 'nightly\u200B\uFEFF\u2028\u2029' },
  { name: 'a prototype', text: '__proto__' },
  { name: 'a constructor', text: 'constructor' },
  { name: 'a method', text: 'toString' },
  { name: 'wildcards', text: '*?[a-z]\\*' },
  { name: 'markup', text: '<script>alert(1)</script>&amp;"\'' },
  { name: 'a template', text: '${process.env.HOME} {{x}} %s $(id)' },
  { name: 'a lone surrogate', text: 'x\ud83ey' },
  { name: 'white space', text: '  nightly  ' },
];

const ODD = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

describe.each(TEXTS)('$name', ({ text }) => {
  test('[H34] as the value of Backup is reported in printable words, and the others are backed up', async () => {
    const scenario = new Scenario();
    const bad = scenario.region.runInstance({ tags: { Backup: text } }).id;
    const good = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    const { plan, outcomes } = await scenario.backup('nightly');
    const problem = only(plan.tagProblems);
    expect(problem.id).toBe(bad);
    expect(problem.reason).toMatch(/^tag "Backup" names ".*", no policy of the file/s);
    expect(problem.reason).not.toMatch(ODD);
    expect(problem.reason.length).toBeLessThan(600);
    expect(outcomes.map(({ source, status }) => [source, status])).toEqual([[good, 'done']]);
  });

  test('[H34] as a key after Backup: is reported in printable words, and backs up nothing', async () => {
    const scenario = new Scenario();
    const key = `Backup:${Array.from(text).slice(0, 100).join('')}`;
    const { id } = scenario.region.runInstance({ tags: { [key]: 'true' } });
    const { backups, tagProblems } = await planEverything(scenario.context);
    expect(tagProblems.map((problem) => problem.id)).toEqual([id]);
    expect(only(tagProblems).reason).not.toMatch(ODD);
    expect(backups.flatMap(({ actions }) => actions)).toEqual([]);
  });

  test('[H34] as Backup:Keep keeps everything, also when the source is gone', async () => {
    const scenario = new Scenario();
    const tags = { Backup: 'nightly', 'Backup:Keep': text };
    const { id } = scenario.region.runInstance({ tags });
    await scenario.backupEvery(DAY, 6, 'nightly');
    for (let run = 0; run < 2; run += 1) {
      const { plan } = await scenario.prune();
      expect(plan.actions).toEqual([]);
      for (const { verdict } of plan.verdicts) expect(only(verdict.reasons)).toMatch(/^bad Backup:Keep: /);
      if (run === 0) scenario.region.terminateInstance(id);
      scenario.clock.advance(30 * DAY);
    }
    expect(scenario.region.images()).toHaveLength(6);
  });

  test('[H34] as a Name, a key and a value of its own tags is copied as it is, or cut to fit', async () => {
    const scenario = new Scenario();
    const own = {
      [`k${Array.from(text).slice(0, 100).join('')}`]: text,
      [text.slice(0, 40)]: 'x',
    };
    scenario.region.runInstance({ tags: { Backup: 'nightly', Name: text, ...own } });
    expect(ends((await scenario.backup('nightly')).outcomes)).toEqual(['create-image done']);
    const { tags } = only(scenario.region.images());
    expect(tags).toMatchObject(own);
    expect(Array.from(tags['Name'] ?? '').length).toBeLessThanOrEqual(256);
    expect(tags['Name']).toMatch(/ nightly 2026-11-22T03:00:00Z$/);
    scenario.clock.advance(HOUR);
    expect(verdicts((await scenario.prune()).plan)).toEqual(['11-22T03:00 keep: daily 1/3']);
  });

  test('[H34] as why something is held holds it', async () => {
    const scenario = new Scenario();
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backup('nightly', { hold: text });
    scenario.clock.advance(DAY);
    await scenario.backupEvery(DAY, 5, 'nightly');
    const { plan } = await scenario.prune();
    expect(plan.verdicts[0]?.verdict).toEqual({ decision: 'keep', reasons: [`held: ${text}`] });
  });
});

describe('our own marks, mistreated', () => {
  const MARKS = {
    'ec2-backup:deployment': 'test',
    'ec2-backup:policy': 'nightly',
    'ec2-backup:source': 'i-00000000000000001',
    'ec2-backup:slot': '2026-01-01T03:00:00Z',
    'ec2-backup:kind': 'image',
    'ec2-backup:volumes': '/dev/xvda=0123456789abcdef0,gp3',
  };
  const CHANGES: readonly { name: string; marks: Readonly<Record<string, string>> }[] = [
    { name: 'a slot of the year 275760', marks: { 'ec2-backup:slot': '+275760-09-13T00:00:00Z' } },
    { name: 'a slot of the far future', marks: { 'ec2-backup:slot': '9999-12-31T23:59:59Z' } },
    { name: 'a slot on 30 February', marks: { 'ec2-backup:slot': '2026-02-30T03:00:00Z' } },
    { name: 'an empty slot', marks: { 'ec2-backup:slot': '' } },
    { name: 'a prototype as policy', marks: { 'ec2-backup:policy': '__proto__' } },
    { name: 'a policy of two words', marks: { 'ec2-backup:policy': 'nightly i-1' } },
    { name: 'a source of two words', marks: { 'ec2-backup:source': 'i-1 i-2' } },
    { name: 'an empty source', marks: { 'ec2-backup:source': '' } },
    { name: 'an unknown kind', marks: { 'ec2-backup:kind': 'hasOwnProperty' } },
    { name: 'a hold without a reason', marks: { 'Backup:Hold': '' } },
    { name: 'a hold in other letters', marks: { 'bACKUP:hOLD': 'x' } },
    { name: 'an override that is no rule', marks: { 'ec2-backup:keep': '🦖'.repeat(256) } },
    {
      name: 'a set whose sheet cannot be read',
      marks: { 'ec2-backup:kind': 'snapshots', 'ec2-backup:volumes': '🦖' },
    },
  ];

  test.each(CHANGES)('[H34] by $name, delete nothing', async ({ marks }) => {
    const scenario = new Scenario();
    const tags = { ...MARKS, ...marks };
    const startedAt = START - 300 * DAY;
    const made = [1, 2, 3, 4].map((number) => {
      const slot = { 'ec2-backup:slot': `2026-01-0${number}T03:00:00Z`, ...marks };
      const snapshot = scenario.region.createForeignSnapshot({ tags: { ...tags, ...slot }, startedAt });
      if (tags['ec2-backup:kind'] !== 'image') return snapshot;
      return scenario.region.registerImage({
        name: `odd-${number}`,
        tags: { ...tags, ...slot },
        snapshotIds: [snapshot],
        createdAt: startedAt,
      });
    });
    const before = scenario.region.snapshots();
    const { plan, outcomes } = await scenario.prune();
    expect([plan.actions, outcomes]).toEqual([[], []]);
    expect(scenario.region.snapshots()).toEqual(before);
    // Each is told of, as a verdict or as left alone.
    const told = [
      ...plan.verdicts.flatMap(({ point }) => [point.id, ...point.snapshotIds]),
      ...plan.skipped.map(({ id }) => id),
    ];
    expect(told).toEqual(expect.arrayContaining(made));
    for (const { reason } of plan.skipped) expect(reason).toMatch(/expected/);
  });
});

test('[H34] a policy file of nonsense is refused with every problem and its line, and no run has a policy', async () => {
  const result = parsePolicies(`version: 1
deployment: "../x"
optInTag: "aws:x"
polices: {}
policies:
  __proto__: { backup: image, schedule: every 24 hours, keep: { daily: 1 } }
  nightly: { backup: imge, schedule: every 5 hours, keep: { dayly: 7 }, constructor: 1 }
prune: { schedule: every 6 hours, maxShare: 300% }
`);
  expect(result.ok).toBe(false);
  if (result.ok) return;
  const lines = new Set(result.problems.map(({ line }) => line));
  expect([...lines].sort((a, b) => a - b)).toEqual([2, 3, 4, 6, 7, 8]);
  expect(result.problems.length).toBeGreaterThanOrEqual(9);
  expect(({} as Record<string, unknown>)['backup']).toBeUndefined();

  const scenario = new Scenario();
  for (const policy of ['__proto__', 'constructor', '', 'old', '🦖', 'nigthly']) {
    await expect(scenario.backup(policy)).rejects.toThrow(/^policy ".*" is (not in the policy file|retired)/);
    if (policy !== 'old')
      await expect(scenario.prune({ policy })).rejects.toThrow(/is not in the policy file/);
  }
  expect(changes(scenario.region)).toEqual([]);
});

test('[H34] sources that are asked for by hostile ids are refused, all of them named, before anything is made', async () => {
  const scenario = new Scenario();
  const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  const wrong = ['i-0', '__proto__', '', id.toUpperCase(), `${id} `];
  const run = scenario.backup('nightly', { sources: [id, ...wrong] });
  await expect(run).rejects.toThrow(/not among the sources of policy nightly/);
  expect(ids(scenario.region.images())).toEqual([]);
});
