import { sendMessages } from '../lib/aws/messages.ts';
import type { Place } from '../lib/policy/policy.ts';
import { messageOf } from '../lib/run/queue-message.ts';
import type { RunRequest } from '../lib/run/request.ts';
import { nextRound, type Left } from '../lib/run/rounds.ts';
import { requireAddress, type Environment } from './environment.ts';

/** The round that goes on with what is left, or why there is none. */
export type SentOn = { readonly round: number } | { readonly exhausted: string };

/** Sends the request on with the next round when something of it is left. */
export async function sendOn(
  request: RunRequest & { readonly place: Place },
  left: Left | undefined,
  environment: Environment,
): Promise<SentOn | undefined> {
  if (left === undefined) return undefined;
  const next = nextRound(request, left);
  if ('exhausted' in next) return next;
  const message = messageOf({ ...next.request, place: request.place });
  await sendMessages(environment, requireAddress(environment.addresses, 'queue'), [message]);
  return { round: next.request.round };
}
