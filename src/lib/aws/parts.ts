/**
 * Very long lists, read in parts side by side. EC2 lists 1,000 things a page, and a page is asked for with the token of
 * the one before it: of 300,000 that are 300 calls one after the other. By a filter on the last character of their ids
 * they are several lists, each a sixteenth of the whole.
 */

import { pagesFrom, type Page } from './pages.ts';
import { MAX_FILTER_VALUES, type Filter } from './shapes.ts';

/** So many things are read page by page first: most lists end before, and cost no call more. */
export const PLAIN = 4000;

/**
 * Ids end in a hexadecimal digit. EC2 promises no more than letters and digits, so one part is for what nobody has seen
 * yet: between them the parts have every id there can be.
 */
const DIGITS = Array.from('0123456789abcdef');
const UNSEEN = Array.from('ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
const ENDINGS: readonly (readonly string[])[] = [...DIGITS.map((digit) => [digit]), UNSEEN];

/** A list that can be narrowed by a filter on its ids. */
export interface PartedList<T> {
  /** The filter of EC2 by which its ids go. */
  readonly idFilter: string;
  /** What the list is narrowed by anyway. */
  readonly filters: readonly Filter[];
  readonly idOf: (item: T) => string;
  readonly read: (token: string | undefined, filters: readonly Filter[]) => Promise<Page<T>>;
}

/**
 * Every item of the list once, in no order. A short list is read page by page; and so is a long one when the first pages of
 * its parts are not what was asked for, or hardly filled: that EC2 takes patterns of ids is written down nowhere, nor that
 * it does not go through the whole list for each. The first error of any part ends the whole with that error.
 */
export async function* everyPart<T>(list: PartedList<T>): AsyncGenerator<T> {
  const { read, filters, idOf } = list;
  const known = new Set<string>();
  let [pages, token] = [0, ''];
  for await (const { items, nextToken } of pagesFrom(undefined, (next) => read(next, filters))) {
    yield* items;
    for (const item of items) known.add(idOf(item));
    [pages, token] = [pages + 1, nextToken ?? ''];
    if (known.size >= PLAIN) break;
  }
  if (token === '') return;
  const parts = hasRoom(filters) ? await beginParts(list) : [];
  const isUsual = isAsAsked({ known, aPage: known.size / pages }, idOf);
  if (parts.length === 0 || !parts.every(isUsual)) {
    for await (const { items } of pagesFrom(token, (next) => read(next, filters))) yield* items;
    return;
  }
  let again = 0;
  for await (const { items } of sideBySide(parts.map((part) => pagesOf(part, list)))) {
    const added = items.filter((item) => !known.has(idOf(item)));
    again += items.length - added.length;
    yield* added;
  }
  checkFoundAgain(again, known.size);
}

interface Part<T> {
  readonly endings: readonly string[];
  readonly filters: readonly Filter[];
  readonly first: Page<T>;
}

/** EC2 counts the values of all filters of a call. */
function hasRoom(filters: readonly Filter[]): boolean {
  return filters.reduce((sum, { values }) => sum + values.length, UNSEEN.length) <= MAX_FILTER_VALUES;
}

function beginParts<T>({ idFilter, filters, read }: PartedList<T>): Promise<readonly Part<T>[]> {
  return Promise.all(
    ENDINGS.map(async (endings) => {
      const narrowed = [...filters, { name: idFilter, values: endings.map((ending) => `*${ending}`) }];
      return { endings, filters: narrowed, first: await read(undefined, narrowed) };
    }),
  );
}

/** What was read page by page. */
interface Plain {
  readonly known: ReadonlySet<string>;
  readonly aPage: number;
}

/** It has what it was asked for alone, some of it where some is known to be, and is worth its calls. */
function isAsAsked<T>({ known, aPage }: Plain, idOf: (item: T) => string): (part: Part<T>) => boolean {
  const knownEndings = new Set([...known].map((id) => id.slice(-1)));
  return ({ endings, first: { items, nextToken } }) => {
    const isOther = items.some((item) => !endings.includes(idOf(item).slice(-1)));
    const isMissed = items.length === 0 && endings.some((ending) => knownEndings.has(ending));
    const isThin = Boolean(nextToken) && items.length < aPage / 2;
    return !isOther && !isMissed && !isThin;
  };
}

async function* pagesOf<T>({ first, filters }: Part<T>, { read }: PartedList<T>): AsyncGenerator<Page<T>> {
  yield first;
  if (first.nextToken) yield* pagesFrom(first.nextToken, (token) => read(token, filters));
}

/** Each as it comes; of every list one thing at a time is waited for. */
async function* sideBySide<T>(lists: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const next = async (list: AsyncGenerator<T>) => ({ list, result: await list.next() });
  const waiting = new Map(lists.map((list) => [list, next(list)]));
  while (waiting.size > 0) {
    const { list, result } = await Promise.race(waiting.values());
    if (result.done) {
      waiting.delete(list);
      continue;
    }
    const following = next(list);
    // Whoever stops half way does not hear of what fails after that.
    following.catch(() => undefined);
    waiting.set(list, following);
    yield result.value;
  }
}

/** What was deleted meanwhile is not found again: a few, as EC2 lets nobody delete more than some in a second. */
function checkFoundAgain(again: number, known: number): void {
  if (again >= known * 0.9) return;
  throw new Error(
    `EC2 listed ${known} at first and, asked by how their ids end, only ${again} of these again: such a list is not whole`,
  );
}
