import { expect, test } from 'vitest';
import { run } from './fake-shell.ts';
import { parseJson } from './answers.ts';

interface DemoAnswer {
  readonly version: number;
  readonly fleet: Readonly<Record<string, string>>;
  readonly days: readonly {
    readonly number: number;
    readonly date: string;
    readonly made: Readonly<Record<string, number>>;
  }[];
  readonly verdicts: readonly { readonly decision: string; readonly reasons: readonly string[] }[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  readonly failures: readonly unknown[];
}

const DEMO = ['demo', '--policies', 'policies.yml', '--days', '12'];

test('tells day by day what happened, then what is kept and why, pruned, refused and skipped', async () => {
  const { code, out, notes } = await run(DEMO);
  expect([code, notes]).toEqual([0, '']);
  const days = out.split('\n').filter((line) => /^day +\d+ {2}2026-09-\d\d /.test(line));
  expect(days).toHaveLength(12);
  expect(out).toMatch(/^Kept and why: \d+ recovery points$/m);
  expect(out).toMatch(/^Pruned: [1-9]\d*$/m);
  expect(out).toMatch(/^Refused$/m);
  expect(out).toMatch(/^Skipped$/m);
  expect(out).toMatch(/web-2 .*did you mean daily-ami\?/);
  expect(out).toContain('All of it happened in a simulated account, in memory: no AWS was touched.');
});

test('registers what DLM runs, tells what DLM made, and what was put right', async () => {
  const { out } = await run(['demo', '--policies', 'policies.yml', '--days', '5']);
  expect(out).toMatch(/^ +\* register-policies: hourly-data is registered in DLM$/m);
  expect(out).toMatch(/^ +\* somebody disables policy-\w+, DLM's policy for hourly-data, in the console$/m);
  expect(out).toMatch(
    /^ +\* register-policies: hourly-data is put right: State is DISABLED, wanted ENABLED$/m,
  );
  expect(out).toMatch(/^ {2}hourly-data +policy-\w+ +ENABLED +2\d\d made, 1\d\d deleted, 48 kept$/m);
});

test('--json holds the same as data, and prints nothing else', async () => {
  const { code, out } = await run([...DEMO, '--json']);
  expect(code).toBe(0);
  const answer = parseJson<DemoAnswer>(out);
  expect(answer.version).toBe(1);
  expect(answer.days.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(answer.days.every(({ made }) => (made['data-6h'] ?? 0) > 0)).toBe(true);
  expect(answer.verdicts.length).toBeGreaterThan(20);
  expect(answer.verdicts.every(({ reasons }) => reasons.length > 0)).toBe(true);
  expect(Object.keys(answer.fleet)).toContain('db-1');
  expect(answer.skipped.map(({ id }) => id)).toContain(answer.fleet['web-2']);
});

test('answers the same each time', async () => {
  const [first, second] = [await run([...DEMO, '--json']), await run([...DEMO, '--json'])];
  expect(second.out).toBe(first.out);
});

test.each(['0', '401', '1.5', 'many', '-3'])('--days=%s is refused', async (days) => {
  const { code, out, notes } = await run(['demo', `--days=${days}`]);
  expect([code, out]).toEqual([2, '']);
  expect(notes).toContain(`--days is ${JSON.stringify(days)}, expected a whole number from 1 to 400`);
});

test('a policy file with mistakes is refused', async () => {
  const { code, notes } = await run(['demo', '--policies', 'tsconfig.json']);
  expect(code).toBe(2);
  expect(notes).toContain('problems in tsconfig.json');
});
