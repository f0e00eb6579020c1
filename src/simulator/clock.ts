export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The only clock of a simulated account. Times are milliseconds since the epoch; it never goes backwards. */
export class SimulatedClock {
  #now: number;

  constructor(start: number) {
    if (!Number.isFinite(start)) throw new Error(`Simulated clock: start is ${start}, expected milliseconds`);
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new Error(`Simulated clock: cannot advance by ${ms} ms, expected 0 or more`);
    this.#now += ms;
  }

  /** Throws when `to` is before now. */
  set(to: number): void {
    if (!(to >= this.#now)) {
      throw new Error(`Simulated clock: cannot go back from ${this.#now} to ${to}`);
    }
    this.#now = to;
  }

  /** Sleeping is advancing: nothing waits for real. */
  sleep(ms: number): Promise<void> {
    this.advance(ms);
    return Promise.resolve();
  }
}
