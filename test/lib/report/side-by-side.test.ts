import { expect, test } from 'vitest';
import { sideBySide, type Row } from '../../../src/lib/report/side-by-side.ts';
import type { Paint } from '../../../src/lib/report/text.ts';

const same = (text: string): string => text;
const PLAIN: Paint = { bold: same, dim: same, good: same, bad: same, warn: same };

const BEFORE: readonly Row[] = [
  { label: 'runs', value: '30' },
  { label: 'at the end', value: '8' },
];
const AFTER: readonly Row[] = [
  { label: 'runs', value: '30' },
  { label: 'at the end', value: '12' },
];

test('one file needs neither a head nor marks', () => {
  expect(sideBySide([BEFORE], ['a.yml'], PLAIN)).toEqual(['  runs        30', '  at the end  8']);
});

test('of two, only the rows that differ are marked', () => {
  expect(sideBySide([BEFORE, AFTER], ['a.yml', 'b.yml'], PLAIN)).toEqual([
    '                 a.yml  b.yml',
    '     runs        30     30',
    '  ≠  at the end  8      12',
  ]);
});

test.each([
  [[undefined, AFTER], '  ≠  runs        not in it  30'],
  [[BEFORE, undefined], '  ≠  runs        30     not in it'],
])('what only one has is said of the other, and never left blank: %#', (columns, expected) => {
  expect(sideBySide(columns, ['a.yml', 'b.yml'], PLAIN)).toContain(expected);
});

test('the mark needs no colour to be seen', () => {
  const warned: string[] = [];
  const warn = (text: string): string => (warned.push(text), text);
  sideBySide([BEFORE, AFTER], ['a.yml', 'b.yml'], { ...PLAIN, warn });
  expect(warned).toEqual(['≠']);
});
