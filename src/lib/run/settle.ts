/** A run ends when EC2's lists show what it made: the next one in the queue plans by those lists. */

import { listImages } from '../aws/read-images.ts';
import { listSnapshots } from '../aws/read-snapshots.ts';
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
export async function settle(
  outcomes: readonly Outcome[],
  slot: { readonly policy: string; readonly slot: number },
  context: RunContext,
): Promise<void> {
  const { clock, deadline } = context;
  const made = outcomes.filter(({ status }) => status === 'done');
  const isUnknown = outcomes.some(({ status }) => status === 'unknown');
  if (deadline === undefined || (made.length === 0 && !isUnknown)) return;
  const trusted = clock.now() + READS_TRUSTWORTHY_AFTER;
  if (!isUnknown) await untilListed(made, { slot, context, trusted });
  else await clock.sleep(READS_TRUSTWORTHY_AFTER);
}

interface Waiting {
  readonly slot: { readonly policy: string; readonly slot: number };
  readonly context: RunContext;
  /** ms since the epoch. */
  readonly trusted: number;
}

async function untilListed(made: readonly Outcome[], { slot, context, trusted }: Waiting): Promise<void> {
  const { clock } = context;
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const started = clock.now();
    if (await areListed(made, slot, context)) return;
    const now = clock.now();
    // A list takes as long as the last one did: not one that would end when waiting alone is over.
    const isLast = now + wait + (now - started) >= trusted;
    await clock.sleep(Math.max(0, isLast ? trusted - now : wait));
    if (isLast) return;
  }
}

async function areListed(
  made: readonly Outcome[],
  { policy, slot }: { readonly policy: string; readonly slot: number },
  { clients, file }: RunContext,
): Promise<boolean> {
  const filters = pointFilters(file, [policy], [slot]);
  const list = made.some(({ action }) => action === 'create-image') ? listImages : listSnapshots;
  const missing = new Set(made.flatMap(({ id, snapshots = [id] }) => snapshots));
  try {
    for await (const { id } of list(clients, filters)) missing.delete(id);
  } catch {
    // Whoever needs the list reads it himself, and fails if it still cannot be read; here it is only waited for.
    return false;
  }
  return missing.size === 0;
}
