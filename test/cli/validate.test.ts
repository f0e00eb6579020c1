import { expect, test } from 'vitest';
import { POLICIES, START } from '../support/scenario.ts';
import { fileWith, run } from './fake-shell.ts';
import { parseJson } from './answers.ts';

const MISTAKES = `version: 1
deployment: prod
timezone: Asia/Soul
policies:
  nightly:
    backup: image
    schedul: cron(0 3 * * ? *)
    schedule: cron(0 25 * * ? *)
    keep: { daily: 0 }
`;

interface ValidateAnswer {
  readonly valid: boolean;
  readonly problems: readonly { readonly line: number; readonly path: string; readonly message: string }[];
  readonly deployment?: string;
  readonly policies?: readonly {
    readonly name: string;
    readonly keep: string;
    readonly nextSlots: readonly string[];
  }[];
}

test('a good file is said in words, with the coming slots', async () => {
  const file = await fileWith(POLICIES);
  const { code, out, notes } = await run(['validate', '--policies', file]);
  expect([code, notes]).toEqual([0, '']);
  expect(out).toContain(
    `${file} is valid\n4 running policies, 1 retired; deployment test, opt-in tag Backup\n`,
  );
  expect(out).toMatch(
    /^ {2}nightly +image +cron\(0 3 \* \* \? \*\) UTC +keep daily=3 +next 2026-11-23T03:00:00Z, 2026-11-24T03:00:00Z, 2026-11-25T03:00:00Z$/m,
  );
  expect(out).toMatch(/^ {2}old +retired +keep last=1$/m);
  expect(out).toMatch(/prune every 6 hours UTC, refused above 20 points and 30% of a policy's/);
});

test('the example that ships is valid', async () => {
  expect((await run(['validate', '--policies', 'policies.yml'])).code).toBe(0);
});

test('three mistakes are three lines, each with its place, what was expected and a suggestion', async () => {
  const file = await fileWith(MISTAKES);
  const { code, out, notes } = await run(['validate', '--policies', file]);
  expect([code, out]).toEqual([2, '']);
  const lines = notes
    .trimEnd()
    .split('\n')
    .map((line) => line.replace('ec2-backup: ', '').replaceAll(file, 'FILE'));
  expect(lines).toEqual([
    expect.stringMatching(
      /^FILE:3:11 timezone: "Asia\/Soul" is not a time zone, .*\(did you mean Asia\/Seoul\?\)$/,
    ),
    expect.stringMatching(
      /^FILE:7:5 policies\.nightly\.schedul: unknown word "schedul" \(did you mean schedule\?\)$/,
    ),
    expect.stringMatching(/^FILE:8:15 policies\.nightly\.schedule: hour is "25", expected 0-23/),
    expect.stringMatching(
      /^FILE:9:20 policies\.nightly\.keep\.daily: daily is 0, expected a whole number from 1 to 1000000/,
    ),
    '4 problems in FILE',
  ]);
});

test.each([
  {
    backup: 'imgae',
    says: '"imgae" is not a kind of backup, expected image, snapshots, volume (did you mean image?)',
  },
  { backup: 'tape', says: '"tape" is not a kind of backup, expected image, snapshots, volume\n' },
])(
  'a kind of backup that is none, $backup, is answered with the kinds there are',
  async ({ backup, says }) => {
    const file = await fileWith(POLICIES.replace('backup: image', `backup: ${backup}`));
    const { code, notes } = await run(['validate', '--policies', file]);
    expect([code, notes.includes(says)]).toEqual([2, true]);
  },
);

test('--json lists the problems with line, path and message, and ends with 2', async () => {
  const file = await fileWith(MISTAKES);
  const { code, out } = await run(['validate', '--policies', file, '--json']);
  expect(code).toBe(2);
  const answer = parseJson<ValidateAnswer>(out);
  expect(answer.valid).toBe(false);
  expect(answer.problems.map(({ line, path }) => [line, path])).toEqual([
    [3, 'timezone'],
    [7, 'policies.nightly.schedul'],
    [8, 'policies.nightly.schedule'],
    [9, 'policies.nightly.keep.daily'],
  ]);
});

test('--json of a good file says what it means', async () => {
  const file = await fileWith(POLICIES);
  const { code, out } = await run(['validate', '--policies', file, '--json', '--deployment', 'staging']);
  expect(code).toBe(0);
  const answer = parseJson<ValidateAnswer>(out);
  expect(answer).toMatchObject({ valid: true, problems: [], deployment: 'staging' });
  expect(answer.policies?.map(({ name, keep }) => [name, keep])).toEqual([
    ['nightly', 'daily=3'],
    ['sets', 'last=3'],
    ['disks', 'last=2'],
    ['payments', 'daily=5'],
  ]);
  expect(answer.policies?.every(({ nextSlots }) => nextSlots.every((slot) => Date.parse(slot) > START))).toBe(
    true,
  );
});

test.each([{ args: [] as string[] }, { args: ['--json'] }])(
  'a missing file ends with 2 and names it, $args',
  async ({ args }) => {
    const { code, out, notes } = await run(['validate', '--policies', '/nowhere/policies.yml', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('cannot read the policy file /nowhere/policies.yml: there is no such file');
  },
);

test('a bad --deployment is refused', async () => {
  const file = await fileWith(POLICIES);
  const { code, notes } = await run(['validate', '--policies', file, '--deployment', 'Prod!']);
  expect(code).toBe(2);
  expect(notes).toContain('--deployment is "Prod!", expected 1 to 32 of a-z, 0-9 and -');
});
