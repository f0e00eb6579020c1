/**
 * Keeps strings out of the answers they came in. V8 makes the strings of a parsed page slices of its whole XML, so one id
 * that is kept would keep some megabytes alive; and of a hundred thousand snapshots most strings are the same few.
 */
export class StringPool {
  readonly #known = new Map<string, string>();

  /** The same value without its page: strings copied once and shared, in objects and lists too. */
  keep<T>(value: T): T {
    // The shape is the same; TypeScript cannot see that a rebuilt value has it.
    return this.#rebuild(value) as T;
  }

  #rebuild(value: unknown): unknown {
    if (typeof value === 'string') return this.#share(value);
    if (Array.isArray(value)) return value.map((item) => this.#rebuild(item));
    if (typeof value !== 'object' || value === null) return value;
    const rebuilt: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) rebuilt[key] = this.#rebuild(item);
    return rebuilt;
  }

  #share(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const copy = Buffer.from(text, 'utf16le').toString('utf16le');
    this.#known.set(copy, copy);
    return copy;
  }
}
