import { statusJson } from '../lib/report/status-json.ts';
import { statusText } from '../lib/report/status-text.ts';
import { plural, widthOf } from '../lib/report/text.ts';
import { isBroken, readStatus, type Status } from '../lib/run/status.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { explainError } from './explain-error.ts';
import { EXIT, UsageError, type ExitCode, type ScreenSize, type Shell } from './shell.ts';

/** Between two looks of `--watch`, in ms. */
const REFRESH = 60_000;
/** Clears the screen and goes to its upper left; what has scrolled off stays. */
const CLEAR = '\u001b[2J\u001b[H';

export interface StatusOptions extends AccountOptions {
  readonly watch?: boolean;
}

/** `status`: how the backups of a place stand, on one screen; changes nothing. Exit code 3 when they are not as promised. */
export async function statusCommand(options: StatusOptions, shell: Shell): Promise<ExitCode> {
  if (options.watch && options.json)
    throw new UsageError('--watch shows a screen over and over, and --json answers once: leave out one');
  if (options.watch) return await goOn(options, shell);
  const status = await look(options, shell);
  if (options.json) {
    shell.out(JSON.stringify(statusJson(status), null, 2));
    return isBroken(status) ? EXIT.failed : EXIT.done;
  }
  shell.out(statusText(status, shell.paint, shell.screenSize()?.columns).join('\n'));
  return isBroken(status) ? EXIT.failed : EXIT.done;
}

/** The policy file and the credentials are looked at anew each time, as both may change. */
function look(options: StatusOptions, shell: Shell): Promise<Status> {
  return withAccount(options, shell, readStatus, { job: 'watch', looks: true });
}

/**
 * Until somebody ends it, or nobody reads on. What goes wrong is said, and the next look may find it mended; only a command
 * line, policy file or credentials that are wrong from the start are thrown, as nobody may be there to mend them.
 */
async function goOn(options: StatusOptions, shell: Shell): Promise<ExitCode> {
  for (let isFirst = true; ; isFirst = false) {
    const status = await look(options, shell).catch((error: unknown) => {
      const { message, code } = explainError(error);
      if (isFirst && code === EXIT.usage) throw error;
      shell.note(`${message}\nThis look failed; trying again in a minute.`);
      return undefined;
    });
    if (status) {
      const text = onOneScreen(status, shell).join('\n');
      shell.out(shell.isScreen ? `${CLEAR}${text}` : `${text}\n`);
    }
    await shell.clock.sleep(REFRESH);
    if (!shell.isRead()) return EXIT.done;
  }
}

/** What does not fit would push the policies and the total off the screen. */
function onOneScreen(status: Status, shell: Shell): string[] {
  const size = shell.screenSize();
  const lines = statusText(status, shell.paint, size?.columns);
  return size ? fitting(lines, size) : lines;
}

/** The first lines that fit with one to spare for the cursor; the last then says that there are more. */
function fitting(lines: readonly string[], { columns, rows }: ScreenSize): string[] {
  const rowsOf = (line: string): number => Math.max(1, Math.ceil(widthOf(line) / columns));
  let taken = 0;
  const ends = lines.map((line) => (taken += rowsOf(line)));
  if (taken < rows) return [...lines];
  const shown = lines.filter((_, index) => (ends[index] ?? 0) < rows - 1);
  return [...shown, `… and ${plural(lines.length - shown.length, 'line')} more without --watch`];
}
