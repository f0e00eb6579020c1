/** One number as several commands show it, put into an order that can be compared. */

import type { Answers, Explained } from './all-answers.ts';

export type Shown = Readonly<Record<string, unknown>>;
/** By policy, or whatever else; the order is that of the keys. */
export type Table = Readonly<Record<string, number | string | undefined>>;

export interface Row {
  readonly what: string;
  /** By command. */
  readonly shown: (all: Answers, points: readonly Explained[]) => Shown;
}

export function table<T>(
  items: readonly T[],
  key: (item: T) => string,
  value: (item: T) => number = () => 1,
): Table {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0) + value(item));
  return sorted([...sums].filter(([, sum]) => sum !== 0));
}

export function sorted(entries: readonly (readonly [string, number | string | undefined])[]): Table {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const policyOf = ({ policy = '' }: { readonly policy?: string }): string => policy;
export const ofSource = ({
  policy,
  source,
}: {
  readonly policy?: string;
  readonly source?: string;
}): string => `${policy} ${source}`;
export const isPruned = ({ decision }: { readonly decision: string }): boolean => decision === 'prune';
export const ids = (points: readonly { readonly id: string }[]): string[] =>
  points.map(({ id }) => id).sort();
/** Money and bytes are sums in another order in each command. */
export const near = (value: number): number => Number(value.toPrecision(9));
export const nearly = (entries: Table): Table =>
  sorted(Object.entries(entries).map(([key, value]) => [key, near(Number(value))]));

/** What the guard refuses stays for all commands but `simulate`, which says what accepting it would do. */
export const refusedOf = ({ plan }: Answers): ReadonlySet<string> =>
  new Set(plan.refused.map(({ policy }) => policy));
