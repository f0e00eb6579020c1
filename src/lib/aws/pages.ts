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
  let token: string | undefined;
  do {
    const page: Page<T> = await read(token);
    yield* page.items;
    if (page.nextToken !== undefined && page.nextToken === token) {
      throw new Error(`a list answered the token it was asked with (${token}): it would never end`);
    }
    token = page.nextToken === '' ? undefined : page.nextToken;
  } while (token !== undefined);
}
