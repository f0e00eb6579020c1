/**
 * Block indices as a bitmap: a volume of 64 TiB has 134 million blocks of 512 KiB, which take 16 MiB here and would take
 * gigabytes as numbers in a Set.
 */
export class BlockSet {
  #words: Uint32Array;
  #size = 0;

  constructor(indices: Iterable<number> = []) {
    this.#words = new Uint32Array(64);
    for (const index of indices) this.add(index);
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  has(index: number): boolean {
    return ((this.#words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    const at = index >>> 5;
    this.#reach(at + 1);
    const word = this.#words[at] ?? 0;
    const bit = 1 << (index & 31);
    if ((word & bit) !== 0) return;
    this.#words[at] = word | bit;
    this.#size += 1;
  }

  copy(): BlockSet {
    const made = new BlockSet();
    made.#words = this.#words.slice();
    made.#size = this.#size;
    return made;
  }

  /** Those that are in either. */
  union(other: BlockSet): BlockSet {
    return this.#combine(other, (a, b) => a | b);
  }

  /** Those that are in both. */
  intersection(other: BlockSet): BlockSet {
    return this.#combine(other, (a, b) => a & b);
  }

  /** Those of this one that are not in the other. */
  difference(other: BlockSet): BlockSet {
    return this.#combine(other, (a, b) => a & ~b);
  }

  #combine(other: BlockSet, combined: (a: number, b: number) => number): BlockSet {
    const length = Math.max(this.#words.length, other.#words.length);
    const made = new BlockSet();
    made.#words = new Uint32Array(length);
    for (let at = 0; at < length; at += 1) {
      const word = combined(this.#words[at] ?? 0, other.#words[at] ?? 0);
      made.#words[at] = word;
      made.#size += bitsOf(word);
    }
    return made;
  }

  #reach(length: number): void {
    if (length <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(length, 2 * this.#words.length));
    grown.set(this.#words);
    this.#words = grown;
  }
}

/** How many bits of 32 are set. */
function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
