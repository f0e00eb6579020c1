/** What several options and helps are made of. */

import { UsageError } from './shell.ts';

/** Who knows restic writes one option a rule. */
export function joinWords(word: string, before: string | undefined): string {
  return before === undefined ? word : `${before} ${word}`;
}

/** A second value would silently win over the first. */
export function once(name: string): (value: string, before: string | undefined) => string {
  return (value, before) => {
    if (before === undefined) return value;
    throw new UsageError(`${name} is given twice: ${JSON.stringify(before)} and ${JSON.stringify(value)}`);
  };
}

export function example(line: string): string {
  return `\nExample:\n  ${line}`;
}
