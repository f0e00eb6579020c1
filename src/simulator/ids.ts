const MASK = (1n << 64n) - 1n;

/**
 * Realistic ids from a counter: deterministic for an account and, since the mixing is one-to-one,
 * never the same twice. One source serves all Regions of an account.
 */
export class IdSource {
  readonly #seed: bigint;
  #count = 0n;

  constructor(account: string) {
    this.#seed = BigInt(account) * 0x9e3779b97f4a7c15n;
  }

  /** Such as `i-0` and 16 hexadecimal digits for the prefix `i`. */
  next(prefix: string): string {
    return `${prefix}-0${this.#hex()}`;
  }

  /** A request id or an opaque page token, in the shape of a UUID. */
  uuid(): string {
    const hex = this.#hex() + this.#hex();
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  /** A number never given before. */
  number(): number {
    this.#count += 1n;
    return Number(this.#count);
  }

  #hex(): string {
    this.#count += 1n;
    return mix((this.#seed + this.#count * 0x9e3779b97f4a7c15n) & MASK)
      .toString(16)
      .padStart(16, '0');
  }
}

/** The finaliser of splitmix64: a bijection on 64 bits. */
function mix(value: bigint): bigint {
  let z = value;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}
