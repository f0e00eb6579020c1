/** How many spans between two slots are remembered of each schedule: now, and some that are looked back to. */
const REMEMBERED = 4;

/** There is a slot at `from` and none after it and before `until`; `next` says that there is one at `until`. */
interface Interval {
  readonly from: number;
  until: number;
  next: boolean;
}

/** Slots that were found already: a run asks for those around it again and again, and each takes a walk over a calendar. */
export class SlotIntervals {
  readonly #intervals: Interval[] = [];

  /** The last slot at or before an instant, if that is known. */
  previous(atOrBefore: number): number | undefined {
    return this.#around(atOrBefore)?.from;
  }

  /** The first slot after an instant, if that is known. */
  next(after: number): number | undefined {
    const found = this.#around(after);
    return found?.next ? found.until : undefined;
  }

  learnPrevious(atOrBefore: number, slot: number): void {
    const known = this.#intervals.find(({ from }) => from === slot);
    if (known) {
      known.until = Math.max(known.until, atOrBefore + 1);
      return;
    }
    this.#intervals.unshift({ from: slot, until: atOrBefore + 1, next: false });
    this.#intervals.splice(REMEMBERED);
  }

  learnNext(after: number, slot: number): void {
    const known = this.#around(after);
    if (known) Object.assign(known, { until: slot, next: true });
  }

  #around(instant: number): Interval | undefined {
    return this.#intervals.find(({ from, until }) => from <= instant && instant < until);
  }
}
