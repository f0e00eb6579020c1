const MASK = (1n << 64n) - 1n;

/**
 * Realistic ids from a counter: deterministic for an account and, since the mixing is one-to-one,
 * never the same twice. One source serves all Regions of an account.
 */
export class IdSource {
  readonly #seed: bigint;
  readonly #salt: number;
  readonly #tail: string;
  #count = 0n;
  #uuids = 0;

  constructor(account: string) {
    this.#salt = Number(account) | 1;
    this.#tail = `-${account.slice(0, 4)}-4${account.slice(4, 7)}-8${account.slice(7, 10)}-${account}`;
    this.#seed = BigInt(account) * 0x9e3779b97f4a7c15n;
  }

  /** Such as `i-0` and 16 hexadecimal digits for the prefix `i`. */
  next(prefix: string): string {
    return `${prefix}-0${this.#hex()}`;
  }

  /** A request id or an opaque page token, in the shape of a UUID. */
  uuid(): string {
    this.#uuids += 1;
    // Each call has one, so it is made of cheaper numbers than ids are: the first eight digits never come again.
    return word(this.#uuids ^ this.#salt) + this.#tail;
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

/** Eight hexadecimal digits: the finaliser of murmur3, a bijection on 32 bits. */
function word(value: number): string {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
