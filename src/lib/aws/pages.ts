/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * Every item of every page. A page may be empty and still carry a token, so only a missing token ends the list; an
 * error on any page ends the whole with that error, for a partial list must never be planned on.
 */
export async function* everyPage<T>(
  read: (token: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T> {
  for await (const { items } of pagesFrom(undefined, read)) yield* items;
}

/** The pages from the one that a token leads to. */
export async function* pagesFrom<T>(
  start: string | undefined,
  read: (token: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<Page<T>> {
  let token = start;
  do {
    const page: Page<T> = await read(token);
    yield page;
    if (page.nextToken !== undefined && page.nextToken === token) {
      throw new Error(`a list answered the token it was asked with (${token}): it would never end`);
    }
    token = page.nextToken === '' ? undefined : page.nextToken;
  } while (token !== undefined);
}

/** What is made of each, one by one as they come. */
export async function* readItems<T, R>(items: AsyncIterable<T>, read: (item: T) => R): AsyncGenerator<R> {
  for await (const item of items) yield read(item);
}
