/** The program as it is installed: its exit codes, its two outputs, and what it says without a usable account. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { POLICIES } from '../support/scenario.ts';
import { parseJson, type JudgedPoint } from './answers.ts';
import { fileWith } from './fake-shell.ts';

const PROGRAM = 'dist/ec2-backup.js';
/** A program that hangs fails its test. */
const PATIENCE = 40_000;

beforeAll(() => {
  if (existsSync(PROGRAM) && statSync(PROGRAM).mtimeMs > newestSource()) return;
  const built = spawnSync(process.execPath, ['scripts/build.js'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build failed: ${built.stderr}`);
});

/** Loaded before the program: standard output passes for a terminal, as far as who asks it can tell. */
const A_TERMINAL = 'data:text/javascript,process.stdout.isTTY=true';

function hasPty(): boolean {
  const { status, stdout } = spawnSync('script', ['-qec', 'test -t 1 && echo a terminal', '/dev/null'], {
    encoding: 'utf8',
  });
  return status === 0 && stdout.includes('a terminal');
}

/** When a file of src was last changed: an older program is not the one to test. */
function newestSource(): number {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join('src', file)).mtimeMs));
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

interface Surroundings {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the program with an environment that knows no account but what is given. */
async function run(args: readonly string[], { input = '', env = {} }: Surroundings = {}): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nowhere',
      NO_COLOR: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
    timeout: PATIENCE,
    stdio: 'pipe',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [out, notes, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, notes };
}

const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describe('without an account', () => {
  test('--help is an answer: on standard output, with exit code 0', async () => {
    const { code, out, notes } = await run(['--help']);
    expect([code, notes]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: ec2-backup /);
  });

  test.each(['--version', '-V'])('%s is that of its package', async (option) => {
    const { version } = parseJson<{ version: string }>(readFileSync('package.json', 'utf8'));
    const { code, out, notes } = await run([option]);
    expect([code, out, notes]).toEqual([0, `ec2-backup ${version}\n`, '']);
  });

  test('validate reads the file that is named', async () => {
    const { code, out, notes } = await run(['validate', '--policies', 'policies.yml']);
    expect([code, notes]).toEqual([0, '']);
    expect(out).toMatch(/^policies\.yml is valid\n/);
  });

  test('demo runs on the example that ships, and paints nothing where there is no terminal', async () => {
    const { code, out, notes } = await run(['demo', '--days', '2'], { env: { NO_COLOR: '' } });
    expect([code, notes]).toEqual([0, '']);
    expect(out).toMatch(/^day +2 {2}2026-09-02 /m);
    expect(out).not.toContain('\u001b');
  });
});

describe('colours', () => {
  /** What is red, bold and so on, and not a cursor that is moved. */
  const COLOUR = /\u001b\[[\d;]*m/;
  const DEMO = ['demo', '--days', '2'];

  test.each([
    { title: 'on a terminal', tty: true, env: {}, painted: true },
    { title: 'on a terminal with NO_COLOR=1', tty: true, env: { NO_COLOR: '1' }, painted: false },
    {
      title: 'on a terminal with NO_COLOR=1 and FORCE_COLOR=1',
      tty: true,
      env: { NO_COLOR: '1', FORCE_COLOR: '1' },
      painted: false,
    },
    { title: 'in a pipe, even with FORCE_COLOR=1', tty: false, env: { FORCE_COLOR: '1' }, painted: false },
    { title: 'in a pipe of a build, which says CI=true', tty: false, env: { CI: 'true' }, painted: false },
  ])('$title: painted $painted', async ({ tty, env, painted }) => {
    // Where nothing is said of NO_COLOR, an empty one is as good as none.
    const preload = tty ? { NODE_OPTIONS: `--import ${A_TERMINAL}` } : {};
    const { code, out } = await run(DEMO, { env: { NO_COLOR: '', TERM: 'xterm', ...preload, ...env } });
    expect([code, COLOUR.test(out)]).toEqual([0, painted]);
  });

  test.skipIf(!hasPty())(
    "on a pseudo-terminal of util-linux' script (skipped where there is none): painted, and with NO_COLOR=1 not",
    () => {
      const onTerminal = (env: Record<string, string>): string => {
        const command = `${JSON.stringify(process.execPath)} ${PROGRAM} ${DEMO.join(' ')}`;
        const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], HOME: '/nowhere', TERM: 'xterm', ...env },
          timeout: PATIENCE,
        });
        expect(status).toBe(0);
        return stdout;
      };
      const painted = onTerminal({});
      const plain = onTerminal({ NO_COLOR: '1' });
      expect([painted, plain].map((text) => COLOUR.test(text))).toEqual([true, false]);
      expect(plain).toMatch(/^day +2 {2}2026-09-02 /m);
    },
  );
});

describe('retention of 100,000 points from standard input', () => {
  const FIRST = Date.UTC(2026, 0, 1);
  const points = Array.from({ length: 100_000 }, (_, n) => ({
    id: `p${n}`,
    time: new Date(FIRST - n * 3_600_000).toISOString(),
  }));
  const input = JSON.stringify(points);
  const args = [
    'retention',
    '--keep',
    'daily=7 monthly=all',
    '--timezone',
    'Asia/Seoul',
    '--now',
    '2026-01-02T00:00:00Z',
  ];

  test('answers each of them, newest first, and nothing but the answer on standard output', async () => {
    const { code, out, notes } = await run([...args, '--json', '-'], { input });
    expect([code, notes]).toEqual([0, '']);
    const judged = parseJson<JudgedPoint[]>(out);
    expect(judged.map(({ id }) => id)).toEqual(points.map(({ id }) => id));
    expect(
      judged.filter(({ reasons }) => reasons.some((reason) => reason.startsWith('daily '))),
    ).toHaveLength(7);
  });

  test('ends in peace when the reader of its output leaves early', async () => {
    const child = spawn(process.execPath, [PROGRAM, ...args, '--json', '-'], {
      stdio: 'pipe',
      timeout: PATIENCE,
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.stdout.once('data', () => child.stdout.destroy());
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [code, notes] = await Promise.all([ended, buffer(child.stderr)]);
    expect([code, notes.toString()]).toEqual([0, '']);
  });
});

describe('with an account that cannot be used', () => {
  test('no credentials: says what to set and ends with 2', async () => {
    const file = await fileWith(POLICIES);
    const { code, out, notes } = await run(['plan', '--policies', file], {
      env: { AWS_REGION: 'ap-northeast-2' },
    });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toMatch(/^ec2-backup: no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID/);
  });

  test('no Region: says where one is looked for and ends with 2', async () => {
    const file = await fileWith(POLICIES);
    const { code, out, notes } = await run(['plan', '--policies', file], { env: KEYS });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toMatch(
      /^ec2-backup: no Region is named: set AWS_REGION, or a region in the profile, or --region\n$/,
    );
  });

  test('an unknown Region: names it and where it came from', async () => {
    const file = await fileWith(POLICIES);
    const env = { ...KEYS, AWS_REGION: 'eu-south-9' };
    const { code, out, notes } = await run(['plan', '--policies', file], { env });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(
      'the Region of AWS_REGION or the profile is "eu-south-9", which the AWS SDK does not know',
    );
  });

  test.each(['localhost', 'localhost:4566', 'ftp://127.0.0.1'])(
    'AWS_ENDPOINT_URL=%s, which is no URL of a service: names it, with what was expected, and ends with 2',
    async (url) => {
      const file = await fileWith(POLICIES);
      const env = { ...KEYS, AWS_REGION: 'ap-northeast-2', AWS_ENDPOINT_URL: url };
      const { code, out, notes } = await run(['plan', '--policies', file], { env });
      expect([code, out]).toEqual([2, '']);
      expect(notes).toBe(
        `ec2-backup: AWS_ENDPOINT_URL is "${url}", expected a URL such as https://ec2.example.com:8443\n`,
      );
    },
  );

  test('a profile that does not exist: names it and those that do, ends with 2, and looks for no other credentials', async () => {
    const file = await fileWith(POLICIES);
    const config = await fileWith('[profile backups]\nregion = ap-northeast-2\n', 'config');
    const env = { ...KEYS, AWS_PROFILE: 'bakcups', AWS_CONFIG_FILE: config };
    for (const region of [[], ['--region', 'ap-northeast-2']]) {
      const { code, out, notes } = await run(['plan', '--policies', file, ...region], { env });
      expect([code, out]).toEqual([2, '']);
      expect(notes).toBe(
        `ec2-backup: AWS_PROFILE is "bakcups", expected a profile of ${config} or ~/.aws/credentials (did you mean backups?)\n`,
      );
    }
  });

  test('an endpoint where nobody listens: names it and ends with 1', async () => {
    const file = await fileWith(POLICIES);
    const env = { ...KEYS, AWS_REGION: 'ap-northeast-2', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { code, out, notes } = await run(['plan', '--policies', file], { env });
    expect([code, out]).toEqual([1, '']);
    expect(notes).toContain('127.0.0.1:9');
    expect(notes).toContain('Is AWS_ENDPOINT_URL right?');
  });
});
