/** A run ends when EC2's lists show what it made: the next one in the queue plans by those lists. */

import { listImages } from '../aws/read-images.ts';
import { listSnapshots } from '../aws/read-snapshots.ts';
import { filtersById, type Filter } from '../aws/shapes.ts';
import type { RunContext } from './context.ts';
import type { Outcome } from './outcome.ts';
import { pointFilters } from './point-filters.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 30_000;

/**
 * Waits until everything that was made is listed, for at most five minutes: then the lists can be trusted whatever they
 * show. A call without an answer takes those five minutes. Without a deadline nobody comes next, and nothing is waited for.
 */
export function settle(
  outcomes: readonly Outcome[],
  { policy, slot }: { readonly policy: string; readonly slot: number },
  context: RunContext,
): Promise<void> {
  const filters = pointFilters(context.file, [policy], [slot]);
  return settleBy(outcomes, () => [filters], context);
}

/** The same of copies, which may be of many policies and slots. */
export function settleCopies(outcomes: readonly Outcome[], context: RunContext): Promise<void> {
  return settleBy(outcomes, filtersById, context);
}

type FiltersOf = (kind: 'image-id' | 'snapshot-id', ids: readonly string[]) => readonly (readonly Filter[])[];

async function settleBy(
  outcomes: readonly Outcome[],
  filtersOf: FiltersOf,
  context: RunContext,
): Promise<void> {
  const { clock, deadline } = context;
  const made = outcomes.filter(({ status }) => status === 'done');
  const isUnknown = outcomes.some(({ status }) => status === 'unknown');
  if (deadline === undefined || (made.length === 0 && !isUnknown)) return;
  const trusted = clock.now() + READS_TRUSTWORTHY_AFTER;
  const ids = made.flatMap(({ id, snapshots = [id] }) => snapshots);
  if (!isUnknown) await untilListed(ids, { filtersOf, context, trusted });
  else await clock.sleep(READS_TRUSTWORTHY_AFTER);
}

interface Waiting {
  readonly filtersOf: FiltersOf;
  readonly context: RunContext;
  /** ms since the epoch. */
  readonly trusted: number;
}

async function untilListed(ids: readonly string[], { filtersOf, context, trusted }: Waiting): Promise<void> {
  const { clock } = context;
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const started = clock.now();
    if (await areListed(ids, filtersOf, context)) return;
    const now = clock.now();
    // A list takes as long as the last one did: not one that would end when waiting alone is over.
    const isLast = now + wait + (now - started) >= trusted;
    await clock.sleep(Math.max(0, isLast ? trusted - now : wait));
    if (isLast) return;
  }
}

async function areListed(
  ids: readonly string[],
  filtersOf: FiltersOf,
  { clients }: RunContext,
): Promise<boolean> {
  const missing = new Set(ids);
  const images = ids.filter((id) => id.startsWith('ami-'));
  const snapshots = ids.filter((id) => !id.startsWith('ami-'));
  const lists = [
    ...(images.length > 0 ? filtersOf('image-id', images).map((by) => listImages(clients, by)) : []),
    ...(snapshots.length > 0
      ? filtersOf('snapshot-id', snapshots).map((by) => listSnapshots(clients, by))
      : []),
  ];
  try {
    for (const list of lists) for await (const { id } of list) missing.delete(id);
  } catch {
    // Whoever needs the list reads it himself, and fails if it still cannot be read; here it is only waited for.
    return false;
  }
  return missing.size === 0;
}
