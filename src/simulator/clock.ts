import { WorkQueue } from './work-queue.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Something that acts on its own when its time comes, as a service of AWS does. */
export interface ClockAgent {
  /** When it has something to do next, Infinity when it has nothing to do. */
  nextAt(): number;
  /** Does what is due. The clock shows the time it is due at, and is not to be moved. */
  act(): void;
}

/**
 * The only clock of a simulated account. Times are milliseconds since the epoch; it never goes backwards.
 * Nothing waits for real: once everything in the process waits for the clock, it goes to the first sleeper's time.
 */
export class SimulatedClock {
  #now: number;
  readonly #agents: ClockAgent[] = [];
  readonly #sleepers = new WorkQueue();
  #isPumping = false;
  /** What an agent threw while sleepers were waited for: the next sleeper hears of it. */
  #trouble: Error | undefined;

  constructor(start: number) {
    if (!Number.isFinite(start)) throw new Error(`Simulated clock: start is ${start}, expected milliseconds`);
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new Error(`Simulated clock: cannot advance by ${ms} ms, expected 0 or more`);
    this.#moveTo(this.#now + ms);
  }

  /** Throws when `to` is before now. */
  set(to: number): void {
    if (!(to >= this.#now)) {
      throw new Error(`Simulated clock: cannot go back from ${this.#now} to ${to}`);
    }
    this.#moveTo(to);
  }

  /** Resolves when the clock shows `ms` more than now. Sleeps run side by side; of one time, the first begun ends first. */
  sleep(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new Error(`Simulated clock: cannot sleep for ${ms} ms, expected 0 or more`);
    return new Promise((resolve, reject) => {
      this.#sleepers.push(this.#now + ms, () => {
        const trouble = this.#trouble;
        this.#trouble = undefined;
        if (trouble === undefined) resolve();
        else reject(trouble);
      });
      this.#pump();
    });
  }

  /** From now on the agent acts whenever the clock passes its time, in the order of time among all agents. */
  attach(agent: ClockAgent): void {
    this.#agents.push(agent);
  }

  /** Stops on the way at every time that an agent has something to do at. */
  #moveTo(to: number): void {
    while (this.#actFirst(to));
    this.#now = to;
    while (this.#sleepers.nextAt() <= to) this.#sleepers.doFirst();
  }

  /** An immediate runs when no promise has anything left to do: all that runs waits for the clock. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      this.#step();
      if (this.#sleepers.nextAt() < Infinity) this.#pump();
    });
  }

  /** One thing at a time, as each may lead to calls and sleeps of its own: an agent acts or a sleeper wakes. */
  #step(): void {
    const wake = this.#sleepers.nextAt();
    if (wake === Infinity) return;
    try {
      if (this.#actFirst(wake)) return;
      this.#now = Math.max(this.#now, wake);
    } catch (error) {
      this.#trouble = error instanceof Error ? error : new Error(String(error));
    }
    this.#sleepers.doFirst();
  }

  /** Goes to the first time at which an agent has something to do, and lets it; false when that is after `limit`. */
  #actFirst(limit: number): boolean {
    let first: ClockAgent | undefined;
    let at = Infinity;
    for (const agent of this.#agents) {
      const next = agent.nextAt();
      if (next < at) [first, at] = [agent, next];
    }
    if (first === undefined || at > limit) return false;
    this.#now = Math.max(this.#now, at);
    first.act();
    return true;
  }
}
