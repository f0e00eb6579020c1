/** What is looked at in the seeds that copy or rehearse, besides what is looked at in all. */

import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import { DAY, HOUR } from '../support/scenario.ts';
import { CopyCalls } from './copy-calls.ts';
import { CopyBook } from './copies.ts';
import type { Deployment } from './deployment.ts';
import type { Member } from './fleet.ts';
import type { Groups } from './ledger.ts';
import { waysOf, type Extras } from './policies.ts';
import { Rehearsals } from './rehearsals.ts';
import { Shares } from './shares.ts';

/** What was seen so far. */
export interface Over {
  readonly file: PolicyFile;
  readonly now: number;
  readonly peace: number;
  readonly ever: Groups;
}

export interface BesidesOptions {
  readonly deployment: Deployment;
  readonly file: PolicyFile;
  readonly extras: Extras;
  readonly members: readonly Member[];
  readonly start: number;
  /** Whether EC2 refuses more copies at once than it should. */
  readonly isBounded: boolean;
}

export class Besides {
  readonly #copying:
    { readonly book: CopyBook; readonly calls: CopyCalls; readonly shares: Shares } | undefined;
  readonly #rehearsals: Rehearsals | undefined;
  #isShared = false;
  #nextComparison: number;

  constructor({ deployment, file, extras, members, start, isBounded }: BesidesOptions) {
    const { everywhere } = deployment;
    this.#nextComparison = start + 7 * HOUR;
    if (waysOf(file).length > 0)
      this.#copying = {
        book: new CopyBook(everywhere),
        calls: new CopyCalls(deployment, isBounded),
        shares: new Shares(everywhere),
      };
    const { rehearsed } = extras;
    if (rehearsed) this.#rehearsals = new Rehearsals(rehearsed, deployment, { members, start });
  }

  /** The calls of a place, looked at. */
  watched(place: string, plan: FaultPlan): FaultPlan {
    return this.#copying?.calls.watched(place, plan) ?? plan;
  }

  async begin(): Promise<void> {
    await this.#copying?.shares.ofOthers();
  }

  /** Whatever does not hold now; `file` is what the functions go by. */
  async look({ file, now, ever }: Omit<Over, 'peace'>): Promise<readonly string[]> {
    const { book, calls, shares } = this.#copying ?? {};
    book?.write(now);
    // It takes long. The day's prunes are over then.
    const isDue = now >= this.#nextComparison;
    if (isDue) this.#nextComparison += DAY;
    if (shares && !this.#isShared) this.#isShared = await shares.ofOurs();
    return [
      ...(book?.wrong() ?? []),
      ...(isDue ? (book?.lost(file, ever) ?? []) : []),
      ...(calls?.problems.splice(0) ?? []),
      ...(this.#rehearsals?.wrong() ?? []),
    ];
  }

  async atTheEnd(over: Over): Promise<readonly string[]> {
    const { book, shares } = this.#copying ?? {};
    return [
      ...(await this.look(over)),
      ...(book?.atTheEnd(over) ?? []),
      ...(shares?.wrong() ?? []),
      ...(shares?.atTheEnd(over.now) ?? []),
      ...(this.#rehearsals?.atTheEnd(over) ?? []),
    ];
  }
}
