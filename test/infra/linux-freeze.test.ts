/** The document for Linux that ships with us: its script is run here, with a stand-in for fsfreeze and a list of mounts. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { DLM_CONTRACT } from '../support/hooking.ts';

const SCRIPT = new URL('../../infra/documents/linux-freeze.sh', import.meta.url).pathname;
const text = readFileSync(SCRIPT, 'utf8');

/** As Linux writes it: a root, a bind of it, two data volumes of which one lies in the other, and what is not to be frozen. */
const MOUNTS = `
22 1 0:21 / /proc rw,relatime - proc proc rw
24 1 0:6 / /dev rw,nosuid - devtmpfs devtmpfs rw
27 1 259:1 / / rw,relatime shared:1 - xfs /dev/nvme0n1p1 rw
28 27 259:1 /home /export rw,relatime shared:1 - xfs /dev/nvme0n1p1 rw
29 27 0:25 / /run rw,nosuid shared:2 - tmpfs tmpfs rw
40 27 259:4 / /data rw,noatime shared:30 - ext4 /dev/nvme1n1 rw
41 40 259:5 / /data/my\\040files rw,noatime shared:31 - xfs /dev/mapper/vg-files rw
42 27 259:4 /sub /srv/sub rw,noatime shared:30 - ext4 /dev/nvme1n1 rw
43 27 259:6 / /cdrom ro,relatime - ext4 /dev/nvme2n1 ro
44 27 0:50 / /efs rw,relatime - nfs4 fs-1:/ rw
45 27 7:0 / /media/snap ro,nodev - squashfs /dev/loop0 ro
`.trimStart();

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freeze-'));
  writeFileSync(join(folder, 'mounts'), MOUNTS);
  stub('fsfreeze', 'echo "$@" >> "$LOG"; case " $FAILS " in *" $1 "*) exit 1 ;; esac');
  // The timer sleeps until it is told to wake.
  stub('sleep', 'while [ -e "$MOUNTS" ] && [ ! -e "$LOG.wake" ]; do /bin/sleep 0.02; done');
});
afterEach(() => {
  writeFileSync(join(folder, 'log.wake'), '');
  // The timer, which may be slow to wake, still writes into it.
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function stub(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

interface Run {
  readonly code: number | null;
  readonly said: string;
}

function run(operation: string, env: Record<string, string> = {}): Run {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT], {
    encoding: 'utf8',
    env: {
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      OPERATION: operation,
      EXECUTION_ID: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
      STATE: join(folder, 'state'),
      MOUNTS: join(folder, 'mounts'),
      LOG: join(folder, 'log'),
      // What the timer sleeps once the stand-in is gone.
      AUTO_THAW_SECONDS: '0',
      ...env,
    },
  });
  return { code: status, said: `${stdout}${stderr}` };
}

/** What fsfreeze was called with. */
function frozen(): string[] {
  try {
    return readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

const FREEZE = ['--freeze /srv/sub', '--freeze /data/my files'];
const THAW = ['--unfreeze /data/my files', '--unfreeze /srv/sub'];

describe('the script for Linux', () => {
  test('freezes each data volume once, the inner before the outer, and never the system’s', () => {
    expect(run('pre-script').code).toBe(0);
    expect(frozen()).toEqual(FREEZE);
  });

  test('thaws in the other order', () => {
    run('pre-script');
    expect(run('post-script').code).toBe(0);
    expect(frozen()).toEqual([...FREEZE, ...THAW]);
  });

  test('in a dry run says what it would freeze, and freezes nothing', () => {
    const { code, said } = run('dry-run');
    expect(code).toBe(0);
    expect(said).toMatch(/would freeze:\n\/srv\/sub\n\/data\/my\\040files\n$/);
    expect(frozen()).toEqual([]);
  });

  test('is a dry run when it is told nothing', () => {
    expect(run('').code).toBe(0);
    expect(frozen()).toEqual([]);
  });

  test('leaves alone the volume that the agent writes to, wherever that is mounted', () => {
    stub('stat', 'case "$3" in /var/lib/amazon) echo /data ;; *) echo / ;; esac');
    expect(run('pre-script').code).toBe(0);
    expect(frozen()).toEqual(['--freeze /data/my files']);
  });

  test('204: says that it is frozen already, and touches nothing', () => {
    run('pre-script');
    const { code, said } = run('pre-script');
    expect(code).toBe(204);
    expect(said).toContain('frozen already');
    expect(frozen()).toEqual(FREEZE);
  });

  test('205: says that it is not frozen', () => {
    const { code, said } = run('post-script');
    expect(code).toBe(205);
    expect(said).toContain('not frozen');
    run('pre-script');
    run('post-script');
    expect(run('post-script').code).toBe(205);
  });

  test('206: has nothing to freeze on a machine with one volume', () => {
    writeFileSync(join(folder, 'mounts'), MOUNTS.split('\n').slice(0, 5).join('\n'));
    expect(run('pre-script').code).toBe(206);
    expect(run('post-script').code).toBe(205);
    expect(frozen()).toEqual([]);
  });

  test('201: thaws what it has frozen when it cannot freeze the rest, and can then freeze again', () => {
    stub('fsfreeze', 'echo "$@" >> "$LOG"; case "$FAILS$*" in "all--freeze /data/my files") exit 1 ;; esac');
    expect(run('pre-script', { FAILS: 'all' })).toMatchObject({ code: 201 });
    expect(frozen()).toEqual([...FREEZE, '--unfreeze /srv/sub']);
    expect(run('post-script').code).toBe(205);
    expect(run('pre-script').code).toBe(0);
  });

  test.each([
    { at: '/srv/sub', calls: ['--freeze /srv/sub', '--unfreeze /srv/sub'] },
    { at: '/data/my files', calls: [...FREEZE, '--unfreeze /data/my files'] },
  ])('201: leaves nothing frozen that was thawed while $at was being frozen', ({ at, calls }) => {
    // As the timer, or a post-script, takes the list away.
    stub(
      'fsfreeze',
      `echo "$@" >> "$LOG"; [ "$*" != "--freeze ${at}" ] || mv "$STATE/frozen" "$STATE/timed-out"`,
    );
    const { code, said } = run('pre-script');
    expect(code).toBe(201);
    expect(said).toContain('thawed meanwhile');
    expect(frozen()).toEqual(calls);
  });

  test('202: says that it cannot thaw, and thaws only the rest when it is asked again', () => {
    run('pre-script');
    stub('fsfreeze', 'echo "$@" >> "$LOG"; case "$FAILS$*" in "all--unfreeze /srv/sub") exit 1 ;; esac');
    expect(run('post-script', { FAILS: 'all' }).code).toBe(202);
    expect(run('post-script').code).toBe(0);
    expect(frozen()).toEqual([...FREEZE, ...THAW, '--unfreeze /srv/sub']);
  });

  test('203: thaws by itself when nobody comes, and says so once to who comes late', async () => {
    run('pre-script');
    expect(frozen()).toEqual(FREEZE);
    writeFileSync(join(folder, 'log.wake'), '');
    await vi.waitFor(() => expect(frozen()).toEqual([...FREEZE, ...THAW]), { timeout: 20_000 });
    await vi.waitFor(() => expect(run('post-script').code).toBe(203), { timeout: 20_000 });
    expect(run('post-script').code).toBe(205);
  });

  test('203: is told also to a post-script that comes while it thaws by itself', async () => {
    run('pre-script');
    // The timer's first thaw does not end before the post-script has.
    stub(
      'fsfreeze',
      'echo "$@" >> "$LOG"; if [ -n "$SLOW" ]; then exit 0; fi; [ -e "$LOG.thawing" ] || { : > "$LOG.thawing"; while [ -e "$MOUNTS" ] && [ ! -e "$LOG.done" ]; do /bin/sleep 0.02; done; }',
    );
    writeFileSync(join(folder, 'log.wake'), '');
    await vi.waitFor(() => expect(existsSync(join(folder, 'log.thawing'))).toBe(true), { timeout: 20_000 });
    expect(run('post-script', { SLOW: 'no' }).code).toBe(203);
    writeFileSync(join(folder, 'log.done'), '');
  });

  test('thaws by itself what a post-script that was killed has left', async () => {
    run('pre-script');
    stub('fsfreeze', 'echo "$@" >> "$LOG"; [ -z "$KILLED" ] || kill -9 "$PPID"');
    expect(run('post-script', { KILLED: 'yes' }).code).not.toBe(0);
    expect(frozen()).toEqual([...FREEZE, '--unfreeze /data/my files']);
    writeFileSync(join(folder, 'log.wake'), '');
    await vi.waitFor(() => expect(frozen()).toContain('--unfreeze /srv/sub'), { timeout: 20_000 });
  });

  test('thaws by itself also what a later pre-script freezes', async () => {
    run('pre-script');
    run('post-script');
    run('pre-script');
    writeFileSync(join(folder, 'log.wake'), '');
    await vi.waitFor(() => expect(frozen()).toEqual([...FREEZE, ...THAW, ...FREEZE, ...THAW]), {
      timeout: 20_000,
    });
  });

  test('refuses any other word', () => {
    const { code, said } = run('thaw');
    expect(code).toBe(1);
    expect(said).toContain('expected pre-script');
  });
});

describe('the document for Linux', () => {
  const document = parse(
    readFileSync(new URL('../../infra/documents/linux-freeze.yml', import.meta.url), 'utf8'),
  ) as {
    schemaVersion: string;
    parameters: Record<'command' | 'executionId', Record<string, unknown>>;
    mainSteps: { inputs: { runCommand: string[]; timeoutSeconds: string } }[];
  };

  test('has DLM’s contract', () => {
    expect(document.schemaVersion).toBe('2.2');
    const { command, executionId } = document.parameters;
    const { description: _, ...ofCommand } = DLM_CONTRACT.command;
    const { description: __, ...ofId } = DLM_CONTRACT.executionId;
    expect(command).toMatchObject(ofCommand);
    expect(executionId).toMatchObject(ofId);
    expect(Object.keys(document.parameters).sort()).toEqual(['command', 'executionId']);
  });

  test('runs the script that is tested here, behind what Systems Manager fills in', () => {
    const [step, ...others] = document.mainSteps;
    expect(others).toEqual([]);
    const [first = '', ...rest] = text.split('\n');
    expect(first).toBe('#!/bin/sh');
    expect(step?.inputs.runCommand).toEqual([
      [first, "OPERATION='{{ command }}'", "EXECUTION_ID='{{ executionId }}'", ...rest].join('\n'),
    ]);
    expect(text).not.toContain('{{');
  });
});
