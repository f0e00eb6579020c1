/** What snapshots cost in a Region, by the table in prices.ts. */

import {
  LIST_REQUESTS_PER_1000,
  PRICE_SOURCES,
  PRICES_AS_OF,
  REGION_PRICES,
  type RegionPrice,
} from './prices.ts';

/** AWS bills a GB-month of 2^30 bytes. */
export const GB = 2 ** 30;

/** The least and most there may be of something, and what is most likely; all the same where it is known. */
export interface Range {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export const NOTHING: Range = { low: 0, middle: 0, high: 0 };

export function exactly(value: number): Range {
  return { low: value, middle: value, high: value };
}

export function plus(a: Range, b: Range): Range {
  return { low: a.low + b.low, middle: a.middle + b.middle, high: a.high + b.high };
}

function times(range: Range, factor: number): Range {
  return { low: range.low * factor, middle: range.middle * factor, high: range.high * factor };
}

/** Bytes that are billed, by tier. */
export interface StoredBytes {
  readonly standard: Range;
  readonly archive: Range;
}

export const NOTHING_STORED: StoredBytes = { standard: NOTHING, archive: NOTHING };

export function plusStored(a: StoredBytes, b: StoredBytes): StoredBytes {
  return { standard: plus(a.standard, b.standard), archive: plus(a.archive, b.archive) };
}

/** The same of many, without a new object for each of hundreds of thousands. */
export function sumStored(all: readonly StoredBytes[]): StoredBytes {
  const sum = { standard: { ...NOTHING }, archive: { ...NOTHING } };
  for (const { standard, archive } of all) {
    add(sum.standard, standard);
    add(sum.archive, archive);
  }
  return sum;
}

function add(sum: { -readonly [K in keyof Range]: number }, { low, middle, high }: Range): void {
  sum.low += low;
  sum.middle += middle;
  sum.high += high;
}

/** Undefined for a Region that the table lacks: there a size has no price. */
export function priceIn(region: string): RegionPrice | undefined {
  return Object.hasOwn(REGION_PRICES, region) ? REGION_PRICES[region] : undefined;
}

/** USD a month. */
export function monthlyCost(
  { standard, archive }: StoredBytes,
  price: Pick<RegionPrice, 'standard' | 'archive'>,
): Range {
  return plus(times(standard, price.standard / GB), times(archive, price.archive / GB));
}

/** USD for so many requests of ListSnapshotBlocks and ListChangedBlocks. */
export function requestCost(requests: number): number {
  return (requests / 1000) * LIST_REQUESTS_PER_1000;
}

/** The table is of one day, and what its rows rest on is older. */
function basisNote({ quoted }: RegionPrice): string {
  return quoted === undefined
    ? `table of ${PRICES_AS_OF}, unverified: from memory of AWS's price page, and maybe some percent off`
    : `table of ${PRICES_AS_OF}, which rests on ${quoted}`;
}

/** What the prices rest on, in a sentence. */
export function priceNote(region: string): string {
  const price = priceIn(region);
  if (!price) return `No price of ${region} in the table of ${PRICES_AS_OF}: sizes have no price there.`;
  const derived = price.archiveBasis === 'derived' ? ' (not seen: taken as a quarter)' : '';
  return `Prices of ${region}: USD ${price.standard} for a GB-month, USD ${price.archive} in the archive${derived}, without discounts and taxes; ${basisNote(price)}.`;
}

/** What the row of a Region rests on. */
export function priceSources({ basis, archiveBasis }: RegionPrice): readonly string[] {
  return [...PRICE_SOURCES[basis], ...(archiveBasis === 'derived' ? PRICE_SOURCES.derived : [])];
}
