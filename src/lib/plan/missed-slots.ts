/** Which slots go wrong in a simulation: chosen by chance, but the same ones each time. */

const MINUTE = 60_000;

/**
 * Misses about this share (0…1) of slots. The choice hangs on the slot and the seed alone, so that two policies compared miss the
 * same; another seed is another source.
 */
export function missedByChance(share: number, seed = 0): (slot: number) => boolean {
  const limit = share * 2 ** 32;
  return (slot) => mix(mix(seed) ^ (slot / MINUTE)) < limit;
}

/** The finalizer of MurmurHash3: every bit of the input moves half of those of the output. Answers 0…2^32-1. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
