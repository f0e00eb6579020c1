import { expect, test } from 'vitest';
import { everyPage, type Page } from '../../../src/lib/aws/pages.ts';

/** Answers these pages in turn and notes the tokens it was asked with. */
function list(pages: readonly Page<string>[]): {
  asked: (string | undefined)[];
  items: () => Promise<string[]>;
} {
  const asked: (string | undefined)[] = [];
  const read = (token: string | undefined): Promise<Page<string>> => {
    const page = pages[asked.length];
    asked.push(token);
    return page ? Promise.resolve(page) : Promise.reject(new Error('read past the last page'));
  };
  const items = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const item of everyPage(read)) all.push(item);
    return all;
  };
  return { asked, items };
}

const CASES: readonly { title: string; pages: readonly Page<string>[]; items: readonly string[] }[] = [
  { title: 'one page', pages: [{ items: ['a', 'b'], nextToken: undefined }], items: ['a', 'b'] },
  { title: 'one empty page', pages: [{ items: [], nextToken: undefined }], items: [] },
  {
    title: 'several pages',
    pages: [
      { items: ['a'], nextToken: '1' },
      { items: ['b'], nextToken: '2' },
      { items: ['c'], nextToken: undefined },
    ],
    items: ['a', 'b', 'c'],
  },
  {
    title: 'an empty page with a token, first, in the middle and last',
    pages: [
      { items: [], nextToken: '1' },
      { items: ['a'], nextToken: '2' },
      { items: [], nextToken: '3' },
      { items: ['b'], nextToken: '4' },
      { items: [], nextToken: undefined },
    ],
    items: ['a', 'b'],
  },
  { title: 'an empty token, which is none', pages: [{ items: ['a'], nextToken: '' }], items: ['a'] },
];

test.each(CASES)('[H20] reads $title', async ({ pages, items }) => {
  const { asked, items: read } = list(pages);
  expect(await read()).toEqual(items);
  expect(asked).toEqual([undefined, ...pages.slice(0, -1).map(({ nextToken }) => nextToken)]);
});

test('[H20] an error on a later page ends the whole list with that error', async () => {
  const { items } = list([{ items: ['a'], nextToken: '1' }]);
  await expect(items()).rejects.toThrow('read past the last page');
});

test('a token that is answered again ends in an error, not in an endless loop', async () => {
  const page = { items: ['a'], nextToken: 'same' };
  await expect(list([page, page, page]).items()).rejects.toThrow(
    'a list answered the token it was asked with (same)',
  );
});
