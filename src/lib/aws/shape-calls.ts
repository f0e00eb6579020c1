/** Calls at the pace of EC2's token buckets, so that none of ours is throttled and others have their share. */

import type { Clients } from './clients.ts';
import { OutOfTimeError } from './errors.ts';
import { isChanging, quotaOf } from './request-quotas.ts';

export interface Pace {
  /** 0…1 of EC2's quotas. */
  readonly share: number;
  readonly clock: { now(): number; sleep(ms: number): Promise<void> };
  /** Once it is aborted nothing more is sent: what still reads side by side with what has failed ends too. */
  readonly signal?: AbortSignal;
  /** ms since the epoch: a changing call whose token would come later is not sent. Lists go on. */
  readonly deadline?: number;
}

/** The same clients; calls of EC2 wait for a token of their action. Buckets start empty, whoever used them before. */
export function shapeCalls(clients: Clients, pace: Pace): Clients {
  const buckets = new Buckets(pace);
  const shaped = (client: Clients['ec2']): Clients['ec2'] => ({
    // `send` is overloaded by command; only its promise form is used here.
    send: (async (command: Sent) => {
      await buckets.take(operationOf(command));
      return client.send(command as Parameters<typeof client.send>[0]);
    }) as Clients['ec2']['send'],
  });
  return {
    ...clients,
    ec2: shaped(clients.ec2),
    ec2Once: shaped(clients.ec2Once),
    inTurn: async (operation) => {
      await buckets.take(operation);
      return clients;
    },
  };
}

interface Sent {
  readonly input: object;
  readonly schema?: unknown;
}

/** From the command's schema, `[9, namespace, operation, …]`: the name of its class does not survive minification. */
function operationOf({ schema }: Sent): string {
  const name: unknown = Array.isArray(schema) ? schema[2] : undefined;
  if (typeof name !== 'string')
    throw new Error('a command of the SDK has no schema to read its operation from');
  return name;
}

interface Bucket {
  /** Below zero: how many calls wait. */
  tokens: number;
  filledAt: number;
}

class Buckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #pace: Pace;
  readonly #start: number;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#start = pace.clock.now();
  }

  /**
   * Takes the next token and waits until it is there: who comes first is served first.
   * @throws OutOfTimeError when that would be after the deadline
   */
  async take(action: string): Promise<void> {
    const { clock, share, signal, deadline = Infinity } = this.#pace;
    const quota = quotaOf(action);
    const now = clock.now();
    const bucket = this.#buckets.get(action) ?? { tokens: 0, filledAt: this.#start };
    this.#buckets.set(action, bucket);
    const rate = (quota.refillPerSecond * share) / 1000;
    const most = Math.max(1, quota.capacity * share);
    bucket.tokens = Math.min(most, bucket.tokens + (now - bucket.filledAt) * rate);
    bucket.filledAt = now;
    const wait = Math.max(0, (1 - bucket.tokens) / rate);
    if (now + wait > deadline && isChanging(action)) {
      const seconds = Math.ceil(wait / 1000);
      throw new OutOfTimeError(
        `the next token of ${action} is ${seconds} s away, which is after the deadline`,
      );
    }
    bucket.tokens -= 1;
    if (wait > 0) await clock.sleep(wait);
    signal?.throwIfAborted();
  }
}
