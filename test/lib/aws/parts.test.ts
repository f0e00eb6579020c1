/** Long lists in parts: nothing is missed and nothing is twice, whatever EC2 makes of patterns of ids. */

import { describe, expect, test } from 'vitest';
import { everyPart, PLAIN } from '../../../src/lib/aws/parts.ts';
import type { Page } from '../../../src/lib/aws/pages.ts';
import type { Filter } from '../../../src/lib/aws/shapes.ts';

const PAGE = 1000;

interface Behaviour {
  /** What EC2 lets through of the whole for these filters; by default what the patterns say. */
  readonly passes?: (id: string, filters: readonly Filter[]) => boolean;
  /** The filter is looked for in one page of the whole after the other, as without an index. */
  readonly scans?: boolean;
  /** The n-th call, from 1, fails. */
  readonly failsAt?: number;
  readonly filters?: readonly Filter[];
}

interface Answers {
  readonly items: () => Promise<string[]>;
  readonly calls: { readonly token: string | undefined; readonly filters: readonly Filter[] }[];
  /** The most that were under way at once. */
  readonly most: () => number;
}

function list(ids: readonly string[], behaviour: Behaviour = {}): Answers {
  const { passes = byPattern, scans = false, failsAt, filters = [] } = behaviour;
  const calls: Answers['calls'] = [];
  let [underWay, most] = [0, 0];
  const read = async (token: string | undefined, given: readonly Filter[]): Promise<Page<string>> => {
    const n = calls.push({ token, filters: given });
    most = Math.max(most, (underWay += 1));
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    if (n === failsAt) throw new Error(`call ${n} failed`);
    const from = Number(token ?? 0);
    const wanted = (id: string): boolean => passes(id, given);
    const whole = scans ? ids : ids.filter(wanted);
    const items = whole.slice(from, from + PAGE).filter(wanted);
    return { items, nextToken: from + PAGE < whole.length ? String(from + PAGE) : undefined };
  };
  const items = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const id of everyPart({ idFilter: 'snapshot-id', filters, idOf: (one) => one, read }))
      all.push(id);
    return all;
  };
  return { items, calls, most: () => most };
}

function byPattern(id: string, filters: readonly Filter[]): boolean {
  const values = filters.filter(({ name }) => name === 'snapshot-id').flatMap((filter) => filter.values);
  return values.length === 0 || values.some((value) => id.endsWith(value.slice(1)));
}

/** Ids with hexadecimal digits at their ends. */
function snapshots(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `snap-${(index * 2654435761).toString(16).padStart(17, '0')}`,
  );
}

const MANY = 20 * PAGE;

describe('a short list', () => {
  test.each([0, 20, PAGE, PLAIN])('of %i is read page by page, without one call more', async (count) => {
    const ids = snapshots(count);
    const { items, calls } = list(ids);
    expect(await items()).toEqual(ids);
    expect(calls).toHaveLength(Math.max(1, count / PAGE));
    expect(calls.flatMap(({ filters }) => filters)).toEqual([]);
  });

  test('just too long costs the seventeen parts more, and no more', async () => {
    const ids = snapshots(PLAIN + 1);
    const { items, calls } = list(ids);
    expect((await items()).sort()).toEqual([...ids].sort());
    expect(calls).toHaveLength(PLAIN / PAGE + 17);
  });
});

