/** One line of `doctor`, and what the other `doctor-…` files of this folder make of what was read. */

/** `ok` passes; `warn` may be as it should be, but somebody should know; `fail` says what to do; `skip` was not looked at. */
export type CheckLevel = 'ok' | 'warn' | 'fail' | 'skip';

export interface Check {
  readonly level: CheckLevel;
  /** What was looked at, such as `schedules` or `place 444455556666 us-east-1`. */
  readonly name: string;
  readonly message: string;
}

/** What was read, or why it could not be. */
export type Reading<T> = { readonly value: T } | Unread;

export interface Unread {
  readonly problem: string;
  /** AWS refused the credentials: what was to be read may be as it should be all the same. */
  readonly isDenied: boolean;
}

export const ok = (name: string, message: string): Check => ({ level: 'ok', name, message });
export const warn = (name: string, message: string): Check => ({ level: 'warn', name, message });
export const fail = (name: string, message: string): Check => ({ level: 'fail', name, message });
export const skip = (name: string, message: string): Check => ({ level: 'skip', name, message });

/** Of something that could not be read. `action` is the permission it takes, such as `sqs:GetQueueUrl`. */
export function unread(name: string, { problem, isDenied }: Unread, action: string): Check {
  if (!isDenied) return fail(name, `could not be read (${problem}): run doctor again`);
  return warn(name, `could not be checked (${problem}): allow these credentials ${action}`);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** At most so many names; what is left out is counted. */
export function listedUpTo(most: number, names: readonly string[]): string {
  if (names.length <= most) return listed(names);
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
