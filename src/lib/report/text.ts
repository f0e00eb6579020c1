/** Small pieces of text output. */

import { stripVTControlCharacters } from 'node:util';

/** Adds colour, or nothing where colours are off. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Rows with every column but the last padded to its widest cell. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0),
    );
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)));
}

/** How many columns a line takes: colours take no room on the screen. */
export function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/** At most `limit` lines; what is left out is counted, and said where to find. */
export function capped(lines: readonly string[], limit: number, indent = '  '): string[] {
  if (lines.length <= limit) return [...lines];
  return [...lines.slice(0, limit), `${indent}… and ${lines.length - limit} more; --json lists all`];
}

/** `1 point`, `3 points`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1 AMI or snapshot`, `5 AMIs and snapshots`: what a prune deletes, of which kind is not told. */
export function amisAndSnapshots(count: number): string {
  return count === 1 ? '1 AMI or snapshot' : `${count} AMIs and snapshots`;
}

/** `45 min`, `7 h`, `12 d`: how old something is, in its largest whole unit. */
export function formatAge(ms: number): string {
  if (ms < 0) return 'future';
  if (ms < HOUR) return `${Math.floor(ms / 60_000)} min`;
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / DAY)} d`;
}

/** At most `most` characters, the last of them an ellipsis where something was left out. */
export function cut(text: string, most = 80): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Joiners are not among them: emoji and some scripts are written with those. */
const UNSEEN =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * Text of others (tags, error messages) with control characters, marks of direction and other invisible ones made visible,
 * so that it cannot move the cursor, change places with what is beside it or hide something.
 */
export function printable(text: string): string {
  return text.replaceAll(UNSEEN, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
