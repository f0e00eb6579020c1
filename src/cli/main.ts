/** The one file that touches the process. */

import { text as readAll } from 'node:stream/consumers';
import { confirm, isCancel, spinner } from '@clack/prompts';
import picocolors from 'picocolors';
import { progressLine } from './progress-line.ts';
import { runCommandLine } from './program.ts';
import type { ProgressView, Shell } from './shell.ts';

// The SDK's notice is for developers; which Node versions work is said by this package.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

// In a pipe isTTY is undefined, for which createColors would ask FORCE_COLOR and CI.
const colors = picocolors.createColors(process.stdout.isTTY ? picocolors.isColorSupported : false);

let isPipeClosed = false;

const shell: Shell = {
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  interactive: process.stdin.isTTY && process.stderr.isTTY,
  isScreen: process.stdout.isTTY,
  screenSize: () => {
    const { isTTY, columns, rows } = process.stdout;
    // Some terminals do not tell theirs, and say 0.
    return isTTY && columns > 0 && rows > 0 ? { columns, rows } : undefined;
  },
  isRead: () => !isPipeClosed,
  paint: {
    bold: colors.bold,
    dim: colors.dim,
    good: colors.green,
    bad: colors.red,
    warn: colors.yellow,
  },
  policiesPath: policiesPath(process.env['EC2_BACKUP_POLICIES']),
  clock: {
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  // The SDK takes most of a second to load, and half of the commands do not need it.
  connect: async (region) => (await import('./connect.ts')).connect(region, process.env),
  confirm: async (message) => {
    const answer = await confirm({ message, initialValue: false, output: process.stderr });
    return !isCancel(answer) && answer;
  },
  progress,
  readInput: () => readAll(process.stdin),
};

/** An empty variable is as good as none. */
function policiesPath(named = ''): string {
  return named === '' ? 'policies.yml' : named;
}

function progress(title: string): ProgressView {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const view = spinner({ output: process.stderr });
  const fit = (text: string): string => progressLine(text, process.stderr.columns);
  view.start(fit(title));
  return { update: (text) => view.message(fit(text)), stop: () => view.clear() };
}

// `ec2-backup list | head` closes the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  isPipeClosed = true;
});

process.exitCode = await runCommandLine(process.argv.slice(2), shell);
