/** Why a file of the user's cannot be read or written, in words instead of the system's code. */

import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './shell.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, expected a file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'nothing can be written there',
  ENOSPC: 'no room is left',
};

/** The system's own words where there are no plainer ones. */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** A UsageError when the folder that `path` is to be written to is not there. */
export async function requireFolderOf(path: string, option: string): Promise<void> {
  const folder = dirname(path);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  const what = found ? `${folder} is no folder` : `there is no folder ${folder}`;
  throw new UsageError(`${option} ${JSON.stringify(path)} cannot be written: ${what}`);
}
