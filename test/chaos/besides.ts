/** What is looked at in the seeds that copy, rehearse, protect or have hooks, besides what is looked at in all. */

import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import { DAY, HOUR } from '../support/scenario.ts';
import { CopyCalls } from './copy-calls.ts';
import { CopyBook } from './copies.ts';
import { Frozen } from './frozen.ts';
import type { FaultLog } from './fault-log.ts';
import { Guests } from './guests.ts';
import type { Tellings } from './tellings.ts';
import { Protections } from './protections.ts';
import type { Deployment } from './deployment.ts';
import type { Member } from './fleet.ts';
import type { Groups } from './ledger.ts';
import { waysOf, type Extras } from './policies.ts';
import { Rehearsals } from './rehearsals.ts';
import { Shares, type Asked } from './shares.ts';
import type { Span } from './trouble.ts';
import type { Hooking, Wording } from './words.ts';

/** What was seen so far. */
export interface Over {
  readonly file: PolicyFile;
  readonly now: number;
  readonly peace: number;
  readonly ever: Groups;
}

export interface AllOver extends Over {
  /** What the rules keep of all that there is. */
  readonly kept: ReadonlySet<string>;
  readonly mayStay: (place: string, ids: readonly string[]) => boolean;
}

export interface BesidesOptions {
  readonly deployment: Deployment;
  readonly file: PolicyFile;
  readonly extras: Extras;
  readonly members: readonly Member[];
  readonly span: Span;
  readonly seed: number;
  readonly fileAt: (now: number) => PolicyFile;
  readonly wording: Wording | undefined;
  readonly hooking: Hooking | undefined;
  readonly faults: FaultLog;
  readonly tellings: Tellings;
  readonly ever: () => Groups;
  /** Whether EC2 refuses more copies at once than it should. */
  readonly isBounded: boolean;
}

interface Copying {
  readonly book: CopyBook;
  readonly calls: CopyCalls;
  readonly shares: Shares;
}

export class Besides {
  readonly #copying: Copying | undefined;
  readonly #rehearsals: Rehearsals | undefined;
  readonly #protections: Protections | undefined;
  readonly #hooks: { readonly guests: Guests; readonly frozen: Frozen } | undefined;
  readonly #file: PolicyFile;
  #isShared = false;
  #nextComparison: number;

  constructor(options: BesidesOptions) {
    const { deployment, file, extras, members, span, isBounded, wording } = options;
    const { start } = span;
    this.#file = file;
    const { everywhere } = deployment;
    this.#nextComparison = start + 7 * HOUR;
    if (waysOf(file).length > 0)
      this.#copying = {
        book: new CopyBook(everywhere),
        calls: new CopyCalls(deployment, isBounded),
        shares: new Shares(everywhere),
      };
    const { rehearsed } = extras;
    if (wording) {
      const copiedTo = waysOf(file).map(({ place: { account } }) => account);
      this.#protections = new Protections({ ...options, wording, copiedTo });
    }
    if (options.hooking) {
      const guests = new Guests(options.seed, deployment, { members, span, skips: options.hooking.skips });
      const frozen = new Frozen({ ...options, hooking: options.hooking, guests });
      this.#hooks = { guests, frozen };
    }
    if (rehearsed) this.#rehearsals = new Rehearsals(rehearsed, deployment, { members, start });
  }

  /** The calls of a place, looked at. */
  watched(place: string, plan: FaultPlan): FaultPlan {
    const copying = this.#copying?.calls.watched(place, plan) ?? plan;
    return this.#protections?.watched(place, copying) ?? copying;
  }

  /** What people do who guard their backups, and what becomes of guests. Answers when something is due next. */
  act(): number {
    return Math.min(this.#protections?.guardians.act() ?? Infinity, this.#hooks?.guests.act() ?? Infinity);
  }

  /** Whether what no rule keeps is right to be there. */
  mayStay(place: string, ids: readonly string[], now: number): boolean {
    return this.#protections?.mayStay(place, ids, { file: this.#file, now }) ?? false;
  }

  async begin(): Promise<void> {
    await this.#copying?.shares.ofOthers();
  }

  /** Whatever does not hold now; `file` is what the functions go by. */
  async look(over: Omit<Over, 'peace'>): Promise<readonly string[]> {
    this.#hooks?.frozen.write(over.now);
    return [
      ...(this.#copying ? await this.#lookAtCopies(this.#copying, over) : []),
      ...(this.#rehearsals?.wrong() ?? []),
      ...(this.#protections?.wrong(over.now) ?? []),
    ];
  }

  async #lookAtCopies(
    { book, calls, shares }: Copying,
    { file, now, ever }: Omit<Over, 'peace'>,
  ): Promise<readonly string[]> {
    book.write(now);
    // It takes long. The day's prunes are over then.
    const isDue = now >= this.#nextComparison;
    if (isDue) this.#nextComparison += DAY;
    if (!this.#isShared) this.#isShared = await shares.ofOurs();
    return [...book.wrong(), ...(isDue ? book.lost(file, ever) : []), ...calls.problems.splice(0)];
  }

  async atTheEnd(over: AllOver): Promise<readonly string[]> {
    return [
      ...(await this.look(over)),
      ...(this.#copying ? this.#copiesAtTheEnd(this.#copying, over) : []),
      ...(this.#protections?.atTheEnd(over) ?? []),
      ...(this.#hooks?.frozen.atTheEnd(over.now) ?? []),
      ...(this.#rehearsals?.atTheEnd(over) ?? []),
    ];
  }

  #copiesAtTheEnd({ book, shares }: Copying, over: AllOver): readonly string[] {
    const isAsked: Asked = (...what) => this.#protections?.shares(...what, this.#file) ?? false;
    return [...book.atTheEnd(over), ...shares.wrong(), ...shares.atTheEnd(over.now, isAsked)];
  }
}
