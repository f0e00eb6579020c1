import { describe, expect, test } from 'vitest';
import { run } from './fake-shell.ts';

const COMMANDS = [
  'plan',
  'backup',
  'prune',
  'restore',
  'list',
  'status',
  'explain',
  'cost',
  'doctor',
  'retention',
  'validate',
  'simulate',
  'demo',
];

describe('--help', () => {
  test('names every command, the exit codes and where to start', async () => {
    const { code, out, notes } = await run(['--help']);
    expect([code, notes]).toEqual([0, '']);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(out).toContain(
      'Exit codes: 0 done, 1 error, 2 usage or configuration, 3 some actions failed (status: a source lacks its backup), 4 refused by the guard.',
    );
    expect(out).toContain('Start here: ec2-backup demo');
  });

  test.each(COMMANDS)('of %s has an example and --json', async (command) => {
    const { code, out } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Example:\\n +ec2-backup ${command}( |$)`, 'm'));
    expect(out).toContain('--json');
  });

  test.each(['plan', 'backup', 'prune', 'restore', 'list', 'status', 'explain', 'cost', 'doctor'])(
    'of %s has --policies, --deployment and --region',
    async (command) => {
      const { out } = await run([command, '--help']);
      for (const option of ['--policies <file>', '--deployment <name>', '--region <region>'])
        expect(out).toContain(option);
    },
  );

  test.each(['backup', 'prune', 'restore'])(
    'of %s, which changes the account, has --yes and --dry-run',
    async (command) => {
      const { out } = await run([command, '--help']);
      expect(out).toContain('--yes');
      expect(out).toContain('--dry-run');
    },
  );
});

test('the help of status says when it ends with 3', async () => {
  const { out } = await run(['status', '--help']);
  expect(out).toContain('--watch');
  expect(out).toContain('Ends with 3 when a source is stale or was never backed up, or DLM is in ERROR.');
});

describe('--version', () => {
  test.each(['--version', '-V'])('%s is name and version, an answer', async (option) => {
    const { code, out, notes } = await run([option]);
    expect([code, notes]).toEqual([0, '']);
    expect(out).toMatch(/^ec2-backup \d+\.\d+\.\d+\n$/);
  });
});

describe('policies', () => {
  test('is a command of three, named by its help', async () => {
    const { code, out } = await run(['policies', '--help']);
    expect(code).toBe(0);
    for (const command of ['plan', 'apply', 'list']) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  });

  test.each(['plan', 'apply', 'list'])(
    '%s has an example, --json and the options of an account',
    async (command) => {
      const { code, out } = await run(['policies', command, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Example:\\n +ec2-backup policies ${command}( |$)`, 'm'));
      for (const option of ['--json', '--policies <file>', '--deployment <name>', '--region <region>'])
        expect(out).toContain(option);
    },
  );

  test('with a command mistyped ends with 2 and a suggestion', async () => {
    const { code, notes } = await run(['policies', 'aply']);
    expect(code).toBe(2);
    expect(notes).toContain('Did you mean apply?');
  });
});

describe('what is mistyped ends with 2 and a suggestion', () => {
  test.each([
    { args: ['pln'], says: ["unknown command 'pln'", 'Did you mean plan?'] },
    { args: ['prnue', '--yes'], says: ["unknown command 'prnue'", 'Did you mean prune?'] },
    { args: ['plan', '--jsn'], says: ["unknown option '--jsn'", 'Did you mean --json?'] },
    { args: ['prune', '--dryrun'], says: ["unknown option '--dryrun'", 'Did you mean --dry-run?'] },
    {
      args: ['backup', '--policy', 'x', '--sources', 'i-1'],
      says: ["unknown option '--sources'", 'Did you mean --source?'],
    },
    { args: ['plan', 'extra'], says: ['too many arguments'] },
    { args: ['statsu'], says: ["unknown command 'statsu'", 'Did you mean status?'] },
    { args: ['status', '--wach'], says: ["unknown option '--wach'", 'Did you mean --watch?'] },
    { args: ['explain'], says: ["missing required argument 'id'"] },
    { args: ['explain', 'i-1', 'i-2'], says: ['too many arguments'] },
    { args: ['validate', 'a.yml', 'b.yml'], says: ['too many arguments'] },
    { args: ['backup', '--policy'], says: ["option '--policy <name>' argument missing"] },
  ])('$args', async ({ args, says }) => {
    const { code, out, notes } = await run(args);
    expect([code, out]).toEqual([2, '']);
    for (const text of says) expect(notes).toContain(text);
    expect(notes).toContain('--help');
  });

  test.each([
    [
      'plan',
      'plan shows all policies, expected no --policy; of one policy: ec2-backup prune --dry-run --policy nightly',
    ],
    [
      'status',
      'status shows all policies, expected no --policy; of one policy: ec2-backup report --markdown --policy nightly',
    ],
    ['explain', 'explain tells of one id, expected no --policy: '],
    ['list', 'list shows all policies, expected no --policy; of one policy: '],
  ])('%s --policy is told where that option is, and never taken for --policies', async (command, says) => {
    const { code, out, notes } = await run([command, '--policy', 'nightly']);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(says);
    expect(notes).not.toContain('--policies');
    expect((await run([command, '--help'])).out).not.toContain('--policy ');
  });

  test('no command at all prints the help and ends with 2', async () => {
    const { code, out, notes } = await run([]);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('Usage: ec2-backup [options] [command]');
  });
});
