import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { uncheckedReasons } from '../lib/plan/plan-prune.ts';
import { REPORT_MARK, reportPage } from '../lib/report/report-html.ts';
import { reportMarkdown } from '../lib/report/report-markdown.ts';
import { reportModel } from '../lib/report/report-model.ts';
import { printable } from '../lib/report/text.ts';
import { requireKnownPolicy } from '../lib/run/prune.ts';
import { readReportFacts } from '../lib/run/report.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { fileReason, requireFolderOf } from './file-reason.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export interface ReportOptions extends Omit<AccountOptions, 'json'> {
  readonly policy?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly markdown?: boolean;
}

/** The mark of a report is in its first lines. */
const HEAD = 1024;

/** `report`: how the backups of a place stand, as a page or as Markdown; changes nothing in the account. */
export async function reportCommand(options: ReportOptions, shell: Shell): Promise<ExitCode> {
  const { policy, out = 'report.html', markdown } = options;
  if (markdown && options.out !== undefined)
    throw new UsageError(
      '--markdown prints the report, and --out writes the page to a file: leave out one, or redirect what --markdown prints',
    );
  // Before anything is read, which may take minutes.
  if (!markdown && !options.force) await refuseOtherFile(out);
  const facts = await withAccount(options, shell, readReportFacts, {
    looks: true,
    check: (file) => requireKnownPolicy(file, policy),
  });
  for (const reason of uncheckedReasons(facts.plan)) shell.note(printable(reason));
  if (markdown) {
    shell.out(reportMarkdown(reportModel(facts, policy)));
    return EXIT.done;
  }
  await replaceFile(out, reportPage(facts, policy));
  shell.out(`Wrote ${out}. It is one file, and asks for nothing when it is opened.`);
  return EXIT.done;
}

/** What is there and is no report is somebody's: it stays. */
async function refuseOtherFile(path: string): Promise<void> {
  await requireFolderOf(path, '--out');
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UsageError(`--out ${JSON.stringify(path)} cannot be looked at: ${fileReason(error)}`, {
      cause: error,
    });
  });
  if (!found) return;
  if (!found.isFile()) throw new UsageError(`--out ${JSON.stringify(path)} is no file`);
  if (found.size > 0 && !(await headOf(path)).includes(REPORT_MARK)) {
    throw new UsageError(
      `--out ${JSON.stringify(path)} is a file that ec2-backup report has not made: choose another name, or add --force to replace it`,
    );
  }
}

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Whole or not at all: an earlier report stays until the new one is written. */
async function replaceFile(path: string, text: string): Promise<void> {
  const half = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(half, text, { flag: 'wx' });
    await rename(half, path);
  } catch (cause) {
    await rm(half, { force: true });
    throw new Error(`cannot write ${path}: ${fileReason(cause)}`, { cause });
  }
}
