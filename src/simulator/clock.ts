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

/** The only clock of a simulated account. Times are milliseconds since the epoch; it never goes backwards. */
export class SimulatedClock {
  #now: number;
  readonly #agents: ClockAgent[] = [];

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

  /** Sleeping is advancing: nothing waits for real. */
  sleep(ms: number): Promise<void> {
    this.advance(ms);
    return Promise.resolve();
  }

  /** From now on the agent acts whenever the clock passes its time, in the order of time among all agents. */
  attach(agent: ClockAgent): void {
    this.#agents.push(agent);
  }

  /** Stops on the way at every time that an agent has something to do at. */
  #moveTo(to: number): void {
    for (;;) {
      let first: ClockAgent | undefined;
      let at = Infinity;
      for (const agent of this.#agents) {
        const next = agent.nextAt();
        if (next < at) [first, at] = [agent, next];
      }
      if (first === undefined || at > to) break;
      this.#now = Math.max(this.#now, at);
      first.act();
    }
    this.#now = to;
  }
}