describe('a long list', () => {
  test('has everything once, with as many side by side as there are parts', async () => {
    const ids = snapshots(MANY);
    const { items, calls, most } = list(ids);
    expect((await items()).sort()).toEqual([...ids].sort());
    expect(most()).toBeLessThanOrEqual(17);
    expect(most()).toBeGreaterThan(10);
    expect(calls.length).toBeLessThan(MANY / PAGE + 25);
  });

  test('has also what ends in a letter that no id ends in today, or in a capital', async () => {
    const odd = ['snap-0123456789abcdefg', 'snap-z', 'snap-0A', 'snap-0Z'];
    const ids = [...snapshots(MANY), ...odd];
    expect((await list(ids).items()).sort()).toEqual([...ids].sort());
  });

  test('is narrowed by its own filters in every part', async () => {
    const own = { name: 'tag:ec2-backup:deployment', values: ['prod'] };
    const { items, calls } = list(snapshots(MANY), { filters: [own] });
    await items();
    for (const { filters } of calls) expect(filters[0]).toEqual(own);
    expect(calls.some(({ filters }) => filters.length === 2)).toBe(true);
  });

  test('with more filter values than leave room for a part is read page by page', async () => {
    const own = { name: 'volume-id', values: Array.from({ length: 160 }, (_, index) => `vol-${index}`) };
    const { items, calls } = list(snapshots(MANY), { filters: [own] });
    expect(await items()).toHaveLength(MANY);
    expect(calls).toHaveLength(MANY / PAGE);
  });
});

describe('where EC2 does not do what is hoped for, the rest is read page by page and nothing is missed', () => {
  test.each<[string, Behaviour]>([
    ['takes a pattern for an exact id', { passes: (_, filters) => filters.length === 0 }],
    ['lets everything through', { passes: () => true }],
    [
      'knows no ids that end in 7',
      { passes: (id, filters) => byPattern(id, filters) && !(filters.length > 0 && id.endsWith('7')) },
    ],
    ['goes through the whole list for every part', { scans: true }],
  ])('EC2 %s', async (_, behaviour) => {
    const ids = snapshots(MANY);
    const { items, calls } = list(ids, behaviour);
    expect(await items()).toEqual(ids);
    expect(calls).toHaveLength(MANY / PAGE + 17);
  });
});

test('parts that do not find again what was there at first are an error, not a shorter list', async () => {
  const ids = snapshots(MANY);
  const known = new Set(ids.slice(0, PLAIN));
  const passes = (id: string, filters: readonly Filter[]): boolean =>
    filters.length === 0 || (byPattern(id, filters) && !known.has(id));
  await expect(list(ids, { passes }).items()).rejects.toThrow(
    `EC2 listed ${PLAIN} at first and, asked by how their ids end, only 0 of these again`,
  );
});

test('what is deleted meanwhile does no harm', async () => {
  const ids = snapshots(MANY);
  const passes = (id: string, filters: readonly Filter[]): boolean =>
    filters.length === 0 || (byPattern(id, filters) && id !== ids[7]);
  const found = await list(ids, { passes }).items();
  expect(found.sort()).toEqual([...ids].sort());
});

test.each([1, 3, 9, 23, 30])(
  'an error of call %i ends all with that error, and no part begins another page',
  async (n) => {
    const { items, calls } = list(snapshots(MANY), { failsAt: n });
    await expect(items()).rejects.toThrow(`call ${n} failed`);
    const asked = calls.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls.length).toBe(asked);
    expect(asked).toBeLessThanOrEqual(n + 17);
  },
);

test('who stops half way is not troubled by what fails after that', async () => {
  const ids = snapshots(MANY);
  let calls = 0;
  const read = async (token: string | undefined, filters: readonly Filter[]): Promise<Page<string>> => {
    calls += 1;
    const isLate = calls > PLAIN / PAGE + 17;
    await new Promise((resolve) => setImmediate(resolve));
    if (isLate) throw new Error('nobody is there to hear this');
    const from = Number(token ?? 0);
    const whole = ids.filter((id) => byPattern(id, filters));
    return {
      items: whole.slice(from, from + PAGE),
      nextToken: from + PAGE < whole.length ? String(from + PAGE) : undefined,
    };
  };
  let seen = 0;
  for await (const id of everyPart({
    idFilter: 'snapshot-id',
    filters: [],
    idOf: (one: string) => one,
    read,
  })) {
    expect(id).toMatch(/^snap-/);
    seen += 1;
    if (seen > PLAIN) break;
  }
  // An unhandled rejection would fail the run of the tests.
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen).toBe(PLAIN + 1);
});
