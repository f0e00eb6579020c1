/**
 * Keeps strings out of the answers they came in. V8 makes the strings of a parsed page slices of its whole XML, so one id
 * that is kept would keep some megabytes alive; and of a hundred thousand snapshots most strings are the same few.
 */
export class StringPool {
  readonly #known = new Map<string, string>();

  /** The same value without its page: its strings, in objects and lists too, are exchanged for shared copies. */
  keep<T>(value: T): T {
    // The shape is the same; TypeScript cannot see that a value of strings exchanged has it.
    return this.#exchange(value) as T;
  }

  /** In place: the value was made for us, and new objects for a million of them cost more than all else. */
  #exchange(value: unknown): unknown {
    if (typeof value === 'string') return this.#share(value);
    if (typeof value !== 'object' || value === null) return value;
    const members = value as Record<string, unknown>;
    for (const key in members) {
      const member = members[key];
      // An id is there once: to know it would only take room.
      if (key === 'id' && typeof member === 'string') members[key] = copyOf(member);
      else if (typeof member === 'string' || typeof member === 'object')
        members[key] = this.#exchange(member);
    }
    return value;
  }

  #share(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const copy = copyOf(text);
    this.#known.set(copy, copy);
    return copy;
  }
}

function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
