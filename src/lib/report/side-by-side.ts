/** Figures of one policy file, or of two beside each other with what differs marked. */

import { table, type Paint } from './text.ts';

export interface Row {
  readonly label: string;
  readonly value: string;
}

/** `columns` are the rows of each file, undefined for one that has none of it; `paths` head the columns where there are two. */
export function sideBySide(
  columns: readonly (readonly Row[] | undefined)[],
  paths: readonly string[],
  paint: Paint,
): string[] {
  const labels = (columns.find((rows) => rows !== undefined) ?? []).map(({ label }) => label);
  const cellsOf = (index: number): string[] =>
    columns.map((rows) => (rows ? (rows[index]?.value ?? '') : 'not in it'));
  if (columns.length < 2) return table(labels.map((label, index) => [label, ...cellsOf(index)]));
  const body = labels.map((label, index) => {
    const cells = cellsOf(index);
    return [new Set(cells).size === 1 ? ' ' : paint.warn('≠'), label, ...cells];
  });
  return table([['', '', ...paths], ...body]);
}
