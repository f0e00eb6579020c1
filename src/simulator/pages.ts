import { SimulatedServiceError, invalidValue } from './errors.ts';
import type { IdSource } from './ids.ts';
import type { SimulatorSettings } from './settings.ts';

/** The paging inputs of a list call. `bounds` are those of MaxResults. */
export interface PageRequest<R> {
  readonly command: string;
  readonly input: object;
  readonly token: string | undefined;
  readonly maxResults: number | undefined;
  readonly bounds: readonly [least: number, most: number];
  /** Calls by id answer in one page. */
  readonly unpaged?: boolean;
  /** Everything the call lists, evaluated for its first page only. */
  readonly find: () => readonly R[];
}

export interface Page<R> {
  readonly items: readonly R[];
  readonly nextToken: string | undefined;
}

interface Cursor {
  readonly listing: Listing;
  readonly offset: number;
  /** 0 for the first page. */
  readonly number: number;
}

interface Listing {
  /** Which calls may go on with it; worked out when the first token is given. */
  fingerprint: string | undefined;
  readonly items: readonly unknown[];
}

const MAX_CURSORS = 500;
const EMPTY_PAGE_EVERY = 3;

/** Cuts lists into pages with opaque tokens. A token can be used again, as after a lost answer. */
export class Pager {
  readonly #cursors = new Map<string, Cursor>();
  readonly #ids: IdSource;
  readonly #settings: SimulatorSettings;

  constructor(ids: IdSource, settings: SimulatorSettings) {
    this.#ids = ids;
    this.#settings = settings;
  }

  /** @throws InvalidParameterValue for MaxResults out of bounds, InvalidNextToken for a wrong token */
  page<R>(request: PageRequest<R>): Page<R> {
    checkBounds(request);
    if (request.unpaged === true) return { items: request.find(), nextToken: undefined };
    const cursor = this.#cursorOf(request);
    const { listing, offset, number } = cursor;
    const empty = this.#settings.emptyPages && number % EMPTY_PAGE_EVERY === 0;
    const size = empty ? 0 : Math.min(request.maxResults ?? this.#settings.pageSize, this.#settings.pageSize);
    const end = Math.min(offset + size, listing.items.length);
    const isLast = end === listing.items.length && !empty;
    if (!isLast) listing.fingerprint ??= fingerprintOf(request);
    return {
      // A token is accepted only for the command and input that made it, so the items are that command's.
      items: listing.items.slice(offset, end) as R[],
      nextToken: isLast ? undefined : this.#tokenFor({ listing, offset: end, number: number + 1 }),
    };
  }

  #cursorOf<R>(request: PageRequest<R>): Cursor {
    if (request.token === undefined) {
      return { listing: { fingerprint: undefined, items: request.find() }, offset: 0, number: 0 };
    }
    const cursor = this.#cursors.get(request.token);
    if (cursor?.listing.fingerprint !== fingerprintOf(request)) {
      throw new SimulatedServiceError('InvalidNextToken', `The token '${request.token}' is invalid.`);
    }
    return cursor;
  }

  #tokenFor(cursor: Cursor): string {
    const token = this.#ids.uuid();
    this.#cursors.set(token, cursor);
    const oldest = this.#cursors.keys().next();
    if (this.#cursors.size > MAX_CURSORS && oldest.done !== true) this.#cursors.delete(oldest.value);
    return token;
  }
}

function checkBounds<R>(request: PageRequest<R>): void {
  const { maxResults, bounds } = request;
  if (maxResults === undefined) return;
  const [least, most] = bounds;
  if (!Number.isInteger(maxResults) || maxResults < least || maxResults > most) {
    throw invalidValue(`Value ( ${maxResults} ) for MaxResults is invalid. Expecting ${least} to ${most}.`);
  }
}

const PAGING = new Set(['NextToken', 'MaxResults', 'MaxRecords']);

/** Two calls list the same when all but the paging inputs are the same. */
function fingerprintOf<R>(request: PageRequest<R>): string {
  const rest = Object.entries(request.input).filter(([key]) => !PAGING.has(key));
  return `${request.command} ${JSON.stringify(rest)}`;
}

/** The same items in an order that is fixed, but neither of time nor of id, as EC2 promises none. */
export function scatter<R>(items: readonly R[]): readonly R[] {
  const count = items.length;
  if (count < 2) return items;
  const step = coprimeStep(count);
  const scattered: R[] = [];
  for (let index = Math.floor(count / 2); scattered.length < count; index = (index + step) % count) {
    const item = items[index];
    if (item !== undefined) scattered.push(item);
  }
  return scattered;
}

function coprimeStep(count: number): number {
  let step = Math.max(1, Math.round(count * 0.618));
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
