import pMap from 'p-map';
import type { RunContext } from './context.ts';

/** Calls under way at once: enough for EC2's largest refill of 5 a second when a call takes four seconds. */
const WIDTH = 20;

/**
 * The answers of the work on each item, in the order of the items. What has not been started by the deadline is not
 * started any more, and gets the answer of `late`.
 */
export function sideBySide<T, R>(
  items: readonly T[],
  { clock, deadline = Infinity }: Pick<RunContext, 'clock' | 'deadline'>,
  { work, late }: { readonly work: (item: T) => Promise<R>; readonly late: (item: T) => R },
): Promise<R[]> {
  return pMap(items, (item) => (clock.now() >= deadline ? late(item) : work(item)), { concurrency: WIDTH });
}
