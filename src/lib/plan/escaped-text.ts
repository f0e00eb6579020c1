/**
 * Text in the few characters that Amazon's documents for VSS take in tags. What is not among them stands as `{2C}`, its code in
 * hex; the commas and semicolons of restore sheets, of which there are many, as `(` and `)`.
 *
 * Braces are in no text of others: the agent resolves `{{ssm:…}}` in what a document is given, with the rights of the machine.
 * Nor are quotes and backslashes, of which a script of the document could make something else.
 */

import type { Tags } from './inventory.ts';

/** Set to ESCAPED on what has such text in our tags. */
export const ENCODING = 'ec2-backup:encoding';
export const ESCAPED = 'escaped';

const CARRIED = /^[A-Za-z0-9() ./@_+:=-]*$/;
const AS_IT_IS = /^[A-Za-z0-9 ./@_+:=-]$/;
const ESCAPED_TEXT = /^(?!.*\{\{)[A-Za-z0-9() ./@_+:={}-]*$/;
const LAST_CODE = 0x10_ff_ff;

/** Whether text of others may stand as it is in such a document's tags. */
export function isCarried(text: string): boolean {
  return CARRIED.test(text);
}

/** Whether it can be what `escapeText` wrote, or a piece of it: its braces open nothing for the agent. */
export function isEscaped(text: string): boolean {
  return ESCAPED_TEXT.test(text);
}

/** The same text in those characters, for people: what is lost is not read back. */
export function replaceUncarried(text: string): string {
  return Array.from(text, (character) => (isCarried(character) ? character : '_')).join('');
}

export function escapeText(text: string): string {
  return Array.from(text, escapeCharacter).join('');
}

function escapeCharacter(character: string): string {
  if (character === ',') return '(';
  if (character === ';') return ')';
  if (AS_IT_IS.test(character)) return character;
  return `{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** Undoes `escapeText`. What it never wrote stays as it is. */
export function unescapeText(text: string): string {
  return text.replaceAll(/[()]|\{([0-9A-F]{1,6})\}/g, (found, code: string | undefined) => {
    if (code === undefined) return found === '(' ? ',' : ';';
    const point = Number.parseInt(code, 16);
    return point <= LAST_CODE ? String.fromCodePoint(point) : found;
  });
}

/** A value of our tags as it was meant, whichever way the tags were written. */
export function readText(tags: Tags, text: string): string {
  return tags.get(ENCODING) === ESCAPED ? unescapeText(text) : text;
}
