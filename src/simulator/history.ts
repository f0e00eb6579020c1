import { LONGEST_READ_LAG } from './settings.ts';

/** A value that changes, with as much of its past as a lagging read may still show. */
export class History<T> {
  #versions: readonly { readonly at: number; readonly value: T }[];
  readonly #first: T;

  constructor(at: number, first: T) {
    this.#versions = [{ at, value: first }];
    this.#first = first;
  }

  /** The value as it was at a time; before the first version, that one. */
  at(time: number): T {
    for (let index = this.#versions.length - 1; index > 0; index -= 1) {
      const version = this.#versions[index];
      if (version !== undefined && version.at <= time) return version.value;
    }
    return this.#versions[0]?.value ?? this.#first;
  }

  now(): T {
    return this.#versions.at(-1)?.value ?? this.#first;
  }

  /** When it was changed last; before any change, when it began. */
  changedAt(): number {
    return this.#versions.at(-1)?.at ?? NaN;
  }

  change(at: number, value: T): void {
    // The newest version that every read already sees must stay; what is older cannot be seen any more.
    const settled = this.#versions.findLastIndex((version) => version.at <= at - LONGEST_READ_LAG);
    this.#versions = [...this.#versions.slice(Math.max(settled, 0)), { at, value }];
  }

  /** Every value that a read may still show. */
  versions(): readonly T[] {
    return this.#versions.map(({ value }) => value);
  }
}
