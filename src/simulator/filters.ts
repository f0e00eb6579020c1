import type { Filter } from '@aws-sdk/client-ec2';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import type { Tags } from './tags.ts';

const MAX_FILTER_VALUES = 200;

export type Test<R> = (resource: R) => boolean;

/** What the filters of one list may look at. */
export interface Filterable<R> {
  readonly command: string;
  readonly fields: Readonly<Record<string, (resource: R) => readonly string[]>>;
  readonly tags: ((resource: R) => Tags) | undefined;
}

interface GivenFilter {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

/**
 * One test of all filters: AND between filters, OR between the values of one, case-sensitive,
 * `*` and `?` as wildcards and a backslash to escape them.
 * @throws FilterLimitExceeded; a plain Error for a filter name that is not known here
 */
export function compileFilters<R>(filters: readonly Filter[] | undefined, of: Filterable<R>): Test<R> {
  const given: readonly GivenFilter[] = filters ?? [];
  const values = given.reduce((sum, filter) => sum + (filter.Values?.length ?? 0), 0);
  if (values > MAX_FILTER_VALUES) {
    throw new SimulatedServiceError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MAX_FILTER_VALUES}; got ${values}.`,
    );
  }
  const tests = given.map((filter) => compileFilter(filter, of));
  return (resource) => tests.every((test) => test(resource));
}

function compileFilter<R>(filter: GivenFilter, of: Filterable<R>): Test<R> {
  const { Name: name = '', Values: values = [] } = filter;
  if (values.length === 0) throw invalidValue(`The filter '${name}' has no values.`);
  const matches = compileValues(values);
  const tagsOf = of.tags;
  if (tagsOf !== undefined && name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (resource) => {
      const value = tagsOf(resource).get(key);
      return value !== undefined && matches(value);
    };
  }
  if (tagsOf !== undefined && name === 'tag-key') {
    return (resource) => [...tagsOf(resource).keys()].some(matches);
  }
  const field = Object.hasOwn(of.fields, name) ? of.fields[name] : undefined;
  if (field === undefined) {
    const known = [...Object.keys(of.fields), ...(tagsOf === undefined ? [] : ['tag:<key>', 'tag-key'])];
    throw new Error(
      `The simulated account does not know the filter ${of.command} '${name}'; it knows ${known.join(', ')}`,
    );
  }
  return (resource) => field(resource).some(matches);
}

/** What a filter asks of one tag, when its values are exact: such resources can be looked up. */
export interface ExactTag {
  readonly key: string;
  readonly values: readonly string[];
}

/** The filter on a tag with exact values that is likely to let the least through: the last one given. */
export function exactTagOf(filters: readonly Filter[] | undefined): ExactTag | undefined {
  const given: readonly GivenFilter[] = filters ?? [];
  const exact = given.findLast(
    ({ Name: name = '', Values: values = [] }) =>
      name.startsWith('tag:') && !values.some((value) => WILDCARD.test(value)),
  );
  return exact && { key: (exact.Name ?? '').slice('tag:'.length), values: exact.Values ?? [] };
}

const WILDCARD = /[*?\\]/;

function compileValues(values: readonly string[]): (value: string) => boolean {
  const exact = new Set(values.filter((value) => !WILDCARD.test(value)));
  const patterns = values.filter((value) => !exact.has(value)).map(toRegExp);
  return (value) => exact.has(value) || patterns.some((pattern) => pattern.test(value));
}

function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|[\s\S]/gu, (char, escaped: string | undefined) => {
    if (escaped !== undefined) return literal(escaped);
    if (char === '*') return '.*';
    if (char === '?') return '.';
    return literal(char);
  });
  return new RegExp(`^${source}$`, 'su');
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
