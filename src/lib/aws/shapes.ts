/** Small conversions that the readers share. */

import type { Filter as Ec2Filter, Tag as Ec2Tag } from '@aws-sdk/client-ec2';
import type { Tags } from '../plan/inventory.ts';

/** EC2 takes at most so many values over the filters of a call. */
export const MAX_FILTER_VALUES = 200;

/** A server-side filter: values are ORed, filters are ANDed. */
export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** Filters by ids of any number: as many lists as that takes. */
export function filtersById(name: string, ids: readonly string[]): readonly (readonly Filter[])[] {
  const batches: Filter[][] = [];
  for (let at = 0; at < ids.length; at += MAX_FILTER_VALUES)
    batches.push([{ name, values: ids.slice(at, at + MAX_FILTER_VALUES) }]);
  return batches;
}

export function toEc2Filters(filters: readonly Filter[]): { Filters?: Ec2Filter[] } {
  if (filters.length === 0) return {};
  return { Filters: filters.map(({ name, values }) => ({ Name: name, Values: [...values] })) };
}

export function toTags(tags: readonly Ec2Tag[] | undefined): Tags {
  const read = new Map<string, string>();
  for (const { Key = '', Value = '' } of tags ?? []) read.set(Key, Value);
  return read;
}

/** An id or state that EC2 always sends. */
export function required(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new Error(`EC2 answered ${what} empty, expected a value`);
  return value;
}

/** `{ [key]: value }`, or nothing for an absent value. */
export function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  // TypeScript widens a computed key to string.
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
