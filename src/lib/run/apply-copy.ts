/** Carries out copies: first what lets the other account do it, then one call a copy, then what is shared for nothing. */

import { createHash } from 'node:crypto';
import { describeError, errorCode, isOutcomeUnknown, isPostponed } from '../aws/errors.ts';
import { copy, share } from '../aws/mutate-copy.ts';
import type { CopyAction, ShareAction } from '../plan/actions.ts';
import { groupBy } from '../plan/group-by.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { inPlace } from './elsewhere.ts';
import { basicsOf, isFailure, type Outcome } from './outcome.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';
import { resend } from './resend.ts';
import { sideBySide } from './side-by-side.ts';
import { lookUpName } from './taken-name.ts';
import { retryThrottled } from './throttle.ts';

export interface CopyOrders {
  readonly slot: number;
  readonly actions: readonly CopyAction[];
  readonly shares: readonly ShareAction[];
  readonly unshares: readonly ShareAction[];
}

export interface CopyEnd {
  readonly outcomes: readonly Outcome[];
  /** EC2 is copying as much as it does at once: nobody's failure, and a later run goes on. */
  readonly limited: readonly CopyAction[];
}

/** How long (ms) a run without a later round waits before it tries again, turn by turn: in all longer than reads may lag. */
const TURNS = [16_000, 30_000, 60_000, 120_000, 120_000];

export async function applyCopies(orders: CopyOrders, context: RunContext): Promise<CopyEnd> {
  const run = new CopyRun(orders, context);
  let outcomes = await run.copyAll(orders.actions, orders.shares);
  for (const wait of context.deadline === undefined ? TURNS : []) {
    const left = outcomes.filter(({ status }) => status === 'postponed');
    if (left.length === 0) break;
    await context.clock.sleep(wait);
    const isLeft = new Set(left.map(({ id }) => id));
    const again = orders.actions.filter(({ id }) => isLeft.has(id));
    const shares = orders.shares.filter(({ id }) => isLeft.has(id));
    outcomes = [
      ...outcomes.filter(({ status }) => status !== 'postponed'),
      ...(await run.copyAll(again, shares)),
    ];
  }
  const unshared = await run.shareAll(orders.unshares);
  return { outcomes: [...outcomes, ...unshared], limited: run.limited };
}

/** EC2's answers while another account does not see yet that something was shared with it. */
const NOT_SEEN = new Set([
  'InvalidAMIID.NotFound',
  'InvalidSnapshot.NotFound',
  'AuthFailure',
  // "You do not have permission to access the storage of this ami"
  'InvalidRequest',
]);

class CopyRun {
  readonly limited: CopyAction[] = [];
  readonly #context: RunContext;
  readonly #slot: number;
  readonly #full = new Set<CopyAction['action']>();

  constructor({ slot }: CopyOrders, context: RunContext) {
    this.#slot = slot;
    this.#context = context;
  }

  /** Points side by side; of a point first the shares, then the copies, one after the other. */
  async copyAll(actions: readonly CopyAction[], shares: readonly ShareAction[]): Promise<Outcome[]> {
    const { onProgress } = this.#context;
    const keyOf = ({ from, point }: { from: Place; point: string }): string =>
      `${from.account}/${from.region}/${point}`;
    const sharesOf = groupBy(shares, keyOf);
    const points = [...groupBy(actions, keyOf)];
    let done = 0;
    const ended = await sideBySide(points, this.#context, {
      work: async ([key, parts]) => {
        const outcomes = await this.#copyPoint(parts, sharesOf.get(key) ?? []);
        done += parts.length;
        onProgress?.({ step: 'apply', done, total: actions.length });
        return outcomes;
      },
      late: ([, parts]) => parts.map((part) => postponed(part)),
    });
    return ended.flat();
  }

  async shareAll(actions: readonly ShareAction[]): Promise<Outcome[]> {
    return sideBySide(actions, this.#context, {
      work: (action) => this.#share(action),
      late: (action) => postponed(action),
    });
  }

  async #copyPoint(parts: readonly CopyAction[], shares: readonly ShareAction[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const action of shares) outcomes.push(await this.#share(action));
    const failed = outcomes.find(isFailure);
    for (const part of parts) {
      if (failed?.status === 'postponed') outcomes.push(postponed(part));
      else if (failed)
        outcomes.push(ended(part, 'not-attempted', `${failed.id} could not be shared with the account`));
      else if (this.#full.has(part.action)) this.limited.push(part);
      else outcomes.push(...(await this.#copy(part)));
    }
    return outcomes;
  }

  async #share(action: ShareAction): Promise<Outcome> {
    try {
      const { clients } = await inPlace(action.from, this.#context);
      await resend(this.#context, () => share(clients, action));
      return { ...basicsOf(action), status: 'done' };
    } catch (error) {
      const isGone = action.action.startsWith('un') && errorCode(error).endsWith('.NotFound');
      if (isGone) return { ...basicsOf(action), status: 'already-done' };
      return ended(action, isPostponed(error) ? 'postponed' : 'failed', describeError(error));
    }
  }

  async #copy(action: CopyAction): Promise<Outcome[]> {
    const { clients } = this.#context;
    try {
      const id = await retryThrottled(this.#context, () => copy(clients, action, this.#tokenOf(action)));
      return [{ ...basicsOf(action), id, status: 'done' }];
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ResourceLimitExceeded') {
        this.#full.add(action.action);
        this.limited.push(action);
        return [];
      }
      if (code === 'InvalidAMIName.Duplicate' && action.action === 'copy-image')
        return [{ ...basicsOf(action), ...(await lookUpName(action.name, this.#context, failedCopy)) }];
      if (isOutcomeUnknown(error)) return [ended(action, 'unknown', this.#unknown(error))];
      const isLate = isPostponed(error) || (this.#isShared(action) && NOT_SEEN.has(code));
      return [ended(action, isLate ? 'postponed' : 'failed', describeError(error))];
    }
  }

  #isShared({ from }: CopyAction): boolean {
    return from.account !== this.#context.place.account;
  }

  /** EC2 takes at most 64 characters. The same run asks for the same; a later one may have to ask anew. */
  #tokenOf({ from, id, encrypted, key, tags }: CopyAction): string {
    const { file, place } = this.#context;
    const parts = [file.deployment, place, from, id, this.#slot, encrypted, key, tags];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  #unknown(error: unknown): string {
    const after = formatInstant(this.#context.clock.now() + READS_TRUSTWORTHY_AFTER);
    return (
      `outcome unknown, EC2 may have made it: ${describeError(error)}. It is not sent again, which could double it; ` +
      `a run after ${after} looks it up`
    );
  }
}

function failedCopy(id: string, detail: string | undefined): string {
  return `its copy ${id} failed${detail ? ` (${detail})` : ''}: it is made again when prune has deleted that`;
}

function postponed(action: CopyAction | ShareAction): Outcome {
  return ended(action, 'postponed', 'there was no time left for it');
}

function ended(action: CopyAction | ShareAction, status: Outcome['status'], error: string): Outcome {
  return { ...basicsOf(action), status, error };
}
