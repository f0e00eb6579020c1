/** What the commands' options have in common. */

import { Option } from 'commander';
import { printable } from '../lib/report/text.ts';
import { UsageError, type ExitCode } from './shell.ts';

/** Told with what code a command has ended. */
export type End = (code: ExitCode) => void;

export const YES_HELP = 'do not ask; needed where there is no terminal';
export const DRY_RUN_HELP = 'show the plan and stop';

/** A second value would silently win over the first. */
export function once(name: string): (value: string, before: string | undefined) => string {
  return (value, before) => {
    if (before === undefined) return value;
    throw new UsageError(`${name} is given twice: ${JSON.stringify(before)} and ${JSON.stringify(value)}`);
  };
}

/** Commander would take `--policy` for `--policies` mistyped; `says` tells with `NAME` in place of what follows it. */
export function noPolicyOption(says: string): Option {
  return new Option('--policy <name>').hideHelp().argParser((value: string) => {
    throw new UsageError(says.replaceAll('NAME', () => printable(value)));
  });
}

export function example(line: string): string {
  return `\nExample:\n  ${line}`;
}
