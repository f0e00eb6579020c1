/** Requests as messages of a job's FIFO queue. */

import { createHash } from 'node:crypto';
import type { Message } from '../aws/messages.ts';
import type { Place } from '../policy/policy.ts';
import { requestBody, type RunRequest } from './request.ts';

/** What touches one place comes one after the other; places do not wait for each other. */
export function groupOf({ account, region }: Place): string {
  return `${account}/${region}`;
}

/** The same request is taken once within SQS's five minutes, whoever sends it. */
export function deduplicationId(request: RunRequest): string {
  const { job, policy, slot, place, round, attempt } = request;
  // Two runs by hand in one minute may ask for different things.
  const { trigger, sources, hold, accept, replace } = request;
  const identity = [job, policy, slot, place && groupOf(place), round, attempt];
  const wishes = [trigger, sources, hold, accept, replace];
  return createHash('sha256')
    .update(JSON.stringify([...identity, ...wishes]))
    .digest('hex');
}

/** A request for a place. */
export function messageOf(request: RunRequest & { readonly place: Place }): Message {
  return {
    body: requestBody(request),
    group: groupOf(request.place),
    deduplicationId: deduplicationId(request),
  };
}
