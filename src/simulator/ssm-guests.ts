/** What scripts of DLM's contract do to the file systems of an instance: a state that its runs, and time, change. */

import { SECOND } from './clock.ts';

/** After so long a frozen one thaws by itself. */
export const AUTO_THAW = 60 * SECOND;

export type HookStage = 'pre-script' | 'post-script' | 'dry-run';

/** How scripts go on one instance, or on all of them. */
export interface GuestScripts {
  /** `stuck`: it fails, and leaves frozen what it had frozen until then. */
  readonly pre: 'works' | 'fails' | 'stuck';
  readonly post: 'works' | 'fails';
  /** ms that each run takes. */
  readonly takes: { readonly pre: number; readonly post: number };
  /** `late`: commands never arrive; `refused`: they are undeliverable. */
  readonly delivery: 'at once' | 'late' | 'refused';
}

export const GUEST_SCRIPTS: GuestScripts = {
  pre: 'works',
  post: 'works',
  takes: { pre: 2 * SECOND, post: SECOND },
  delivery: 'at once',
};

/** One run of a document on an instance. */
export interface GuestRun {
  /** The command. */
  readonly id: string;
  readonly stage: HookStage;
  readonly executionId: string;
  readonly behaviour: Pick<GuestScripts, 'pre' | 'post'>;
  /** ms since the epoch; undefined where it never began. */
  readonly endsAt: number | undefined;
}

/** A time in which file systems stood still. */
export interface Freeze {
  readonly from: number;
  readonly to: number;
  readonly by: 'post-script' | 'auto-thaw';
}

export interface GuestState {
  /** Those that have ended. */
  readonly freezes: readonly Freeze[];
  readonly frozenSince: number | undefined;
  /** By command. */
  readonly exitCodes: ReadonlyMap<string, number>;
}

/** How an instance stands at a time, after all runs that have ended by then. */
export function guestAt(runs: readonly GuestRun[], time: number): GuestState {
  const guest = new Guest();
  const ended = runs.filter(({ endsAt }) => endsAt !== undefined && endsAt <= time);
  for (const run of ended.sort((a, b) => (a.endsAt ?? 0) - (b.endsAt ?? 0))) guest.run(run, run.endsAt ?? 0);
  guest.wait(time);
  return guest;
}

class Guest implements GuestState {
  readonly freezes: Freeze[] = [];
  readonly exitCodes = new Map<string, number>();
  frozenSince: number | undefined;
  /** It has thawed by itself, and no post-script has been told so. */
  #thawedItself = false;

  run({ id, stage, behaviour }: GuestRun, at: number): void {
    this.wait(at);
    this.exitCodes.set(id, this.#exitCode(stage, behaviour, at));
  }

  wait(until: number): void {
    if (this.frozenSince === undefined || until < this.frozenSince + AUTO_THAW) return;
    this.#thaw(this.frozenSince + AUTO_THAW, 'auto-thaw');
    this.#thawedItself = true;
  }

  #exitCode(stage: HookStage, { pre, post }: GuestRun['behaviour'], at: number): number {
    if (stage === 'pre-script') {
      if (this.frozenSince !== undefined) return 204;
      if (pre === 'fails') return 201;
      this.frozenSince = at;
      this.#thawedItself = false;
      return pre === 'stuck' ? 201 : 0;
    }
    if (stage === 'dry-run') return 0;
    if (this.frozenSince === undefined) {
      const code = this.#thawedItself ? 203 : 205;
      this.#thawedItself = false;
      return code;
    }
    if (post === 'fails') return 202;
    this.#thaw(at, 'post-script');
    return 0;
  }

  #thaw(to: number, by: Freeze['by']): void {
    this.freezes.push({ from: this.frozenSince ?? to, to, by });
    this.frozenSince = undefined;
  }
}
