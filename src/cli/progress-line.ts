/** One line of progress that a narrow terminal does not wrap: what wraps is not taken away again with the next frame. */

import { cut } from '../lib/report/text.ts';

/** What is drawn around the words: the turning sign and two blanks before them, up to three dots behind, and the cursor. */
const AROUND = 7;

/** `columns` of the terminal; some do not tell theirs, and say 0. */
export function progressLine(text: string, columns: number): string {
  return columns > 0 ? cut(text, Math.max(1, columns - AROUND)) : text;
}
