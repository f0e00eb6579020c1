interface Paged {
  readonly NextToken?: string | undefined;
}

/** Asks for a list to its last page. */
export async function toTheEnd(ask: (page: Paged) => Promise<Paged>): Promise<void> {
  let { NextToken } = await ask({});
  while (NextToken !== undefined) ({ NextToken } = await ask({ NextToken }));
}
