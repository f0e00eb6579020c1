/** Whether a run goes on in a later round. Pure. */

import type { RunRequest } from './request.ts';

/** A day of rounds: by then the slot is over. */
const MOST_ROUNDS = 100;
/** So often EC2 may be too busy for everything that is left, half a minute or more apart, before it is `watch` that asks again. */
const MOST_IDLE = 10;

/** What a round leaves for the next one. */
export interface Left {
  /** It made nothing, though it had time. */
  readonly isIdle?: boolean;
  readonly budget?: Readonly<Record<string, number>>;
}

export type Next = { readonly request: RunRequest } | { readonly exhausted: string };

/** Whether there would be no next round. */
export function isLastRound(request: RunRequest, left: Left): boolean {
  return 'exhausted' in nextRound(request, left);
}

/** The request of the next round, or why there is none although something is left. */
export function nextRound(request: RunRequest, { isIdle = false, budget }: Left): Next {
  const idle = isIdle ? request.idle + 1 : 0;
  if (request.round >= MOST_ROUNDS) return { exhausted: `round ${request.round} was the last` };
  if (idle > MOST_IDLE) return { exhausted: `${idle} rounds in a row could make nothing of what is left` };
  const { budget: _, ...same } = request;
  return {
    request: {
      ...same,
      round: request.round + 1,
      idle,
      ...(budget && { budget }),
    },
  };
}
