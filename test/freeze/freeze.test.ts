/** The script for Linux on real file systems, each on a loop device of its own: for that it needs root. */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const SCRIPT = new URL('../../infra/documents/linux-freeze.sh', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'freeze-'));
const NAMES = ['data', 'more data'] as const;
const devices = NAMES.flatMap((name, index) => attach(join(folder, `disk-${index}`), join(folder, name)));
const isPossible = devices.length === NAMES.length;

// Said aloud, because a skipped suite looks like one that passed.
process.stdout.write(
  isPossible
    ? `Freezing ${devices.join(' and ')}\n`
    : 'SKIPPED: no file system on a loop device could be mounted, which takes root\n',
);

/** A new file system, mounted; none where that is not possible. */
function attach(disk: string, at: string): string[] {
  try {
    writeFileSync(disk, Buffer.alloc(20 * 1024 * 1024));
    mkdirSync(at);
    execFileSync('mkfs.ext4', ['-q', disk], { stdio: 'ignore' });
    const device = execFileSync('losetup', ['--find', '--show', disk], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    execFileSync('mount', [device, at], { stdio: 'ignore' });
    return [device];
  } catch {
    return [];
  }
}

function run(operation: string, seconds = 30): number | null {
  const env = { ...process.env, STATE: join(folder, 'state'), AUTO_THAW_SECONDS: String(seconds) };
  return spawnSync('sh', [SCRIPT], { env: { ...env, OPERATION: operation }, encoding: 'utf8' }).status;
}

/** Writes a file by another process, which stands still while the file system is frozen. */
function write(name: (typeof NAMES)[number], file: string): { readonly isDone: () => boolean } {
  const child = spawn('sh', ['-c', 'echo written > "$1"', 'sh', join(folder, name, file)], {
    stdio: 'ignore',
  });
  return { isDone: () => child.exitCode === 0 };
}

describe.skipIf(!isPossible)('real file systems', () => {
  beforeAll(() => {
    // Of the machine's own, none is to be frozen by a test.
    const others = spawnSync('sh', [SCRIPT], {
      env: { ...process.env, OPERATION: 'dry-run' },
      encoding: 'utf8',
    });
    const listed = others.stdout.split('\n').slice(1).filter(Boolean);
    expect(listed.filter((target) => !target.startsWith(folder))).toEqual([]);
  });

  afterAll(() => {
    run('post-script');
    for (const name of NAMES) spawnSync('umount', [join(folder, name)]);
    for (const device of devices) spawnSync('losetup', ['--detach', device]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('stand still from the pre-script to the post-script, and then go on', async () => {
    expect(run('pre-script')).toBe(0);
    const writes = NAMES.map((name) => write(name, 'while-frozen'));
    // A second freeze is refused by the kernel: they are frozen indeed.
    for (const name of NAMES)
      expect(spawnSync('fsfreeze', ['--freeze', join(folder, name)]).status).not.toBe(0);
    expect(writes.map(({ isDone }) => isDone())).toEqual([false, false]);
    expect(run('pre-script')).toBe(204);
    expect(run('post-script')).toBe(0);
    await vi.waitFor(() => expect(writes.map(({ isDone }) => isDone())).toEqual([true, true]));
    for (const name of NAMES) expect(existsSync(join(folder, name, 'while-frozen'))).toBe(true);
    expect(run('post-script')).toBe(205);
  });

  test('thaw by themselves when no post-script comes', async () => {
    expect(run('pre-script', 1)).toBe(0);
    const writes = NAMES.map((name) => write(name, 'unattended'));
    await vi.waitFor(() => expect(writes.map(({ isDone }) => isDone())).toEqual([true, true]), {
      timeout: 30_000,
    });
    await vi.waitFor(() => expect(run('post-script')).toBe(203), { timeout: 30_000 });
  });

  test('thaw when one of them cannot be frozen', () => {
    execFileSync('fsfreeze', ['--freeze', join(folder, 'data')]);
    expect(run('pre-script')).toBe(201);
    execFileSync('fsfreeze', ['--unfreeze', join(folder, 'data')]);
    for (const name of NAMES) writeFileSync(join(folder, name, 'thawed'), '');
    expect(run('pre-script')).toBe(0);
    expect(run('post-script')).toBe(0);
  });
});
